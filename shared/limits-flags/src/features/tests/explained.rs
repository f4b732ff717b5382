//! What an explanation tells.

use super::*;

#[test]
fn every_layer_is_told_with_what_became_of_it() {
    let registry = registry(SEEDS);
    let mut standing = with_addon(of_tier("pro"), "more_videos", Some(Timestamp(1)));
    standing = with_addon(standing, "gone", None);
    standing = with_addon(standing, "analytics", None);
    standing = with_override(standing, "video_generation", r#"{"limits":[]}"#, None);
    let entitlements = registry.entitlements(&standing, facts(NOW));
    let explanation = entitlements.explain("video_generation").unwrap();
    let layers = explanation.layers.iter();
    let told: Vec<String> = layers
        .map(|layer| format!("{} {:?} {}", layer.source, layer.state, layer.decides.join(",")))
        .collect();
    assert_eq!(
        told,
        [
            "default Outdone ",
            "tier:free Silent ",
            "tier:premium Holds enabled",
            "tier:pro Outdone ",
            "addon:analytics Silent ",
            "addon:gone Unknown ",
            "addon:more_videos Expired ",
            "override Holds limits",
        ]
    );
    assert_eq!(explanation.check, entitlements.check("video_generation"));
    assert!(entitlements.explain("teleport").is_none());
}

#[test]
fn what_was_given_and_does_not_hold_is_told_with_the_reason() {
    let registry = registry(SEEDS);
    let states = |standing: &Standing| {
        let entitlements = registry.entitlements(standing, facts(NOW));
        let explanation = entitlements.explain("premium_analytics").unwrap();
        let layers = explanation
            .layers
            .iter()
            .filter(|layer| layer.state != LayerState::Silent);
        let told = layers.map(|layer| format!("{} {:?} {}", layer.source, layer.state, layer.note));
        told.collect::<Vec<_>>().join(", ")
    };
    let settled = with_override(Standing::default(), "premium_analytics", "true", Some(NOW));
    assert_eq!(states(&settled), "default Holds , override Expired promised");
    assert_eq!(states(&of_tier("gold")), "default Holds , tier:gold Unknown ");
    let with_plan = Standing {
        plan: Some(Held {
            key: "unlimited_1day".to_owned(),
            until: Some(NOW),
        }),
        ..of_tier("free")
    };
    assert_eq!(
        states(&with_plan),
        "default Holds , tier:unlimited Expired with the plan unlimited_1day"
    );
    let awaited = Standing {
        plan_grace: Some(Timestamp(NOW.0 + 1)),
        ..with_plan
    };
    assert_eq!(states(&awaited), "default Outdone , tier:pro Holds ");
}

#[test]
fn an_explanation_reads_as_text() {
    let registry = registry(SEEDS);
    let standing = Standing {
        tier: Some(Held {
            key: "pro".to_owned(),
            until: Some(NOW),
        }),
        ..Standing::default()
    };
    let standing = with_override(standing, "film", "{", None);
    let entitlements = registry.entitlements(&standing, facts(NOW));
    let text = entitlements.explain("film").unwrap().to_string();
    let lines = [
        "film: dependency_off, by default; tier free",
        "  default                  on; decides enabled",
        "  tier:free                says nothing of it",
        "  tier:pro                 has run out",
        "  override                 cannot be read (EOF while parsing an object at line 1 column 1)",
        "  is_active                passed",
        "  minimum_tier             passed: none is set",
        "  when                     passed: no rule is set",
        "  depends_on               long_videos: tier_too_low",
        "  depends_on               chat_basic: granted",
        "  depends_on               long_videos -> video_generation: tier_too_low",
        "  off because of           film -> long_videos",
        "  unlocked by              tier:premium",
        "",
    ];
    assert_eq!(text, lines.join("\n"));
}

#[test]
fn a_gate_that_is_refused_is_told_even_behind_another() {
    let registry = registry(
        r#"{
            "tiers": { "free": { "name": "Free", "rank": 0 }, "pro": { "name": "Pro", "rank": 1 } },
            "features": { "x": { "name": "X", "default": true, "minimum_tier": "pro", "is_active": false,
                "when": { "==": [{ "var": "country" }, "KZ"] } } },
            "addons": { "x": { "name": "X", "features": { "x": true } } }
        }"#,
    );
    let passed = |standing: &Standing| {
        let entitlements = registry.entitlements(standing, facts(NOW));
        let explanation = entitlements.explain("x").unwrap();
        let gates = explanation.gates.iter();
        gates
            .map(|gate| format!("{} {}", gate.gate, gate.passed))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let free = of_tier("free");
    assert_eq!(passed(&free), "is_active false, minimum_tier false, when false");
    let held = with_addon(free, "x", None);
    assert_eq!(passed(&held), "is_active false, minimum_tier true, when false");
}

#[test]
fn an_explanation_is_data_with_stable_names() {
    let registry = registry(SEEDS);
    let premium = of_tier("premium");
    let entitlements = registry.entitlements(&premium, facts(NOW));
    let told = serde_json::to_value(entitlements.explain("parallel_jobs").unwrap()).unwrap();
    assert_eq!(told["check"]["reason"], "granted");
    assert_eq!(told["check"]["source"], "default");
    assert_eq!(told["check"]["value"], 2);
    assert_eq!(
        told["layers"][2],
        serde_json::json!({ "source": "tier:premium", "state": "holds", "value": 2, "decides": ["value"] })
    );
    let videos = serde_json::to_value(entitlements.check("video_generation")).unwrap();
    assert_eq!(
        videos["limits"],
        serde_json::json!([{ "id": "feature-video_generation-rd", "max": 10 }])
    );
}

#[test]
fn every_reason_has_the_name_that_serde_gives_it() {
    for reason in [
        Reason::Granted,
        Reason::UnknownFeature,
        Reason::Misconfigured,
        Reason::Inactive,
        Reason::OverriddenOff,
        Reason::Expired,
        Reason::TierTooLow,
        Reason::NotInTier,
        Reason::Targeting,
        Reason::DependencyOff,
        Reason::UnknownTier,
        Reason::ModelOff,
        Reason::LimitReached,
    ] {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
}
