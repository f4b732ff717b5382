//! Google's Interactions API with Gemini Omni. Source: ai.google.dev (interactions, omni). It does not call back; its files are
//! given out to the key alone, and lead on to another host; a record holds the photo that came with the order.

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::studio::{Protocol, Studio, page};
use crate::task::{Ending, Task, Trouble, Wish};

/// Google.
pub const PROTOCOL: Protocol = Protocol {
    name: "google",
    routes,
    report: None,
    key: str::to_owned,
};

/// Where the key is shown.
pub(crate) const KEY_HEADER: &str = "x-goog-api-key";
const MODELS: [&str; 2] = ["gemini-omni-1.1-flash", "gemini-omni-1.2-flash"];

fn routes() -> Router<Studio> {
    Router::new()
        .route("/v1beta/interactions", post(create))
        .route("/v1beta/interactions/{id}", get(interaction))
        .route("/v1beta/files/{name}", get(file))
}

/// `POST /v1beta/interactions`.
async fn create(
    State(studio): State<Studio>,
    headers: HeaderMap,
    body: Result<Json<Value>, JsonRejection>,
) -> Response {
    let troubles = studio.troubles_of_order();
    if let Some(turned_away) = Studio::turned_away(&troubles) {
        return turned_away;
    }
    if let Some(refused) = stranger(&studio, &headers) {
        return refused;
    }
    if let Some(refused) = troubles.iter().find_map(|trouble| refused(*trouble)) {
        return refused;
    }
    let Ok(Json(body)) = body else {
        return refusal(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
    };
    match wish(&studio, &body) {
        Ok(wish) => {
            let task = studio.accept(wish, troubles);
            let head =
                json!({"id": task.id, "status": "queued", "model": task.wish.model, "object": "interaction"});
            Studio::answered(&task, Json(head).into_response())
        }
        Err((status, kind, why)) => refusal(status, kind, why),
    }
}

/// Without the revision, answers come in an older form, which nobody here reads.
fn stranger(studio: &Studio, headers: &HeaderMap) -> Option<Response> {
    if headers
        .get("api-revision")
        .is_none_or(|shown| shown != "2026-05-20")
    {
        studio.complain("google: no Api-Revision".to_owned());
    }
    if studio.lets_in_by(KEY_HEADER, headers) {
        return None;
    }
    let why = "API key not valid. Please pass a valid API key.";
    Some(refusal(400, "INVALID_ARGUMENT", why))
}

/// What is refused on purpose. 429 is billing as well as rate.
fn refused(trouble: Trouble) -> Option<Response> {
    Some(match trouble {
        Trouble::Busy => {
            let why = "You exceeded your current quota, please check your plan. Please retry in 7s.";
            refusal(429, "RESOURCE_EXHAUSTED", why)
        }
        Trouble::Unpaid => refusal(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
        Trouble::Retired => refusal(404, "NOT_FOUND", "models/gemini-omni is not found."),
        Trouble::Refused => refusal(
            400,
            "INVALID_ARGUMENT",
            "The input was blocked by our safety policies.",
        ),
        _ => return None,
    })
}

type Wrong = (u16, &'static str, &'static str);

fn wish(studio: &Studio, body: &Value) -> Result<Wish, Wrong> {
    let wrong = |why| (400, "INVALID_ARGUMENT", why);
    let text = |place: &str| body.pointer(place).and_then(Value::as_str);
    let model = text("/model").filter(|model| MODELS.contains(model));
    let model = model.ok_or((404, "NOT_FOUND", "models/gemini-omni is not found."))?;
    let seconds = text("/response_format/duration").and_then(|length| length.strip_suffix('s')?.parse().ok());
    let seconds = seconds.filter(|seconds| (3..=10).contains(seconds));
    let aspect = text("/response_format/aspect_ratio").filter(|aspect| ["16:9", "9:16"].contains(aspect));
    let resolution = text("/response_format/resolution");
    if !resolution.is_some_and(|it| ["360p", "720p", "1080p", "4k"].contains(&it)) {
        return Err(wrong("response_format.resolution is not supported."));
    }
    let (prompt, photo) = input(&body["input"]).ok_or(wrong("input is not valid."))?;
    if body["background"] != json!(true) {
        studio.complain("google: without `background` nobody answers before the video is there".to_owned());
    }
    if text("/response_format/delivery") != Some("uri") || text("/response_format/type") != Some("video") {
        studio.complain("google: the video would come in the answer".to_owned());
    }
    Ok(Wish {
        model: model.to_owned(),
        prompt,
        seconds: seconds.ok_or(wrong("response_format.duration must be from \"3s\" to \"10s\"."))?,
        aspect: Some(
            aspect
                .ok_or(wrong("response_format.aspect_ratio is not supported."))?
                .to_owned(),
        ),
        photo,
        ..Wish::default()
    })
}

/// A text, or a list with a text and maybe a picture.
fn input(input: &Value) -> Option<(String, Option<Bytes>)> {
    if let Some(prompt) = input.as_str() {
        return (!prompt.is_empty()).then(|| (prompt.to_owned(), None));
    }
    let part = |kind: &str| input.as_array()?.iter().find(|part| part["type"] == kind);
    let prompt = part("text")?["text"].as_str()?.to_owned();
    let Some(image) = part("image") else {
        return Some((prompt, None));
    };
    let data = image["data"]
        .as_str()
        .filter(|_| image["mime_type"].is_string())?;
    Some((prompt, Some(STANDARD.decode(data).ok()?.into())))
}

/// `GET /v1beta/interactions/{id}`.
async fn interaction(State(studio): State<Studio>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match studio.trouble_of_look_up() {
        Some(Trouble::LookUpBusy) => return refusal(429, "RESOURCE_EXHAUSTED", "Please retry in 7s."),
        Some(_) => return page(StatusCode::INTERNAL_SERVER_ERROR),
        None => {}
    }
    if let Some(refused) = stranger(&studio, &headers) {
        return refused;
    }
    match studio.look(|task| task.id == id) {
        Some(task) => Json(record(&studio, &task)).into_response(),
        None => refusal(400, "INVALID_ARGUMENT", "Invalid interaction name."),
    }
}

fn record(studio: &Studio, task: &Task) -> Value {
    let text = |text: &str| json!({"type": "text", "text": text});
    let photo = task
        .wish
        .photo
        .as_ref()
        .map(|photo| json!({"type": "image", "mime_type": "image/png", "data": STANDARD.encode(photo)}));
    let asked: Vec<Value> = photo.into_iter().chain([text(&task.wish.prompt)]).collect();
    let mut steps = vec![json!({"type": "user_input", "content": asked})];
    let mut made = |content: Value| steps.push(json!({"type": "model_output", "content": [content]}));
    let now_ms = studio.now_ms();
    let ending = task.ending(now_ms);
    match ending {
        Some(Ending::Video) => made(json!({
            "type": "video", "mime_type": "video/mp4",
            "uri": format!("{}/v1beta/files/{}.{}", studio.base_url(), task.id, task.serial()),
        })),
        Some(Ending::Moderated) => made(text("I cannot make such a video.")),
        _ => {}
    }
    let status = match ending {
        None if now_ms == task.created_at_ms => "queued",
        None => "in_progress",
        Some(Ending::Failed) => "failed",
        Some(Ending::Video | Ending::Nothing | Ending::Moderated) => "completed",
    };
    let error = (ending == Some(Ending::Failed)).then(|| json!({"message": "Internal error encountered."}));
    json!({"id": task.id, "status": status, "model": task.wish.model, "steps": steps, "error": error})
}

#[derive(Debug, Deserialize)]
struct Alt {
    alt: Option<String>,
    /// It was led on here from its own address.
    hop: Option<u8>,
}

/// `GET /v1beta/files/{file}:download?alt=media`: to whoever shows the key, once more at another address here, and from
/// another host.
async fn file(
    State(studio): State<Studio>,
    Path(name): Path<String>,
    Query(query): Query<Alt>,
    headers: HeaderMap,
) -> Response {
    if !studio.lets_in_by(KEY_HEADER, &headers) {
        return refusal(
            403,
            "PERMISSION_DENIED",
            "Method doesn't allow unregistered callers.",
        );
    }
    let media = query.alt.as_deref() == Some("media");
    let named = name.strip_suffix(":download").filter(|_| media);
    let Some((id, serial)) = named.and_then(|name| name.rsplit_once('.')) else {
        return Json(json!({"name": name, "mimeType": "video/mp4"})).into_response();
    };
    if query.hop.is_none() {
        let place = format!("{}/v1beta/files/{name}?alt=media&hop=1", studio.base_url());
        return (StatusCode::FOUND, [(header::LOCATION, place)]).into_response();
    }
    // Another name of this machine is another host.
    let elsewhere = studio.base_url().replace("127.0.0.1", "localhost");
    let place = format!("{elsewhere}/files/{id}/{serial}.mp4");
    (StatusCode::FOUND, [(header::LOCATION, place)]).into_response()
}

fn refusal(status: u16, kind: &str, message: &str) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({"error": {"code": status, "message": message, "status": kind}});
    (code, Json(body)).into_response()
}
