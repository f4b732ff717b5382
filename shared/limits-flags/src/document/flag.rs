//! A flag as an operator writes it: a plain switch, or a definition in flagd's format.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What the one field of a plain switch is called.
const ENABLED: &str = "enabled";
/// The variants that a plain switch has.
const VARIANTS: (&str, &str) = ("on", "off");

/// A flag: `{ enabled: true }`, or a flagd definition with `state`, `variants`, `defaultVariant`, `targeting`, `metadata`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlagRow(pub Map<String, Value>);

impl FlagRow {
    /// A plain switch.
    pub fn plain(enabled: bool) -> Self {
        Self(Map::from_iter([(ENABLED.to_owned(), enabled.into())]))
    }

    /// Whether a plain switch is on; `None` if it is a definition.
    pub fn enabled(&self) -> Option<bool> {
        self.0.get(ENABLED)?.as_bool()
    }

    /// The flag in flagd's format.
    pub fn definition(&self) -> Value {
        let (on, off) = VARIANTS;
        match self.enabled() {
            Some(enabled) => json!({
                "state": "ENABLED",
                "variants": { on: true, off: false },
                "defaultVariant": if enabled { on } else { off },
            }),
            None => Value::Object(self.0.clone()),
        }
    }

    /// A field of a plain switch that means nothing: a slip of the pen in a file, a newer version's in a row.
    pub(crate) fn unknown_field(&self) -> Option<&str> {
        self.enabled()?;
        self.0.keys().map(String::as_str).find(|name| *name != ENABLED)
    }

    /// Whether it has a variant that is neither yes nor no.
    pub(crate) fn has_other_than_switches(&self) -> bool {
        let variants = self.0.get("variants").and_then(Value::as_object);
        variants.is_some_and(|variants| !variants.values().all(Value::is_boolean))
    }
}
