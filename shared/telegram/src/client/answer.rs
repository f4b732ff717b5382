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

/// Parts of the descriptions of 400, in lower case, and their meaning. The texts are those of the open Bot API server
/// and of the client library under it; only parts are compared, because the rest varies.
const BAD_REQUESTS: [(&str, Meaning); 26] = [
    ("message is not modified", |_| Error::NotModified),
    ("no caption in the message", |_| Error::NoCaption),
    ("no text in the message", |_| Error::NoText),
    ("message to edit not found", |description| Error::MessageGone {
        description,
    }),
    ("message can't be edited", |description| Error::MessageGone {
        description,
    }),
    ("message_id_invalid", |description| Error::MessageGone {
        description,
    }),
    ("message to delete not found", |description| Error::MessageGone {
        description,
    }),
    ("query is too old", |_| Error::QueryTooOld),
    ("query id is invalid", |_| Error::QueryTooOld),
    ("failed to get http url content", |description| {
        Error::FetchRefused { description }
    }),
    ("wrong type of the web page content", |description| {
        Error::FetchRefused { description }
    }),
    ("wrong http url specified", |description| Error::FetchRefused {
        description,
    }),
    ("wrong file identifier/http url", |description| {
        Error::FetchRefused { description }
    }),
    ("webpage_curl_failed", |description| Error::FetchRefused {
        description,
    }),
    ("webpage_media_empty", |description| Error::FetchRefused {
        description,
    }),
    ("external_url_invalid", |description| Error::FetchRefused {
        description,
    }),
    ("too big", |_| Error::TooBig),
    ("request entity too large", |_| Error::TooBig),
    ("chat not found", |description| Error::Unreachable { description }),
    ("user not found", |description| Error::Unreachable { description }),
    ("peer_id_invalid", |description| Error::Unreachable {
        description,
    }),
    ("group chat was deactivated", |description| Error::Unreachable {
        description,
    }),
    ("have no rights to send", |description| Error::Unreachable {
        description,
    }),
    ("not enough rights", |description| Error::Unreachable {
        description,
    }),
    ("need administrator rights", |description| Error::Unreachable {
        description,
    }),
    ("chat_write_forbidden", |description| Error::Unreachable {
        description,
    }),
];

fn bad_request(description: String) -> Error {
    let text = description.to_lowercase();
    match BAD_REQUESTS.iter().find(|(part, _)| text.contains(part)) {
        Some((_, meaning)) => meaning(description),
        None => Error::Rejected {
            code: 400,
            description,
        },
    }
}

#[cfg(test)]
mod tests;
