//! What does not answer, or answers slowly, holds nobody up for longer than there is time. These tests wait for it in real
//! time, idle: what they are about are the product's own timeouts.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use axum::{Json, Router, extract::State};
use domain::job::{Rule, Stage as JobStage};
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use played_kie::Trouble;
use played_telegram::Source;
use serde_json::{Value, json};
use table::{Db, Deadline, Error, Keys, s};
use tests::stage::{Stage, WEBHOOK};
use tokio::sync::watch;

use crate::ANNA;

const FOR_EVER: Effect = Effect::Delay(Duration::from_hours(1));

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_is_not_answered_is_given_up_and_the_update_comes_again() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let silent = Fault::new(Service::DynamoDb, FOR_EVER).operation("BatchGetItem");
    let armed = stage.aws.faults().arm(silent.caller(WEBHOOK));
    stage.draft(ANNA, "a deaf clerk").await;
    assert_eq!(armed.hits(), 1);
    let answers = stage.telegram.latest_update(ANNA).unwrap().answers;
    assert_eq!(answers, [503, 200]);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doorbell_that_cannot_be_rung_holds_up_no_answer() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let silent = Fault::new(Service::Sqs, FOR_EVER).operation("SendMessage");
    let armed = stage.aws.faults().arm(silent.caller(WEBHOOK).always());
    let job = stage.order(ANNA, "a dead bell").await;
    assert!(armed.hits() >= 2, "there is time for another try");
    assert!(stage.message_of(&job).await.text().contains("in the queue"));
    assert_eq!(stage.telegram.latest_update(ANNA).unwrap().answers, [200]);
    stage.minute().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Running, "cleanup rang");
    armed.disarm();
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_ends_with_its_deadline() {
    let stage = Stage::new().await;
    let jobs = stage.aws.table_name("JobsTable").unwrap().to_owned();
    let silent = Fault::new(Service::DynamoDb, FOR_EVER).caller("Operator");
    let armed = stage.aws.faults().arm(silent.always());
    let write = || table::Write::put("row", &jobs, [("pk".to_owned(), s("x"))].into());
    let token = table::Token::of("row");
    let soon = || Deadline::after(Duration::from_millis(300));
    let single = stage.db.write(write(), soon()).await;
    assert!(matches!(single, Err(Error::NoAnswer(_))), "{single:?}");
    let several = stage.db.transact(&token, vec![write()], soon()).await;
    assert!(matches!(several, Err(Error::NoAnswer(_))), "{several:?}");
    armed.disarm();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_dynamodb_leaves_out_is_asked_for_again_after_a_pause() {
    let (db, _asked) = miserly(6).await;
    let found = db.batch_get(vec![keys()]).await.unwrap();
    assert_eq!(found["T"].len(), 1);
    let (db, asked) = miserly(u32::MAX).await;
    let begun = Instant::now();
    let refused = db.batch_get(vec![keys()]).await;
    assert!(matches!(refused, Err(Error::Throttled(_))), "{refused:?}");
    // Eleven pauses of a second in all, on average.
    let took = begun.elapsed();
    assert!(took > Duration::from_millis(150), "{took:?}");
    assert!(*asked.borrow() <= 12);
}

fn keys() -> Keys {
    Keys {
        table: "T".to_owned(),
        keys: vec![[("pk".to_owned(), s("x"))].into()],
        consistent: true,
    }
}

/// A DynamoDB that leaves out every key so many times. Beside it, how often it was asked.
async fn miserly(times: u32) -> (Db, watch::Receiver<u32>) {
    let (count, asked) = watch::channel(0);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(leave_out).with_state((count, times));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .endpoint_url(url);
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    (Db::new(client), asked)
}

async fn leave_out(State((count, times)): State<(watch::Sender<u32>, u32)>, body: String) -> Json<Value> {
    count.send_modify(|count| *count += 1);
    let asked: Value = serde_json::from_str(&body).unwrap();
    Json(if *count.borrow() > times {
        json!({"Responses": {"T": asked["RequestItems"]["T"]["Keys"]}, "UnprocessedKeys": {}})
    } else {
        json!({"Responses": {}, "UnprocessedKeys": asked["RequestItems"]})
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_arrives_slowly_is_shown_once_it_is_there() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a snail #trickle").await;
    stage.run_until_settled().await;
    let shown = stage.message_of(&job).await;
    assert!(matches!(shown.video().unwrap().source, Source::Url(_)));
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

/// A worker begins nothing with less than a minute, so the file is broken off after most of one.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_arrives_too_slowly_is_broken_off_in_time_and_shown_once_later() {
    let time = Duration::from_secs(62);
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a glacier #big").await;
    stage.run_until_stage(&job, JobStage::Running).await;
    stage.pass(Millis::from_mins(12));
    // The look at the file, and the file.
    stage.kie.inject(Trouble::DownloadSlow, "", 2);
    let begun = Instant::now();
    stage.ring_with(&job, time).await;
    assert!(stage.kie.injected().is_empty());
    let took = begun.elapsed();
    assert!(took < time, "it lived longer than its Lambda");
    assert!(took > Duration::from_secs(30), "it was given no chance");
    assert_eq!(stage.stage_of(&job).await, JobStage::Rendered);
    assert!(stage.message_of(&job).await.video().is_none());
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    stage.run_until_settled().await;
    let rules = stage.rules_of(&job).await;
    assert_eq!(rules, [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10]);
    let shown = stage.message_of(&job).await;
    assert_eq!(shown.video().unwrap().source, Source::Upload);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}
