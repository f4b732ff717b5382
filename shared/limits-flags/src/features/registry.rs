//! Everything that features, tiers, add-ons and components say, compiled once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::limit::Limit;
use domain::standing::Standing;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::check::Source;
use super::compile;
use super::entitlements::{Entitlements, Facts};
use super::graph::Need;
use super::rows::{AddonRow, ComponentRow, FeatureRow, Given, TierRow};
use super::said::{Said, Settled};
use super::when::When;
use crate::nearest::unknown;
use crate::problems::Problem;

/// The kinds of rows that a registry reads.
const FEATURE: &str = "feature";
const TIER: &str = "tier";
const ADDON: &str = "addon";
const COMPONENT: &str = "component";
/// Rules by name, which the flags share.
const EVALUATOR: &str = "evaluator";
/// Plans, which may bring a tier.
const PLAN: &str = "plan";

/// The rows of a registry, by key.
#[derive(Clone, Debug, Default)]
pub struct RegistryRows {
    /// `feature#…`
    pub features: BTreeMap<String, FeatureRow>,
    /// `tier#…`
    pub tiers: BTreeMap<String, TierRow>,
    /// `addon#…`
    pub addons: BTreeMap<String, AddonRow>,
    /// `component#…`
    pub components: BTreeMap<String, ComponentRow>,
    /// `evaluator#…`: rules that a `when` names with `$ref`.
    pub evaluators: Map<String, Value>,
    /// `plan#…`: the tier that a plan brings, if it brings one.
    pub plans: BTreeMap<String, String>,
    /// Features whose rows could not be read.
    pub(super) unreadable: BTreeSet<String>,
    /// Why rows could not be read.
    pub(super) problems: Vec<Problem>,
}

/// Features, tiers, add-ons and components as they stood at one version of the settings.
#[derive(Debug)]
pub struct Registry {
    /// By category, order and key.
    pub(super) features: Vec<Feature>,
    /// From the lowest rank to the highest.
    pub(super) tiers: Vec<Tier>,
    /// By key.
    pub(super) addons: Vec<Addon>,
    pub(super) components: BTreeMap<String, ComponentRow>,
    pub(super) features_by_key: HashMap<Box<str>, usize>,
    pub(super) tiers_by_key: HashMap<Box<str>, usize>,
    pub(super) addons_by_key: HashMap<Box<str>, usize>,
    /// By plan, the tier that it brings.
    pub(super) plans: BTreeMap<String, usize>,
    /// What the defaults alone say, for where there are no tiers.
    pub(super) bare: Vec<Settled>,
    pub(super) unreadable: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

#[derive(Debug)]
pub(super) struct Feature {
    pub(super) key: String,
    pub(super) row: FeatureRow,
    /// Its row says nothing sensible; it is off for everybody.
    pub(super) broken: bool,
    pub(super) default: Said,
    /// What its own row gives each tier.
    pub(super) by_tier: HashMap<usize, Said>,
    /// The place of the lowest tier that may have it.
    pub(super) minimum: Option<usize>,
    pub(super) when: Option<When>,
    /// Everything it needs in the end, the nearest first.
    pub(super) needs: Vec<Need>,
}

#[derive(Debug)]
pub(super) struct Tier {
    pub(super) key: String,
    pub(super) row: TierRow,
    pub(super) given: HashMap<usize, Said>,
    /// Itself and what it inherits from.
    pub(super) chain: Vec<usize>,
    /// What it says of each feature, with what it inherits and the defaults.
    pub(super) settled: Vec<Settled>,
}

#[derive(Debug)]
pub(super) struct Addon {
    pub(super) key: String,
    pub(super) row: AddonRow,
    pub(super) given: HashMap<usize, Said>,
}

impl RegistryRows {
    /// Takes a stored row; says whether it is one that only a registry reads. Evaluators and plans are others' as well, who
    /// tell what is wrong with them. What cannot be read is a problem of the registry.
    pub fn take(&mut self, sort: &str, body: &str) -> bool {
        let Some((kind, key)) = sort.split_once('#') else {
            return false;
        };
        let key = key.to_owned();
        let read = match kind {
            FEATURE => parse(body).map(|row| drop(self.features.insert(key.clone(), row))),
            TIER => parse(body).map(|row| drop(self.tiers.insert(key.clone(), row))),
            ADDON => parse(body).map(|row| drop(self.addons.insert(key.clone(), row))),
            COMPONENT => parse(body).map(|row| drop(self.components.insert(key.clone(), row))),
            _ => {
                self.take_shared(kind, key, body);
                return false;
            }
        };
        if let Err(why) = read {
            if kind == FEATURE {
                self.unreadable.insert(key);
            }
            let row = sort.to_owned();
            self.problems.push(Problem { row, why });
        }
        true
    }

    fn take_shared(&mut self, kind: &str, key: String, body: &str) {
        match kind {
            EVALUATOR => self.evaluators.extend(parse(body).ok().map(|rule| (key, rule))),
            PLAN => {
                let plan = parse::<PlanTier>(body).ok().and_then(|plan| plan.tier);
                self.plans.extend(plan.map(|tier| (key, tier)));
            }
            _ => {}
        }
    }
}

/// What a plan's row says of tiers.
#[derive(Deserialize)]
struct PlanTier {
    tier: Option<String>,
}

fn parse<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|error| error.to_string())
}

impl Registry {
    /// Compiles stored rows, each a sort key and a body; those of other kinds are passed over.
    pub fn read<'r>(rows: impl IntoIterator<Item = (&'r str, &'r str)>) -> Self {
        let mut taken = RegistryRows::default();
        for (sort, body) in rows {
            taken.take(sort, body);
        }
        Self::compile(taken)
    }

    /// Compiles rows. What is wrong with one takes that one out and is in [`Registry::problems`].
    pub fn compile(rows: RegistryRows) -> Self {
        compile::compile(rows)
    }

    /// Rows that could not be read, or name what is not there.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What somebody of this standing may do.
    pub fn entitlements<'a>(&'a self, standing: &'a Standing, facts: Facts<'a>) -> Entitlements<'a> {
        Entitlements::new(self, standing, facts)
    }

    /// The features in the order of lists: by category, display order and key.
    pub fn features(&self) -> impl Iterator<Item = (&str, &FeatureRow)> {
        self.features
            .iter()
            .map(|feature| (feature.key.as_str(), &feature.row))
    }

    /// Every limit that some layer of the cascade gives a feature, with the feature and the layer; not those that were
    /// settled for single customers.
    pub fn limits(&self) -> impl Iterator<Item = (&str, Source<'_>, &Limit)> {
        let defaults = self
            .features
            .iter()
            .map(|feature| (feature, Source::Default, &feature.default));
        let by_tier = self.features.iter().flat_map(move |feature| {
            let said = feature.by_tier.iter();
            said.filter_map(move |(tier, said)| {
                Some((feature, Source::Tier(&self.tiers.get(*tier)?.key), said))
            })
        });
        let tiers = self
            .tiers
            .iter()
            .map(|tier| (Source::Tier(&tier.key), &tier.given));
        let addons = self
            .addons
            .iter()
            .map(|addon| (Source::Addon(&addon.key), &addon.given));
        let given = tiers.chain(addons).flat_map(move |(source, given)| {
            let said = given.iter();
            said.filter_map(move |(place, said)| Some((self.features.get(*place)?, source, said)))
        });
        defaults
            .chain(by_tier)
            .chain(given)
            .flat_map(|(feature, source, said)| {
                let limits = said.limits.iter().flat_map(|limits| limits.iter());
                limits.map(move |limit| (feature.key.as_str(), source, limit))
            })
    }

    /// A feature's row.
    pub fn feature(&self, key: &str) -> Option<&FeatureRow> {
        Some(&self.feature_of(key)?.1.row)
    }

    /// The tiers from the lowest to the highest. The first is what everybody has who was given none.
    pub fn tiers(&self) -> impl Iterator<Item = (&str, &TierRow)> {
        self.tiers.iter().map(|tier| (tier.key.as_str(), &tier.row))
    }

    /// A tier's row.
    pub fn tier(&self, key: &str) -> Option<&TierRow> {
        let place = self.tiers_by_key.get(key)?;
        self.tiers.get(*place).map(|tier| &tier.row)
    }

    /// The add-ons by key.
    pub fn addons(&self) -> impl Iterator<Item = (&str, &AddonRow)> {
        self.addons.iter().map(|addon| (addon.key.as_str(), &addon.row))
    }

    /// An add-on's row.
    pub fn addon(&self, key: &str) -> Option<&AddonRow> {
        let place = self.addons_by_key.get(key)?;
        self.addons.get(*place).map(|addon| &addon.row)
    }

    /// The components by key.
    pub fn components(&self) -> impl Iterator<Item = (&str, &ComponentRow)> {
        self.components.iter().map(|(key, row)| (key.as_str(), row))
    }

    /// Every limit that a default, a tier or an add-on may set on a feature, so that the counters can be read together
    /// with the account, before anybody knows which of them hold.
    pub fn limits_of<'a>(&'a self, feature: &str) -> Vec<&'a Limit> {
        let Some((place, feature)) = self.feature_of(feature) else {
            return Vec::new();
        };
        let tiers = self.tiers.iter().filter_map(|tier| tier.given.get(&place));
        let addons = self.addons.iter().filter_map(|addon| addon.given.get(&place));
        let said = tiers
            .chain(addons)
            .chain(feature.by_tier.values())
            .chain([&feature.default]);
        let mut found: Vec<&Limit> = Vec::new();
        for limit in said.filter_map(|said| said.limits.as_deref()).flatten() {
            let same = |other: &&Limit| {
                Limit {
                    max: limit.max,
                    ..(**other).clone()
                } == *limit
            };
            if !found.iter().any(same) {
                found.push(limit);
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    /// Whether somebody may be given this tier; if not, why, with the nearest name.
    pub fn known_tier(&self, key: &str) -> Result<(), String> {
        let known = self.tiers_by_key.contains_key(key);
        known
            .then_some(())
            .ok_or_else(|| unknown(TIER, key, self.tiers().map(|(key, _)| key)))
    }

    /// Whether somebody may be given this add-on; if not, why, with the nearest name.
    pub fn known_addon(&self, key: &str) -> Result<(), String> {
        let known = self.addons_by_key.contains_key(key);
        let keys = self.addons().map(|(key, _)| key);
        known.then_some(()).ok_or_else(|| unknown("add-on", key, keys))
    }

    /// Whether this may be said of a feature, by a tier, an add-on or an override; if not, why.
    pub fn may_say(&self, feature: &str, given: &Given) -> Result<(), String> {
        let Some((_, known)) = self.feature_of(feature) else {
            return Err(unknown(FEATURE, feature, self.features().map(|(key, _)| key)));
        };
        super::strict::given(feature, &known.row, given)?;
        Said::read(feature, known.row.kind, given).map(drop)
    }

    /// What a tier, or without one the defaults, say of a feature.
    pub(super) fn settled(&self, tier: Option<usize>, feature: usize) -> Option<&Settled> {
        let tier = tier.and_then(|tier| self.tiers.get(tier));
        tier.map_or(&self.bare, |tier| &tier.settled).get(feature)
    }

    pub(super) fn feature_of(&self, key: &str) -> Option<(usize, &Feature)> {
        let place = *self.features_by_key.get(key)?;
        Some((place, self.features.get(place)?))
    }
}
