//! Registries and customers at random.

use std::collections::{BTreeMap, BTreeSet};

use domain::standing::{Held, Override, Standing};
use domain::time::Timestamp;
use limits_flags::features::RegistryRows;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub(crate) const NOW: Timestamp = Timestamp(1_795_284_300_000);

/// A registry, and whoever asks.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) rows: RegistryRows,
    pub(crate) standing: Standing,
    pub(crate) country: Option<String>,
    stored: Vec<(String, String)>,
}

impl World {
    /// The rows as they are stored.
    pub(crate) fn stored(&self) -> Vec<(String, String)> {
        self.stored.clone()
    }
}

/// How many features there are; the last ones may depend on all before.
const FEATURES: usize = 6;
const TIERS: usize = 4;
const ADDONS: usize = 3;

/// A world whose rows all go together.
pub(crate) fn world() -> impl Strategy<Value = World> {
    let tiers = 0..=TIERS;
    tiers.prop_flat_map(|tiers| {
        let features = (0..FEATURES)
            .map(|place| feature(place, tiers))
            .collect::<Vec<_>>();
        let tier_rows = (0..tiers).map(tier).collect::<Vec<_>>();
        let addons = vec(given_map(), ADDONS);
        let ranks = Just((0..tiers).collect::<Vec<usize>>()).prop_shuffle();
        let plan = (0..TIERS).prop_map(|tier| format!("t{tier}"));
        let country = option::of(prop_oneof![Just("RU".to_owned()), Just("US".to_owned())]);
        let rows = (features, tier_rows, addons, ranks, plan);
        (rows, standing(), country).prop_map(
            move |((features, rows, addons, ranks, plan), standing, country)| {
                let stored = stored(&features, &rows, &addons, &ranks, (plan.as_str(), tiers));
                let mut taken = RegistryRows::default();
                for (sort, body) in &stored {
                    taken.take(sort, body);
                }
                World {
                    rows: taken,
                    standing,
                    country,
                    stored,
                }
            },
        )
    })
}

fn stored(
    features: &[Value],
    tiers: &[(Map<String, Value>, prop::sample::Index, bool)],
    addons: &[Map<String, Value>],
    ranks: &[usize],
    plan: (&str, usize),
) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for (place, row) in features.iter().enumerate() {
        rows.push((format!("feature#f{place}"), row.to_string()));
    }
    for (place, (given, from, inherits)) in tiers.iter().enumerate() {
        let below: Vec<usize> = (0..tiers.len())
            .filter(|other| ranks[*other] < ranks[place])
            .collect();
        let from = (*inherits && !below.is_empty()).then(|| format!("t{}", from.get(&below)));
        let row = json!({ "name": "T", "rank": ranks[place] * 10, "inherits": from, "features": given });
        rows.push((format!("tier#t{place}"), row.to_string()));
    }
    for (place, given) in addons.iter().enumerate() {
        rows.push((
            format!("addon#a{place}"),
            json!({ "name": "A", "features": given }).to_string(),
        ));
    }
    // A plan that brings a tier that is not there is a problem, which these worlds do not have.
    let (tier, count) = plan;
    let tier = (0..count)
        .map(|place| format!("t{place}"))
        .find(|key| key == tier);
    rows.push((
        "plan#p".to_owned(),
        json!({ "title": "P", "tier": tier }).to_string(),
    ));
    rows
}

fn feature(place: usize, tiers: usize) -> impl Strategy<Value = Value> {
    let when = prop_oneof![
        6 => Just(Value::Null),
        1 => Just(json!({ "==": [{ "var": "country" }, "RU"] })),
        1 => Just(json!({ "in": ["tester", { "var": "roles" }] })),
        1 => Just(json!({ "==": [{ "var": "tier" }, "t1"] })),
        1 => Just(json!({ "<": [{ "var": "hour" }, 12] })),
    ];
    let needed = btree_set(0..place.max(1), 0..=2);
    let minimum = option::weighted(0.4, 0..tiers.max(1));
    let limits = btree_map(0..tiers.max(1), limits(), 0..=2);
    let row = (
        given(place),
        needed,
        minimum,
        limits,
        when,
        proptest::bool::weighted(0.9),
    );
    row.prop_map(move |(default, needed, minimum, limits, when, active)| {
        let needed: Vec<String> = needed
            .iter()
            .filter(|_| place > 0)
            .map(|place| format!("f{place}"))
            .collect();
        let key = |tier: &usize| format!("t{tier}");
        let limits: BTreeMap<String, Value> = match kind(place) {
            "metered" if tiers > 0 => limits
                .iter()
                .map(|(tier, limits)| (key(tier), limits.clone()))
                .collect(),
            _ => BTreeMap::new(),
        };
        json!({
            "name": "F",
            "type": kind(place),
            "default": default,
            "depends_on": needed,
            "minimum_tier": minimum.filter(|_| tiers > 0).as_ref().map(key),
            "limits": limits,
            "when": when,
            "is_active": active,
        })
    })
}

fn kind(place: usize) -> &'static str {
    ["boolean", "metered", "config"][place % 3]
}

fn tier(_place: usize) -> impl Strategy<Value = (Map<String, Value>, prop::sample::Index, bool)> {
    (given_map(), any::<prop::sample::Index>(), any::<bool>())
}

/// What a tier or an add-on gives.
fn given_map() -> impl Strategy<Value = Map<String, Value>> {
    let given = (0..FEATURES)
        .map(|place| option::weighted(0.4, given(place)))
        .collect::<Vec<_>>();
    given.prop_map(|given| {
        let given = given.into_iter().enumerate();
        given
            .filter_map(|(place, given)| Some((format!("f{place}"), given?)))
            .collect()
    })
}

fn given(place: usize) -> BoxedStrategy<Value> {
    let enabled = option::weighted(0.7, proptest::bool::weighted(0.7));
    let part = match kind(place) {
        "metered" => option::of(limits().prop_map(|limits| ("limits", limits))).boxed(),
        "config" => option::of((0..100).prop_map(|value| ("value", json!(value)))).boxed(),
        _ => Just(None).boxed(),
    };
    let parts = (enabled, part).prop_map(|(enabled, part)| {
        let mut given = Map::new();
        given.extend(enabled.map(|enabled| ("enabled".to_owned(), enabled.into())));
        given.extend(part.map(|(name, part)| (name.to_owned(), part)));
        Value::Object(given)
    });
    prop_oneof![any::<bool>().prop_map(Value::from), parts].boxed()
}

/// Up to three limits, of which one has no id.
fn limits() -> impl Strategy<Value = Value> {
    let id = proptest::sample::select(&[None, Some("a"), Some("b")][..]);
    let limits = btree_map(id, 0..1000, 0..3);
    let row = |(id, max): (Option<&str>, i32)| json!({ "id": id, "max": max, "period": "day", "anchor": "21:00", "utc_offset": "+03:00" });
    limits.prop_map(move |limits| limits.into_iter().map(row).collect::<Value>())
}

fn until() -> impl Strategy<Value = Option<Timestamp>> {
    prop_oneof![
        2 => Just(None),
        1 => Just(Some(NOW)),
        1 => Just(Some(Timestamp(NOW.0 + 1))),
        1 => Just(Some(Timestamp(NOW.0 - 1))),
    ]
}

fn standing() -> impl Strategy<Value = Standing> {
    let held = |names: &'static [&'static str]| {
        let key = proptest::sample::select(names).prop_map(str::to_owned);
        option::weighted(0.8, (key, until()).prop_map(|(key, until)| Held { key, until }))
    };
    let addon = proptest::sample::select(&["a0", "a1", "a2", "gone"][..]).prop_map(str::to_owned);
    let overrides = (0..FEATURES)
        .map(|place| option::weighted(0.2, (given(place), until())))
        .collect::<Vec<_>>();
    (
        held(&["t0", "t1", "t2", "t3", "gone"]),
        option::weighted(0.2, (until(), until())),
        btree_map(addon, until(), 0..3),
        overrides,
        option::weighted(0.3, Just("RU".to_owned())),
        any::<bool>(),
    )
        .prop_map(|(tier, plan, addons, overrides, country, tester)| Standing {
            revision: 1,
            tier,
            plan: plan.map(|(until, _)| Held {
                key: "p".to_owned(),
                until,
            }),
            plan_grace: plan.and_then(|(_, grace)| grace),
            exchanged: Vec::new(),
            addons,
            overrides: overrides.into_iter().enumerate().filter_map(settled).collect(),
            roles: tester
                .then(|| "tester".to_owned())
                .into_iter()
                .collect::<BTreeSet<_>>(),
            country,
            strikes: domain::moderation::Strikes::default(),
        })
}

fn settled((place, settled): (usize, Option<(Value, Option<Timestamp>)>)) -> Option<(String, Override)> {
    let (body, until) = settled?;
    let settled = Override {
        body: body.to_string(),
        until,
        why: "at random".to_owned(),
    };
    Some((format!("f{place}"), settled))
}

/// A standing that names things which may or may not be there.
pub(crate) fn standing_with(body: &Value) -> Standing {
    let settled = Override {
        body: body.to_string(),
        until: None,
        why: String::new(),
    };
    Standing {
        tier: Some(Held {
            key: "a".to_owned(),
            until: None,
        }),
        plan: Some(Held {
            key: "b".to_owned(),
            until: None,
        }),
        addons: [("a".to_owned(), None)].into(),
        overrides: [("a".to_owned(), settled.clone()), ("b".to_owned(), settled)].into(),
        ..Standing::default()
    }
}

pub(crate) fn sort_key() -> impl Strategy<Value = String> {
    let kind = proptest::sample::select(
        &[
            "feature",
            "tier",
            "addon",
            "component",
            "evaluator",
            "plan",
            "flag",
            "",
        ][..],
    );
    let key = proptest::sample::select(&["a", "b", "c", ""][..]);
    (kind, key, any::<bool>()).prop_map(|(kind, key, whole)| {
        if whole {
            format!("{kind}#{key}")
        } else {
            kind.to_owned()
        }
    })
}

/// Any JSON, with the names of fields among the keys more often than chance would have it.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let key = proptest::sample::select(FIELDS).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(&["a", "b", "metered", "config", "day", "21:00", "+03:00", "country"][..])
            .prop_map(Value::from),
    ];
    let any = leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            3 => btree_map(key.clone(), inner.clone(), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
            1 => vec(inner, 0..4).prop_map(Value::from),
        ]
    });
    // Most of it would be refused for want of a name.
    (any, proptest::bool::weighted(0.8)).prop_map(|(mut any, named)| {
        if let (Value::Object(members), true) = (&mut any, named) {
            members.insert("name".to_owned(), "N".into());
            members.entry("rank").or_insert(1.into());
        }
        any
    })
}

const FIELDS: &[&str] = &[
    "a",
    "b",
    "c",
    "type",
    "default",
    "enabled",
    "value",
    "limits",
    "minimum_tier",
    "depends_on",
    "is_active",
    "when",
    "zone",
    "inherits",
    "features",
    "feature",
    "required_features",
    "tier",
    "max",
    "period",
    "var",
    "==",
    "in",
    "fractional",
    "$ref",
];

/// Another order, the same one for a seed.
pub(crate) fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed | 1;
    for place in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap() % (place + 1);
        items.swap(place, other);
    }
}
