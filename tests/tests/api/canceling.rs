//! An order taken back in the Mini App: by its owner, while it is in the queue, once.
#![allow(clippy::unwrap_used, reason = "what an answer lacks fails the test")]

use std::sync::Arc;

use domain::id::JobId;
use domain::job::{Rule, Stage as JobStage};
use domain::time::Millis;
use limits_flags::access::Scope;
use local_lambda::{Effect, Fault, Service};
use played_telegram::Happens;
use serde_json::{Value, json};
use tests::stage::{API, Ask, Said, Stage};

use crate::{ANNA, BORIS};

fn path(job: &JobId) -> String {
    format!("/me/orders/{}/cancel", job.nonce.as_str())
}

async fn ask(stage: &Stage, ask: Ask, user: i64) -> Said {
    // Nobody is to be held up for asking too often.
    stage.pass(Millis::from_secs(6));
    stage.ask(ask.user(stage, user)).await
}

async fn cancel(stage: &Stage, user: i64, job: &JobId) -> Said {
    ask(stage, Ask::post(&path(job)), user).await
}

/// The newest order of Anna's list: how it stands, and whether it can be taken back.
async fn newest(stage: &Stage) -> (Value, Value) {
    let said = ask(stage, Ask::get("/me/orders"), ANNA).await;
    let order = &said.body["orders"][0];
    (order["status"].clone(), order["can_cancel"].clone())
}

async fn ordered() -> (Stage, JobId) {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    let job = stage.order(ANNA, "a whim").await;
    stage.answered().await;
    (stage, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_in_the_queue_is_taken_back_once_and_the_chat_shows_it() {
    let (stage, job) = ordered().await;
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    assert_eq!(newest(&stage).await, (json!("pending"), json!(true)));
    let said = cancel(&stage, ANNA, &job).await;
    assert_eq!(said.status, 200, "{said:?}");
    let expected = json!({"order": job.nonce.as_str(), "given_back": 1, "available": 2});
    assert_eq!(said.body, expected);
    assert_eq!(newest(&stage).await, (json!("canceled"), json!(false)));
    let shown = stage.message_of(&job).await.text().to_owned();
    assert!(
        shown.contains("The order is canceled") && shown.contains("You have 2 credits"),
        "{shown}"
    );
    assert!(!stage.has_button(ANNA, "ca:"));
    // Twice, and by the old button as well: answered alike, written once.
    assert_eq!(cancel(&stage, ANNA, &job).await.body, expected);
    assert_eq!(stage.rules_of(&job).await, [Rule::T1, Rule::T14]);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert!(stage.used(ANNA).await.iter().all(|(_, used)| *used == 0));
    stage.run_until_settled().await;
    assert!(stage.kie.tasks().is_empty(), "nobody renders it");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_order_is_as_little_there_as_none() {
    let (stage, job) = ordered().await;
    let none = JobId {
        nonce: job.nonce.next(),
        ..job.clone()
    };
    let foreign = cancel(&stage, BORIS, &job).await;
    let unknown = cancel(&stage, BORIS, &none).await;
    assert_eq!((foreign.status, foreign.text), (404, unknown.text));
    let key = stage.new_key(1, &[Scope::Evaluate, Scope::AdminRead], None).await;
    let bare = Ask::post(&path(&job));
    assert_eq!(stage.ask(bare).await.status, 401);
    assert_eq!(stage.ask(Ask::post(&path(&job)).key(&key)).await.status, 403);
    assert_eq!(
        ask(&stage, Ask::post("/me/orders/nonsense/cancel"), ANNA)
            .await
            .status,
        404
    );
    assert_eq!(stage.stage_of(&job).await, JobStage::Queued);
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_made_or_over_is_not_taken_back_and_it_is_said_how_it_stands() {
    let (stage, job) = ordered().await;
    let late = async |job: &JobId, words: &str| {
        let said = cancel(&stage, ANNA, job).await;
        assert_eq!(
            (said.status, &said.body["reason"]),
            (409, &json!("too_late")),
            "{said:?}"
        );
        let told = said.body["message"].as_str().unwrap().to_owned();
        assert!(told.contains(words), "{told}");
    };
    stage.drain().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    assert_eq!(newest(&stage).await, (json!("pending"), json!(false)));
    late(&job, "cannot be canceled any more").await;
    stage.run_until_settled().await;
    late(&job, "has arrived").await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    let failed = stage.order(ANNA, "no fox #moderation").await;
    stage.run_until_settled().await;
    late(&failed, "nothing was charged").await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_comes_between_wins_and_nothing_is_given_back() {
    let (stage, job) = ordered().await;
    let gate = Arc::new(tokio::sync::Notify::new());
    let held = Fault::new(Service::DynamoDb, Effect::Hold(Arc::clone(&gate))).operation("TransactWriteItems");
    let armed = stage.aws.faults().arm(held.caller(API));
    let between = async {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while armed.hits() == 0 {
            assert!(std::time::Instant::now() < deadline, "nobody cancels");
            tokio::task::yield_now().await;
        }
        stage.drain().await;
        gate.notify_one();
    };
    let (said, ()) = tokio::join!(cancel(&stage, ANNA, &job), between);
    assert_eq!(
        (said.status, &said.body["reason"]),
        (409, &json!("too_late")),
        "{said:?}"
    );
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_and_a_chat_that_is_silent_cost_nobody_a_credit() {
    let (stage, job) = ordered().await;
    let lost = Fault::new(Service::DynamoDb, Effect::LoseAnswer).operation("TransactWriteItems");
    stage.aws.faults().arm(lost.caller(API).times(1));
    let silent = played_telegram::Fault::next("editMessageText", Happens::CutBefore);
    stage.telegram.fault(silent);
    let said = cancel(&stage, ANNA, &job).await;
    assert_eq!(said.status, 200, "{said:?}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    // What the chat has not heard, it hears when the same is asked once more.
    assert_eq!(cancel(&stage, ANNA, &job).await.body["available"], 2);
    let shown = stage.message_of(&job).await.text().to_owned();
    assert!(shown.contains("The order is canceled"), "{shown}");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}
