//! The envelope around every answer, and what its codes mean.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{Reason, http::shortened, words};

/// `{"code":200,"msg":"success","data":…}`
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    #[serde(deserialize_with = "code")]
    pub(super) code: i64,
    #[serde(default, alias = "message")]
    msg: Option<String>,
    #[serde(default)]
    pub(super) data: Value,
}

impl Envelope {
    #[cfg(test)]
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    pub(super) fn message(&self) -> String {
        shortened(self.msg.as_deref().unwrap_or_default())
    }

    pub(super) fn reason(&self) -> Reason {
        reason_of(self.code, self.msg.as_deref().unwrap_or_default())
    }
}

/// Codes are numbers, and numbers in quotes in `failCode`.
fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    number(&value).ok_or_else(|| serde::de::Error::custom("a code that is no number"))
}

pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// What a code and its message mean. 500 wraps nearly everything, and 400 and 422 more than their names say: there
/// the message decides.
pub(super) fn reason_of(code: i64, message: &str) -> Reason {
    match code {
        401 | 403 => Reason::BadKey,
        402 => Reason::OutOfFunds,
        404 | 505 => Reason::Retired,
        429 | 433 => Reason::RateLimited,
        451 => Reason::BadInput,
        455 => Reason::Maintenance,
        400 | 405 | 413 | 415 | 422 => words::meant(message)
            .filter(|reason| reason.is_final())
            .unwrap_or(Reason::BadInput),
        _ => words::meant(message).unwrap_or(Reason::ProviderBroke),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::MESSAGE_CHARS_MAX;

    #[test]
    fn a_code_may_be_a_number_or_a_number_in_quotes() {
        for body in [
            r#"{"code":422,"msg":"no"}"#,
            r#"{"code":"422","message":"no","extra":1}"#,
        ] {
            let envelope = Envelope::read(body.as_bytes()).unwrap();
            assert_eq!((envelope.code, envelope.message().as_str()), (422, "no"));
        }
        assert!(Envelope::read(br#"{"status":500,"error":"Internal Server Error"}"#).is_none());
        assert!(Envelope::read(b"<html>502</html>").is_none());
        assert!(Envelope::read(br#"{"code":null}"#).is_none());
    }

    #[test]
    fn codes_and_messages_give_the_reason() {
        let table = [
            (400, "Bad parameter", Reason::BadInput),
            (401, "Unauthorized", Reason::BadKey),
            (402, "Credits insufficient", Reason::OutOfFunds),
            (404, "Not found", Reason::Retired),
            (
                422,
                "duration is not within the range of allowed options",
                Reason::BadInput,
            ),
            (
                422,
                "Your prompt was flagged by our content policy",
                Reason::Moderation,
            ),
            (429, "Too many requests", Reason::RateLimited),
            (451, "Image fetch failed", Reason::BadInput),
            (455, "Maintenance", Reason::Maintenance),
            (500, "This field is required", Reason::BadInput),
            (500, "This interface is temporarily paused", Reason::Retired),
            (
                500,
                "Internal error, please try again later",
                Reason::ProviderBroke,
            ),
            (
                500,
                "The input or output was flagged as sensitive",
                Reason::Moderation,
            ),
            (501, "generation failed", Reason::ProviderBroke),
            (505, "Feature disabled", Reason::Retired),
        ];
        for (code, message, reason) in table {
            assert_eq!(reason_of(code, message), reason, "{code} {message}");
        }
    }

    #[test]
    fn a_long_message_is_shortened() {
        assert_eq!(shortened(&"ж".repeat(4000)).chars().count(), MESSAGE_CHARS_MAX);
    }
}
