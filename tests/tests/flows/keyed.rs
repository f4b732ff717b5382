//! A provider whose files nobody but us can fetch: they go through us, and their address to nobody.

use domain::job::{Failure, Stage as JobStage};
use played_telegram::{ApiError, Fault, Happens};
use tests::stage::{GOOGLE_KEY, Stage, jpeg};

use crate::{ANNA, VAULT};

/// The first model on sale is rendered by Google.
async fn stage(vaults: &[i64]) -> Stage {
    let stage = Stage::with(|setting| {
        setting.vaults = vaults.to_vec();
        let settings = &mut setting.settings;
        let model = settings.models.get_mut("kling-3.0").unwrap();
        "google".clone_into(&mut model.provider);
        "gemini-omni-1.2-flash".clone_into(&mut model.family);
        let switch = settings.flags["provider-kie"].clone();
        settings.flags.insert("provider-google".to_owned(), switch);
    })
    .await;
    stage.newcomer(ANNA).await;
    stage
}

/// The first model on sale is rendered by Vertex AI.
async fn stage_of_veo() -> Stage {
    let stage = Stage::with(|setting| {
        let settings = &mut setting.settings;
        let model = settings.models.get_mut("kling-3.0").unwrap();
        "vertex".clone_into(&mut model.provider);
        "veo-3.1-fast-generate-001".clone_into(&mut model.family);
        model.aspects.retain(|aspect| aspect != "1:1");
        for (price, seconds) in model.prices.iter_mut().zip([4, 8]) {
            price.seconds = seconds;
        }
        let switch = settings.flags["provider-kie"].clone();
        settings.flags.insert("provider-vertex".to_owned(), switch);
    })
    .await;
    stage.newcomer(ANNA).await;
    stage
}

/// Neither the address of a file nor the key has left us for Telegram.
fn assert_kept(stage: &Stage) {
    for call in stage.telegram.calls() {
        let said = format!("{call:?}");
        for kept in ["/v1beta/files/", "/storage/v1/", "ya29.", GOOGLE_KEY] {
            assert!(!said.contains(kept), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_opens_goes_through_us_too() {
    let stage = stage_of_veo().await;
    let words = stage.order(ANNA, "a river").await;
    let photo = stage.order_photo(ANNA, jpeg(640, 480), "a lake").await;
    stage.run_until_settled().await;
    for job in [words, photo] {
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
        assert!(stage.message_of(&job).await.video().is_some());
    }
    assert_eq!(stage.vertex.tasks().len(), 2);
    assert_kept(&stage);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_videos_go_through_us() {
    let stage = stage(&[]).await;
    let words = stage.order(ANNA, "a river").await;
    let photo = stage.order_photo(ANNA, jpeg(640, 480), "a lake").await;
    stage.run_until_settled().await;
    for job in [words, photo] {
        assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
        assert!(stage.message_of(&job).await.video().is_some());
    }
    assert_eq!(stage.google.tasks().len(), 2);
    assert_kept(&stage);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_for_telegram_is_given_back_and_no_link_is_shown() {
    let stage = stage(&[]).await;
    let job = stage.order(ANNA, "a continent #huge").await;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!(
        (settled.stage, settled.failure),
        (JobStage::Failed, Some(Failure::NoFile))
    );
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert_eq!(stage.google.tasks().len(), 1, "it is not tried again at our cost");
    assert_kept(&stage);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_is_given_the_video_and_not_its_address() {
    let stage = stage(&[VAULT]).await;
    let job = stage.order(ANNA, "a river").await;
    let blocked = Happens::Refused(ApiError::forbidden("bot was blocked by the user"));
    stage
        .telegram
        .fault(Fault::next("editMessageMedia", blocked).times(10));
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Parked);
    assert_kept(&stage);
    stage.assert_sound().await;
}
