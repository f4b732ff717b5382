//! The result host and the files that were uploaded.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use futures::stream::{self, StreamExt};

use super::envelope::gateway;
use super::range::{Asked, asked};
use crate::PlayedKie;
use crate::media::mime_type;
use crate::task::{State as TaskState, Task};
use crate::trouble::{Stage, Trouble};
use crate::video::ClipFile;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Result links end after 24 hours (docs.kie.ai, get-task-detail).
const LINK_MS: i64 = 24 * HOUR_MS;
/// Results are kept for 14 days (docs.kie.ai).
pub(super) const KEPT_MS: i64 = 14 * 24 * HOUR_MS;
/// Uploads are kept for 24 hours (docs.kie.ai, file upload).
const UPLOAD_MS: i64 = 24 * HOUR_MS;
/// The pause before every 64 KiB of a trickling file.
const TRICKLE: Duration = Duration::from_secs(1);

/// How the bytes are sent.
#[derive(Clone, Copy, Default)]
struct Manner {
    trickle: bool,
    cut: bool,
}

/// `GET /files/{task}/{n}.mp4`, and so with the other kinds of files.
pub(super) async fn result(
    State(kie): State<PlayedKie>,
    Path((task_id, file)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let now_ms = kie.now_ms();
    match find(&kie, &task_id, &file, &method) {
        Some(task) if task.has(Trouble::Expired) || ended_before(&task, now_ms - LINK_MS) => forbidden(),
        Some(task) => send(&kie, &task, &method, &headers).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /temp/{until}/{task}/{n}.mp4`: a fresh link.
pub(super) async fn temporary(
    State(kie): State<PlayedKie>,
    Path((until_ms, task_id, file)): Path<(i64, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match find(&kie, &task_id, &file, &method) {
        Some(_) if kie.now_ms() >= until_ms => forbidden(),
        Some(task) => send(&kie, &task, &method, &headers).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /uploads/…`.
pub(super) async fn uploaded(
    State(kie): State<PlayedKie>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let oldest_ms = kie.now_ms() - UPLOAD_MS;
    let upload = kie
        .book()
        .uploads
        .get(&path)
        .filter(|upload| upload.uploaded_at_ms > oldest_ms)
        .cloned();
    let Some(upload) = upload else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = mime_type(&upload.bytes);
    ranged(
        &ClipFile::plain(upload.bytes),
        kind,
        &method,
        &headers,
        Manner::default(),
    )
}

fn forbidden() -> Response {
    (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response()
}

fn ended_before(task: &Task, then_ms: i64) -> bool {
    task.ends_at_ms.is_some_and(|ended| ended <= then_ms)
}

/// The finished task that this file belongs to.
fn find(kie: &PlayedKie, task_id: &str, file: &str, method: &Method) -> Option<Task> {
    let now_ms = kie.now_ms();
    let mut book = kie.book();
    let task = book.tasks.get_mut(task_id)?;
    let number = split(file)?;
    let files = task.files();
    let there = task.state(now_ms) == TaskState::Success && !task.has(Trouble::Gone);
    if !there || number > files || ended_before(task, now_ms - KEPT_MS) {
        return None;
    }
    task.downloads += u32::from(method == Method::GET);
    Some(task.clone())
}

/// The number in `1.mp4`, `1.jpg`, `1.mp3`.
pub(super) fn split(file: &str) -> Option<u32> {
    let (number, ending) = file.split_once('.')?;
    ["mp4", "jpg", "mp3"]
        .contains(&ending)
        .then_some(number)?
        .parse()
        .ok()
        .filter(|number| *number > 0)
}

async fn send(kie: &PlayedKie, task: &Task, method: &Method, headers: &HeaderMap) -> Response {
    let now = kie.book().take(Stage::Download, &task.wish.prompt);
    if now.contains(&Trouble::DownloadDown) {
        return gateway(StatusCode::INTERNAL_SERVER_ERROR);
    }
    if now.contains(&Trouble::DownloadDenied) {
        return (StatusCode::FORBIDDEN, "error code: 1010").into_response();
    }
    if task.has(Trouble::Html) {
        return Html("<!doctype html><title>Sign in</title><p>Please sign in to see this file.")
            .into_response();
    }
    let file = if task.has(Trouble::Empty) {
        ClipFile::default()
    } else {
        kie.file_of(task).await
    };
    let manner = Manner {
        trickle: task.has(Trouble::Trickle) || now.contains(&Trouble::DownloadSlow),
        cut: now.contains(&Trouble::DownloadCut),
    };
    ranged(&file, task.product.mime(), method, headers, manner)
}

/// A clip, or the part of it that was asked for.
pub fn serve(file: &ClipFile, method: &Method, headers: &HeaderMap) -> Response {
    ranged(file, "video/mp4", method, headers, Manner::default())
}

fn ranged(
    file: &ClipFile,
    kind: &'static str,
    method: &Method,
    headers: &HeaderMap,
    manner: Manner,
) -> Response {
    let length = file.len();
    let wanted = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let (status, range) = match asked(wanted, length) {
        Asked::Whole => (StatusCode::OK, 0..length),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Outside => return outside(length),
    };
    let part = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        body(file.clone(), range.start, range.end, manner)
    };
    let mut answer = (status, body).into_response();
    let own = answer.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    own.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    own.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    if status == StatusCode::PARTIAL_CONTENT {
        own.extend(HeaderValue::try_from(part).map(|part| (header::CONTENT_RANGE, part)));
    }
    answer
}

fn outside(length: u64) -> Response {
    (
        StatusCode::RANGE_NOT_SATISFIABLE,
        [(header::CONTENT_RANGE, format!("bytes */{length}"))],
    )
        .into_response()
}

/// The bytes, 64 KiB at a time and never all in memory.
fn body(file: ClipFile, start: u64, end: u64, manner: Manner) -> Body {
    let stop = if manner.cut {
        start + (end - start) / 2
    } else {
        end
    };
    let chunks = stream::unfold(start, move |offset| {
        let chunk = file.chunk(offset, stop);
        async move {
            let chunk = chunk?;
            if manner.trickle {
                tokio::time::sleep(TRICKLE).await;
            }
            let next = offset + u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            Some((Ok::<Bytes, std::io::Error>(chunk), next))
        }
    });
    let broken = stream::iter(manner.cut.then_some(())).then(|()| async {
        tokio::task::yield_now().await; // lets the server send what it has, so that the break comes in the middle
        Err(std::io::Error::other("cut off on purpose"))
    });
    Body::from_stream(chunks.chain(broken))
}
