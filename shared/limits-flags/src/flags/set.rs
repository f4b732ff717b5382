//! A whole flag set, and how it is asked.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::compile::Shared;
use super::context::Context;
use super::evaluate::{At, Scope, evaluate};
use super::fractional::{FractionalVersion, variant_name};
use super::number::Num;
use super::problem::{FlagProblem, FlagSetError};
use super::read::{self, Flag, State};
use super::resolution::{ErrorCode, Fault, Reason, Resolution};
use super::rule::Rule;
use super::value::Val;

/// The entry of a set's metadata that says which version of `fractional` it was written for.
const FRACTIONAL_VERSION: &str = "fractionalVersion";

/// Flags that were read and compiled together.
#[derive(Debug)]
pub struct FlagSet {
    flags: HashMap<Box<str>, Flag>,
    metadata: Map<String, Value>,
    problems: Vec<FlagProblem>,
}

impl FlagSet {
    /// Reads a set from its text.
    pub fn parse(text: &str) -> Result<Self, FlagSetError> {
        let document = serde_json::from_str(text).map_err(FlagSetError::NotJson)?;
        Self::read(&document)
    }

    /// Reads a set from JSON. Only a document without flags is refused; anything wrong with a single flag is in
    /// [`FlagSet::problems`].
    pub fn read(document: &Value) -> Result<Self, FlagSetError> {
        let members = document
            .as_object()
            .ok_or(not_a_set("", "a flag set must be an object"))?;
        let flags = object(members, "flags")?.ok_or(not_a_set("flags", "is missing"))?;
        let none = Map::new();
        let evaluators = object(members, "$evaluators")?.unwrap_or(&none);
        let metadata = object(members, "metadata")?.unwrap_or(&none);
        let mut problems = Vec::new();
        let shared = Shared {
            evaluators,
            fractional: fractional_version(metadata, &mut problems),
        };
        if let Some(name) = read::not_scalar(metadata) {
            problems.push(FlagProblem {
                path: format!("metadata.{name}"),
                why: "must be a text, a number or a boolean".to_owned(),
                taken_out: false,
            });
        }
        let read = flags.iter().map(|(key, value)| {
            let flag = read::flag(key, value, shared, metadata, &mut problems);
            (key.as_str().into(), flag)
        });
        Ok(Self {
            flags: read.collect(),
            metadata: metadata.clone(),
            problems,
        })
    }

    /// A set without flags.
    pub fn empty() -> Self {
        Self {
            flags: HashMap::new(),
            metadata: Map::new(),
            problems: Vec::new(),
        }
    }

    /// What is wrong with single flags.
    pub fn problems(&self) -> &[FlagProblem] {
        &self.problems
    }

    /// The metadata of the whole set.
    pub fn metadata(&self) -> &Map<String, Value> {
        &self.metadata
    }

    /// Every flag's key, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.flags.keys().map(AsRef::as_ref)
    }

    /// A flag that is on or off.
    pub fn boolean<'a>(&'a self, key: &str, default: bool, context: &Context<'_>) -> Resolution<'a, bool> {
        self.typed(
            key,
            default,
            context,
            Value::as_bool,
            "the variant's value is no boolean",
        )
    }

    /// A flag that is a text.
    pub fn string<'a>(
        &'a self,
        key: &str,
        default: &'a str,
        context: &Context<'_>,
    ) -> Resolution<'a, &'a str> {
        self.typed(
            key,
            default,
            context,
            Value::as_str,
            "the variant's value is no text",
        )
    }

    /// A flag that is a whole number; `10.0` is one.
    pub fn integer<'a>(&'a self, key: &str, default: i64, context: &Context<'_>) -> Resolution<'a, i64> {
        let whole = |value: &Value| match value {
            Value::Number(number) => Num::read(number).whole(),
            _ => None,
        };
        self.typed(
            key,
            default,
            context,
            whole,
            "the variant's value is no whole number",
        )
    }

    /// A flag that is any number.
    pub fn float<'a>(&'a self, key: &str, default: f64, context: &Context<'_>) -> Resolution<'a, f64> {
        self.typed(
            key,
            default,
            context,
            Value::as_f64,
            "the variant's value is no number",
        )
    }

    /// A flag that is an object.
    pub fn object<'a>(
        &'a self,
        key: &str,
        default: &'a Map<String, Value>,
        context: &Context<'_>,
    ) -> Resolution<'a, &'a Map<String, Value>> {
        self.typed(
            key,
            default,
            context,
            Value::as_object,
            "the variant's value is no object",
        )
    }

    /// A flag of whatever type, as OFREP asks; `None` where the caller's default holds.
    pub fn any<'a>(&'a self, key: &str, context: &Context<'_>) -> Resolution<'a, Option<&'a Value>> {
        self.typed(key, None, context, |value| Some(Some(value)), "")
    }

    /// What a flag says when it is off: its variant `off`, else the one whose value is `false`; `None` where it has neither,
    /// and the caller's default is all there is. For callers over the wire, who are told a value even of a flag that is
    /// switched off.
    pub fn off<'a>(&'a self, key: &str) -> Option<(&'a str, &'a Value)> {
        let variants = &self.flags.get(key)?.variants;
        let named = variants.iter().find(|(name, _)| **name == *"off");
        let off = named.or_else(|| variants.iter().find(|(_, value)| *value == Value::Bool(false)));
        off.map(|(name, value)| (&**name, value))
    }

    /// The names of a flag's variants; none where there is no such flag.
    pub fn variants(&self, key: &str) -> impl Iterator<Item = &str> {
        let flag = self.flags.get(key).into_iter();
        flag.flat_map(|flag| flag.variants.iter().map(|(name, _)| &**name))
    }

    #[inline]
    fn typed<'a, T>(
        &'a self,
        key: &str,
        default: T,
        context: &Context<'_>,
        read: impl FnOnce(&'a Value) -> Option<T>,
        mismatch: &'static str,
    ) -> Resolution<'a, T> {
        let Some(flag) = self.flags.get(key) else {
            let fault = Fault::new(ErrorCode::FlagNotFound, "there is no such flag");
            return failed(default, fault, &self.metadata);
        };
        let metadata = flag.metadata.as_ref().unwrap_or(&self.metadata);
        let (place, reason) = match decide(flag, key, context) {
            Ok(decision) => decision,
            Err(fault) => return failed(default, fault, metadata),
        };
        let Some((variant, value)) = place.and_then(|place| flag.variants.get(place)) else {
            return Resolution {
                value: default,
                variant: None,
                reason,
                fault: None,
                metadata,
            };
        };
        match read(value) {
            Some(value) => Resolution {
                value,
                variant: Some(variant),
                reason,
                fault: None,
                metadata,
            },
            None => failed(default, Fault::new(ErrorCode::TypeMismatch, mismatch), metadata),
        }
    }
}

/// The variant's place and why; no place where the caller's default holds.
#[inline]
fn decide<'a>(
    flag: &'a Flag,
    key: &str,
    context: &Context<'_>,
) -> Result<(Option<usize>, Reason), Fault<'a>> {
    match &flag.state {
        State::Broken(why) => Err(Fault::new(ErrorCode::ParseError, &**why)),
        State::Disabled => Ok((None, Reason::Disabled)),
        State::Enabled { targeting: None } if flag.default.is_none() => Ok((None, Reason::Default)),
        State::Enabled { targeting: None } => Ok((flag.default, Reason::Static)),
        State::Enabled {
            targeting: Some(rule),
        } => target(flag, rule, key, context),
    }
}

fn target<'a>(
    flag: &'a Flag,
    rule: &Rule,
    key: &str,
    context: &Context<'_>,
) -> Result<(Option<usize>, Reason), Fault<'a>> {
    let at = At {
        flag_key: key,
        context,
        scope: Scope::Context,
    };
    let answer = evaluate(rule, at);
    if matches!(answer, Val::Null) {
        return Ok((flag.default, Reason::Default));
    }
    let name = variant_name(&answer);
    match name.as_ref().and_then(|name| flag.variant(name)) {
        Some(place) => Ok((Some(place), Reason::TargetingMatch)),
        None => Err(Fault::new(ErrorCode::General, no_variant(name.as_deref()))),
    }
}

#[cold]
fn no_variant(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("the rule answered `{name}`, which is no variant"),
        None => "the rule answered an array or an object, which names no variant".to_owned(),
    }
}

#[cold]
fn failed<'a, T>(default: T, fault: Fault<'a>, metadata: &'a Map<String, Value>) -> Resolution<'a, T> {
    Resolution {
        value: default,
        variant: None,
        reason: Reason::Error,
        fault: Some(fault),
        metadata,
    }
}

fn not_a_set(path: &'static str, why: &'static str) -> FlagSetError {
    FlagSetError::NotAFlagSet { path, why }
}

fn object<'v>(
    members: &'v Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'v Map<String, Value>>, FlagSetError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(not_a_set(name, "must be an object")),
    }
}

/// The version of `fractional` that the set was written for. An unknown one must not fall back to another: that would
/// move everybody.
fn fractional_version(
    metadata: &Map<String, Value>,
    problems: &mut Vec<FlagProblem>,
) -> Result<FractionalVersion, &'static str> {
    let Some(value) = metadata.get(FRACTIONAL_VERSION) else {
        return Ok(FractionalVersion::default());
    };
    FractionalVersion::read(value).ok_or_else(|| {
        problems.push(FlagProblem {
            path: format!("metadata.{FRACTIONAL_VERSION}"),
            why: "must be 2 or 3".to_owned(),
            taken_out: false,
        });
        "`metadata.fractionalVersion` is neither 2 nor 3, so nobody's bucket is known"
    })
}
