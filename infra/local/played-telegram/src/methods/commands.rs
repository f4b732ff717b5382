//! The bot's menu: its commands per scope and language, and the button beside the text field.

use serde_json::{Value, json};

use crate::error::ApiError;
use crate::params::Params;
use crate::server::Server;

pub(super) fn set(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let commands = params.value("commands").cloned().unwrap_or_default();
    let names = commands
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|command| command["command"].as_str());
    for name in names {
        if !name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        {
            return Err(ApiError::bad_request("BOT_COMMAND_INVALID"));
        }
    }
    let key = key(params);
    if !(key.1.is_empty() || key.1.len() == 2 && key.1.chars().all(|c| c.is_ascii_lowercase())) {
        return Err(ApiError::bad_request("LANG_CODE_INVALID"));
    }
    server.write(|state| state.commands.insert(key, commands));
    Ok(Value::Bool(true))
}

pub(super) fn get(server: &Server, params: &Params) -> Value {
    server
        .read(|state| state.commands.get(&key(params)).cloned())
        .unwrap_or_else(|| json!([]))
}

pub(super) fn delete(server: &Server, params: &Params) -> Value {
    server.write(|state| state.commands.remove(&key(params)));
    Value::Bool(true)
}

/// Commands are kept per scope (its JSON) and language; no language stands for all without their own.
fn key(params: &Params) -> (String, String) {
    let scope = params
        .value("scope")
        .cloned()
        .unwrap_or_else(|| json!({"type": "default"}));
    (
        scope.to_string(),
        params.text("language_code").unwrap_or_default().to_owned(),
    )
}

pub(super) fn set_menu_button(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let button = params
        .value("menu_button")
        .cloned()
        .unwrap_or_else(|| json!({"type": "default"}));
    let url = button.pointer("/web_app/url").and_then(Value::as_str);
    // Telegram's test environment takes addresses without TLS as well; here, this machine's own are taken.
    let fits = |url: &str| url.starts_with("https://") || url.starts_with("http://127.0.0.1");
    if url.is_some_and(|url| !fits(url)) {
        return Err(ApiError::bad_request("BUTTON_URL_INVALID"));
    }
    server.write(|state| state.menu_buttons.insert(params.int("chat_id"), button));
    Ok(Value::Bool(true))
}

pub(super) fn menu_button(server: &Server, params: &Params) -> Value {
    let find = |chat_id| server.read(|state| state.menu_buttons.get(&chat_id).cloned());
    find(params.int("chat_id"))
        .or_else(|| find(None))
        .unwrap_or_else(|| json!({"type": "commands"}))
}
