//! Kling's own API, the 3.x generation. Source: kling.ai/document-api (3-0-omni, error-codes).

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, extract::rejection::JsonRejection};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::studio::{Protocol, Studio, page};
use crate::task::{Ending, Task, Trouble, Wish};

/// Kling.
pub const PROTOCOL: Protocol = Protocol {
    name: "kling",
    routes,
    report: Some(record),
    key: str::to_owned,
};

/// The models that it renders.
const MODELS: [&str; 2] = ["kling-3.0", "kling-3.0-turbo"];
/// Millionths of a dollar for a second of video.
const MICRO_USD_PER_SECOND: u32 = 84_000;

fn routes() -> Router<Studio> {
    Router::new()
        .route("/{form}/{model}", post(create))
        .route("/tasks", get(tasks))
}

#[derive(Debug, Deserialize)]
struct Body {
    prompt: Option<String>,
    #[serde(default)]
    contents: Vec<Value>,
    #[serde(default)]
    settings: Map<String, Value>,
    #[serde(default)]
    options: Map<String, Value>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// `POST /text-to-video/kling-3.0`, `POST /image-to-video/kling-3.0`.
async fn create(
    State(studio): State<Studio>,
    Path((form, model)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Json<Body>, JsonRejection>,
) -> Response {
    let troubles = studio.troubles_of_order();
    if let Some(turned_away) = Studio::turned_away(&troubles) {
        return turned_away;
    }
    if !studio.lets_in(&headers) {
        return refusal(401, 1002, "Authorization is invalid");
    }
    if let Some(refused) = troubles.iter().find_map(|trouble| refused(*trouble)) {
        return refused;
    }
    let Ok(Json(body)) = body else {
        return refusal(400, 1200, "Invalid request parameters");
    };
    if !MODELS.contains(&model.as_str()) {
        return refusal(
            404,
            1203,
            "The requested resource does not exist, such as the model",
        );
    }
    let wish = match wish(&studio, &form, model, &body) {
        Ok(wish) => wish,
        Err(why) => return refusal(400, 1201, why),
    };
    let taken = |task: &Task| task.wish.own_name.is_some() && task.wish.own_name == wish.own_name;
    if studio.tasks().iter().any(taken) {
        return refusal(400, 1201, "external_task_id already exists");
    }
    let task = studio.accept(wish, troubles);
    Studio::answered(&task, success(&head(&task, studio.now_ms())))
}

/// What is refused on purpose. 429 is billing as well as rate.
fn refused(trouble: Trouble) -> Option<Response> {
    Some(match trouble {
        Trouble::Busy => refusal(429, 1303, "parallel task over resource pack limit"),
        Trouble::Unpaid => refusal(429, 1102, "Resource pack depleted or expired"),
        Trouble::Retired => refusal(
            404,
            1203,
            "The requested resource does not exist, such as the model",
        ),
        Trouble::Refused => refusal(400, 1301, "Content security policy triggered"),
        _ => return None,
    })
}

/// Reads an order as strictly as the documentation does.
fn wish(studio: &Studio, form: &str, model: String, body: &Body) -> Result<Wish, &'static str> {
    let part = |kind: &str, field: &str| {
        let found = body.contents.iter().find(|part| part["type"] == kind);
        found.and_then(|part| part[field].as_str())
    };
    let with_photo = match form {
        "text-to-video" => false,
        "image-to-video" => true,
        _ => return Err("no such function"),
    };
    let prompt = if with_photo {
        part("prompt", "text")
    } else {
        body.prompt.as_deref()
    };
    let prompt = prompt.filter(|text| (1..=3072).contains(&text.chars().count()));
    let seconds = body.settings.get("duration").and_then(Value::as_u64);
    let seconds = seconds.and_then(|seconds| u32::try_from(seconds).ok());
    let photo = with_photo.then(|| {
        part("first_frame", "url")
            .and_then(inline)
            .ok_or("first_frame is required")
    });
    complain(studio, body, with_photo);
    let option = |name: &str| body.options.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Wish {
        model,
        prompt: prompt.ok_or("prompt is required")?.to_owned(),
        seconds: seconds
            .filter(|seconds| (3..=15).contains(seconds))
            .ok_or("duration is invalid")?,
        aspect: body
            .settings
            .get("aspect_ratio")
            .and_then(Value::as_str)
            .map(str::to_owned),
        photo: photo.transpose()?,
        callback_url: option("callback_url"),
        own_name: option("external_task_id"),
    })
}

/// Base64 without a prefix. (An address would be fetched; this server takes none.)
fn inline(text: &str) -> Option<Bytes> {
    STANDARD.decode(text).ok().map(Bytes::from)
}

/// What would pass in silence and do something else than was meant.
fn complain(studio: &Studio, body: &Body, with_photo: bool) {
    let settings = ["multi_shot", "audio", "resolution", "duration", "aspect_ratio"];
    let options = ["callback_url", "external_task_id", "watermark_info"];
    let unknown = body
        .settings
        .keys()
        .filter(|name| !settings.contains(&name.as_str()));
    let unknown = unknown.chain(
        body.options
            .keys()
            .filter(|name| !options.contains(&name.as_str())),
    );
    for name in unknown.chain(body.others.keys()) {
        studio.complain(format!("kling: `{name}` is no field"));
    }
    if body.settings.get("multi_shot") != Some(&json!(false)) {
        studio.complain("kling: without multi_shot: false the video has several shots".to_owned());
    }
    if with_photo && body.settings.contains_key("aspect_ratio") {
        studio.complain("kling: with a photo there is no aspect_ratio".to_owned());
    }
}

#[derive(Debug, Deserialize)]
struct Asked {
    task_ids: Option<String>,
    external_task_ids: Option<String>,
}

/// `GET /tasks?task_ids=…` or `?external_task_ids=…`.
async fn tasks(State(studio): State<Studio>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    match studio.trouble_of_look_up() {
        Some(Trouble::LookUpBusy) => return refusal(429, 1302, "Rate limit exceeded"),
        Some(_) => return page(StatusCode::INTERNAL_SERVER_ERROR),
        None => {}
    }
    if !studio.lets_in(&headers) {
        return refusal(401, 1002, "Authorization is invalid");
    }
    let found = match (asked.task_ids, asked.external_task_ids) {
        (Some(id), None) => studio.look(|task| task.id == id),
        (None, Some(name)) => studio.look(|task| task.wish.own_name.as_deref() == Some(name.as_str())),
        _ => {
            return refusal(
                400,
                1200,
                "task_ids and external_task_ids cannot be used together",
            );
        }
    };
    let records: Vec<Value> = found.iter().map(|task| data(&studio, task)).collect();
    success(&json!(records))
}

fn status(task: &Task, now_ms: i64) -> &'static str {
    match task.ending(now_ms) {
        None if now_ms == task.created_at_ms => "submitted",
        None => "processing",
        Some(Ending::Video | Ending::Nothing) => "succeeded",
        Some(Ending::Failed | Ending::Moderated) => "failed",
    }
}

fn head(task: &Task, now_ms: i64) -> Value {
    json!({
        "id": task.id,
        "status": status(task, now_ms),
        "create_time": task.created_at_ms,
        "update_time": now_ms,
        "external_id": task.wish.own_name.clone().unwrap_or_default(),
    })
}

fn data(studio: &Studio, task: &Task) -> Value {
    let now_ms = studio.now_ms();
    let mut data = head(task, now_ms);
    data["message"] = json!(match task.ending(now_ms) {
        Some(Ending::Failed) => "Generation failed, please try again",
        Some(Ending::Moderated) => "The content triggered the platform's risk control",
        _ => "",
    });
    data["outputs"] = json!([]);
    if task.ending(now_ms) == Some(Ending::Video) {
        let seconds = task.wish.seconds;
        let url = task.url(studio.base_url());
        data["outputs"] = json!([{"type": "video", "id": "1", "url": url, "duration": seconds.to_string()}]);
        let micro_usd = u64::from(seconds) * u64::from(MICRO_USD_PER_SECOND);
        let amount = format!("{}.{:06}", micro_usd / 1_000_000, micro_usd % 1_000_000);
        data["billing"] =
            json!([{"charge_type": "cash", "cash_type": "balance", "amount": amount, "currency": "USD"}]);
    }
    data
}

/// A callback has the body of a query's answer.
fn record(studio: &Studio, task: &Task) -> Value {
    json!({"code": 0, "message": "SUCCEED", "request_id": "played", "data": [data(studio, task)]})
}

fn success(data: &Value) -> Response {
    Json(json!({"code": 0, "message": "SUCCEED", "request_id": "played", "data": data})).into_response()
}

fn refusal(status: u16, code: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (
        status,
        Json(json!({"code": code, "message": message, "request_id": "played"})),
    )
        .into_response()
}
