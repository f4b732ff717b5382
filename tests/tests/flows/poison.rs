//! One bad update or message never holds up the others.

use std::time::Duration;

use domain::id::UserId;
use domain::job::Stage as JobStage;
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use serde_json::json;
use store::rows::{account_key, job_key};
use table::{Deadline, Write, n, s};
use tests::stage::{Stage, WEBHOOK, message};

use crate::{ANNA, BORIS};

async fn write(stage: &Stage, write: Write) {
    stage
        .db
        .write(write, Deadline::after(Duration::from_secs(5)))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_can_never_be_handled_is_answered_with_200_and_an_apology() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    let accounts = stage.aws.table_name("AccountsTable").unwrap().to_owned();
    let row = || Write::update("row", &accounts, account_key(UserId(ANNA)));
    write(&stage, row().set("granted", s("nonsense"))).await;
    let answer = stage.update(&message(ANNA, "/cabinet", 1)).await;
    assert_eq!((answer.status, answer.method()), (200, "sendMessage"));
    assert!(
        answer.text().contains("Something broke on our side"),
        "{answer:?}"
    );
    let other = stage.update(&message(BORIS, "/cabinet", 2)).await;
    assert!(other.text().contains("Balance"), "{other:?}");
    write(&stage, row().set("granted", n(2))).await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_update_is_swallowed() {
    let stage = Stage::new().await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"update_id":"x"}"#,
        r#"{"update_id":1}"#,
        r#"{"update_id":1,"message":{"message_id":"x"}}"#,
        r#"{"update_id":1,"something_new":{"a":1}}"#,
    ] {
        let answer = stage.update_with(body, tests::stage::WEBHOOK_SECRET).await;
        assert_eq!((answer.status, answer.body), (200, None), "{body}");
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_to_come_again_when_the_tables_do_not_answer() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let fault = Fault::new(Service::DynamoDb, Effect::InternalError).operation("BatchGetItem");
    let armed = stage.aws.faults().arm(fault.caller(WEBHOOK).always());
    assert_eq!(stage.update(&message(ANNA, "/cabinet", 1)).await.status, 503);
    armed.disarm();
    assert_eq!(stage.update(&message(ANNA, "/cabinet", 1)).await.status, 200);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_poisonous_message_returns_to_the_queue_and_ends_in_the_dead_letter_queue() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "beside a poison").await;
    stage
        .aws
        .send("DoorbellQueue", r#"{"job":"no job at all","hint":"due"}"#)
        .await
        .unwrap();
    let dead = async || stage.aws.depth("DoorbellDeadLetterQueue").await.unwrap().total();
    for _ in 0..5 {
        assert_eq!(dead().await, 0);
        let failed = stage.receive_and_work().await;
        assert_eq!(failed.len(), 1);
        stage.show_again(&failed[0]).await;
    }
    assert!(stage.receive_and_work().await.is_empty());
    assert_eq!(dead().await, 1);
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doorbell_for_a_job_that_is_not_there_is_forgotten() {
    let stage = Stage::new().await;
    let body = json!({"job": "7-2222222222222222", "hint": "due", "hop": 0}).to_string();
    let failed = stage.work(&[("1", body)], Duration::from_mins(1)).await;
    assert!(failed.batch_item_failures.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_does_not_keep_cleanup_from_the_others() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let swallowed = Fault::new(Service::Sqs, Effect::Swallow)
        .operation("SendMessage")
        .times(2);
    stage.aws.faults().arm(swallowed);
    let broken = stage.order(ANNA, "broken").await;
    let whole = stage.order(ANNA, "whole").await;
    let jobs = stage.aws.table_name("JobsTable").unwrap().to_owned();
    let row = || Write::update("row", &jobs, job_key(&broken));
    write(&stage, row().set("stage", s("NO SUCH STAGE"))).await;
    stage.pass(Millis::from_mins(1));
    let swept = stage.sweep().await;
    assert_eq!((&swept["due"], &swept["rung"]), (&json!(2), &json!(1)));
    stage.drain().await;
    assert_eq!(stage.stage_of(&whole).await, JobStage::Running);
    write(&stage, row().set("stage", s("QUEUED"))).await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}
