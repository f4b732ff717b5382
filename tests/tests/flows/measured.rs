//! What it costs: requests of an answer, and a worker's work for a video.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::job::Stage as JobStage;
use domain::time::Millis;
use local_lambda::Service;
use tests::stage::{CLEANUP, Stage, WEBHOOK, WORKER};

use crate::ANNA;

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_create_takes_one_read_one_transaction_one_doorbell_and_no_call_to_telegram() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "how much").await;
    let (before, calls) = (stage.counts(), stage.telegram.requests());
    stage.confirm(&card).await;
    let asked = stage.operations_since(&before, WEBHOOK);
    println!(
        "Create: {asked:?}, {} calls to Telegram",
        stage.telegram.requests() - calls
    );
    let expected = [("BatchGetItem", 1), ("TransactWriteItems", 1), ("SendMessage", 1)];
    assert_eq!(
        asked,
        expected.map(|(operation, times)| (operation.to_owned(), times))
    );
    assert_eq!(stage.telegram.requests(), calls);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cabinet_takes_one_read() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let (before, calls) = (stage.counts(), stage.telegram.requests());
    stage.say(ANNA, "/cabinet").await;
    let asked = stage.operations_since(&before, WEBHOOK);
    println!("/cabinet: {asked:?}");
    assert_eq!(asked, [("BatchGetItem".to_owned(), 1)]);
    assert_eq!(stage.telegram.requests(), calls);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_takes_one_read_for_the_language_that_was_chosen() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let before = stage.counts();
    stage.say(ANNA, "/help").await;
    assert!(stage.last_text(ANNA).contains("Ordering a video"));
    assert_eq!(
        stage.operations_since(&before, WEBHOOK),
        [("BatchGetItem".to_owned(), 1)]
    );
    stage.assert_sound().await;
}

/// What one video took.
#[derive(Debug, PartialEq, Eq)]
struct Work {
    invocations: usize,
    dynamodb: u64,
    sqs: u64,
    telegram: usize,
    look_ups: u32,
    write_units_milli: u64,
}

async fn one_video(render: Millis, words: &str) -> (Work, Duration) {
    let stage = Stage::with(|setting| setting.render = render).await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, words).await;
    let (before, calls) = (stage.counts(), stage.telegram.requests());
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    let dynamodb = stage.asked_since(&before, Service::DynamoDb, WORKER);
    let work = Work {
        invocations: stage.invocations(WORKER),
        dynamodb: dynamodb.requests,
        sqs: stage.asked_since(&before, Service::Sqs, WORKER).requests,
        telegram: stage.telegram.requests() - calls,
        look_ups: stage.kie.tasks()[0].lookups,
        write_units_milli: dynamodb.write_units_milli,
    };
    assert_eq!(stage.asked_since(&before, Service::DynamoDb, CLEANUP).requests, 0);
    stage.assert_sound().await;
    (work, stage.worked())
}

#[tokio::test(flavor = "multi_thread")]
async fn lambda_time_per_video_does_not_grow_with_the_render_time() {
    let mut measured = BTreeMap::new();
    for seconds in [10, 100, 600] {
        for words in ["a clock", "a clock #nocallback"] {
            let (work, worked) = one_video(Millis::from_secs(seconds), words).await;
            println!("{seconds:>4} s, {words}: {work:?}, {worked:?} of the worker");
            measured.insert((words.contains("nocallback"), seconds), work);
        }
    }
    // The same work however long it renders, whether the callback comes or is lost; a lost one costs one question.
    for lost in [false, true] {
        let work = &measured[&(lost, 10)];
        assert_eq!(work, &measured[&(lost, 100)]);
        assert_eq!(work, &measured[&(lost, 600)]);
        assert_eq!(work.look_ups, 1);
    }
}
