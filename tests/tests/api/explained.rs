//! Why an order would be refused, as the panel asks it: with what a check has said, and in the customer's language.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use domain::time::Millis;
use limits_flags::access::Role;
use serde_json::{Value, json};
use tests::stage::{Ask, Said, Stage};

use crate::{ANNA, BORIS};

/// Of which order it is asked.
const PATH: &str = "/admin/explain/1002/orders/kling-3.0";

async fn office() -> Stage {
    let stage = Stage::with(|setting| setting.gift(10)).await;
    stage.newcomer(BORIS).await;
    stage.admit(ANNA, Role::Owner).await;
    stage
}

async fn get(stage: &Stage, path: &str) -> Said {
    // Nobody is to be held up for asking too often.
    stage.pass(Millis::from_secs(1));
    stage.ask(Ask::get(path).user(stage, ANNA)).await
}

/// Writes into the settings.
async fn put(stage: &Stage, path: &str, row: Value) {
    let body = json!({"row": row, "reason": "x"});
    let said = stage
        .ask(Ask::of("PUT", path).json(&body).user(stage, ANNA))
        .await;
    assert_eq!(said.status, 200, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_check_has_said_and_what_was_refused_before_is_explained_with_an_order() {
    let stage = office().await;
    let check = async || {
        let said = get(&stage, PATH).await;
        let steps = said.body["steps"].as_array().unwrap().clone();
        let step = steps.into_iter().find(|step| step["step"] == "check");
        (said.body["would_be_taken"] == true, step)
    };
    assert_eq!(check().await, (true, None), "none is asked");
    let row = json!({"check": {"model": "omni-moderation-latest", "unanswered": "refuse"}});
    put(&stage, "/admin/singles/moderation", row).await;
    let of = |passes: bool, reason: &str| Some(json!({"step": "check", "passes": passes, "reason": reason}));
    assert_eq!(check().await, (true, of(true, "no_draft")));
    let card = stage.draft(BORIS, "a fox #flag-violence").await;
    assert_eq!(check().await, (true, of(true, "not_asked_strict")));
    stage.press(BORIS, card.message_id, &card.create).await;
    let mut refused = of(false, "words");
    refused.as_mut().unwrap()["key"] = json!("violence");
    assert_eq!(check().await, (false, refused));
    let said = get(&stage, PATH).await;
    let before = &said.body["refusals"][0];
    assert_eq!(
        (&before["why"], &before["model"], before["at"].is_string()),
        (&json!("flagged:violence"), &json!("kling-3.0"), true)
    );
    // A draft of another model is not what would be ordered.
    let other = get(&stage, "/admin/explain/1002/orders/kling-2.6").await;
    assert!(other.text.contains("no_draft"), "{other:?}");
    let card = stage.draft(BORIS, "a fox").await;
    stage.press(BORIS, card.message_id, &card.create).await;
    assert_eq!(check().await.1, of(true, "no_draft"), "it was ordered");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_explained_in_the_language_that_the_customer_has_chosen() {
    let stage = office().await;
    let rule = json!({"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
        "targeting": {"if": [{"==": [{"var": "locale"}, "ru"]}, "off", "on"]}});
    put(&stage, "/admin/settings/flags/new_jobs", rule).await;
    assert_eq!(get(&stage, PATH).await.body["would_be_taken"], true);
    stage.say(BORIS, "/language").await;
    stage.press_newest(BORIS, "la:ru").await;
    assert_eq!(get(&stage, PATH).await.body["would_be_taken"], false);
}
