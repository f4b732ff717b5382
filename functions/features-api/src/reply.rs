//! Answers in JSON.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::problem::Refusal;

/// A value as the body of an answer, which is the caller's own and not to be kept by anybody between.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => bytes(StatusCode::OK, body),
            Err(error) => Refusal::Broken(Box::new(error)).into_response(),
        }
    }
}

/// A body that is JSON already.
pub(crate) fn bytes(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("authorization, x-api-key, origin"));
    response
}
