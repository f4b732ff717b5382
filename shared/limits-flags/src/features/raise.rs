//! What add-ons make of the limits below them: whoever buys one never gets less.
//!
//! Where the feature is had without add-ons, by the tier, the default or an override, each of its limits holds as the more
//! generous of what is said there and what the add-ons say of the same limit. A limit that only an add-on names is not put
//! upon the customer, and an empty list lifts all. Where add-ons alone give the feature, their limits hold, of several what
//! all of them name, each as the most generous says; one that gives it and names none gives it with the limits below.

use domain::limit::{Limit, Mode, Span};

use super::entitlements::Holdings;
use super::registry::Registry;
use super::said::Said;

/// The limits of a feature with the add-ons that are held.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    pub(super) feature: usize,
    pub(super) limits: Vec<Limit>,
    /// The add-on that each comes from, `None` for what is below; where there are none, what lifted them.
    pub(super) from: Vec<Option<usize>>,
}

/// The limits of every feature of which an add-on that is held says any.
pub(super) fn raised(registry: &Registry, held: &Holdings) -> Vec<Raised> {
    let mut all: Vec<Raised> = Vec::new();
    for addon in held.addons.iter().filter_map(|addon| registry.addons.get(*addon)) {
        for (feature, said) in &addon.given {
            if said.limits.is_some() && all.iter().all(|raised| raised.feature != *feature) {
                all.push(Raised::of(registry, held, *feature));
            }
        }
    }
    all
}

impl Raised {
    fn of(registry: &Registry, held: &Holdings, feature: usize) -> Self {
        let settled = registry.settled(held.tier, feature);
        let below = settled.and_then(|settled| settled.limits.as_ref());
        let below = below.map_or(&[][..], |(limits, _)| limits);
        let addons = held.addons.iter();
        let said =
            addons.filter_map(|addon| Some((*addon, registry.addons.get(*addon)?.given.get(&feature)?)));
        let said: Vec<(usize, &Said)> = said.collect();
        let mut giving = said.iter().filter(|(_, said)| said.enabled == Some(true));
        let without = is_had_without_addons(registry, held, feature);
        let first = giving.next().filter(|_| !without);
        let mut raised = match first.map(|(addon, said)| (addon, said.limits.as_deref())) {
            Some((addon, Some(limits))) => Self::all(feature, limits, Some(*addon)),
            _ => Self::all(feature, below, None),
        };
        for (addon, said) in giving.filter(|_| !without) {
            if let Some(limits) = said.limits.as_deref() {
                raised.keep(limits, Some(*addon));
            } else {
                // It gives the feature with the limits below, and these may be more than what another one says.
                raised.keep(below, None);
                raised.raise(below, None);
            }
        }
        for (addon, said) in said {
            if let Some(limits) = said.limits.as_deref() {
                raised.raise(limits, Some(addon));
            }
        }
        raised
    }

    fn all(feature: usize, limits: &[Limit], from: Option<usize>) -> Self {
        Self {
            feature,
            limits: limits.to_vec(),
            from: vec![from; limits.len().max(1)],
        }
    }

    /// Leaves only the limits that are named here too: somebody gives the feature without the others.
    fn keep(&mut self, named: &[Limit], from: Option<usize>) {
        let kept = self.limits.drain(..).zip(self.from.drain(..));
        let kept = kept.filter(|(limit, _)| {
            named
                .iter()
                .any(|other| other.id == limit.id && is_as_long(other, limit))
        });
        (self.limits, self.from) = kept.unzip();
        if self.limits.is_empty() {
            self.from.push(from);
        }
    }

    fn raise(&mut self, said: &[Limit], by: Option<usize>) {
        if said.is_empty() && !self.limits.is_empty() {
            *self = Self::all(self.feature, said, by);
        }
        for (limit, from) in self.limits.iter_mut().zip(&mut self.from) {
            let more = said
                .iter()
                .find(|more| more.id == limit.id && is_as_long(more, limit));
            if let Some(more) = more.filter(|more| generosity(more) > generosity(limit)) {
                *limit = more.clone();
                *from = by;
            }
        }
    }
}

/// Whether the tier, the default or an override gives the feature.
fn is_had_without_addons(registry: &Registry, held: &Holdings, feature: usize) -> bool {
    let own = held.own.iter().find(|own| own.feature == feature);
    if let Some(enabled) = own.and_then(|own| own.said.enabled) {
        return enabled;
    }
    let minimum = registry.features.get(feature).and_then(|feature| feature.minimum);
    let is_high_enough = minimum.is_none_or(|minimum| held.tier.is_some_and(|tier| tier >= minimum));
    let settled = registry.settled(held.tier, feature);
    is_high_enough && settled.is_some_and(|settled| settled.enabled.0)
}

/// Whether limits of one name are about spans of one length, so that one can admit more than the other.
fn is_as_long(limit: &Limit, other: &Limit) -> bool {
    match (&limit.span, &other.span) {
        (Span::Fixed(limit), Span::Fixed(other)) => limit.period == other.period,
        (Span::Sliding(limit), Span::Sliding(other)) => limit.length == other.length,
        (Span::Open, Span::Open) => true,
        _ => false,
    }
}

/// What forbids nothing admits more than what does, and then the larger admits more.
fn generosity(limit: &Limit) -> (u8, u64) {
    let mode = match limit.mode {
        Mode::Hard => 0,
        Mode::Soft => 1,
        Mode::Monitor => 2,
    };
    (mode, limit.max)
}
