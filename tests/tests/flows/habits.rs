//! What the bot remembers of a customer: their language, and what they last made videos with.

use domain::video::Aspect;
use tests::stage::Stage;

use crate::ANNA;

#[tokio::test(flavor = "multi_thread")]
async fn the_language_that_was_chosen_holds_whatever_telegram_speaks() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.say(ANNA, "/language").await;
    assert!(
        stage.last_text(ANNA).contains("Just now: English"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.press_newest(ANNA, "la:ru").await, None);
    assert!(
        stage.last_text(ANNA).contains("Говорю по-русски"),
        "{}",
        stage.last_text(ANNA)
    );
    for (words, answer) in [
        ("/cabinet", "На счету"),
        ("/help", "Как заказать видео"),
        ("/nonsense", "Такой команды нет"),
    ] {
        stage.say(ANNA, words).await;
        assert!(
            stage.last_text(ANNA).contains(answer),
            "{}",
            stage.last_text(ANNA)
        );
    }
    // What the worker says goes by it, too.
    let card = stage.draft(ANNA, "a cat on the moon").await;
    let job = stage.confirm(&card).await;
    assert_eq!(stage.job(&job).await.order.locale, "ru");
    stage.run_until_settled().await;
    let text = stage.message_of(&job).await.text().to_owned();
    assert!(text.contains("Списано: 1 кредит"), "{text}");

    stage.say(ANNA, "/language").await;
    let (message, data) = stage.newest_button(ANNA, "la:");
    assert_eq!(data, "la:ru");
    assert_eq!(stage.press(ANNA, message, "la:").await, None);
    let account = stage.account(ANNA).await;
    assert_eq!((account.language, account.locale.as_deref()), (None, Some("en")));
    assert!(
        stage
            .last_text(ANNA)
            .contains("I speak what your Telegram speaks")
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_draft_begins_with_what_the_last_video_was_ordered_with() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer(ANNA).await;
    stage.draft(ANNA, "a cat on the moon").await;
    stage.press_newest(ANNA, "ms:").await;
    let models = stage.buttons(ANNA);
    let other = models.iter().rfind(|data| data.starts_with("mo:")).unwrap();
    stage.press_newest(ANNA, other).await;
    stage.press_newest(ANNA, "as:").await;
    let wide = stage
        .buttons(ANNA)
        .into_iter()
        .find(|data| data.ends_with("16:9"))
        .unwrap();
    stage.press_newest(ANNA, &wide).await;
    let chosen = stage.account(ANNA).await.draft.unwrap();
    assert_eq!(chosen.aspect, Aspect::Landscape);
    stage.confirm(&stage.card(ANNA)).await;
    stage.run_until_settled().await;

    stage.draft(ANNA, "a dog in the snow").await;
    let next = stage.account(ANNA).await.draft.unwrap();
    assert_eq!(
        (&next.model, next.aspect, next.duration_s),
        (&chosen.model, chosen.aspect, chosen.duration_s)
    );
    stage.assert_sound().await;
}
