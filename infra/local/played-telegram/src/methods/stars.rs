//! `answerPreCheckoutQuery`, `refundStarPayment`, `getStarTransactions`, `getMyStarBalance`, `editUserStarSubscription`.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::delivery;
use crate::error::ApiError;
use crate::params::Params;
use crate::server::Server;
use crate::stars;

/// How many transactions one answer has at most.
const PAGE: i64 = 100;

pub(super) fn answer_checkout(server: &Arc<Server>, params: &Params) -> Result<Value, ApiError> {
    let reason = params.text("error_message").filter(|reason| !reason.is_empty());
    let no = match (params.flag("ok"), reason) {
        (true, _) => None,
        (false, Some(reason)) => Some(reason.to_owned()),
        (false, None) => return Err(ApiError::bad_request("parameter \"error_message\" is required")),
    };
    let query_id = params.text("pre_checkout_query_id").unwrap_or_default();
    let now_ms = server.now_ms();
    server.write(|state| stars::answer(&server.config, state, query_id, no, now_ms))?;
    delivery::start(server);
    Ok(Value::Bool(true))
}

pub(super) fn refund(server: &Arc<Server>, params: &Params) -> Result<Value, ApiError> {
    let (user_id, charge_id) = payment(params)?;
    let now_ms = server.now_ms();
    server.write(|state| {
        if !state.users.contains_key(&user_id) {
            return Err(ApiError::bad_request("USER_ID_INVALID"));
        }
        stars::refund(&server.config, state, user_id, charge_id, now_ms)
    })?;
    delivery::start(server);
    Ok(Value::Bool(true))
}

pub(super) fn edit_subscription(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let (user_id, charge_id) = payment(params)?;
    let is_canceled = params.flag("is_canceled");
    server.write(|state| stars::edit(state, user_id, charge_id, is_canceled))?;
    Ok(Value::Bool(true))
}

/// Whose payment, and which.
fn payment(params: &Params) -> Result<(i64, &str), ApiError> {
    let charge_id = params.text("telegram_payment_charge_id").unwrap_or_default();
    if charge_id.is_empty() {
        let missing = "parameter \"telegram_payment_charge_id\" is required";
        return Err(ApiError::bad_request(missing));
    }
    Ok((params.int("user_id").unwrap_or_default(), charge_id))
}

pub(super) fn transactions(server: &Server, params: &Params) -> Value {
    let number =
        |name: &str, default| usize::try_from(params.int(name).unwrap_or(default)).unwrap_or_default();
    let (offset, limit) = (number("offset", 0), number("limit", PAGE));
    let list = server.read(|state| state.stars.list(state, offset, limit));
    json!({"transactions": list})
}

pub(super) fn balance(server: &Server) -> Value {
    json!({"amount": server.read(|state| state.stars.bot_balance)})
}
