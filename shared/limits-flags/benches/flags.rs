//! What an evaluation costs: `cargo bench -p limits-flags --bench flags`.
//!
//! The goals are 40 ns for a static flag and 200 ns for a tier with a 10 % rollout, on a machine where
//! `unleash-yggdrasil` shows 34 and 182. `datalogic-rs` is measured beside us on the part of the rule that it knows; it
//! has no `fractional` of its own without its `flagd` feature, which stays off. `unleash-yggdrasil`,
//! `flagd-evaluation-engine` and `launchdarkly-server-sdk-evaluation` are left out here: each brings more to compile than this
//! whole crate.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark that cannot start must stop, and its macros document nothing"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use domain::time::Timestamp;
use limits_flags::flags::{Attribute, Context, FlagSet};
use serde_json::json;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// The tier rule without the rollout, which both evaluators know.
fn tier_rule() -> serde_json::Value {
    json!({ "if": [{ "in": [{ "var": "tier" }, ["pro", "max"]] }, "on", "off"] })
}

fn set() -> FlagSet {
    let switch = json!({ "on": true, "off": false });
    let tiered =
        |rollout: serde_json::Value| json!({ "if": [{ "==": [{ "var": "tier" }, "pro"] }, rollout, "off"] });
    let seeded = json!({ "cat": [{ "var": "$flagd.flagKey" }, { "var": "targetingKey" }] });
    let flag = |targeting: serde_json::Value| json!({ "state": "ENABLED", "variants": switch, "defaultVariant": "off", "targeting": targeting });
    FlagSet::read(&json!({ "flags": {
        "new-jobs": flag(json!({})),
        "tier": flag(tier_rule()),
        "tier-rollout": flag(tiered(json!({ "fractional": [["on", 10], ["off", 90]] }))),
        "tier-rollout-seeded": flag(tiered(json!({ "fractional": [seeded, ["on", 10], ["off", 90]] }))),
    } }))
    .unwrap()
}

fn ours(criterion: &mut Criterion) {
    let set = set();
    let attributes = [
        ("locale", Attribute::Text("en")),
        ("tier", Attribute::Text("pro")),
    ];
    let context = Context::new(NOW)
        .with_targeting_key("user-7294618350")
        .with_attributes(&attributes);
    let mut group = criterion.benchmark_group("flags");
    for (name, key) in [
        ("static", "new-jobs"),
        ("tier", "tier"),
        ("tier and 10 % rollout", "tier-rollout"),
        ("tier and 10 % rollout, seeded by cat", "tier-rollout-seeded"),
        ("not found", "no-such-flag"),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| set.boolean(black_box(key), false, black_box(&context)).value);
        });
    }
    let json = json!({ "locale": "en", "tier": "pro", "targetingKey": "user-7294618350" });
    let context = Context::new(NOW).with_json(json.as_object().unwrap());
    group.bench_function("tier and 10 % rollout, context in JSON", |bencher| {
        bencher.iter(|| {
            set.boolean(black_box("tier-rollout"), false, black_box(&context))
                .value
        });
    });
    group.finish();
}

fn theirs(criterion: &mut Criterion) {
    let engine = datalogic_rs::Engine::new();
    let rule = engine.compile(&tier_rule().to_string()).unwrap();
    let context = json!({ "locale": "en", "tier": "pro", "targetingKey": "user-7294618350" });
    let own = datalogic_rs::datavalue::OwnedDataValue::from_json(&context.to_string()).unwrap();
    let mut group = criterion.benchmark_group("datalogic-rs");
    let mut session = engine.session();
    group.bench_function("tier, context in JSON", |bencher| {
        bencher.iter(|| {
            session.reset();
            let answer = session
                .eval_borrowed(black_box(&rule), black_box(&context))
                .unwrap();
            answer.as_str() == Some("on")
        });
    });
    group.bench_function("tier, context in its own values", |bencher| {
        bencher.iter(|| {
            session.reset();
            let answer = session.eval_borrowed(black_box(&rule), black_box(&own)).unwrap();
            answer.as_str() == Some("on")
        });
    });
    group.finish();
}

criterion_group!(benches, ours, theirs);
criterion_main!(benches);
