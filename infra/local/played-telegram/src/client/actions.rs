//! What the person at the page does.
//!
//! Every body has a content type that a page from elsewhere cannot send unasked, so no other site can play the user.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::PlayedTelegram;
use crate::error::Error;
use crate::server::Server;
use crate::wire;

type Played = State<Arc<Server>>;

/// The id of the first user made at the page.
const FIRST_USER_ID: i64 = 100_001;

pub(super) fn told<T>(result: Result<T, Error>) -> Response {
    match result {
        Ok(_) => Json(json!(true)).into_response(),
        Err(error) => (StatusCode::CONFLICT, error.to_string()).into_response(),
    }
}

pub(super) async fn users(State(server): Played) -> Json<Vec<Value>> {
    Json(server.read(|state| state.users.values().map(wire::user).collect()))
}

#[derive(Deserialize)]
pub(super) struct NewUser {
    first_name: String,
    language_code: String,
}

pub(super) async fn create_user(State(server): Played, Json(new): Json<NewUser>) -> Json<Value> {
    let telegram = PlayedTelegram { server };
    let taken = telegram
        .users()
        .iter()
        .map(|user| user.id + 1)
        .max()
        .unwrap_or_default();
    let user = telegram.create_user(
        taken.max(FIRST_USER_ID),
        &new.first_name,
        Some(&new.language_code),
    );
    Json(wire::user(&user))
}

#[derive(Deserialize)]
pub(super) struct Said {
    text: String,
}

pub(super) async fn say(State(server): Played, Path(user): Path<i64>, Json(said): Json<Said>) -> Response {
    told(PlayedTelegram { server }.say(user, &said.text))
}

#[derive(Deserialize)]
pub(super) struct Caption {
    #[serde(default)]
    caption: String,
}

pub(super) async fn photo(
    State(server): Played,
    Path(user): Path<i64>,
    Query(Caption { caption }): Query<Caption>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|kind| kind.starts_with("image/")) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    told(PlayedTelegram { server }.send_photo(user, bytes, &caption).await)
}

/// Characters that people say in a second.
const CHARS_A_SECOND: usize = 12;

/// The page has no microphone: what was typed is what is said.
pub(super) async fn voice(
    State(server): Played,
    Path(user): Path<i64>,
    Json(Said { text }): Json<Said>,
) -> Response {
    let seconds = text.chars().count().div_ceil(CHARS_A_SECOND).clamp(1, 600);
    let seconds = u32::try_from(seconds).unwrap_or(1);
    let bytes = crate::voice(&text, seconds);
    told(PlayedTelegram { server }.send_voice(user, bytes, seconds, ""))
}

#[derive(Deserialize)]
pub(super) struct Press {
    message_id: i64,
    data: String,
}

pub(super) async fn press(
    State(server): Played,
    Path(user): Path<i64>,
    Json(press): Json<Press>,
) -> Response {
    told(PlayedTelegram { server }.press(user, press.message_id, &press.data))
}

#[derive(Deserialize)]
pub(super) struct Blocked {
    blocked: bool,
}

pub(super) async fn set_blocked(
    State(server): Played,
    Path(user): Path<i64>,
    Json(Blocked { blocked }): Json<Blocked>,
) -> Response {
    let telegram = PlayedTelegram { server };
    told(if blocked {
        telegram.block(user)
    } else {
        telegram.unblock(user)
    })
}

#[derive(Deserialize)]
pub(super) struct Language {
    language_code: String,
}

pub(super) async fn set_language(
    State(server): Played,
    Path(user): Path<i64>,
    Json(Language { language_code }): Json<Language>,
) -> Response {
    told(PlayedTelegram { server }.set_language(user, Some(&language_code)))
}

#[derive(Deserialize)]
pub(super) struct Deleted {
    message_id: i64,
}

pub(super) async fn delete(
    State(server): Played,
    Path(user): Path<i64>,
    Json(Deleted { message_id }): Json<Deleted>,
) -> Response {
    told(PlayedTelegram { server }.delete_message(user, message_id))
}
