//! One feature of a customer.

use std::sync::Arc;

use app::told;
use axum::extract::State;
use domain::id::ModelId;
use limits_flags::features::{Check, Reason};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::shown::{Unlock, Used, used};
use super::{rfc3339, scarcest};
use crate::Api;
use crate::auth::Caller;
use crate::body::{Asked, Name};
use crate::openapi::{Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;
use crate::seen::Seen;

/// What exactly is to be done with the feature.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct What {
    /// The customer's Telegram id; as with `/features`.
    #[param(pattern = "^[1-9][0-9]{0,15}$")]
    user: Option<String>,
    /// With this model, which has to be the customer's as well.
    #[param(pattern = "^[a-z0-9.-]{1,24}$")]
    model: Option<String>,
    /// So many times, or so many units of what is counted.
    #[param(minimum = 1, maximum = 1_000_000_000, default = 1)]
    amount: Option<u64>,
}

/// Most units that may be asked about.
pub(super) const AMOUNT_MAX: u64 = 1_000_000_000;

/// Whether a customer may use a feature, why, and how much of it. Nothing is counted by asking.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeatureCheck)]
pub(crate) struct Checked {
    /// The feature.
    feature_key: String,
    /// Whether it may be used now, for this model and amount.
    has_access: bool,
    /// The same, as seed 003 calls it.
    enabled: bool,
    /// Why, for a machine: `granted`, `tier_too_low`, `limit_reached` …
    #[schema(example = "tier_too_low")]
    reason: &'static str,
    /// Why, for a person, in their language, with what would grant it.
    message: String,
    /// Which layer of the cascade says so.
    #[schema(example = "tier:pro")]
    source: String,
    /// The value of a config feature that is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    /// The limit of which the least is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    /// How much of it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
    /// How much of it is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<u64>,
    /// When there is more of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    reset_at: Option<String>,
    /// Every limit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    usage: Vec<Used>,
    /// When what grants it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// What would grant it.
    #[serde(skip_serializing_if = "Option::is_none")]
    unlocked_by: Option<Unlock>,
}

/// Whether a customer may use a feature, why, and how much of it.
#[utoipa::path(get, path = "/features/check/{key}", tag = "features",
    params(("key" = String, Path, description = "The feature", pattern = "^[A-Za-z0-9._-]{1,128}$"), What),
    responses((status = 200, description = "The answer", body = Checked), NotThere, Unreadable, Denials))]
pub(crate) async fn check_feature(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Name(key): Name,
    Asked(what): Asked<What>,
) -> Result<Json<Checked>, Refusal> {
    let amount = what.amount.unwrap_or(1);
    if !(1..=AMOUNT_MAX).contains(&amount) {
        return Err(Refusal::Malformed(format!("`amount` is 1 to {AMOUNT_MAX}")));
    }
    let seen = api.see_asked(&caller, what.user.as_deref()).await?;
    if seen.snapshot.registry.feature(&key).is_none() {
        return Err(Refusal::NotFound(format!("there is no feature `{key}`")));
    }
    checked(&seen, &key, what.model, amount).map(Json)
}

pub(super) fn checked(
    seen: &Seen,
    key: &str,
    model: Option<String>,
    amount: u64,
) -> Result<Checked, Refusal> {
    let model = match model {
        None => None,
        Some(id) => {
            let unknown = Refusal::NotFound(format!("there is no model `{id}`"));
            Some(seen.snapshot.model(&ModelId(id)).ok_or(unknown)?)
        }
    };
    Ok(seen.entitled(|entitled| {
        let check = entitled.check_with_usage(key, |limit| seen.usage(limit, amount));
        let of_model = model.map(|model| entitled.require_model(model));
        let reason = match of_model {
            _ if !check.has_access => check.reason,
            Some(Err(denial)) => denial.reason,
            _ => Reason::Granted,
        };
        Checked::of(seen, &check, reason)
    }))
}

impl Checked {
    fn of(seen: &Seen, check: &Check<'_>, reason: Reason) -> Self {
        let scarcest = scarcest(seen, check.limits);
        let has_access = reason == Reason::Granted;
        Self {
            feature_key: check.feature.to_owned(),
            has_access,
            enabled: has_access,
            reason: reason.as_str(),
            message: told::check(
                seen.locale(),
                &seen.snapshot,
                check,
                reason,
                scarcest.as_ref(),
                seen.now,
            ),
            source: check.source.to_string(),
            value: check.value.cloned(),
            limit: scarcest.as_ref().map(|usage| usage.max),
            used: scarcest.as_ref().map(|usage| usage.used),
            remaining: scarcest.as_ref().map(domain::limit::Usage::left),
            reset_at: scarcest.and_then(|usage| usage.resets_at).and_then(rfc3339),
            usage: used(seen, check),
            expires_at: check.expires_at.and_then(rfc3339),
            unlocked_by: Unlock::of(check),
        }
    }
}
