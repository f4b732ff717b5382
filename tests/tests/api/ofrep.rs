//! OFREP: single and bulk, tags, and whose word counts.

use domain::standing::Held;
use limits_flags::access::Scope;
use serde_json::json;
use tests::stage::{Ask, Said, Stage};

use crate::ANNA;

const BULK: &str = "/ofrep/v1/evaluate/flags";

async fn again(stage: &Stage, before: &Said) -> Said {
    let ask = Ask::post(BULK).user(stage, ANNA);
    stage
        .ask(ask.header("if-none-match", before.header("etag")))
        .await
}

fn pro(standing: &mut domain::standing::Standing) {
    standing.tier = Some(Held {
        key: "pro".to_owned(),
        until: None,
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flag_has_its_value_its_variant_and_a_reason() {
    let stage = Stage::new().await;
    let ask = |key: &str| Ask::post(&format!("{BULK}/{key}")).user(&stage, ANNA);
    let said = stage.ask(ask("new_jobs")).await;
    assert_eq!(said.status, 200);
    assert_eq!(
        said.body,
        json!({"key": "new_jobs", "value": true, "variant": "on", "reason": "STATIC", "metadata": {}})
    );
    let none = stage.ask(ask("nothing")).await;
    assert_eq!(
        (none.status, &none.body["errorCode"]),
        (404, &json!("FLAG_NOT_FOUND"))
    );
    assert_eq!(none.body["key"], "nothing");
    let odd = stage.ask(ask("%0A%C2%B6%27")).await;
    assert_eq!(
        (odd.status, &odd.body["errorCode"]),
        (404, &json!("FLAG_NOT_FOUND"))
    );
    let unreadable = stage.ask(ask("%FF")).await;
    assert_eq!(
        (unreadable.status, unreadable.header("content-type")),
        (400, "application/json")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_that_cannot_be_read_is_ofreps_own_refusal() {
    let stage = Stage::new().await;
    let ask = |path: &str| Ask::post(path).user(&stage, ANNA);
    let one = format!("{BULK}/new_jobs");
    for body in [
        json!({"context": {"targetingKey": 7}}),
        json!({"context": "me"}),
        json!([]),
    ] {
        let said = stage.ask(ask(&one).json(&body)).await;
        assert_eq!(
            (said.status, &said.body["errorCode"]),
            (400, &json!("INVALID_CONTEXT")),
            "{body}"
        );
        assert_eq!(said.body["key"], "new_jobs");
        let all = stage.ask(ask(BULK).json(&body)).await;
        assert_eq!(
            (all.status, &all.body["errorCode"]),
            (400, &json!("INVALID_CONTEXT")),
            "{body}"
        );
    }
    assert_eq!(stage.ask(ask(BULK).text("{")).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_changed_is_not_sent_again() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let first = stage.ask(Ask::post(BULK).user(&stage, ANNA)).await;
    assert_eq!(
        (first.status, &first.flag("new_jobs")["value"]),
        (200, &json!(true))
    );
    let same = again(&stage, &first).await;
    assert_eq!((same.status, same.header("etag")), (304, first.header("etag")));
    let other = Ask::post(BULK)
        .user(&stage, ANNA)
        .context(&json!({"platform": "ios"}));
    let other = stage
        .ask(other.header("if-none-match", first.header("etag")))
        .await;
    assert_eq!(other.status, 200, "another context");
    stage
        .change_settings(|settings| {
            let off = limits_flags::FlagRow::plain(false);
            settings.flags.insert("new_jobs".to_owned(), off);
        })
        .await;
    let changed = again(&stage, &first).await;
    assert_eq!(
        (changed.status, &changed.flag("new_jobs")["value"]),
        (200, &json!(false))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tier_upgrade_with_the_same_targeting_key_is_not_answered_not_modified() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let first = stage.ask(Ask::post(BULK).user(&stage, ANNA)).await;
    assert_eq!(again(&stage, &first).await.status, 304);
    stage.stand(ANNA, 1, pro).await;
    let upgraded = again(&stage, &first).await;
    assert_eq!(upgraded.status, 200);
    assert_eq!(again(&stage, &upgraded).await.status, 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_evaluates_for_whom_it_names() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let site = stage.new_key(1, &[Scope::Evaluate], None).await;
    for context in [
        json!({}),
        json!({"targetingKey": "1001"}),
        json!({"targetingKey": "a session"}),
    ] {
        let said = stage.ask(Ask::post(BULK).key(&site).context(&context)).await;
        assert_eq!(
            (said.status, &said.flag("new_jobs")["value"]),
            (200, &json!(true)),
            "{context}"
        );
    }
    stage.assert_sound().await;
}
