//! `GET /api/v1/jobs/recordInfo`, and `GET /api/v1/generate/record-info` for Suno's songs: two books.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::envelope::{cut, gateway, refusal, success};
use crate::PlayedKie;
use crate::product::Product;
use crate::trouble::{Stage, Trouble};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "taskId", default)]
    task_id: String,
}

pub(super) async fn record_info(State(kie): State<PlayedKie>, Query(asked): Query<Asked>) -> Response {
    told(&kie, &asked, |product| product != Product::Song)
}

pub(super) async fn song_info(State(kie): State<PlayedKie>, Query(asked): Query<Asked>) -> Response {
    told(&kie, &asked, |product| product == Product::Song)
}

fn told(kie: &PlayedKie, asked: &Asked, is_here: fn(Product) -> bool) -> Response {
    let now_ms = kie.now_ms();
    let mut book = kie.book();
    let task = book.tasks.get_mut(&asked.task_id);
    let found = task.filter(|task| is_here(task.product)).map(|task| {
        task.lookups += 1;
        (
            task.wish.prompt.clone(),
            task.record(&kie.config().public_base_url, now_ms),
        )
    });
    let prompt = found.as_ref().map_or("", |(prompt, _)| prompt);
    match book.take(Stage::Lookup, prompt).first() {
        Some(Trouble::LookupDown) => gateway(StatusCode::INTERNAL_SERVER_ERROR),
        Some(Trouble::LookupLimited) => {
            refusal(429, "Your call frequency is too high, please try again later")
        }
        Some(_) => cut(),
        None => found.map_or_else(
            || refusal(422, "recordInfo is null"),
            |(_, record)| success(&record),
        ),
    }
}
