//! Somebody whom a limit or a tier refuses is shown what on sale would help, buys it there, and goes on with the same order.

use domain::job::Stage as JobStage;
use domain::time::Millis;
use tests::stage::Stage;

use crate::ANNA;
use crate::limits::{add, tiers};

/// One order a day is used up, and another is on a card.
async fn used_up() -> Stage {
    let stage = Stage::with(tiers).await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "the first").await;
    stage.run_until_settled().await;
    stage.draft(ANNA, "the second").await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_leads_to_the_plan_that_has_more_and_back_to_the_same_order() {
    let stage = used_up().await;
    let card = stage.card(ANNA);
    let shown = stage.last_text(ANNA);
    let helps = "There is more with “Unlimited for a day”";
    assert!(
        shown.contains("0 of 1 left, resets") && shown.contains(helps),
        "{shown}"
    );
    let told = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(
        told.contains("limit is used up") && told.contains(helps),
        "{told}"
    );
    assert_eq!(stage.balance(ANNA).await, (19, 0, 1));

    // The plan stands in the place of the card, and the shop leads back to it.
    stage.press_newest(ANNA, "wa:").await;
    assert!(stage.last_text(ANNA).contains("Unlimited for a day"));
    stage.press_newest(ANNA, "shp").await;
    stage.press_newest(ANNA, "cd:").await;
    assert_eq!(stage.last_text(ANNA), shown);

    stage.press_newest(ANNA, "wa:").await;
    let (message_id, by_stars) = stage.pay_button(ANNA, "s");
    assert_eq!(stage.press(ANNA, message_id, &by_stars).await, None);
    stage.telegram.give_stars(ANNA, 1_000).unwrap();
    stage.telegram.pay_link(ANNA, &stage.address(ANNA)).unwrap();
    stage.answered().await;
    assert!(stage.last_text(ANNA).contains("Payment received"));
    stage.press_newest(ANNA, "cd:").await;
    let card = stage.card(ANNA);
    assert!(stage.last_text(ANNA).contains("the second"));
    let job = stage.confirm(&card).await;
    stage.run_until_settled().await;
    assert_eq!(stage.stage_of(&job).await, JobStage::Delivered);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_a_rail_tells_of_leads_back_to_the_order_too() {
    let stage = used_up().await;
    stage.press_newest(ANNA, "wa:").await;
    let (message_id, by_card) = stage.pay_button(ANNA, "y");
    assert_eq!(stage.press(ANNA, message_id, &by_card).await, None);
    stage.yookassa.pay(&stage.reference().await).unwrap();
    stage.noticed().await;
    assert!(
        stage.last_text(ANNA).contains("Payment received"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.press_newest(ANNA, "cd:").await;
    assert!(stage.last_text(ANNA).contains("the second"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_would_not_help_is_not_offered() {
    let stage = Stage::with(|setting| {
        tiers(setting);
        // No tier and no plan has more.
        setting.settings.limits.get_mut("videos").unwrap().max = 1;
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.order(ANNA, "the first").await;
    stage.run_until_settled().await;
    stage.draft(ANNA, "the second").await;
    let card = stage.last_text(ANNA);
    assert!(
        card.contains("0 of 1 left") && card.contains("The limit is used up"),
        "{card}"
    );
    assert!(
        !stage.has_button(ANNA, "wa:") && !card.contains("There is more with"),
        "{card}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tier_does_not_bring_leads_to_the_plan_that_does() {
    let stage = Stage::with(|setting| {
        tiers(setting);
        add(
            &mut setting.settings,
            "plans: { small: { title: { en: Small, ru: Малая }, days: 3, credits: 3, prices: { stars: 10 }, order: 1 } }",
        );
    })
    .await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "ten seconds").await;
    assert!(!stage.has_button(ANNA, "wa:"));
    let (message_id, five) = stage.newest_button(ANNA, "du:");
    stage.press(ANNA, message_id, &five.replace(":5", ":10")).await;
    assert!(stage.last_text(ANNA).contains("🔒"), "{}", stage.last_text(ANNA));
    assert_eq!(stage.newest_button(ANNA, "wa:").1, "wa:plan:unlimited_1day");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_and_a_new_start_lead_back_to_an_order_for_a_day() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.say(ANNA, "/buy").await;
    assert!(!stage.has_button(ANNA, "cd:"));
    stage.draft(ANNA, "the sea").await;
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "cd:").await;
    assert!(stage.last_text(ANNA).contains("the sea"));
    stage.say(ANNA, "/start").await;
    stage.press_newest(ANNA, "cd:").await;
    assert!(stage.last_text(ANNA).contains("the sea"));
    stage.pass(Millis::from_mins(24 * 60 + 1));
    stage.say(ANNA, "/buy").await;
    let chat = stage.telegram.chat(ANNA);
    assert!(chat.last().unwrap().button("cd:").is_none());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_something_is_told_where_and_a_description_is_not_taken_for_a_question() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    for (words, asks) in [
        ("сколько стоит", true),
        ("Верните деньги!", true),
        ("а можно из двух фото?", true),
        ("кот идёт по крыше", false),
        (
            "девушка оборачивается и спрашивает: куда ты? а потом уходит по мокрой улице под фонарями, камера медленно отъезжает назад, дождь?",
            false,
        ),
    ] {
        stage.draft(ANNA, words).await;
        let card = stage.last_text(ANNA);
        assert_eq!(card.contains("Это вопрос, а не описание видео?"), asks, "{card}");
    }
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}
