//! What was asked, and what it was told.

use std::collections::BTreeMap;

use axum::http::HeaderMap;

use crate::fault::Spoilt;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When it came, in ms since 1970.
    pub at_ms: i64,
    /// `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in small letters. Of the authorization only its scheme is kept.
    pub headers: BTreeMap<String, String>,
    /// The idempotency key.
    pub key: Option<String>,
    /// As it came.
    pub body: String,
    /// How the answer was spoilt.
    pub spoilt: Option<Spoilt>,
    /// The status that it was told; `None` while it waits, and for ever if its connection was cut.
    pub told: Option<u16>,
}

/// Headers that may be shown.
pub(super) fn shown(headers: &HeaderMap) -> BTreeMap<String, String> {
    let shown = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = match name.as_str() {
            "authorization" => value.split(' ').next().unwrap_or_default().to_owned(),
            _ => value.into_owned(),
        };
        (name.as_str().to_owned(), value)
    });
    shown.collect()
}
