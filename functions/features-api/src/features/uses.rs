//! Using a feature: it is required and counted in one go; and giving a use back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::time::Timestamp;
use domain::uses::Use as Noted;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::check::{AMOUNT_MAX, Checked};
use crate::Api;
use crate::auth::{Caller, customer};
use crate::body::{Asked, Body, Name, Names, Until, whole};
use crate::openapi::{Bodies, Denials, NotThere, Unreadable, UsedUp};
use crate::problem::Refusal;
use crate::reply::Json;
use crate::using::Told;

/// The header that makes a use the same when it is told again.
///
/// Source: draft-ietf-httpapi-idempotency-key-header.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest such key, in characters.
const KEY_CHARS_MAX: usize = 128;
/// Says beside the body that an answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What is used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Use {
    /// The customer's Telegram id; a user's own, and a machine must say whose.
    #[schema(pattern = "^[1-9][0-9]{0,14}$")]
    user: Option<String>,
    /// So many times, or so many units of what is counted.
    #[schema(minimum = 1, maximum = 1_000_000_000, default = 1)]
    #[serde(default, deserialize_with = "whole")]
    amount: Option<u64>,
}

/// A use that was counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeatureUse)]
pub(crate) struct Counted {
    #[serde(flatten)]
    used: Noting,
    /// It was counted before, by a request with the same key: this is what that one was answered.
    replayed: bool,
    /// What was left once it was counted.
    #[schema(value_type = Checked)]
    check: Value,
}

/// A use that was given back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleasedUse)]
pub(crate) struct Released {
    #[serde(flatten)]
    used: Noting,
    /// It was given back before; nothing was given back again.
    already_released: bool,
}

/// A use as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotedUse)]
pub(crate) struct Noting {
    /// What it is called; give it back by this name.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    use_id: String,
    /// The feature.
    feature_key: String,
    /// The customer.
    user: String,
    /// How much.
    amount: u64,
    /// `counted`, or `released` once it was given back.
    #[schema(example = "counted")]
    state: &'static str,
    /// When it was counted.
    #[schema(format = DateTime)]
    counted_at: String,
    /// When it was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    released_at: Option<String>,
}

impl Noting {
    fn of(noted: &Noted) -> Self {
        Self {
            use_id: noted.id.to_string(),
            feature_key: noted.feature.clone(),
            user: noted.user.to_string(),
            amount: noted.amount,
            state: if noted.still_counts() {
                "counted"
            } else {
                "released"
            },
            counted_at: noted.at.rfc3339().unwrap_or_default(),
            released_at: noted.released_at.and_then(Timestamp::rfc3339),
        }
    }
}

/// Uses a feature: counts on all of its limits, or is refused (403 who may not have it, 429 where a limit is used up).
///
/// With an `Idempotency-Key`, the same request of the same caller counts once, and is answered as the first time with
/// `replayed`; the same key with another feature, amount or user is refused (422). A refusal is not kept: try the same key
/// again. A key is known for at least 35 days after the last window that the use was counted in.
#[utoipa::path(post, path = "/features/{key}/uses", tag = "features", request_body = Use,
    params(("key" = String, Path, description = "The feature", pattern = "^[A-Za-z0-9._-]{1,128}$"),
        ("Idempotency-Key" = Option<String>, Header, description = "What makes it the same request when it is sent again: visible ASCII, 1 to 128 characters", pattern = "^[!-~]{1,128}$")),
    responses((status = 200, description = "It was counted; what is left", body = Counted,
            headers(("Idempotent-Replayed" = String, description = "`true` where an earlier request with this key was answered so"))),
        Bodies, NotThere, Denials, UsedUp))]
pub(crate) async fn use_feature(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(feature): Name,
    headers: HeaderMap,
    Until(deadline): Until,
    Body(asked): Body<Use>,
) -> Result<Response, Refusal> {
    let unfit = |what: &str, pointer: &str| Refusal::Senseless {
        detail: what.to_owned(),
        pointer: Some(pointer.to_owned()),
    };
    let amount = asked.amount.unwrap_or(1);
    if !(1..=AMOUNT_MAX).contains(&amount) {
        return Err(unfit("`amount` is 1 to 1000000000", "/amount"));
    }
    let user = asked.user.as_deref();
    if user.is_some_and(|user| customer(user).is_none()) {
        return Err(unfit("`user` is no customer's Telegram id", "/user"));
    }
    let told = Told {
        feature: &feature,
        amount,
        user,
        is_word: true,
        key: idempotency_key(&headers)?,
    };
    let counted = api.use_up(&caller, &told, deadline).await?;
    let check =
        serde_json::from_str(&counted.noted.answer).map_err(|error| Refusal::Broken(Box::new(error)))?;
    let mut response = Json(Counted {
        used: Noting::of(&counted.noted),
        replayed: counted.replayed,
        check,
    })
    .into_response();
    if counted.replayed {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// How a use ends.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    /// It is done, and stays counted; only what it counts as open at once is free again. Without this, all of it is given
    /// back.
    #[serde(default)]
    #[param(required = false)]
    done: bool,
}

/// Gives a use back to the very windows that it was counted in, once; a second time says so and changes nothing. What is
/// `done` only frees what it counts as open.
///
/// Whoever told of it may: a user what he told himself, a machine what machines told, an editor anything.
#[utoipa::path(delete, path = "/features/{key}/uses/{id}", tag = "features",
    params(("key" = String, Path, description = "The feature", pattern = "^[A-Za-z0-9._-]{1,128}$"),
        ("id" = String, Path, description = "The use's `use_id`", pattern = "^[0-9a-f]{32}$"), How),
    responses((status = 200, description = "It is given back, or done", body = Released), NotThere, Unreadable, Denials))]
pub(crate) async fn release_use(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Names(feature, id): Names,
    Until(deadline): Until,
    Asked(how): Asked<How>,
) -> Result<Json<Released>, Refusal> {
    let back = api
        .give_back(&caller, (&feature, &id), how.done, deadline)
        .await?;
    Ok(Json(Released {
        used: Noting::of(&back.noted),
        already_released: back.before,
    }))
}

/// The key that a request is told with, if there is one.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let visible = |key: &&str| key.bytes().all(|byte| byte.is_ascii_graphic());
    let fits = |key: &&str| (1..=KEY_CHARS_MAX).contains(&key.len());
    let key = key.to_str().ok().filter(visible).filter(fits);
    let key = key.filter(|_| keys.next().is_none());
    let unfit = || {
        let what = format!("one Idempotency-Key has 1 to {KEY_CHARS_MAX} visible ASCII characters");
        Refusal::Malformed(what)
    };
    key.map(Some).ok_or_else(unfit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(sent: &[&[u8]]) -> Result<Option<String>, ()> {
        let mut headers = HeaderMap::new();
        for key in sent {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(key).unwrap());
        }
        let read = idempotency_key(&headers).map(|key| key.map(str::to_owned));
        read.map_err(drop)
    }

    #[test]
    fn one_key_of_visible_letters_is_taken_and_none_is_none() {
        assert_eq!(key(&[]), Ok(None));
        assert_eq!(key(&[b"order-7"]), Ok(Some("order-7".to_owned())));
        assert!(key(&[&[b'a'; 128]]).is_ok());
        let unfit: [&[&[u8]]; 5] = [&[b""], &[b"a b"], &[b"\xd1\x91"], &[&[b'a'; 129]], &[b"a", b"a"]];
        for sent in unfit {
            assert_eq!(key(sent), Err(()), "{sent:?}");
        }
    }
}
