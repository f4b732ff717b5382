//! A model that two providers render: KIE.AI is asked first, Kling else.

use domain::ai_request::AiRequest;
use domain::id::JobId;
use domain::job::{Failure, Rule, Stage as JobStage};
use limits_flags::{Document, RouteRow};
use played_kie::{Forged, Signature, State, Trouble};
use serde_json::json;
use tests::stage::{Setting, Stage, jpeg};

use crate::ANNA;

const BY_THE_SECOND: [Rule; 7] = [
    Rule::T1,
    Rule::T2,
    Rule::T4,
    Rule::T2,
    Rule::T3,
    Rule::T8,
    Rule::T10,
];

fn second_route(settings: &mut Document) {
    let model = settings.models.get_mut("kling-3.0").unwrap();
    model.routes.push(RouteRow {
        provider: "kling".to_owned(),
        family: "kling-3.0".to_owned(),
        cost: Some("at-kling".to_owned()),
        poll_after_s: Some(120),
    });
    let cost =
        json!({"provider": "kling", "category": "video_gen", "rates": [{"unit": "second", "usd": "0.123"}]});
    let cost = serde_json::from_value(cost).unwrap();
    settings.model_costs.insert("at-kling".to_owned(), cost);
    let switch = settings.flags["provider-kie"].clone();
    settings.flags.insert("provider-kling".to_owned(), switch);
}

async fn stage_with(change: impl FnOnce(&mut Setting)) -> Stage {
    let stage = Stage::with(|setting| {
        second_route(&mut setting.settings);
        change(setting);
    })
    .await;
    stage.newcomer(ANNA).await;
    stage
}

async fn stage() -> Stage {
    stage_with(|_| {}).await
}

/// A callback of KIE.AI about a task of its own.
fn told_by_kie(callback_url: &str) -> Forged<'_> {
    Forged {
        callback_url,
        task_id: "task_of_kie",
        state: State::Success,
        result_urls: &[],
        signature: Signature::Right,
    }
}

/// How many renders there are at KIE.AI and at Kling.
fn renders(stage: &Stage) -> (usize, usize) {
    (stage.kie.tasks().len(), stage.kling.tasks().len())
}

/// The order's line in the log of AI operations.
async fn line(stage: &Stage, job: &JobId) -> AiRequest {
    let log = stage.books().await.log.unwrap();
    let line = log.into_iter().find(|line| line.id == job.to_string());
    line.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_first_is_well_the_second_is_not_asked() {
    let stage = stage().await;
    let job = stage.order(ANNA, "a river").await;
    stage.run_until_settled().await;
    assert_eq!(
        (stage.stage_of(&job).await, renders(&stage)),
        (JobStage::Delivered, (1, 0))
    );
    assert_eq!(line(&stage, &job).await.provider, "kie");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_does_not_take_the_second_renders_at_once_and_the_customer_never_notices() {
    for trouble in [
        Trouble::RateLimited,
        Trouble::ServerError,
        Trouble::Unavailable,
        Trouble::Maintenance,
        Trouble::NoCredits,
        Trouble::Disabled,
    ] {
        let stage = stage().await;
        stage.kie.inject(trouble, "", 1);
        let before = stage.now();
        let job = stage.order_photo(ANNA, jpeg(640, 480), "a lake").await;
        stage.drain().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Running, "{trouble:?}");
        assert_eq!(stage.now(), before, "{trouble:?}: nothing was waited for");
        stage.run_until_settled().await;
        assert_eq!(stage.rules_of(&job).await, BY_THE_SECOND, "{trouble:?}");
        assert_eq!(renders(&stage), (0, 1), "{trouble:?}");
        let message = stage.message_of(&job).await;
        let delayed = message
            .ever_shown()
            .any(|shown| shown.text.contains("your order waits"));
        assert!(!delayed, "{trouble:?}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_price_is_the_models_and_the_cost_is_that_of_who_rendered_it() {
    let stage = stage().await;
    stage.kie.inject(Trouble::Unavailable, "", 1);
    let job = stage.order(ANNA, "a river").await;
    let price = stage.job(&job).await.cost;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!((settled.cost, settled.order.provider.as_str()), (price, "kling"));
    let line = line(&stage, &job).await;
    assert_eq!((line.provider.as_str(), line.credits), ("kling", price));
    let expected = u64::from(settled.order.duration_s) * 123_000;
    assert_eq!(line.cost.as_ref().map(|cost| cost.micro_usd.0), Some(expected));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_at_the_first_is_never_ordered_of_the_second() {
    for trouble in [Trouble::BadGateway, Trouble::Lost] {
        let stage = stage().await;
        stage.kie.inject(trouble, "", 1);
        let job = stage.order(ANNA, "a bottle post").await;
        stage.drain().await;
        assert_eq!(stage.stage_of(&job).await, JobStage::Unknown);
        stage.run_until_settled().await;
        let rules = [Rule::T1, Rule::T2, Rule::T6, Rule::T3, Rule::T8, Rule::T10];
        assert_eq!(stage.rules_of(&job).await, rules);
        assert_eq!(renders(&stage), (1, 0), "{trouble:?}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_surely_never_arrived_goes_to_the_second_after_the_horizon_and_not_before() {
    let stage = stage().await;
    stage.kie.inject(Trouble::Cut, "", 1);
    let job = stage.order(ANNA, "a bottle post").await;
    stage.drain().await;
    let horizon = stage.job(&job).await.horizon();
    stage.run_until_stage(&job, JobStage::Queued).await;
    assert!(stage.now() >= horizon);
    assert_eq!(renders(&stage), (0, 0));
    stage.run_until_settled().await;
    assert_eq!(
        (stage.stage_of(&job).await, renders(&stage)),
        (JobStage::Delivered, (0, 1))
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_order_is_so_for_everybody() {
    let stage = stage().await;
    stage.kie.inject(Trouble::Moderated, "", 1);
    let job = stage.order(ANNA, "something else").await;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!(
        (settled.stage, settled.failure),
        (JobStage::Failed, Some(Failure::Moderation))
    );
    assert_eq!(renders(&stage), (1, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_fails_to_render_the_second_renders() {
    let stage = stage().await;
    stage.kie.inject(Trouble::Failed, "", 1);
    let job = stage.order(ANNA, "a river").await;
    stage.run_until_settled().await;
    assert_eq!(
        (stage.stage_of(&job).await, renders(&stage)),
        (JobStage::Delivered, (1, 1))
    );
    assert_eq!(stage.job(&job).await.order.provider, "kling");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_word_of_the_first_is_no_forgery_and_changes_nothing_at_the_second() {
    let stage = stage().await;
    stage.kie.inject(Trouble::Failed, "", 1);
    stage.kling.inject(played_studios::Trouble::NoCallback, 1);
    let job = stage.order(ANNA, "a river").await;
    stage.run_until_stage(&job, JobStage::Queued).await;
    stage.run_until_stage(&job, JobStage::Running).await;
    let before = stage.job(&job).await;
    assert_eq!((before.order.provider.as_str(), before.fence.0), ("kling", 2));
    let first = &stage.kie.tasks()[0];
    let address = first.callback_url.clone().unwrap();
    assert_eq!(stage.kie.forge_callback(&told_by_kie(&address)).await, Some(200));
    assert_eq!(stage.job(&job).await, before);
    // And it is about this submission only at the address of the one who has it.
    let present = stage.kling.tasks()[0].wish.callback_url.clone().unwrap();
    let forged = present.replace("/kling?", "/kie?");
    let forged = told_by_kie(&forged);
    assert_eq!(stage.kie.forge_callback(&forged).await, Some(401));
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_at_the_second_is_found_there_by_its_name() {
    let stage = stage().await;
    stage.kie.inject(Trouble::Unavailable, "", 1);
    stage.kling.inject(played_studios::Trouble::Lost, 1);
    stage.kling.inject(played_studios::Trouble::NoCallback, 1);
    let job = stage.order(ANNA, "a bottle post").await;
    stage.run_until_stage(&job, JobStage::Unknown).await;
    stage.run_until_stage(&job, JobStage::Running).await;
    let running = stage.job(&job).await;
    let asked = running.due_at.unwrap().since(running.running_since.unwrap());
    assert_eq!(asked.0, 120_000, "it is asked about as its own route says");
    stage.run_until_settled().await;
    assert_eq!(
        (stage.stage_of(&job).await, renders(&stage)),
        (JobStage::Delivered, (0, 1))
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_that_is_down_is_not_even_asked_after_a_while() {
    let stage = stage_with(|setting| {
        setting.gift(50);
        setting.settings.rules.active_jobs_max = 20;
    })
    .await;
    stage.kie.inject(Trouble::ServerError, "", 1_000);
    let mut jobs = Vec::new();
    for wish in 0..8 {
        jobs.push(stage.order(ANNA, &format!("wish {wish}")).await);
        stage.drain().await;
    }
    let asked: u32 = stage.kie.injected().iter().map(|(_, left)| 1_000 - left).sum();
    assert_eq!(asked, 5, "the breaker of the first route opens");
    assert_eq!(renders(&stage), (0, 8));
    assert_eq!(stage.job(&jobs[7]).await.fence.0, 1);
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_takes_it_the_order_waits_and_is_given_back_in_the_end() {
    let stage = stage().await;
    stage.kie.inject(Trouble::ServerError, "", 1_000);
    stage.kling.inject(played_studios::Trouble::Unavailable, 1_000);
    let job = stage.order(ANNA, "in vain").await;
    stage.drain().await;
    assert!(stage.message_of(&job).await.text().contains("your order waits"));
    stage.run_until_settled().await;
    assert_eq!(stage.job(&job).await.failure, Some(Failure::TimedOut));
    assert_eq!((stage.balance(ANNA).await, renders(&stage)), ((2, 0, 0), (0, 0)));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_refuse_for_good_the_credits_are_back_at_once() {
    let stage = stage().await;
    stage.kie.inject(Trouble::NoCredits, "", 1_000);
    stage.kling.inject(played_studios::Trouble::Unpaid, 1_000);
    let job = stage.order(ANNA, "in vain").await;
    stage.run_until_settled().await;
    let rules = [Rule::T1, Rule::T2, Rule::T4, Rule::T2, Rule::T5];
    assert_eq!(stage.rules_of(&job).await, rules);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_switched_off_or_has_no_key_is_passed_over() {
    let off = stage_with(|setting| {
        let off = serde_json::from_str(r#"{"enabled":false}"#).unwrap();
        setting.settings.flags.insert("provider-kie".to_owned(), off);
    })
    .await;
    let keyless = stage_with(|setting| {
        let settings = &mut setting.settings;
        settings.models.get_mut("kling-3.0").unwrap().provider = "luma".to_owned();
        let switch = settings.flags["provider-kie"].clone();
        settings.flags.insert("provider-luma".to_owned(), switch);
    })
    .await;
    for stage in [off, keyless] {
        let job = stage.order(ANNA, "a river").await;
        assert_eq!(stage.job(&job).await.order.model.0, "kling-3.0");
        stage.run_until_settled().await;
        assert_eq!(
            (stage.stage_of(&job).await, renders(&stage)),
            (JobStage::Delivered, (0, 1))
        );
        stage.assert_sound().await;
    }
}
