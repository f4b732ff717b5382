//! What is used of a feature's limits, told by whoever reads the counters.

use domain::limit::{Limit, Usage};
use domain::time::Timestamp;
use serde::Serialize;

use super::check::{self, Check, Reason, Unlock};
use super::entitlements::{Entitlements, Holdings};

/// What is used of one limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitUse<'c> {
    /// Its name.
    pub id: &'c str,
    /// How much is allowed.
    pub limit: u64,
    /// How much is used.
    pub used: u64,
    /// How much is left.
    pub remaining: u64,
    /// When there is more; `None` where it is when an order ends.
    #[serde(rename = "reset_at_ms", serialize_with = "check::millis")]
    pub reset_at: Option<Timestamp>,
    /// It forbids what was asked for.
    pub is_reached: bool,
}

impl<'a> Entitlements<'a> {
    /// As [`Entitlements::check`], with what is used of the limits that hold. `usage_of` tells it of a limit, for as much as
    /// is asked for (`limit.usage(amount, &counts, 0, now)`); a limit of which it knows nothing is taken to have room.
    ///
    /// A limit that has no room denies, and what would unlock is then whatever has more room, with the same counts.
    pub fn check_with_usage<'c>(
        &'c self,
        feature: &'c str,
        usage_of: impl Fn(&Limit) -> Option<Usage>,
    ) -> Check<'c> {
        let mut check = self.check(feature);
        let known = check
            .limits
            .iter()
            .filter_map(|limit| Some((limit, usage_of(limit)?)));
        check.usage = known.map(|(limit, usage)| LimitUse::of(limit, &usage)).collect();
        let reached = check.usage.iter().any(|used| used.is_reached);
        if let (true, Some((place, _))) = (reached, self.registry.feature_of(feature)) {
            let has_room = |limit: &Limit| usage_of(limit).is_none_or(|usage| !usage.forbids());
            check.has_access = false;
            check.reason = Reason::LimitReached;
            check.unlocked_by = self.unlocked_by(place, |limits| limits.iter().all(has_room));
        }
        check
    }

    /// The lowest tier above this one, and the add-ons, each of which would do by itself, given what is used already.
    pub(super) fn unlocked_by(&self, place: usize, has_room: impl Fn(&[Limit]) -> bool) -> Unlock<'a> {
        let grants = |held: &Holdings| {
            let view = self.view_of(held);
            view.decide(place).reason == Reason::Granted && has_room(view.limits(place).0)
        };
        let registry = self.registry;
        let above = self.held.tier.map_or(0, |tier| tier + 1);
        let tiers = registry.tiers.iter().enumerate().skip(above);
        let mut offered = tiers.filter(|(_, tier)| tier.row.is_offered && !tier.row.is_withdrawn);
        let tier = offered.find(|(tier, _)| grants(&self.held.with_tier(registry, *tier)));
        let addons = registry.addons.iter().enumerate();
        let offered = addons.filter(|(_, addon)| addon.row.is_offered && !addon.row.is_withdrawn);
        let addons = offered.filter(|(addon, _)| grants(&self.held.with_addon(registry, *addon)));
        Unlock {
            tier: tier.map(|(_, tier)| tier.key.as_str()),
            addons: addons.map(|(_, addon)| addon.key.as_str()).collect(),
        }
    }
}

impl<'c> LimitUse<'c> {
    fn of(limit: &'c Limit, usage: &Usage) -> Self {
        Self {
            id: &limit.id,
            limit: usage.max,
            used: usage.used,
            remaining: usage.left(),
            reset_at: usage.resets_at,
            is_reached: usage.forbids(),
        }
    }
}
