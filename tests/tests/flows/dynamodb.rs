//! Tables that conflict, throttle, fail, or lose their answers.

use domain::job::{Rule, Stage as JobStage};
use local_lambda::{Effect, Fault, Service};
use tests::stage::{Stage, WEBHOOK, WORKER};

use crate::ANNA;

fn fault(effect: Effect, operation: &str, caller: &str) -> Fault {
    Fault::new(Service::DynamoDb, effect)
        .operation(operation)
        .caller(caller)
}

fn effects() -> [Effect; 5] {
    [
        Effect::Conflict,
        Effect::Throttle,
        Effect::ThroughputExceeded,
        Effect::InternalError,
        Effect::LoseAnswer,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_accepted_exactly_once_whatever_happens_to_its_transaction() {
    for effect in effects() {
        let stage = Stage::new().await;
        stage.newcomer(ANNA).await;
        let card = stage.draft(ANNA, "through the storm").await;
        let name = format!("{effect:?}");
        let armed = stage
            .aws
            .faults()
            .arm(fault(effect, "TransactWriteItems", WEBHOOK));
        let job = stage.confirm(&card).await;
        assert_eq!(armed.hits(), 1, "{name}");
        assert!(
            stage.message_of(&job).await.text().contains("in the queue"),
            "{name}"
        );
        assert_eq!(stage.balance(ANNA).await, (1, 1, 0), "{name}");
        stage.run_until_settled().await;
        assert_eq!(stage.balance(ANNA).await, (1, 0, 1), "{name}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_help_while_the_tables_are_away() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let down = fault(Effect::InternalError, "BatchGetItem", WEBHOOK).times(1_000);
    stage.aws.faults().arm(down);
    stage.say(ANNA, "/help").await;
    assert!(
        stage.last_text(ANNA).contains("Ordering a video"),
        "{}",
        stage.last_text(ANNA)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_every_answer_was_lost_is_found_when_the_update_comes_again() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a black box").await;
    let lost = fault(Effect::LoseAnswer, "TransactWriteItems", WEBHOOK).times(3);
    let armed = stage.aws.faults().arm(lost);
    let job = stage.confirm(&card).await;
    assert_eq!(armed.hits(), 3);
    let answers = stage.telegram.latest_update(ANNA).unwrap().answers;
    assert_eq!(
        (answers.first(), answers.last()),
        (Some(&503), Some(&200)),
        "{answers:?}"
    );
    assert_eq!(stage.jobs().await.len(), 1);
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    stage.minute().await;
    assert_eq!(
        stage.stage_of(&job).await,
        JobStage::Running,
        "nobody rang; cleanup did"
    );
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_of_the_worker_survives_a_lost_answer() {
    // The writes of one video: claim, task, file; then the settlement.
    for (operation, skipped) in [
        ("UpdateItem", 0),
        ("UpdateItem", 1),
        ("UpdateItem", 2),
        ("TransactWriteItems", 0),
    ] {
        for effect in effects() {
            let name = format!("{operation} {skipped} {effect:?}");
            let stage = Stage::new().await;
            stage.newcomer(ANNA).await;
            let job = stage.order(ANNA, "a rough sea").await;
            let armed = stage
                .aws
                .faults()
                .arm(fault(effect, operation, WORKER).after(skipped));
            stage.run_until_settled().await;
            assert_eq!(armed.hits(), 1, "{name}");
            assert_eq!(
                stage.rules_of(&job).await,
                [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10],
                "{name}"
            );
            assert_eq!(stage.kie.tasks().len(), 1, "{name}");
            stage.assert_sound().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_save_what_it_has_ordered_orders_no_second_time() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a full notebook").await;
    // The claim is written, and then nothing for a while.
    let down = fault(Effect::InternalError, "UpdateItem", WORKER)
        .after(1)
        .always();
    let armed = stage.aws.faults().arm(down);
    let failed = stage.ring_with(&job, std::time::Duration::from_secs(100)).await;
    assert_eq!(failed.batch_item_failures.len(), 1, "the doorbell comes again");
    armed.disarm();
    assert_eq!(stage.stage_of(&job).await, JobStage::Submitting);
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().len(), 1);
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_was_lost_does_not_keep_a_credit() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "aged out #moderation").await;
    let window = stage.job(&job).await.windows[0].clone();
    let usage = stage.aws.table_name("UsageTable").unwrap().to_owned();
    let key = store::rows::usage_key(domain::id::UserId(ANNA), window.key.row());
    let gone = table::Write::delete_item("counter", &usage, key);
    let deadline = table::Deadline::after(std::time::Duration::from_secs(5));
    stage.db.write(gone, deadline).await.unwrap();
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}
