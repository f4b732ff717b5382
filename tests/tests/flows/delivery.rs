//! RENDERED → DELIVERED: what Telegram may do to the last edit.

use domain::job::Stage as JobStage;
use played_telegram::{ApiError, Fault, Happens};
use tests::stage::Stage;

use crate::ANNA;

#[tokio::test(flavor = "multi_thread")]
async fn telegrams_429_is_waited_for() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a queue").await;
    stage.telegram.fault(Fault::next(
        "editMessageMedia",
        Happens::Refused(ApiError::too_many(40)),
    ));
    stage.run_until_stage(&job, JobStage::Rendered).await;
    let refused = stage.now();
    stage.ring(&job).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Rendered);
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert!(stage.now().since(refused).0 >= 40_000);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_whose_answer_is_lost_is_repeated_and_charged_once() {
    for lost in [Happens::CutAfter, Happens::FailedAfter, Happens::CutBefore] {
        let stage = Stage::new().await;
        stage.newcomer(ANNA).await;
        let job = stage.order(ANNA, "an echo").await;
        stage.telegram.fault(Fault::next("editMessageMedia", lost));
        stage.run_until_settled().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
        assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_after_the_edit_is_followed_by_one_that_finds_it_done() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a relay").await;
    stage.run_until_stage(&job, JobStage::Running).await;
    stage.pass(domain::time::Millis::from_mins(12));
    let place = stage.job(&job).await.place;
    let hour = std::time::Duration::from_hours(1);
    let held = local_lambda::Fault::new(local_lambda::Service::DynamoDb, local_lambda::Effect::Delay(hour));
    let armed = stage
        .aws
        .faults()
        .arm(held.operation("TransactWriteItems").caller(tests::stage::WORKER));
    // Held means arrived: what is still on its way would be carried out once nothing is held any more.
    let seen = async || {
        let message = stage.telegram.message(place.chat.0, place.message.0);
        message.is_some_and(|message| message.video().is_some()) && armed.hits() > 0
    };
    stage.die_when(&job, seen).await;
    armed.disarm();
    assert_eq!(stage.stage_of(&job).await, JobStage::Rendered);
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_progress_message_is_replaced_by_another() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "an eraser").await;
    let before = stage.message_of(&job).await.message_id;
    stage.telegram.delete_message(ANNA, before).unwrap();
    stage.run_until_settled().await;
    let after = stage.message_of(&job).await;
    assert_ne!(after.message_id, before);
    assert!(after.video().is_some());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_in_a_new_message_when_the_old_one_is_deleted() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "an eraser #moderation").await;
    let before = stage.message_of(&job).await.message_id;
    stage.telegram.delete_message(ANNA, before).unwrap();
    stage.run_until_settled().await;
    assert!(
        stage.last_text(ANNA).contains("back"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_has_moved_is_followed() {
    let moved_to = -1_001_234_567_890;
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a removal van").await;
    stage.run_until_stage(&job, JobStage::Running).await;
    stage.telegram.create_channel(moved_to, "The new place", true);
    stage.telegram.fault(Fault::next(
        "editMessageMedia",
        Happens::Refused(ApiError::migrated(moved_to)),
    ));
    stage.run_until_settled().await;
    let delivered = stage.job(&job).await;
    assert_eq!(
        (delivered.stage, delivered.place.chat.0),
        (JobStage::Delivered, moved_to)
    );
    assert!(stage.message_of(&job).await.video().is_some());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_telegram_does_not_fetch_is_uploaded() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a fence").await;
    let refused = ApiError::bad_request("failed to get HTTP URL content");
    stage
        .telegram
        .fault(Fault::next("editMessageMedia", Happens::Refused(refused)));
    stage.run_until_settled().await;
    let shown = stage.message_of(&job).await;
    assert_eq!(shown.video().unwrap().source, played_telegram::Source::Upload);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_that_never_answers_does_not_keep_a_credit_for_ever() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a dead line").await;
    stage.run_until_stage(&job, JobStage::Running).await;
    for method in ["editMessageMedia", "editMessageCaption"] {
        stage
            .telegram
            .fault(Fault::next(method, Happens::CutBefore).times(10_000));
    }
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}
