//! The methods that are played, one file each; every other one is checked and then refused by name.

mod answer_callback_query;
mod commands;
mod delete_message;
mod edit;
mod edit_message_media;
mod get_file;
mod get_updates;
mod invoice;
mod load_media;
mod send;
mod send_chat_action;
mod stars;
mod webhook;

pub(crate) use load_media::UPLOAD_FILE_BYTES_MAX;

use std::sync::Arc;

use serde_json::Value;

use crate::error::ApiError;
use crate::params::Params;
use crate::server::Server;
use crate::wire;

/// Plays a call that has been checked against the description.
pub(crate) async fn play(server: &Arc<Server>, method: &str, params: &Params) -> Result<Value, ApiError> {
    match method {
        "getMe" => Ok(get_me(server)),
        "setWebhook" => webhook::set(server, params),
        "deleteWebhook" => Ok(webhook::delete(server, params)),
        "getWebhookInfo" => Ok(webhook::info(server)),
        "getUpdates" => get_updates::play(server, params).await,
        "sendMessage" => send::message(server, params),
        "sendPhoto" => send::photo(server, params).await,
        "sendVideo" => send::video(server, params).await,
        "sendAudio" => send::audio(server, params).await,
        "editMessageText" => edit::text(server, params),
        "editMessageCaption" => edit::caption(server, params),
        "editMessageReplyMarkup" => edit::reply_markup(server, params),
        "editMessageMedia" => edit_message_media::play(server, params).await,
        "deleteMessage" => delete_message::play(server, params),
        "answerCallbackQuery" => answer_callback_query::play(server, params),
        "sendChatAction" => send_chat_action::play(server, params),
        "getFile" => get_file::play(server, params),
        "sendInvoice" => invoice::send(server, params),
        "createInvoiceLink" => invoice::link(server, params),
        "answerPreCheckoutQuery" => stars::answer_checkout(server, params),
        "refundStarPayment" => stars::refund(server, params),
        "getStarTransactions" => Ok(stars::transactions(server, params)),
        "getMyStarBalance" => Ok(stars::balance(server)),
        "editUserStarSubscription" => stars::edit_subscription(server, params),
        "setMyCommands" => commands::set(server, params),
        "getMyCommands" => Ok(commands::get(server, params)),
        "deleteMyCommands" => Ok(commands::delete(server, params)),
        "setChatMenuButton" => commands::set_menu_button(server, params),
        "getChatMenuButton" => Ok(commands::menu_button(server, params)),
        _ => Err(ApiError::bad_request(format!("{method} is not played here"))),
    }
}

fn get_me(server: &Server) -> Value {
    let mut me = wire::bot(&server.config);
    for ability in [
        "can_join_groups",
        "can_read_all_group_messages",
        "supports_inline_queries",
    ] {
        me[ability] = Value::Bool(false);
    }
    me
}

/// The chat a call is for.
fn chat_id(params: &Params) -> &Value {
    params.value("chat_id").unwrap_or(&Value::Null)
}
