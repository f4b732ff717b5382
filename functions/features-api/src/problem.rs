//! Refusals, as problem details (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::features::Unlock;

/// What a caller is told when a request is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: a name that stays.
    #[serde(rename = "type")]
    #[schema(example = "urn:neurocards:problem:not-found")]
    pub kind: String,
    /// The same for a person.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What was wrong with this very request.
    pub detail: String,
    /// Where in the body the mistake is, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Why a feature, a tier or a model is refused, for a machine: `tier_too_low`, `limit_reached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same for a person, in their language, with what would help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The feature that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature_key: Option<String>,
    /// What would grant it, or has more room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlocked_by: Option<Unlock>,
    /// The limit that has not room enough.
    #[serde(flatten)]
    pub limit: UsedUpLimit,
}

/// A limit that has not room enough; nothing where it is not about one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsedUpLimit {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "feature-chat-rd")]
    pub limit_id: Option<String>,
    /// Who set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "tier:pro")]
    pub source: Option<String>,
    /// What is counted: `requests`, `tokens` or `micro_usd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<&'static str>,
    /// `hour`, `day`, `week` or `month` by the clock, `sliding` for the time just past, `open` for what is open at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<&'static str>,
    /// How many seconds of the time just past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_s: Option<i64>,
    /// All customers share it, and nobody is told how much of it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
    /// How much may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How much is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// How much is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// How much was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested: Option<u64>,
    /// When there is more; absent where it is when something that is open ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub reset_at: Option<String>,
}

/// What a customer has not, or has used up.
#[derive(Clone, Debug)]
pub struct Wanting {
    /// Why, for a machine.
    pub reason: &'static str,
    /// The same for a log: what was asked for.
    pub detail: String,
    /// The same for a person, in their language.
    pub message: String,
    /// The feature.
    pub feature: Option<String>,
    /// What would help.
    pub unlocked_by: Option<Unlock>,
}

/// Why a request is not carried out, by what the caller may do about it.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The request cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// Nobody said who asks, or not so that it is believed.
    #[error("{0}")]
    Unauthorized(String),
    /// Who asks may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// The customer has not what it takes.
    #[error("{}", .0.detail)]
    Denied(Box<Wanting>),
    /// A limit of the customer's, or one that all share, has not room enough.
    #[error("{}", what.detail)]
    UsedUp {
        /// What is wanting.
        what: Box<Wanting>,
        /// Which limit.
        limit: Box<UsedUpLimit>,
        /// After how many seconds there may be room.
        retry_after_s: u32,
    },
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The path knows other methods.
    #[error("the path does not know this method")]
    Method,
    /// Somebody else was faster; read and try again.
    #[error("{0}")]
    Conflict(String),
    /// The body is too long.
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// The body is no JSON.
    #[error("the body must be application/json")]
    MediaType,
    /// The body is JSON and says nothing sensible.
    #[error("{detail}")]
    Senseless {
        /// What is wrong.
        detail: String,
        /// Where, as a JSON pointer.
        pointer: Option<String>,
    },
    /// As things stand, it cannot be done; the customer is told why in words.
    #[error("{}", .0.detail)]
    NotNow(Box<Wanting>),
    /// Of this file there is no such part.
    #[error("the file has {bytes} bytes")]
    NoSuchPart {
        /// How many it has.
        bytes: u64,
    },
    /// Too many requests.
    #[error("too many requests; try again in {retry_after_s} s")]
    TooMany {
        /// After how many seconds there is room again.
        retry_after_s: u32,
    },
    /// The tables do not answer; trying again helps.
    #[error("the tables do not answer now; try again")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The dead-letter queue does not answer; trying again helps.
    #[error("the dead-letter queue does not answer now; try again")]
    QueueAway(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A payment rail does not answer; trying again helps.
    #[error("the payment rail does not answer now; try again")]
    RailAway(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Telegram does not answer; trying again helps.
    #[error("Telegram does not answer now; try again")]
    BotAway(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of ours.
    #[error("this should not have happened; it is in the log")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) | Self::NotNow(_) => StatusCode::CONFLICT,
            Self::NoSuchPart { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Senseless { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany { .. } | Self::UsedUp { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Away(_) | Self::QueueAway(_) | Self::RailAway(_) | Self::BotAway(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the caller is told.
    pub fn problem(&self) -> Problem {
        let status = self.status();
        let title = status.canonical_reason().unwrap_or("Refused");
        let mut problem = Problem {
            kind: String::new(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            pointer: None,
            reason: None,
            message: None,
            feature_key: None,
            unlocked_by: None,
            limit: UsedUpLimit::default(),
        };
        match self {
            Self::Senseless { pointer, .. } => problem.pointer.clone_from(pointer),
            Self::Denied(what) | Self::NotNow(what) => problem.wants(what),
            Self::UsedUp { what, limit, .. } => {
                "Limit Reached".clone_into(&mut problem.title);
                problem.wants(what);
                problem.limit = (**limit).clone();
            }
            _ => {}
        }
        let name = problem.title.to_lowercase().replace(' ', "-");
        problem.kind = format!("urn:neurocards:problem:{name}");
        problem
    }

    /// Writes down what an operator should know of it.
    pub(crate) fn tell(&self) {
        match self {
            Self::Broken(error) => {
                tracing::error!(name: "request_failed", error = runtime::batch::chain(&**error), "a request failed");
            }
            Self::RailAway(error) => {
                tracing::warn!(
                    name: "rail_silent",
                    error = runtime::batch::chain(&**error),
                    "a payment rail does not answer"
                );
            }
            Self::BotAway(error) => {
                tracing::warn!(
                    name: "telegram_silent",
                    error = runtime::batch::chain(&**error),
                    "Telegram does not answer"
                );
            }
            Self::QueueAway(error) => {
                tracing::warn!(
                    name: "queue_silent",
                    error = runtime::batch::chain(&**error),
                    "the dead-letter queue does not answer"
                );
            }
            Self::Away(error) => {
                tracing::warn!(
                    name: "tables_silent",
                    error = runtime::batch::chain(&**error),
                    "the tables do not answer"
                );
            }
            _ => {}
        }
    }

    /// A header that says what to do next.
    fn hint(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Unauthorized(_) => Some((WWW_AUTHENTICATE, HeaderValue::from_static("tma, Bearer"))),
            Self::TooMany { retry_after_s } | Self::UsedUp { retry_after_s, .. } => {
                Some((RETRY_AFTER, HeaderValue::from(*retry_after_s)))
            }
            Self::Away(_) | Self::QueueAway(_) | Self::RailAway(_) | Self::BotAway(_) => {
                Some((RETRY_AFTER, HeaderValue::from(1)))
            }
            Self::NoSuchPart { bytes } => {
                let place = HeaderValue::try_from(format!("bytes */{bytes}")).ok()?;
                Some((CONTENT_RANGE, place))
            }
            _ => None,
        }
    }
}

impl Problem {
    fn wants(&mut self, what: &Wanting) {
        self.reason = Some(what.reason.to_owned());
        self.message = Some(what.message.clone());
        self.feature_key.clone_from(&what.feature);
        self.unlocked_by.clone_from(&what.unlocked_by);
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.tell();
        let body = serde_json::to_vec(&self.problem()).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, kind);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.hint());
        response
    }
}

impl From<table::Error> for Refusal {
    fn from(error: table::Error) -> Self {
        match error {
            table::Error::Conflict | table::Error::Throttled(_) | table::Error::NoAnswer(_) => {
                Self::Away(Box::new(error))
            }
            table::Error::Refused(_)
            | table::Error::NotSetUp(_)
            | table::Error::Invalid(_)
            | table::Error::Malformed(_) => Self::Broken(Box::new(error)),
        }
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Table(error) => error.into(),
            store::Error::Malformed(_) | store::Error::Unsound { .. } => Self::Broken(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_its_kind_its_status_and_what_was_wrong() {
        let problem = Refusal::NotFound("there is no flag `x`".to_owned()).problem();
        assert_eq!(problem.kind, "urn:neurocards:problem:not-found");
        assert_eq!(
            (problem.status, problem.detail.as_str()),
            (404, "there is no flag `x`")
        );
    }

    #[test]
    fn what_to_do_next_stands_in_a_header() {
        let retry = Refusal::TooMany { retry_after_s: 7 }.into_response();
        assert_eq!(retry.headers()[RETRY_AFTER], "7");
        assert_eq!(retry.headers()[CONTENT_TYPE], "application/problem+json");
        let who = Refusal::Unauthorized(String::new()).into_response();
        assert_eq!(who.headers()[WWW_AUTHENTICATE], "tma, Bearer");
    }

    #[test]
    fn a_fault_of_ours_is_not_told_to_the_caller() {
        let error = table::Error::Invalid("Table: secrets-of-ours".into());
        let refusal = Refusal::from(error);
        assert_eq!(refusal.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!refusal.problem().detail.contains("secrets-of-ours"));
    }

    #[test]
    fn tables_that_do_not_answer_are_worth_another_try() {
        let away = Refusal::from(table::Error::Conflict).into_response();
        assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(away.headers()[RETRY_AFTER], "1");
    }
}
