//! Settings that change under a customer's fingers.

use domain::job::Stage as JobStage;
use tests::stage::Stage;

use crate::ANNA;

#[tokio::test(flavor = "multi_thread")]
async fn with_the_switch_off_nothing_is_ordered_and_accepted_orders_go_on() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let accepted = stage.order(ANNA, "in time").await;
    let card = stage.draft(ANNA, "too late").await;
    stage
        .change_settings(|settings| settings.flags.get_mut("new_jobs").unwrap().enabled = false)
        .await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("paused"), "{alert}");
    stage.say(ANNA, "another wish").await;
    assert!(stage.last_text(ANNA).contains("paused"));
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&accepted).await, JobStage::Delivered);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_switch_means_off() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "who turned off the light").await;
    stage.change_settings(|settings| settings.flags.clear()).await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("paused"), "{alert}");
    assert!(stage.jobs().await.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_a_price_that_the_card_did_not_show() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "inflation").await;
    stage
        .change_settings(|settings| settings.models.get_mut("kling-3.0").unwrap().prices[0].credits = 2)
        .await;
    assert_eq!(stage.press(ANNA, card.message_id, &card.create).await, None);
    assert!(stage.jobs().await.is_empty());
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let redrawn = stage.last_text(ANNA);
    assert!(redrawn.contains("Price: 2 credits"), "{redrawn}");
    stage.confirm(&stage.card(ANNA)).await;
    assert_eq!(stage.balance(ANNA).await, (0, 2, 0));
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_was_lowered_holds_for_the_very_next_tap() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "one").await;
    let card = stage.draft(ANNA, "two").await;
    stage
        .change_settings(|settings| settings.limits.get_mut("videos").unwrap().max = 1)
        .await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("limit is used up"), "{alert}");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_new_holds_for_the_very_next_tap() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "one").await;
    stage
        .change_settings(|settings| {
            let hourly = r#"{max: 0, period: hour, anchor: "00:00", utc_offset: "+03:00"}"#;
            let hourly = serde_norway::from_str(hourly).unwrap();
            settings.limits.insert("hourly".to_owned(), hourly);
        })
        .await;
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("limit is used up"), "{alert}");
    assert!(stage.jobs().await.is_empty());
    stage.assert_sound().await;
}
