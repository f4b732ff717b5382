//! The files that providers have rendered: is it really a playable video, and its bytes on their way.
//!
//! A check makes ranged reads of the head, and of the tail where the `moov` box sits there; the file itself is never
//! downloaded for it.

mod mp4;
mod pass;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode};

pub use pass::Pass;

use mp4::{Moov, Part, as_u64, duration_ms, find_moov};
use pass::led_on;

/// How much of the head is read: `ftyp` and, in a file made for streaming, the whole `moov` of a short video.
const HEAD_BYTES: u64 = 64 << 10;
/// Reads of one file at most: its head, what stands behind the media, and the `moov` box.
const READS_MAX: usize = 6;
/// The longest address that is believed.
const URL_CHARS_MAX: usize = 2048;

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A video that plays.
    Playable(Checked),
    /// Something else: a page, an empty or a broken file.
    NotAVideo(&'static str),
    /// The host does not give the file out under this address: it has run out, mostly. Another one may do.
    Refused,
    /// There is no file at this address.
    Gone,
    /// Nobody knows: the host did not answer, or not in time.
    NoAnswer(String),
}

/// A file that plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its length in milliseconds, where it states one.
    pub duration_ms: Option<u64>,
}

/// Why a file cannot be passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// There is no file at this address.
    #[error("the file is gone")]
    Gone,
    /// The host did not answer, or not with a file: try again later.
    #[error("the file's host does not answer")]
    NotNow,
}

/// Where files are looked at and fetched. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    http: reqwest::Client,
    passes: Arc<[Pass]>,
}

impl Files {
    /// Over a client, which must send a User-Agent: without one the provider's hosts answer 403, as they do when an
    /// address has run out.
    pub fn new(http: reqwest::Client) -> Self {
        let passes = Arc::default();
        Self { http, passes }
    }

    /// The same, with the keys for what is not given out to everybody.
    #[must_use]
    pub fn opened_by(self, passes: impl IntoIterator<Item = Pass>) -> Self {
        Self {
            passes: passes.into_iter().collect(),
            ..self
        }
    }

    /// Whether a file is given out to whoever asks. One that is not has to go through us, and its address to nobody.
    pub fn is_public(&self, url: &str) -> bool {
        !self.passes.iter().any(|pass| pass.opens(url))
    }

    /// Asks for a file or a part of it. Where a key is to be shown, it is shown to the one host that it is for, and not to the
    /// one that this leads on to.
    async fn get(&self, url: &str, range: Option<String>, timeout: Duration) -> reqwest::Result<Response> {
        let asked = |request: RequestBuilder| match &range {
            Some(range) => request.header(RANGE, range),
            None => request,
        };
        let send = async |request: RequestBuilder| asked(request).timeout(timeout).send().await;
        let Some(pass) = self.passes.iter().find(|pass| pass.opens(url)) else {
            return send(self.http.get(url)).await;
        };
        let answer = send(pass.get(url)).await?;
        match led_on(&answer) {
            Some(to) => send(self.http.get(to)).await,
            None => Ok(answer),
        }
    }

    /// Looks at the file behind an address. `timeout` covers all the reads that it takes.
    pub async fn check(&self, url: &str, timeout: Duration) -> Verdict {
        if url.len() > URL_CHARS_MAX || !(url.starts_with("https://") || url.starts_with("http://")) {
            return Verdict::NotAVideo("no web address");
        }
        match tokio::time::timeout(timeout, self.inspect(url, timeout)).await {
            Ok(Ok(checked)) => Verdict::Playable(checked),
            Ok(Err(verdict)) => verdict,
            Err(_) => Verdict::NoAnswer("it was not read in time".to_owned()),
        }
    }

    async fn inspect(&self, url: &str, timeout: Duration) -> Result<Checked, Verdict> {
        let mut part = self.read(url, 0, HEAD_BYTES, timeout).await?;
        for _ in 1..READS_MAX {
            let offset = match find_moov(&part).map_err(Verdict::NotAVideo)? {
                Moov::Here(moov) => return checked(moov, part.total),
                Moov::At { offset, length } => {
                    let moov = self.read(url, offset, length, timeout).await?;
                    if as_u64(moov.bytes.len()) < length {
                        return Err(Verdict::NotAVideo("it is cut short"));
                    }
                    return checked(&moov.bytes, part.total);
                }
                Moov::Beyond { offset } => offset,
            };
            part = self.read(url, offset, HEAD_BYTES, timeout).await?;
        }
        Err(Verdict::NotAVideo("its boxes lie too far apart"))
    }

    /// Opens a file, to be passed on as it comes. `timeout` covers everything to the last byte.
    pub async fn open(
        &self,
        url: &str,
        timeout: Duration,
    ) -> Result<impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + use<>, NotOpened> {
        let answer = self.get(url, None, timeout).await;
        let answer = answer.map_err(|_| NotOpened::NotNow)?;
        match answer.status() {
            status if status.is_success() => Ok(answer.bytes_stream()),
            status if is_gone(status) => Err(NotOpened::Gone),
            _ => Err(NotOpened::NotNow),
        }
    }

    /// A part of a file.
    async fn read(&self, url: &str, from: u64, length: u64, timeout: Duration) -> Result<Part, Verdict> {
        let range = format!("bytes={from}-{}", from.saturating_add(length).saturating_sub(1));
        let unanswered = |error: reqwest::Error| Verdict::NoAnswer(error.without_url().to_string());
        let mut response = self.get(url, Some(range), timeout).await.map_err(unanswered)?;
        match response.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => {}
            StatusCode::RANGE_NOT_SATISFIABLE => return Err(Verdict::NotAVideo("it is empty or cut short")),
            status if is_gone(status) => return Err(Verdict::Gone),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Verdict::Refused),
            status => return Err(Verdict::NoAnswer(format!("HTTP {status}"))),
        }
        let kind = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        if kind.starts_with("text/") || kind.contains("json") {
            return Err(Verdict::NotAVideo("it is a page, not a file"));
        }
        let ranged = response.status() == StatusCode::PARTIAL_CONTENT;
        if !ranged && from > 0 {
            return Err(Verdict::NoAnswer("the host gives no parts of files".to_owned()));
        }
        let total = total_bytes(&response, ranged).ok_or(Verdict::NotAVideo("it has no length"))?;
        let mut bytes = Vec::new();
        while as_u64(bytes.len()) < length {
            let Some(chunk) = response.chunk().await.map_err(unanswered)? else {
                break;
            };
            bytes.extend_from_slice(&chunk);
        }
        bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(Part { from, bytes, total })
    }
}

/// The host says that there is no such file. A 403 does not say that: it may be an address that has run out, or a proxy
/// that turns us away.
fn is_gone(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}

fn checked(moov: &[u8], bytes: u64) -> Result<Checked, Verdict> {
    let duration_ms = duration_ms(moov).map_err(Verdict::NotAVideo)?;
    Ok(Checked { bytes, duration_ms })
}

fn total_bytes(response: &reqwest::Response, ranged: bool) -> Option<u64> {
    if !ranged {
        return response.content_length();
    }
    response
        .headers()
        .get(CONTENT_RANGE)?
        .to_str()
        .ok()?
        .rsplit_once('/')?
        .1
        .parse()
        .ok()
}

#[cfg(test)]
mod tests;
