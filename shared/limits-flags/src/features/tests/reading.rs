//! What becomes of rows that cannot be read, or do not go together.

use super::*;

fn problems(registry: &Registry) -> Vec<String> {
    let problems = registry.problems().iter();
    problems
        .map(|problem| format!("{}: {}", problem.row, problem.why))
        .collect()
}

/// The seeds' rows with one more, or one changed.
fn with_row(sort: &str, body: &str) -> Registry {
    let mut rows = rows(SEEDS);
    rows.retain(|(known, _)| known != sort);
    rows.push((sort.to_owned(), body.to_owned()));
    Registry::read(rows.iter().map(|(sort, body)| (sort.as_str(), body.as_str())))
}

/// Its reason with the highest tier.
fn reason(registry: &Registry, feature: &str) -> Reason {
    let staff = of_tier("staff");
    let entitlements = registry.entitlements(&staff, facts(NOW));
    entitlements.check(feature).reason
}

#[test]
fn one_broken_row_leaves_the_others_standing() {
    for (sort, body) in [
        ("feature#chat_basic", "nonsense"),
        ("tier#pro", "{}"),
        ("addon#analytics", "[]"),
        ("component#video_page", "1"),
    ] {
        let registry = with_row(sort, body);
        let told = problems(&registry);
        assert!(told[0].starts_with(&format!("{sort}: ")), "{told:?}");
        let features = ["parallel_jobs", "debug"].map(|feature| reason(&registry, feature));
        assert_eq!(features, [Reason::Granted; 2], "{sort}");
    }
}

#[test]
fn a_feature_that_cannot_be_read_is_off_and_so_is_what_depends_on_it() {
    let registry = with_row("feature#video_generation", "{");
    assert_eq!(reason(&registry, "video_generation"), Reason::Misconfigured);
    assert_eq!(reason(&registry, "long_videos"), Reason::DependencyOff);
    let staff = of_tier("staff");
    let entitlements = registry.entitlements(&staff, facts(NOW));
    assert_eq!(
        entitlements.check("film").path,
        ["film", "long_videos", "video_generation"]
    );
}

#[test]
fn half_a_feature_is_off_rather_than_without_its_rule_or_its_limits() {
    for (body, why) in [
        (
            r#""default":true,"when":{"sounds_like":[1]}"#,
            "when.sounds_like: there is no operator",
        ),
        (r#""default":true,"when":true,"zone":"Moskau""#, "zone: `Moskau`"),
        (r#""default":true,"minimum_tier":"premum""#, "is `premium` meant?"),
        (
            r#""default":true,"type":"metered","limits":{"premum":[]}"#,
            "limits: there is no tier `premum`",
        ),
        (
            r#""default":true,"type":"metered","limits":{"free":[{"max":1,"period":"day","anchor":"9","utc_offset":"+00:00"}]}"#,
            "limits.free: limits.0: `9` is no time",
        ),
        (
            r#""default":{"enabled":true,"value":1}"#,
            "default.value: only a feature of the type config",
        ),
        (
            r#""default":{"enabled":true,"limits":[{"max":1,"period":"day","anchor":"00:00","utc_offset":"+00:00"}]}"#,
            "default.limits: only a feature of the type metered",
        ),
    ] {
        let registry = with_row("feature#x", &format!(r#"{{"name":"X",{body}}}"#));
        let told = problems(&registry).join("\n");
        assert!(told.starts_with("feature#x: ") && told.contains(why), "{told}");
        assert_eq!(reason(&registry, "x"), Reason::Misconfigured, "{body}");
        let settled = with_override(of_tier("staff"), "x", "true", None);
        let entitlements = registry.entitlements(&settled, facts(NOW));
        assert!(!entitlements.has("x"), "{body}");
    }
}

#[test]
fn what_a_tier_says_and_cannot_be_read_is_off_and_not_without_limit() {
    let registry = with_row(
        "tier#pro",
        r#"{"name":"Pro","rank":20,"inherits":"premium","features":{
            "premium_analytics":true,
            "video_generation":{"limits":[{"max":1,"period":"day","anchor":"x","utc_offset":"+00:00"}]}}}"#,
    );
    let told = problems(&registry);
    assert!(
        told[0].starts_with("tier#pro: features.video_generation.limits.0: `x`"),
        "{told:?}"
    );
    let pro = of_tier("pro");
    let entitlements = registry.entitlements(&pro, facts(NOW));
    assert_eq!(entitlements.check("video_generation").reason, Reason::NotInTier);
    assert!(entitlements.has("premium_analytics"));
}

#[test]
fn a_name_that_is_not_there_is_told_with_the_one_that_may_be_meant() {
    for (sort, body, told) in [
        (
            "feature#x",
            r#"{"name":"X","depends_on":["film","long_video"]}"#,
            "there is no feature `long_video`; is `long_videos` meant?",
        ),
        (
            "tier#x",
            r#"{"name":"X","rank":5,"features":{"film":true,"chat_basics":true}}"#,
            "there is no feature `chat_basics`; is `chat_basic` meant?",
        ),
        (
            "tier#x",
            r#"{"name":"X","rank":5,"inherits":"fre"}"#,
            "inherits: there is no tier `fre`; is `free` meant?",
        ),
        (
            "addon#x",
            r#"{"name":"X","features":{"films":true}}"#,
            "there is no feature `films`; is `film` meant?",
        ),
        (
            "component#x",
            r#"{"feature":"film","required_features":["debu"]}"#,
            "there is no feature `debu`; is `debug` meant?",
        ),
        (
            "plan#x",
            r#"{"tier":"pre"}"#,
            "tier: there is no tier `pre`; is `pro` meant?",
        ),
    ] {
        assert_eq!(problems(&with_row(sort, body)), [format!("{sort}: {told}")]);
    }
}

#[test]
fn features_that_need_themselves_are_off_and_the_circle_is_told() {
    let mut rows = rows(SEEDS);
    for (key, needed) in [("a", "b"), ("b", "c"), ("c", "a"), ("x", "a")] {
        let body = format!(r#"{{"name":"X","default":true,"depends_on":["{needed}"]}}"#);
        rows.push((format!("feature#{key}"), body));
    }
    let registry = Registry::read(rows.iter().map(|(sort, body)| (sort.as_str(), body.as_str())));
    assert_eq!(
        problems(&registry),
        [
            "feature#a: depends_on: it needs itself: a -> b -> c -> a",
            "feature#b: depends_on: it needs itself: b -> c -> a -> b",
            "feature#c: depends_on: it needs itself: c -> a -> b -> c",
        ]
    );
    assert_eq!(reason(&registry, "a"), Reason::Misconfigured);
    assert_eq!(reason(&registry, "x"), Reason::DependencyOff);
    assert_eq!(reason(&registry, "chat_basic"), Reason::Granted);
}

#[test]
fn tiers_that_inherit_from_themselves_are_told_with_the_circle() {
    let tier = |rank: u32, from: &str| format!(r#"{{"name":"T","rank":{rank},"inherits":"{from}"}}"#);
    let rows = [
        ("tier#a", tier(1, "b")),
        ("tier#b", tier(2, "c")),
        ("tier#c", tier(3, "b")),
    ];
    let registry = Registry::read(rows.iter().map(|(sort, body)| (*sort, body.as_str())));
    assert_eq!(
        problems(&registry),
        [
            "tier#b: inherits: from itself: b -> c -> b",
            "tier#c: inherits: from itself: c -> b -> c"
        ]
    );
}

#[test]
fn rows_of_a_newer_version_are_read() {
    let newer = rows(SEEDS);
    let newer: Vec<_> = newer
        .iter()
        .map(|(sort, body)| (sort, body.replacen('{', r#"{"colour":"red","#, 1)))
        .collect();
    let registry = Registry::read(newer.iter().map(|(sort, body)| (sort.as_str(), body.as_str())));
    assert_eq!(problems(&registry), Vec::<String>::new());
    assert_eq!(registry.features().count(), 9);
}

#[test]
fn without_tiers_the_defaults_hold() {
    let registry =
        registry(r#"{ "features": { "x": { "name": "X", "default": true }, "y": { "name": "Y" } } }"#);
    let nobody = Standing::default();
    let entitlements = registry.entitlements(&nobody, facts(NOW));
    assert_eq!(entitlements.tier(), None);
    assert_eq!((entitlements.has("x"), entitlements.has("y")), (true, false));
}

#[test]
fn a_rule_may_name_an_evaluator_of_the_flags() {
    let mut rows = rows(SEEDS);
    rows.push((
        "evaluator#testers".to_owned(),
        r#"{"in":["tester",{"var":"roles"}]}"#.to_owned(),
    ));
    rows.push((
        "feature#x".to_owned(),
        r#"{"name":"X","default":true,"when":{"$ref":"testers"}}"#.to_owned(),
    ));
    let registry = Registry::read(rows.iter().map(|(sort, body)| (sort.as_str(), body.as_str())));
    assert_eq!(problems(&registry), Vec::<String>::new());
    let tester = Standing {
        roles: ["tester".to_owned()].into(),
        ..Standing::default()
    };
    assert!(registry.entitlements(&tester, facts(NOW)).has("x"));
    assert!(!registry.entitlements(&Standing::default(), facts(NOW)).has("x"));
}

#[test]
fn every_limit_that_may_come_to_hold_is_known_beforehand() {
    let registry = registry(SEEDS);
    let limits = registry.limits_of("video_generation");
    // Ten, twenty-five, thirty and fifty a day are counted on the same counter.
    let ids: Vec<&str> = limits.iter().map(|limit| limit.id.as_str()).collect();
    assert_eq!(ids, ["feature-video_generation-rd"]);
    assert!(registry.limits_of("debug").is_empty());
}

#[test]
fn lists_go_by_category_order_and_key() {
    let registry = registry(SEEDS);
    let keys: Vec<&str> = registry.features().map(|(key, _)| key).collect();
    assert_eq!(
        keys.join(" "),
        "premium_analytics chat_basic night_sale parallel_jobs retired debug video_generation long_videos film"
    );
    let ranks: Vec<&str> = registry.tiers().map(|(key, _)| key).collect();
    assert_eq!(ranks.join(" "), "free premium pro unlimited staff");
}

#[test]
fn a_tier_stands_though_a_feature_that_it_gives_cannot_be_read() {
    let rows = [
        ("feature#fc", r#"{"name":"Fine","default":false}"#),
        ("feature#cfg", r#"{"name":5}"#),
        ("tier#free", r#"{"name":"Free","rank":0}"#),
        (
            "tier#ultra",
            r#"{"name":"Ultra","rank":9,"features":{"fc":true,"cfg":true}}"#,
        ),
        ("plan#day", r#"{"title":"Day","tier":"ultra"}"#),
    ];
    let registry = Registry::read(rows);
    let standing = of_tier("ultra");
    let entitlements = registry.entitlements(&standing, facts(NOW));
    assert_eq!(entitlements.tier(), Some("ultra"), "{:?}", registry.problems());
    assert!(entitlements.has("fc"));
    assert_eq!(entitlements.check("cfg").reason, Reason::Misconfigured);
}
