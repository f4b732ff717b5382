//! Which layer wins, and what has run out.

use super::*;

/// Whether it is granted, why, and who said so.
fn said(registry: &Registry, standing: &Standing, feature: &str) -> (bool, Reason, String) {
    let entitlements = registry.entitlements(standing, facts(NOW));
    let check = entitlements.check(feature);
    assert_eq!(check.has_access, entitlements.has(feature), "{feature}");
    (check.has_access, check.reason, check.source.to_string())
}

fn max(registry: &Registry, standing: &Standing, feature: &str) -> Option<u64> {
    let entitlements = registry.entitlements(standing, facts(NOW));
    let check = entitlements.check(feature);
    assert!(check.has_access, "{check:?}");
    check.limits.first().map(|limit| limit.max)
}

#[test]
fn the_seeds_rows_have_no_problems() {
    assert_eq!(registry(SEEDS).problems(), []);
}

#[test]
fn each_layer_wins_over_those_below_it() {
    let registry = registry(SEEDS);
    let (free, pro) = (of_tier("free"), of_tier("pro"));
    let source = |standing: &Standing, feature: &str| said(&registry, standing, feature).2;
    assert_eq!(source(&free, "parallel_jobs"), "default");
    assert_eq!(source(&free, "premium_analytics"), "default");
    assert_eq!(source(&pro, "premium_analytics"), "tier:pro");
    let held = with_addon(pro.clone(), "analytics", None);
    assert_eq!(source(&held, "premium_analytics"), "addon:analytics");
    let settled = with_override(held, "premium_analytics", "false", None);
    assert_eq!(
        said(&registry, &settled, "premium_analytics"),
        (false, Reason::OverriddenOff, "override".to_owned())
    );
}

#[test]
fn a_tier_passes_on_what_it_inherits_and_names_who_said_it() {
    let registry = registry(SEEDS);
    assert_eq!(
        said(&registry, &of_tier("unlimited"), "video_generation"),
        (true, Reason::Granted, "tier:premium".to_owned())
    );
}

#[test]
fn of_the_limits_the_most_specific_hold() {
    let registry = registry(SEEDS);
    // The feature's own row for the tier; the tier's row before the feature's; an empty list is without limit.
    assert_eq!(max(&registry, &of_tier("premium"), "video_generation"), Some(10));
    assert_eq!(max(&registry, &of_tier("pro"), "video_generation"), Some(30));
    assert_eq!(max(&registry, &of_tier("unlimited"), "video_generation"), None);
    assert_eq!(max(&registry, &of_tier("free"), "chat_basic"), Some(20));
    assert_eq!(max(&registry, &of_tier("pro"), "chat_basic"), None);
    let held = with_addon(of_tier("free"), "more_videos", None);
    assert_eq!(max(&registry, &held, "video_generation"), Some(50));
    let body = r#"{"limits":[{"max":7,"period":"day","anchor":"00:00","utc_offset":"+00:00"}]}"#;
    let settled = with_override(held, "video_generation", body, None);
    assert_eq!(max(&registry, &settled, "video_generation"), Some(7));
    // The override says only how much; that it is on, the add-on still says.
    assert_eq!(
        said(&registry, &settled, "video_generation").2,
        "addon:more_videos"
    );
}

#[test]
fn a_value_comes_from_the_most_specific_layer_that_has_one() {
    let registry = registry(SEEDS);
    let value = |standing: &Standing| {
        let entitlements = registry.entitlements(standing, facts(NOW));
        entitlements.check("parallel_jobs").value.cloned()
    };
    assert_eq!(value(&of_tier("free")), Some(1.into()));
    assert_eq!(value(&of_tier("premium")), Some(2.into()));
    assert_eq!(value(&of_tier("staff")), Some(4.into()));
    let settled = with_override(of_tier("free"), "parallel_jobs", r#"{"value":9}"#, None);
    assert_eq!(value(&settled), Some(9.into()));
    let off = with_override(of_tier("pro"), "parallel_jobs", "false", None);
    assert_eq!(value(&off), None, "what is off has no value");
}

#[test]
fn who_has_no_tier_or_one_that_nobody_knows_has_the_lowest() {
    let registry = registry(SEEDS);
    for standing in [Standing::default(), of_tier("gone")] {
        let entitlements = registry.entitlements(&standing, facts(NOW));
        assert_eq!(entitlements.tier(), Some("free"));
        assert!(entitlements.has("chat_basic"));
        assert!(!entitlements.has("premium_analytics"));
    }
}

#[test]
fn a_plan_brings_its_tier_and_the_higher_one_holds() {
    let registry = registry(SEEDS);
    let tier = |tier: &str, plan: &str| {
        let plan = Some(Held {
            key: plan.to_owned(),
            until: None,
        });
        let standing = Standing {
            plan,
            ..of_tier(tier)
        };
        let entitlements = registry.entitlements(&standing, facts(NOW));
        entitlements.tier().unwrap().to_owned()
    };
    assert_eq!(tier("premium", "unlimited_1day"), "unlimited");
    assert_eq!(tier("staff", "unlimited_1day"), "staff");
    assert_eq!(tier("premium", "credits"), "premium");
}

#[test]
fn what_was_given_holds_up_to_its_end_and_not_at_it() {
    let registry = registry(SEEDS);
    let until = Some(NOW);
    let held = |key: &str| {
        Some(Held {
            key: key.to_owned(),
            until,
        })
    };
    let standings = [
        Standing {
            tier: held("pro"),
            ..Standing::default()
        },
        Standing {
            plan: held("unlimited_1day"),
            ..Standing::default()
        },
        Standing {
            plan: Some(Held {
                key: "unlimited_1day".to_owned(),
                until: Some(Timestamp(NOW.0 - 5)),
            }),
            plan_grace: until,
            ..Standing::default()
        },
        with_addon(Standing::default(), "analytics", until),
        with_override(Standing::default(), "premium_analytics", "true", until),
    ];
    for standing in standings {
        let at = |now: i64| {
            let entitlements = registry.entitlements(&standing, facts(Timestamp(now)));
            let check = entitlements.check("premium_analytics");
            (check.reason, check.expires_at)
        };
        assert_eq!(at(NOW.0 - 1), (Reason::Granted, until), "{standing:?}");
        assert_eq!(at(NOW.0), (Reason::Expired, None), "{standing:?}");
    }
}

#[test]
fn expired_is_said_only_of_what_would_have_given_it() {
    let registry = registry(SEEDS);
    let until = Some(Timestamp(1));
    let standing = with_addon(Standing::default(), "more_videos", until);
    assert_eq!(
        said(&registry, &standing, "premium_analytics").1,
        Reason::NotInTier
    );
    assert_eq!(said(&registry, &standing, "video_generation").1, Reason::Expired);
}

#[test]
fn a_tier_lasts_as_long_as_the_later_of_what_brings_it() {
    let registry = registry(SEEDS);
    let until = |end: i64| Some(Timestamp(NOW.0 + end));
    let held = |key: &str, until| {
        Some(Held {
            key: key.to_owned(),
            until,
        })
    };
    let expires_at = |tier: Option<Held>, plan: Option<Held>| {
        let standing = Standing {
            tier,
            plan,
            ..Standing::default()
        };
        let entitlements = registry.entitlements(&standing, facts(NOW));
        entitlements.check("premium_analytics").expires_at
    };
    let plan = held("unlimited_1day", until(5));
    assert_eq!(expires_at(held("unlimited", until(9)), plan.clone()), until(9));
    assert_eq!(expires_at(held("unlimited", None), plan.clone()), None);
    // A lower tier that lasts longer is not what grants it.
    assert_eq!(expires_at(held("pro", None), plan), until(5));
}

#[test]
fn one_add_on_that_gives_is_enough_and_of_several_values_the_first_keys_holds() {
    let registry = registry(
        r#"{
            "features": { "x": { "name": "X", "type": "config", "default": { "enabled": false, "value": 0 } } },
            "addons": {
                "a": { "name": "A", "features": { "x": { "enabled": false, "value": 1 } } },
                "b": { "name": "B", "features": { "x": { "enabled": true, "value": 2 } } }
            }
        }"#,
    );
    let standing = with_addon(with_addon(Standing::default(), "b", None), "a", None);
    let entitlements = registry.entitlements(&standing, facts(NOW));
    let check = entitlements.check("x");
    assert_eq!((check.has_access, check.source), (true, Source::Addon("b")));
    assert_eq!(check.value, Some(&1.into()));
}

#[test]
fn an_override_that_cannot_be_read_is_as_if_it_were_not_there() {
    let registry = registry(SEEDS);
    for body in ["nonsense", "7", r#"{"limits":[{"max":1}]}"#, r#"{"value":1}"#] {
        let standing = with_override(of_tier("pro"), "premium_analytics", body, None);
        let (has_access, _, source) = said(&registry, &standing, "premium_analytics");
        assert_eq!((has_access, source.as_str()), (true, "tier:pro"), "{body}");
    }
}
