//! The Bot API's doors: `/bot<TOKEN>/<method>` for calls, `/file/bot<TOKEN>/<path>` for downloads.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Query, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::client;
use crate::error::{ApiError, Parameters};
use crate::journal::Via;
use crate::methods::UPLOAD_FILE_BYTES_MAX;
use crate::params::{Params, Upload};
use crate::server::{Server, Told};

/// The largest body without files.
const PLAIN_BODY_BYTES_MAX: usize = 1 << 20;
/// Room in a multipart body for everything but the file.
const MULTIPART_SLACK_BYTES: usize = 1 << 20;

pub(crate) fn router(server: Arc<Server>) -> Router {
    Router::new()
        .route("/bot{token}/{method}", any(call))
        .route("/file/bot{token}/{*path}", get(download))
        .merge(client::routes())
        .layer(DefaultBodyLimit::disable())
        .with_state(server)
}

async fn call(
    State(server): State<Arc<Server>>,
    Path((token, method)): Path<(String, String)>,
    request: Request,
) -> Response {
    if token != server.config.token {
        return answer(&Err(ApiError::unauthorized()));
    }
    let params = match read(request).await {
        Ok(params) => params,
        Err(error) => return answer(&Err(error)),
    };
    match server.call(&method, params, Via::Request).await {
        Told::Answer(told) => answer(&told),
        Told::Cut => cut(),
    }
}

/// The envelope; the HTTP status equals the error code.
fn answer(told: &Result<Value, ApiError>) -> Response {
    let error = match told {
        Ok(result) => return Json(json!({"ok": true, "result": result})).into_response(),
        Err(error) => error,
    };
    let mut body = json!({"ok": false, "error_code": error.code, "description": error.description});
    let mut headers = HeaderMap::new();
    if let Some(parameters) = error.parameters {
        body["parameters"] = json!(parameters);
        if let Parameters::RetryAfter(seconds) = parameters {
            headers.insert(RETRY_AFTER, seconds.into());
        }
    }
    let status = StatusCode::from_u16(error.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, headers, Json(body)).into_response()
}

/// An answer that breaks off before its first byte of body, and takes the connection with it.
fn cut() -> Response {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let body = Body::from_stream(futures::stream::iter([Err::<Bytes, _>(broken)]));
    ([(CONTENT_LENGTH, "1000")], body).into_response()
}

async fn read(request: Request) -> Result<Params, ApiError> {
    let query = Params::from_text(query_pairs(request.uri()), HashMap::new());
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    if content_type.starts_with("multipart/form-data") {
        return Ok(multipart(request).await?.or(query));
    }
    let body = axum::body::to_bytes(request.into_body(), PLAIN_BODY_BYTES_MAX).await;
    let body = body.map_err(|_| ApiError::too_large())?;
    if body.is_empty() {
        return Ok(query);
    }
    if content_type.starts_with("application/json") {
        return match serde_json::from_slice(&body) {
            Ok(Value::Object(values)) => Ok(Params::from_json(values).or(query)),
            _ => Err(ApiError::bad_request("can't parse JSON object")),
        };
    }
    if content_type.starts_with("application/x-www-form-urlencoded") {
        let text = String::from_utf8_lossy(&body);
        return Ok(Params::from_text(form_pairs(&text), HashMap::new()).or(query));
    }
    Ok(query)
}

fn query_pairs(uri: &Uri) -> Vec<(String, String)> {
    Query::try_from_uri(uri)
        .map(|Query(pairs)| pairs)
        .unwrap_or_default()
}

/// Name and value pairs of a form's body.
pub(crate) fn form_pairs(body: &str) -> Vec<(String, String)> {
    let Ok(url) = reqwest::Url::parse(&format!("form:?{body}")) else {
        return Vec::new();
    };
    url.query_pairs().into_owned().collect()
}

async fn multipart(request: Request) -> Result<Params, ApiError> {
    let broken = |_| ApiError::bad_request("can't parse multipart/form-data");
    let mut body = Multipart::from_request(request, &())
        .await
        .map_err(|_| ApiError::bad_request("no boundary"))?;
    let (mut pairs, mut files, mut room) = (
        Vec::new(),
        HashMap::new(),
        UPLOAD_FILE_BYTES_MAX + MULTIPART_SLACK_BYTES,
    );
    while let Some(mut field) = body.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            room = room.checked_sub(chunk.len()).ok_or_else(ApiError::too_large)?;
            bytes.extend_from_slice(&chunk);
        }
        if file_name.is_some()
            || content_type
                .as_deref()
                .is_some_and(|kind| !kind.starts_with("text/"))
        {
            files.insert(
                name,
                Upload {
                    file_name,
                    content_type,
                    bytes: bytes.into(),
                },
            );
        } else {
            pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(Params::from_text(pairs, files))
}

async fn download(
    State(server): State<Arc<Server>>,
    Path((token, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if token != server.config.token {
        return answer(&Err(ApiError::unauthorized()));
    }
    let found =
        server.read(|state| Some((state.files.by_path(&path)?.bytes.clone(), state.files.only_whole)));
    let Some((bytes, only_whole)) = found else {
        return answer(&Err(ApiError::not_found()));
    };
    let kind = [(CONTENT_TYPE, "application/octet-stream")];
    let asked = headers.get(RANGE).and_then(|range| range.to_str().ok());
    match asked.filter(|_| !only_whole).and_then(one_range) {
        Some((from, to)) if from < bytes.len() => {
            let to = to.min(bytes.len() - 1);
            let place = [(CONTENT_RANGE, format!("bytes {from}-{to}/{}", bytes.len()))];
            (StatusCode::PARTIAL_CONTENT, kind, place, bytes.slice(from..=to)).into_response()
        }
        Some(_) => {
            let place = [(CONTENT_RANGE, format!("bytes */{}", bytes.len()))];
            (StatusCode::RANGE_NOT_SATISFIABLE, place).into_response()
        }
        None => (kind, bytes).into_response(),
    }
}

/// `bytes=0-99` and `bytes=100-`; whatever else may stand there is answered with the whole.
fn one_range(asked: &str) -> Option<(usize, usize)> {
    let (from, to) = asked.strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok()?;
    let to = if to.is_empty() {
        usize::MAX
    } else {
        to.parse().ok()?
    };
    (from <= to).then_some((from, to))
}
