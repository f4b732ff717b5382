//! The rules of the cascade and the gates once more, read off the rows without a thought for speed.

use domain::standing::Standing;
use limits_flags::LimitRow;
use limits_flags::features::{FeatureRow, Given};
use serde_json::Value;

use crate::random::{NOW, World};

pub(crate) struct Answer {
    pub(crate) has_access: bool,
    pub(crate) value: Option<Value>,
    /// What each is called and how much it admits.
    pub(crate) limits: Vec<(String, u64)>,
}

pub(crate) fn answer(world: &World, feature: &str) -> Answer {
    let layers = layers(world, feature);
    Answer {
        has_access: has_access(world, feature),
        value: layers.iter().find_map(|(_, given)| given.value.clone()),
        limits: limits(world, feature),
    }
}

/// The limits that hold: those of the override; or those below the add-ons, if the feature is had without them; or else
/// what all add-ons that give it name, or those below where one names none. Each is as much as any of these raises it to, and
/// there are none if one says so.
fn limits(world: &World, feature: &str) -> Vec<(String, u64)> {
    let row = &world.rows.features[feature];
    let layers = layers(world, feature);
    let said = |kind| {
        let of_kind = layers.iter().filter(move |(its, _)| *its == kind);
        of_kind.filter_map(|(_, given)| Some(named(given.limits.as_ref()?)))
    };
    if let Some(own) = said(Kind::Override).next() {
        return own;
    }
    let below = said(Kind::Common).next().unwrap_or_default();
    let stated = |kind| {
        layers
            .iter()
            .filter(move |(its, _)| *its == kind)
            .find_map(|(_, given)| given.enabled)
    };
    let without = stated(Kind::Override).unwrap_or(stated(Kind::Common) == Some(true) && reaches(world, row));
    let giving = layers
        .iter()
        .filter(|(kind, given)| *kind == Kind::Addon && given.enabled == Some(true));
    let giving = giving.map(|(_, given)| {
        given
            .limits
            .as_ref()
            .map_or(below.clone(), |limits| named(limits))
    });
    let given: Vec<_> = giving.filter(|_| !without).collect();
    let mut limits = given.first().unwrap_or(&below).clone();
    limits.retain(|(id, _)| given.iter().all(|list| list.iter().any(|(other, _)| other == id)));
    for raised in said(Kind::Addon).chain(given.iter().cloned()) {
        for (id, max) in &mut limits {
            let more = raised
                .iter()
                .filter(|(other, _)| other == id)
                .map(|(_, more)| *more);
            *max = more.chain([*max]).max().unwrap();
        }
        if raised.is_empty() {
            limits.clear();
        }
    }
    limits
}

/// The random worlds' limits have ids of their own, or count requests in a day.
fn named(rows: &[LimitRow]) -> Vec<(String, u64)> {
    let named = rows
        .iter()
        .map(|row| (row.id.clone().unwrap_or_else(|| "rd".to_owned()), row.max));
    named.collect()
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
