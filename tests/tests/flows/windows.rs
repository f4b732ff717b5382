//! The day that turns at 21:00 in Moscow.

use domain::job::Stage as JobStage;
use domain::time::{Millis, Timestamp};
use tests::stage::{NOON, Stage};

use crate::ANNA;

/// 2026-11-21 21:00:00 in Moscow.
const NINE: Timestamp = Timestamp(NOON.0 + 9 * 3_600_000);

fn before_nine() -> impl FnOnce(&mut tests::stage::Setting) {
    |setting| setting.start = NINE.after(Millis(-1))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_counted_before_nine_goes_back_to_the_day_it_came_from() {
    let stage = Stage::with(before_nine()).await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "on the stroke of nine #moderation").await;
    assert_eq!(stage.job(&job).await.created_at, NINE.after(Millis(-1)));
    let yesterday = stage.used(ANNA).await;
    assert_eq!(yesterday.iter().map(|(_, used)| *used).sum::<u64>(), 1);
    stage.pass(Millis(1));
    let today = stage.order(ANNA, "after nine").await;
    let both = stage.used(ANNA).await;
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both.iter().all(|(_, used)| *used == 1), "{both:?}");
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Failed);
    assert_eq!(stage.stage_of(&today).await, JobStage::Delivered);
    let after = stage.used(ANNA).await;
    let of = |window: &str| after.iter().find(|(name, _)| name == window).unwrap().1;
    assert_eq!(of(&yesterday[0].0), 0);
    let new = both.iter().find(|(name, _)| *name != yesterday[0].0).unwrap();
    assert_eq!(of(&new.0), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_used_up_before_nine_is_whole_again_at_nine() {
    let stage = Stage::with(|setting| {
        before_nine()(setting);
        setting.settings.limits.get_mut("videos").unwrap().max = 1;
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "the last one").await;
    let card = stage.draft(ANNA, "one more").await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(
        alert.contains("limit is used up") && alert.contains("21:00"),
        "{alert}"
    );
    stage.pass(Millis(1));
    stage.confirm(&card).await;
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cabinet_says_what_is_left_and_when_it_turns() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.order(ANNA, "одно видео").await;
    stage.say(ANNA, "/cabinet").await;
    let text = stage.last_text(ANNA);
    assert!(text.contains("осталось 29 из 30"), "{text}");
    assert!(text.contains("сегодня в 21:00 (МСК)"), "{text}");
    assert!(text.contains("1 кредит"), "{text}");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}
