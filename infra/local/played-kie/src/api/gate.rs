//! Who is let in.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::envelope;
use crate::PlayedKie;

/// Every host sits behind Cloudflare, which turns away clients without a User-Agent.
pub(super) async fn named(request: Request, next: Next) -> Response {
    if !has_text(request.headers(), &header::USER_AGENT) {
        return (StatusCode::FORBIDDEN, "error code: 1010").into_response();
    }
    next.run(request).await
}

/// The key is looked at.
pub(super) async fn admit(State(kie): State<PlayedKie>, request: Request, next: Next) -> Response {
    if bearer(request.headers()) != Some(kie.config().api_key.as_str()) {
        return envelope::refusal(401, "You do not have access permissions");
    }
    next.run(request).await
}

fn has_text(headers: &HeaderMap, name: &header::HeaderName) -> bool {
    headers.get(name).is_some_and(|value| !value.is_empty())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}
