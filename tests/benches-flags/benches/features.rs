//! What a check costs, and what a cold start pays for the rows.
//!
//! The registry is as large as the stated scale: 200 flags, 100 features, 10 tiers, 10 add-ons. Overrides stand on the
//! accounts, so however many there are, only the asker's own are read.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark that cannot start must stop, and tells its figures"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use domain::standing::{Held, Override, Standing};
use domain::time::Timestamp;
use limits_flags::features::{Facts, Registry};
use limits_flags::flags::FlagSet;
use serde_json::{Map, Value, json};

const FLAGS: usize = 200;
const FEATURES: usize = 100;
const TIERS: usize = 10;
const ADDONS: usize = 10;

fn facts() -> Facts<'static> {
    Facts {
        user: "7294618350",
        country: Some("RU"),
        locale: "ru",
        now: Timestamp(1_795_284_300_000),
    }
}

/// The rows as they are stored: sort key and body.
fn rows() -> Vec<(String, String)> {
    let features = (0..FEATURES).map(|place| (format!("feature#feature_{place}"), feature(place)));
    let tiers = (0..TIERS).map(|place| (format!("tier#tier_{place}"), tier(place)));
    let addons = (0..ADDONS).map(|place| {
        let given = json!({ format!("feature_{}", place * 7 % FEATURES): true });
        let row = json!({ "name": names("Add-on", place), "features": given });
        (format!("addon#addon_{place}"), row)
    });
    let rows = features.chain(tiers).chain(addons);
    rows.map(|(sort, row)| (sort, row.to_string())).collect()
}

fn names(what: &str, place: usize) -> Value {
    json!({ "en": format!("{what} number {place}"), "ru": format!("{what} номер {place}") })
}

/// Every third is metered, every tenth has a rule, and each depends on the one a decade below.
fn feature(place: usize) -> Value {
    let mut row = json!({
        "name": names("Feature", place),
        "description": names("What customers read of feature", place),
        "category": format!("category_{}", place % 7),
        "display_order": place,
        "default": place.is_multiple_of(4),
    });
    if place.is_multiple_of(3) {
        let limit = |tier: usize| json!([{ "max": (tier + 1) * 10, "period": "day", "anchor": "21:00", "zone": "Europe/Moscow" }]);
        let limits = (0..TIERS)
            .step_by(3)
            .map(|tier| (format!("tier_{tier}"), limit(tier)));
        row["type"] = "metered".into();
        row["limits"] = limits.collect();
    }
    if place % 10 == 9 {
        row["when"] = json!({ "in": [{ "var": "country" }, ["RU", "KZ", "BY"]] });
    }
    if place >= 10 {
        row["depends_on"] = json!([format!("feature_{}", place - 10)]);
    }
    row
}

/// Each inherits from the one below and gives every tenth feature.
fn tier(place: usize) -> Value {
    let given: Map<String, Value> = (0..FEATURES)
        .filter(|feature| feature % TIERS == place)
        .map(|feature| (format!("feature_{feature}"), true.into()))
        .collect();
    let below = place.checked_sub(1).map(|below| format!("tier_{below}"));
    json!({ "name": names("Tier", place), "rank": place * 10, "inherits": below, "features": given })
}

fn flags() -> Value {
    let flag = |place: usize| {
        let tier = json!({ "==": [{ "var": "tier" }, format!("tier_{}", place % TIERS)] });
        let targeting = match place % 4 {
            0 => json!({ "if": [tier, { "fractional": [["on", 10], ["off", 90]] }, "off"] }),
            1 => json!({ "if": [{ "in": [{ "var": "country" }, ["RU", "KZ"]] }, "on", "off"] }),
            _ => json!({}),
        };
        json!({
            "state": "ENABLED",
            "variants": { "on": true, "off": false },
            "defaultVariant": "off",
            "targeting": targeting,
            "metadata": { "owner": "video" },
        })
    };
    let flags = (0..FLAGS).map(|place| (format!("flag_{place}"), flag(place)));
    json!({ "flags": flags.collect::<Map<String, Value>>() })
}

fn registry() -> Registry {
    let rows = rows();
    let registry = Registry::read(rows.iter().map(|(sort, body)| (sort.as_str(), body.as_str())));
    assert_eq!(registry.problems(), []);
    registry
}

/// Somebody of the highest tier; `full` with everything that a standing can hold.
fn standing(full: bool) -> Standing {
    let tier = Some(Held {
        key: "tier_9".to_owned(),
        until: None,
    });
    let mut standing = Standing {
        tier,
        ..Standing::default()
    };
    if full {
        standing.addons = (0..3).map(|place| (format!("addon_{place}"), None)).collect();
        let settled = Override {
            body: r#"{"limits":[]}"#.to_owned(),
            until: None,
            why: "asked".to_owned(),
        };
        standing.overrides = (0..3)
            .map(|place| (format!("feature_{}", place * 3), settled.clone()))
            .collect();
        standing.roles = ["tester".to_owned()].into();
    }
    standing
}

fn checks(criterion: &mut Criterion) {
    let registry = registry();
    let mut group = criterion.benchmark_group("features");
    for (who, standing) in [
        ("tier", standing(false)),
        ("tier, add-ons, overrides", standing(true)),
    ] {
        group.bench_function(format!("entitlements, {who}"), |bencher| {
            bencher.iter(|| registry.entitlements(black_box(&standing), facts()).tier());
        });
        let entitlements = registry.entitlements(&standing, facts());
        for (what, feature) in [
            ("granted, needing nothing", "feature_3"),
            ("granted, with 9 it depends on", "feature_93"),
            ("granted by a rule, with 9 more", "feature_99"),
            ("unknown", "no_such_feature"),
        ] {
            assert_eq!(entitlements.has(feature), what != "unknown");
            group.bench_function(format!("check, {who}, {what}"), |bencher| {
                bencher.iter(|| entitlements.check(black_box(feature)).has_access);
            });
        }
        group.bench_function(format!("all 100 checks, {who}"), |bencher| {
            bencher.iter(|| entitlements.all().filter(|check| check.has_access).count());
        });
    }
    let nobody = Standing::default();
    let entitlements = registry.entitlements(&nobody, facts());
    group.bench_function("check, denied, with what would unlock it", |bencher| {
        bencher.iter(|| entitlements.check(black_box("feature_93")).unlocked_by.tier);
    });
    group.bench_function("has, denied", |bencher| {
        bencher.iter(|| entitlements.has(black_box("feature_93")));
    });
    group.finish();
}

fn scale(criterion: &mut Criterion) {
    let rows = rows();
    let flags = flags();
    let bytes = |rows: &[(String, String)]| {
        rows.iter()
            .map(|(sort, body)| sort.len() + body.len())
            .sum::<usize>()
    };
    println!(
        "{FEATURES} features, {TIERS} tiers, {ADDONS} add-ons: {} rows, {} bytes; {FLAGS} flags: {} bytes",
        rows.len(),
        bytes(&rows),
        flags.to_string().len()
    );
    let mut group = criterion.benchmark_group("cold start");
    group.bench_function("features, tiers and add-ons from their rows", |bencher| {
        bencher.iter(|| Registry::read(rows.iter().map(|(sort, body)| (sort.as_str(), body.as_str()))));
    });
    let text = flags.to_string();
    group.bench_function("flags from their text", |bencher| {
        bencher.iter(|| FlagSet::parse(&text).unwrap());
    });
    group.finish();
}

criterion_group!(benches, checks, scale);
criterion_main!(benches);
