//! Customers' requests for features.

use limits_flags::By;
use limits_flags::upgrade::{self, ASK_AGAIN_AFTER, Asked, OPEN_MAX};
use serde_json::{Value, json};

use super::place::{Place, USER, soon};

async fn asked() -> Place {
    let place = Place::with_shop().await;
    place.open_account().await;
    let ask = [
        "upgrades",
        "ask",
        "700001",
        "hd",
        "--note",
        "for a film",
        "--why",
        "ticket-17",
    ];
    assert_eq!(place.ctl(&ask).await.unwrap().json["noted"], json!(true));
    assert_eq!(
        place.ctl(&ask).await.unwrap().json["noted"],
        json!(false),
        "asked for before"
    );
    place
}

async fn waiting(place: &Place) -> Vec<Value> {
    let list = place.ctl(&["upgrades", "list"]).await.unwrap();
    list.json["requests"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_approved_request_gives_the_feature_in_the_same_moment_and_only_once() {
    let place = asked().await;
    assert_eq!(waiting(&place).await.len(), 1);
    let approve = [
        "upgrades",
        "approve",
        "700001",
        "hd",
        "--until",
        "30d",
        "--why",
        "a good customer",
    ];
    let done = place.ctl(&approve).await.unwrap();
    assert!(done.sound && done.json["decided"] == json!(true), "{}", done.text);
    let again = place.ctl(&approve).await.unwrap();
    assert!(
        !again.sound && again.json["decided"] == json!(false),
        "{}",
        again.text
    );
    let denied = place
        .ctl(&["upgrades", "deny", "700001", "hd", "--why", "no"])
        .await
        .unwrap();
    assert_eq!(
        denied.json["request"]["status"],
        json!("approved"),
        "what the first decided stands"
    );
    assert_eq!(waiting(&place).await, Vec::<Value>::new());
    let account = place.ctl(&["account", "700001"]).await.unwrap();
    let settled = &account.json["standing"]["overrides.hd"];
    assert_eq!(
        (&settled["value"], &settled["why"]),
        (&json!(true), &json!("a good customer"))
    );
    assert!(settled["until_ms"].is_i64());
    assert_eq!(
        place
            .ctl(&["overrides", "list", "--feature", "hd"])
            .await
            .unwrap()
            .json["overrides"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let entries = place.audit();
    let actions = |entity: &str| {
        let of = entries.iter().filter(|entry| entry["entity"]["S"] == entity);
        let mut actions: Vec<&str> = of.map(|entry| entry["action"]["S"].as_str().unwrap()).collect();
        actions.sort_unstable();
        actions
    };
    assert_eq!(actions("upgrade#700001#hd"), ["approve", "ask"]);
    assert_eq!(actions("user#700001"), ["grant"]);
}

#[tokio::test]
async fn two_who_decide_at_once_decide_once() {
    let place = asked().await;
    let approve = ["upgrades", "approve", "700001", "hd", "--why", "yes"];
    let deny = ["upgrades", "deny", "700001", "hd", "--why", "no"];
    let (yes, no) = tokio::join!(place.ctl(&approve), place.ctl(&deny));
    let (yes, no) = (yes.unwrap(), no.unwrap());
    assert_ne!(yes.json["decided"], no.json["decided"]);
    assert_eq!(yes.json["request"]["status"], no.json["request"]["status"]);
    let account = place.ctl(&["account", "700001"]).await.unwrap();
    let given = account.json["standing"].get("overrides.hd").is_some();
    assert_eq!(given, yes.json["decided"] == json!(true));
}

#[tokio::test]
async fn a_denied_request_can_be_made_again_after_a_week_and_not_before() {
    let place = asked().await;
    place
        .ctl(&["upgrades", "deny", "700001", "hd", "--why", "only with pro"])
        .await
        .unwrap();
    let list = place
        .ctl(&["upgrades", "list", "--user", "700001"])
        .await
        .unwrap();
    assert_eq!(list.json["requests"][0]["decided"]["why"], json!("only with pro"));
    let decided_at = list.json["requests"][0]["decided"]["at_ms"].as_i64().unwrap();
    let office = place.found().await.office().unwrap();
    let ask = |at: i64| {
        let by = By::new("user#700001", "", domain::time::Timestamp(at)).unwrap();
        let office = &office;
        async move {
            upgrade::ask(office, USER, "hd", "please", &by, soon())
                .await
                .unwrap()
        }
    };
    assert!(matches!(
        ask(decided_at + ASK_AGAIN_AFTER.0 - 1).await,
        Asked::Before(_)
    ));
    assert_eq!(waiting(&place).await, Vec::<Value>::new());
    assert!(matches!(
        ask(decided_at + ASK_AGAIN_AFTER.0).await,
        Asked::Noted(_)
    ));
    assert_eq!(waiting(&place).await.len(), 1);
    assert_eq!(
        place.partition("upgrade#700001").len(),
        1,
        "one row, however often it is asked"
    );
}

#[tokio::test]
async fn what_cannot_be_asked_for_or_decided_is_told() {
    let place = asked().await;
    for (line, told) in [
        (
            &["upgrades", "ask", "700001", "hdd", "--why", "x"][..],
            "is feature#hd meant?",
        ),
        (
            &["upgrades", "ask", "5", "hd", "--why", "x"],
            "user 5 has no account",
        ),
        (
            &["upgrades", "approve", "700001", "stories", "--why", "x"],
            "has not asked for stories",
        ),
        (
            &[
                "upgrades", "approve", "700001", "hd", "--value", "7", "--why", "x",
            ],
            "hd",
        ),
        (
            &["upgrades", "deny", "5", "hd", "--why", "x"],
            "has not asked for hd",
        ),
    ] {
        let error = place.ctl(line).await.unwrap_err();
        assert!(
            error.with_causes().contains(told),
            "{line:?}: {}",
            error.with_causes()
        );
    }
}

#[tokio::test]
async fn one_customer_cannot_fill_the_list() {
    let place = Place::with_shop().await;
    place.open_account().await;
    for i in 0..=OPEN_MAX {
        let name = format!("f{i}");
        place
            .scribble(&format!("feature#{name}"), r#"{"name":"F"}"#)
            .await;
        let asked = place
            .ctl(&["upgrades", "ask", "700001", &name, "--why", "x"])
            .await;
        assert_eq!(asked.is_ok(), i < OPEN_MAX, "{i}");
    }
    let (mut seen, mut after) = (0, None::<String>);
    loop {
        let mut line = vec!["upgrades", "list", "--limit", "7"];
        line.extend(after.iter().flat_map(|after| ["--after", after.as_str()]));
        let page = place.ctl(&line).await.unwrap().json;
        seen += page["requests"].as_array().unwrap().len();
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, OPEN_MAX);
}

#[tokio::test]
async fn what_was_approved_and_taken_again_may_be_asked_for_at_once() {
    let place = asked().await;
    let approve = ["upgrades", "approve", "700001", "hd", "--why", "a good customer"];
    place.ctl(&approve).await.unwrap();
    let ask = ["upgrades", "ask", "700001", "hd", "--why", "ticket-18"];
    let held = place.ctl(&ask).await.unwrap();
    assert_eq!(held.json["noted"], json!(false), "held still");
    let clear = ["overrides", "clear", "700001", "hd", "--why", "a mistake"];
    place.ctl(&clear).await.unwrap();
    assert_eq!(place.ctl(&ask).await.unwrap().json["noted"], json!(true));
    assert_eq!(waiting(&place).await.len(), 1);
}
