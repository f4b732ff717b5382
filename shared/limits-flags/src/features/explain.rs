//! The whole path to an answer, for whoever is asked why.

mod print;

use domain::limit::Limit;
use domain::standing::Held;
use serde::Serialize;
use serde_json::Value;

use super::check::{self, Check, Reason, Source};
use super::entitlements::{self, Entitlements};
use super::graph;
use super::registry::Feature;
use super::said::Said;

/// Every step of a check, whether it mattered or not.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation<'c> {
    /// The tier that holds.
    pub tier: Option<&'c str>,
    /// The cascade, the most general layer first.
    pub layers: Vec<Layer<'c>>,
    /// What the feature has to pass then, in this order.
    pub gates: Vec<Gate>,
    /// Everything that it needs, the nearest first, each by itself.
    pub needs: Vec<Needed<'c>>,
    /// What comes of it.
    pub check: Check<'c>,
}

/// What one layer of the cascade said.
#[derive(Clone, Debug, Serialize)]
pub struct Layer<'c> {
    /// Which.
    pub source: Source<'c>,
    /// What became of it.
    pub state: LayerState,
    /// On or off, if it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The value, if it said one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The limits, if it said any.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "check::some_limits"
    )]
    pub limits: Option<Vec<Limit>>,
    /// Which of these hold: `enabled`, `value`, `limits`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decides: Vec<&'static str>,
    /// Whatever else there is to say: why it was given, why it cannot be read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What became of what a layer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerState {
    /// Something of it holds.
    Holds,
    /// A more specific layer said something else.
    Outdone,
    /// It says nothing of this feature.
    Silent,
    /// It was given to the customer and has run out.
    Expired,
    /// It was given to the customer and is not in the registry.
    Unknown,
    /// It cannot be read.
    Unreadable,
}

/// A condition that a feature has to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// The field of the feature's row: `is_active`, `minimum_tier`, `when`.
    pub gate: &'static str,
    /// Whether it is passed.
    pub passed: bool,
    /// How so.
    pub note: String,
}

/// Something that a feature needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Needed<'c> {
    /// From what the feature depends on to this.
    pub path: Vec<&'c str>,
    /// Whether it is granted by itself, and why not.
    pub reason: Reason,
}

impl Entitlements<'_> {
    /// Every step of [`Entitlements::check`]. `None` of a feature that the registry does not have.
    pub fn explain<'c>(&'c self, feature: &'c str) -> Option<Explanation<'c>> {
        let (place, known) = self.registry.feature_of(feature)?;
        let mut layers = vec![layer(Source::Default, Some(&known.default))];
        layers.extend(self.tier_layers(place, known));
        layers.extend(self.addon_layers(place));
        layers.extend(self.override_layer(&known.key));
        self.judge(place, &mut layers);
        Some(Explanation {
            tier: self.tier(),
            layers,
            gates: self.gates(place, known),
            needs: self.needed(known),
            check: self.check(feature),
        })
    }

    /// The tier that holds and what it inherits, and those that were given and do not hold.
    fn tier_layers<'c>(&'c self, place: usize, feature: &'c Feature) -> Vec<Layer<'c>> {
        let registry = self.registry;
        let tier = self.held.tier.and_then(|tier| registry.tiers.get(tier));
        let chain = tier.map(|tier| tier.chain.iter().rev()).into_iter().flatten();
        let holding = chain.filter_map(|at| {
            let tier = registry.tiers.get(*at)?;
            let by_feature = feature.by_tier.get(at);
            let said = tier.given.get(&place).map(|said| said.above(by_feature));
            Some(layer(Source::Tier(&tier.key), said.as_ref().or(by_feature)))
        });
        let mut layers: Vec<Layer<'c>> = holding.collect();
        layers.extend(
            self.standing
                .tier
                .as_ref()
                .and_then(|held| self.lapsed(held, &held.key, "")),
        );
        if let Some((key, until)) = self.standing.plan_with_grace() {
            let tier = registry.plans.get(key);
            let tier = tier.and_then(|tier| registry.tiers.get(*tier));
            let note = format!("with the plan {key}");
            let key = key.to_owned();
            layers.extend(tier.and_then(|tier| self.lapsed(&Held { key, until }, &tier.key, &note)));
        }
        layers
    }

    /// A tier that was given and does not hold, and why it does not.
    fn lapsed<'c>(&self, held: &Held, tier: &'c str, note: &str) -> Option<Layer<'c>> {
        let state = if held.at(self.facts.now).is_none() {
            LayerState::Expired
        } else if self.registry.tiers_by_key.contains_key(tier) {
            return None;
        } else {
            LayerState::Unknown
        };
        Some(Layer {
            state,
            note: note.to_owned(),
            ..layer(Source::Tier(tier), None)
        })
    }

    fn addon_layers(&self, place: usize) -> impl Iterator<Item = Layer<'_>> {
        self.standing.addons.keys().map(move |key| {
            let known = self.registry.addons_by_key.get(key.as_str());
            let known = known.and_then(|addon| Some((*addon, self.registry.addons.get(*addon)?)));
            let said = known.and_then(|(_, addon)| addon.given.get(&place));
            let layer = layer(Source::Addon(key), said);
            let state = match known {
                None => LayerState::Unknown,
                Some((addon, _)) if !self.held.addons.contains(&addon) => LayerState::Expired,
                Some(_) => layer.state,
            };
            Layer { state, ..layer }
        })
    }

    fn override_layer(&self, feature: &str) -> Option<Layer<'_>> {
        let settled = self.standing.overrides.get(feature)?;
        let own = entitlements::own(self.registry, feature, settled);
        let read = own.as_ref().map(|own| &own.said);
        let read_layer = layer(Source::Override, read.ok());
        let ended = settled.until.is_some_and(|until| until <= self.facts.now);
        Some(match own {
            Err(why) => Layer {
                state: LayerState::Unreadable,
                note: why.into_owned(),
                ..read_layer
            },
            Ok(_) => Layer {
                state: if ended {
                    LayerState::Expired
                } else {
                    read_layer.state
                },
                note: settled.why.clone(),
                ..read_layer
            },
        })
    }

    /// Finds which layers hold. Those that were not silent are still taken for outdone.
    fn judge(&self, place: usize, layers: &mut [Layer<'_>]) {
        let view = self.view();
        let enabled = Some(view.enabled(place).1);
        let value = view.value(place).map(|(_, source)| source);
        for layer in layers
            .iter_mut()
            .filter(|layer| layer.state == LayerState::Outdone)
        {
            let source = Some(layer.source);
            let parts = [
                ("enabled", layer.enabled.is_some() && source == enabled),
                ("value", layer.value.is_some() && source == value),
                (
                    "limits",
                    layer.limits.is_some() && view.limited_by(place, layer.source),
                ),
            ];
            layer.decides = parts
                .into_iter()
                .filter(|(_, holds)| *holds)
                .map(|(part, _)| part)
                .collect();
            if !layer.decides.is_empty() {
                layer.state = LayerState::Holds;
            }
            let raises = view.limited_by(place, layer.source) || view.limited_by(place, Source::Override);
            if layer.limits.is_some() && matches!(layer.source, Source::Addon(_)) && !raises {
                "its limits admit no more than what holds without it".clone_into(&mut layer.note);
            }
        }
    }

    fn gates(&self, place: usize, feature: &Feature) -> Vec<Gate> {
        let view = self.view();
        let gate = |gate, passed, note: String| Gate { gate, passed, note };
        let active = gate("is_active", feature.row.is_active, String::new());
        let lifted = view.is_given_personally(place);
        let below = view.is_below_minimum(feature);
        let minimum = feature.row.minimum_tier.as_deref().map_or_else(
            || "none is set".to_owned(),
            |tier| match (below, lifted) {
                (true, true) => format!("below {tier}, but given to this customer"),
                (true, false) => format!("below {tier}"),
                (false, _) => tier.to_owned(),
            },
        );
        let when = feature.row.when.as_ref();
        let rule = when.map_or_else(|| "no rule is set".to_owned(), Value::to_string);
        let mut gates = vec![
            active,
            gate("minimum_tier", !below || lifted, minimum),
            gate("when", view.is_targeted(feature), rule),
        ];
        if feature.broken {
            gates.insert(
                0,
                gate(
                    "row",
                    false,
                    "it cannot be read; see the settings' problems".to_owned(),
                ),
            );
        }
        gates
    }

    fn needed<'c>(&'c self, feature: &'c Feature) -> Vec<Needed<'c>> {
        let view = self.view();
        let needs = feature.needs.iter().enumerate();
        needs
            .map(|(at, need)| Needed {
                path: graph::path(&feature.needs, at),
                reason: need
                    .place
                    .map_or(Reason::UnknownFeature, |place| view.alone(place).0),
            })
            .collect()
    }
}

/// What a layer said; whether it holds is found later.
fn layer<'c>(source: Source<'c>, said: Option<&Said>) -> Layer<'c> {
    let said = said.cloned().unwrap_or_default();
    let silent = said.enabled.is_none() && said.value.is_none() && said.limits.is_none();
    Layer {
        source,
        state: if silent {
            LayerState::Silent
        } else {
            LayerState::Outdone
        },
        enabled: said.enabled,
        value: said.value.as_deref().cloned(),
        limits: said.limits.as_deref().map(<[Limit]>::to_vec),
        decides: Vec::new(),
        note: String::new(),
    }
}
