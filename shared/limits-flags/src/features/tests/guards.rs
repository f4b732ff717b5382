//! Passes and refusals, models and components.

use domain::catalog::Model;
use domain::window::Schedule;

use super::*;
use crate::document::ModelRow;

fn model(id: &str, enabled: bool, requires: &str) -> Model {
    let row = format!(
        r#"{{"title":"K","enabled":{enabled},"provider":"kie","family":"k","text":true,"image":true,
            "prices":[{{"seconds":5,"credits":1}}],"aspects":["9:16"],"prompt_chars_max":9,"typical_s":9,
            "poll_after_s":5,"render_max_s":9,"requires":{requires}}}"#
    );
    serde_json::from_str::<ModelRow>(&row)
        .unwrap()
        .read(id, &Schedule::moscow_day())
        .unwrap()
}

#[test]
fn a_pass_carries_what_is_to_be_counted_and_a_refusal_what_would_help() {
    let registry = registry(SEEDS);
    let premium = of_tier("premium");
    let entitlements = registry.entitlements(&premium, facts(NOW));
    assert_eq!(entitlements.require("video_generation").unwrap().limits.len(), 1);
    assert_eq!(
        entitlements.require("parallel_jobs").unwrap().value,
        Some(&2.into())
    );
    let denial = *entitlements.require("premium_analytics").unwrap_err();
    assert_eq!(
        denial,
        Denial {
            reason: Reason::NotInTier,
            feature: Some("premium_analytics".to_owned()),
            model: None,
            needs_tier: Some("pro".to_owned()),
            needs_addon: vec!["analytics".to_owned()],
            path: Vec::new(),
        }
    );
    assert_eq!(
        denial.to_string(),
        "not_in_tier, feature premium_analytics, needs tier pro"
    );
}

#[test]
fn all_features_of_an_order_are_required_and_all_their_limits_counted() {
    let registry = registry(SEEDS);
    let free = with_addon(of_tier("free"), "more_videos", None);
    let entitlements = registry.entitlements(&free, facts(NOW));
    let limits = entitlements
        .require_all(["video_generation", "chat_basic"])
        .unwrap();
    let ids: Vec<&str> = limits.iter().map(|limit| limit.id.as_str()).collect();
    assert_eq!(ids, ["feature-video_generation-rd", "feature-chat_basic-rd"]);
    let denial = entitlements.require_all(["chat_basic", "film"]).unwrap_err();
    assert_eq!(denial.path, ["film", "long_videos"]);
}

#[test]
fn a_tier_is_required_at_least() {
    let registry = registry(SEEDS);
    let pro = of_tier("pro");
    let entitlements = registry.entitlements(&pro, facts(NOW));
    for tier in ["free", "premium", "pro"] {
        entitlements.require_tier(tier).unwrap();
    }
    let denial = entitlements.require_tier("unlimited").unwrap_err();
    assert_eq!(
        (denial.reason, denial.needs_tier.as_deref()),
        (Reason::TierTooLow, Some("unlimited"))
    );
    assert_eq!(
        entitlements.require_tier("gold").unwrap_err().reason,
        Reason::UnknownTier
    );
}

#[test]
fn a_model_needs_to_be_on_offer_and_all_its_features() {
    let registry = registry(SEEDS);
    let models = [
        model("open", true, "[]"),
        model("off", false, "[]"),
        model("videos", true, r#"["video_generation","chat_basic"]"#),
        model("analysts", true, r#"["chat_basic","premium_analytics"]"#),
    ];
    let enabled = |standing: &Standing| {
        let entitlements = registry.entitlements(standing, facts(NOW));
        let ids = entitlements
            .enabled_models(&models)
            .map(|model| model.id.0.as_str());
        let ids = ids.collect::<Vec<_>>().join(" ");
        for model in &models {
            let required = entitlements.require_model(model);
            assert_eq!(
                required.is_ok(),
                ids.split(' ').any(|id| id == model.id.0),
                "{model:?}"
            );
        }
        ids
    };
    assert_eq!(enabled(&of_tier("free")), "open");
    assert_eq!(enabled(&of_tier("premium")), "open videos");
    assert_eq!(enabled(&of_tier("pro")), "open videos analysts");
    let free = of_tier("free");
    let entitlements = registry.entitlements(&free, facts(NOW));
    let denial = |model| *entitlements.require_model(model).unwrap_err();
    assert_eq!(denial(&models[1]).reason, Reason::ModelOff);
    let denial = denial(&models[3]);
    assert_eq!(denial.feature.as_deref(), Some("premium_analytics"));
    assert_eq!(denial.model.as_deref(), Some("analysts"));
}

#[test]
fn a_component_is_there_if_its_feature_and_all_that_it_needs_are_granted() {
    let registry = registry(SEEDS);
    let components = |tier: &str| {
        let standing = of_tier(tier);
        let entitlements = registry.entitlements(&standing, facts(NOW));
        entitlements.enabled_components().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(components("free"), "");
    assert_eq!(components("premium"), "video_page");
    assert_eq!(components("pro"), "film_page video_page");
}

#[test]
fn of_several_refusals_the_one_that_nothing_would_lift_is_told() {
    let registry = registry(
        r#"{
            "features": {
                "long": { "name": "L", "default": true, "minimum_tier": "pro" },
                "off": { "name": "O", "default": true, "is_active": false }
            },
            "tiers": { "free": { "name": "F", "rank": 0 }, "pro": { "name": "P", "rank": 1 } }
        }"#,
    );
    let standing = Standing::default();
    let entitlements = registry.entitlements(&standing, facts(NOW));
    for features in [["long", "off"], ["off", "long"]] {
        let denial = entitlements.require_all(features).unwrap_err();
        assert_eq!(denial.reason, Reason::Inactive, "{features:?}");
    }
    let denial = entitlements.require_all(["long"]).unwrap_err();
    assert_eq!(denial.needs_tier.as_deref(), Some("pro"));
}
