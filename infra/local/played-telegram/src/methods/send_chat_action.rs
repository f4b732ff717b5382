//! `sendChatAction`: "is sending a video…".

use serde_json::Value;

use super::chat_id;
use crate::error::ApiError;
use crate::params::Params;
use crate::server::Server;

const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn play(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let action = params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action) {
        return Err(ApiError::bad_request("wrong parameter action in request"));
    }
    server.write(|state| {
        let chat_id = state.chat_for_writing(chat_id(params))?;
        if let Some(chat) = state.chats.get_mut(&chat_id) {
            chat.action = Some((action.to_owned(), server.now_ms()));
        }
        Ok(Value::Bool(true))
    })
}
