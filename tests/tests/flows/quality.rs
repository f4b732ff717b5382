//! The quality that a customer chooses: what it costs, what is asked of the provider, and that it is remembered.

use domain::money::Credits;
use domain::video::Quality;
use tests::stage::Stage;

use crate::ANNA;

/// Anna has nine credits and a draft in the higher quality.
async fn high(stage: &Stage, prompt: &str) {
    stage.draft(ANNA, prompt).await;
    let high = stage
        .buttons(ANNA)
        .into_iter()
        .find(|data| data.ends_with(":high"));
    assert_eq!(stage.press_newest(ANNA, &high.unwrap()).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_higher_quality_is_held_captured_and_made_at_the_price_that_was_shown_and_is_remembered() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.draft(ANNA, "кот на луне").await;
    let card = stage.last_text(ANNA);
    assert!(
        card.contains("обычное качество") && card.contains("1 кредит"),
        "{card}"
    );
    high(&stage, "кот на луне").await;
    let card = stage.last_text(ANNA);
    assert!(
        card.contains("высокое качество") && card.contains("2 кредита"),
        "{card}"
    );
    let job = stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.balance(ANNA).await, (7, 2, 0));
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (7, 0, 2), "what was held");
    let task = stage.kie.tasks().pop().unwrap();
    assert_eq!(task.quality.as_deref(), Some("pro"));
    let order = stage.job(&job).await.order;
    assert_eq!(
        (order.quality, stage.job(&job).await.cost),
        (Some(Quality::High), Credits(2))
    );

    // The next draft begins with it, and so does one like the order.
    stage.draft(ANNA, "пёс в снегу").await;
    assert_eq!(stage.account(ANNA).await.draft.unwrap().quality, Quality::High);
    let standard = stage
        .buttons(ANNA)
        .into_iter()
        .find(|data| data.ends_with(":standard"));
    stage.press_newest(ANNA, &standard.unwrap()).await;
    let second = stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.job(&second).await.cost, Credits(1));
    let task = stage.kie.tasks().pop().unwrap();
    assert_eq!(
        task.quality.as_deref(),
        Some("std"),
        "asked for by name where there is a choice"
    );
    let again = format!("ag:{}", job.nonce.as_str());
    assert_eq!(
        stage.press(ANNA, job_message(&stage, &job).await, &again).await,
        None
    );
    let draft = stage.account(ANNA).await.draft.unwrap();
    assert_eq!(
        (draft.quality, draft.prompt.as_str()),
        (Quality::High, "кот на луне")
    );
    stage.assert_sound().await;
}

async fn job_message(stage: &Stage, job: &domain::id::JobId) -> i64 {
    stage.job(job).await.place.message.0
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_higher_price_comes_back_where_nothing_is_made() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer(ANNA).await;
    high(&stage, "nothing good #moderation").await;
    stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.balance(ANNA).await, (7, 2, 0));
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (9, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_of_a_quality_that_was_taken_off_sale_orders_nothing_and_a_model_without_a_choice_shows_none()
{
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer(ANNA).await;
    high(&stage, "a cat on the moon").await;
    let card = stage.card(ANNA);
    stage
        .change_settings(|settings| {
            let model = settings.models.get_mut("kling-3.0").unwrap();
            for price in &mut model.prices {
                // At the very same price, so that the price alone would not tell.
                price.credits = price.high.take().unwrap().credits;
            }
        })
        .await;
    stage.press(ANNA, card.message_id, &card.create).await;
    assert!(stage.jobs().await.is_empty());
    assert_eq!(stage.balance(ANNA).await, (9, 0, 0));
    // The next draft is one that can be ordered, and offers no choice.
    stage.draft(ANNA, "a dog in the snow").await;
    assert_eq!(
        stage.account(ANNA).await.draft.unwrap().quality,
        Quality::Standard
    );
    assert!(!stage.has_button(ANNA, "qa:") && !stage.last_text(ANNA).contains("quality"));
    stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks().pop().unwrap().quality.as_deref(), Some("std"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_pay_the_higher_quality_is_told_that_the_other_is_what_they_can_pay() {
    let stage = Stage::with(|setting| setting.gift(1)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    high(&stage, "кот на луне").await;
    let card = stage.last_text(ANNA);
    assert!(
        card.contains("Зато хватит на Kling 3.0, 5 с, обычное качество (1 кредит)"),
        "{card}"
    );
    let card = stage.card(ANNA);
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("Ничего не списано"), "{alert}");
    assert_eq!(stage.balance(ANNA).await, (1, 0, 0));
    stage.assert_sound().await;
}
