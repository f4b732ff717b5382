//! QUEUED → SUBMITTING → RUNNING: a worker may die at any moment, and no second render is bought for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::id::JobId;
use domain::job::{Rule, Stage as JobStage};
use domain::time::{Millis, Timestamp};
use played_kie::Trouble;
use played_telegram::{Fault, Happens};
use tests::stage::{Pardon, Stage, WORKER_TIME, jpeg};

use crate::ANNA;

/// Longer than any lease and cleanup's own patience: Lambda's whole time and what clocks and requests may add.
const LEASE: Millis = Millis::from_secs(200);

/// What a lease outlives its Lambda by: what clocks differ, and what a request that was just sent may still take.
const SLACK: Millis = Millis::from_secs(40);

/// An order whose worker dies under the lease, before it has ordered anything.
async fn order_and_die(stage: &Stage) -> JobId {
    stage.newcomer(ANNA).await;
    let job = stage.order_photo(ANNA, jpeg(320, 240), "a cliff").await;
    let hour = Happens::Delayed(Duration::from_hours(1));
    stage.telegram.fault(Fault::next("getFile", hour));
    let asked = async || stage.telegram.calls().iter().any(|call| call.method == "getFile");
    stage.die_when(&job, asked).await;
    job
}

/// A millisecond before `end`, neither a worker nor cleanup takes the job out of `waits_in`; at `end` a worker does.
async fn waits_until(stage: &Stage, job: &JobId, waits_in: JobStage, end: Timestamp) {
    stage.clock.set(Timestamp(end.0 - 1));
    stage.ring(job).await;
    stage.sweep().await;
    stage.drain().await;
    assert_eq!(stage.stage_of(job).await, waits_in, "a millisecond too early");
    stage.clock.set(end);
    stage.ring(job).await;
    assert_ne!(stage.stage_of(job).await, waits_in, "when its time had come");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_a_job_before_its_lambda_is_gone_and_what_it_sent_has_arrived() {
    let stage = Stage::new().await;
    let begun = Instant::now();
    let job = order_and_die(&stage).await;
    let lasted = Millis(i64::try_from(begun.elapsed().as_millis()).unwrap());
    let lambda_end = stage
        .now()
        .after(Millis(i64::try_from(WORKER_TIME.as_millis()).unwrap()));
    let lease_end = stage.job(&job).await.due_at.unwrap();
    let slack = lease_end.since(lambda_end);
    // By the machine's clock the Lambda has run since the claim, so its end is a little nearer than by the stage's.
    assert!(
        slack <= SLACK && slack.plus(lasted) >= SLACK,
        "{slack:?}, {lasted:?}"
    );
    waits_until(&stage, &job, JobStage::Submitting, lease_end).await;
    let unknown = stage.job(&job).await;
    assert_eq!((unknown.stage, unknown.fence.0), (JobStage::Unknown, 1));
    let horizon = lease_end.after(unknown.order.render_max);
    assert_eq!(
        unknown.due_at,
        Some(horizon),
        "a request that came at the last moment may take this long"
    );
    waits_until(&stage, &job, JobStage::Unknown, horizon).await;
    assert_eq!(
        stage.rules_of(&job).await[..4],
        [Rule::T1, Rule::T2, Rule::T6, Rule::T7]
    );
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_before_the_order_leaves_it_unknown_until_the_horizon() {
    let stage = Stage::new().await;
    let job = order_and_die(&stage).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Submitting);
    stage.pass(Millis::from_secs(60));
    stage.ring(&job).await;
    stage.sweep().await;
    assert_eq!(
        stage.stage_of(&job).await,
        JobStage::Submitting,
        "the lease still holds"
    );
    // No worker comes: cleanup waits a little for one, and then does it by itself.
    stage.pass(LEASE);
    stage.sweep().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Submitting);
    stage.pass(Millis::from_mins(3));
    stage.sweep().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Unknown);
    assert!(stage.kie.tasks().is_empty());
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&job).await,
        [
            Rule::T1,
            Rule::T2,
            Rule::T6,
            Rule::T7,
            Rule::T2,
            Rule::T3,
            Rule::T8,
            Rule::T10
        ]
    );
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_after_the_acceptance_is_found_by_the_callback() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a cliff-hanger").await;
    stage.kie.inject(Trouble::Hung, "", 1);
    stage.die_when(&job, async || !stage.kie.tasks().is_empty()).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Submitting);
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().len(), 1);
    assert_eq!(
        stage.rules_of(&job).await,
        [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10]
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_finds_a_submission_that_was_already_given_up_as_unknown() {
    let stage = Stage::with(|setting| setting.render = Millis::from_mins(10)).await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a cliff").await;
    stage.kie.inject(Trouble::Hung, "", 1);
    stage.die_when(&job, async || !stage.kie.tasks().is_empty()).await;
    stage.pass(LEASE);
    stage.sweep().await;
    stage.drain().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Unknown);
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().len(), 1);
    assert_eq!(
        stage.rules_of(&job).await,
        [Rule::T1, Rule::T2, Rule::T6, Rule::T3, Rule::T8, Rule::T10]
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_is_lost_is_unknown_at_once_and_not_ordered_again() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::Lost, "", 1);
    let job = stage.order(ANNA, "a bottle post").await;
    stage.drain().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Unknown);
    for _ in 0..5 {
        stage.ring(&job).await;
    }
    assert_eq!(stage.kie.tasks().len(), 1);
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().len(), 1);
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

/// The order's answer and its callback are both lost: only the horizon is left.
async fn lost_altogether(stage: &Stage) -> JobId {
    stage.pardon(Pardon::SecondRender);
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::Lost, "", 1);
    stage.kie.inject(Trouble::NoCallback, "", 1);
    let job = stage.order(ANNA, "a black hole").await;
    stage.run_until_stage(&job, JobStage::Unknown).await;
    let before_horizon = stage.job(&job).await.due_at.unwrap();
    stage.clock.set(Timestamp(before_horizon.0 - 1));
    stage.ring(&job).await;
    stage.sweep().await;
    assert_eq!(
        stage.stage_of(&job).await,
        JobStage::Unknown,
        "silence is no answer before the horizon"
    );
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn without_answer_and_callback_it_is_ordered_again_after_the_horizon() {
    let stage = Stage::new().await;
    let job = lost_altogether(&stage).await;
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().len(), 2);
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_answer_and_callback_and_time_the_credit_is_back() {
    let stage = Stage::with(|setting| setting.settings.rules.wait_max_s = 600).await;
    let job = lost_altogether(&stage).await;
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().len(), 1);
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert!(
        stage.message_of(&job).await.text().contains("back"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_workers_at_one_doorbell_order_once() {
    for round in 0..6 {
        let stage = Arc::new(Stage::with(|setting| setting.seed = round).await);
        stage.newcomer(ANNA).await;
        let job = stage.order(ANNA, "a crowd").await;
        let workers = (0..16).map(|_| {
            let (stage, job) = (Arc::clone(&stage), job.clone());
            tokio::spawn(async move { stage.ring(&job).await })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        assert_eq!(stage.kie.tasks().len(), 1);
        stage.run_until_settled().await;
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_render_that_never_ends_is_given_back_when_its_time_is_up() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "sisyphus #never").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let asked = stage.kie.tasks()[0].lookups;
    assert!(asked <= 30, "asked {asked} times in an hour and a half");
    stage.assert_sound().await;
}
