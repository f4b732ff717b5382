//! One row at a time: written, refused, found.

use ctl::{Error, Kind};
use serde_json::json;

use super::place::Place;

#[tokio::test]
async fn every_kind_of_row_is_listed_shown_written_and_deleted() {
    let place = Place::with_shop().await;
    for (kind, name, body) in [
        ("flags", "trial", "{enabled: true}"),
        ("evaluators", "beta", r#"{"in": ["beta", {"var": "roles"}]}"#),
        ("features", "sound", "{name: Sound, default: true}"),
        ("tiers", "staff", "{name: Staff, rank: 90}"),
        ("addons", "sound-pack", "{name: Sound, features: {hd: true}}"),
        ("components", "sound-button", "{feature: hd}"),
        (
            "limits",
            "hourly",
            "{max: 5, period: hour, anchor: \"00:00\", utc_offset: \"+03:00\"}",
        ),
        ("plans", "month", "{title: A month, unlimited: true}"),
        (
            "packs",
            "big",
            "{title: Big, credits: 100, prices: {stars: 2790}}",
        ),
    ] {
        let put = place
            .ctl(&[kind, "put", name, body])
            .await
            .unwrap_or_else(|error| panic!("{kind}: {}", error.with_causes()));
        assert_eq!(put.json["changes"].as_array().unwrap().len(), 1, "{kind}");
        let list = place.ctl(&[kind, "list"]).await.unwrap();
        assert!(
            list.json["rows"].get(name).is_some() && list.text.contains(name),
            "{kind}: {}",
            list.text
        );
        let shown = place.ctl(&[kind, "show", name]).await.unwrap();
        assert_eq!(shown.json["value"], list.json["rows"][name]);
        place.ctl(&[kind, "delete", name]).await.unwrap();
        let gone = place.ctl(&[kind, "show", name]).await.unwrap_err();
        assert_eq!(gone.kind(), Kind::Refused, "{kind}");
    }
}

#[tokio::test]
async fn what_would_not_go_together_is_refused_with_the_named_problem_and_nothing_is_written() {
    let place = Place::with_shop().await;
    let (live, entries) = (place.partition("live"), place.audit().len());
    for (line, problem) in [
        (
            &["prices", "set", "kling-3.0", "60", "9"][..],
            "does not render 60 s",
        ),
        (&["prices", "set", "kling-3.0", "10", "0"], "0 credits"),
        (
            &["flags", "delete", "new_jobs"],
            "flag#new_jobs: there is no such flag",
        ),
        (&["tiers", "delete", "pro"], "pro"),
        (
            &["features", "put", "hd", "{name: HD, depends_on: [stories]}"],
            "stories",
        ),
        (&["features", "put", "hd", "{name: HD, colour: red}"], "colour"),
        (
            &["limits", "put", "videos", "{max: 1, period: fortnight}"],
            "fortnight",
        ),
        (
            &["flags", "put", "new_job", "{enabled: true}"],
            "is `new_jobs` meant?",
        ),
    ] {
        let error = place.ctl(line).await.unwrap_err();
        assert!(
            error.with_causes().contains(problem),
            "{line:?}: {}",
            error.with_causes()
        );
        assert_eq!(error.kind(), Kind::Refused, "{line:?}");
    }
    assert_eq!(place.partition("live"), live);
    assert_eq!(place.audit().len(), entries);
}

#[tokio::test]
async fn an_unknown_name_is_refused_with_the_nearest_one() {
    let place = Place::with_shop().await;
    for line in [
        &["models", "disable", "klin-3.0"][..],
        &["models", "delete", "klin-3.0"],
        &["prices", "set", "klin-3.0", "5", "2"],
    ] {
        let error = place.ctl(line).await.unwrap_err();
        let told = error.with_causes();
        assert!(
            told.contains("there is no model#klin-3.0; is model#kling-3.0 meant?"),
            "{told}"
        );
    }
    let error = place.ctl(&["tiers", "show", "xyzzy"]).await.unwrap_err();
    assert!(!error.with_causes().contains("meant"), "{}", error.with_causes());
    let error = place.ctl(&["flags", "set", "a#b", "on"]).await.unwrap_err();
    assert!(matches!(error, Error::Usage(_)), "{error}");
}

#[tokio::test]
async fn a_row_that_nobody_can_read_does_not_keep_a_switch_from_being_thrown() {
    let place = Place::with_shop().await;
    place.scribble("model#broken", "{}").await;
    place.scribble("gadget#x", "{}").await;
    place
        .ctl(&["flags", "set", "new_jobs", "off", "--why", "stop"])
        .await
        .unwrap();
    assert_eq!(place.row("flag#new_jobs"), json!({"enabled": false}));
    assert_eq!(place.row("model#broken"), json!({}), "left as it was");
    let error = place.ctl(&["models", "enable", "broken"]).await.unwrap_err();
    assert!(
        error.with_causes().contains("model#broken"),
        "{}",
        error.with_causes()
    );
    place.ctl(&["models", "delete", "broken"]).await.unwrap();
}

#[tokio::test]
async fn a_flag_is_rolled_out_divided_and_thrown_again_in_one_command_each() {
    let place = Place::with_shop().await;
    place
        .ctl(&["flags", "rollout", "trial", "--percent", "10"])
        .await
        .unwrap();
    let flag = place.row("flag#trial");
    assert_eq!(
        flag["targeting"],
        json!({"fractional": [["on", 10], ["off", 90]]})
    );
    assert_eq!(flag["defaultVariant"], json!("off"));
    for line in [
        &[
            "flags",
            "rollout",
            "trial",
            "--from",
            "2026-12-24",
            "--until",
            "2026-12-27",
        ][..],
        &[
            "flags",
            "rollout",
            "trial",
            "--percent",
            "50",
            "--from",
            "2026-12-24",
        ],
        &[
            "flags",
            "rollout",
            "trial",
            "--progressive",
            "--from",
            "2026-12-01",
            "--until",
            "2026-12-08",
        ],
        &[
            "flags",
            "rollout",
            "trial",
            "--step",
            "2026-12-01=1",
            "--step",
            "2026-12-05=100",
        ],
        &["flags", "rollout", "trial", "--percent", "100"],
    ] {
        let before = place.row("flag#trial");
        place.ctl(line).await.unwrap();
        let after = place.row("flag#trial");
        assert_ne!(after["targeting"], before["targeting"], "{line:?}");
    }
}

#[tokio::test]
async fn a_flag_with_a_rollout_is_thrown_for_everybody_and_another_is_divided() {
    let place = Place::with_shop().await;
    place
        .ctl(&["flags", "rollout", "trial", "--percent", "10"])
        .await
        .unwrap();
    place.ctl(&["flags", "set", "trial", "on"]).await.unwrap();
    let flag = place.row("flag#trial");
    assert_eq!(
        (&flag["defaultVariant"], flag.get("targeting")),
        (&json!("on"), None)
    );
    place
        .ctl(&["flags", "split", "colour", "red=90", "green=10"])
        .await
        .unwrap();
    assert_eq!(
        place.row("flag#colour")["variants"],
        json!({"red": "red", "green": "green"})
    );
    for line in [
        &[
            "flags",
            "rollout",
            "trial",
            "--from",
            "2026-12-27",
            "--until",
            "2026-12-24",
        ][..],
        &[
            "flags",
            "rollout",
            "trial",
            "--step",
            "2026-12-05=100",
            "--step",
            "2026-12-01=1",
        ],
        &["flags", "rollout", "colour", "--percent", "5"],
        &["flags", "set", "colour", "blue"],
    ] {
        assert!(place.ctl(line).await.is_err(), "{line:?}");
    }
    let error = place
        .ctl(&["flags", "rollout", "provider-kie", "--percent", "5"])
        .await
        .unwrap_err();
    assert!(
        error.with_causes().contains("the same for everybody"),
        "{}",
        error.with_causes()
    );
}

#[tokio::test]
async fn a_price_is_set_and_a_length_taken_off_sale() {
    let place = Place::with_shop().await;
    place
        .ctl(&["prices", "set", "kling-3.0", "10", "3"])
        .await
        .unwrap();
    place.ctl(&["prices", "remove", "kling-3.0", "5"]).await.unwrap();
    let prices = place.ctl(&["prices", "list"]).await.unwrap();
    assert!(
        prices.text.contains("kling-3.0             10 s 3 credits"),
        "{}",
        prices.text
    );
    assert_eq!(
        prices.json["models"]["kling-3.0"]["prices"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(
        prices
            .text
            .contains("pack:pro                  20 credits  670 XTR, 699.00 RUB"),
        "{}",
        prices.text
    );
    assert!(
        prices.text.contains("plan:unlimited_1day") && prices.text.contains("not sold"),
        "{}",
        prices.text
    );
    assert_eq!(prices.json["packs"]["pro"]["prices"]["stars"], 670);
    let error = place
        .ctl(&["prices", "remove", "kling-3.0", "10"])
        .await
        .unwrap_err();
    assert!(
        error.with_causes().contains("prices"),
        "a model without a price: {}",
        error.with_causes()
    );
}

#[tokio::test]
async fn what_can_only_be_a_slip_is_refused_where_it_is_written() {
    let place = Place::with_shop().await;
    let cap = "{max: 900, period: day, anchor: \"21:00\", zone: Europe/Moscow, shards: 3}";
    place.ctl(&["limits", "put", "all", cap]).await.unwrap();
    let wider = cap.replace("900", "1200");
    place.ctl(&["limits", "put", "all", &wider]).await.unwrap();
    for (line, told) in [
        (
            &["flags", "put", "twice", "{enabled: true, enabled: false}"][..],
            "duplicate",
        ),
        (
            &["evaluators", "put", "odd", "{foo: [1, 2]}"],
            "there is no operator `foo`",
        ),
        (&["flags", "put", "флаг", "{enabled: true}"], "a flag's name is"),
        (&["flags", "put", "b ad", "{enabled: true}"], "a flag's name is"),
        (
            &["flags", "split", "new_jobs", "a=1", "b=1", "--why", "x"],
            "each of its variants is true or false",
        ),
        (
            &[
                "flags",
                "put",
                "new_jobs",
                "{state: ENABLED, variants: {a: x}, defaultVariant: a}",
            ],
            "each of its variants is true or false",
        ),
        (
            &[
                "plans",
                "put",
                "p",
                "{title: P, unlimited: true, models: [kling-2.6]}",
            ],
            "so no unlimited plan covers it",
        ),
        (&["plans", "put", "p", "{title: P, days: 0}"], "days: 0"),
        (
            &["packs", "put", "p", "{title: P, credits: 0, prices: {stars: 5}}"],
            "credits: 0",
        ),
        (
            &["packs", "put", "p", "{title: P, credits: 5, prices: {paypal: 5}}"],
            "unknown field `packs.p.prices.paypal`",
        ),
        (
            &["packs", "delete", "pro"],
            "rails: nothing on sale has a price on yookassa",
        ),
        (&["evaluators", "put", "ring", "{$ref: ring}"], "contains itself"),
        (&["evaluators", "put", "lost", "{$ref: nowhere}"], "nowhere"),
        (
            &[
                "features",
                "put",
                "w",
                "{name: W, default: true, when: \"country == RU\"}",
            ],
            "an object with one operator",
        ),
        (
            &["limits", "put", "all", &cap.replace("shards: 3", "shards: 1")],
            "shards: a limit that all customers share would count anew",
        ),
    ] {
        let error = format!("{:?}", place.ctl(line).await.unwrap_err());
        assert!(error.contains(told), "{line:?}: {error}");
    }
    // A plain switch that is divided stays one.
    place
        .ctl(&["flags", "split", "new_jobs", "on=1", "off=1", "--why", "x"])
        .await
        .unwrap();
    let divided = place.row("flag#new_jobs");
    assert_eq!(
        divided["variants"],
        serde_json::json!({"on": true, "off": false}),
        "{divided}"
    );
}
