//! No effect is begun that the Lambda might not live to write down.

use std::time::Duration;

use domain::job::Stage as JobStage;
use domain::time::Millis;
use tests::stage::Stage;

use crate::ANNA;

#[tokio::test(flavor = "multi_thread")]
async fn with_little_time_left_nothing_is_ordered_and_another_worker_goes_on() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "five to twelve").await;
    assert_eq!(stage.receive().await.len(), 1);
    stage.ring_with(&job, Duration::from_secs(20)).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Queued);
    assert!(stage.kie.tasks().is_empty());
    assert_eq!(stage.drain().await, 1, "the doorbell was rung on");
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
    stage.pass(Millis::from_mins(10));
    for seconds in [0, 1, 20, 39] {
        stage.ring_with(&job, Duration::from_secs(seconds)).await;
    }
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    assert_eq!(stage.telegram.call_counts().get("editMessageMedia"), None);
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}
