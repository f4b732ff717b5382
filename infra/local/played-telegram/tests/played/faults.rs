//! What goes wrong on purpose.

use std::time::{Duration, Instant};

use played_telegram::{ApiError, Fault, Happens};
use serde_json::json;

use crate::world::{ANNA, World};

#[tokio::test]
async fn the_next_calls_that_match_are_refused_without_effect() {
    let world = World::started().await;
    world
        .telegram
        .fault(Fault::next("sendMessage", Happens::Refused(ApiError::too_many(7))).times(2));
    let five = Fault::next("sendMessage", Happens::Refused(ApiError::restart()));
    world
        .telegram
        .fault(five.when(|params| params.text("text") == Some("five")));
    let send = async |text: &str| {
        world
            .bot("sendMessage", json!({"chat_id": ANNA, "text": text}))
            .await
            .0
    };
    assert_eq!(
        (send("one").await, send("two").await, send("three").await),
        (429, 429, 200)
    );
    assert_eq!((send("five").await, send("five").await), (500, 200));
    assert_eq!(world.telegram.faults_left(), 0);
    assert_eq!(world.telegram.chat(ANNA).len(), 3);
}

#[tokio::test]
async fn a_connection_is_cut_before_or_after_the_effect() {
    let world = World::started().await;
    for (happens, messages) in [(Happens::CutBefore, 1), (Happens::CutAfter, 2)] {
        world
            .telegram
            .fault(Fault::next("sendMessage", happens).in_chat(ANNA));
        let request = world
            .http
            .post(world.method("sendMessage"))
            .json(&json!({"chat_id": ANNA, "text": "x"}));
        let body = async { request.send().await?.bytes().await };
        assert!(body.await.is_err());
        assert_eq!(world.telegram.chat(ANNA).len(), messages);
    }
    world
        .telegram
        .fault(Fault::next("sendMessage", Happens::FailedAfter));
    world
        .refused("sendMessage", json!({"chat_id": ANNA, "text": "x"}))
        .await;
    assert_eq!(world.telegram.chat(ANNA).len(), 3);
}

#[tokio::test]
async fn a_fault_meets_uploads_of_its_chat_and_any_method() {
    let world = World::started().await;
    world
        .telegram
        .fault(Fault::next("sendVideo", Happens::Refused(ApiError::restart())).in_chat(ANNA));
    let form = reqwest::multipart::Form::new().text("chat_id", ANNA.to_string());
    let answer = world
        .http
        .post(world.method("sendVideo"))
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 500);
    let blocked = ApiError::bad_request("USER_IS_BLOCKED");
    world.telegram.fault(Fault::any(Happens::Refused(blocked)));
    assert_eq!(
        world.refused("getMe", json!({})).await,
        "Bad Request: USER_IS_BLOCKED"
    );
}

#[tokio::test]
async fn a_call_may_be_slow() {
    let world = World::started().await;
    let wait = Duration::from_millis(120);
    world
        .telegram
        .fault(Fault::next("sendMessage", Happens::Delayed(wait)));
    let before = Instant::now();
    world.sent("slow").await;
    assert!(before.elapsed() >= wait);
    world
        .telegram
        .fault(Fault::next("sendMessage", Happens::CutBefore));
    world.telegram.clear_faults();
    world.sent("as ever").await;
}
