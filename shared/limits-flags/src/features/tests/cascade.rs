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

/// Shops in which a tier gives 10 a day and 100 a month, and free nothing.
fn with_addons(addons: &str) -> Registry {
    registry(&format!(
        r#"{{
            "features": {{ "x": {{ "name": "X", "type": "metered", "default": false }} }},
            "tiers": {{
                "free": {{ "name": "Free", "rank": 0 }},
                "pro": {{ "name": "Pro", "rank": 1, "features": {{ "x": {{ "enabled": true, "limits": [
                    {{ "max": 10, "period": "day" }}, {{ "max": 100, "period": "month" }}, {{ "max": 5, "sliding_s": 3600 }}
                ] }} }} }},
                "open": {{ "name": "Open", "rank": 2, "features": {{ "x": true }} }}
            }},
            "addons": {{ {addons} }}
        }}"#
    ))
}

fn addon(key: &str, limits: &str) -> String {
    format!(
        r#""{key}": {{ "name": "A", "features": {{ "x": {{ "enabled": true, "limits": [{limits}] }} }} }}"#
    )
}

/// What each limit admits, with the add-ons held, and which layers' limits hold.
fn admitted(registry: &Registry, tier: &str, addons: &[&str]) -> (String, String) {
    let held = addons
        .iter()
        .fold(of_tier(tier), |held, addon| with_addon(held, addon, None));
    let entitlements = registry.entitlements(&held, facts(NOW));
    let explanation = entitlements.explain("x").unwrap();
    let told = explanation.check.limits.iter().map(|limit| {
        let name = limit.id.trim_start_matches("feature-x-");
        format!("{name}={}", limit.max)
    });
    let deciding = explanation
        .layers
        .iter()
        .filter(|layer| layer.decides.contains(&"limits"));
    let deciding = deciding.map(|layer| layer.source.to_string());
    (
        told.collect::<Vec<_>>().join(" "),
        deciding.collect::<Vec<_>>().join(" "),
    )
}

#[test]
fn an_add_on_raises_limits_and_never_lowers_them() {
    let day = |max: u32| format!(r#"{{ "max": {max}, "period": "day" }}"#);
    let all = [
        addon("less", &day(3)),
        addon("more", &day(30)),
        addon("most", &day(70)),
        addon("other", r#"{ "max": 1, "period": "week" }"#),
        addon("softer", r#"{ "max": 1, "period": "day", "mode": "soft" }"#),
        addon("longer", r#"{ "max": 90, "sliding_s": 7200 }"#),
        addon("unlimited", ""),
    ];
    let registry = with_addons(&all.join(","));
    for (addons, told, by) in [
        (&[][..], "rd=10 rm=100 rs=5", "tier:pro"),
        (&["less"], "rd=10 rm=100 rs=5", "tier:pro"),
        (&["more"], "rd=30 rm=100 rs=5", "tier:pro addon:more"),
        (&["less", "more"], "rd=30 rm=100 rs=5", "tier:pro addon:more"),
        (&["more", "most"], "rd=70 rm=100 rs=5", "tier:pro addon:most"),
        // What the tier does not limit stays without limit, and 90 in two hours is not more than 5 in one.
        (&["other"], "rd=10 rm=100 rs=5", "tier:pro"),
        (&["longer"], "rd=10 rm=100 rs=5", "tier:pro"),
        // What only warns admits more than what forbids.
        (&["softer"], "rd=1 rm=100 rs=5", "tier:pro addon:softer"),
        (&["more", "unlimited"], "", "addon:unlimited"),
    ] {
        assert_eq!(
            admitted(&registry, "pro", addons),
            (told.to_owned(), by.to_owned()),
            "{addons:?}"
        );
    }
    let held = with_addon(with_addon(of_tier("pro"), "less", None), "more", None);
    let entitlements = registry.entitlements(&held, facts(NOW));
    let told = entitlements.explain("x").unwrap().to_string();
    assert_eq!(
        told.matches("(its limits admit no more than what holds without it)")
            .count(),
        1,
        "{told}"
    );
    // A tier without limit has nothing to be raised; without a tier that gives it, the add-on's own limits hold.
    assert_eq!(
        admitted(&registry, "open", &["more"]),
        (String::new(), String::new())
    );
    assert_eq!(
        admitted(&registry, "free", &["less"]),
        ("rd=3".to_owned(), "addon:less".to_owned())
    );
    assert_eq!(
        admitted(&registry, "free", &["less", "most"]),
        ("rd=70".to_owned(), "addon:most".to_owned())
    );
}

#[test]
fn whoever_holds_two_add_ons_has_no_less_than_with_either() {
    let day = r#"{ "max": 3, "period": "day" }"#;
    let month = r#"{ "max": 50, "period": "month" }"#;
    let both = format!(r#"{{ "max": 2, "period": "day" }}, {month}"#);
    let plain = r#""plain": { "name": "P", "features": { "x": true } }"#;
    let raiser = format!(r#""raiser": {{ "name": "R", "features": {{ "x": {{ "limits": [{day}] }} }} }}"#);
    let all = [
        addon("a", day),
        addon("b", &both),
        addon("c", month),
        plain.to_owned(),
        raiser,
    ];
    let registry = with_addons(&all.join(","));
    for (addons, told) in [
        (&["a", "b"][..], "rd=3"),
        (&["b", "c"], "rm=50"),
        (&["a", "c"], ""),
        // Given without a word on limits, it is without limit where nothing below sets one.
        (&["plain"], ""),
        (&["a", "plain"], ""),
        (&["b", "raiser"], "rd=3 rm=50"),
    ] {
        assert_eq!(admitted(&registry, "free", addons).0, told, "{addons:?}");
    }
    // What an operator gave without limit, an add-on does not limit.
    let held = with_addon(with_override(of_tier("free"), "x", "true", None), "a", None);
    let entitlements = registry.entitlements(&held, facts(NOW));
    assert_eq!(entitlements.check("x").limits, []);
}

#[test]
fn below_the_minimum_tier_there_is_nothing_that_an_add_on_could_take() {
    let registry = registry(
        r#"{
            "features": { "x": { "name": "X", "type": "metered", "default": true, "minimum_tier": "pro" } },
            "tiers": { "free": { "name": "Free", "rank": 0 }, "pro": { "name": "Pro", "rank": 1 } },
            "addons": { "a": { "name": "A", "features": { "x": { "enabled": true, "limits": [{ "max": 3, "period": "day" }] } } } }
        }"#,
    );
    assert_eq!(admitted(&registry, "free", &["a"]).0, "rd=3");
    assert_eq!(admitted(&registry, "pro", &["a"]).0, "");
}

#[test]
fn an_override_replaces_limits_whichever_way_and_the_explanation_says_so() {
    let registry = with_addons(&addon("more", r#"{ "max": 30, "period": "day" }"#));
    let held = with_addon(of_tier("pro"), "more", None);
    for max in [1, 1000] {
        let body = format!(r#"{{"limits":[{{"max":{max},"period":"day"}}]}}"#);
        let settled = with_override(held.clone(), "x", &body, None);
        let entitlements = registry.entitlements(&settled, facts(NOW));
        let explanation = entitlements.explain("x").unwrap();
        let admitted: Vec<u64> = explanation.check.limits.iter().map(|limit| limit.max).collect();
        assert_eq!(admitted, [max]);
        let last = explanation.layers.last().unwrap();
        assert_eq!(
            (last.source, last.decides.join(" ").as_str()),
            (Source::Override, "limits")
        );
        let others = explanation
            .layers
            .iter()
            .filter(|layer| layer.decides.contains(&"limits"));
        assert_eq!(others.count(), 1);
    }
}
