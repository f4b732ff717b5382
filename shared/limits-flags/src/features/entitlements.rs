//! What one customer may do.

use std::borrow::Cow;

use domain::standing::{Override, Standing};
use domain::time::Timestamp;
use serde_json::Value;

use super::check::{Check, LimitsOrigin, Reason, Source, Unlock};
use super::graph;
use super::raise::{Raised, raised};
use super::registry::{Feature, Registry};
use super::rows::Given;
use super::said::Said;
use super::view::{Decision, View};
use super::when::Asker;

/// What has to be known of whoever asks, besides the standing.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The user's id, which shares in rules stick to.
    pub user: &'a str,
    /// The country as ISO 3166-1 alpha-2 in capitals, if anything tells it. What an operator noted on the account wins.
    pub country: Option<&'a str>,
    /// The language, such as `ru`.
    pub locale: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// What one customer may do, at one moment. Making it is cheap; a feature is looked at when it is asked for.
#[derive(Debug)]
pub struct Entitlements<'a> {
    pub(super) registry: &'a Registry,
    pub(super) standing: &'a Standing,
    pub(super) facts: Facts<'a>,
    pub(super) held: Holdings,
    roles: Value,
}

/// What a standing comes to in a registry.
#[derive(Clone, Debug, Default)]
pub(super) struct Holdings {
    pub(super) tier: Option<usize>,
    /// By the add-ons' keys.
    pub(super) addons: Vec<usize>,
    pub(super) own: Vec<Own>,
    /// What the add-ons make of limits.
    pub(super) raised: Vec<Raised>,
}

/// An override that can be read.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) feature: usize,
    pub(super) said: Said,
    pub(super) until: Option<Timestamp>,
}

impl<'a> Entitlements<'a> {
    pub(super) fn new(registry: &'a Registry, standing: &'a Standing, facts: Facts<'a>) -> Self {
        Self {
            registry,
            standing,
            facts,
            held: Holdings::at(registry, standing, facts.now),
            roles: standing.roles.iter().map(String::as_str).collect(),
        }
    }

    /// The tier that holds: the one that was given, or the lowest. `None` only where there are no tiers.
    pub fn tier(&self) -> Option<&'a str> {
        let tier = self.registry.tiers.get(self.held.tier?);
        tier.map(|tier| tier.key.as_str())
    }

    /// Whether a feature is granted, and nothing else: for where only that matters.
    pub fn has(&self, feature: &str) -> bool {
        let place = self.registry.features_by_key.get(feature);
        place.is_some_and(|place| self.view().decide(*place).reason == Reason::Granted)
    }

    /// Whether a feature is granted, by what, how much of it, and if not, what would grant it.
    pub fn check<'c>(&'c self, feature: &'c str) -> Check<'c> {
        let Some((place, known)) = self.registry.feature_of(feature) else {
            let unreadable = self.registry.unreadable.contains(feature);
            return Check::unknown(feature, unreadable);
        };
        let decision = self.view().decide(place);
        if decision.reason == Reason::Granted {
            self.granted(place, known, decision)
        } else {
            self.denied(place, known, decision)
        }
    }

    /// Every feature with its check, in the order of lists.
    pub fn all(&self) -> impl Iterator<Item = Check<'_>> {
        self.registry.features().map(|(key, _)| self.check(key))
    }

    fn granted<'c>(&'c self, place: usize, feature: &'c Feature, decision: Decision<'c>) -> Check<'c> {
        let view = self.view();
        let (value, (limits, origin)) = (view.value(place), view.limits(place));
        Check {
            feature: &feature.key,
            has_access: true,
            reason: decision.reason,
            source: decision.source,
            value: value.map(|(value, _)| value),
            value_source: value.map(|(_, source)| source),
            limits,
            origin,
            expires_at: self.expires_at(place, decision.source),
            usage: Vec::new(),
            unlocked_by: Unlock::default(),
            path: Vec::new(),
        }
    }

    #[cold]
    fn denied<'c>(&'c self, place: usize, feature: &'c Feature, decision: Decision<'c>) -> Check<'c> {
        let mut path = Vec::new();
        if let Some(missing) = decision.missing {
            path.push(feature.key.as_str());
            path.extend(graph::path(&feature.needs, missing));
        }
        let lapsed = matches!(decision.reason, Reason::TierTooLow | Reason::NotInTier);
        let reason = if lapsed && self.would_have(place) {
            Reason::Expired
        } else {
            decision.reason
        };
        Check {
            feature: &feature.key,
            has_access: false,
            reason,
            source: decision.source,
            value: None,
            value_source: None,
            limits: &[],
            origin: LimitsOrigin::default(),
            expires_at: None,
            usage: Vec::new(),
            unlocked_by: self.unlocked_by(place, |_| true),
            path,
        }
    }

    /// Whether the feature would be granted if nothing that was given had run out.
    pub(super) fn would_have(&self, place: usize) -> bool {
        let held = Holdings::ever(self.registry, self.standing);
        self.view_of(&held).alone(place).0 == Reason::Granted
    }

    /// When what grants the feature ends.
    fn expires_at(&self, place: usize, source: Source<'_>) -> Option<Timestamp> {
        match source {
            Source::Default => None,
            Source::Tier(_) => self.tier_ends_at(),
            Source::Addon(key) => *self.standing.addons.get(key)?,
            Source::Override => self.held.own.iter().find(|own| own.feature == place)?.until,
        }
    }

    /// When the tier that holds ends: with the later of what brings it.
    fn tier_ends_at(&self) -> Option<Timestamp> {
        let (registry, now) = (self.registry, self.facts.now);
        let own = self.standing.tier.as_ref().filter(|held| held.at(now).is_some());
        let own = own.map(|held| (registry.tiers_by_key.get(held.key.as_str()), held.until));
        let plan = self.standing.plan_with_grace();
        let plan = plan.filter(|_| self.standing.plan_at(now).is_some());
        let plan = plan.map(|(key, until)| (registry.plans.get(key), until));
        let bring = own.into_iter().chain(plan);
        let ends = bring.filter(|(tier, _)| tier.copied() == self.held.tier);
        // What has no end is later than any.
        let ends = ends.map(|(_, until)| until.unwrap_or(Timestamp(i64::MAX)));
        ends.max().filter(|until| until.0 < i64::MAX)
    }

    pub(super) fn view(&self) -> View<'_> {
        self.view_of(&self.held)
    }

    pub(super) fn view_of<'v>(&'v self, held: &'v Holdings) -> View<'v> {
        let country = self.standing.country.as_deref().or(self.facts.country);
        View {
            registry: self.registry,
            held,
            asker: Asker {
                user: self.facts.user,
                country,
                roles: &self.roles,
                plan: self.standing.plan_at(self.facts.now),
                locale: self.facts.locale,
                now: self.facts.now,
            },
        }
    }
}

impl Holdings {
    /// What holds now.
    fn at(registry: &Registry, standing: &Standing, now: Timestamp) -> Self {
        let given = Brings {
            tier: standing.tier_at(now),
            plan: standing.plan_at(now),
        };
        Self::of(
            registry,
            given,
            standing.addons_at(now),
            standing.overrides_at(now),
        )
    }

    /// What was given, run out or not.
    fn ever(registry: &Registry, standing: &Standing) -> Self {
        let given = Brings {
            tier: standing.tier.as_ref().map(|held| held.key.as_str()),
            plan: standing.plan.as_ref().map(|held| held.key.as_str()),
        };
        let overrides = standing.overrides.iter();
        let overrides = overrides.map(|(feature, settled)| (feature.as_str(), settled));
        Self::of(
            registry,
            given,
            standing.addons.keys().map(String::as_str),
            overrides,
        )
    }

    fn of<'s>(
        registry: &Registry,
        given: Brings<'_>,
        addons: impl Iterator<Item = &'s str>,
        overrides: impl Iterator<Item = (&'s str, &'s Override)>,
    ) -> Self {
        let lowest = (!registry.tiers.is_empty()).then_some(0);
        let own_tier = given.tier.and_then(|key| registry.tiers_by_key.get(key)).copied();
        let with_plan = given.plan.and_then(|key| registry.plans.get(key)).copied();
        let mut addons: Vec<usize> = addons
            .filter_map(|key| registry.addons_by_key.get(key).copied())
            .collect();
        addons.sort_unstable();
        let own = overrides.filter_map(|(feature, settled)| own(registry, feature, settled).ok());
        let held = Self {
            tier: own_tier.max(with_plan).or(lowest),
            addons,
            own: own.collect(),
            raised: Vec::new(),
        };
        held.settled(registry)
    }

    /// With another tier.
    pub(super) fn with_tier(&self, registry: &Registry, tier: usize) -> Self {
        let held = Self {
            tier: Some(tier),
            ..self.clone()
        };
        held.settled(registry)
    }

    /// With an add-on more.
    pub(super) fn with_addon(&self, registry: &Registry, addon: usize) -> Self {
        let mut held = self.clone();
        held.addons.push(addon);
        held.addons.sort_unstable();
        held.settled(registry)
    }

    fn settled(mut self, registry: &Registry) -> Self {
        self.raised = raised(registry, &self);
        self
    }
}

/// What may bring a tier: the higher one holds.
#[derive(Clone, Copy)]
struct Brings<'s> {
    tier: Option<&'s str>,
    plan: Option<&'s str>,
}

/// An override read. One that cannot be read is as if it were not there; [`Registry::may_say`] keeps it from being written.
pub(super) fn own<'s>(
    registry: &Registry,
    feature: &'s str,
    settled: &Override,
) -> Result<Own, Cow<'s, str>> {
    let (place, known) = registry.feature_of(feature).ok_or("there is no such feature")?;
    let given: Given = serde_json::from_str(&settled.body).map_err(|error| error.to_string())?;
    Ok(Own {
        feature: place,
        said: Said::read(feature, known.row.kind, &given)?,
        until: settled.until,
    })
}
