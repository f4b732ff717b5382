//! What a feature has to pass after the cascade.

use super::*;

fn reason(registry: &Registry, standing: &Standing, feature: &str) -> Reason {
    let entitlements = registry.entitlements(standing, facts(NOW));
    let check = entitlements.check(feature);
    assert_eq!(check.has_access, check.reason == Reason::Granted);
    assert_eq!(check.has_access, entitlements.has(feature), "{feature}");
    check.reason
}

#[test]
fn an_unknown_feature_is_not_granted() {
    assert_eq!(
        reason(&registry(SEEDS), &of_tier("staff"), "teleport"),
        Reason::UnknownFeature
    );
}

#[test]
fn an_inactive_feature_is_off_for_everybody_whatever_was_settled() {
    let registry = registry(SEEDS);
    let settled = with_override(of_tier("staff"), "retired", "true", None);
    assert_eq!(reason(&registry, &settled, "retired"), Reason::Inactive);
}

#[test]
fn a_tier_below_the_minimum_is_too_low_whatever_the_default_says() {
    let registry = registry(SEEDS);
    assert_eq!(
        reason(&registry, &of_tier("free"), "long_videos"),
        Reason::TierTooLow
    );
    assert_eq!(
        reason(&registry, &of_tier("premium"), "long_videos"),
        Reason::Granted
    );
    assert_eq!(
        reason(&registry, &of_tier("staff"), "long_videos"),
        Reason::Granted
    );
}

#[test]
fn what_was_given_to_the_customer_is_above_the_minimum_tier() {
    let registry = registry(SEEDS);
    let free = of_tier("free");
    let held = with_addon(free.clone(), "more_videos", None);
    assert_eq!(reason(&registry, &held, "video_generation"), Reason::Granted);
    let settled = with_override(free.clone(), "video_generation", "true", None);
    assert_eq!(reason(&registry, &settled, "video_generation"), Reason::Granted);
    // Saying only how much of it gives nothing.
    let only_limits = with_override(free, "video_generation", r#"{"limits":[]}"#, None);
    assert_eq!(
        reason(&registry, &only_limits, "video_generation"),
        Reason::TierTooLow
    );
}

#[test]
fn a_rule_holds_for_everybody_and_at_its_time() {
    let registry = registry(SEEDS);
    let at = |country, now: i64, standing: &Standing| {
        let facts = Facts {
            country,
            ..facts(Timestamp(now))
        };
        registry.entitlements(standing, facts).check("night_sale").reason
    };
    // 21:00 in Moscow.
    let nine = 1_795_284_000_000;
    let nobody = Standing::default();
    assert_eq!(at(Some("RU"), nine, &nobody), Reason::Granted);
    assert_eq!(at(Some("RU"), nine - 1, &nobody), Reason::Targeting);
    assert_eq!(at(Some("US"), nine, &nobody), Reason::Targeting);
    assert_eq!(at(None, nine, &nobody), Reason::Targeting);
    let settled = with_override(Standing::default(), "night_sale", "true", None);
    assert_eq!(at(Some("US"), nine, &settled), Reason::Targeting);
    // What an operator noted is believed before what the request seems to come from.
    let noted = Standing {
        country: Some("KZ".to_owned()),
        ..Standing::default()
    };
    assert_eq!(at(Some("US"), nine, &noted), Reason::Granted);
}

#[test]
fn what_depends_on_something_that_is_off_is_off_and_the_path_is_told() {
    let registry = registry(SEEDS);
    let free = of_tier("free");
    let entitlements = registry.entitlements(&free, facts(NOW));
    let check = entitlements.check("film");
    assert_eq!(check.reason, Reason::DependencyOff);
    assert_eq!(check.path, ["film", "long_videos"]);
    assert_eq!(check.unlocked_by.tier, Some("premium"));
    // Further down: long videos are given, but not what they depend on.
    let settled = with_override(free, "long_videos", "true", None);
    let entitlements = registry.entitlements(&settled, facts(NOW));
    let check = entitlements.check("film");
    assert_eq!(check.path, ["film", "long_videos", "video_generation"]);
    assert_eq!(
        entitlements.check("long_videos").path,
        ["long_videos", "video_generation"]
    );
    assert_eq!(reason(&registry, &of_tier("premium"), "film"), Reason::Granted);
}

#[test]
fn the_cheapest_tier_and_every_add_on_that_would_do_are_named() {
    let registry = registry(SEEDS);
    let unlocked = |standing: &Standing, feature: &str| {
        let entitlements = registry.entitlements(standing, facts(NOW));
        let unlock = entitlements.check(feature).unlocked_by;
        (unlock.tier.map(str::to_owned), unlock.addons.join(" "))
    };
    let tier = |tier: &str| Some(tier.to_owned());
    let free = of_tier("free");
    assert_eq!(
        unlocked(&free, "premium_analytics"),
        (tier("pro"), "analytics".to_owned())
    );
    assert_eq!(unlocked(&free, "long_videos"), (tier("premium"), String::new()));
    // An add-on that grants what is missing grants what depends on it.
    let half = with_override(free.clone(), "long_videos", "true", None);
    assert_eq!(
        unlocked(&half, "long_videos"),
        (tier("premium"), "more_videos".to_owned())
    );
    // The staff's tier would do, and is not on offer; and nothing lifts what was settled.
    assert_eq!(unlocked(&free, "debug"), (None, String::new()));
    let settled = with_override(free.clone(), "premium_analytics", "false", None);
    assert_eq!(unlocked(&settled, "premium_analytics"), (None, String::new()));
    assert_eq!(
        unlocked(&free, "chat_basic"),
        (None, String::new()),
        "it is granted"
    );
}

#[test]
fn an_add_on_that_is_not_on_offer_is_not_named() {
    let registry = registry(
        r#"{
            "features": { "x": { "name": "X" } },
            "addons": {
                "sold": { "name": "Sold", "features": { "x": true } },
                "gift": { "name": "Gift", "is_offered": false, "features": { "x": true } },
                "old": { "name": "Old", "is_withdrawn": true, "features": { "x": true } }
            }
        }"#,
    );
    let nobody = Standing::default();
    let entitlements = registry.entitlements(&nobody, facts(NOW));
    assert_eq!(entitlements.check("x").unlocked_by.addons, ["sold"]);
}

#[test]
fn what_is_withdrawn_is_not_named_and_holds_for_who_has_it() {
    let registry = registry(
        r#"{
            "features": { "x": { "name": "X" } },
            "tiers": {
                "free": { "name": "Free", "rank": 0 },
                "old": { "name": "Old", "rank": 1, "is_withdrawn": true, "features": { "x": true } },
                "new": { "name": "New", "rank": 2, "features": { "x": true } }
            }
        }"#,
    );
    let nobody = Standing::default();
    let entitlements = registry.entitlements(&nobody, facts(NOW));
    assert_eq!(entitlements.check("x").unlocked_by.tier, Some("new"));
    let old = of_tier("old");
    assert!(registry.entitlements(&old, facts(NOW)).check("x").has_access);
}

#[test]
fn a_lower_tier_is_no_upgrade() {
    let registry = registry(
        r#"{
            "tiers": {
                "low": { "name": "Low", "rank": 1, "features": { "x": true } },
                "high": { "name": "High", "rank": 2 },
                "higher": { "name": "Higher", "rank": 3 }
            },
            "features": { "x": { "name": "X" } }
        }"#,
    );
    let high = of_tier("high");
    let entitlements = registry.entitlements(&high, facts(NOW));
    assert!(entitlements.check("x").unlocked_by.is_empty());
}
