//! The result host.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::task::{Ending, Trouble};
use crate::{Studio, Task};

/// `GET /files/{task}/{serial}.mp4`.
pub(crate) async fn result(
    State(studio): State<Studio>,
    Path((id, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if headers.contains_key(crate::google::KEY_HEADER) || headers.contains_key(header::AUTHORIZATION) {
        studio.complain("the key was shown to the result host".to_owned());
    }
    file(&studio, &id, &name, &method, &headers).await
}

/// A task's file, to whoever may have it.
pub(crate) async fn file(
    studio: &Studio,
    id: &str,
    name: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Response {
    let Some(task) = studio.task(id).filter(|task| is_there(task, studio.now_ms())) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if task.has(Trouble::Withheld) || (task.has(Trouble::Expired) && name == "1.mp4") {
        return (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response();
    }
    let rendered = tokio::task::spawn_blocking(move || task.render()).await;
    played_kie::serve(&rendered.unwrap_or_default(), method, headers)
}

fn is_there(task: &Task, now_ms: i64) -> bool {
    task.ending(now_ms) == Some(Ending::Video) && !task.has(Trouble::Gone)
}
