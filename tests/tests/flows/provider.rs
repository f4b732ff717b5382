//! A provider that is busy, out of order, or has dropped a model.

use std::time::Duration;

use domain::id::JobId;
use domain::job::{Failure, Job, Rule, Stage as JobStage};
use domain::time::Millis;
use played_kie::Trouble;
use played_telegram::{ApiError, Fault, Happens};
use serde_json::json;
use tests::stage::{Stage, jpeg};

use crate::ANNA;

const FOR_EVER: u32 = 100_000;

/// How often the provider was asked for an order while it was in trouble.
fn refused(stage: &Stage) -> u32 {
    stage.kie.injected().iter().map(|(_, left)| FOR_EVER - left).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_provider_is_tried_again_and_the_customer_knows() {
    for trouble in [
        Trouble::RateLimited,
        Trouble::ServerError,
        Trouble::Unavailable,
        Trouble::Maintenance,
    ] {
        let stage = Stage::new().await;
        stage.newcomer(ANNA).await;
        stage.kie.inject(trouble, "", 1);
        let job = stage.order(ANNA, "patience").await;
        stage.drain().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Queued, "{trouble:?}");
        let shown = stage.message_of(&job).await;
        assert!(
            shown.text().contains("your order waits"),
            "{trouble:?}: {}",
            shown.text()
        );
        assert!(shown.button("ca:").is_some());
        stage.run_until_settled().await;
        assert_eq!(
            stage.rules_of(&job).await,
            [
                Rule::T1,
                Rule::T2,
                Rule::T4,
                Rule::T2,
                Rule::T3,
                Rule::T8,
                Rule::T10
            ],
            "{trouble:?}"
        );
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cut_leaves_open_is_not_ordered_again_before_the_horizon() {
    let (stage, job) = in_doubt(Trouble::Cut).await;
    stage.run_until_settled().await;
    let rules = [
        Rule::T1,
        Rule::T2,
        Rule::T6,
        Rule::T7,
        Rule::T2,
        Rule::T3,
        Rule::T8,
        Rule::T10,
    ];
    assert_eq!(stage.rules_of(&job).await, rules);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_loses_may_be_accepted_and_is_not_ordered_again() {
    let (stage, job) = in_doubt(Trouble::BadGateway).await;
    stage.run_until_settled().await;
    let rules = [Rule::T1, Rule::T2, Rule::T6, Rule::T3, Rule::T8, Rule::T10];
    assert_eq!(stage.rules_of(&job).await, rules);
    assert_eq!(stage.kie.tasks().len(), 1);
    stage.assert_sound().await;
}

async fn in_doubt(trouble: Trouble) -> (Stage, JobId) {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(trouble, "", 1);
    let job = stage.order(ANNA, "patience").await;
    stage.drain().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Unknown, "{trouble:?}");
    (stage, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_waits_for_a_provider_can_be_canceled() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::ServerError, "", FOR_EVER);
    let job = stage.order(ANNA, "no patience").await;
    stage.drain().await;
    stage.pass(Millis::from_mins(2));
    stage.ring(&job).await;
    assert_eq!(stage.press_newest(ANNA, "ca:").await, None);
    assert_eq!(stage.stage_of(&job).await, JobStage::Canceled);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_longest_wait_the_credit_is_back_and_another_model_is_offered() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::ServerError, "", FOR_EVER);
    let job = stage.order(ANNA, "in vain").await;
    let accepted = stage.job(&job).await.created_at;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!(
        (settled.stage, settled.failure),
        (JobStage::Failed, Some(Failure::TimedOut))
    );
    let waited = settled.timeline.last().unwrap().at.since(accepted);
    assert!((1_800_000..1_900_000).contains(&waited.0), "{waited:?}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert!(stage.message_of(&job).await.button("om:").is_some());
    assert!(
        refused(&stage) < 40,
        "asked {} times in half an hour",
        refused(&stage)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_is_left_alone_between_tries() {
    let stage = Stage::with(|setting| {
        setting.gift(50);
        setting.settings.rules.active_jobs_max = 20;
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::ServerError, "", FOR_EVER);
    for wish in 0..12 {
        stage.order(ANNA, &format!("wish {wish}")).await;
        stage.drain().await;
    }
    assert_eq!(
        refused(&stage),
        5,
        "the breaker opens after five failures in a row"
    );
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (50, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_whole_batch_only_one_asks_whether_the_provider_is_back() {
    let stage = Stage::with(|setting| {
        setting.gift(50);
        setting.settings.rules.active_jobs_max = 20;
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::ServerError, "", FOR_EVER);
    for wish in 0..10 {
        stage.order(ANNA, &format!("wish {wish}")).await;
        stage.drain().await;
    }
    assert_eq!(refused(&stage), 5);
    for asked in [6, 7] {
        stage.pass(Millis::from_mins(3));
        let jobs = stage.jobs().await;
        let ring = |job: &Job| json!({"job": job.id.to_string(), "hint": "due", "hop": 0}).to_string();
        let bodies = jobs.iter().map(|job| ("one of ten", ring(job)));
        let batch: Vec<_> = bodies.collect();
        let answer = stage.work(&batch, Duration::from_secs(118)).await;
        assert!(answer.batch_item_failures.is_empty());
        assert_eq!(refused(&stage), asked);
    }
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (50, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_multiplies_no_doorbells() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::ServerError, "", FOR_EVER);
    let job = stage.order(ANNA, "a silent street").await;
    stage.drain().await;
    for _ in 0..20 {
        stage.minute().await;
    }
    // One for every try that was refused, each with the delay until the next; in real time they replace one another.
    let waiting = stage.aws.depth("DoorbellQueue").await.unwrap().total();
    let tries = u64::from(stage.job(&job).await.fence.0);
    assert!(waiting <= tries, "{waiting} doorbells after {tries} tries");
    stage.press_newest(ANNA, "ca:").await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_must_mend_fails_at_once_and_costs_nothing() {
    for trouble in [Trouble::NoCredits, Trouble::Disabled] {
        let stage = Stage::new().await;
        stage.newcomer(ANNA).await;
        stage.kie.inject(trouble, "", 1);
        let job = stage.order(ANNA, "broke").await;
        stage.run_until_settled().await;
        assert_eq!(
            stage.rules_of(&job).await,
            [Rule::T1, Rule::T2, Rule::T5],
            "{trouble:?}"
        );
        assert_eq!(stage.job(&job).await.failure, Some(Failure::Provider));
        assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
        assert!(stage.message_of(&job).await.button("om:").is_some());
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_model_is_refused_before_anything_is_charged() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "nostalgia").await;
    stage
        .change_settings(|settings| settings.models.get_mut("kling-3.0").unwrap().enabled = false)
        .await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("not available"), "{alert}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let next = stage.order(ANNA, "nostalgia").await;
    assert_ne!(stage.job(&next).await.order.model.0, "kling-3.0");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_retired_after_the_order_is_given_back_and_never_replaced() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "nostalgia").await;
    stage
        .change_settings(|settings| settings.models.get_mut("kling-3.0").unwrap().enabled = false)
        .await;
    stage.pass(Millis::from_secs(30));
    stage.run_until_settled().await;
    assert!(stage.kie.tasks().is_empty());
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_never_comes_to_the_provider_keeps_nobody_from_finding_out() {
    let stage = Stage::with(|setting| {
        setting.gift(50);
        setting.settings.rules.active_jobs_max = 20;
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.kie.inject(Trouble::ServerError, "", 5);
    let mut wishes = Vec::new();
    for wish in 0..5 {
        wishes.push(stage.order(ANNA, &format!("wish {wish}")).await);
        stage.drain().await;
    }
    let gone = Happens::Refused(ApiError::bad_request("file is temporarily unavailable or gone"));
    stage.telegram.fault(Fault::next("getFile", gone));
    let photo = stage.order_photo(ANNA, jpeg(640, 480), "").await;
    stage.pass(Millis::from_mins(3));
    stage.ring(&photo).await;
    assert_eq!(stage.telegram.faults_left(), 0);
    assert!(stage.kie.tasks().is_empty());
    stage.ring(&wishes[0]).await;
    assert_eq!(stage.stage_of(&wishes[0]).await, JobStage::Running);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}
