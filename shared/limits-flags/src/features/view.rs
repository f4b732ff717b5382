//! The cascade and the gates, for one set of holdings. Asking what another tier would give is the same question.

use domain::limit::Limit;
use serde_json::Value;

use super::check::{LimitsOrigin, Reason, Source};
use super::entitlements::{Holdings, Own};
use super::raise::Raised;
use super::registry::{Addon, Feature, Registry};
use super::said::{Origin, Said, Settled};
use super::when::Asker;

/// A registry as the holder of these things sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'v> {
    pub(super) registry: &'v Registry,
    pub(super) held: &'v Holdings,
    pub(super) asker: Asker<'v>,
}

/// Whether a feature is granted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision<'v> {
    pub(super) reason: Reason,
    /// Which layer said on or off.
    pub(super) source: Source<'v>,
    /// Which of the feature's needs is not met.
    pub(super) missing: Option<usize>,
}

impl<'v> View<'v> {
    /// The feature with all that it needs.
    pub(super) fn decide(self, place: usize) -> Decision<'v> {
        let (reason, source) = self.alone(place);
        let mut decision = Decision {
            reason,
            source,
            missing: None,
        };
        if reason != Reason::Granted {
            return decision;
        }
        decision.missing = self
            .registry
            .features
            .get(place)
            .and_then(|feature| self.missing(feature));
        if decision.missing.is_some() {
            decision.reason = Reason::DependencyOff;
        }
        decision
    }

    /// The nearest need that is off by itself.
    pub(super) fn missing(self, feature: &Feature) -> Option<usize> {
        let is_off = |need: Option<usize>| need.is_none_or(|place| self.alone(place).0 != Reason::Granted);
        feature.needs.iter().position(|need| is_off(need.place))
    }

    /// The feature by itself, whatever it needs.
    pub(super) fn alone(self, place: usize) -> (Reason, Source<'v>) {
        let Some(feature) = self
            .registry
            .features
            .get(place)
            .filter(|feature| !feature.broken)
        else {
            return (Reason::Misconfigured, Source::Default);
        };
        let (enabled, source) = self.enabled(place);
        (self.gates(feature, enabled, source), source)
    }

    fn gates(self, feature: &Feature, enabled: bool, source: Source<'_>) -> Reason {
        if !feature.row.is_active {
            return Reason::Inactive;
        }
        if !enabled && source == Source::Override {
            return Reason::OverriddenOff;
        }
        if self.is_below_minimum(feature) && !is_personal(enabled, source) {
            return Reason::TierTooLow;
        }
        if !enabled {
            return Reason::NotInTier;
        }
        if !self.is_targeted(feature) {
            return Reason::Targeting;
        }
        Reason::Granted
    }

    /// Tiers stand by rank, so a lower place is a lower tier.
    pub(super) fn is_below_minimum(self, feature: &Feature) -> bool {
        feature
            .minimum
            .is_some_and(|minimum| self.held.tier.is_none_or(|tier| tier < minimum))
    }

    /// Whether an add-on or an override gives it: given to this customer, not to everybody of a tier.
    pub(super) fn is_given_personally(self, place: usize) -> bool {
        let (enabled, source) = self.enabled(place);
        is_personal(enabled, source)
    }

    pub(super) fn is_targeted(self, feature: &Feature) -> bool {
        let tier = self.held.tier.and_then(|tier| self.registry.tiers.get(tier));
        let tier = tier.map(|tier| tier.key.as_str());
        feature
            .when
            .as_ref()
            .is_none_or(|when| when.holds(&feature.key, tier, &self.asker))
    }

    /// On or off, and which layer said so.
    pub(super) fn enabled(self, place: usize) -> (bool, Source<'v>) {
        if let Some(enabled) = self.own(place).and_then(|own| own.said.enabled) {
            return (enabled, Source::Override);
        }
        // One add-on that gives it is enough, whatever another says.
        let mut said = self
            .addons(place)
            .filter_map(|(addon, said)| Some((said.enabled?, addon)));
        let first = said.next();
        let giving = first
            .filter(|(enabled, _)| *enabled)
            .or_else(|| said.find(|(enabled, _)| *enabled));
        if let Some((enabled, addon)) = giving.or(first) {
            return (enabled, Source::Addon(&addon.key));
        }
        self.settled(place).map_or((false, Source::Default), |settled| {
            let (enabled, origin) = settled.enabled;
            (enabled, self.source(origin))
        })
    }

    /// The value that holds, and which layer said so.
    pub(super) fn value(self, place: usize) -> Option<(&'v Value, Source<'v>)> {
        if let Some(value) = self.own(place).and_then(|own| own.said.value.as_deref()) {
            return Some((value, Source::Override));
        }
        let mut addons = self.addons(place);
        let said = addons.find_map(|(addon, said)| Some((said.value.as_deref()?, Source::Addon(&addon.key))));
        said.or_else(|| {
            let (value, origin) = self.settled(place)?.value.as_ref()?;
            Some((&**value, self.source(*origin)))
        })
    }

    /// The limits that hold, and which layers set them. None at all is without limit.
    pub(super) fn limits(self, place: usize) -> (&'v [Limit], LimitsOrigin<'v>) {
        let of = |layer| LimitsOrigin {
            layer: Some(layer),
            ..LimitsOrigin::default()
        };
        if let Some(limits) = self.own(place).and_then(|own| own.said.limits.as_deref()) {
            return (limits, of(Source::Override));
        }
        let settled = self.settled(place).and_then(|settled| settled.limits.as_ref());
        let below = settled.map_or((&[][..], LimitsOrigin::default()), |(limits, origin)| {
            (limits, of(self.source(*origin)))
        });
        self.raised(place).map_or(below, |raised| {
            let origin = LimitsOrigin {
                layer: below.1.layer,
                raised_by: &raised.from,
                addons: &self.registry.addons,
            };
            (&raised.limits, origin)
        })
    }

    /// Whether something of the limits that hold comes from this layer.
    pub(super) fn limited_by(self, place: usize, source: Source<'_>) -> bool {
        if self.own(place).is_some_and(|own| own.said.limits.is_some()) {
            return source == Source::Override;
        }
        let comes_from = |from| self.raised(place).map(|raised| raised.from.contains(&from));
        if let Source::Addon(key) = source {
            let addon = self.registry.addons_by_key.get(key).copied();
            return addon.is_some() && comes_from(addon) == Some(true);
        }
        let settled = self.settled(place).and_then(|settled| settled.limits.as_ref());
        let said = settled.is_some_and(|(_, origin)| self.source(*origin) == source);
        said && comes_from(None) != Some(false)
    }

    fn raised(self, place: usize) -> Option<&'v Raised> {
        self.held.raised.iter().find(|raised| raised.feature == place)
    }

    fn own(self, place: usize) -> Option<&'v Own> {
        self.held.own.iter().find(|own| own.feature == place)
    }

    /// What the add-ons that are held say, by their keys.
    fn addons(self, place: usize) -> impl Iterator<Item = (&'v Addon, &'v Said)> {
        let held = self
            .held
            .addons
            .iter()
            .filter_map(move |addon| self.registry.addons.get(*addon));
        held.filter_map(move |addon| Some((addon, addon.given.get(&place)?)))
    }

    fn settled(self, place: usize) -> Option<&'v Settled> {
        self.registry.settled(self.held.tier, place)
    }

    fn source(self, origin: Origin) -> Source<'v> {
        match origin {
            Origin::Default => Source::Default,
            Origin::Tier(tier) => self
                .registry
                .tiers
                .get(tier)
                .map_or(Source::Default, |tier| Source::Tier(&tier.key)),
        }
    }
}

fn is_personal(enabled: bool, source: Source<'_>) -> bool {
    enabled && matches!(source, Source::Addon(_) | Source::Override)
}
