//! `deleteMessage`.

use serde_json::Value;

use super::chat_id;
use crate::error::ApiError;
use crate::params::Params;
use crate::server::Server;

/// A message older than this can no longer be deleted (<https://core.telegram.org/bots/api#deletemessage>).
const DELETABLE_MS: i64 = 48 * 3_600_000;

pub(super) fn play(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let now_ms = server.now_ms();
    server.write(|state| {
        let chat_id = state.known_chat(chat_id(params))?.id;
        let message_id = params.int("message_id").unwrap_or_default();
        let message = state.message_mut(chat_id, message_id);
        let message = message.ok_or_else(|| ApiError::bad_request("message to delete not found"))?;
        if now_ms - message.at_ms > DELETABLE_MS {
            return Err(ApiError::bad_request("message can't be deleted for everyone"));
        }
        message.deleted = true;
        Ok(Value::Bool(true))
    })
}
