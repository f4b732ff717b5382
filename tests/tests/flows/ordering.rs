//! From a wish to a delivered video.

use domain::job::{Rule, Stage as JobStage};
use limits_flags::PriceRow;
use tests::stage::{Stage, jpeg, png};

use crate::ANNA;

#[tokio::test(flavor = "multi_thread")]
async fn words_become_a_video_in_the_place_of_the_card() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let card = stage.draft(ANNA, "a cat on the moon 🐈").await;
    let job = stage.confirm(&card).await;
    assert_eq!(stage.balance(ANNA).await, (1, 1, 0));
    let shown = stage.message_of(&job).await;
    assert_eq!(shown.message_id, card.message_id);
    assert!(shown.text().contains("in the queue"), "{}", shown.text());
    stage.drain().await;
    let shown = stage.message_of(&job).await;
    assert!(shown.text().contains("being made"), "{}", shown.text());
    assert!(shown.text().contains("Set aside: 1 credit"), "{}", shown.text());
    stage.run_until_settled().await;
    assert_eq!(
        stage.rules_of(&job).await,
        [Rule::T1, Rule::T2, Rule::T3, Rule::T8, Rule::T10]
    );
    let shown = stage.message_of(&job).await;
    assert_eq!(shown.message_id, card.message_id);
    assert!(shown.video().is_some(), "{}", shown.text());
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_becomes_a_video_and_its_address_never_leaves_us() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    let job = stage.order_photo(ANNA, jpeg(801, 601), "облака плывут").await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    assert!(stage.kie.tasks()[0].from_photo);
    assert!(!format!("{:?}", stage.kie.tasks()).contains(tests::stage::TOKEN));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_described_afterwards_keeps_its_words() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.send_photo(ANNA, png(640, 480), "").await;
    let job = stage.order(ANNA, "the cat looks up").await;
    stage.run_until_settled().await;
    let order = stage.job(&job).await.order;
    assert_eq!(
        (order.prompt.as_str(), order.image.is_some()),
        ("the cat looks up", true)
    );
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_model_on_offer_can_be_ordered_from_words_and_from_a_photo() {
    let stage = Stage::with(|setting| {
        setting.gift(100);
        setting.settings.rules.active_jobs_max = 50;
    })
    .await;
    stage.newcomer(ANNA).await;
    let models = stage.settings().models.clone();
    let mut ordered = 0;
    for (id, model) in models
        .iter()
        .filter(|(_, model)| model.enabled && model.makes.is_none())
    {
        for from_photo in [false, true]
            .into_iter()
            .filter(|photo| if *photo { model.image } else { model.text })
        {
            if from_photo {
                stage.send_photo(ANNA, jpeg(640, 480), "slowly").await;
            } else {
                stage.say(ANNA, "slowly").await;
            }
            let makes = model.makes.as_deref().unwrap_or("video");
            let nonce = stage.card(ANNA).nonce();
            let kind = format!("ki:{}:{makes}", nonce.as_str());
            stage.press_newest(ANNA, &kind).await;
            stage.press_newest(ANNA, "ms:").await;
            let nonce = stage
                .newest_button(ANNA, "cd:")
                .1
                .split(':')
                .nth(1)
                .unwrap()
                .to_owned();
            stage.press_newest(ANNA, &format!("mo:{nonce}:{id}")).await;
            let job = stage.confirm(&stage.card(ANNA)).await;
            assert_eq!(stage.job(&job).await.order.model.0, *id);
            ordered += 1;
        }
    }
    stage.run_until_settled().await;
    let jobs = stage.jobs().await;
    assert_eq!(jobs.len(), ordered);
    assert!(
        jobs.iter().all(|job| job.stage == JobStage::Delivered),
        "{jobs:#?}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn length_and_shape_are_chosen_on_the_card_and_reach_the_provider() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "a long walk").await;
    stage.press_newest(ANNA, "du:").await;
    let nonce = stage.card(ANNA).nonce();
    stage
        .press_newest(ANNA, &format!("du:{}:10", nonce.as_str()))
        .await;
    stage
        .press_newest(ANNA, &format!("as:{}:16:9", nonce.as_str()))
        .await;
    let job = stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.balance(ANNA).await, (0, 2, 0));
    stage.run_until_settled().await;
    let task = &stage.kie.tasks()[0];
    assert_eq!(task.seconds, 10);
    assert!(task.size.width > task.size.height, "{:?}", task.size);
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_more_orders_the_same_again() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let first = stage.order(ANNA, "a loop").await;
    stage.run_until_settled().await;
    stage.press_newest(ANNA, "ag:").await;
    let second = stage.confirm(&stage.card(ANNA)).await;
    assert_ne!(first, second);
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await, (0, 0, 2));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_order_is_canceled_and_the_credit_is_back() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let job = stage.order(ANNA, "second thoughts").await;
    assert_eq!(stage.press_newest(ANNA, "ca:").await, None);
    assert_eq!(stage.stage_of(&job).await, JobStage::Canceled);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.run_until_settled().await;
    assert!(stage.kie.tasks().is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credits_nothing_is_ordered_and_the_reason_is_told() {
    let stage = Stage::with(|setting| {
        setting.gift(0);
    })
    .await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a dream").await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("Not enough credits"), "{alert}");
    assert!(alert.contains("You can top up in the shop: /buy"), "{alert}");
    assert!(stage.jobs().await.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_never_longer_than_telegram_takes() {
    let stage = Stage::with(|setting| {
        let model = setting.settings.models.get_mut("kling-3.0").unwrap();
        model.title = "Kling and so on ".repeat(20);
        model.prices[1].credits = 3;
    })
    .await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a long name").await;
    let longer = format!("du:{}:10", card.nonce().as_str());
    stage.press_newest(ANNA, &longer).await;
    let alert = stage.press(ANNA, card.message_id, &stage.card(ANNA).create).await;
    let alert = alert.unwrap();
    assert!(alert.starts_with("Not enough credits"), "{alert}");
    assert!(alert.chars().count() <= 200 && alert.ends_with('…'), "{alert}");
    stage.assert_sound().await;
}

/// A price of three credits, and no choice of quality.
fn dearer(price: &mut PriceRow) {
    (price.credits, price.high) = (3, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_too_few_credits_is_told_what_helps() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let first = stage.order(ANNA, "the first").await;
    let card = stage.draft(ANNA, "a long one").await;
    let longer = format!("du:{}:10", card.nonce().as_str());
    stage.press_newest(ANNA, &longer).await;
    let (shorter, shown) = (
        "enough for Kling 3.0, 5 s, standard quality (1 credit)",
        stage.last_text(ANNA),
    );
    assert!(shown.contains(shorter), "{shown}");
    let card = stage.card(ANNA);
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains(shorter), "{alert}");
    stage
        .change_settings(|settings| dearer(&mut settings.models.get_mut("kling-3.0").unwrap().prices[0]))
        .await;
    stage.press_newest(ANNA, &longer).await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("enough for Kling 2.6, 5 s"), "{shown}");
    stage
        .change_settings(|settings| {
            settings.models.retain(|name, _| name == "kling-3.0");
            dearer(&mut settings.models.get_mut("kling-3.0").unwrap().prices[0]);
        })
        .await;
    stage.press_newest(ANNA, &longer).await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("1 credit set aside for your orders"), "{shown}");
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&first).await, JobStage::Delivered);
    stage.assert_sound().await;
}
