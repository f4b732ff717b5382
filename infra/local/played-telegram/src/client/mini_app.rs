//! The button beside the text field: opens the bot's Mini App, with init data as Telegram signs it.
//!
//! Source: core.telegram.org/bots/webapps, "Validating data received via the Mini App".

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, Query, State as Extracted};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use ring::hmac;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::Server;
use crate::state::State;

/// The version of Mini Apps that is played.
const VERSION: &str = "8.0";

/// The text and the address of the button, if the bot has set one.
pub(super) fn button(state: &State, user_id: i64) -> Option<(String, String)> {
    let menus = &state.menu_buttons;
    let button = menus.get(&Some(user_id)).or_else(|| menus.get(&None))?;
    let url = button.pointer("/web_app/url").and_then(Value::as_str)?;
    Some((button["text"].as_str()?.to_owned(), url.to_owned()))
}

/// In which colours the client is, and which of the bot's Mini Apps is opened: that of the button, or one beside it by a link
/// of BotFather's, as `https://t.me/your_bot/panel`.
#[derive(Deserialize)]
pub(super) struct Look {
    #[serde(default)]
    dark: bool,
    app: Option<String>,
}

/// Leads to the Mini App, signed in. What Telegram hands over stands behind `#`, which no server sees.
pub(super) async fn open(
    Extracted(server): Extracted<Arc<Server>>,
    Path(user_id): Path<i64>,
    Query(look): Query<Look>,
) -> Response {
    let found = server.read(|state| {
        let user = state.users.get(&user_id)?;
        let who = json!({"id": user.id, "first_name": user.first_name, "language_code": user.language_code});
        Some((button(state, user_id)?.1, who.to_string()))
    });
    let Some((url, user)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let url = look.app.map_or(url.clone(), |app| beside(&url, &app));
    let auth_date = (server.now_ms() / 1000).to_string();
    let init_data = init_data(&server.config.token, &user, &auth_date);
    let place = query(&[
        ("tgWebAppData", init_data.as_str()),
        ("tgWebAppVersion", VERSION),
        ("tgWebAppPlatform", "web"),
        ("tgWebAppThemeParams", &theme(look.dark).to_string()),
    ]);
    Redirect::to(&format!("{url}#{place}")).into_response()
}

/// The address of another Mini App, which differs in the last part.
fn beside(url: &str, app: &str) -> String {
    let (before, _) = url.trim_end_matches('/').rsplit_once('/').unwrap_or((url, ""));
    format!("{before}/{}/", escaped(app))
}

/// What is signed: the fields in the order of their names, a line each.
fn init_data(token: &str, user: &str, auth_date: &str) -> String {
    let lines = format!("auth_date={auth_date}\nuser={user}");
    let key = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, b"WebAppData"),
        token.as_bytes(),
    );
    let hash = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()), lines.as_bytes());
    let hash = hash.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    query(&[("auth_date", auth_date), ("user", user), ("hash", &hash)])
}

fn query(fields: &[(&str, &str)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Everything but letters and digits, byte by byte.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The colours of Telegram's own clients.
fn theme(dark: bool) -> Value {
    if dark {
        json!({"bg_color": "#17212b", "text_color": "#f5f5f5", "hint_color": "#708499", "link_color": "#6ab3f3",
            "button_color": "#5288c1", "button_text_color": "#ffffff", "secondary_bg_color": "#232e3c",
            "section_bg_color": "#17212b", "subtitle_text_color": "#93a8ba", "destructive_text_color": "#ec3942"})
    } else {
        json!({"bg_color": "#ffffff", "text_color": "#000000", "hint_color": "#999999", "link_color": "#168acd",
            "button_color": "#40a7e3", "button_text_color": "#ffffff", "secondary_bg_color": "#f1f1f1",
            "section_bg_color": "#ffffff", "subtitle_text_color": "#6d7883", "destructive_text_color": "#d14e4e"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_app_is_beside_the_first() {
        assert_eq!(
            beside("http://127.0.0.1:1/app/", "panel"),
            "http://127.0.0.1:1/panel/"
        );
        assert_eq!(
            beside("http://127.0.0.1:1/app", "../x"),
            "http://127.0.0.1:1/%2E%2E%2Fx/"
        );
    }

    /// Computed apart from this code, with Python's hmac.
    #[test]
    fn init_data_is_signed_as_telegram_does() {
        let signed = init_data("123:abc", r#"{"id":7}"#, "1760000000");
        assert_eq!(
            signed,
            "auth_date=1760000000&user=%7B%22id%22%3A7%7D&hash=bd1e478fae85b59f53896860853a966f4ac04229d1028d1814d9df991a348d1e"
        );
    }
}
