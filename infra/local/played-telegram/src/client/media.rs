//! Photos and videos for the page, in parts where it asks for parts: browsers play a video only so.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::server::Server;

pub(super) async fn serve(
    State(server): State<Arc<Server>>,
    Path(file_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(file) = server.read(|state| state.files.file(&file_id).cloned()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let common = [
        (CONTENT_TYPE, file.mime),
        (ACCEPT_RANGES, "bytes"),
        (CACHE_CONTROL, "private, max-age=86400"),
    ];
    let length = file.bytes.len();
    match headers.get(RANGE).and_then(|value| value.to_str().ok()) {
        None => (common, file.bytes.clone()).into_response(),
        Some(asked) => match range(asked, length) {
            Some((from, to)) => {
                let part = [(CONTENT_RANGE, format!("bytes {from}-{to}/{length}"))];
                (
                    StatusCode::PARTIAL_CONTENT,
                    common,
                    part,
                    file.bytes.slice(from..=to),
                )
                    .into_response()
            }
            None => (
                StatusCode::RANGE_NOT_SATISFIABLE,
                [(CONTENT_RANGE, format!("bytes */{length}"))],
            )
                .into_response(),
        },
    }
}

/// First and last byte of a range such as `bytes=0-`, `bytes=5-9`, `bytes=-4` (RFC 9110, section 14.1.2).
fn range(asked: &str, length: usize) -> Option<(usize, usize)> {
    let last = length.checked_sub(1)?;
    let (from, to) = asked.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, to.min(last)),
        (Ok(from), Err(_)) if to.is_empty() => (from, last),
        (Err(_), Ok(count)) if from.is_empty() && count > 0 => (length.saturating_sub(count), last),
        _ => return None,
    };
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(range("bytes=0-", 10), Some((0, 9)));
        assert_eq!(range("bytes=5-7", 10), Some((5, 7)));
        assert_eq!(range("bytes=5-99", 10), Some((5, 9)));
        assert_eq!(range("bytes=-4", 10), Some((6, 9)));
        assert_eq!(range("bytes=-99", 10), Some((0, 9)));
        for wrong in [
            "bytes=10-",
            "bytes=7-5",
            "bytes=-0",
            "bytes=-",
            "bytes=a-b",
            "5-7",
        ] {
            assert_eq!(range(wrong, 10), None, "{wrong}");
        }
        assert_eq!(range("bytes=0-", 0), None);
    }
}
