//! The provider's callback: a hint, which may be forged, early, late or doubled.

use domain::job::{Rule, Stage as JobStage};
use domain::time::Millis;
use local_lambda::{Effect, Fault, Service};
use played_kie::{Forged, Signature, State, Trouble};
use serde_json::json;
use tests::stage::{CALLBACK, Stage};

use crate::{ANNA, BORIS, ordered};

async fn running(prompt: &str) -> (Stage, domain::id::JobId) {
    let (stage, job) = ordered(prompt).await;
    stage.drain().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    (stage, job)
}

fn forged<'a>(url: &'a str, task: &'a str, signature: Signature) -> Forged<'a> {
    Forged {
        callback_url: url,
        task_id: task,
        state: State::Success,
        result_urls: &["https://example.com/forged.mp4"],
        signature,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_without_a_right_signature_is_refused() {
    let (stage, job) = running("a forger").await;
    let task = stage.kie.tasks().remove(0);
    let url = task.callback_url.unwrap();
    for signature in [Signature::Wrong, Signature::Stale, Signature::Missing] {
        let answer = stage.kie.forge_callback(&forged(&url, &task.id, signature)).await;
        assert_eq!(answer, Some(401), "{signature:?}");
    }
    assert_eq!(stage.drain().await, 0);
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_to_an_address_that_is_not_ours_is_refused() {
    let (stage, job) = running("a forger").await;
    let task = stage.kie.tasks().remove(0);
    let url = task.callback_url.unwrap();
    let other_fence = url.replace("fence=1", "fence=2");
    let other_job = url.replace(&job.to_string(), "1001-2222222222222222");
    let (front, _) = url.split_once("&mac=").unwrap();
    let no_mac = format!("{front}&mac=");
    for address in [other_fence, other_job, no_mac, front.to_owned()] {
        let answer = stage
            .kie
            .forge_callback(&forged(&address, &task.id, Signature::Right))
            .await;
        assert_eq!(answer, Some(401), "{address}");
    }
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_callback_claims_is_never_believed() {
    let (stage, job) = running("a liar").await;
    let task = stage.kie.tasks().remove(0);
    let url = task.callback_url.unwrap();
    let answer = stage
        .kie
        .forge_callback(&forged(&url, &task.id, Signature::Right))
        .await;
    assert_eq!(answer, Some(200));
    assert_eq!(stage.drain().await, 1);
    assert_eq!(
        stage.stage_of(&job).await,
        JobStage::Running,
        "the provider says that it still runs"
    );
    stage.run_until_settled().await;
    let shown = stage.message_of(&job).await;
    assert!(!format!("{:?}", shown.video().unwrap().source).contains("forged"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_names_somebody_elses_task_gives_nobody_their_video() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.newcomer(BORIS).await;
    let hers = stage.order(ANNA, "hers").await;
    stage.drain().await;
    // His order is lost, so it has no task yet, and a callback may name one.
    stage.kie.inject(Trouble::Lost, "his", 1);
    stage.kie.inject(Trouble::NoCallback, "his", 1);
    let his = stage.order(BORIS, "his").await;
    stage.drain().await;
    assert_eq!(stage.stage_of(&his).await, JobStage::Unknown);
    let tasks = stage.kie.tasks();
    let her_task = tasks.iter().find(|task| task.prompt == "hers").unwrap();
    let his_url = tasks
        .iter()
        .find(|task| task.prompt == "his")
        .unwrap()
        .callback_url
        .clone()
        .unwrap();
    let answer = stage
        .kie
        .forge_callback(&forged(&his_url, &her_task.id, Signature::Right))
        .await;
    assert_eq!(answer, Some(200));
    stage.pardon(tests::stage::Pardon::SecondRender);
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&hers).await, JobStage::Delivered);
    let sources = [&hers, &his].map(async |job| {
        format!(
            "{:?}",
            stage
                .message_of(job)
                .await
                .video()
                .map(|video| video.source.clone())
        )
    });
    let [hers, his] = sources;
    assert_ne!(hers.await, his.await);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_overtakes_the_answer_to_the_order_is_taken() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "a hare #early").await;
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&job).await,
        [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10]
    );
    assert_eq!(stage.kie.tasks().len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_callbacks_deliver_once() {
    let (stage, job) = running("an echo #twice").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_callback_changes_nothing() {
    let (stage, job) = running("a snail").await;
    stage.run_until_settled().await;
    let task = stage.kie.tasks().remove(0);
    let answer = stage
        .kie
        .forge_callback(&forged(&task.callback_url.unwrap(), &task.id, Signature::Right))
        .await;
    assert_eq!(answer, Some(200));
    assert_eq!(stage.drain().await, 0);
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_of_an_earlier_submission_does_not_judge_the_present_one() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::Failed, "", 1);
    let job = stage.order(ANNA, "two lives").await;
    stage.run_until_stage(&job, JobStage::Running).await;
    stage.run_until_stage(&job, JobStage::Queued).await;
    stage.run_until_stage(&job, JobStage::Running).await;
    let first = stage.kie.tasks().remove(0);
    let answer = stage
        .kie
        .forge_callback(&forged(&first.callback_url.unwrap(), &first.id, Signature::Right))
        .await;
    assert_eq!(answer, Some(200));
    assert_eq!(stage.drain().await, 0);
    let now = stage.job(&job).await;
    assert_eq!((now.stage, now.fence.0), (JobStage::Running, 2));
    assert_ne!(now.task.unwrap().0, first.id);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_callback_the_polls_find_the_video() {
    let (stage, job) = running("a hermit #nocallback").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_is_no_callback() {
    let (stage, _) = running("a mute").await;
    let url = stage.kie.tasks().remove(0).callback_url.unwrap();
    let query = url.split_once('?').unwrap().1;
    let mut event: serde_json::Value = serde_json::from_str(include_str!(
        "../../../functions/provider-callback/events/kie-success.json"
    ))
    .unwrap();
    event["rawQueryString"] = json!(query);
    event["queryStringParameters"] = json!({});
    for body in ["", "{}", "[]", "not json"] {
        event["body"] = json!(body);
        assert_eq!(stage.callback_event(&event).await.status, 200, "{body}");
    }
    assert_eq!(stage.drain().await, 0);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_can_ring_for_no_worker_costs_eighty_seconds_at_most() {
    let (stage, job) = running("a mute bell").await;
    let broken = Fault::new(Service::Sqs, Effect::InternalError).operation("SendMessage");
    let armed = stage.aws.faults().arm(broken.caller(CALLBACK).always());
    stage.pass(Millis::from_mins(1));
    assert_eq!(stage.callbacks().await, 1);
    assert!(armed.hits() > 0);
    assert_eq!(stage.stage_of(&job).await, JobStage::Running);
    for _ in 0..8 {
        stage.pass(Millis::from_secs(10));
        stage.sweep().await;
        stage.drain().await;
    }
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_cannot_read_the_tables_rings_all_the_same() {
    let (stage, job) = running("a blind postman").await;
    let broken = Fault::new(Service::DynamoDb, Effect::InternalError).operation("GetItem");
    let armed = stage.aws.faults().arm(broken.caller(CALLBACK).always());
    stage.pass(Millis::from_mins(1));
    assert_eq!(stage.callbacks().await, 1);
    assert!(armed.hits() > 0);
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}
