//! Rollouts over time, written as plain flagd rules: any evaluator of the format reads what comes out of here.
//!
//! The time is `$flagd.timestamp`, whole seconds since 1970. All of them end in variants' names, so the result is a
//! flag's `targeting`, or an answer inside of another recipe.
//!
//! An A/B test is [`split`]: sticky by user, and independent of other flags because the flag's key is hashed with the
//! user's.

use domain::time::Timestamp;
use serde_json::{Value, json};

/// One answer from a moment on and until another; a missing moment leaves that side open.
///
/// `between(Some(start), None, on, off)` is a scheduled release.
pub fn between(from: Option<Timestamp>, until: Option<Timestamp>, inside: &Value, outside: &Value) -> Value {
    let now = json!({ "var": "$flagd.timestamp" });
    let begun = from.map(|from| json!({ ">=": [now, from.seconds()] }));
    let not_over = until.map(|until| json!({ "<": [now, until.seconds()] }));
    let conditions: Vec<Value> = begun.into_iter().chain(not_over).collect();
    if conditions.is_empty() {
        return inside.clone();
    }
    json!({ "if": [{ "and": conditions }, inside, outside] })
}

/// Users divided by weight, each one staying with a variant: an A/B test, or a share of all.
///
/// `split(&[("on", 10), ("off", 90)])` is a rollout to 10 %. A larger first weight only adds users to it.
pub fn split(weights: &[(&str, u32)]) -> Value {
    let buckets = weights.iter().map(|(variant, weight)| json!([variant, weight]));
    json!({ "fractional": buckets.collect::<Vec<_>>() })
}

/// A share that grows evenly from nobody at `from` to everybody at `until`. Whoever has got `on` keeps it.
///
/// The weights are the seconds gone and the seconds left; flagd takes a negative weight for 0, so that it is nobody
/// before and everybody after.
pub fn progressive(from: Timestamp, until: Timestamp, on: &str, off: &str) -> Value {
    let now = json!({ "var": "$flagd.timestamp" });
    json!({ "fractional": [
        [on, { "-": [now, from.seconds()] }],
        [off, { "-": [until.seconds(), now] }],
    ] })
}

/// Percentages that take effect at set times, the earliest first: 1 % on Monday, 10 % on Wednesday, 100 % on Friday.
/// Nobody has `on` before the first one.
pub fn stepwise(steps: &[(Timestamp, u32)], on: &str, off: &str) -> Value {
    let mut parts = Vec::with_capacity(steps.len() * 2 + 1);
    for (from, percent) in steps.iter().rev() {
        let percent = (*percent).min(100);
        parts.push(json!({ ">=": [{ "var": "$flagd.timestamp" }, from.seconds()] }));
        parts.push(split(&[(on, percent), (off, 100 - percent)]));
    }
    parts.push(off.into());
    json!({ "if": parts })
}
