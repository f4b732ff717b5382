//! One feature of a customer.

use std::sync::Arc;

use app::told;
use axum::extract::State;
use domain::admission::limits_touched;
use domain::catalog::{Model, Plan, Price};
use domain::id::ModelId;
use domain::limit::{Limit, Usage};
use domain::time::Timestamp;
use domain::video::Quality;
use limits_flags::features::{Check, Denial, Entitlements, Reason};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::shown::{Unlock, Used, source};
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
    /// With this model, which has to be the customer's as well, and of which so many orders have to fit into every limit.
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
    /// Which layer of the cascade switched it on or off.
    #[schema(example = "tier:pro")]
    source: String,
    /// The value of a config feature that is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    /// Which layer said the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "tier:pro")]
    value_source: Option<String>,
    /// The limit of which the least is left. Of one that all customers share nobody is told more than when it resets.
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
    /// Every limit of the customer's own; with a model, every one that orders for it touch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    usage: Vec<Used>,
    /// With a model: who would pay for so many orders of its shortest video, `credits` or the customer's plan, which does so
    /// as long as its limits have room.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "plan:unlimited_1day")]
    paid_by: Option<String>,
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
    let mut seen = api.see_asked(&caller, what.user.as_deref()).await?;
    let model = what.model.map(ModelId);
    if let Some(model) = &model {
        api.count_model(&mut seen, model).await?;
    }
    if seen.snapshot.registry.feature(&key).is_none() {
        return Err(no_feature(&seen, &key));
    }
    checked(&seen, &key, model, amount).map(Json)
}

pub(crate) fn checked(
    seen: &Seen,
    key: &str,
    model: Option<ModelId>,
    amount: u64,
) -> Result<Checked, Refusal> {
    let model = match model {
        None => None,
        Some(id) => {
            let ids = seen.snapshot.models.iter().map(|model| model.id.0.as_str());
            let unknown = Refusal::NotFound(limits_flags::unknown("model", &id.0, ids));
            Some(seen.snapshot.model(&id).ok_or(unknown)?)
        }
    };
    Ok(seen.entitled(|entitled| {
        let check = entitled.check_with_usage(key, |limit| Some(seen.usage(limit, amount)));
        let orders = model.map(|model| Orders::of(seen, model, amount));
        let needed = orders.as_ref().map(|orders| orders.needed(seen, entitled));
        let (needed, denied) = match needed {
            Some(Ok(limits)) => (limits, None),
            Some(Err(denial)) => (Vec::new(), Some(denial)),
            None => (Vec::new(), None),
        };
        let usages = match &orders {
            Some(orders) => orders.usages(seen, &check, &needed),
            None => check
                .limits
                .iter()
                .map(|limit| seen.usage(limit, amount))
                .collect(),
        };
        let denied = denied.filter(|_| check.has_access);
        let reason = match &denied {
            _ if !check.has_access => check.reason,
            Some(denial) => denial.reason,
            _ if usages.iter().any(Usage::forbids) => Reason::LimitReached,
            _ => Reason::Granted,
        };
        let mut checked = Checked::of(seen, &check, model, reason, &usages);
        if let Some(denial) = &denied {
            checked.message = told::denial(seen.locale(), &seen.snapshot, denial);
            checked.unlocked_by = Unlock::by(denial.needs_tier.as_deref(), &denial.needs_addon);
        }
        checked.paid_by = orders.map(|orders| orders.paid_by());
        checked
    }))
}

/// There is no such feature; the one that is called most alike may be meant.
pub(crate) fn no_feature(seen: &Seen, key: &str) -> Refusal {
    let known = seen.snapshot.registry.features().map(|(key, _)| key);
    Refusal::NotFound(limits_flags::unknown("feature", key, known))
}

/// So many orders of a model's shortest video.
struct Orders<'a> {
    model: &'a Model,
    price: Option<&'a Price>,
    /// The plan that would pay; without one it is credits.
    plan: Option<&'a Plan>,
    number: u64,
}

impl<'a> Orders<'a> {
    fn of(seen: &'a Seen, model: &'a Model, number: u64) -> Self {
        let price = model.prices.first();
        let plan = price.and_then(|price| seen.payer(model, price, number).plan);
        Self {
            model,
            price,
            plan: plan.filter(|plan| plan.covers(model)),
            number,
        }
    }

    /// The limits that come with the features that they need, or why it is not the customer's.
    fn needed<'c>(
        &'c self,
        seen: &'c Seen,
        entitled: &'c Entitlements<'_>,
    ) -> Result<Vec<&'c Limit>, Box<Denial>> {
        entitled.require_model(self.model)?;
        let seconds = self.price.map_or(0, |price| price.duration_s);
        entitled.require_all(
            seen.snapshot
                .required(Some(self.model), (seconds, Quality::Standard), false),
        )
    }

    /// What is used of every limit that they touch: all orders', the model's, and those of the feature that is asked about
    /// and of the ones that are needed.
    fn usages(&self, seen: &Seen, check: &Check<'_>, needed: &[&Limit]) -> Vec<Usage> {
        let asked = check.limits.iter();
        let others = asked.filter(|limit| needed.iter().all(|known| known.id != limit.id));
        let features: Vec<Limit> = needed.iter().copied().chain(others).cloned().collect();
        let touched = limits_touched(&seen.snapshot.rules, Some(self.model), self.plan, &features);
        touched
            .map(|limit| {
                let each = domain::admission::amount(limit.measure, self.price);
                seen.usage(limit, each.saturating_mul(self.number))
            })
            .collect()
    }

    fn paid_by(&self) -> String {
        self.plan
            .map_or_else(|| "credits".to_owned(), |plan| format!("plan:{}", plan.key))
    }
}

impl Checked {
    fn of(seen: &Seen, check: &Check<'_>, model: Option<&Model>, reason: Reason, usages: &[Usage]) -> Self {
        let has_access = reason == Reason::Granted;
        let shown = usages.iter().filter(|usage| told::is_shown(&usage.limit));
        let used_up = usages.iter().find(|usage| usage.forbids());
        let scarcest = used_up.or_else(|| shown.clone().min_by_key(|usage| usage.left()));
        let counted = scarcest.filter(|usage| told::is_shown(&usage.limit));
        let used = shown.map(|usage| Used::of(usage, source(check, model, &usage.limit)));
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
                scarcest,
                (seen.zone.as_ref(), seen.now),
            ),
            source: check.source.to_string(),
            value: check.value.cloned(),
            value_source: check.value_source.map(|source| source.to_string()),
            limit: counted.map(|usage| usage.max),
            used: counted.map(|usage| usage.used),
            remaining: counted.map(Usage::left),
            reset_at: scarcest
                .and_then(|usage| usage.resets_at)
                .and_then(Timestamp::rfc3339),
            usage: used.collect(),
            paid_by: None,
            expires_at: check.expires_at.and_then(Timestamp::rfc3339),
            unlocked_by: Unlock::of(check),
        }
    }
}
