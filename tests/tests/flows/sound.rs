//! What `assert_sound` must notice: each test brings about what must never be.

use std::sync::Arc;
use std::time::Duration;

use domain::job::Stage as JobStage;
use domain::time::Millis;
use played_telegram::{Fault, Happens};
use store::rows;
use table::{Deadline, Write, s};
use tests::stage::{Stage, jpeg};

use crate::{ANNA, BORIS};

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "I8: submission 1 of")]
async fn a_task_of_somebody_else_is_noticed() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    let (mine, other) = (stage.order(ANNA, "mine").await, stage.order(BORIS, "other").await);
    stage.drain().await;
    let task = stage.job(&other).await.task.unwrap();
    let jobs = stage.aws.table_name("JobsTable").unwrap();
    let write = Write::update("test", jobs, rows::job_key(&mine)).set("task", s(task.0));
    let soon = Deadline::after(Duration::from_secs(10));
    stage.db.write(write, soon).await.unwrap();
    stage.assert_sound().await;
}

/// A worker whose request comes to the provider when its lease has ended: clocks that differ by more than the slack.
#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "I15: ")]
async fn an_order_after_the_lease_is_noticed() {
    let stage = Arc::new(Stage::new().await);
    stage.newcomer(ANNA).await;
    let job = stage.order_photo(ANNA, jpeg(320, 240), "a straggler").await;
    let held = Happens::Delayed(Duration::from_secs(1));
    stage.telegram.fault(Fault::next("getFile", held));
    let worker = tokio::spawn({
        let (stage, job) = (Arc::clone(&stage), job.clone());
        async move { stage.ring(&job).await }
    });
    while stage.stage_of(&job).await != JobStage::Submitting {
        tokio::task::yield_now().await;
    }
    stage.pass(Millis::from_mins(4));
    worker.await.unwrap();
    assert_eq!(stage.kie.tasks().len(), 1);
    stage.assert_sound().await;
}
