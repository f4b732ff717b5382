//! No effect is begun that the Lambda might not live to write down.

use std::time::Duration;

use domain::job::Stage as JobStage;
use tests::stage::Stage;

use crate::ANNA;

/// With so many seconds left (and, by the time of the look, a moment less) nothing is begun.
const LITTLE: u64 = 60;
/// The same and what a busy machine may take between two looks.
const ENOUGH: u64 = LITTLE + 15;

#[tokio::test(flavor = "multi_thread")]
async fn with_little_time_left_nothing_is_ordered_and_another_worker_goes_on() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "five to twelve").await;
    assert_eq!(stage.receive().await.len(), 1);
    for seconds in [20, LITTLE] {
        stage.ring_with(&job, Duration::from_secs(seconds)).await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Queued, "with {seconds} s");
    }
    assert!(stage.kie.tasks().is_empty());
    assert_eq!(stage.drain().await, 2, "the doorbell was rung on, each time");
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_little_time_left_nothing_is_delivered() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "five to twelve").await;
    stage.drain().await;
    stage.clock.set(stage.job(&job).await.due_at.unwrap());
    for seconds in [0, 1, 20, 39, LITTLE] {
        stage.ring_with(&job, Duration::from_secs(seconds)).await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Running, "with {seconds} s");
    }
    assert_eq!(stage.telegram.call_counts().get("editMessageMedia"), None);
    stage.ring_with(&job, Duration::from_secs(ENOUGH)).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_meets_a_worker_with_little_time_is_handed_on_as_a_callback() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "at the last minute").await;
    stage.drain().await;
    stage.pass(domain::time::Millis::from_mins(1));
    assert_eq!(stage.kie.tick().await, 1);
    let [called] = &stage.receive().await[..] else {
        panic!("one doorbell was rung")
    };
    let body = called.body().unwrap().to_owned();
    stage.work(&[("1", body)], Duration::from_secs(LITTLE)).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    assert_eq!(stage.drain().await, 1, "the doorbell was rung on");
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}
