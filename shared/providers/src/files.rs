//! The files that providers have rendered: is it really what was ordered, and its bytes on their way.
//!
//! A check makes ranged reads of the head, and of the tail where there is something to be seen in it; the file itself is
//! never downloaded for it.

mod mp3;
mod mp4;
mod pass;
mod picture;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::catalog::Makes;
use futures::Stream;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode};
use tokio::time::Instant;

pub use pass::Pass;

use mp4::{Moov, Part, Track, as_u64, duration_ms, find_moov};
use pass::led_on;

/// How much of the head is read: `ftyp` and, in a file made for streaming, the whole `moov` of a short video.
const HEAD_BYTES: u64 = 64 << 10;
/// Reads of one file at most: its head, what stands behind the media, and the `moov` box.
const READS_MAX: usize = 6;
/// How much of a picture's tail is read: its end mark stands there, and what some programs write behind it.
const TAIL_BYTES: u64 = 1 << 10;
/// The longest address that is believed.
const URL_CHARS_MAX: usize = 2048;

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What was ordered, whole.
    Playable(Checked),
    /// Something else: a page, an empty or a broken file.
    Useless(&'static str),
    /// The host does not give the file out under this address: it has run out, mostly. Another one may do.
    Refused,
    /// There is no file at this address.
    Gone,
    /// Nobody knows: the host did not answer, or not in time.
    NoAnswer(String),
    /// Nobody knows before an operator has acted: our key to such files is not accepted any more.
    Barred {
        /// The HTTP status; 0 if nobody was asked.
        code: u16,
        /// In the words of whoever refuses it, or ours.
        why: String,
    },
}

/// A file that plays, or a picture that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What it is written in.
    pub format: Format,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its length in milliseconds, where it states one.
    pub duration_ms: Option<u64>,
    /// A picture's width and height, where they stand in its head.
    pub pixels: Option<(u32, u32)>,
}

/// What a file is written in, going by its bytes: its name and its host may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A video.
    Mp4,
    /// A picture.
    Jpeg,
    /// A picture.
    Png,
    /// Sound.
    Mp3,
    /// Sound in an MP4.
    M4a,
}

impl Format {
    /// Its media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
        }
    }

    /// How the name of such a file ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Mp3 => "mp3",
            Self::M4a => "m4a",
        }
    }
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

    /// Asks for a file or a part of it; what that means for the file otherwise. Where a key is to be shown, it is shown to
    /// the one host that it is for, and not to the one that this leads on to.
    async fn get(&self, url: &str, range: Option<String>, timeout: Duration) -> Result<Response, Verdict> {
        let begun = Instant::now();
        let left = || timeout.saturating_sub(begun.elapsed());
        let asked = |request: RequestBuilder| match &range {
            Some(range) => request.header(RANGE, range),
            None => request,
        };
        let send = async |request: RequestBuilder| {
            let answer = wire::send(asked(request).timeout(left())).await;
            answer.map_err(|unanswered| Verdict::NoAnswer(unanswered.why))
        };
        let Some(pass) = self.passes.iter().find(|pass| pass.opens(url)) else {
            return send(self.http.get(url)).await;
        };
        let mut key = pass.key(left()).await?;
        let mut answer = send(pass.get(url, &key)).await?;
        // A token may have run out before its time.
        if answer.status() == StatusCode::UNAUTHORIZED && pass.is_renewed(&key).await {
            key = pass.key(left()).await?;
            answer = send(pass.get(url, &key)).await?;
        }
        // It may lead on within that host first.
        if let Some(to) = led_on(&answer).filter(|to| pass.opens(to.as_str())) {
            answer = send(pass.get(to.as_str(), &key)).await?;
        }
        match led_on(&answer).filter(|to| !pass.opens(to.as_str())) {
            Some(to) => send(self.http.get(to)).await,
            None => Ok(answer),
        }
    }

    /// Looks at the file behind an address, which is to be such a thing. `timeout` covers all the reads that it takes.
    pub async fn check(&self, url: &str, makes: Makes, timeout: Duration) -> Verdict {
        if url.len() > URL_CHARS_MAX || !(url.starts_with("https://") || url.starts_with("http://")) {
            return Verdict::Useless("no web address");
        }
        match tokio::time::timeout(timeout, self.inspect(url, makes, timeout)).await {
            Ok(Ok(checked)) => Verdict::Playable(checked),
            Ok(Err(verdict)) => verdict,
            Err(_) => Verdict::NoAnswer("it was not read in time".to_owned()),
        }
    }

    async fn inspect(&self, url: &str, makes: Makes, timeout: Duration) -> Result<Checked, Verdict> {
        let head = self.read(url, 0, HEAD_BYTES, timeout).await?;
        match makes {
            Makes::Video => self.film(url, head, Track::Picture, timeout).await,
            Makes::Image => self.picture(url, head, timeout).await,
            Makes::Music | Makes::Speech if mp4::is_mp4(&head.bytes) => {
                self.film(url, head, Track::Sound, timeout).await
            }
            Makes::Music | Makes::Speech => self.sound(url, head, timeout).await,
            Makes::Prompt | Makes::Transcript => Err(Verdict::Useless("words come in no file")),
        }
    }

    /// An MP4, with the track that it is there for.
    async fn film(&self, url: &str, head: Part, track: Track, timeout: Duration) -> Result<Checked, Verdict> {
        let format = match track {
            Track::Picture => Format::Mp4,
            Track::Sound => Format::M4a,
        };
        let checked = |moov: &[u8], bytes: u64| {
            let duration_ms = duration_ms(moov, track).map_err(Verdict::Useless)?;
            Ok(Checked {
                format,
                bytes,
                duration_ms,
                pixels: None,
            })
        };
        let mut part = head;
        for _ in 1..READS_MAX {
            let offset = match find_moov(&part).map_err(Verdict::Useless)? {
                Moov::Here(moov) => return checked(moov, part.total),
                Moov::At { offset, length } => {
                    let moov = self.read(url, offset, length, timeout).await?;
                    if as_u64(moov.bytes.len()) < length {
                        return Err(Verdict::Useless("it is cut short"));
                    }
                    return checked(&moov.bytes, part.total);
                }
                Moov::Beyond { offset } => offset,
            };
            part = self.read(url, offset, HEAD_BYTES, timeout).await?;
        }
        Err(Verdict::Useless("its boxes lie too far apart"))
    }

    /// A picture, from its first bytes to its end mark.
    async fn picture(&self, url: &str, head: Part, timeout: Duration) -> Result<Checked, Verdict> {
        let (format, pixels) = picture::seen(&head.bytes).map_err(Verdict::Useless)?;
        let tail = match head.total.checked_sub(as_u64(head.bytes.len())) {
            None | Some(0) => head.bytes,
            Some(_) => {
                let from = head.total.saturating_sub(TAIL_BYTES);
                self.read(url, from, TAIL_BYTES, timeout).await?.bytes
            }
        };
        if !picture::has_end(format, &tail) {
            return Err(Verdict::Useless("it is cut short"));
        }
        Ok(Checked {
            format,
            bytes: head.total,
            duration_ms: None,
            pixels,
        })
    }

    /// An MP3, whose sound may stand behind a tag of any size.
    async fn sound(&self, url: &str, head: Part, timeout: Duration) -> Result<Checked, Verdict> {
        let begins = mp3::begins(&head.bytes);
        let first = match usize::try_from(begins).ok().and_then(|at| head.bytes.get(at..)) {
            Some(first) if first.len() >= mp3::FRAMES_BYTES || begins + as_u64(first.len()) >= head.total => {
                first.to_vec()
            }
            _ => self.read(url, begins, HEAD_BYTES, timeout).await?.bytes,
        };
        let rest = head.total.saturating_sub(begins);
        let duration_ms = mp3::duration_ms(&first, rest).map_err(Verdict::Useless)?;
        Ok(Checked {
            format: Format::Mp3,
            bytes: head.total,
            duration_ms: Some(duration_ms),
            pixels: None,
        })
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
        let response = self.get(url, Some(range), timeout).await;
        let mut response = response?;
        match response.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => {}
            StatusCode::RANGE_NOT_SATISFIABLE => return Err(Verdict::Useless("it is empty or cut short")),
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
            return Err(Verdict::Useless("it is a page, not a file"));
        }
        let ranged = response.status() == StatusCode::PARTIAL_CONTENT;
        if !ranged && from > 0 {
            return Err(Verdict::NoAnswer("the host gives no parts of files".to_owned()));
        }
        let total = total_bytes(&response, ranged).ok_or(Verdict::Useless("it has no length"))?;
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
