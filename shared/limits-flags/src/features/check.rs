//! The answer about a feature.

use std::fmt;

use domain::limit::Limit;
use domain::time::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::registry::Addon;
use super::usage::LimitUse;

/// Whether a customer may use a feature, why, and how much of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check<'c> {
    /// Its key, as it was asked for.
    pub feature: &'c str,
    /// Whether it may be used.
    pub has_access: bool,
    /// Why, or why not.
    pub reason: Reason,
    /// Which layer of the cascade said on or off.
    pub source: Source<'c>,
    /// The value of a config feature that is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'c Value>,
    /// Which layer said the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_source: Option<Source<'c>>,
    /// The limits that hold; of the layers that set any, the most specific. Empty: without limit, or not given.
    #[serde(serialize_with = "limits")]
    pub limits: &'c [Limit],
    /// Where the limits come from, for [`Check::limit_source`].
    #[serde(skip)]
    pub(super) origin: LimitsOrigin<'c>,
    /// When the tier, add-on or override that grants it ends; `None` for never.
    #[serde(rename = "expires_at_ms", serialize_with = "millis")]
    pub expires_at: Option<Timestamp>,
    /// What is used of the limits, from [`Entitlements::check_with_usage`](super::Entitlements::check_with_usage).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub usage: Vec<LimitUse<'c>>,
    /// What would grant it, where it is not.
    #[serde(skip_serializing_if = "Unlock::is_empty")]
    pub unlocked_by: Unlock<'c>,
    /// With [`Reason::DependencyOff`]: from this feature to the one that is off by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<&'c str>,
}

/// Why a feature is granted or not, from the first that is looked at to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It may be used.
    Granted,
    /// There is no such feature.
    UnknownFeature,
    /// Its row cannot be read; it is off for everybody until that is mended.
    Misconfigured,
    /// It is switched off for everybody.
    Inactive,
    /// It was switched off for this customer.
    OverriddenOff,
    /// It was had through a tier, an add-on or an override that has run out.
    Expired,
    /// The customer's tier is below the lowest that may have it.
    TierTooLow,
    /// Nothing that the customer has gives it.
    NotInTier,
    /// Its rule does not hold: another country, role or time.
    Targeting,
    /// Something that it needs is off.
    DependencyOff,
    /// There is no such tier.
    UnknownTier,
    /// The model is not on offer.
    ModelOff,
    /// One of its limits is used up.
    LimitReached,
}

/// Which layer of the cascade an answer comes from. Written `default`, `tier:pro`, `addon:hd` and `override`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source<'c> {
    /// The feature's own row.
    Default,
    /// This tier's row, which the customer's tier is or inherits from.
    Tier(&'c str),
    /// This add-on's row.
    Addon(&'c str),
    /// What was settled for this customer.
    Override,
}

/// What would grant a feature, each of it alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unlock<'c> {
    /// The lowest tier on offer.
    pub tier: Option<&'c str>,
    /// Every add-on on offer.
    pub addons: Vec<&'c str>,
}

/// Which layers set the limits of a check.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LimitsOrigin<'c> {
    /// The layer that set those which no add-on has raised.
    pub(super) layer: Option<Source<'c>>,
    /// For each limit the add-on that raised it, if one did; empty where none raised any.
    pub(super) raised_by: &'c [Option<usize>],
    pub(super) addons: &'c [Addon],
}

impl PartialEq for LimitsOrigin<'_> {
    /// Add-ons are those of the registry, which has the same for every check.
    fn eq(&self, other: &Self) -> bool {
        (self.layer, self.raised_by) == (other.layer, other.raised_by)
    }
}

impl<'c> Check<'c> {
    /// Which layer set one of the limits: the add-on that raised it, or else the most specific one that set any.
    pub fn limit_source(&self, limit: &Limit) -> Option<Source<'c>> {
        let place = self.limits.iter().position(|own| own.id == limit.id)?;
        let addon = self.origin.raised_by.get(place).copied().flatten();
        let addon = addon.and_then(|addon| self.origin.addons.get(addon));
        addon.map_or(self.origin.layer, |addon| Some(Source::Addon(&addon.key)))
    }

    pub(super) fn unknown(feature: &'c str, unreadable: bool) -> Self {
        Self {
            feature,
            has_access: false,
            reason: if unreadable {
                Reason::Misconfigured
            } else {
                Reason::UnknownFeature
            },
            source: Source::Default,
            value: None,
            value_source: None,
            limits: &[],
            origin: LimitsOrigin::default(),
            expires_at: None,
            usage: Vec::new(),
            unlocked_by: Unlock::default(),
            path: Vec::new(),
        }
    }
}

impl Reason {
    /// The reason's name for machines, which never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::UnknownFeature => "unknown_feature",
            Self::Misconfigured => "misconfigured",
            Self::Inactive => "inactive",
            Self::OverriddenOff => "overridden_off",
            Self::Expired => "expired",
            Self::TierTooLow => "tier_too_low",
            Self::NotInTier => "not_in_tier",
            Self::Targeting => "targeting",
            Self::DependencyOff => "dependency_off",
            Self::UnknownTier => "unknown_tier",
            Self::ModelOff => "model_off",
            Self::LimitReached => "limit_reached",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Tier(key) => write!(f, "tier:{key}"),
            Self::Addon(key) => write!(f, "addon:{key}"),
            Self::Override => f.write_str("override"),
        }
    }
}

impl Serialize for Source<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Unlock<'_> {
    /// Whether nothing on offer would grant it.
    pub fn is_empty(&self) -> bool {
        self.tier.is_none() && self.addons.is_empty()
    }
}

/// A limit as an answer shows it.
#[derive(Serialize)]
struct Shown<'l> {
    id: &'l str,
    max: u64,
}

fn limits<S: Serializer>(limits: &[Limit], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(limits.iter().map(|limit| Shown {
        id: &limit.id,
        max: limit.max,
    }))
}

#[expect(clippy::ref_option, reason = "serde hands the field by reference")]
pub(super) fn some_limits<S: Serializer>(
    said: &Option<Vec<Limit>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    limits(said.as_deref().unwrap_or_default(), serializer)
}

#[expect(clippy::ref_option, reason = "serde hands the field by reference")]
pub(super) fn millis<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.0).serialize(serializer)
}
