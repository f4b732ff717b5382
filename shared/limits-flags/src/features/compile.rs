//! From rows to a registry, once, when the settings are loaded. Whatever is wrong takes out its own row at most.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::limit::Limit;
use serde_json::{Map, Value};

use super::graph::{self, Need};
use super::registry::{Addon, Feature, Registry, RegistryRows, Tier};
use super::rows::{AddonRow, FeatureKind, FeatureRow, Given, TierRow};
use super::said::{self, Origin, Said, Settled};
use super::when::When;
use crate::nearest::unknown;
use crate::problems::Problem;

/// What is gathered while the rows are compiled.
pub(super) struct Compiler {
    problems: Vec<Problem>,
    /// Each feature's place and kind.
    features: BTreeMap<String, (usize, FeatureKind)>,
    /// Each tier's place.
    tiers: BTreeMap<String, usize>,
}

pub(super) fn compile(rows: RegistryRows) -> Registry {
    let mut features: Vec<(String, FeatureRow)> = rows.features.into_iter().collect();
    features.sort_by(|(a, left), (b, right)| {
        (&left.category, left.display_order, a).cmp(&(&right.category, right.display_order, b))
    });
    let mut tiers: Vec<(String, TierRow)> = rows.tiers.into_iter().collect();
    tiers.sort_by(|(a, left), (b, right)| (left.rank, a).cmp(&(right.rank, b)));
    let place = |(place, (key, row)): (usize, &(String, FeatureRow))| (key.clone(), (place, row.kind));
    let mut compiler = Compiler {
        problems: rows.problems,
        features: features.iter().enumerate().map(place).collect(),
        tiers: tiers
            .iter()
            .enumerate()
            .map(|(place, (key, _))| (key.clone(), place))
            .collect(),
    };
    let depends_on: Vec<Vec<String>> = features.iter().map(|(_, row)| row.depends_on.clone()).collect();
    let features = features
        .into_iter()
        .map(|(key, row)| compiler.feature(key, row, &depends_on, &rows.evaluators))
        .collect::<Vec<_>>();
    let given: Vec<_> = tiers
        .iter()
        .map(|(key, row)| compiler.given("tier", key, &row.features))
        .collect();
    let chains: Vec<_> = tiers.iter().map(|(key, _)| compiler.chain(key, &tiers)).collect();
    let tiers = tiers.into_iter().zip(chains.iter().enumerate());
    let tiers = tiers.map(|((key, row), (place, chain))| Tier {
        settled: settle(&features, &given, chain),
        key,
        row,
        given: given.get(place).cloned().unwrap_or_default(),
        chain: chain.clone(),
    });
    let tiers: Vec<Tier> = tiers.collect();
    let addons = rows.addons.into_iter().map(|(key, row)| compiler.addon(key, row));
    let addons: Vec<Addon> = addons.collect();
    let mut plans = BTreeMap::new();
    for (key, tier) in rows.plans {
        match compiler.tier(&tier) {
            Ok(place) => drop(plans.insert(key, place)),
            Err(why) => compiler.problem("plan", &key, format!("tier: {why}")),
        }
    }
    for (key, row) in &rows.components {
        let named = row.feature.iter().chain(&row.required_features);
        for feature in named {
            compiler.feature_exists("component", key, feature);
        }
    }
    Registry {
        bare: settle(&features, &[], &[]),
        features_by_key: by_key(features.iter().map(|feature| &feature.key)),
        tiers_by_key: by_key(tiers.iter().map(|tier| &tier.key)),
        addons_by_key: by_key(addons.iter().map(|addon| &addon.key)),
        features,
        tiers,
        addons,
        components: rows.components,
        plans,
        unreadable: rows.unreadable,
        problems: compiler.problems,
    }
}

fn by_key<'k>(keys: impl Iterator<Item = &'k String>) -> HashMap<Box<str>, usize> {
    keys.enumerate()
        .map(|(place, key)| (key.as_str().into(), place))
        .collect()
}

/// For every feature, what the tiers of a chain and the default say.
fn settle(features: &[Feature], given: &[HashMap<usize, Said>], chain: &[usize]) -> Vec<Settled> {
    let one = |(place, feature): (usize, &Feature)| {
        let tiers = chain.iter().flat_map(|tier| {
            let own = given.get(*tier).and_then(|given| given.get(&place));
            [own, feature.by_tier.get(tier)]
                .into_iter()
                .flatten()
                .map(|said| (Origin::Tier(*tier), said))
        });
        Settled::of(tiers.chain([(Origin::Default, &feature.default)]))
    };
    features.iter().enumerate().map(one).collect()
}

impl Compiler {
    fn problem(&mut self, kind: &str, key: &str, why: impl Into<String>) {
        self.problems.push(Problem {
            row: format!("{kind}#{key}"),
            why: why.into(),
        });
    }

    /// A feature. Whatever is wrong with it switches it off: half a rule, or half its limits, would be worse.
    fn feature(
        &mut self,
        key: String,
        row: FeatureRow,
        depends_on: &[Vec<String>],
        evaluators: &Map<String, Value>,
    ) -> Feature {
        let mut wrong = Vec::new();
        let mut or_wrong = |why: String| wrong.push(why);
        let default = Said::read(&key, row.kind, &row.default);
        let default = default
            .map_err(|why| or_wrong(format!("default.{why}")))
            .unwrap_or_default();
        let by_tier = self
            .by_tier(&key, &row)
            .map_err(&mut or_wrong)
            .unwrap_or_default();
        let minimum = self.minimum(&row).map_err(&mut or_wrong).unwrap_or_default();
        let rule = row.when.as_ref();
        let when = rule
            .map(|rule| When::read(rule, row.zone.as_deref(), evaluators))
            .transpose();
        let when = when.map_err(&mut or_wrong).unwrap_or_default();
        let needs = self.needs(&key, depends_on);
        let needs = needs
            .map_err(|circle| or_wrong(format!("depends_on: it needs itself: {circle}")))
            .unwrap_or_default();
        for needed in &row.depends_on {
            self.feature_exists("feature", &key, needed);
        }
        for why in &wrong {
            self.problem("feature", &key, why.as_str());
        }
        Feature {
            key,
            row,
            broken: !wrong.is_empty(),
            default,
            by_tier,
            minimum,
            when,
            needs,
        }
    }

    fn needs(&self, key: &str, depends_on: &[Vec<String>]) -> Result<Vec<Need>, String> {
        let place = |key: &str| self.features.get(key).map(|(place, _)| *place);
        // The names are those of the rows, so that they live as long as the walk.
        graph::needs(key, |from| {
            let direct = place(from).and_then(|place| depends_on.get(place));
            let direct = direct.into_iter().flatten();
            direct.map(|needed| (needed.as_str(), place(needed))).collect()
        })
    }

    /// What the feature's own row gives each tier.
    fn by_tier(&self, key: &str, row: &FeatureRow) -> Result<HashMap<usize, Said>, String> {
        let read = row.limits.iter().map(|(tier, limits)| {
            let place = self.tier(tier).map_err(|why| format!("limits: {why}"))?;
            let limits: Arc<[Limit]> =
                said::limits(key, row.kind, limits).map_err(|why| format!("limits.{tier}: {why}"))?;
            let said = Said {
                limits: Some(limits),
                ..Said::default()
            };
            Ok((place, said))
        });
        read.collect()
    }

    fn minimum(&self, row: &FeatureRow) -> Result<Option<usize>, String> {
        let place = row.minimum_tier.as_deref().map(|tier| self.tier(tier));
        place.transpose().map_err(|why| format!("minimum_tier: {why}"))
    }

    fn tier(&self, key: &str) -> Result<usize, String> {
        let place = self.tiers.get(key).copied();
        place.ok_or_else(|| unknown("tier", key, self.tiers.keys().map(String::as_str)))
    }

    fn feature_exists(&mut self, kind: &str, key: &str, feature: &str) {
        if !self.features.contains_key(feature) {
            let why = unknown("feature", feature, self.features.keys().map(String::as_str));
            self.problem(kind, key, why);
        }
    }

    /// What a tier or an add-on gives, by the feature's place. What cannot be read is off, and takes nothing else out.
    fn given(&mut self, kind: &str, key: &str, given: &BTreeMap<String, Given>) -> HashMap<usize, Said> {
        let mut read = HashMap::new();
        for (feature, given) in given {
            let Some((place, type_)) = self.features.get(feature).copied() else {
                self.feature_exists(kind, key, feature);
                continue;
            };
            let said = Said::read(feature, type_, given).unwrap_or_else(|why| {
                self.problem(kind, key, format!("features.{feature}.{why}"));
                Said::off()
            });
            read.insert(place, said);
        }
        read
    }

    fn addon(&mut self, key: String, row: AddonRow) -> Addon {
        let given = self.given("addon", &key, &row.features);
        Addon { key, row, given }
    }

    /// A tier and what it inherits, itself first. A circle is cut where it closes.
    fn chain(&mut self, key: &str, tiers: &[(String, TierRow)]) -> Vec<usize> {
        let (mut chain, mut names, mut at) = (Vec::new(), vec![key], Some(key));
        while let Some(place) = at.and_then(|key| self.tiers.get(key).copied()) {
            chain.push(place);
            at = tiers.get(place).and_then(|(_, row)| row.inherits.as_deref());
            let Some(above) = at else { break };
            let closes = names.contains(&above);
            names.push(above);
            if above == key {
                self.problem(
                    "tier",
                    key,
                    format!("inherits: from itself: {}", names.join(" -> ")),
                );
            }
            if closes {
                break;
            }
            if let (1, Err(why)) = (chain.len(), self.tier(above)) {
                self.problem("tier", key, format!("inherits: {why}"));
            }
        }
        chain
    }
}
