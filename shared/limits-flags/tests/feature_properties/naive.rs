//! The rules of the cascade and the gates once more, read off the rows without a thought for speed.

use domain::standing::Standing;
use limits_flags::features::{FeatureRow, Given};
use serde_json::Value;

use crate::random::{NOW, World};

pub(crate) struct Answer {
    pub(crate) has_access: bool,
    pub(crate) value: Option<Value>,
    /// Only the maxima: they tell the limits apart.
    pub(crate) limits: Option<Vec<u64>>,
}

pub(crate) fn answer(world: &World, feature: &str) -> Answer {
    let layers = layers(world, feature);
    Answer {
        has_access: has_access(world, feature),
        value: layers.iter().find_map(|(_, given)| given.value.clone()),
        limits: layers.iter().find_map(|(_, given)| {
            let limits = given.limits.as_ref()?;
            Some(limits.iter().map(|limit| limit.max).collect())
        }),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Common,
    Addon,
    Override,
}

/// What is said of a feature, the most specific first.
fn layers(world: &World, feature: &str) -> Vec<(Kind, Given)> {
    let row = &world.rows.features[feature];
    let mut layers = Vec::new();
    for (key, settled) in world.standing.overrides_at(NOW) {
        if key == feature {
            layers.push((Kind::Override, serde_json::from_str(&settled.body).unwrap()));
        }
    }
    for key in world.standing.addons_at(NOW) {
        let addon = world.rows.addons.get(key);
        layers.extend(
            addon
                .and_then(|addon| addon.features.get(feature))
                .map(|given| (Kind::Addon, given.clone())),
        );
    }
    let mut at = tier(world);
    while let Some(key) = at.take() {
        let tier = &world.rows.tiers[&key];
        layers.extend(
            tier.features
                .get(feature)
                .map(|given| (Kind::Common, given.clone())),
        );
        layers.extend(row.limits.get(&key).map(|limits| {
            let given = Given {
                limits: Some(limits.clone()),
                ..Given::default()
            };
            (Kind::Common, given)
        }));
        at.clone_from(&tier.inherits);
    }
    layers.push((Kind::Common, row.default.clone()));
    layers
}

/// The tier that holds: what was given, or else the lowest.
fn tier(world: &World) -> Option<String> {
    let given = given_tier(world, &world.standing).filter(|key| world.rows.tiers.contains_key(key));
    let lowest = world.rows.tiers.iter().min_by_key(|(_, row)| row.rank);
    given.or_else(|| lowest.map(|(key, _)| key.clone()))
}

fn given_tier(world: &World, standing: &Standing) -> Option<String> {
    let plan = standing.plan_at(NOW).and_then(|plan| world.rows.plans.get(plan));
    let own = standing.tier_at(NOW).map(str::to_owned);
    let given = own.into_iter().chain(plan.cloned());
    given.max_by_key(|key| world.rows.tiers.get(key).map(|row| row.rank))
}

fn has_access(world: &World, feature: &str) -> bool {
    let row = &world.rows.features[feature];
    let layers = layers(world, feature);
    let stated = |kind| {
        let of_kind = layers
            .iter()
            .filter(move |(its, given)| *its == kind && given.enabled.is_some());
        of_kind
            .map(|(_, given)| given.enabled == Some(true))
            .collect::<Vec<bool>>()
    };
    let (own, addons, common) = (stated(Kind::Override), stated(Kind::Addon), stated(Kind::Common));
    let (enabled, personal) = if let [own, ..] = own[..] {
        (own, own)
    } else if !addons.is_empty() {
        let any = addons.contains(&true);
        (any, any)
    } else {
        (common.first() == Some(&true), false)
    };
    let passes = row.is_active && enabled && (personal || reaches(world, row)) && holds(world, row);
    passes && row.depends_on.iter().all(|needed| has_access(world, needed))
}

fn reaches(world: &World, row: &FeatureRow) -> bool {
    let rank = |key: &String| world.rows.tiers[key].rank;
    let Some(minimum) = &row.minimum_tier else {
        return true;
    };
    tier(world).is_some_and(|tier| rank(&tier) >= rank(minimum))
}

/// The few rules that random worlds have.
fn holds(world: &World, row: &FeatureRow) -> bool {
    let Some(rule) = &row.when else { return true };
    let standing = &world.standing;
    let country = standing.country.clone().or(world.country.clone());
    match rule.to_string().as_str() {
        r#"{"==":[{"var":"country"},"RU"]}"# => country.as_deref() == Some("RU"),
        r#"{"in":["tester",{"var":"roles"}]}"# => standing.roles.contains("tester"),
        r#"{"==":[{"var":"tier"},"t1"]}"# => tier(world).as_deref() == Some("t1"),
        r#"{"<":[{"var":"hour"},12]}"# => NOW.seconds().rem_euclid(86_400) < 12 * 3600,
        other => panic!("no such rule: {other}"),
    }
}
