//! Evaluating a flag on the hot path takes nothing from the heap: counted, not believed.
#![allow(clippy::unwrap_used, reason = "what goes wrong fails the test")]

use std::hint::black_box;

use domain::time::Timestamp;
use limits_flags::flags::{Attribute, Context, FlagSet, Reason, recipes};
use serde_json::{Value, json};

/// How often this thread asked for memory.
fn asked_by(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

fn flag(targeting: &Value) -> Value {
    json!({
        "state": "ENABLED",
        "variants": { "on": true, "off": false },
        "defaultVariant": "off",
        "targeting": targeting,
        "metadata": { "owner": "video" },
    })
}

fn set() -> FlagSet {
    let tier = |answer: Value| json!({ "if": [{ "==": [{ "var": "tier" }, "pro"] }, answer, "off"] });
    let seeded = json!({ "cat": [{ "var": "$flagd.flagKey" }, { "var": "targetingKey" }] });
    let (from, until) = (Timestamp(0), Timestamp(2_000_000_000_000));
    FlagSet::read(&json!({
        "metadata": { "set": "video" },
        "flags": {
            "static": flag(&Value::Null),
            "tier": flag(&json!({ "if": [{ "in": [{ "var": "tier" }, ["pro", "max"]] }, "on", null] })),
            "share": flag(&tier(recipes::split(&[("on", 10), ("off", 90)]))),
            "seeded-share": flag(&tier(json!({ "fractional": [seeded, ["on", 10], ["off", 90]] }))),
            "scheduled": flag(&recipes::between(Some(from), Some(until), &json!("on"), &json!("off"))),
            "progressive": flag(&recipes::progressive(from, until, "on", "off")),
            "prefix": flag(&json!({ "if": [{ "starts_with": [{ "var": "locale" }, "en"] }, "on", "off"] })),
            "version": flag(&json!({ "if": [{ "sem_ver": [{ "var": "client" }, ">=", "7.0.0"] }, "on", "off"] })),
            "disabled": { "state": "DISABLED", "variants": { "on": true } },
        },
    }))
    .unwrap()
}

#[test]
fn nothing_is_allocated_on_the_hot_path() {
    let set = set();
    assert_eq!(set.problems(), []);
    let pairs = [
        ("locale", Attribute::Text("en-GB")),
        ("tier", Attribute::Text("pro")),
        ("client", Attribute::Text("7.4.1")),
    ];
    let pairs = Context::new(Timestamp(1_700_000_000_000))
        .with_targeting_key("user-7294618350")
        .with_attributes(&pairs);
    let json =
        json!({ "locale": "en-GB", "tier": "pro", "client": "7.4.1", "targetingKey": "user-7294618350" });
    let json = Context::new(Timestamp(1_700_000_000_000)).with_json(json.as_object().unwrap());
    let mut keys: Vec<&str> = set.keys().collect();
    keys.push("missing");
    keys.sort_unstable();
    for key in keys {
        for context in [pairs, json] {
            let asked = asked_by(|| {
                for _ in 0..1000 {
                    black_box(set.boolean(black_box(key), false, black_box(&context)));
                }
            });
            println!("{key}: {asked} allocations in 1000 evaluations");
            assert_eq!(asked, 0, "{key}");
        }
        let chosen = set.boolean(key, false, &pairs).reason;
        let chooses = !matches!(key, "static" | "disabled" | "missing");
        assert_eq!(chosen == Reason::TargetingMatch, chooses, "{key} is {chosen:?}");
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(asked_by(|| drop(black_box(Box::new(1)))), 1);
}
