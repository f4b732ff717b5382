//! Edits, deletions and pressed buttons.

use played_telegram::{CALLBACK_LIFETIME_MS, Error};
use serde_json::json;

use crate::world::{ANNA, World};

fn keyboard(data: &str) -> serde_json::Value {
    json!({"inline_keyboard": [[{"text": "Go", "callback_data": data}]]})
}

#[tokio::test]
async fn an_edit_shows_something_else_and_the_history_keeps_what_was() {
    let world = World::started().await;
    let body = json!({"chat_id": ANNA, "text": "draft", "reply_markup": keyboard("go:1")});
    let id = world.ok("sendMessage", body).await["message_id"].clone();
    let edit = json!({"chat_id": ANNA, "message_id": id, "text": "queued"});
    let edited = world.ok("editMessageText", edit.clone()).await;
    assert_eq!(
        (&edited["text"], &edited["reply_markup"]),
        (&json!("queued"), &json!(null))
    );
    assert!(edited["edit_date"].is_i64());
    assert!(
        world
            .refused("editMessageText", edit)
            .await
            .starts_with("Bad Request: message is not modified:")
    );

    let message = &world.telegram.chat(ANNA)[1];
    assert_eq!((message.text(), message.edits()), ("queued", 1));
    assert_eq!(
        message
            .ever_shown()
            .map(|shown| shown.text.as_str())
            .collect::<Vec<_>>(),
        ["draft", "queued"]
    );
    assert_eq!(message.history[0].button("go"), Some("go:1"));
}

#[tokio::test]
async fn only_buttons_can_be_edited_too() {
    let world = World::started().await;
    let id = world.sent("text").await;
    let edit = json!({"chat_id": ANNA, "message_id": id, "reply_markup": keyboard("go")});
    assert_eq!(world.ok("editMessageReplyMarkup", edit).await["text"], "text");
    let message = &world.telegram.chat(ANNA)[1];
    assert_eq!((message.text(), message.button("go")), ("text", Some("go")));
}

#[tokio::test]
async fn what_is_not_there_cannot_be_edited() {
    let world = World::started().await;
    let id = world.sent("text").await;
    let edit = |id: i64| json!({"chat_id": ANNA, "message_id": id, "text": "x"});
    assert_eq!(
        world.refused("editMessageText", edit(id + 1)).await,
        "Bad Request: message to edit not found"
    );
    assert_eq!(
        world.refused("editMessageText", edit(1)).await,
        "Bad Request: message can't be edited"
    );
    let caption = json!({"chat_id": ANNA, "message_id": id, "caption": "x"});
    assert_eq!(
        world.refused("editMessageCaption", caption).await,
        "Bad Request: there is no caption in the message to edit"
    );
    world.telegram.delete_message(ANNA, id).unwrap();
    assert_eq!(
        world.refused("editMessageText", edit(id)).await,
        "Bad Request: message to edit not found"
    );
    assert_eq!(world.telegram.chat(ANNA).len(), 1);
    assert!(world.telegram.chat_with_deleted(ANNA)[1].deleted);
}

#[tokio::test]
async fn a_message_is_deleted_once() {
    let world = World::started().await;
    let id = world.sent("text").await;
    let body = json!({"chat_id": ANNA, "message_id": id});
    assert_eq!(world.ok("deleteMessage", body.clone()).await, json!(true));
    assert_eq!(
        world.refused("deleteMessage", body).await,
        "Bad Request: message to delete not found"
    );
}

#[tokio::test]
async fn a_reply_needs_its_message() {
    let world = World::started().await;
    let body = |id: i64, anyway: bool| {
        let reply = json!({"message_id": id, "allow_sending_without_reply": anyway});
        json!({"chat_id": ANNA, "text": "x", "reply_parameters": reply})
    };
    world.ok("sendMessage", body(1, false)).await;
    assert_eq!(
        world.refused("sendMessage", body(9, false)).await,
        "Bad Request: message to be replied not found"
    );
    world.ok("sendMessage", body(9, true)).await;
}

#[tokio::test]
async fn only_a_button_that_is_shown_can_be_pressed() {
    let world = World::started().await;
    let body = json!({"chat_id": ANNA, "text": "draft", "reply_markup": keyboard("go:1")});
    let id = world.ok("sendMessage", body).await["message_id"]
        .as_i64()
        .unwrap();
    assert!(matches!(
        world.telegram.press(ANNA, id, "go:2"),
        Err(Error::NoSuchButton { .. })
    ));
    world.telegram.press(ANNA, id, "go:1").unwrap();
    world
        .ok(
            "editMessageText",
            json!({"chat_id": ANNA, "message_id": id, "text": "queued"}),
        )
        .await;
    assert!(matches!(
        world.telegram.press(ANNA, id, "go:1"),
        Err(Error::NoSuchButton { .. })
    ));
    assert!(matches!(
        world.telegram.press(ANNA, id + 1, "go:1"),
        Err(Error::NoSuchMessage { .. })
    ));
}

#[tokio::test]
async fn a_press_is_answered_once_and_in_time() {
    let world = World::started().await;
    let body = json!({"chat_id": ANNA, "text": "draft", "reply_markup": keyboard("go")});
    let id = world.ok("sendMessage", body).await["message_id"]
        .as_i64()
        .unwrap();
    let query = world.telegram.press(ANNA, id, "go").unwrap();
    let answer = |query: &str, text: &str| json!({"callback_query_id": query, "text": text});
    let long = "я".repeat(201);
    assert_eq!(
        world.refused("answerCallbackQuery", answer(&query, &long)).await,
        "Bad Request: MESSAGE_TOO_LONG"
    );
    world
        .ok("answerCallbackQuery", answer(&query, "Уже начато"))
        .await;
    assert_eq!(world.telegram.callback_answer(&query).unwrap().text, "Уже начато");
    let too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(
        world.refused("answerCallbackQuery", answer(&query, "")).await,
        too_old
    );
    let late = world.telegram.press(ANNA, id, "go").unwrap();
    world.pass(CALLBACK_LIFETIME_MS + 1);
    assert_eq!(
        world.refused("answerCallbackQuery", answer(&late, "")).await,
        too_old
    );
}

#[tokio::test]
async fn a_blocked_chat_refuses_edits_unless_configured_otherwise() {
    for (reach, status) in [(false, 403), (true, 200)] {
        let world = World::with(|mut config| {
            config.edits_reach_blocked = reach;
            config.quick()
        })
        .await;
        world.telegram.say(ANNA, "/start").unwrap();
        let id = world.sent("text").await;
        world.telegram.block(ANNA).unwrap();
        let edit = json!({"chat_id": ANNA, "message_id": id, "text": "x"});
        assert_eq!(world.bot("editMessageText", edit).await.0, status);
    }
}
