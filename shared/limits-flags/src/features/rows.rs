//! The stored forms of features, tiers, add-ons and components: what an operator writes, and what stands in the rows.

use std::collections::BTreeMap;
use std::fmt;

use domain::catalog::Title;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::document::LimitRow;

/// Something that a customer may or may not have (seed 001's feature definition, seed 003's registry).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FeatureRow {
    /// What customers read.
    pub name: Texts,
    /// A sentence about it.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub description: Texts,
    /// What it is listed under.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// What it is listed under within the category.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subcategory: String,
    /// What kind of answer it gives.
    #[serde(rename = "type", default)]
    pub kind: FeatureKind,
    /// What holds where no tier, add-on or override says anything: off, if nothing stands here.
    #[serde(default = "off")]
    pub default: Given,
    /// The tier from which on the default and the tiers may give it. An add-on or an override is above that: it was given
    /// to this customer knowing the tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_tier: Option<String>,
    /// By tier: how much of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, Vec<LimitRow>>,
    /// Features without which it is off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// It is something to pay for. For lists and badges; it decides nothing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_premium: bool,
    /// Off for everybody, whoever was given it, where this is false.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub is_active: bool,
    /// Where it stands within its category, smallest first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub display_order: u32,
    /// A rule that must hold too, whoever was given the feature: `JSONLogic` over what [`ATTRIBUTES`](super::ATTRIBUTES)
    /// lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Value>,
    /// In whose time the rule reads the clock: `Europe/Moscow`, or `+03:00`. Without it, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// What kind of answer a feature gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeatureKind {
    /// Yes or no.
    #[default]
    Boolean,
    /// Yes or no, and how much.
    Metered,
    /// A value, such as how many orders may run side by side.
    Config,
}

/// What a tier gives.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TierRow {
    /// What customers read.
    pub name: Texts,
    /// How high it stands. The lowest is what everybody has who was given none.
    pub rank: u32,
    /// A tier below it whose gifts it passes on, where it says nothing else itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherits: Option<String>,
    /// Whether it is named to customers as something that would unlock a feature. Off for a staff's tier.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub is_offered: bool,
    /// Given to nobody any more; whoever has it keeps it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_withdrawn: bool,
    /// By feature.
    #[serde(default)]
    pub features: BTreeMap<String, Given>,
}

/// What an add-on gives to whoever holds it, whatever the tier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddonRow {
    /// What customers read.
    pub name: Texts,
    /// Whether it is named to customers as something that would unlock a feature.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub is_offered: bool,
    /// Given to nobody any more; whoever has it keeps it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_withdrawn: bool,
    /// By feature.
    #[serde(default)]
    pub features: BTreeMap<String, Given>,
}

/// A part of a screen that is there if features are (seed 003's component registry).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ComponentRow {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub name: Texts,
    /// The feature that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Features that it needs besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_features: Vec<String>,
}

/// What a layer of the cascade says of a feature. Written `true`, `false`, or with its parts; a part that is not there
/// says nothing, and the layer below holds: `{ limits: [...] }` changes only how much.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// On or off.
    pub enabled: Option<bool>,
    /// The value of a config feature.
    pub value: Option<Value>,
    /// How much of a metered feature; an empty list is without limit.
    pub limits: Option<Vec<LimitRow>>,
}

impl Given {
    /// On or off and nothing else.
    pub fn switch(enabled: bool) -> Self {
        Self {
            enabled: Some(enabled),
            ..Self::default()
        }
    }

    fn as_switch(&self) -> Option<bool> {
        self.enabled
            .filter(|_| self.value.is_none() && self.limits.is_none())
    }
}

/// [`Given`] with its parts, as serde derives it.
#[derive(Serialize, Deserialize)]
struct Parts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limits: Option<Vec<LimitRow>>,
}

impl<'de> Deserialize<'de> for Given {
    /// By a visitor of its own, not as an untagged enum: that would lose which field nobody knows.
    fn deserialize<D: Deserializer<'de>>(row: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Given;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, or an object of enabled, value and limits")
            }

            fn visit_bool<E: de::Error>(self, enabled: bool) -> Result<Given, E> {
                Ok(Given::switch(enabled))
            }

            fn visit_map<A: MapAccess<'de>>(self, parts: A) -> Result<Given, A::Error> {
                let parts = Parts::deserialize(MapAccessDeserializer::new(parts))?;
                Ok(Given {
                    enabled: parts.enabled,
                    value: parts.value,
                    limits: parts.limits,
                })
            }
        }
        row.deserialize_any(Form)
    }
}

impl Serialize for Given {
    fn serialize<S: Serializer>(&self, row: S) -> Result<S::Ok, S::Error> {
        match self.as_switch() {
            Some(enabled) => row.serialize_bool(enabled),
            None => Parts {
                enabled: self.enabled,
                value: self.value.clone(),
                limits: self.limits.clone(),
            }
            .serialize(row),
        }
    }
}

/// A text in the product's languages, or one text for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// In English.
    pub en: String,
    /// In Russian.
    pub ru: String,
}

impl Texts {
    /// The same for every language.
    pub fn same(text: &str) -> Self {
        Self {
            en: text.to_owned(),
            ru: text.to_owned(),
        }
    }

    /// The text for a locale such as `ru` or `ru-RU`; English for any that is not Russian.
    pub fn in_locale(&self, locale: &str) -> &str {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("ru") {
            &self.ru
        } else {
            &self.en
        }
    }

    fn is_empty(&self) -> bool {
        self.en.is_empty() && self.ru.is_empty()
    }
}

impl From<&Texts> for Title {
    fn from(texts: &Texts) -> Self {
        Self {
            ru: texts.ru.clone(),
            en: texts.en.clone(),
        }
    }
}

#[derive(Deserialize)]
struct ByLanguage {
    en: String,
    ru: String,
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(row: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or an object with a text for en and for ru")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts::same(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, texts: A) -> Result<Texts, A::Error> {
                let ByLanguage { en, ru } = ByLanguage::deserialize(MapAccessDeserializer::new(texts))?;
                Ok(Texts { en, ru })
            }
        }
        row.deserialize_any(Form)
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, row: S) -> Result<S::Ok, S::Error> {
        if self.en == self.ru {
            return row.serialize_str(&self.en);
        }
        let mut texts = row.serialize_map(Some(2))?;
        texts.serialize_entry("en", &self.en)?;
        texts.serialize_entry("ru", &self.ru)?;
        texts.end()
    }
}

fn off() -> Given {
    Given::switch(false)
}

fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field by reference"
)]
fn is_true(value: &bool) -> bool {
    *value
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field by reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field by reference"
)]
fn is_zero(value: &u32) -> bool {
    *value == 0
}
