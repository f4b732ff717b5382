//! A feature as it is shown.

use domain::limit::{Measure, Usage};
use limits_flags::features::Check;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::rfc3339;
use crate::seen::Seen;

/// What a customer may do with one feature.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Feature {
    /// What customers read, in the caller's language.
    name: String,
    /// A sentence about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    /// What it is listed under.
    #[serde(skip_serializing_if = "String::is_empty")]
    category: String,
    /// What it is listed under within the category.
    #[serde(skip_serializing_if = "String::is_empty")]
    subcategory: String,
    /// Something to pay for.
    is_premium: bool,
    /// Whether it may be used.
    enabled: bool,
    /// The value of a config feature that is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    /// Why, or why not: `granted`, `tier_too_low`, `limit_reached` …
    #[schema(example = "granted")]
    reason: &'static str,
    /// Which layer says so: `default`, `tier:pro`, `addon:hd` or `override`.
    #[schema(example = "tier:pro")]
    source: String,
    /// When what grants it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// What is used of its limits; none if it has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    usage: Vec<Used>,
    /// What would grant it.
    #[serde(skip_serializing_if = "Option::is_none")]
    unlocked_by: Option<Unlock>,
}

/// What is used of one limit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Used {
    /// What is counted: `requests`, `tokens` or `micro_usd`.
    measure: &'static str,
    /// How much may be used.
    limit: u64,
    /// How much is used.
    current: u64,
    /// How much is left.
    remaining: u64,
    /// When there is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    reset_at: Option<String>,
}

/// What would grant a feature, each of it alone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unlock {
    /// The lowest tier on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
    /// Add-ons on offer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addons: Vec<String>,
}

impl Feature {
    /// A check with the feature's row beside it.
    pub(super) fn of(seen: &Seen, check: &Check<'_>) -> Self {
        let row = seen.snapshot.registry.feature(check.feature);
        let text = |of: fn(&limits_flags::features::FeatureRow) -> &limits_flags::features::Texts| {
            row.map(|row| of(row).in_locale(seen.locale()).to_owned())
                .unwrap_or_default()
        };
        Self {
            name: text(|row| &row.name),
            description: text(|row| &row.description),
            category: row.map(|row| row.category.clone()).unwrap_or_default(),
            subcategory: row.map(|row| row.subcategory.clone()).unwrap_or_default(),
            is_premium: row.is_some_and(|row| row.is_premium),
            enabled: check.has_access,
            value: check.value.cloned(),
            reason: check.reason.as_str(),
            source: check.source.to_string(),
            expires_at: check.expires_at.and_then(rfc3339),
            usage: used(seen, check),
            unlocked_by: Unlock::of(check),
        }
    }
}

pub(super) fn used(seen: &Seen, check: &Check<'_>) -> Vec<Used> {
    let usages = check.limits.iter().filter_map(|limit| seen.usage(limit, 1));
    usages.map(|usage| Used::of(&usage)).collect()
}

impl Used {
    fn of(usage: &Usage) -> Self {
        Self {
            measure: match usage.limit.measure {
                Measure::Requests => "requests",
                Measure::Tokens => "tokens",
                Measure::MicroUsd => "micro_usd",
            },
            limit: usage.max,
            current: usage.used,
            remaining: usage.left(),
            reset_at: usage.resets_at.and_then(rfc3339),
        }
    }
}

impl Unlock {
    /// What would grant it; `None` if nothing on offer would.
    pub(super) fn of(check: &Check<'_>) -> Option<Self> {
        let unlock = &check.unlocked_by;
        (!unlock.is_empty()).then(|| Self {
            tier: unlock.tier.map(str::to_owned),
            addons: unlock.addons.iter().copied().map(str::to_owned).collect(),
        })
    }
}
