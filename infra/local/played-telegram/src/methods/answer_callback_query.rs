//! `answerCallbackQuery`: ends the spinner on a pressed button.

use serde_json::Value;

use crate::error::ApiError;
use crate::outbox::CALLBACK_LIFETIME_MS;
use crate::params::Params;
use crate::server::Server;
use crate::state::CallbackAnswer;

pub(super) fn play(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let now_ms = server.now_ms();
    server.write(|state| {
        let query = state
            .queries
            .get_mut(params.text("callback_query_id").unwrap_or_default());
        let alive =
            query.filter(|query| now_ms - query.made_ms <= CALLBACK_LIFETIME_MS && query.answer.is_none());
        let query = alive.ok_or_else(ApiError::query_too_old)?;
        query.answer = Some(CallbackAnswer {
            text: params.text("text").unwrap_or_default().to_owned(),
            show_alert: params.flag("show_alert"),
            url: params.text("url").map(str::to_owned),
            at_ms: now_ms,
        });
        Ok(Value::Bool(true))
    })
}
