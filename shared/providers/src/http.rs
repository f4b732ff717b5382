//! One request and the three ways in which it can end: the same for every provider.

use std::time::Duration;

use reqwest::{RequestBuilder, Response, header::RETRY_AFTER};
use serde::de::DeserializeOwned;
use wire::{Silence, Unanswered};

use crate::{Create, LookUp, Reason};

/// Answers are a few kilobytes; whatever is larger is not an API's.
pub(crate) const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Sends a request once.
pub(crate) async fn send<E: DeserializeOwned>(
    request: RequestBuilder,
    timeout: Duration,
) -> Result<Answer<E>, Failed> {
    send_up_to(ANSWER_BYTES_MAX, request, timeout).await
}

/// The same, where answers may be so large.
pub(crate) async fn send_up_to<E: DeserializeOwned>(
    bytes_max: usize,
    request: RequestBuilder,
    timeout: Duration,
) -> Result<Answer<E>, Failed> {
    let response = wire::send(request.timeout(timeout)).await?;
    Answer::read(response, bytes_max).await
}

/// An answer as it came, with the API's own words if it has any.
pub(crate) struct Answer<E> {
    pub(crate) status: u16,
    pub(crate) retry_after_s: Option<u32>,
    pub(crate) envelope: Option<E>,
}

impl<E: DeserializeOwned> Answer<E> {
    async fn read(mut response: Response, bytes_max: usize) -> Result<Self, Failed> {
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let retry_after_s = retry_after.and_then(|seconds| seconds.trim().parse().ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Unanswered::from)? {
            if body.len() + chunk.len() > bytes_max {
                return Err(Failed::Unanswered(format!(
                    "an answer of more than {bytes_max} bytes"
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status,
            retry_after_s,
            envelope: serde_json::from_slice(&body).ok(),
        })
    }
}

impl<E> Answer<E> {
    /// For an answer that is not the API's own.
    pub(crate) fn strange(&self) -> String {
        format!("HTTP {} with an unreadable body", self.status)
    }

    /// The reason in the HTTP status alone, for the few statuses that a proxy gives and that can mean nothing else
    /// than that the request went no further. 503 says that the request is not handled (RFC 9110, 15.6.4); 502 and 504
    /// say only that the server's answer was lost. Cloudflare's 521, 523, 525 and 526 mean that it had no connection to
    /// the server; 520, 522 and 524 can come after the request was passed on.
    pub(crate) fn turned_away(&self) -> Option<Reason> {
        match self.status {
            401 => Some(Reason::BadKey),
            404 | 405 | 413 => Some(Reason::BadInput),
            403 | 429 => Some(Reason::RateLimited),
            503 | 521 | 523 | 525 | 526 => Some(Reason::ProviderBroke),
            _ => None,
        }
    }
}

impl<E> Answer<E> {
    /// What the words of somebody in between mean for an order.
    pub(crate) fn turned_away_order(&self) -> Create {
        let why = self.strange();
        self.no_order(self.turned_away(), why.clone(), why)
    }

    /// What a refusal means for an order: its reason, where it surely is one, the API's words, and the same for the log.
    pub(crate) fn no_order(&self, reason: Option<Reason>, message: String, why: String) -> Create {
        let retry_after_s = self.retry_after_s;
        match reason {
            Some(reason) if reason.is_final() => Create::Rejected {
                reason,
                code: i64::from(self.status),
                message,
            },
            Some(_) => Create::NotAccepted { why, retry_after_s },
            None => Create::Unknown { why },
        }
    }
}

/// What a success with these addresses is.
pub(crate) fn files(urls: impl Iterator<Item = String>) -> LookUp {
    let is_link = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    let urls: Vec<String> = urls.filter(is_link).collect();
    if urls.is_empty() {
        LookUp::SucceededWithoutFile
    } else {
        LookUp::Succeeded { urls }
    }
}

/// A number with decimals, in millionths, without a detour through floats. What is smaller than that is left out.
pub(crate) fn millionths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<6}");
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: u64 = fraction.get(..6).filter(|text| digits(text))?.parse().ok()?;
    let whole: u64 = Some(whole).filter(|text| digits(text))?.parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(fraction)
}

/// What stands there, or nothing where it says `null`: a field that has no value yet is often sent so.
pub(crate) fn or_nothing<'de, D, T>(field: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de> + Default,
{
    serde::Deserialize::deserialize(field).map(|held: Option<T>| held.unwrap_or_default())
}

/// There was no answer.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Nothing was sent.
    NotSent(String),
    /// It may have arrived.
    Unanswered(String),
}

impl Failed {
    /// What it means for an order.
    pub(crate) fn of_order(self) -> Create {
        match self {
            Self::NotSent(why) => Create::NotAccepted {
                why,
                retry_after_s: None,
            },
            Self::Unanswered(why) => Create::Unknown { why },
        }
    }

    pub(crate) fn into_why(self) -> String {
        match self {
            Self::NotSent(why) | Self::Unanswered(why) => why,
        }
    }
}

impl From<Unanswered> for Failed {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered.silence {
            Silence::NotSent => Self::NotSent(unanswered.why),
            Silence::TimedOut => Self::Unanswered("no answer in time".to_owned()),
            Silence::Broken => Self::Unanswered(unanswered.why),
        }
    }
}

/// Messages are a line; more than this of one is not worth a row or a log entry.
pub(crate) const MESSAGE_CHARS_MAX: usize = 300;

/// As much of a message as is worth keeping.
pub(crate) fn shortened(message: &str) -> String {
    message.chars().take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_millionth() {
        let read = [
            ("0.42", 420_000),
            ("12", 12_000_000),
            ("1.0000019", 1_000_001),
            ("3.", 3_000_000),
        ];
        for (text, amount) in read {
            assert_eq!(millionths(text), Some(amount), "{text}");
        }
        for text in [
            "",
            ".5",
            "-1",
            "+1",
            "1.+5",
            "1e3",
            "1,5",
            "99999999999999999999",
            "ж.1",
        ] {
            assert_eq!(millionths(text), None, "{text}");
        }
    }
}
