//! Two that want to end the same job: whoever is first ends it, once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::job::{SETTLE_GRACE, Stage as JobStage};
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use tests::stage::{CLEANUP, Stage, WEBHOOK, WORKER, press};

use crate::ANNA;

/// Rounds of a race. In every third round the one side is held up a little, in every third the other, so that both
/// outcomes are seen whatever the machine.
const ROUNDS: u64 = 18;
const A_LITTLE: Duration = Duration::from_millis(25);

async fn until(seen: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !seen() {
        assert!(Instant::now() < deadline, "it was never seen");
        tokio::task::yield_now().await;
    }
}

async fn stage_of_a_race(round: u64, one: &str, other: &str) -> Arc<Stage> {
    let stage = Stage::with(|setting| setting.seed = round).await;
    stage.newcomer(ANNA).await;
    let held_up = match round % 3 {
        0 => Some(one),
        1 => Some(other),
        _ => None,
    };
    let stage = Arc::new(stage);
    if let Some(caller) = held_up {
        let delay = Fault::new(Service::DynamoDb, Effect::Delay(A_LITTLE));
        stage.aws.faults().arm(
            delay
                .caller(caller)
                .after(u32::from(caller == WEBHOOK) * 4)
                .always(),
        );
    }
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_and_claim_end_in_one_of_the_two() {
    let (mut canceled, mut delivered) = (0, 0);
    for round in 0..ROUNDS {
        let stage = stage_of_a_race(round, WORKER, WEBHOOK).await;
        let card = stage.draft(ANNA, "yes or no").await;
        let job = stage.confirm(&card).await;
        let data = format!("ca:{}", card.nonce().as_str());
        let cancel = press(ANNA, card.message_id, &data, 9);
        let (worker, customer) = (Arc::clone(&stage), Arc::clone(&stage));
        let claimed = job.clone();
        let worker = tokio::spawn(async move { worker.ring(&claimed).await });
        let customer = tokio::spawn(async move { customer.update(&cancel).await });
        worker.await.unwrap();
        let answer = customer.await.unwrap();
        stage.aws.faults().clear();
        stage.run_until_settled().await;
        match stage.stage_of(&job).await {
            JobStage::Canceled => {
                canceled += 1;
                assert!(stage.kie.tasks().is_empty());
                assert_eq!(answer.method(), "editMessageText", "{answer:?}");
                assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
            }
            JobStage::Delivered => {
                delivered += 1;
                assert_eq!(answer.method(), "answerCallbackQuery", "{answer:?}");
                assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
            }
            other => panic!("{other:?}"),
        }
        stage.assert_sound().await;
    }
    println!("{canceled} canceled, {delivered} delivered");
    assert!(
        canceled > 0 && delivered > 0,
        "{canceled} canceled, {delivered} delivered"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_and_refund_end_in_one_of_the_two() {
    let (mut captured, mut released) = (0, 0);
    for round in 0..ROUNDS {
        let stage = stage_of_a_race(round, WORKER, CLEANUP).await;
        let job = stage.order(ANNA, "at the last moment").await;
        stage.drain().await;
        stage.clock.set(stage.job(&job).await.settle_at.after(Millis(-1)));
        let worker = {
            let (stage, job) = (Arc::clone(&stage), job.clone());
            tokio::spawn(async move { stage.ring(&job).await })
        };
        // The worker has asked the provider just before the time was up; cleanup comes when it is long up.
        until(|| stage.kie.tasks()[0].lookups > 0).await;
        stage.pass(SETTLE_GRACE.plus(Millis::from_mins(5)));
        stage.sweep().await;
        worker.await.unwrap();
        stage.aws.faults().clear();
        stage.run_until_settled().await;
        match stage.balance(ANNA).await {
            (1, 0, 1) => captured += 1,
            (2, 0, 0) => released += 1,
            other => panic!("{other:?}"),
        }
        stage.assert_sound().await;
    }
    println!("{captured} captured, {released} released");
    assert!(
        captured > 0 && released > 0,
        "{captured} captured, {released} released"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cleanup_and_worker_that_settle_the_same_job_give_back_once() {
    for round in 0..6 {
        let stage = stage_of_a_race(round, WORKER, CLEANUP).await;
        let job = stage.order(ANNA, "nobody home #never").await;
        stage.drain().await;
        let settle_at = stage.job(&job).await.settle_at;
        stage
            .clock
            .set(settle_at.after(SETTLE_GRACE).after(Millis::from_mins(5)));
        let sides = (0..8).map(|side| {
            let (stage, job) = (Arc::clone(&stage), job.clone());
            tokio::spawn(async move {
                if side % 2 == 0 {
                    stage.ring(&job).await;
                } else {
                    stage.sweep().await;
                }
            })
        });
        for side in sides.collect::<Vec<_>>() {
            side.await.unwrap();
        }
        assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
        stage.aws.faults().clear();
        stage.run_until_settled().await;
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_workers_deliver_one_video() {
    for round in 0..4 {
        let stage = stage_of_a_race(round * 3 + 2, WORKER, CLEANUP).await;
        let job = stage.order(ANNA, "a crowd").await;
        stage.drain().await;
        stage.pass(Millis::from_mins(10));
        let workers = (0..16).map(|_| {
            let (stage, job) = (Arc::clone(&stage), job.clone());
            tokio::spawn(async move { stage.ring(&job).await })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        stage.run_until_settled().await;
        let calls = stage.telegram.calls();
        let edits = calls.iter().filter(|call| call.method == "editMessageMedia");
        assert_eq!(edits.count(), 1, "one worker delivers");
        assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
        stage.assert_sound().await;
    }
}
