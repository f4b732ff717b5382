//! One request and its answer, read with a bound.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::Value;

use crate::{Outcome, Unanswered};

/// Answers are a few kilobytes, lists some hundred; whatever is larger is none of the rail's.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// There was none.
pub(crate) enum Failed {
    /// Nothing was sent.
    NotSent(String),
    /// It may have arrived.
    Unanswered(String),
}

/// Sends a request. `timeout` covers everything up to the last byte of the answer. A body that is no JSON is null.
pub(crate) async fn send(request: RequestBuilder, timeout: Duration) -> Result<Answer, Failed> {
    let mut response = wire::send(request.timeout(timeout)).await?;
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(wire::Unanswered::from)? {
        if bytes.len().saturating_add(chunk.len()) > ANSWER_BYTES_MAX {
            return Err(Failed::Unanswered("an answer of more than 4 MiB".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Ok(Answer { status, body })
}

/// Whether a customer may be sent to this address: only over TLS, unless the rail itself is reached without it, as a played
/// one on this machine.
pub(crate) fn is_page(url: &str, base: &str) -> bool {
    url.starts_with("https://") || (base.starts_with("http://") && url.starts_with("http://"))
}

/// The longest of a rail's own words for what is wrong.
const CODE_CHARS_MAX: usize = 64;

/// Whether it is such a word. Anything else in its place may repeat what was sent, the key to our account among it.
fn is_code(text: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    text.len() <= CODE_CHARS_MAX && text.chars().all(letter)
}

impl From<wire::Unanswered> for Failed {
    fn from(unanswered: wire::Unanswered) -> Self {
        match unanswered.silence {
            wire::Silence::NotSent => Self::NotSent(unanswered.why),
            wire::Silence::TimedOut | wire::Silence::Broken => Self::Unanswered(unanswered.why),
        }
    }
}

impl<T> From<Failed> for Outcome<T> {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NotSent(why) => Self::Later { why },
            Failed::Unanswered(why) => Self::Unknown { why },
        }
    }
}

impl From<Failed> for Unanswered {
    fn from(failed: Failed) -> Self {
        let (Failed::NotSent(why) | Failed::Unanswered(why)) = failed;
        Self::Later(why)
    }
}

impl Answer {
    /// A call that moves money, by its status, where the answer is not the thing itself. `code` is the rail's own word.
    pub(crate) fn outcome<T>(&self, code: Option<&str>) -> Outcome<T> {
        let code = code.filter(|code| is_code(code)).unwrap_or_default();
        let why = format!("HTTP {} {code}", self.status);
        let why = why.trim_end().to_owned();
        match self.status {
            // Still at it (202), or nobody knows: the same key finds out.
            200..=299 | 409 | 500..=599 => Outcome::Unknown { why },
            429 => Outcome::Later { why },
            _ => Outcome::Refused { why },
        }
    }

    /// A question, by its status, where the answer is not the thing itself.
    pub(crate) fn unanswered(&self) -> Unanswered {
        match self.status {
            401 | 403 => Unanswered::BadKey,
            404 => Unanswered::NotFound,
            status => Unanswered::Later(format!("HTTP {status} with nothing that can be read")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, is_page};
    use crate::Outcome;

    #[test]
    fn a_rails_own_word_is_told_and_nothing_else_in_its_place() {
        let why = |code| {
            let answer = Answer {
                status: 400,
                body: serde_json::Value::Null,
            };
            match answer.outcome::<()>(Some(code)) {
                Outcome::Refused { why } => why,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(why("card_declined"), "HTTP 400 card_declined");
        let long = "a".repeat(65);
        for other in ["Basic MTAwNTAwOmxpdmU", "a@b.c", &long] {
            assert_eq!(why(other), "HTTP 400", "{other}");
        }
    }

    #[test]
    fn a_customer_is_sent_over_tls_unless_the_rail_itself_is_reached_without() {
        let (real, played) = ("https://api.yookassa.ru/v3", "http://127.0.0.1:9000/v3");
        assert!(is_page("https://yoomoney.ru/pay", real));
        assert!(!is_page("http://127.0.0.1:9000/pay", real));
        assert!(is_page("http://127.0.0.1:9000/pay", played));
        assert!(is_page("https://yoomoney.ru/pay", played));
        for base in [real, played] {
            assert!(!is_page("javascript:alert(1)", base));
        }
    }
}
