//! Entity tags: an answer that the caller has already is not sent again.

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use ring::digest::{SHA256, digest};

use crate::reply;

/// What an answer follows from. The body alone would do to tell whether it has changed; the causes stand here as well, so
/// that whoever changed the tier, the settings or the context never gets "not modified" for it, whatever came of it.
pub(crate) struct Cause<'a> {
    /// Whom it is about.
    pub(crate) target: &'a str,
    /// What the caller said of them, as JSON.
    pub(crate) context: &'a str,
    /// The settings' version.
    pub(crate) version: u64,
    /// The standing's revision.
    pub(crate) revision: u64,
}

impl Cause<'_> {
    fn tag(&self, body: &[u8]) -> String {
        let Self {
            target,
            context,
            version,
            revision,
        } = self;
        let head = format!("{version} {revision} {target:?} {context:?} ");
        let sum = digest(&SHA256, &[head.as_bytes(), body].concat());
        format!("\"{}\"", URL_SAFE_NO_PAD.encode(sum.as_ref()))
    }

    /// The body with its tag, or 304 if the caller has just that.
    pub(crate) fn answer(&self, headers: &HeaderMap, body: Vec<u8>) -> Response {
        let tag = self.tag(&body);
        let mut response = if has(headers, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            reply::bytes(StatusCode::OK, body)
        };
        if let Ok(tag) = HeaderValue::try_from(tag) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

/// Whether one of the tags in `If-None-Match` is this one. A proxy may have made a strong one weak.
///
/// Source: RFC 9110, section 13.1.2.
pub(crate) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let lists = headers
        .get_all(IF_NONE_MATCH)
        .into_iter()
        .filter_map(|list| list.to_str().ok());
    let mut known = lists.flat_map(|list| list.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAUSE: Cause<'static> = Cause {
        target: "7",
        context: "{}",
        version: 3,
        revision: 5,
    };

    fn asks(tag: &str) -> HeaderMap {
        HeaderMap::from_iter([(IF_NONE_MATCH, tag.parse().unwrap())])
    }

    #[test]
    fn whatever_an_answer_follows_from_changes_its_tag() {
        let tag = CAUSE.tag(b"body");
        let others = [
            Cause { target: "8", ..CAUSE },
            Cause {
                context: r#"{"a":1}"#,
                ..CAUSE
            },
            Cause { version: 4, ..CAUSE },
            Cause { revision: 6, ..CAUSE },
        ];
        for other in others {
            assert_ne!(other.tag(b"body"), tag);
        }
        assert_ne!(CAUSE.tag(b"another"), tag);
        assert_eq!(CAUSE.tag(b"body"), tag);
    }

    #[test]
    fn a_known_tag_is_not_sent_again_in_whatever_form_it_comes() {
        let tag = CAUSE.tag(b"b");
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"x\", {tag}"),
            "*".to_owned(),
        ] {
            let response = CAUSE.answer(&asks(&known), b"b".to_vec());
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(response.headers()[ETAG], tag.as_str());
        }
        for unknown in ["\"x\"", tag.trim_matches('"')] {
            assert_eq!(
                CAUSE.answer(&asks(unknown), b"b".to_vec()).status(),
                StatusCode::OK
            );
        }
    }
}
