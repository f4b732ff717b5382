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
    // And so do the menu of commands and the button beside the text field.
    let first = |stage: &Stage| {
        let commands = stage.telegram.commands_in(ANNA);
        commands
            .first()
            .map(|command| command["description"].as_str().unwrap().to_owned())
    };
    assert_eq!(first(&stage).as_deref(), Some("Начать"));
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
    assert_eq!(first(&stage), None, "as Telegram's language has it");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_button_that_nobody_can_read_any_more_is_answered_in_the_language_that_was_chosen() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    let old = |number| tests::stage::press(ANNA, card.message_id, "zz:of another time", number);
    let alert = |answer: tests::stage::Answer| answer.body.unwrap()["text"].as_str().unwrap().to_owned();
    let english = alert(stage.update(&old(1)).await);
    stage.say(ANNA, "/language").await;
    stage.press_newest(ANNA, "la:ru").await;
    let russian = alert(stage.update(&old(2)).await);
    assert!(
        russian.contains("Ничего не списано") || russian.chars().any(|c| matches!(c, 'а'..='я')),
        "{russian}"
    );
    assert_ne!(english, russian);
}

/// How often the worker has edited a text.
fn edits(stage: &Stage) -> usize {
    let calls = stage.telegram.calls().into_iter();
    calls.filter(|call| call.method == "editMessageText").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_only_the_result_sees_nothing_of_an_order_before_it() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer(ANNA).await;
    stage.say(ANNA, "/notifications").await;
    assert!(
        stage.last_text(ANNA).contains("shows how it goes"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.press_newest(ANNA, "qu:1").await;
    let told = stage.last_text(ANNA);
    assert!(
        told.contains("not shown") && told.contains("You get them"),
        "{told}"
    );
    let job = stage.order(ANNA, "a cat on the moon").await;
    let text = stage.last_text(ANNA);
    assert!(
        text.contains("Nothing changes here before the result") && stage.has_button(ANNA, "ca:"),
        "{text}"
    );
    let before = edits(&stage);
    stage.run_until_settled().await;
    assert_eq!(edits(&stage), before);
    assert!(stage.message_of(&job).await.video().is_some());
    // A refusal is told all the same, and so is that the service was busy for too long.
    let refused = stage.order(ANNA, "nothing good #moderation").await;
    stage.run_until_settled().await;
    let text = stage.message_of(&refused).await.text().to_owned();
    assert!(text.contains("1 credit"), "{text}");
    stage.say(ANNA, "/notifications").await;
    stage.press_newest(ANNA, "qu:0").await;
    let before = edits(&stage);
    stage.order(ANNA, "a dog in the snow").await;
    stage.run_until_settled().await;
    assert!(edits(&stage) > before, "shown again");
    stage.assert_sound().await;
}
