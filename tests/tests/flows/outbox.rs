//! A job's row is its outbox: a doorbell that is lost is rung again by cleanup.

use domain::job::Stage as JobStage;
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use tests::stage::{NOON, Stage, WEBHOOK};

use crate::ANNA;

/// What may pass between two runs of cleanup, and what cleanup leaves to the doorbell that may be on its way.
const MENDED_WITHIN: Millis = Millis::from_secs(60 + 20);

/// An order at some moment of the minute between two runs of cleanup, whose doorbell is lost.
async fn lost_doorbell(effect: Effect, phase: Millis) {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.pass(phase);
    let fault = Fault::new(Service::Sqs, effect)
        .operation("SendMessage")
        .caller(WEBHOOK);
    let armed = stage.aws.faults().arm(fault.always());
    let job = stage.order(ANNA, "a bell without a clapper").await;
    assert!(armed.hits() > 0);
    armed.disarm();
    assert!(stage.message_of(&job).await.text().contains("in the queue"));
    assert_eq!(stage.drain().await, 0);
    for minute in 1..=2 {
        stage.clock.set(NOON.after(Millis::from_mins(minute)));
        stage.sweep().await;
        stage.drain().await;
        if stage.stage_of(&job).await == JobStage::Running {
            break;
        }
    }
    assert_eq!(stage.stage_of(&job).await, JobStage::Running, "{phase:?}");
    let waited = stage.now().since(NOON.after(phase));
    assert!(waited < MENDED_WITHIN, "{waited:?} from {phase:?}");
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_charge_and_doorbell_is_mended_within_eighty_seconds_at_any_phase_of_the_minute() {
    for phase in [0, 1_000, 20_000, 39_999, 40_000, 40_001, 41_000, 59_999] {
        lost_doorbell(Effect::InternalError, Millis(phase)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doorbell_that_sqs_loses_is_rung_again_within_eighty_seconds() {
    lost_doorbell(Effect::Swallow, Millis(40_001)).await;
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
