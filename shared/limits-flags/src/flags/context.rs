//! Who asks, and when: what a rule may look at.

use domain::time::Timestamp;
use serde_json::{Map, Value};

use super::number::Num;
use super::value::Val;

/// The name under which a rule reads the targeting key.
const TARGETING_KEY: &str = "targetingKey";

/// One attribute given by the caller without building JSON.
#[derive(Clone, Copy, Debug)]
pub enum Attribute<'a> {
    /// A yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any number.
    Float(f64),
    /// A text.
    Text(&'a str),
    /// Anything else.
    Json(&'a Value),
}

/// The evaluation context of OpenFeature, borrowed from the caller. The time comes in with it, so that a rollout over
/// time can be replayed.
///
/// Source: the OpenFeature specification, "Evaluation Context".
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    now: Timestamp,
    targeting_key: Option<&'a str>,
    pairs: &'a [(&'a str, Attribute<'a>)],
    json: Option<&'a Map<String, Value>>,
}

impl<'a> Context<'a> {
    /// A context that says only what time it is.
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            targeting_key: None,
            pairs: &[],
            json: None,
        }
    }

    /// With the one whom percentages stick to, a user's id as a rule.
    #[must_use]
    pub fn with_targeting_key(self, key: &'a str) -> Self {
        Self {
            targeting_key: Some(key),
            ..self
        }
    }

    /// With attributes by name; they are searched in order, and before those of [`Context::with_json`].
    #[must_use]
    pub fn with_attributes(self, pairs: &'a [(&'a str, Attribute<'a>)]) -> Self {
        Self { pairs, ..self }
    }

    /// With attributes as an OFREP request brings them. A `targetingKey` among them counts as the targeting key unless
    /// one was given by itself.
    #[must_use]
    pub fn with_json(self, json: &'a Map<String, Value>) -> Self {
        Self {
            json: Some(json),
            ..self
        }
    }

    /// The time that rules go by.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whole seconds since 1970, as flagd's `$flagd.timestamp` counts.
    pub(super) fn seconds(&self) -> Val<'a> {
        Val::Num(Num::Int(self.now.seconds()))
    }

    /// The targeting key, whatever its type.
    #[inline]
    pub(super) fn targeting_key(&self) -> Option<Val<'a>> {
        match self.targeting_key {
            Some(key) => Some(Val::Text(key)),
            None => self.attribute(TARGETING_KEY),
        }
    }

    #[inline]
    pub(super) fn attribute(&self, name: &str) -> Option<Val<'a>> {
        let pair = self.pairs.iter().find(|(key, _)| *key == name);
        match pair {
            Some((_, attribute)) => Some(attribute.value()),
            None => self.json?.get(name).map(Val::borrow),
        }
    }

    /// Everything a rule may see, as one object.
    pub(super) fn whole(&self, flag_key: &str) -> Map<String, Value> {
        let mut whole = self.json.cloned().unwrap_or_default();
        for (name, attribute) in self.pairs {
            whole.insert((*name).to_owned(), attribute.json());
        }
        if let Some(key) = self.targeting_key {
            whole.insert(TARGETING_KEY.to_owned(), key.into());
        }
        whole.insert("$flagd".to_owned(), Value::Object(self.flagd(flag_key)));
        whole
    }

    /// What flagd adds to every context.
    pub(super) fn flagd(&self, flag_key: &str) -> Map<String, Value> {
        Map::from_iter([
            ("flagKey".to_owned(), flag_key.into()),
            ("timestamp".to_owned(), self.now.seconds().into()),
        ])
    }
}

impl<'a> Attribute<'a> {
    #[inline]
    fn value(self) -> Val<'a> {
        match self {
            Self::Bool(bool) => Val::Bool(bool),
            Self::Integer(whole) => Val::Num(Num::Int(whole)),
            Self::Float(float) => Val::Num(Num::Float(float)),
            Self::Text(text) => Val::Text(text),
            Self::Json(json) => Val::borrow(json),
        }
    }

    fn json(self) -> Value {
        match self {
            Self::Bool(bool) => bool.into(),
            Self::Integer(whole) => whole.into(),
            Self::Float(float) => float.into(),
            Self::Text(text) => text.into(),
            Self::Json(json) => json.clone(),
        }
    }
}
