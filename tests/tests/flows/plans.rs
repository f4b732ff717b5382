//! Who pays: a plan as long as it has room, then credits, and nobody by surprise. And what is said where nothing is made.

use domain::time::Timestamp;
use limits_flags::Document;
use tests::stage::{NOON, Setting, Stage, png};

use crate::ANNA;

/// 2026-11-21 21:00:00 in Moscow.
const NINE: Timestamp = Timestamp(NOON.0 + 9 * 3_600_000);

/// A plan over Kling 3.0, of so many videos a day.
fn of_a_day(setting: &mut Setting, max: u32) {
    let model = setting.settings.models.get_mut("kling-3.0").unwrap();
    model.unlimited_daily_limit = Some(max);
    let plans = "unlimited_1day: { title: Безлимит на день, unlimited: true }";
    setting.settings.plans = serde_norway::from_str(plans).unwrap();
}

async fn on_the_plan(max: u32, gift: u32) -> Stage {
    let stage = Stage::with(|setting| {
        of_a_day(setting, max);
        setting.gift(gift);
    })
    .await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.plan(ANNA, "unlimited_1day").await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_its_plan_an_order_costs_credits_as_its_card_says_and_from_nine_it_is_the_plan_again() {
    let stage = on_the_plan(1, 2).await;
    stage.order(ANNA, "первое").await;
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));

    let card = stage.draft(ANNA, "второе").await;
    let shown = stage.last_text(ANNA);
    for words in [
        "1 кредит",
        "Лимит подписки на эту модель исчерпан, обновится сегодня в 21:00 (МСК). Это видео будет за кредиты.",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    let job = stage.confirm(&card).await;
    stage.run_until_settled().await;
    assert_eq!(stage.job(&job).await.order.plan, None);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));

    stage.clock.set(NINE);
    let job = stage.order(ANNA, "новый день").await;
    stage.run_until_settled().await;
    assert_eq!(
        stage.job(&job).await.order.plan.as_deref(),
        Some("unlimited_1day")
    );
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_promised_the_plan_takes_no_credits() {
    let stage = on_the_plan(2, 2).await;
    stage.order(ANNA, "первое").await;
    let card = stage.draft(ANNA, "второе").await;
    let one_a_day = |settings: &mut Document| {
        let model = settings.models.get_mut("kling-3.0").unwrap();
        model.unlimited_daily_limit = Some(1);
    };
    stage.change_settings(one_a_day).await;
    assert_eq!(stage.press(ANNA, card.message_id, &card.create).await, None);
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("Цена изменилась.") && shown.contains("1 кредит"),
        "{shown}"
    );
    assert_eq!(stage.jobs().await.len(), 1);
    stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credits_it_is_the_plans_limit_that_refuses() {
    let stage = on_the_plan(1, 0).await;
    stage.order(ANNA, "первое").await;
    stage.run_until_settled().await;
    let card = stage.draft(ANNA, "второе").await;
    let shown = stage.last_text(ANNA);
    let why = "обновится сегодня в 21:00 (МСК). За кредиты это видео стоит 1 кредит, на счету 0 кредитов.";
    assert!(shown.contains(why), "{shown}");
    let told = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(told.contains("осталось 0 из 1"), "{told}");
    stage.assert_sound().await;
}

/// What is said to somebody who sends a text, and to somebody who sends a photo, after models were taken off sale.
async fn told_after(off_sale: impl Fn(&mut limits_flags::ModelRow)) -> (String, String) {
    let stage = Stage::with(|setting| setting.settings.models.values_mut().for_each(&off_sale)).await;
    stage.newcomer(ANNA).await;
    stage.say(ANNA, "a hedgehog").await;
    let to_words = stage.last_text(ANNA);
    stage.send_photo(ANNA, png(640, 480), "").await;
    let to_a_photo = stage.last_text(ANNA);
    stage.assert_sound().await;
    (to_words, to_a_photo)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_made_nobody_is_told_to_choose_another_model() {
    let (to_words, to_a_photo) = told_after(|model| model.enabled = false).await;
    assert!(
        to_words.contains("No model takes orders at the moment."),
        "{to_words}"
    );
    assert_eq!(to_words, to_a_photo);

    let (to_words, to_a_photo) = told_after(|model| model.image = false).await;
    assert!(to_words.contains("Price:"), "{to_words}");
    assert!(to_a_photo.contains("You can send text only"), "{to_a_photo}");

    let (to_words, to_a_photo) = told_after(|model| model.text = false).await;
    assert!(to_words.contains("Send a photo with a caption"), "{to_words}");
    assert!(to_a_photo.contains("Price:"), "{to_a_photo}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_whose_model_went_off_sale_leads_to_the_others_if_there_are_any() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "a hedgehog").await;
    let off = |name: &'static str| {
        move |settings: &mut Document| {
            let picked = |key: &String| name == "*" || key == name;
            let rows = settings.models.iter_mut().filter(|(key, _)| picked(key));
            rows.for_each(|(_, row)| row.enabled = false);
        }
    };
    stage.change_settings(off("kling-3.0")).await;
    stage.press_newest(ANNA, "ms:").await;
    stage.press_newest(ANNA, "cd:").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("Choose another one."), "{shown}");
    stage.press_newest(ANNA, "ms:").await;
    assert!(stage.last_text(ANNA).contains("Choose a model:"));

    stage.change_settings(off("*")).await;
    stage.press_newest(ANNA, "cd:").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("No model takes orders at the moment."), "{shown}");
    stage.press_newest(ANNA, "no:").await;
    stage.assert_sound().await;
}
