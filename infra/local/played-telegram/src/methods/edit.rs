//! `editMessageText`, `editMessageCaption`, `editMessageReplyMarkup`: what is not named in an edit disappears.

use serde_json::Value;

use super::chat_id;
use crate::error::ApiError;
use crate::markup::Markup;
use crate::model::{Media, Shown};
use crate::params::Params;
use crate::server::Server;
use crate::state::State;
use crate::text::Text;
use crate::wire;

pub(super) fn text(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let text = Text::message(params)?;
    let markup = Markup::read(params)?;
    edit(server, params, |before| {
        if before.has_no_text() {
            return Err(ApiError::bad_request("there is no text in the message to edit"));
        }
        Ok(shown(text, None, markup))
    })
}

pub(super) fn caption(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let caption = Text::caption(params)?;
    let markup = Markup::read(params)?;
    edit(server, params, |before| match &before.media {
        None => Err(ApiError::bad_request(
            "there is no caption in the message to edit",
        )),
        Some(media) => Ok(shown(caption, Some(media.clone()), markup)),
    })
}

pub(super) fn reply_markup(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let markup = Markup::read(params)?;
    edit(server, params, |before| {
        Ok(Shown {
            buttons: markup.buttons,
            markup: markup.raw,
            ..before.clone()
        })
    })
}

/// The content that an edit leaves.
pub(super) fn shown(text: Text, media: Option<Media>, markup: Markup) -> Shown {
    Shown {
        text: text.plain,
        raw: text.raw,
        entities: text.entities,
        media,
        buttons: markup.buttons,
        markup: markup.raw,
        ..Shown::default()
    }
}

/// The message to edit, if the bot may edit it now.
pub(super) fn target(server: &Server, state: &State, params: &Params) -> Result<(i64, i64), ApiError> {
    if params.has("inline_message_id") {
        return Err(ApiError::bad_request("MESSAGE_ID_INVALID"));
    }
    let chat_id = if server.config.edits_reach_blocked {
        state.known_chat(chat_id(params))?.id
    } else {
        state.chat_for_writing(chat_id(params))?
    };
    let message_id = params.int("message_id");
    let message_id =
        message_id.ok_or_else(|| ApiError::bad_request("message identifier is not specified"))?;
    state.editable(chat_id, message_id)?;
    Ok((chat_id, message_id))
}

/// Applies an edit to the message as it stands when the lock is held.
pub(super) fn edit(
    server: &Server,
    params: &Params,
    change: impl FnOnce(&Shown) -> Result<Shown, ApiError>,
) -> Result<Value, ApiError> {
    server.write(|state| {
        let (chat_id, message_id) = target(server, state, params)?;
        let after = change(&state.editable(chat_id, message_id)?.now)?;
        let now_ms = server.now_ms();
        state.edit(
            chat_id,
            message_id,
            Shown {
                since_ms: now_ms,
                ..after
            },
        )?;
        Ok(wire::message(&server.config, state, chat_id, message_id))
    })
}
