//! The answers' envelope: an error is HTTP 200 with another `code` inside.

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

/// `{"code":200,"msg":"success","data":…}`.
pub(super) fn success(data: &Value) -> Response {
    Json(json!({"code": 200, "msg": "success", "data": data})).into_response()
}

/// `{"code":…,"msg":…,"data":null}`, as HTTP 200.
pub(super) fn refusal(code: u16, text: &str) -> Response {
    Json(json!({"code": code, "msg": text, "data": null})).into_response()
}

/// What a gateway in front of the service answers.
pub(super) fn gateway(status: StatusCode) -> Response {
    (status, "<html><body><h1>nginx</h1></body></html>").into_response()
}

/// No answer at all: the body fails before its first byte, so the server drops the connection with the headers
/// still unsent.
pub(crate) fn cut() -> Response {
    let broken =
        futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut off on purpose")) });
    Response::new(Body::from_stream(broken))
}
