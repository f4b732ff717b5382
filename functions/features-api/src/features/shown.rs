//! A feature as it is shown.

use domain::catalog::Model;
use domain::limit::{Limit, Measure, Span, Usage};
use domain::time::Timestamp;
use domain::window::Period;
use limits_flags::features::Check;
use limits_flags::{FEATURE_LIMIT, OWN_LIMIT, UNLIMITED_LIMIT};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

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
    /// Which layer said the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "tier:pro")]
    value_source: Option<String>,
    /// Why, or why not: `granted`, `tier_too_low`, `limit_reached` …
    #[schema(example = "granted")]
    reason: &'static str,
    /// Which layer switched it on or off: `default`, `tier:pro`, `addon:hd` or `override`.
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
    /// The limit's name.
    #[schema(example = "feature-chat-rd")]
    limit_id: String,
    /// Who set it: the layer of the cascade, or where it holds for all that a model makes, `model:kling-3.0`, or for all
    /// orders, `limit:videos`.
    #[schema(example = "tier:pro")]
    source: String,
    /// What is counted: `requests`, `tokens` or `micro_usd`.
    measure: &'static str,
    #[serde(flatten)]
    window: Window,
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

/// Within what time something is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Window {
    /// `hour`, `day`, `week` or `month` by the clock, `sliding` for the time just past, `open` for what is open at once.
    #[schema(example = "day")]
    pub(crate) window: &'static str,
    /// How many seconds of the time just past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) window_s: Option<i64>,
}

/// What would grant a feature, each of it alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unlock {
    /// The lowest tier on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Add-ons on offer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addons: Vec<String>,
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
            value_source: check.value_source.map(|source| source.to_string()),
            reason: check.reason.as_str(),
            source: check.source.to_string(),
            expires_at: check.expires_at.and_then(Timestamp::rfc3339),
            usage: used(seen, check),
            unlocked_by: Unlock::of(check),
        }
    }

    /// What would grant it.
    pub(super) fn unlocked_by(&self) -> Option<&Unlock> {
        self.unlocked_by.as_ref()
    }
}

pub(super) fn used(seen: &Seen, check: &Check<'_>) -> Vec<Used> {
    let shown = check.limits.iter().filter_map(|limit| seen.shown(limit, 1));
    shown
        .map(|usage| Used::of(&usage, source(check, None, &usage.limit)))
        .collect()
}

/// Who set a limit, of those of a feature and of a model that it is asked with.
pub(crate) fn source(check: &Check<'_>, model: Option<&Model>, limit: &Limit) -> String {
    let is = |prefix: &str| limit.id.starts_with(prefix);
    match (check.limit_source(limit), model) {
        (Some(layer), _) if is(FEATURE_LIMIT) => layer.to_string(),
        (_, Some(model)) if is(OWN_LIMIT) || is(UNLIMITED_LIMIT) => format!("model:{}", model.id.0),
        _ => format!("limit:{}", limit.id),
    }
}

/// What a measure is called.
pub(crate) fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Requests => "requests",
        Measure::Tokens => "tokens",
        Measure::MicroUsd => "micro_usd",
    }
}

impl Used {
    pub(super) fn of(usage: &Usage, source: String) -> Self {
        Self {
            limit_id: usage.limit.id.clone(),
            source,
            measure: measure(usage.limit.measure),
            window: Window::of(&usage.limit.span),
            limit: usage.max,
            current: usage.used,
            remaining: usage.left(),
            reset_at: usage.resets_at.and_then(Timestamp::rfc3339),
        }
    }
}

impl Window {
    pub(crate) fn of(span: &Span) -> Self {
        let (window, window_s) = match span {
            Span::Open => ("open", None),
            Span::Sliding(sliding) => ("sliding", Some(sliding.length.secs_ceil())),
            Span::Fixed(schedule) => (
                match schedule.period {
                    Period::Hour => "hour",
                    Period::Day => "day",
                    Period::Week => "week",
                    Period::Month => "month",
                },
                None,
            ),
        };
        Self { window, window_s }
    }
}

impl Unlock {
    /// Just this tier, or one of these add-ons.
    pub(crate) fn by(tier: Option<&str>, addons: &[String]) -> Option<Self> {
        (tier.is_some() || !addons.is_empty()).then(|| Self {
            tier: tier.map(str::to_owned),
            addons: addons.to_vec(),
        })
    }

    /// What would grant it; `None` if nothing on offer would.
    pub(crate) fn of(check: &Check<'_>) -> Option<Self> {
        let unlock = &check.unlocked_by;
        (!unlock.is_empty()).then(|| Self {
            tier: unlock.tier.map(str::to_owned),
            addons: unlock.addons.iter().copied().map(str::to_owned).collect(),
        })
    }
}
