//! `POST /api/v1/jobs/createTask`, and `POST /api/v1/generate` for Suno's songs.

mod wish;

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::envelope::{cut, gateway, refusal, success};
use crate::PlayedKie;
use crate::models::{self, Model};
use crate::product::Product;
use crate::task::Task;
use crate::trouble::Trouble;

/// How long a hung answer takes: longer than any caller waits.
const HUNG: Duration = Duration::from_mins(2);
/// `#slow`.
const SLOW_FACTOR: i64 = 10;

#[derive(Debug, Deserialize)]
pub(super) struct Body {
    model: String,
    #[serde(rename = "callBackUrl")]
    callback_url: Option<String>,
    #[serde(default)]
    input: Map<String, Value>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

pub(super) async fn create_task(
    State(kie): State<PlayedKie>,
    body: Result<Json<Body>, JsonRejection>,
) -> Response {
    let Ok(Json(body)) = body else {
        return refusal(400, "The request body is not what this endpoint expects");
    };
    create(&kie, body, known).await
}

/// A song's fields stand in the body itself.
pub(super) async fn create_song(
    State(kie): State<PlayedKie>,
    body: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Response {
    let Ok(Json(input)) = body else {
        return refusal(400, "The request body is not what this endpoint expects");
    };
    let callback_url = input.get("callBackUrl").and_then(Value::as_str);
    let body = Body {
        model: "suno".to_owned(),
        callback_url: callback_url.map(str::to_owned),
        input,
        others: Map::new(),
    };
    create(&kie, body, |_| Ok(models::suno())).await
}

type Known = fn(&str) -> Result<&'static Model, Box<Response>>;

async fn create(kie: &PlayedKie, body: Body, known: Known) -> Response {
    let (model, troubles) = match admit(kie, &body, known) {
        Ok(admitted) => admitted,
        Err(answer) => return *answer,
    };
    let task_id = accept(kie, body, model, troubles.clone()).await;
    answer(kie, &task_id, &troubles).await
}

/// Everything before acceptance: troubles, rate, model, fields, balance.
fn admit(
    kie: &PlayedKie,
    body: &Body,
    known: Known,
) -> Result<(&'static Model, Vec<Trouble>), Box<Response>> {
    let now_ms = kie.now_ms();
    let mut book = kie.book();
    let troubles = book.take_for_create(wish::prompt(&body.input));
    if let Some(answer) = troubles.iter().find_map(|trouble| turned_away(*trouble)) {
        return Err(Box::new(answer));
    }
    if !book.admit(now_ms, kie.config().creates_per_window) {
        return Err(Box::new(too_many()));
    }
    let model = known(&body.model)?;
    for name in body.others.keys() {
        book.complaints
            .push(format!("{}: `{name}` is no field of createTask", model.name));
    }
    let findings = model.check(&body.input);
    book.complaints.extend(findings.complaints);
    if let Some((code, text)) = findings.refusal {
        return Err(Box::new(refusal(code, &text)));
    }
    if book.credits_spent() >= kie.config().credits {
        return Err(Box::new(no_credits()));
    }
    Ok((model, troubles))
}

fn known(name: &str) -> Result<&'static Model, Box<Response>> {
    if models::paused(name) {
        return Err(Box::new(refusal(500, "This interface is temporarily paused")));
    }
    models::find(name).ok_or_else(|| Box::new(refusal(422, "The model name you specified is not supported")))
}

fn turned_away(trouble: Trouble) -> Option<Response> {
    Some(match trouble {
        Trouble::RateLimited => too_many(),
        Trouble::ServerError => refusal(500, "Internal Error, please try again later"),
        Trouble::Unavailable => gateway(StatusCode::SERVICE_UNAVAILABLE),
        Trouble::Maintenance => refusal(455, "The service is currently under maintenance"),
        Trouble::NoCredits => no_credits(),
        Trouble::Disabled => refusal(505, "This feature is currently disabled"),
        Trouble::Cut => cut(),
        _ => return None,
    })
}

fn too_many() -> Response {
    refusal(429, "Your call frequency is too high, please try again later")
}

fn no_credits() -> Response {
    refusal(
        402,
        "Credits insufficient: your current balance is not enough to run this request",
    )
}

/// Takes the order into the book and gives its id.
async fn accept(kie: &PlayedKie, body: Body, model: &'static Model, troubles: Vec<Trouble>) -> String {
    let (wish, picture_failure) = wish::wish(kie, &body.input, model).await;
    let now_ms = kie.now_ms();
    let mut book = kie.book();
    let ends_at_ms = end(now_ms, kie.render_ms(), &troubles);
    let has_callback = body.callback_url.is_some() && !troubles.contains(&Trouble::NoCallback);
    let product = Product::of(model);
    let part_due_ms = ends_at_ms.filter(|_| has_callback && product == Product::Song);
    let task = Task {
        id: book.next_task_id(now_ms),
        product,
        part_due_ms: part_due_ms.map(|ends| now_ms + (ends - now_ms) / 3),
        parts_sent: 0,
        model: body.model,
        input: body.input,
        wish,
        callback_url: body.callback_url,
        created_at_ms: now_ms,
        ends_at_ms,
        failure: picture_failure.or_else(|| failure(&troubles)),
        troubles,
        callback_due_ms: ends_at_ms.filter(|_| has_callback),
        callbacks_sent: 0,
        callback_accepted: false,
        lookups: 0,
        downloads: 0,
    };
    let id = task.id.clone();
    book.tasks.insert(id.clone(), task);
    id
}

fn end(now_ms: i64, render_ms: i64, troubles: &[Trouble]) -> Option<i64> {
    let has = |trouble| troubles.contains(&trouble);
    match (has(Trouble::Never), has(Trouble::Early), has(Trouble::Slow)) {
        (true, _, _) => None,
        (_, true, _) => Some(now_ms),
        (_, _, true) => Some(now_ms + SLOW_FACTOR * render_ms),
        _ => Some(now_ms + render_ms),
    }
}

fn failure(troubles: &[Trouble]) -> Option<(String, String)> {
    let said = |code: &str, text: &str| Some((code.to_owned(), text.to_owned()));
    troubles.iter().find_map(|trouble| match trouble {
        Trouble::Failed => said("500", "Internal Error, Please try again later."),
        Trouble::Moderated => said("400", "Your prompt was flagged as violating content policies."),
        _ => None,
    })
}

/// The answer, or what the caller gets instead of it.
async fn answer(kie: &PlayedKie, task_id: &str, troubles: &[Trouble]) -> Response {
    if troubles.contains(&Trouble::Early) {
        kie.report_now(task_id).await;
    }
    if troubles.contains(&Trouble::Lost) {
        return cut();
    }
    if troubles.contains(&Trouble::BadGateway) {
        return gateway(StatusCode::BAD_GATEWAY);
    }
    if troubles.contains(&Trouble::Hung) {
        tokio::time::sleep(HUNG).await;
    }
    success(&json!({ "taskId": task_id }))
}
