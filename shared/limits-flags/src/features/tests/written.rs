//! What may be written and what not.

use super::*;

/// What a row would be refused for, among the seeds' rows.
fn refused(sort: &str, body: &str) -> Vec<String> {
    let mut taken = RegistryRows::default();
    for (known, body) in rows(SEEDS) {
        taken.take(&known, &body);
    }
    taken.take(sort, body);
    let found = problems(taken, ["new_jobs", "provider-kie"]);
    found
        .iter()
        .map(|problem| format!("{}: {}", problem.row, problem.why))
        .collect()
}

#[test]
fn the_seeds_rows_may_be_written() {
    assert_eq!(refused("addon#none", r#"{"name":"None"}"#), Vec::<String>::new());
}

/// Each row is refused, and for this alone.
#[track_caller]
fn refused_for(cases: &[(&str, &str, &str)]) {
    for (sort, body, why) in cases {
        assert_eq!(refused(sort, body), [format!("{sort}: {why}")], "{body}");
    }
}

#[test]
fn a_feature_that_makes_no_sense_is_refused_with_the_reason() {
    refused_for(&[
        (
            "feature#new_jobs",
            r#"{"name":"X","default":false}"#,
            "a flag has the same key; whoever asks for it could mean either",
        ),
        (
            "feature#X",
            r#"{"name":"X","default":false}"#,
            "a key has 1 to 32 of the letters a-z 0-9 _ - .",
        ),
        (
            "feature#x",
            r#"{"name":{"en":"X","ru":""},"default":false}"#,
            "name: must not be empty",
        ),
        (
            "feature#x",
            r#"{"name":"X","default":{"limits":[]},"type":"metered"}"#,
            "default: say whether it is enabled where nothing else is said",
        ),
        (
            "feature#x",
            r#"{"name":"X","default":true,"type":"config"}"#,
            "default.value: a config feature needs one; it also says of what type the others are",
        ),
        (
            "feature#x",
            r#"{"name":"X","default":false,"when":{"==":[{"var":"contry"},"RU"]}}"#,
            "when: no rule is told `contry`; is `country` meant?",
        ),
        (
            "feature#x",
            r#"{"name":"X","default":false,"zone":"+03:00"}"#,
            "zone: there is no `when` that would read a clock in it",
        ),
        (
            "feature#x",
            r#"{"name":"X","default":false,"type":"metered","minimum_tier":"pro","limits":{"premium":[]}}"#,
            "limits.premium: below minimum_tier `pro`, and never asked for",
        ),
    ]);
}

#[test]
fn what_gives_features_and_makes_no_sense_is_refused_with_the_reason() {
    refused_for(&[
        (
            "tier#x",
            r#"{"name":"X","rank":5,"inherits":"pro"}"#,
            "inherits: `pro` has the rank 20, which is not below 5",
        ),
        (
            "tier#x",
            r#"{"name":"X","rank":5,"features":{"parallel_jobs":{"value":"two"}}}"#,
            "features.parallel_jobs: value: \"two\" is a text, and the default's 1 is a whole number",
        ),
        (
            "tier#x",
            r#"{"name":"X","rank":5,"features":{"parallel_jobs":{}}}"#,
            "features.parallel_jobs: it says nothing: give enabled, value or limits",
        ),
        (
            "addon#x",
            r#"{"name":"X","features":{"video_generation":{"limits":[{"max":9,"period":"month"}]}}}"#,
            "features.video_generation.limits: these are feature-video_generation-rm, and those of the add-on `more_videos` \
             feature-video_generation-rd; each gives it without the other's, so whoever held both would have it without limit: let both count the same",
        ),
        (
            "addon#x",
            r#"{"name":"X","features":{"film":false}}"#,
            "features.film: an add-on adds; to take something from a customer, use an override",
        ),
        (
            "component#x",
            "{}",
            "it names no feature: it would be there for everybody",
        ),
    ]);
}

#[test]
fn limits_of_one_list_that_count_the_same_need_an_id_wherever_the_list_stands() {
    let list = |id: &str| {
        format!(
            r#"[{{"max":9,"period":"month"}},{{"max":8,"period":"day","mode":"soft"{id}}},{{"max":9,"period":"day","zone":"Europe/Moscow"}}]"#
        )
    };
    let rows = |list: &str| {
        let feature = r#"{"name":"X","type":"metered","default":"#;
        [
            (
                "tier#x",
                format!(r#"{{"name":"X","rank":5,"features":{{"video_generation":{{"limits":{list}}}}}}}"#),
            ),
            (
                "feature#x",
                format!(r#"{feature}{{"enabled":true,"limits":{list}}}}}"#),
            ),
            (
                "feature#x",
                format!(r#"{feature}true,"limits":{{"pro":{list}}}}}"#),
            ),
        ]
    };
    for (sort, body) in rows(&list("")) {
        let told = refused(sort, &body);
        let [told] = &told[..] else { panic!("{told:?}") };
        let both = "limits.1 and limits.2: both are counted as `rd`; give one of them an `id`";
        assert!(told.contains(both), "{told}");
    }
    for (sort, body) in rows(&list(r#","id":"warning""#)) {
        assert_eq!(refused(sort, &body), Vec::<String>::new());
    }
    let taken = &rows(&list(r#","id":"rm""#))[0].1;
    assert!(refused("tier#x", taken)[0].contains("limits.0 and limits.1: both are counted as `rm`"));
    for id in ["", "2", "a-b", "Big", "a.b"] {
        let wrong = &rows(&list(&format!(r#","id":"{id}""#)))[0].1;
        assert!(
            refused("tier#x", wrong)[0].contains(&format!("the id `{id}`")),
            "{id}"
        );
    }
    let registry = registry(SEEDS);
    let override_ = |list: &str| {
        registry.may_say(
            "video_generation",
            &serde_json::from_str(&format!(r#"{{"limits":{list}}}"#)).unwrap(),
        )
    };
    assert!(override_(&list("")).is_err());
    assert_eq!(override_(&list(r#","id":"warning""#)), Ok(()));
}

#[test]
fn two_tiers_of_one_rank_are_refused() {
    let told = refused("tier#x", r#"{"name":"X","rank":20}"#);
    assert_eq!(told, ["tier#pro: rank: 20 is also that of `x`"]);
}

#[test]
fn a_tier_below_the_minimum_may_not_give_a_feature() {
    let told = refused(
        "tier#x",
        r#"{"name":"X","rank":5,"features":{"video_generation":true}}"#,
    );
    assert_eq!(
        told,
        ["feature#video_generation: minimum_tier: `premium` is above the tier `x`, which gives it"]
    );
}

#[test]
fn what_takes_a_row_out_is_refused_as_well() {
    assert!(refused("tier#pro", "{")[0].starts_with("tier#pro: EOF"));
    let circle = r#"{"name":"X","default":true,"depends_on":["film"]}"#;
    let told = refused("feature#video_generation", circle).join("\n");
    let path = "video_generation -> film -> long_videos -> video_generation";
    assert!(
        told.contains(&format!(
            "feature#video_generation: depends_on: it needs itself: {path}"
        )),
        "{told}"
    );
}

#[test]
fn an_override_is_looked_at_before_it_is_written() {
    let registry = registry(SEEDS);
    let given = |body: &str| serde_json::from_str::<Given>(body).unwrap();
    let may_say = |feature: &str, body: &str| registry.may_say(feature, &given(body));
    may_say("parallel_jobs", r#"{"value":9}"#).unwrap();
    may_say("video_generation", "false").unwrap();
    let why = |feature: &str, body: &str| may_say(feature, body).unwrap_err();
    assert_eq!(
        why("flim", "true"),
        "there is no feature `flim`; is `film` meant?"
    );
    assert_eq!(
        why("film", "{}"),
        "it says nothing: give enabled, value or limits"
    );
    assert!(why("film", r#"{"value":9}"#).starts_with("value: only a feature of the type config"));
    assert!(why("parallel_jobs", r#"{"value":true}"#).contains("is a boolean"));
    let limits = r#"{"limits":[{"max":1,"period":"day","anchor":"x","utc_offset":"+00:00"}]}"#;
    assert!(why("video_generation", limits).starts_with("limits.0: `x` is no time of day"));
}

#[test]
fn only_what_is_there_may_be_given() {
    let registry = registry(SEEDS);
    registry.known_tier("pro").unwrap();
    registry.known_addon("analytics").unwrap();
    assert_eq!(
        registry.known_tier("por").unwrap_err(),
        "there is no tier `por`; is `pro` meant?"
    );
    assert_eq!(
        registry.known_addon("analitics").unwrap_err(),
        "there is no add-on `analitics`; is `analytics` meant?"
    );
}

#[test]
fn what_is_written_is_what_is_read() {
    for (sort, body) in rows(SEEDS) {
        let again = |body: &str| match sort.split('#').next() {
            Some("feature") => serde_json::to_value(serde_json::from_str::<FeatureRow>(body).unwrap()),
            Some("tier") => serde_json::to_value(serde_json::from_str::<TierRow>(body).unwrap()),
            Some("addon") => serde_json::to_value(serde_json::from_str::<AddonRow>(body).unwrap()),
            Some("component") => serde_json::to_value(serde_json::from_str::<ComponentRow>(body).unwrap()),
            _ => Ok(serde_json::Value::Null),
        };
        let written = again(&body).unwrap();
        if !written.is_null() {
            assert_eq!(again(&written.to_string()).unwrap(), written);
            let read: serde_json::Value = serde_json::from_str(&body).unwrap();
            for (field, value) in read.as_object().unwrap() {
                assert_eq!(&written[field], value, "{sort}.{field}");
            }
        }
    }
}

#[test]
fn a_field_that_nobody_knows_is_found_inside_of_what_is_given_and_of_texts() {
    let unknown = |row: &str| {
        let mut found = Vec::new();
        let mut json = serde_json::Deserializer::from_str(row);
        let _: TierRow = serde_ignored::deserialize(&mut json, |path| found.push(path.to_string())).unwrap();
        found.join(" ")
    };
    assert_eq!(
        unknown(r#"{"name":{"en":"T","ru":"T","de":"T"},"rank":1,"features":{"x":{"enable":true}}}"#),
        "name.de features.x.enable"
    );
}

#[test]
fn a_text_is_told_in_the_languages_that_there_are() {
    let texts = Texts {
        en: "Chat".to_owned(),
        ru: "Чат".to_owned(),
    };
    for (locale, told) in [
        ("ru", "Чат"),
        ("ru-RU", "Чат"),
        ("RU_ru", "Чат"),
        ("en", "Chat"),
        ("de", "Chat"),
        ("", "Chat"),
    ] {
        assert_eq!(texts.in_locale(locale), told, "{locale}");
    }
    assert_eq!(Texts::same("One").in_locale("ru"), "One");
}
