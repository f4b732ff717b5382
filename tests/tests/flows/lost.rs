//! An order whose answer was lost, at a provider that can be asked for it by our own name of it.

use domain::id::JobId;
use domain::job::{ABSENCE_AFTER, Rule, Stage as JobStage};
use domain::time::Millis;
use played_kie::{Forged, Signature, State};
use played_studios::Trouble;
use tests::stage::{Pardon, Stage, jpeg};

use crate::ANNA;

/// The first model on sale is rendered by Kling itself.
async fn at_kling() -> Stage {
    at("kling").await
}

async fn at(provider: &str) -> Stage {
    let stage = Stage::with(|setting| {
        let settings = &mut setting.settings;
        let model = settings.models.get_mut("kling-3.0").unwrap();
        provider.clone_into(&mut model.provider);
        let switch = settings.flags["provider-kie"].clone();
        settings.flags.insert(format!("provider-{provider}"), switch);
    })
    .await;
    stage.newcomer(ANNA).await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_of_a_provider_without_a_key_is_not_offered() {
    let stage = at("luma").await;
    let job = stage.order(ANNA, "a river").await;
    assert_ne!(stage.job(&job).await.order.model.0, "kling-3.0");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

async fn gone_wrong(stage: &Stage, troubles: &[Trouble]) -> JobId {
    for trouble in troubles {
        stage.kling.inject(*trouble, 1);
    }
    let job = stage.order(ANNA, "a bottle post").await;
    stage.drain().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Unknown);
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn another_provider_renders_what_its_models_are_ordered_for() {
    let stage = at_kling().await;
    let job = stage.order(ANNA, "a river").await;
    let photo = stage.order_photo(ANNA, jpeg(640, 480), "a lake").await;
    stage.run_until_settled().await;
    for job in [job, photo] {
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    }
    assert_eq!((stage.kling.tasks().len(), stage.kie.tasks().len()), (2, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_is_found_by_its_name_and_not_ordered_again() {
    let stage = at_kling().await;
    let job = gone_wrong(&stage, &[Trouble::Lost, Trouble::NoCallback]).await;
    stage.run_until_stage(&job, JobStage::Running).await;
    let found = stage.job(&job).await.timeline.pop().unwrap().at;
    assert!(found.since(stage.job(&job).await.created_at) < ABSENCE_AFTER);
    stage.run_until_settled().await;
    let rules = [Rule::T1, Rule::T2, Rule::T6, Rule::T3, Rule::T8, Rule::T10];
    assert_eq!(stage.rules_of(&job).await, rules);
    assert_eq!(stage.kling.tasks().len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_surely_never_arrived_is_ordered_again_without_waiting_for_the_longest_render() {
    let stage = at_kling().await;
    let job = gone_wrong(&stage, &[Trouble::Cut]).await;
    stage.run_until_stage(&job, JobStage::Queued).await;
    let queued = stage.job(&job).await;
    assert_eq!(queued.losses, 0);
    let waited = stage.now().since(queued.created_at);
    assert!(
        (ABSENCE_AFTER..Millis::from_mins(4)).contains(&waited),
        "{waited:?}"
    );
    stage.run_until_settled().await;
    let again = [Rule::T7, Rule::T2, Rule::T3, Rule::T8, Rule::T10];
    assert_eq!(stage.rules_of(&job).await[3..], again);
    assert_eq!(stage.kling.tasks().len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_provider_does_not_say_the_horizon_is_waited_for() {
    let stage = at_kling().await;
    stage.pardon(Pardon::SecondRender);
    let job = gone_wrong(&stage, &[Trouble::Lost, Trouble::NoCallback]).await;
    stage.kling.inject(Trouble::LookUpDown, 1_000);
    let horizon = stage.job(&job).await.horizon();
    stage.run_until_stage(&job, JobStage::Queued).await;
    assert!(stage.now() >= horizon);
    assert_eq!(stage.job(&job).await.losses, 1);
    stage.kling.forget_troubles();
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_of_another_provider_names_no_task() {
    let stage = at_kling().await;
    let job = gone_wrong(&stage, &[Trouble::Lost, Trouble::NoCallback]).await;
    let address = stage.kling.tasks()[0].wish.callback_url.clone().unwrap();
    for path in ["kie", "nobody"] {
        let forged = Forged {
            callback_url: &address.replace("/kling?", &format!("/{path}?")),
            task_id: "task_of_kie",
            state: State::Success,
            result_urls: &[],
            signature: Signature::Right,
        };
        assert_eq!(stage.kie.forge_callback(&forged).await, Some(401), "{path}");
        assert_eq!(stage.job(&job).await.task, None, "{path}");
    }
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}
