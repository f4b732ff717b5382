//! `/cloud`: what the local cloud is doing, for a person; `/cloud.json` for a machine. `POST /cloud/run/DailyReportFunction`
//! fires a function's first schedule now. Served beside the page.

use std::sync::Weak;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use local_lambda::{LocalLambda, Outcome};

use crate::stats::Stats;

/// Weak, so that a browser left open does not keep the functions alive after the end.
type Local = State<Weak<LocalLambda>>;

pub(crate) fn router(local: Weak<LocalLambda>) -> Router {
    Router::new()
        .route("/cloud", get(text))
        .route("/cloud.json", get(json))
        .route("/cloud/run/{function}", post(run))
        .with_state(local)
}

async fn text(local: Local) -> Response {
    match stats(local).await {
        Some(stats) => stats.to_string().into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn json(local: Local) -> Response {
    match stats(local).await {
        Some(stats) => Json(stats.json()).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn stats(State(local): Local) -> Option<Stats> {
    Stats::of(local.upgrade()?.as_ref()).await.ok()
}

/// Waits for what comes of it: the function's own answer, or why there is none.
async fn run(State(local): Local, Path(function): Path<String>) -> Response {
    let Some(local) = local.upgrade() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    match local.trigger_now(&function).await {
        Ok(Outcome::Answered(answer)) => answer.into_response(),
        Ok(failed) => (StatusCode::BAD_GATEWAY, format!("{failed:?}\n")).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, format!("{error}\n")).into_response(),
    }
}
