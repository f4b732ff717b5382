//! A user's chat as the page draws it.

mod stars;

use serde_json::{Value, json};

use super::mini_app;
use crate::model::{ChatMessage, Media, MediaKind, Shown, User};
use crate::outbox::CALLBACK_LIFETIME_MS;
use crate::seen::visible;
use crate::server::Server;
use crate::state::State;

pub(super) use stars::invoice;

/// How many of the latest messages the page gets.
const MESSAGES_MAX: usize = 200;
/// A chat action is shown this long (<https://core.telegram.org/bots/api#sendchataction>).
const ACTION_MS: i64 = 5_000;

pub(super) fn of(server: &Server, user_id: i64) -> Value {
    let now_ms = server.now_ms();
    server.read(|state| {
        let messages: Vec<_> = visible(state, user_id).collect();
        let draw = |one| message(state, one);
        let latest = messages.len().saturating_sub(MESSAGES_MAX);
        json!({
            "bot": {"name": server.config.bot_name, "username": server.config.bot_username},
            "user": state.users.get(&user_id).map(user),
            "users": state.users.values().map(user).collect::<Vec<_>>(),
            "messages": messages.into_iter().skip(latest).map(draw).collect::<Vec<_>>(),
            "spinning": spinning(state, user_id, now_ms),
            "notices": notices(state, user_id),
            "stars": stars::stars(state, user_id, now_ms),
            "action": action(state, user_id, now_ms),
            "commands": commands(state, user_id),
            "mini_app": mini_app::button(state, user_id).map(|(text, _)| text),
        })
    })
}

fn user(user: &User) -> Value {
    json!({
        "id": user.id,
        "first_name": user.first_name,
        "language_code": user.language_code,
        "started": user.started,
        "blocked": user.blocked,
    })
}

fn message(state: &State, message: &ChatMessage) -> Value {
    let now = &message.now;
    let row = |row: &Vec<crate::model::Button>| -> Value {
        row.iter()
            .map(|button| json!({"text": button.text, "data": button.callback_data, "url": button.url, "pay": button.pay}))
            .collect()
    };
    json!({
        "id": message.message_id,
        "mine": !message.from_bot,
        "at_ms": message.at_ms,
        "edited": message.edited_ms.is_some(),
        "edits": message.edits(),
        "text": text(now),
        "entities": now.entities,
        "media": now.media.as_ref().map(media),
        "invoice": stars::invoice_in(message),
        "service": stars::service(state, message),
        "buttons": now.buttons.iter().map(row).collect::<Vec<_>>(),
    })
}

/// A voice message is shown as its length: nobody hears it.
fn text(shown: &Shown) -> String {
    let voice = shown
        .media
        .as_ref()
        .filter(|media| media.kind == MediaKind::Voice);
    let Some(file) = voice.and_then(Media::file) else {
        return shown.text.clone();
    };
    let length = format!("🎙 {}:{:02}", file.duration_s / 60, file.duration_s % 60);
    format!("{length} {}", shown.text).trim_end().to_owned()
}

fn media(media: &Media) -> Value {
    let kind = match media.kind {
        MediaKind::Voice => return Value::Null,
        MediaKind::Photo => "photo",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Document => "document",
    };
    media.file().map_or(Value::Null, |file| {
        let url = format!("client/media/{}", file.file_id);
        json!({"kind": kind, "url": url, "width": file.width, "height": file.height})
    })
}

fn spinning(state: &State, user_id: i64, now_ms: i64) -> Vec<Value> {
    let alive = state
        .queries
        .values()
        .filter(|query| query.user_id == user_id && query.answer.is_none());
    let waits = alive.filter(|query| now_ms - query.made_ms <= CALLBACK_LIFETIME_MS);
    // An edit made since the press is an answer for the eye.
    let unchanged = waits.filter(|query| {
        let message = state.message(user_id, query.message_id);
        message.is_some_and(|message| {
            message
                .edited_ms
                .is_none_or(|edited_ms| edited_ms < query.made_ms)
        })
    });
    unchanged
        .map(|query| json!([query.message_id, query.data]))
        .collect()
}

fn notices(state: &State, user_id: i64) -> Vec<Value> {
    let answered = state.queries.iter().filter(|(_, query)| query.user_id == user_id);
    let texts = answered.filter_map(|(id, query)| query.answer.as_ref().map(|answer| (id, answer)));
    let mut texts: Vec<_> = texts.filter(|(_, answer)| !answer.text.is_empty()).collect();
    texts.sort_by_key(|(_, answer)| answer.at_ms);
    let notice = |(id, answer): (&String, &crate::CallbackAnswer)| json!({"id": id, "text": answer.text, "alert": answer.show_alert});
    texts.into_iter().map(notice).collect()
}

fn action(state: &State, user_id: i64, now_ms: i64) -> Option<Value> {
    let (name, at_ms) = state.chats.get(&user_id)?.action.as_ref()?;
    (now_ms - at_ms <= ACTION_MS).then(|| json!({"name": name, "at_ms": at_ms}))
}

/// The commands of the user's language, or those for everyone.
fn commands(state: &State, user_id: i64) -> Value {
    let language = state
        .users
        .get(&user_id)
        .and_then(|user| user.language_code.as_deref());
    let language = language.unwrap_or_default().split('-').next().unwrap_or_default();
    let own = json!({"type": "chat", "chat_id": user_id});
    let scopes = [
        own,
        json!({"type": "all_private_chats"}),
        json!({"type": "default"}),
    ]
    .map(|scope| scope.to_string());
    // The narrowest scope goes first, and of one the list of the language.
    let mut keys = scopes
        .into_iter()
        .flat_map(|scope| [language, ""].map(|of| (scope.clone(), of.to_owned())));
    keys.find_map(|key| state.commands.get(&key))
        .cloned()
        .unwrap_or_else(|| json!([]))
}
