//! Files that providers have rendered, behind hosts that may say anything of them.

use bytes::Bytes;
use domain::catalog::Makes;
use http::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use http::{HeaderValue, Response, StatusCode};
use providers::files::{Files, Verdict};
use reqwest::Request;

use super::Target;
use crate::outside::{TIMEOUT, answered, client};

/// A file, behind one letter that says what it is to be and one that says how its host answers.
pub const FILE: Target = Target {
    name: "file",
    reads: "a rendered file (MP4, JPEG, PNG, MP3), read in parts from a host",
    run: file,
    bytes_max: 2048,
    words: &["shared/providers/src/files"],
    seeds: &[],
};

/// How a host answers to who asks for a part.
#[derive(Clone, Copy)]
enum Host {
    /// As it should.
    Honest,
    /// With the whole file.
    Whole,
    /// With the part, and a length of the whole that is not so.
    Lying,
}

fn file(data: &[u8]) {
    let Some(([makes, host], file)) = data.split_first_chunk() else {
        return;
    };
    let kinds = [Makes::Video, Makes::Image, Makes::Music, Makes::Speech];
    let makes = kinds[usize::from(*makes) % kinds.len()];
    let host = [Host::Honest, Host::Honest, Host::Whole, Host::Lying][usize::from(*host) % 4];
    let bytes = Bytes::copy_from_slice(file);
    thread_local!(static FILES: Files = Files::new(client()));
    let files = FILES.with(Clone::clone);
    let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
    let check = async move { files.check("https://files.example.org/one", makes, TIMEOUT).await };
    let verdict = answered(move |request| part(&bytes, request, host), check);
    if let (Verdict::Playable(checked), Host::Honest) = (verdict, host) {
        assert_eq!(checked.bytes, length);
    }
}

/// What a host answers.
fn part(file: &Bytes, request: &Request, host: Host) -> Response<Bytes> {
    let asked = request.headers().get(RANGE).and_then(|range| range.to_str().ok());
    let asked = asked.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let number = |text: &str| text.parse::<usize>().ok();
    let (Some((from, until)), Host::Honest | Host::Lying) = (asked, host) else {
        return typed(Response::new(file.clone()));
    };
    let (from, until) = match (number(from), number(until)) {
        (Some(from), until) => (
            from,
            until.unwrap_or(usize::MAX).saturating_add(1).min(file.len()),
        ),
        // The last so many.
        (None, tail) => (file.len().saturating_sub(tail.unwrap_or(0)), file.len()),
    };
    if from >= until {
        let mut none = Response::new(Bytes::new());
        *none.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
        return none;
    }
    let total = match host {
        Host::Lying => u64::MAX,
        Host::Honest | Host::Whole => u64::try_from(file.len()).unwrap_or(u64::MAX),
    };
    let mut answer = Response::new(file.slice(from..until));
    *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    let range = format!("bytes {from}-{}/{total}", until - 1);
    if let Ok(range) = HeaderValue::from_str(&range) {
        answer.headers_mut().insert(CONTENT_RANGE, range);
    }
    typed(answer)
}

fn typed(mut answer: Response<Bytes>) -> Response<Bytes> {
    let kind = HeaderValue::from_static("application/octet-stream");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}
