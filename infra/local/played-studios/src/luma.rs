//! Luma's Agents API. Source: docs.lumalabs.ai (agents). It does not call back.

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

/// Luma.
pub const PROTOCOL: Protocol = Protocol {
    name: "luma",
    routes,
    report: None,
    key: str::to_owned,
};

fn routes() -> Router<Studio> {
    Router::new()
        .route("/generations", post(create))
        .route("/generations/{id}", get(generation))
}

/// `POST /v1/generations`.
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
        return refusal(401, "Invalid API key");
    }
    if let Some(refused) = troubles.iter().find_map(|trouble| refused(*trouble)) {
        return refused;
    }
    let Ok(Json(body)) = body else {
        return refusal(400, "The body is no JSON");
    };
    match wish(&studio, &body) {
        Ok(wish) => {
            let task = studio.accept(wish, troubles);
            let created = (StatusCode::CREATED, Json(record(&studio, &task)));
            Studio::answered(&task, created.into_response())
        }
        Err((status, why)) => refusal(status, why),
    }
}

fn refused(trouble: Trouble) -> Option<Response> {
    Some(match trouble {
        Trouble::Busy => ([("retry-after", "7")], refusal(429, "Rate limit exceeded")).into_response(),
        Trouble::Unpaid => refusal(402, "Insufficient credits"),
        Trouble::Retired => refusal(404, "The model is not available"),
        Trouble::Refused => refusal(400, "The prompt was rejected by content moderation"),
        _ => return None,
    })
}

fn wish(studio: &Studio, body: &Value) -> Result<Wish, (u16, &'static str)> {
    let text = |place: &str| body.pointer(place).and_then(Value::as_str);
    if (text("/model"), text("/type")) != (Some("ray-3.2"), Some("video")) {
        return Err((404, "The model is not available"));
    }
    let prompt = text("/prompt").filter(|text| (1..=6000).contains(&text.chars().count()));
    let seconds = match text("/video/duration") {
        Some("5s") => 5,
        Some("10s") => 10,
        _ => return Err((422, "video.duration must be 5s or 10s")),
    };
    let resolutions = ["540p", "720p", "1080p"];
    if !text("/video/resolution").is_some_and(|resolution| resolutions.contains(&resolution)) {
        return Err((422, "video.resolution is not supported"));
    }
    complain(studio, body);
    Ok(Wish {
        model: "ray-3.2".to_owned(),
        prompt: prompt.ok_or((422, "prompt is required"))?.to_owned(),
        seconds,
        aspect: text("/aspect_ratio").map(str::to_owned),
        photo: photo(body)?,
        ..Wish::default()
    })
}

/// Just one of `url` and `data`; the latter with its `media_type`. (An address would be fetched; this server takes none.)
fn photo(body: &Value) -> Result<Option<Bytes>, (u16, &'static str)> {
    let Some(frame) = body.pointer("/video/keyframes/0") else {
        return Ok(None);
    };
    let data = frame["data"].as_str().filter(|_| frame["media_type"].is_string());
    let bytes = data.and_then(|data| STANDARD.decode(data).ok());
    Ok(Some(bytes.ok_or((422, "keyframes[0] is no picture"))?.into()))
}

/// What would pass in silence and do something else than was meant.
fn complain(studio: &Studio, body: &Value) {
    let known = ["model", "type", "prompt", "aspect_ratio", "video"];
    let of_video = ["resolution", "duration", "keyframes", "keyframe_indexes"];
    let names = |value: &Value, known: &[&str]| -> Vec<String> {
        let fields = value.as_object().into_iter().flat_map(|fields| fields.keys());
        fields
            .filter(|name| !known.contains(&name.as_str()))
            .cloned()
            .collect()
    };
    for name in names(body, &known)
        .into_iter()
        .chain(names(&body["video"], &of_video))
    {
        studio.complain(format!("luma: `{name}` is no field"));
    }
    if body.pointer("/video/keyframes").is_some()
        && body.pointer("/video/keyframe_indexes") != Some(&json!([0]))
    {
        studio.complain("luma: keyframes without their indexes".to_owned());
    }
}

/// `GET /v1/generations/{id}`.
async fn generation(State(studio): State<Studio>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match studio.trouble_of_look_up() {
        Some(Trouble::LookUpBusy) => return refusal(429, "Rate limit exceeded"),
        Some(_) => return page(StatusCode::INTERNAL_SERVER_ERROR),
        None => {}
    }
    if !studio.lets_in(&headers) {
        return refusal(401, "Invalid API key");
    }
    match studio.look(|task| task.id == id) {
        Some(task) => Json(record(&studio, &task)).into_response(),
        None => refusal(404, "Generation not found"),
    }
}

fn record(studio: &Studio, task: &Task) -> Value {
    let now_ms = studio.now_ms();
    let (state, failure) = match task.ending(now_ms) {
        None if now_ms == task.created_at_ms => ("queued", None),
        None => ("processing", None),
        Some(Ending::Video | Ending::Nothing) => ("completed", None),
        Some(Ending::Failed) => ("failed", Some(("generation_failed", "The generation failed"))),
        Some(Ending::Moderated) => (
            "failed",
            Some(("content_moderated", "The output was not allowed")),
        ),
    };
    let output = match task.ending(now_ms) {
        Some(Ending::Video) => json!([{"type": "video", "url": task.url(studio.base_url())}]),
        _ => json!([]),
    };
    json!({
        "id": task.id, "type": "video", "state": state, "model": task.wish.model, "created_at": "2026-11-21T09:00:00Z",
        "output": output,
        "failure_reason": failure.map(|(_, reason)| reason),
        "failure_code": failure.map(|(code, _)| code),
    })
}

fn refusal(status: u16, detail: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(json!({ "detail": detail }))).into_response()
}
