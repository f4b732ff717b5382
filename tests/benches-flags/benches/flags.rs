//! What each kind of rule costs.
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

fn set() -> FlagSet {
    let switch = json!({ "on": true, "off": false });
    let tiered =
        |rollout: serde_json::Value| json!({ "if": [{ "==": [{ "var": "tier" }, "pro"] }, rollout, "off"] });
    let seeded = json!({ "cat": [{ "var": "$flagd.flagKey" }, { "var": "targetingKey" }] });
    let flag = |targeting: serde_json::Value| json!({ "state": "ENABLED", "variants": switch, "defaultVariant": "off", "targeting": targeting });
    FlagSet::read(&json!({ "flags": {
        "new-jobs": flag(json!({})),
        "tier": flag(json!({ "if": [{ "in": [{ "var": "tier" }, ["pro", "max"]] }, "on", "off"] })),
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

criterion_group!(benches, ours);
criterion_main!(benches);
