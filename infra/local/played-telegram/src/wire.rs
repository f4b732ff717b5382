//! The Bot API's JSON: users, chats, messages, files.

use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::html::Entity;
use crate::model::{ChatMessage, Media, MediaKind, Service, StoredFile, User};
use crate::state::{Chat, State};

pub(crate) fn bot(config: &Config) -> Value {
    json!({
        "id": config.bot_id(),
        "is_bot": true,
        "first_name": config.bot_name,
        "username": config.bot_username,
    })
}

pub(crate) fn user(user: &User) -> Value {
    let mut wire = json!({"id": user.id, "is_bot": false, "first_name": user.first_name});
    if let Some(language_code) = &user.language_code {
        wire["language_code"] = json!(language_code);
    }
    wire
}

pub(crate) fn chat(state: &State, chat: &Chat) -> Value {
    match (state.users.get(&chat.id), &chat.title) {
        (Some(user), _) => json!({"id": chat.id, "type": "private", "first_name": user.first_name}),
        (None, title) => json!({"id": chat.id, "type": "channel", "title": title}),
    }
}

/// A message as it stands; `Value::Null` if there is none.
pub(crate) fn message(config: &Config, state: &State, chat_id: i64, message_id: i64) -> Value {
    let chat = state.chats.get(&chat_id);
    let found = chat.zip(state.message(chat_id, message_id));
    found.map_or(Value::Null, |(chat, message)| {
        one_message(config, state, chat, message)
    })
}

fn one_message(config: &Config, state: &State, place: &Chat, message: &ChatMessage) -> Value {
    let mut wire = Map::from_iter([
        ("message_id".to_owned(), json!(message.message_id)),
        ("date".to_owned(), json!(message.at_ms.div_euclid(1_000))),
        ("chat".to_owned(), chat(state, place)),
    ]);
    let mut set = |key: &str, value: Value| wire.insert(key.to_owned(), value);
    match (message.from_bot, state.users.get(&place.id)) {
        (_, None) => set("sender_chat", chat(state, place)),
        (true, Some(_)) => set("from", bot(config)),
        (false, Some(sender)) => set("from", user(sender)),
    };
    if let Some(edited_ms) = message.edited_ms {
        set("edit_date", json!(edited_ms.div_euclid(1_000)));
    }
    let (text_key, entities_key) = match message.now.media {
        Some(_) => ("caption", "caption_entities"),
        None => ("text", "entities"),
    };
    if let Some(media) = &message.now.media {
        let (key, value) = media_field(media);
        set(key, value);
    }
    if let Some(invoice) = &message.now.invoice {
        set("invoice", invoice.wire());
    }
    match &message.now.service {
        Some(Service::Paid(payment)) => set("successful_payment", payment.clone()),
        Some(Service::Refunded(payment)) => set("refunded_payment", payment.clone()),
        None => None,
    };
    if !message.now.text.is_empty() {
        set(text_key, json!(message.now.text));
    }
    let entities = entities(message);
    if !entities.is_empty() {
        set(entities_key, json!(entities));
    }
    // Only inline keyboards stay with their message.
    if let Some(markup) = message
        .now
        .markup
        .as_ref()
        .filter(|_| !message.now.buttons.is_empty())
    {
        set("reply_markup", markup.clone());
    }
    Value::Object(wire)
}

/// What a user types has no markup, but Telegram marks a command at its beginning.
fn entities(message: &ChatMessage) -> Vec<Entity> {
    let text = &message.now.text;
    if message.from_bot || !text.starts_with('/') {
        return message.now.entities.clone();
    }
    let command = text.split(char::is_whitespace).next().unwrap_or_default();
    let length = command.encode_utf16().count();
    vec![Entity {
        kind: "bot_command".into(),
        offset: 0,
        length,
        url: None,
        language: None,
    }]
}

fn media_field(media: &Media) -> (&'static str, Value) {
    match media.kind {
        MediaKind::Photo => ("photo", media.sizes().iter().map(|file| size(file)).collect()),
        MediaKind::Video => ("video", media.file().map_or(Value::Null, |file| video(file))),
        MediaKind::Audio => ("audio", media.file().map_or(Value::Null, |file| sound(file))),
        MediaKind::Document => (
            "document",
            media.file().map_or(Value::Null, |file| as_it_is(file)),
        ),
    }
}

fn size(file: &StoredFile) -> Value {
    json!({
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": file.bytes.len(),
        "width": file.width,
        "height": file.height,
    })
}

fn sound(file: &StoredFile) -> Value {
    let mut wire = as_it_is(file);
    wire["duration"] = json!(file.duration_s);
    wire
}

fn as_it_is(file: &StoredFile) -> Value {
    json!({
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": file.bytes.len(),
        "mime_type": file.mime,
    })
}

fn video(file: &StoredFile) -> Value {
    let mut wire = size(file);
    wire["duration"] = json!(file.duration_s);
    wire["mime_type"] = json!(file.mime);
    wire
}
