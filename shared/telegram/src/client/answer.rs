//! From the bytes of an answer to its meaning.

use serde::{Deserialize, de::DeserializeOwned};

use crate::{Error, html};

/// How long to wait when a 429 does not say. Telegram always does; a proxy before it may not.
const RETRY_AFTER_DEFAULT_S: u32 = 5;
/// Descriptions are a line; more than this of one is not worth a log entry.
const DESCRIPTION_CHARS_MAX: usize = 300;

/// An answer as it came over HTTP.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after_s: Option<u32>,
    pub(super) body: Vec<u8>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Parameters {
    retry_after: Option<u32>,
    migrate_to_chat_id: Option<i64>,
}

impl Answer {
    /// The result, or what its absence means.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let Ok(envelope) = serde_json::from_slice::<Envelope<T>>(&self.body) else {
            return Err(self.without_envelope());
        };
        match envelope {
            Envelope {
                ok: true,
                result: Some(result),
                ..
            } => Ok(result),
            Envelope { ok: true, .. } => Err(Error::unreadable("an answer without a result")),
            refused => Err(self.refusal(refused)),
        }
    }

    /// The answer of a proxy, or of somebody else altogether. Only the statuses that can mean nothing else are
    /// believed to have had no effect.
    fn without_envelope(&self) -> Error {
        match self.status {
            413 => Error::TooBig,
            429 => Error::RateLimited {
                retry_after_s: self.wait_s(None),
            },
            status => Error::unreadable(format!("HTTP {status} with an unreadable body")),
        }
    }

    fn refusal<T>(&self, envelope: Envelope<T>) -> Error {
        let Envelope {
            error_code,
            description,
            parameters,
            ..
        } = envelope;
        let code = error_code.unwrap_or(self.status);
        let parameters = parameters.unwrap_or_default();
        if let Some(to) = parameters.migrate_to_chat_id {
            return Error::Migrated { to };
        }
        let description = html::truncate(&description, DESCRIPTION_CHARS_MAX).into_owned();
        match code {
            400 => bad_request(description),
            401 => Error::Unauthorized,
            403 => Error::Unreachable { description },
            404 if is_wrong_token(&description) => Error::Unauthorized,
            413 => Error::TooBig,
            429 => Error::RateLimited {
                retry_after_s: self.wait_s(parameters.retry_after),
            },
            code if (400..500).contains(&code) => Error::Rejected { code, description },
            _ => Error::unreadable(format!("{code}: {description}")),
        }
    }

    fn wait_s(&self, stated_s: Option<u32>) -> u32 {
        stated_s.or(self.retry_after_s).unwrap_or(RETRY_AFTER_DEFAULT_S)
    }
}

/// A token of a wrong shape is not 401 but a path that does not exist: `Not Found`, without any detail.
fn is_wrong_token(description: &str) -> bool {
    description.eq_ignore_ascii_case("not found")
}

type Meaning = fn(String) -> Error;

/// Parts of the descriptions of 400, in lower case, by their meaning. The texts are those of the open Bot API server
/// and of the client library under it; only parts are compared, because the rest varies. Codes in capitals are
/// Telegram's own: the server turns a 403 that is only such a code into a 400.
const BAD_REQUESTS: [(Meaning, &[&str]); 10] = [
    (|_| Error::NotModified, &["message is not modified"]),
    (|_| Error::NoCaption, &["no caption in the message"]),
    (|_| Error::NoText, &["no text in the message"]),
    (
        |_| Error::QueryTooOld,
        &["query is too old", "query id is invalid"],
    ),
    (|_| Error::AlreadyRefunded, &["charge_already_refunded"]),
    (|_| Error::NoSuchPayment, &["charge_not_found", "charge_id_"]),
    (|_| Error::TooBig, &["too big", "request entity too large"]),
    (message_gone, GONE),
    (fetch_refused, NOT_FETCHED),
    (unreachable, NOBODY_THERE),
];

const GONE: &[&str] = &[
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message_id_invalid",
];

const NOT_FETCHED: &[&str] = &[
    "failed to get http url content",
    "wrong type of the web page content",
    "wrong http url specified",
    "wrong file identifier/http url",
    "webpage_curl_failed",
    "webpage_media_empty",
    "external_url_invalid",
];

const NOBODY_THERE: &[&str] = &[
    "chat not found",
    "user not found",
    "group chat was deactivated",
    "have no rights to send",
    "not enough rights",
    "need administrator rights",
    "peer_id_invalid",
    "user_is_blocked",
    "user_deactivated",
    "channel_private",
    "chat_admin_required",
    "_forbidden",
];

fn message_gone(description: String) -> Error {
    Error::MessageGone { description }
}

fn fetch_refused(description: String) -> Error {
    Error::FetchRefused { description }
}

fn unreachable(description: String) -> Error {
    Error::Unreachable { description }
}

fn bad_request(description: String) -> Error {
    let text = description.to_lowercase();
    let meant = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    match BAD_REQUESTS.iter().find(|(_, parts)| meant(parts)) {
        Some((meaning, _)) => meaning(description),
        None => Error::Rejected {
            code: 400,
            description,
        },
    }
}

#[cfg(test)]
mod tests;
