//! `/cloud`: what the local cloud is doing, for a person; `/cloud.json` for a machine. Served beside the page.

use std::sync::Weak;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use local_lambda::LocalLambda;

use crate::stats::Stats;

/// Weak, so that a browser left open does not keep the functions alive after the end.
type Local = State<Weak<LocalLambda>>;

pub(crate) fn router(local: Weak<LocalLambda>) -> Router {
    Router::new()
        .route("/cloud", get(text))
        .route("/cloud.json", get(json))
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
