//! `sendMessage`, `sendPhoto`, `sendVideo`, `sendAudio`.

use std::sync::Arc;

use serde_json::Value;

use super::chat_id;
use super::load_media::load;
use crate::error::ApiError;
use crate::markup::Markup;
use crate::model::{Media, MediaKind, Shown};
use crate::params::Params;
use crate::server::Server;
use crate::state::State;
use crate::text::Text;
use crate::wire;

pub(super) fn message(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let text = Text::message(params)?;
    let markup = Markup::read(params)?;
    server.write(|state| {
        let chat_id = room(server, state, params)?;
        Ok(post(server, state, chat_id, (text, None, markup)))
    })
}

pub(super) async fn photo(server: &Arc<Server>, params: &Params) -> Result<Value, ApiError> {
    media(server, params, MediaKind::Photo, "photo").await
}

pub(super) async fn video(server: &Arc<Server>, params: &Params) -> Result<Value, ApiError> {
    media(server, params, MediaKind::Video, "video").await
}

pub(super) async fn audio(server: &Arc<Server>, params: &Params) -> Result<Value, ApiError> {
    media(server, params, MediaKind::Audio, "audio").await
}

async fn media(
    server: &Arc<Server>,
    params: &Params,
    kind: MediaKind,
    field: &str,
) -> Result<Value, ApiError> {
    let caption = Text::caption(params)?;
    let markup = Markup::read(params)?;
    let chat_id = server.write(|state| room(server, state, params))?;
    let media = load(server, params, kind, field, params.text(field)).await?;
    server.write(|state| {
        // The user may have blocked the bot while the file was on its way.
        state.chat_for_writing(&Value::from(chat_id))?;
        Ok(post(server, state, chat_id, (caption, Some(media), markup)))
    })
}

/// The chat to post into, if the bot may, the message replied to is there, and the flood limits leave room.
pub(super) fn room(server: &Server, state: &mut State, params: &Params) -> Result<i64, ApiError> {
    let chat_id = state.chat_for_writing(chat_id(params))?;
    replied_to(state, chat_id, params)?;
    state.take_flood_room(server.config.flood.as_ref(), chat_id, server.now_ms())?;
    Ok(chat_id)
}

fn replied_to(state: &State, chat_id: i64, params: &Params) -> Result<(), ApiError> {
    let Some(reply) = params.value("reply_parameters") else {
        return Ok(());
    };
    let may_be_gone = reply
        .get("allow_sending_without_reply")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let message_id = reply.get("message_id").and_then(Value::as_i64);
    let there = message_id.is_some_and(|message_id| state.message(chat_id, message_id).is_some());
    if there || may_be_gone {
        return Ok(());
    }
    Err(ApiError::bad_request("message to be replied not found"))
}

fn post(
    server: &Server,
    state: &mut State,
    chat_id: i64,
    (text, media, markup): (Text, Option<Media>, Markup),
) -> Value {
    let shown = Shown {
        since_ms: server.now_ms(),
        text: text.plain,
        raw: text.raw,
        entities: text.entities,
        media,
        buttons: markup.buttons,
        markup: markup.raw,
        ..Shown::default()
    };
    if let Some(chat) = state.chats.get_mut(&chat_id) {
        chat.action = None;
    }
    let message_id = state.post(chat_id, true, shown);
    wire::message(&server.config, state, chat_id, message_id)
}
