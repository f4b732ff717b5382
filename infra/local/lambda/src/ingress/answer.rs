//! A function's response as an HTTP response.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::streamed::{self, Streamed, WITH_HEAD};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    status_code: u16,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
}

/// A payload with a `statusCode` is the response; any other JSON is the body of a 200.
pub(super) fn of(payload: &[u8]) -> Response<Body> {
    let Ok(value) = serde_json::from_slice::<Value>(payload) else {
        return plain(StatusCode::BAD_GATEWAY, "Internal Server Error");
    };
    if value["statusCode"].is_null() {
        return with_type(Response::new(Body::from(payload.to_vec())), "application/json");
    }
    let shaped = serde_json::from_value(value).ok().and_then(response);
    shaped.unwrap_or_else(|| plain(StatusCode::BAD_GATEWAY, "Internal Server Error"))
}

/// A response that comes piece by piece: its head first, if it says that it has one.
pub(super) async fn streamed(mut streamed: Streamed) -> Response<Body> {
    let broken = || plain(StatusCode::BAD_GATEWAY, "Internal Server Error");
    if streamed.kind != WITH_HEAD {
        return with_type(Response::new(streamed::body(Bytes::new(), streamed)), OCTETS);
    }
    let Some((head, first)) = streamed::head(&mut streamed).await else {
        return broken();
    };
    let Some(mut response) = serde_json::from_slice(&head).ok().and_then(response) else {
        return broken();
    };
    *response.body_mut() = streamed::body(first, streamed);
    response
}

/// What a URL that streams makes of a response that does not.
pub(super) fn as_it_stands(payload: &[u8]) -> Response<Body> {
    with_type(Response::new(Body::from(payload.to_vec())), OCTETS)
}

const OCTETS: &str = "application/octet-stream";

fn response(shape: Shape) -> Option<Response<Body>> {
    let body = shape.body.unwrap_or_default();
    let body = match shape.is_base64_encoded {
        Some(true) => STANDARD.decode(body).ok()?,
        _ => body.into_bytes(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(shape.status_code).ok()?;
    for (name, value) in shape.headers.into_iter().flatten() {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned);
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        response
            .headers_mut()
            .insert(name, HeaderValue::from_str(&value).ok()?);
    }
    for cookie in shape.cookies.into_iter().flatten() {
        response
            .headers_mut()
            .append("set-cookie", HeaderValue::from_str(&cookie).ok()?);
    }
    Some(with_type(response, "application/json"))
}

fn with_type(mut response: Response<Body>, kind: &'static str) -> Response<Body> {
    response
        .headers_mut()
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static(kind));
    response
}

/// What Lambda itself answers.
pub(super) fn plain(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({"Message": message}).to_string()));
    *response.status_mut() = status;
    with_type(response, "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_with_a_status_is_the_response() {
        let response = of(br#"{"statusCode":403,"headers":{"x-a":"b"},"body":"aGk=","isBase64Encoded":true,"cookies":["a=1"]}"#);
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers()["x-a"], "b");
        assert_eq!(response.headers()["set-cookie"], "a=1");
    }

    #[test]
    fn any_other_json_is_the_body_of_a_200() {
        let response = of(br#"{"method":"sendMessage"}"#);
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[test]
    fn a_payload_that_is_no_response_is_a_bad_gateway() {
        assert_eq!(of(b"not json").status(), 502);
        assert_eq!(of(br#"{"statusCode":"x"}"#).status(), 502);
    }
}
