//! Open pages hear that something has changed: who may listen, what is heard, and how a stream ends.
#![allow(clippy::unwrap_used, reason = "what a stream lacks fails the test")]

use std::time::Duration;

use domain::id::UserId;
use domain::live::{LOOK_EVERY, STREAM_MAX};
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use serde_json::{Value, json};
use tests::stage::{Ask, Heard, LIVE, LIVE_URL, Page, Stage};

use crate::{ANNA, BORIS, shop};

/// A page of Anna's that has heard the beginning.
async fn opened(stage: &Stage) -> Page {
    let mut page = stage.listen(ANNA).await;
    assert_eq!(page.status, 200);
    let begins = page.hear().await.unwrap();
    assert!(begins.id.is_some(), "{begins:?}");
    // What has changed since the page's own answer, nobody has told.
    assert_eq!(
        (begins.messages.len(), &begins.messages[0]["reasons"]),
        (1, &json!([]))
    );
    page
}

async fn customer() -> Stage {
    let stage = Stage::with(|setting| setting.gift(50)).await;
    stage.newcomer(ANNA).await;
    stage
}

/// How many streams a customer has a place for now.
async fn places(stage: &Stage, user: i64) -> usize {
    let table = |name: &str| stage.aws.table_name(name).unwrap().to_owned();
    let (accounts, usage) = (table("AccountsTable"), table("UsageTable"));
    let live = store::Live::new(stage.db.clone(), accounts, usage, table("SettingsTable"));
    live.look(UserId(user)).await.unwrap().places.taken.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_has_a_ticket_hears_anything() {
    let stage = customer().await;
    let ticket = stage.ticket(ANNA);
    let (said, _) = ticket.rsplit_once('.').unwrap();
    let forged = format!("ticket={said}.{}", "0".repeat(64));
    for query in ["", "ticket=", "ticket=1001", &forged] {
        let page = stage.listen_as(query, &[]).await;
        assert_eq!(page.status, 401, "{query}");
        assert_eq!(
            page.headers["access-control-allow-origin"], "*",
            "the page has to know why"
        );
        assert!(!page.text().await.contains("1001"));
    }
    assert_eq!(stage.ask_for_a_stream("POST", "", &[]).await.status, 405);
    stage.pass(Millis::from_mins(121));
    assert_eq!(
        stage.listen_as(&format!("ticket={ticket}"), &[]).await.status,
        401
    );
    assert_eq!(places(&stage, ANNA).await, 0);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_signed_in_is_told_where_to_listen() {
    let stage = customer().await;
    let key = shop::open(&stage).await;
    let bulk = || Ask::post("/ofrep/v1/evaluate/flags");
    let me = stage.ask(Ask::get("/me").user(&stage, ANNA)).await;
    let stream = &me.body["eventStreams"][0];
    assert_eq!(
        (&stream["type"], &stream["inactivityDelaySec"]),
        (&json!("sse"), &json!(60))
    );
    let url = stream["url"].as_str().unwrap();
    let query = url.strip_prefix(LIVE_URL).unwrap().strip_prefix('?').unwrap();
    assert_eq!(stage.listen_as(query, &[]).await.status, 200);
    // The same in OFREP's answer, for a customer and for a machine that asks for them.
    let own = stage.ask(bulk().user(&stage, ANNA)).await;
    assert_eq!(own.body["eventStreams"], me.body["eventStreams"]);
    let theirs = bulk()
        .context(&json!({"targetingKey": ANNA.to_string()}))
        .key(&key);
    assert_eq!(
        stage.ask(theirs).await.body["eventStreams"],
        me.body["eventStreams"]
    );
    for nobody in [json!({}), json!({"targetingKey": "a-visitor"})] {
        let said = stage.ask(bulk().context(&nobody).key(&key)).await;
        assert_eq!((said.status, &said.body["eventStreams"]), (200, &Value::Null));
    }
    // The address is part of what the tag is of, and does not change it for an hour.
    let again = Ask::get("/me").user(&stage, ANNA);
    let again = again.header("if-none-match", me.header("etag"));
    assert_eq!(stage.ask(again).await.status, 304);
    let page = stage.ask(Ask::get("/app/")).await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("connect-src 'self' https://live.example.org;"),
        "{policy}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_that_is_flipped_is_heard_of_with_the_next_look() {
    let stage = customer().await;
    let key = shop::open(&stage).await;
    let mut page = opened(&stage).await;
    assert_eq!(page.reasons().await, [""; 0], "a sign of life");
    let said = shop::put(&stage, &key, "flags/new_jobs", &json!({"enabled": false})).await;
    assert_eq!(said.status, 200);
    let before = stage.now();
    assert_eq!(page.reasons().await, ["flags", "limits"]);
    assert_eq!(stage.now().since(before), LOOK_EVERY);
    assert_eq!(page.reasons().await, [""; 0], "once");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_its_end_and_a_gift_are_heard_of_and_what_is_being_composed_is_not() {
    let stage = customer().await;
    let mut page = opened(&stage).await;
    stage.draft(ANNA, "a fox").await;
    assert_eq!(page.reasons().await, [""; 0]);
    stage.press_newest(ANNA, "go:").await;
    assert_eq!(page.reasons().await, ["limits", "account", "orders"]);
    stage.run_until_settled().await;
    // What it took to render was longer than a stream is: the page comes back.
    let mut page = stage.listen(ANNA).await;
    let known = page.hear().await.unwrap().id;
    stage
        .stand(ANNA, 9, |standing| standing.roles = ["tester".to_owned()].into())
        .await;
    assert_eq!(page.reasons().await, ["limits", "account"]);
    // Others' doings are none of hers.
    stage.newcomer(BORIS).await;
    assert_eq!(page.reasons().await, [""; 0]);
    assert!(known.is_some());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_hears_what_was_missed() {
    let stage = customer().await;
    let key = shop::open(&stage).await;
    let mut page = stage.listen(ANNA).await;
    let known = page.hear().await.unwrap().id.unwrap();
    drop(page);
    shop::put(&stage, &key, "flags/new_jobs", &json!({"enabled": false})).await;
    let ticket = stage.ticket(ANNA);
    let query = format!("ticket={ticket}&since={known}");
    let heard = stage.listen_as(&query, &[]).await.hear().await.unwrap();
    let Heard { id, messages, .. } = heard;
    assert_eq!(messages[0]["reasons"], json!(["flags", "limits"]));
    let now = id.unwrap();
    // A browser's own says it in a header, which is newer than the address that it was opened with.
    let header = [("last-event-id", now.as_str())];
    let heard = stage.listen_as(&query, &header).await.hear().await.unwrap();
    assert_eq!((heard.messages.len(), heard.id), (0, Some(now)));
    let senseless = format!("ticket={ticket}&since=x");
    let heard = stage.listen_as(&senseless, &[]).await.hear().await.unwrap();
    assert_eq!(heard.messages.len(), 1, "as if it came for the first time");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_within_its_time_and_leaves_its_place() {
    let stage = customer().await;
    let began = stage.now();
    let mut page = opened(&stage).await;
    assert_eq!(places(&stage, ANNA).await, 1);
    let mut pieces = 1;
    while page.hear().await.is_some() {
        pieces += 1;
    }
    let lasted = stage.now().since(began);
    assert!(
        lasted > Millis::from_secs(48) && lasted <= STREAM_MAX.plus(LOOK_EVERY),
        "{lasted:?}"
    );
    assert!(pieces >= 24, "{pieces}: a sign of life with every look");
    assert_eq!(places(&stage, ANNA).await, 0);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_over_before_its_invocation_is() {
    let stage = customer().await;
    // Enough to begin, and too little to wait, to look, and to leave the place.
    let mut page = stage.listen_within(ANNA, Duration::from_secs(7)).await;
    assert!(page.hear().await.is_some());
    assert_eq!(page.hear().await, None);
    assert_eq!(places(&stage, ANNA).await, 0);
    let mut page = stage.listen_within(ANNA, Duration::from_mins(1)).await;
    assert!(page.hear().await.is_some());
    assert_eq!(page.reasons().await, [""; 0]);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_third_page_takes_the_place_of_the_first() {
    let stage = customer().await;
    let mut first = opened(&stage).await;
    let mut second = opened(&stage).await;
    let mut third = opened(&stage).await;
    let last = first.hear().await.unwrap();
    assert_eq!(last.messages, [json!({"type": "streamTaken"})]);
    assert!(last.retry_ms >= Some(60_000), "it is not to come back at once");
    assert_eq!(first.hear().await, None);
    for page in [&mut second, &mut third] {
        assert_eq!(page.reasons().await, [""; 0]);
    }
    let mut others = stage.listen(BORIS).await;
    assert!(others.hear().await.is_some());
    assert_eq!(
        third.reasons().await,
        [""; 0],
        "each customer has places of their own"
    );
    assert_eq!((places(&stage, ANNA).await, places(&stage, BORIS).await), (2, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_whose_stream_died_is_free_when_its_time_is_up() {
    let stage = customer().await;
    for _ in 0..2 {
        drop(opened(&stage).await);
    }
    assert_eq!(places(&stage, ANNA).await, 2);
    stage.pass(STREAM_MAX);
    let _page = opened(&stage).await;
    assert_eq!(places(&stage, ANNA).await, 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_does_not_answer_ends_a_stream_and_begins_none() {
    let stage = customer().await;
    let mut page = opened(&stage).await;
    let silence = || Fault::new(Service::DynamoDb, Effect::InternalError).operation("BatchGetItem");
    let fault = stage.aws.faults().arm(silence().caller(LIVE).always());
    assert_eq!(page.hear().await, None);
    let refused = stage.listen(ANNA).await;
    assert_eq!(
        (refused.status, refused.headers["retry-after"].to_str().unwrap()),
        (503, "10")
    );
    fault.disarm();
    assert_eq!(stage.listen(ANNA).await.status, 200);
    stage.assert_sound().await;
}
