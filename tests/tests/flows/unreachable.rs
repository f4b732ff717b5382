//! Customers that cannot be reached: parked where there are vaults, given back where there are none.

use domain::job::{Failure, Rule, Stage as JobStage};
use domain::time::Millis;
use played_telegram::{ApiError, Call, Fault, Happens, MediaKind};
use tests::stage::{Pardon, Stage};

use crate::{ANNA, VAULT};

async fn with_vaults(vaults: &[i64]) -> Stage {
    let stage = Stage::with(|setting| setting.vaults = vaults.to_vec()).await;
    stage.newcomer(ANNA).await;
    stage
}

async fn block(stage: &Stage) {
    stage.telegram.block(ANNA).unwrap();
    stage.answered().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_for_somebody_who_has_blocked_the_bot_is_parked_and_shown_at_the_next_start() {
    let stage = with_vaults(&[VAULT]).await;
    let job = stage.order(ANNA, "see you later").await;
    block(&stage).await;
    stage.run_until_settled().await;
    let rules = stage.rules_of(&job).await;
    assert_eq!(rules[rules.len() - 2..], [Rule::T12, Rule::T13]);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    assert_eq!(stage.telegram.chat(VAULT).len(), 1);
    stage.assert_sound().await;

    stage.telegram.unblock(ANNA).unwrap();
    stage.say(ANNA, "/start").await;
    assert!(
        stage.last_text(ANNA).contains("waiting for you: 1"),
        "{}",
        stage.last_text(ANNA)
    );
    let offer = stage.newest_button(ANNA, "pk").0;
    stage.press_newest(ANNA, "pk").await;
    let chat = stage.telegram.chat(ANNA);
    assert_eq!(
        chat.last().unwrap().message_id,
        offer,
        "the button goes with its message"
    );
    let video = chat.last().unwrap().now.media.as_ref().unwrap();
    assert_eq!(video.kind, MediaKind::Video);
    let alert = stage.press_newest(ANNA, "pn:").await.unwrap();
    assert!(!alert.is_empty());
    assert!(stage.account(ANNA).await.parked.is_empty());
    stage.say(ANNA, "/start").await;
    assert!(!stage.last_text(ANNA).contains("waiting for you"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_vault_the_credit_is_back() {
    let stage = with_vaults(&[]).await;
    let job = stage.order(ANNA, "see you never").await;
    block(&stage).await;
    stage.run_until_settled().await;
    let settled = stage.job(&job).await;
    assert_eq!(
        (settled.stage, settled.failure),
        (JobStage::Failed, Some(Failure::Unreachable))
    );
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert!(stage.account(ANNA).await.blocked);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_is_given_its_credit_back_too() {
    let stage = with_vaults(&[]).await;
    let job = stage.order(ANNA, "goodbye").await;
    stage.telegram.deactivate(ANNA).unwrap();
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_full_for_now_is_passed_over() {
    let second = VAULT - 1;
    let stage = with_vaults(&[VAULT, second]).await;
    let job = stage.order(ANNA, "a pool").await;
    block(&stage).await;
    stage
        .telegram
        .fault(Fault::next("sendVideo", Happens::Refused(ApiError::too_many(30))));
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Parked);
    assert_eq!(
        stage.telegram.chat(VAULT).len() + stage.telegram.chat(second).len(),
        1
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vaults_that_take_nothing_are_tried_until_the_time_is_up() {
    let stage = with_vaults(&[VAULT]).await;
    let job = stage.order(ANNA, "a full house").await;
    block(&stage).await;
    let refused = Happens::Refused(ApiError::forbidden("bot is not a member of the channel chat"));
    stage
        .telegram
        .fault(Fault::next("sendVideo", refused).times(10_000));
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

/// The edit goes through, its answer is lost, and the customer blocks the bot before it is tried again.
async fn blocked_after_an_unsure_edit(stage: &Stage) -> domain::id::JobId {
    let job = stage.order(ANNA, "seen and gone").await;
    stage
        .telegram
        .fault(Fault::next("editMessageMedia", Happens::CutAfter));
    stage.run_until_stage(&job, JobStage::Rendered).await;
    assert!(stage.message_of(&job).await.video().is_some());
    block(stage).await;
    stage.run_until_settled().await;
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_after_an_unsure_edit_with_a_vault_is_charged_once() {
    let stage = with_vaults(&[VAULT]).await;
    let job = blocked_after_an_unsure_edit(&stage).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Parked);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_after_an_unsure_edit_without_a_vault_the_customer_is_believed() {
    let stage = with_vaults(&[]).await;
    // Nobody can look into the chat any more: the one case in which a video may be seen and given back.
    stage.pardon(Pardon::SeenAndGivenBack);
    let job = blocked_after_an_unsure_edit(&stage).await;
    let settled = stage.job(&job).await;
    assert_eq!(settled.stage, JobStage::Failed);
    assert!(
        settled.timeline.last().unwrap().at >= settled.settle_at,
        "it was looked at until the time was up"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_edits_still_reach_those_who_block_an_unsure_edit_is_found_and_charged() {
    let stage = Stage::with(|setting| setting.edits_reach_blocked = true).await;
    stage.newcomer(ANNA).await;
    let job = blocked_after_an_unsure_edit(&stage).await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_before_the_delivery_gets_the_video_as_ever() {
    let stage = with_vaults(&[VAULT]).await;
    let job = stage.order(ANNA, "a whim").await;
    block(&stage).await;
    stage.telegram.unblock(ANNA).unwrap();
    stage.answered().await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert!(!stage.account(ANNA).await.blocked);
    stage.assert_sound().await;
}

/// More at once than Telegram lets into one channel in a minute: it says when there is room again.
#[tokio::test(flavor = "multi_thread")]
async fn telegrams_own_flood_limits_delay_videos_and_double_none() {
    let customers = 2_000..2_026;
    let stage = Stage::with(|setting| {
        setting.flood = true;
        setting.vaults = vec![VAULT];
    })
    .await;
    let mut jobs = Vec::new();
    for user in customers.clone() {
        stage.newcomer(user).await;
        stage.pass(Millis::from_secs(2));
        jobs.push(stage.order(user, "a stampede").await);
        stage.pass(Millis::from_secs(2));
        // Every thirteenth stays.
        if user % 13 != 0 {
            stage.telegram.block(user).unwrap();
            stage.answered().await;
        }
    }
    stage.drain().await;
    stage.pass(Millis::from_mins(2));
    stage.callbacks().await;
    let too_many = |call: &&Call| matches!(&call.told, Some(Err(error)) if error.code == 429);
    let calls = stage.telegram.calls();
    assert_eq!(calls.iter().filter(too_many).count(), 4);
    stage.run_until_settled().await;
    assert_eq!(stage.telegram.chat(VAULT).len(), 24);
    for (user, job) in customers.zip(&jobs) {
        assert_eq!(stage.balance(user).await, (1, 0, 1));
        if stage.stage_of(job).await == JobStage::Parked {
            stage.pass(Millis::from_secs(5));
            stage.telegram.unblock(user).unwrap();
            stage.say(user, "/start").await;
            stage.press_newest(user, "pk").await;
        }
        let chat = stage.telegram.chat(user);
        let videos = chat.iter().filter(|message| message.video().is_some());
        assert_eq!(videos.count(), 1, "{user}");
    }
    stage.assert_sound().await;
}
