//! What may be written. A stored row is read as well as it can be; a row that somebody writes has to make sense.

use std::collections::BTreeSet;

use serde_json::Value;

use super::registry::{Addon, Feature, Registry, RegistryRows};
use super::rows::{FeatureKind, FeatureRow, Given};
use super::said;
use super::when;
use crate::problems::Problem;

/// The longest key, in bytes: it is part of rows' and counters' keys, and of labels.
const KEY_BYTES_MAX: usize = 32;

/// Everything that is wrong with rows that are about to be written. `flags` are the flags' keys: whoever asks for a key over
/// the flags' API must know what is meant, so a feature shares its key with none.
pub fn problems<'f>(rows: RegistryRows, flags: impl IntoIterator<Item = &'f str>) -> Vec<Problem> {
    let registry = Registry::compile(rows);
    let flags: BTreeSet<&str> = flags.into_iter().collect();
    let mut found = registry.problems.clone();
    let mut add = |kind: &str, key: &str, whys: Vec<String>| {
        found.extend(whys.into_iter().map(|why| Problem {
            row: format!("{kind}#{key}"),
            why,
        }));
    };
    for (place, it) in registry.features.iter().enumerate() {
        add("feature", &it.key, feature(&registry, place, it));
        add(
            "feature",
            &it.key,
            flags
                .get(it.key.as_str())
                .map(|_| SHARED_KEY.to_owned())
                .into_iter()
                .collect(),
        );
    }
    for (place, it) in registry.tiers.iter().enumerate() {
        add("tier", &it.key, tier(&registry, place));
    }
    for it in &registry.addons {
        let off = |given: &Given| (given.enabled == Some(false)).then(|| ADDON_OFF.to_owned());
        add("addon", &it.key, key(&it.key).into_iter().collect());
        add("addon", &it.key, all_given(&registry, &it.row.features, off));
        add("addon", &it.key, counted_otherwise(&registry, it));
    }
    for (it, row) in &registry.components {
        let named = row.feature.is_some() || !row.required_features.is_empty();
        let idle = (!named).then(|| "it names no feature: it would be there for everybody".to_owned());
        add("component", it, key(it).into_iter().chain(idle).collect());
    }
    found
}

const SHARED_KEY: &str = "a flag has the same key; whoever asks for it could mean either";
const ADDON_OFF: &str = "an add-on adds; to take something from a customer, use an override";

/// What is wrong with what is said of a feature, wherever it is said.
pub(super) fn given(key: &str, feature: &FeatureRow, given: &Given) -> Result<(), String> {
    if given.enabled.is_none() && given.value.is_none() && given.limits.is_none() {
        return Err("it says nothing: give enabled, value or limits".to_owned());
    }
    if let Some(why) = given.limits.as_ref().and_then(|limits| said::alike(key, limits)) {
        return Err(why);
    }
    let (Some(value), Some(first)) = (&given.value, &feature.default.value) else {
        return Ok(());
    };
    let (is, ought) = (type_of(value), type_of(first));
    if feature.kind == FeatureKind::Config && is != ought {
        return Err(format!(
            "value: {value} is {is}, and the default's {first} is {ought}"
        ));
    }
    Ok(())
}

fn key(key: &str) -> Option<String> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
    let good = !key.is_empty() && key.len() <= KEY_BYTES_MAX && key.bytes().all(letters);
    (!good).then(|| format!("a key has 1 to {KEY_BYTES_MAX} of the letters a-z 0-9 _ - ."))
}

fn feature(registry: &Registry, place: usize, feature: &Feature) -> Vec<String> {
    let row = &feature.row;
    let mut found: Vec<String> = key(&feature.key).into_iter().collect();
    if row.name.en.trim().is_empty() || row.name.ru.trim().is_empty() {
        found.push("name: must not be empty".to_owned());
    }
    if row.kind == FeatureKind::Config && row.default.value.as_ref().is_none_or(Value::is_null) {
        found.push(
            "default.value: a config feature needs one; it also says of what type the others are".to_owned(),
        );
    }
    if row.default.enabled.is_none() {
        found.push("default: say whether it is enabled where nothing else is said".to_owned());
    }
    let default = row.default.limits.as_ref();
    let default = default.and_then(|limits| said::alike(&feature.key, limits));
    found.extend(default.map(|why| format!("default.{why}")));
    for (tier, limits) in &row.limits {
        found.extend(said::alike(&feature.key, limits).map(|why| format!("limits.{tier}: {why}")));
    }
    found.extend(row.when.iter().flat_map(when::unread));
    if row.zone.is_some() && row.when.is_none() {
        found.push("zone: there is no `when` that would read a clock in it".to_owned());
    }
    found.extend(below_minimum(registry, place, feature));
    found
}

/// What is given to tiers that may not have it.
fn below_minimum(registry: &Registry, place: usize, feature: &Feature) -> Vec<String> {
    let Some((minimum, least)) = feature.minimum.and_then(|at| Some((at, registry.tiers.get(at)?))) else {
        return Vec::new();
    };
    let least = &least.key;
    let below = registry.tiers.iter().take(minimum).enumerate();
    let found = below.flat_map(|(at, tier)| {
        let key = &tier.key;
        let limits = feature.by_tier.contains_key(&at);
        let limits =
            limits.then(|| format!("limits.{key}: below minimum_tier `{least}`, and never asked for"));
        let gives = tier
            .given
            .get(&place)
            .is_some_and(|said| said.enabled == Some(true));
        let gives =
            gives.then(|| format!("minimum_tier: `{least}` is above the tier `{key}`, which gives it"));
        limits.into_iter().chain(gives)
    });
    found.collect()
}

fn tier(registry: &Registry, place: usize) -> Vec<String> {
    let Some(tier) = registry.tiers.get(place) else {
        return Vec::new();
    };
    let mut found: Vec<String> = key(&tier.key).into_iter().collect();
    let next = registry
        .tiers
        .get(place + 1)
        .filter(|next| next.row.rank == tier.row.rank);
    if let Some(next) = next {
        found.push(format!("rank: {} is also that of `{}`", tier.row.rank, next.key));
    }
    let from = tier.chain.get(1).and_then(|from| registry.tiers.get(*from));
    if let Some(from) = from.filter(|from| from.row.rank >= tier.row.rank) {
        found.push(format!(
            "inherits: `{}` has the rank {}, which is not below {}",
            from.key, from.row.rank, tier.row.rank
        ));
    }
    found.extend(all_given(registry, &tier.row.features, |_| None));
    found
}

/// Limits that count something else than an earlier add-on's of the same feature: each gives it without the other's limits,
/// so whoever held both would have it without any.
fn counted_otherwise(registry: &Registry, addon: &Addon) -> Vec<String> {
    let names = |addon: &Addon, place: usize| {
        let limits = addon.given.get(&place)?.limits.as_deref()?;
        let names: BTreeSet<String> = limits.iter().map(|limit| limit.id.clone()).collect();
        (!names.is_empty()).then_some(names)
    };
    let found = registry.features.iter().enumerate().filter_map(|(place, feature)| {
        let own = names(addon, place)?;
        let mut earlier = registry.addons.iter().take_while(|earlier| earlier.key != addon.key);
        let (other, theirs) = earlier.find_map(|it| Some((it, names(it, place)?)))?;
        let list = |names: BTreeSet<String>| Vec::from_iter(names).join(" ");
        (own != theirs).then(|| {
            let (feature, other, own, theirs) = (&feature.key, &other.key, list(own), list(theirs));
            format!("features.{feature}.limits: these are {own}, and those of the add-on `{other}` {theirs}; each gives it \
                without the other's, so whoever held both would have it without limit: let both count the same")
        })
    });
    found.collect()
}

fn all_given(
    registry: &Registry,
    features: &std::collections::BTreeMap<String, Given>,
    besides: impl Fn(&Given) -> Option<String>,
) -> Vec<String> {
    let found = features.iter().filter_map(|(key, it)| {
        let (_, feature) = registry.feature_of(key)?;
        let why = given(key, &feature.row, it).err().or_else(|| besides(it))?;
        Some(format!("features.{key}: {why}"))
    });
    found.collect()
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "a whole number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
