//! Using a feature: it is required and counted in one go.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::check::{AMOUNT_MAX, Checked, checked};
use crate::Api;
use crate::auth::{Caller, customer};
use crate::body::{Body, Name, Until, whole};
use crate::guard::Need;
use crate::openapi::{Bodies, Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

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

/// Uses a feature: counts on all of its limits, or is refused (403 who may not have it, 429 where a limit is used up).
#[utoipa::path(post, path = "/features/{key}/uses", tag = "features", request_body = Use,
    params(("key" = String, Path, description = "The feature", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "It was counted; what is left", body = Checked), Bodies, NotThere, Denials))]
pub(crate) async fn use_feature(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(key): Name,
    Until(deadline): Until,
    Body(asked): Body<Use>,
) -> Result<Json<Checked>, Refusal> {
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
    if user.is_none() && caller.user().is_err() {
        // The body is as described: it is this caller who has to say more.
        return Err(Refusal::Forbidden(
            "a machine must say who uses it: `user`".to_owned(),
        ));
    }
    let seen = api.see(&caller, user).await?;
    if seen.snapshot.registry.feature(&key).is_none() {
        return Err(super::check::no_feature(&seen, &key));
    }
    let need = Need::Feature {
        key: key.clone(),
        amount: Some(amount),
    };
    api.need(&caller, user, &need, deadline).await?;
    let seen = api.see(&caller, user).await?;
    checked(&seen, &key, None, 0).map(Json)
}
