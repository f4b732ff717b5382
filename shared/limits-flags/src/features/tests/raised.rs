//! What add-ons do to limits.

use super::*;

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

#[test]
fn each_limit_says_which_layer_set_it() {
    let raise = addon("more", r#"{ "max": 30, "period": "day" }"#);
    let registry = with_addons(&raise);
    let sources = |standing: &Standing| {
        let entitlements = registry.entitlements(standing, facts(NOW));
        let check = entitlements.check("x");
        let source = |limit| check.limit_source(limit).unwrap().to_string();
        check.limits.iter().map(source).collect::<Vec<_>>()
    };
    let held = with_addon(of_tier("pro"), "more", None);
    assert_eq!(sources(&of_tier("pro")), ["tier:pro"; 3]);
    assert_eq!(sources(&held), ["addon:more", "tier:pro", "tier:pro"]);
    let body = r#"{ "enabled": true, "limits": [{ "max": 1, "period": "day" }] }"#;
    assert_eq!(sources(&with_override(held, "x", body, None)), ["override"]);
}

#[test]
fn an_add_on_that_gives_with_the_limits_below_is_not_lowered_by_one_that_says_less() {
    let plain = r#""plain": { "name": "P", "features": { "x": true } }"#;
    let less = addon("less", r#"{ "max": 3, "period": "day" }"#);
    let document = format!(
        r#"{{
            "features": {{ "x": {{ "name": "X", "type": "metered", "default":
                {{ "enabled": false, "limits": [{{ "max": 22, "period": "day" }}] }} }} }},
            "addons": {{ {plain}, {less} }}
        }}"#
    );
    let registry = registry(&document);
    let max = |addons: &[&str]| {
        let held = addons
            .iter()
            .fold(Standing::default(), |held, addon| with_addon(held, addon, None));
        let entitlements = registry.entitlements(&held, facts(NOW));
        entitlements.check("x").limits.first().map(|limit| limit.max)
    };
    assert_eq!(max(&["plain"]), Some(22));
    assert_eq!(max(&["less"]), Some(3));
    assert_eq!(max(&["less", "plain"]), Some(22));
}
