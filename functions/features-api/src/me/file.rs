//! What was made of an order, in pieces: whoever plays it in a page has no other way to the bytes, because Telegram's
//! address of a file holds the bot's token.
//!
//! An answer of ours has room for 6 MB, and these bytes grow by a third on their way through Lambda; so a page asks for one
//! piece after the other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use app::gallery::{self, Found, NoBytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::catalog::Makes;
use domain::id::{FileId, JobId, Nonce, UserId};
use domain::job::Job;
use domain::time::Timestamp;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use ring::digest::{SHA256, digest};
use table::Deadline;

use crate::Api;
use crate::auth::Caller;
use crate::body::{Name, Until};
use crate::openapi::{Denials, NotThere};
use crate::problem::{Refusal, Wanting};
use crate::rate::Rates;

/// The most of a file that one answer has.
const PIECE_BYTES_MAX: usize = 4 << 20;
/// Pieces that a customer has in a day, as every function's instance counts them together: a bound on what is sent.
const PIECES_A_DAY_MAX: u32 = 1_200;
/// What these are counted as.
const PIECES: &str = "piece";
/// Pieces that one instance gives a customer in one go, and a minute.
const PIECES_PACE: (u32, u32) = (40, 240);
/// Times that a customer has something sent to the chat in one go, and a minute.
const CHAT_PACE: (u32, u32) = (4, 12);
/// Times that a customer makes us ask a rail in one go, and a minute.
const RAIL_PACE: (u32, u32) = (6, 12);
/// Files whose place at Telegram is remembered.
const FOUND_MAX: usize = 500;

/// What one instance remembers of files, and of who asked how often for what costs more than a read.
#[derive(Debug)]
pub(crate) struct Media {
    found: Mutex<HashMap<FileId, Found>>,
    pieces: Rates,
    pub(super) chat: Rates,
    pub(super) rail: Rates,
}

impl Default for Media {
    fn default() -> Self {
        let slow = |(burst, per_minute)| Rates::slow(burst, per_minute);
        Self {
            found: Mutex::default(),
            pieces: slow(PIECES_PACE),
            chat: slow(CHAT_PACE),
            rail: slow(RAIL_PACE),
        }
    }
}

impl Media {
    fn found(&self, file: &FileId) -> Option<Found> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.get(file).cloned()
    }

    fn note(&self, file: &FileId, place: Found) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= FOUND_MAX {
            found.clear();
        }
        found.insert(file.clone(), place);
    }
}

/// Takes one of a customer's turns of a kind.
pub(super) fn paced(rates: &Rates, user: UserId, now: Timestamp) -> Result<(), Refusal> {
    let taken = rates.take(&user.to_string(), now);
    taken.map_err(|retry_after_s| Refusal::TooMany { retry_after_s })
}

/// What was made of one of the customer's own orders: bytes of it, at most 4 MiB in one answer.
///
/// With `Range` of one part, that part (206), or its beginning if it is longer. Without one the whole, if it is so small.
/// `If-Range` with the tag of the part before makes sure that it is still the same file. An order of somebody else is not
/// there, and so is one that has come to nothing. Telegram gives a bot files of at most 20 MB: of a larger one the reason is
/// `file_too_big`, and it can still be sent to the chat.
#[utoipa::path(get, path = "/me/orders/{order}/file", tag = "me",
    params(("order" = String, Path, description = "The order's number", pattern = "^[2-9a-km-np-z]{16}$"),
        ("Range" = Option<String>, Header, description = "Which bytes: `bytes=0-4194303`"),
        ("If-Range" = Option<String>, Header, description = "The tag that the bytes must be of")),
    responses(
        (status = 200, description = "The whole file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The part", body = Vec<u8>, content_type = "application/octet-stream",
            headers(("Content-Range" = String, description = "Which part of how many bytes"),
                ("ETag" = String, description = "What the file is known by"))),
        (status = 409, description = "It is too large for a page, or Telegram has it no more; `reason` says which",
            body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 416, description = "The file ends before", body = crate::problem::Problem,
            content_type = "application/problem+json"),
        NotThere, Denials))]
pub(crate) async fn file_of_order(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(order): Name,
    headers: HeaderMap,
    Until(deadline): Until,
) -> Result<Response, Refusal> {
    let user = caller.user()?.id;
    let now = api.now();
    paced(&api.media.pieces, user, now)?;
    let (job, file) = api.made(user, &order).await?;
    let tag = tag(&job.id, &file);
    let asked = asked(&headers, &tag);
    let turn = api.store.take_turn(user, PIECES, PIECES_A_DAY_MAX, now, deadline);
    if !turn.await? {
        meter::limit_refused(PIECES);
        return Err(api
            .not_now(caller.user()?, ("too_many_today", "web-file-enough"))
            .await);
    }
    let (from, length) = asked.unwrap_or((0, PIECE_BYTES_MAX));
    let part = match api.bytes(&file, (from, length), now, deadline).await {
        Ok(part) => part,
        Err(NoBytes::TooBig) => {
            return Err(api
                .not_now(caller.user()?, ("file_too_big", "web-file-too-big"))
                .await);
        }
        Err(NoBytes::Gone) => return Err(api.not_now(caller.user()?, ("file_gone", "web-file-gone")).await),
        Err(error @ NoBytes::Later(_)) => return Err(Refusal::BotAway(Box::new(error))),
    };
    if from >= part.total {
        return Err(Refusal::NoSuchPart { bytes: part.total });
    }
    let sent = u64::try_from(part.bytes.len()).unwrap_or(u64::MAX);
    if sent == 0 {
        return Err(Refusal::BotAway("nothing came of a file that has more".into()));
    }
    if asked.is_none() && sent < part.total {
        return Err(Refusal::NotNow(Box::new(Wanting {
            reason: "wants_range",
            detail: format!(
                "the file has {} bytes: ask for a part of it with `Range`",
                part.total
            ),
            message: String::new(),
            feature: None,
            unlocked_by: None,
        })));
    }
    let last = from.saturating_add(sent).saturating_sub(1);
    let place = asked.map(|_| format!("bytes {from}-{last}/{}", part.total));
    Ok(answer(job.order.makes, &tag, place, part.bytes))
}

impl Api {
    /// A customer's own order of which something was made, and Telegram's name of it. Of anything else nobody learns whether
    /// it is there.
    pub(super) async fn made(&self, user: UserId, order: &str) -> Result<(Job, FileId), Refusal> {
        let unknown = || Refusal::NotFound("there is no such order of yours with something made".to_owned());
        let nonce = Nonce::parse(order).ok_or_else(unknown)?;
        let id = JobId { user, nonce };
        let found = self.store.jobs().get_many(&[id]).await?;
        let job = found.into_iter().next().ok_or_else(unknown)?;
        let file = gallery::made(&job).cloned().ok_or_else(unknown)?;
        Ok((job, file))
    }

    async fn bytes(
        &self,
        file: &FileId,
        range: (u64, usize),
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<telegram::Part, NoBytes> {
        let bot = self
            .desk
            .cashier
            .bot
            .as_ref()
            .ok_or(NoBytes::Later("there is no bot here"))?;
        let known = self.media.found(file);
        let (found, part) = gallery::part(bot, file, known, range, now, deadline).await?;
        self.media.note(file, found);
        Ok(part)
    }
}

/// What a file is known by; it says nothing of Telegram's name for it.
fn tag(order: &JobId, file: &FileId) -> String {
    let sum = digest(&SHA256, format!("{order} {}", file.0).as_bytes());
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(sum.as_ref()))
}

/// From where, and how many bytes at most; `None` for the whole: also where a range of another form is asked for, or the
/// caller knows another file.
///
/// Source: RFC 9110, sections 13.1.5 and 14.2.
fn asked(headers: &HeaderMap, tag: &str) -> Option<(u64, usize)> {
    let known = headers.get(IF_RANGE);
    if known.is_some_and(|known| known.as_bytes() != tag.as_bytes()) {
        return None;
    }
    let range = headers.get(RANGE)?.to_str().ok()?;
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let from: u64 = from.parse().ok()?;
    if to.is_empty() {
        return Some((from, PIECE_BYTES_MAX));
    }
    let to: u64 = to.parse().ok().filter(|to| *to >= from)?;
    let length = usize::try_from(to.saturating_sub(from).saturating_add(1)).unwrap_or(usize::MAX);
    Some((from, length.min(PIECE_BYTES_MAX)))
}

/// What it is, by what was ordered and the file's first bytes: never anything that a browser would run.
fn kind(makes: Makes) -> &'static str {
    match makes {
        Makes::Image => "image/jpeg",
        Makes::Music | Makes::Speech => "audio/mpeg",
        Makes::Video | Makes::Prompt | Makes::Transcript => "video/mp4",
    }
}

fn answer(makes: Makes, tag: &str, place: Option<String>, bytes: Vec<u8>) -> Response {
    let status = if place.is_some() {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = (status, bytes).into_response();
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 5] = [
        (CONTENT_TYPE, kind(makes)),
        (ACCEPT_RANGES, "bytes"),
        (CACHE_CONTROL, "private, no-store"),
        (VARY, "authorization, origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let said = [(ETAG, Some(tag.to_owned())), (CONTENT_RANGE, place)];
    for (name, value) in said {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "\"t\"";

    fn of(range: &str, if_range: Option<&str>) -> Option<(u64, usize)> {
        let mut headers = HeaderMap::from_iter([(RANGE, range.parse().unwrap())]);
        if let Some(tag) = if_range {
            headers.insert(IF_RANGE, tag.parse().unwrap());
        }
        asked(&headers, TAG)
    }

    #[test]
    fn one_part_is_read_and_never_longer_than_an_answer_has_room_for() {
        assert_eq!(of("bytes=0-99", None), Some((0, 100)));
        assert_eq!(of("bytes=5-5", Some(TAG)), Some((5, 1)));
        assert_eq!(of("bytes=7-", None), Some((7, PIECE_BYTES_MAX)));
        assert_eq!(of("bytes=0-99999999", None), Some((0, PIECE_BYTES_MAX)));
        assert_eq!(
            of("bytes=0-18446744073709551615", None),
            Some((0, PIECE_BYTES_MAX))
        );
    }

    #[test]
    fn what_is_no_single_part_or_of_another_file_asks_for_the_whole() {
        for range in [
            "bytes=-5",
            "bytes=9-5",
            "bytes=0-1,4-5",
            "lines=0-1",
            "bytes=a-b",
            "bytes=",
        ] {
            assert_eq!(of(range, None), None, "{range}");
        }
        assert_eq!(of("bytes=0-99", Some("\"other\"")), None);
        assert_eq!(asked(&HeaderMap::new(), TAG), None);
    }

    #[test]
    fn a_piece_fits_into_an_answer_of_lambda() {
        // 6 MB, with the bytes in base64 and some room for headers.
        assert!(PIECE_BYTES_MAX.div_ceil(3) * 4 + (64 << 10) < 6 << 20);
    }
}
