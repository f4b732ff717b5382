//! Chats of several people, and channels: a polite word a day, and nobody's affairs.

use domain::time::Millis;
use serde_json::{Value, json};
use tests::stage::{Stage, press};

use crate::{ANNA, BORIS};

const GROUP: i64 = -1_001_234_567_890;
const DAY: Millis = Millis::from_mins(24 * 60);

/// A chat as Telegram describes it.
fn chat(kind: &str) -> Value {
    json!({"id": GROUP, "title": "Friends", "type": kind, "is_forum": true})
}

fn person(user: i64, language: &str) -> Value {
    json!({"id": user, "is_bot": false, "first_name": "Anna", "username": "anna", "language_code": language})
}

/// Somebody who speaks Russian writes where others read along.
fn said(text: &str, number: i64) -> Value {
    json!({"update_id": 840_000_000 + number, "message": {
        "message_id": 500 + number, "message_thread_id": 77, "is_topic_message": true,
        "from": person(ANNA, "ru"), "chat": chat("supergroup"), "date": 1_795_251_600, "text": text,
        "entities": [{"type": "mention", "offset": 0, "length": 15}],
    }})
}

/// The bot's own standing in a chat changes.
fn standing(kind: &str, before: &str, after: &str, number: i64) -> Value {
    let bot =
        json!({"id": 123_456, "is_bot": true, "first_name": "neurocards", "username": "neurocards_bot"});
    let is = |status: &str| json!({"user": bot, "status": status});
    json!({"update_id": 841_000_000 + number, "my_chat_member": {
        "chat": chat(kind), "from": person(BORIS, "en"), "date": 1_795_251_600,
        "old_chat_member": is(before), "new_chat_member": is(after),
    }})
}

/// What stands in the tables.
fn rows(stage: &Stage) -> usize {
    let tables = ["AccountsTable", "LedgerTable", "JobsTable", "UsageTable"];
    let items = tables.map(|table| stage.aws.items(table).unwrap().len());
    items.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_to_the_bot_in_a_group_is_led_to_the_private_chat_once_a_day() {
    let stage = Stage::new().await;
    let answer = stage.update(&said("/balance@neurocards_bot", 1)).await;
    let body = answer.body.clone().unwrap();
    assert!(answer.text().contains("личном чате"), "{answer:?}");
    assert_eq!(
        (&body["method"], &body["chat_id"]),
        (&json!("sendMessage"), &json!(GROUP))
    );
    assert_eq!(
        body["reply_parameters"]["message_id"],
        json!(501),
        "so it stands in its topic"
    );
    let button = &body["reply_markup"]["inline_keyboard"][0][0];
    assert_eq!(button["url"], "https://t.me/neurocards_bot?start=group");
    assert_eq!(rows(&stage), 1, "nothing but that it was said today");
    for words in ["/start", "@neurocards_bot кот", "/buy@neurocards_bot"] {
        let again = stage.update(&said(words, 2)).await;
        assert_eq!((again.status, again.body), (200, None), "{words}");
    }
    stage.pass(DAY);
    let next = stage.update(&said("@neurocards_bot кот на луне", 3)).await;
    assert!(next.text().contains("личном чате"), "{next:?}");
    // The button leads to a welcome.
    stage.newcomer(ANNA).await;
    let before = stage.balance(ANNA).await;
    stage.say(ANNA, "/start group").await;
    assert_eq!(stage.balance(ANNA).await, before);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_others_and_what_happens_in_channels_is_left_alone() {
    let stage = Stage::new().await;
    let mut anonymous = said("/start@neurocards_bot", 3);
    anonymous["message"]["from"] =
        json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"});
    let mut to_a_channel = said("/start", 4);
    to_a_channel["message"]["chat"]["is_direct_messages"] = json!(true);
    let mut event = said("", 5);
    event["message"]["text"].take();
    event["message"]["new_chat_members"] = json!([person(BORIS, "en")]);
    let post = json!({"update_id": 842_000_001, "channel_post": {
        "message_id": 9, "sender_chat": chat("channel"), "chat": chat("channel"), "date": 1_795_251_600,
        "text": "/start@neurocards_bot",
    }});
    let updates = [
        said("всем привет", 1),
        said("/start@other_bot", 2),
        anonymous,
        to_a_channel,
        event,
        post,
        standing("channel", "left", "administrator", 1),
    ];
    for update in updates {
        let answer = stage.update(&update).await;
        assert_eq!((answer.status, answer.body), (200, None), "{update}");
    }
    assert_eq!(rows(&stage), 0);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_the_bot_is_brought_to_is_greeted_and_left_without_a_word() {
    let stage = Stage::new().await;
    let hello = stage.update(&standing("group", "left", "member", 1)).await;
    assert!(
        hello.text().contains("Hello") && hello.text().contains("charge nothing"),
        "{hello:?}"
    );
    let silent = [
        standing("group", "member", "administrator", 2),
        standing("supergroup", "left", "restricted", 3),
        standing("group", "administrator", "kicked", 4),
        standing("group", "kicked", "member", 5),
    ];
    for update in silent {
        let answer = stage.update(&update).await;
        assert_eq!((answer.status, answer.body), (200, None), "{update}");
    }
    stage.pass(DAY);
    let again = stage.update(&standing("group", "kicked", "member", 6)).await;
    assert!(again.text().contains("Hello"), "{again:?}");
    assert!(stage.store.read_books().await.unwrap().accounts.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_that_is_pressed_in_a_group_shows_and_orders_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.draft(ANNA, "a cat on the moon").await;
    for (number, data) in [(1, card.create.as_str()), (2, "cab"), (3, "ord"), (4, "nonsense")] {
        let mut update = press(ANNA, card.message_id, data, number);
        update["callback_query"]["message"]["chat"] = chat("supergroup");
        let answer = stage.update(&update).await;
        assert_eq!(answer.method(), "answerCallbackQuery", "{answer:?}");
        assert!(!answer.text().contains("credit"), "{answer:?}");
    }
    assert!(stage.jobs().await.is_empty());
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}
