//! Kling's first API, for accounts with an access key and a secret key. Source: Kling's own pages on it (text2video,
//! image2video, authentication), as clients of it have copied them. It is not asked to call back.

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::jwt;
use crate::studio::{Protocol, Studio, page};
use crate::task::{Ending, Task, Trouble, Wish};

/// Kling's first API.
pub const PROTOCOL: Protocol = Protocol {
    name: "klingv1",
    routes,
    report: None,
    key: |id| format!("access-of-{id}:{id}"),
};

const MODELS: [&str; 2] = ["kling-v2-5-turbo", "kling-v2-6"];
/// What an order may say.
const FIELDS: [&str; 8] = [
    "model_name",
    "prompt",
    "mode",
    "duration",
    "aspect_ratio",
    "image",
    "external_task_id",
    "sound",
];
/// Longer than this no token is meant to hold, in seconds.
const TOKEN_SECONDS_MAX: i64 = 1800;

fn routes() -> Router<Studio> {
    Router::new()
        .route("/v1/videos/{book}", post(create))
        .route("/v1/videos/{book}/{id}", get(task))
}

/// What is wrong with what the caller shows, if anything is.
fn stranger(studio: &Studio, headers: &HeaderMap) -> Option<Response> {
    let (access, secret) = studio.api_key().split_once(':').unwrap_or_default();
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let Some(token) = shown.and_then(|value| value.strip_prefix("Bearer ")) else {
        return Some(refusal(401, 1001, "Authorization is empty"));
    };
    let Some((head, claims)) = jwt::signed_by_secret(token, secret) else {
        return Some(refusal(401, 1002, "Authorization is invalid"));
    };
    if head["alg"] != "HS256" || claims["iss"] != access {
        return Some(refusal(401, 1002, "Authorization is invalid"));
    }
    let at = |name: &str| claims[name].as_i64().unwrap_or_default();
    let now = studio.now_ms() / 1000;
    if at("nbf") > now {
        return Some(refusal(401, 1003, "Authorization is not yet valid"));
    }
    if at("exp") <= now {
        return Some(refusal(401, 1004, "Authorization has expired"));
    }
    if at("exp") > now + TOKEN_SECONDS_MAX {
        studio.complain("klingv1: a token that holds too long".to_owned());
    }
    None
}

/// `POST /v1/videos/text2video`, `POST /v1/videos/image2video`.
async fn create(
    State(studio): State<Studio>,
    Path(book): Path<String>,
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
        return refusal(400, 1200, "Invalid request parameters");
    };
    let wish = match wish(&studio, &book, &body) {
        Ok(wish) => wish,
        Err((status, code, why)) => return refusal(status, code, why),
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

type Wrong = (u16, u16, &'static str);

fn wish(studio: &Studio, book: &str, body: &Value) -> Result<Wish, Wrong> {
    let wrong = |why| (400, 1201, why);
    let text = |name: &str| body[name].as_str();
    let with_photo = match book {
        "text2video" => false,
        "image2video" => true,
        _ => return Err((404, 1202, "The requested method does not exist")),
    };
    for name in body.as_object().into_iter().flat_map(|fields| fields.keys()) {
        if !FIELDS.contains(&name.as_str()) {
            studio.complain(format!("klingv1: `{name}` is no field"));
        }
    }
    let model = text("model_name").filter(|model| MODELS.contains(model));
    let prompt = text("prompt").filter(|text| (1..=2500).contains(&text.chars().count()));
    let seconds = match text("duration") {
        Some("5") => 5,
        Some("10") => 10,
        _ => return Err(wrong("duration is invalid")),
    };
    if !text("mode").is_some_and(|mode| ["std", "pro"].contains(&mode)) {
        return Err(wrong("mode is invalid"));
    }
    let photo = with_photo.then(|| {
        let bytes = text("image").and_then(|data| STANDARD.decode(data).ok());
        bytes.map(Bytes::from).ok_or(wrong("image is required"))
    });
    Ok(Wish {
        model: model
            .ok_or((
                404,
                1203,
                "The requested resource does not exist, such as the model",
            ))?
            .to_owned(),
        prompt: prompt.ok_or(wrong("prompt is required"))?.to_owned(),
        seconds,
        aspect: text("aspect_ratio").map(str::to_owned),
        photo: photo.transpose()?,
        callback_url: None,
        own_name: text("external_task_id").map(str::to_owned),
    })
}

/// `GET /v1/videos/{book}/{id}`: of that book alone.
async fn task(
    State(studio): State<Studio>,
    Path((book, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    match studio.trouble_of_look_up() {
        Some(Trouble::LookUpBusy) => return refusal(429, 1302, "Rate limit exceeded"),
        Some(_) => return page(StatusCode::INTERNAL_SERVER_ERROR),
        None => {}
    }
    if let Some(refused) = stranger(&studio, &headers) {
        return refused;
    }
    let in_book = |task: &Task| task.wish.photo.is_some() == (book == "image2video");
    match studio.look(|task| task.id == id && in_book(task)) {
        Some(task) => success(&data(&studio, &task)),
        None => refusal(
            404,
            1203,
            "The requested resource does not exist, such as the task",
        ),
    }
}

fn head(task: &Task, now_ms: i64) -> Value {
    let status = match task.ending(now_ms) {
        None if now_ms == task.created_at_ms => "submitted",
        None => "processing",
        Some(Ending::Video | Ending::Nothing) => "succeed",
        Some(Ending::Failed | Ending::Moderated) => "failed",
    };
    json!({
        "task_id": task.id, "task_status": status, "task_info": {"external_task_id": task.wish.own_name},
        "created_at": task.created_at_ms, "updated_at": now_ms,
    })
}

fn data(studio: &Studio, task: &Task) -> Value {
    let now_ms = studio.now_ms();
    let mut data = head(task, now_ms);
    data["task_status_msg"] = json!(match task.ending(now_ms) {
        Some(Ending::Failed) => "Generation failed, please try again",
        Some(Ending::Moderated) => "The content triggered the platform's risk control",
        _ => "",
    });
    let videos = match task.ending(now_ms) {
        Some(Ending::Video) => {
            let url = task.url(studio.base_url());
            json!([{"id": "1", "url": url, "duration": task.wish.seconds.to_string()}])
        }
        _ => json!([]),
    };
    data["task_result"] = json!({ "videos": videos });
    data
}

fn success(data: &Value) -> Response {
    Json(json!({"code": 0, "message": "SUCCEED", "request_id": "played", "data": data})).into_response()
}

fn refusal(status: u16, code: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({"code": code, "message": message, "request_id": "played"});
    (status, Json(body)).into_response()
}
