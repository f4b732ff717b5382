//! A check on the hot path takes nothing from the heap: counted, not believed.
#![allow(clippy::unwrap_used, reason = "what goes wrong fails the test")]

use std::hint::black_box;

use domain::standing::{Held, Override, Standing};
use domain::time::Timestamp;
use limits_flags::features::{Facts, Registry};
use serde_json::json;

fn asked_by(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

fn registry() -> Registry {
    let day = json!([{ "max": 10, "period": "day", "anchor": "21:00", "zone": "Europe/Moscow" }]);
    let evening = json!({ "and": [
        { "in": [{ "var": "country" }, ["RU", "KZ"]] },
        { "in": ["tester", { "var": "roles" }] },
        { "<=": ["20:00", { "var": "time" }] },
        { "==": [{ "var": "tier" }, "pro"] },
    ] });
    let rows = [
        ("tier#free", json!({ "name": "Free", "rank": 0 })),
        (
            "tier#pro",
            json!({ "name": "Pro", "rank": 1, "inherits": "free", "features": { "videos": true, "jobs": { "value": 3 } } }),
        ),
        (
            "addon#more",
            json!({ "name": "More", "features": { "videos": { "enabled": true, "limits": day } } }),
        ),
        (
            "feature#videos",
            json!({ "name": "V", "type": "metered", "minimum_tier": "pro", "limits": { "pro": day } }),
        ),
        (
            "feature#long",
            json!({ "name": "L", "default": true, "depends_on": ["videos"] }),
        ),
        (
            "feature#film",
            json!({ "name": "F", "default": true, "depends_on": ["long"] }),
        ),
        (
            "feature#jobs",
            json!({ "name": "J", "type": "config", "default": { "enabled": true, "value": 1 } }),
        ),
        (
            "feature#evening",
            json!({ "name": "E", "default": true, "zone": "Europe/Moscow", "when": evening }),
        ),
    ];
    let rows = rows.map(|(sort, row)| (sort, row.to_string()));
    let registry = Registry::read(rows.iter().map(|(sort, body)| (*sort, body.as_str())));
    assert_eq!(registry.problems(), []);
    registry
}

fn facts() -> Facts<'static> {
    Facts {
        user: "7294618350",
        country: Some("RU"),
        locale: "ru",
        now: Timestamp(1_795_284_300_000),
    }
}

fn pro() -> Standing {
    Standing {
        tier: Some(Held {
            key: "pro".to_owned(),
            until: None,
        }),
        ..Standing::default()
    }
}

/// With everything that a standing can hold.
fn full() -> Standing {
    let settled = Override {
        body: r#"{"value":9}"#.to_owned(),
        until: None,
        why: "asked".to_owned(),
    };
    Standing {
        addons: [("more".to_owned(), None)].into(),
        overrides: [("jobs".to_owned(), settled)].into(),
        roles: ["tester".to_owned()].into(),
        ..pro()
    }
}

#[test]
fn a_granted_check_allocates_nothing() {
    let registry = registry();
    for (standing, granted) in [(pro(), 4), (full(), 5)] {
        let entitlements = registry.entitlements(&standing, facts());
        assert_eq!(
            entitlements.all().filter(|check| check.has_access).count(),
            granted
        );
        for feature in ["videos", "long", "film", "jobs", "evening"] {
            if !entitlements.has(feature) {
                continue;
            }
            let asked = asked_by(|| {
                black_box(entitlements.check(black_box(feature)));
                black_box(entitlements.require(black_box(feature)).is_ok());
            });
            println!("check {feature}: {asked} allocations");
            assert_eq!(asked, 0, "{feature}");
        }
    }
}

#[test]
fn whether_somebody_has_a_feature_allocates_nothing_even_if_not() {
    let registry = registry();
    for standing in [Standing::default(), pro(), full()] {
        let entitlements = registry.entitlements(&standing, facts());
        for feature in ["videos", "long", "film", "jobs", "evening", "no_such_feature"] {
            let asked = asked_by(|| {
                black_box(entitlements.has(black_box(feature)));
            });
            assert_eq!(asked, 0, "{feature}");
        }
    }
}

#[test]
fn the_entitlements_of_somebody_with_a_tier_alone_allocate_nothing() {
    let registry = registry();
    let standing = pro();
    let asked = asked_by(|| drop(black_box(registry.entitlements(black_box(&standing), facts()))));
    assert_eq!(asked, 0);
}
