//! MiniMax's own API, second generation. Source: platform.minimax.io, as others quote it; refusals as the first generation
//! has them, in `base_resp`. It is played without callbacks.

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::studio::{Protocol, Studio, page};
use crate::task::{Ending, Task, Trouble, Wish};

/// MiniMax.
pub const PROTOCOL: Protocol = Protocol {
    name: "minimax",
    routes,
    report: None,
    key: str::to_owned,
};

fn routes() -> Router<Studio> {
    Router::new()
        .route("/v2/video_generation", post(create))
        .route("/v2/query/video_generation/{id}", get(query))
}

/// `POST /v2/video_generation`.
async fn create(
    State(studio): State<Studio>,
    headers: HeaderMap,
    body: Result<Json<Value>, JsonRejection>,
) -> Response {
    let troubles = studio.troubles_of_order();
    if let Some(turned_away) = Studio::turned_away(&troubles) {
        return turned_away;
    }
    if !studio.lets_in(&headers) {
        return refusal(2049, "invalid api key");
    }
    if let Some(refused) = troubles.iter().find_map(|trouble| refused(*trouble)) {
        return refused;
    }
    let Ok(Json(body)) = body else {
        return refusal(2013, "invalid params");
    };
    match wish(&studio, &body) {
        Ok(wish) => {
            let task = studio.accept(wish, troubles);
            Studio::answered(&task, Json(json!({"task_id": task.id})).into_response())
        }
        Err(why) => refusal(2013, why),
    }
}

fn refused(trouble: Trouble) -> Option<Response> {
    Some(match trouble {
        Trouble::Busy => refusal(1002, "rate limit"),
        Trouble::Unpaid => refusal(1008, "insufficient balance"),
        Trouble::Retired => refusal(2013, "invalid params, the model is no longer available"),
        Trouble::Refused => refusal(1026, "input new_sensitive"),
        _ => return None,
    })
}

fn wish(studio: &Studio, body: &Value) -> Result<Wish, &'static str> {
    let content = body["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    let part = |kind: &str| content.iter().find(|part| part["type"] == kind);
    let prompt = part("text").and_then(|part| part["text"].as_str());
    let prompt = prompt.filter(|text| (1..=2000).contains(&text.chars().count()));
    let seconds = body["duration"]
        .as_u64()
        .and_then(|seconds| u32::try_from(seconds).ok());
    if body["model"] != "MiniMax-H3" {
        return Err("invalid params, model");
    }
    if !["480P", "768P", "2K"]
        .iter()
        .any(|resolution| body["resolution"] == **resolution)
    {
        return Err("invalid params, resolution");
    }
    let photo = part("image_url").map(|part| photo(part).ok_or("invalid params, image_url"));
    complain(studio, body, photo.is_some());
    Ok(Wish {
        model: "MiniMax-H3".to_owned(),
        prompt: prompt.ok_or("invalid params, text")?.to_owned(),
        seconds: seconds
            .filter(|seconds| (4..=15).contains(seconds))
            .ok_or("invalid params, duration")?,
        aspect: body["ratio"].as_str().map(str::to_owned),
        photo: photo.transpose()?,
        ..Wish::default()
    })
}

/// A data URL. (A web address would be fetched; this server takes none.)
fn photo(part: &Value) -> Option<Bytes> {
    let url = part.pointer("/image_url/url")?.as_str()?;
    let (kind, data) = url.strip_prefix("data:image/")?.split_once(";base64,")?;
    let known = part["role"] == "first_frame" && ["png", "jpeg", "webp"].contains(&kind);
    STANDARD.decode(data).ok().filter(|_| known).map(Bytes::from)
}

/// What would pass in silence and do something else than was meant.
fn complain(studio: &Studio, body: &Value, with_photo: bool) {
    let known = ["model", "content", "duration", "resolution", "ratio"];
    let fields = body.as_object().into_iter().flat_map(|fields| fields.keys());
    for name in fields.filter(|name| !known.contains(&name.as_str())) {
        studio.complain(format!("minimax: `{name}` is no field"));
    }
    if with_photo == body["ratio"].is_string() {
        studio.complain("minimax: a shape goes with words alone".to_owned());
    }
}

/// `GET /v2/query/video_generation/{id}`.
async fn query(State(studio): State<Studio>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match studio.trouble_of_look_up() {
        Some(Trouble::LookUpBusy) => return refusal(1002, "rate limit"),
        Some(_) => return page(StatusCode::INTERNAL_SERVER_ERROR),
        None => {}
    }
    if !studio.lets_in(&headers) {
        return refusal(2049, "invalid api key");
    }
    match studio.look(|task| task.id == id) {
        Some(task) => Json(json!({"task": record(&studio, &task)})).into_response(),
        None => refusal(2013, "invalid params, task does not exist"),
    }
}

fn record(studio: &Studio, task: &Task) -> Value {
    let failed = |code: u16, message: &str| json!({"status_code": code, "status_msg": message});
    let (status, content, error) = match task.ending(studio.now_ms()) {
        None if studio.now_ms() == task.created_at_ms => ("queued", Value::Null, Value::Null),
        None => ("processing", Value::Null, Value::Null),
        Some(Ending::Video) => {
            let url = task.url(studio.base_url());
            ("succeeded", json!({ "url": url }), Value::Null)
        }
        Some(Ending::Nothing) => ("succeeded", json!({}), Value::Null),
        Some(Ending::Failed) => ("failed", Value::Null, failed(1000, "unknown error")),
        Some(Ending::Moderated) => ("failed", Value::Null, failed(1027, "output new_sensitive")),
    };
    json!({"task_id": task.id, "status": status, "content": content, "error": error})
}

/// Refusals come as HTTP 200.
fn refusal(code: u16, message: &str) -> Response {
    Json(json!({"base_resp": {"status_code": code, "status_msg": message}})).into_response()
}
