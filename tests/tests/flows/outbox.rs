//! A job's row is its outbox: a doorbell that is lost is rung again by cleanup.

use domain::job::Stage as JobStage;
use local_lambda::{Effect, Fault, Service};
use tests::stage::{Stage, WEBHOOK};

use crate::ANNA;

async fn lost_doorbell(effect: Effect) {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let fault = Fault::new(Service::Sqs, effect)
        .operation("SendMessage")
        .caller(WEBHOOK);
    let armed = stage.aws.faults().arm(fault.always());
    let job = stage.order(ANNA, "a bell without a clapper").await;
    assert!(armed.hits() > 0);
    armed.disarm();
    assert!(stage.message_of(&job).await.text().contains("in the queue"));
    assert_eq!(stage.drain().await, 0);
    stage.minute().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_charge_and_doorbell_is_mended_within_a_minute() {
    lost_doorbell(Effect::InternalError).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doorbell_that_sqs_loses_is_rung_again_within_a_minute() {
    lost_doorbell(Effect::Swallow).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cleanup_alone_carries_an_order_to_its_end() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let lost = Fault::new(Service::Sqs, Effect::Swallow)
        .operation("SendMessage")
        .after(0);
    let armed = stage
        .aws
        .faults()
        .arm(lost.body(|body| !body.to_string().contains("cleanup")).always());
    let job = stage.order(ANNA, "by the clock").await;
    for _ in 0..15 {
        stage.minute().await;
    }
    assert!(armed.hits() >= 2);
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_doorbells_change_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let doubled = Fault::new(Service::Sqs, Effect::Duplicate).operation("SendMessage");
    stage.aws.faults().arm(doubled.always());
    let job = stage.order(ANNA, "ding dong").await;
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().len(), 1);
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}
