//! Pages of other origins that may ask, such as the Mini App's: a browser asks before it asks.
//!
//! Source: fetch.spec.whatwg.org, "CORS protocol". No cookie is involved, so no credentials are allowed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::Api;
use crate::problem::Refusal;

/// The origins that may ask, as a browser writes them: `https://app.example.org`.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<HeaderValue>);

impl Origins {
    /// A list separated by commas; may be empty, and then no page of another origin may ask.
    pub fn parse(list: &str) -> Self {
        let origins = list.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        Self(origins.filter_map(|origin| origin.parse().ok()).collect())
    }

    fn allowed<'h>(&self, headers: &'h HeaderMap) -> Option<&'h HeaderValue> {
        headers.get(ORIGIN).filter(|origin| self.0.contains(origin))
    }
}

/// Answers a browser's question, and marks answers that a page may read.
pub(crate) async fn cross_origin(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let asks = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let origin = api.origins.allowed(request.headers()).cloned();
    if request.method() == Method::OPTIONS && asks {
        return preflight(origin);
    }
    let mut response = next.run(request).await;
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let shown = HeaderValue::from_static("content-range, etag, idempotent-replayed, retry-after");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, shown);
    }
    response
}

fn preflight(origin: Option<HeaderValue>) -> Response {
    let Some(origin) = origin else {
        return Refusal::Forbidden("pages of this origin may not ask".to_owned()).into_response();
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    let allowed = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE"),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, x-api-key, content-type, idempotency-key, if-none-match, if-range, range",
        ),
        (ACCESS_CONTROL_MAX_AGE, "3600"),
        (VARY, "origin"),
    ];
    let allowed = allowed.map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(allowed);
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_listed_origin_is_allowed_to_the_letter() {
        let origins = Origins::parse(" https://app.example.org ,https://b.example.org,");
        let allowed = |origin: &str| {
            let headers = HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap())]);
            origins.allowed(&headers).is_some()
        };
        assert!(allowed("https://app.example.org") && allowed("https://b.example.org"));
        for other in [
            "https://app.example.org.evil",
            "http://app.example.org",
            "null",
            "https://example.org",
        ] {
            assert!(!allowed(other), "{other}");
        }
        assert!(Origins::parse("").allowed(&HeaderMap::new()).is_none());
    }

    #[test]
    fn a_preflight_from_elsewhere_is_refused() {
        assert_eq!(preflight(None).status(), StatusCode::FORBIDDEN);
        let origin = HeaderValue::from_static("https://app.example.org");
        let response = preflight(Some(origin.clone()));
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], origin);
    }
}
