//! What stands in a request: a JSON body, a name in the path, a query. Read strictly, and refused with what is wrong.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use lambda_http::RequestExt as _;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize as _, Deserializer};
use table::Deadline;

use crate::problem::Refusal;

/// The longest body that is read: a context of a flag, or one row of the settings.
pub(crate) const BODY_BYTES_MAX: usize = 64 << 10;
/// The longest name of anything, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 128;

/// A JSON body. Nothing at all counts as an empty object, as OFREP has it.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, BODY_BYTES_MAX).await;
        let bytes = bytes.map_err(|_| Refusal::TooLarge(BODY_BYTES_MAX))?;
        if bytes.is_empty() {
            return read(b"{}").map(Self);
        }
        if !is_json(&parts) {
            return Err(Refusal::MediaType);
        }
        read(&bytes).map(Self)
    }
}

fn is_json(parts: &Parts) -> bool {
    let kind = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// A whole number as JSON Schema has it: `5.0` is one.
pub(crate) fn whole<'de, D: Deserializer<'de>>(number: D) -> Result<Option<u64>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(number)? else {
        return Ok(None);
    };
    let digits = number.to_string();
    let digits = digits.strip_suffix(".0").unwrap_or(&digits);
    let read = digits.parse().map(Some);
    read.map_err(|_| D::Error::custom(format!("{number} is no whole number of 0 or more")))
}

/// What is no JSON is malformed; what is JSON of another shape is senseless. Serde would take an array for an object.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        let detail = "the body must be an object".to_owned();
        return Err(Refusal::Senseless {
            detail,
            pointer: None,
        });
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!("the body: {error}");
        if error.is_data() {
            Refusal::Senseless {
                detail,
                pointer: None,
            }
        } else {
            Refusal::Malformed(detail)
        }
    })
}

/// The name in a path.
pub(crate) struct Name(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let unreadable = |_| Refusal::NotFound("the name in the path cannot be read".to_owned());
        let Path(name) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(unreadable)?;
        if !is_name(&name) {
            let why = "a name has letters, digits and . _ - only, at most 128 of them";
            return Err(Refusal::NotFound(why.to_owned()));
        }
        Ok(Self(name))
    }
}

/// Whether a text can be the name of anything in the settings.
pub(crate) fn is_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !text.is_empty() && text.len() <= NAME_CHARS_MAX && text.bytes().all(letter)
}

/// Two names in a path.
pub(crate) struct Names(pub(crate) String, pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Names {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let unreadable = || Refusal::NotFound("the names in the path cannot be read".to_owned());
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((first, second)) = path.map_err(|_| unreadable())?;
        let are_names = is_name(&first) && is_name(&second);
        are_names.then_some(Self(first, second)).ok_or_else(unreadable)
    }
}

/// Until when an invocation may write.
pub(crate) struct Until(pub(crate) Deadline);

/// The time for a request that no Lambda handed over, as in tests.
const PATIENCE: Duration = Duration::from_secs(8);

impl<S: Send + Sync> FromRequestParts<S> for Until {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(until(parts)))
    }
}

fn until(parts: &Parts) -> Deadline {
    let lambda = parts.lambda_context_ref().map(runtime::deadline);
    lambda.unwrap_or_else(|| Deadline::after(PATIENCE))
}

/// Holds all that a request leads to within the time of its invocation.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let deadline = until(&parts);
    deadline.hold(next.run(Request::from_parts(parts, body))).await
}

/// The query of an address.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(query) = query.map_err(|error| Refusal::Malformed(format!("the query: {error}")))?;
        Ok(Self(query))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body as Bytes;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Asks {
        #[serde(default)]
        amount: u32,
    }

    async fn body(kind: &str, text: String) -> Result<Asks, Refusal> {
        let request = http::Request::post("/").header(CONTENT_TYPE, kind);
        let request = request.body(Bytes::from(text)).unwrap();
        Body::from_request(request, &()).await.map(|Body(asks)| asks)
    }

    #[tokio::test]
    async fn a_body_is_json_by_name_by_form_and_by_shape() {
        let json = "application/json; charset=utf-8";
        assert_eq!(
            body(json, r#"{"amount":3}"#.into()).await.unwrap(),
            Asks { amount: 3 }
        );
        assert_eq!(body("", String::new()).await.unwrap(), Asks { amount: 0 });
        assert!(matches!(
            body("text/plain", "{}".into()).await,
            Err(Refusal::MediaType)
        ));
        assert!(matches!(body(json, "{".into()).await, Err(Refusal::Malformed(_))));
        let shape = body(json, r#"{"amount":"three"}"#.into()).await;
        assert!(matches!(shape, Err(Refusal::Senseless { .. })));
        let long = body(json, " ".repeat(BODY_BYTES_MAX + 1)).await;
        assert!(matches!(long, Err(Refusal::TooLarge(BODY_BYTES_MAX))));
    }

    #[test]
    fn a_name_has_plain_letters_and_an_end() {
        assert!(is_name("models.kling-3.0_hd"));
        for other in ["", "a b", "a/b", "ключ", &"a".repeat(129)] {
            assert!(!is_name(other), "{other}");
        }
    }
}
