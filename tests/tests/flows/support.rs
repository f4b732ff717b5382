//! Questions to the operator, and answers: nothing is lost, and nobody reads what is not for them.

use domain::time::Millis;
use serde_json::{Value, json};
use tests::stage::{OPERATOR, Stage};

use crate::{ANNA, BORIS};

/// A stage on which somebody reads in the operator's chat.
async fn helped() -> Stage {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(OPERATOR, "ru").await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage
}

/// How many questions the operator has read.
fn questions(stage: &Stage) -> usize {
    let texts = stage.texts(OPERATOR);
    texts
        .iter()
        .filter(|text| text.starts_with("💬 Вопрос #u1001"))
        .count()
}

/// Somebody replies in a chat to what the bot, or a person, has written there.
fn reply(chat: i64, to: &str, by_bot: bool, text: Option<&str>, number: i64) -> Value {
    let place = json!({"id": chat, "type": if chat < 0 { "supergroup" } else { "private" }});
    let author = json!({"id": 123_456, "is_bot": by_bot, "first_name": "neurocards"});
    let before = json!({"message_id": 5, "date": 1_795_251_600, "chat": place, "from": author, "text": to});
    let from = json!({"id": OPERATOR, "is_bot": false, "first_name": "Olga", "language_code": "ru"});
    let mut message = json!({"message_id": 70_000 + number, "date": 1_795_251_600, "chat": place, "from": from,
        "reply_to_message": before});
    match text {
        Some(text) => message["text"] = json!(text),
        None => message["sticker"] = json!({"file_id": "x"}),
    }
    json!({"update_id": 830_000_000 + number, "message": message})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_message_is_a_question_and_its_answer_comes_back() {
    let stage = helped().await;
    stage.say(ANNA, "/support").await;
    assert!(stage.last_text(ANNA).contains("одним сообщением"));
    stage.say(ANNA, "где мой <кот>? #u1002").await;
    assert!(
        stage.last_text(ANNA).contains("Вопрос передан"),
        "{}",
        stage.last_text(ANNA)
    );
    let question = stage.last_text(OPERATOR);
    assert!(
        question.starts_with("💬 Вопрос #u1001\n\nгде мой <кот>? #u1002"),
        "{question}"
    );
    let told = stage
        .update(&reply(OPERATOR, &question, true, Some("Кот <в пути>"), 1))
        .await;
    assert!(told.text().contains("Ответ передан"), "{told:?}");
    let answer = stage.last_text(ANNA);
    assert!(
        answer.contains("Ответ поддержки") && answer.contains("Кот <в пути>"),
        "{answer}"
    );
    // What comes next is a description again.
    stage.draft(ANNA, "кот в сапогах").await;
    assert_eq!(questions(&stage), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_reply_in_the_operators_chat_to_what_the_bot_wrote_there_goes_to_a_customer() {
    let stage = helped().await;
    stage.say(ANNA, "/support где мой кот?").await;
    let question = stage.last_text(OPERATOR);
    let before = stage.texts(ANNA);
    for (number, update) in [
        // Somebody writes the first line themselves, in a chat of their own and in a group.
        reply(BORIS, &question, true, Some("попался"), 2),
        reply(-100_500, &question, true, Some("попался"), 3),
        // Something else in the operator's chat: a report, and what a person has written there.
        reply(OPERATOR, "📊 Отчёт\n#u1001", true, Some("спасибо"), 4),
        reply(OPERATOR, &question, false, Some("а это кто?"), 5),
    ]
    .iter()
    .enumerate()
    {
        stage.update(update).await;
        assert_eq!(stage.texts(ANNA), before, "{number}");
    }
    let told = stage.update(&reply(OPERATOR, &question, true, None, 6)).await;
    assert!(told.text().contains("ответьте текстом"), "{told:?}");
    let told = stage
        .update(&reply(OPERATOR, "💬 Вопрос #u404", true, Some("да?"), 7))
        .await;
    assert!(told.text().contains("счёта 404 нет"), "{told:?}");
    assert_eq!(stage.texts(ANNA), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_cannot_be_sent_is_told_and_can_be_sent_again() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.say(ANNA, "/support").await;
    stage.say(ANNA, "where is my cat?").await;
    assert!(
        stage.last_text(ANNA).contains("was not sent"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.newcomer_who_speaks(OPERATOR, "ru").await;
    stage.say(ANNA, "where is my cat?").await;
    assert!(
        stage.last_text(ANNA).contains("passed on"),
        "{}",
        stage.last_text(ANNA)
    );
    assert!(stage.last_text(OPERATOR).contains("where is my cat?"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_questions_a_day_are_passed_on_and_the_next_day_more() {
    let stage = helped().await;
    for number in 0..12 {
        stage.say(ANNA, &format!("/support вопрос {number}")).await;
    }
    assert_eq!(questions(&stage), 10);
    assert!(
        stage.last_text(ANNA).contains("много вопросов"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.clock.set(stage.now().after(Millis::from_mins(24 * 60)));
    stage.say(ANNA, "/support ещё один").await;
    assert_eq!(questions(&stage), 11);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_or_an_hour_later_it_is_no_question_and_a_photo_is_none() {
    let stage = helped().await;
    stage.say(ANNA, "/support").await;
    stage.say(ANNA, "/help").await;
    stage.draft(ANNA, "кот").await;
    stage.say(ANNA, "/support").await;
    stage.send_photo(ANNA, tests::stage::jpeg(64, 64), "").await;
    assert!(
        stage.last_text(ANNA).contains("только текст"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.clock.set(stage.now().after(Millis::from_mins(60)));
    stage.draft(ANNA, "кот в сапогах").await;
    assert_eq!(questions(&stage), 0);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_is_told_that_a_customer_has_blocked_the_bot() {
    let stage = helped().await;
    stage.say(ANNA, "/support где мой кот?").await;
    let question = stage.last_text(OPERATOR);
    stage.telegram.block(ANNA).unwrap();
    let told = stage
        .update(&reply(OPERATOR, &question, true, Some("вот он"), 8))
        .await;
    assert!(told.text().contains("заблокировал бота"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn help_with_a_payment_leads_to_a_person_and_without_a_chat_to_what_it_says() {
    let stage = helped().await;
    stage.say(ANNA, "/paysupport").await;
    stage.press_newest(ANNA, "sup").await;
    stage.say(ANNA, "я оплатила").await;
    assert!(stage.last_text(OPERATOR).contains("я оплатила"));
    let alone = Stage::with(|setting| setting.helps = false).await;
    alone.newcomer_who_speaks(ANNA, "ru").await;
    alone.say(ANNA, "/support где мой кот?").await;
    assert!(
        alone.last_text(ANNA).contains("Вопросы по оплате"),
        "{}",
        alone.last_text(ANNA)
    );
    assert!(!alone.has_button(ANNA, "sup"));
    alone.assert_sound().await;
    stage.assert_sound().await;
}
