//! One flag from its JSON: checked by itself, its rule compiled.

use serde_json::{Map, Value};

use super::compile::{Compiler, Shared};
use super::problem::FlagProblem;
use super::rule::Rule;

/// What a flag's definition may say.
pub const FIELDS: &[&str] = &["state", "variants", "defaultVariant", "targeting", "metadata"];

/// Values by name; few enough to be searched one by one.
type Variants = Box<[(Box<str>, Value)]>;

/// A flag that can be asked.
#[derive(Debug)]
pub(super) struct Flag {
    pub(super) state: State,
    pub(super) variants: Variants,
    /// The place of the default variant; without one, the default is the caller's.
    pub(super) default: Option<usize>,
    /// The set's and the flag's own; `None` where the flag has none of its own.
    pub(super) metadata: Option<Map<String, Value>>,
}

#[derive(Debug)]
pub(super) enum State {
    Enabled {
        targeting: Option<Rule>,
    },
    Disabled,
    /// It could not be read, and why.
    Broken(Box<str>),
}

impl Flag {
    /// The place of a variant.
    pub(super) fn variant(&self, name: &str) -> Option<usize> {
        self.variants.iter().position(|(key, _)| **key == *name)
    }

    fn broken(problem: &FlagProblem) -> Self {
        Self {
            state: State::Broken(format!("{}: {}", problem.path, problem.why).into()),
            variants: Box::default(),
            default: None,
            metadata: None,
        }
    }
}

/// Reads a flag. Whatever is found is added to the problems; the first fatal one takes the flag out.
pub(super) fn flag<'s>(
    key: &str,
    value: &'s Value,
    shared: Shared<'s>,
    set_metadata: &Map<String, Value>,
    problems: &mut Vec<FlagProblem>,
) -> Flag {
    let path = format!("flags.{key}");
    match whole(&path, value, shared, set_metadata, problems) {
        Ok(flag) => flag,
        Err(problem) => {
            let flag = Flag::broken(&problem);
            problems.push(problem);
            flag
        }
    }
}

fn whole<'s>(
    path: &str,
    value: &'s Value,
    shared: Shared<'s>,
    set_metadata: &Map<String, Value>,
    problems: &mut Vec<FlagProblem>,
) -> Result<Flag, FlagProblem> {
    let fields = value
        .as_object()
        .ok_or_else(|| fatal(path, "", "a flag must be an object"))?;
    unknown_fields(path, fields, problems);
    let enabled = enabled(path, fields)?;
    let variants = variants(path, fields)?;
    let default = default_variant(path, fields, &variants)?;
    let metadata = metadata(path, fields, set_metadata)?;
    let targeting = targeting(path, fields, shared, &variants, problems)?;
    let state = if enabled {
        State::Enabled { targeting }
    } else {
        State::Disabled
    };
    Ok(Flag {
        state,
        variants,
        default,
        metadata,
    })
}

fn fatal(path: &str, field: &str, why: impl Into<String>) -> FlagProblem {
    let path = if field.is_empty() {
        path.to_owned()
    } else {
        format!("{path}.{field}")
    };
    FlagProblem {
        path,
        why: why.into(),
        taken_out: true,
    }
}

fn warning(path: &str, field: &str, why: impl Into<String>) -> FlagProblem {
    FlagProblem {
        taken_out: false,
        ..fatal(path, field, why)
    }
}

/// A misspelt `targeting` would make a flag static for everybody, so it is at least named.
fn unknown_fields(path: &str, fields: &Map<String, Value>, problems: &mut Vec<FlagProblem>) {
    for name in fields.keys() {
        if !FIELDS.contains(&name.as_str()) && !name.starts_with('$') {
            let why = format!("a flag has no such field; it has {}", FIELDS.join(", "));
            problems.push(warning(path, name, why));
        }
    }
}

fn enabled(path: &str, fields: &Map<String, Value>) -> Result<bool, FlagProblem> {
    match fields.get("state").and_then(Value::as_str) {
        Some("ENABLED") => Ok(true),
        Some("DISABLED") => Ok(false),
        _ => Err(fatal(path, "state", "must be \"ENABLED\" or \"DISABLED\"")),
    }
}

fn variants(path: &str, fields: &Map<String, Value>) -> Result<Variants, FlagProblem> {
    let variants = fields.get("variants").and_then(Value::as_object);
    let variants = variants
        .filter(|variants| !variants.is_empty())
        .ok_or_else(|| fatal(path, "variants", "must be an object with at least one variant"))?;
    let mut first = None;
    for (name, value) in variants {
        let kind = kind(value).ok_or_else(|| {
            let field = format!("variants.{name}");
            fatal(path, &field, "must be a boolean, a text, a number or an object")
        })?;
        let expected = *first.get_or_insert(kind);
        if kind != expected {
            let why = format!("variants differ in type: `{name}` is {kind}, others are {expected}");
            return Err(fatal(path, "variants", why));
        }
    }
    let owned = variants
        .iter()
        .map(|(name, value)| (name.as_str().into(), value.clone()));
    Ok(owned.collect())
}

fn kind(value: &Value) -> Option<&'static str> {
    match value {
        Value::Bool(_) => Some("a boolean"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("a text"),
        Value::Object(_) => Some("an object"),
        Value::Null | Value::Array(_) => None,
    }
}

fn default_variant(
    path: &str,
    fields: &Map<String, Value>,
    variants: &[(Box<str>, Value)],
) -> Result<Option<usize>, FlagProblem> {
    let name = match fields.get("defaultVariant") {
        None | Some(Value::Null) => return Ok(None),
        // flagd reads an empty name as none.
        Some(Value::String(name)) if name.is_empty() => return Ok(None),
        Some(Value::String(name)) => name,
        Some(_) => {
            return Err(fatal(
                path,
                "defaultVariant",
                "must be the name of a variant or null",
            ));
        }
    };
    let place = variants.iter().position(|(variant, _)| **variant == **name);
    let unknown = || fatal(path, "defaultVariant", format!("there is no variant `{name}`"));
    place.map(Some).ok_or_else(unknown)
}

fn metadata(
    path: &str,
    fields: &Map<String, Value>,
    set_metadata: &Map<String, Value>,
) -> Result<Option<Map<String, Value>>, FlagProblem> {
    let own = match fields.get("metadata") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(own)) => own,
        Some(_) => return Err(fatal(path, "metadata", "must be an object")),
    };
    if let Some(name) = not_scalar(own) {
        let field = format!("metadata.{name}");
        return Err(fatal(path, &field, "must be a text, a number or a boolean"));
    }
    let own = own.iter().map(|(name, value)| (name.clone(), value.clone()));
    let mut merged = set_metadata.clone();
    merged.extend(own);
    Ok(Some(merged))
}

/// The first entry of metadata that is neither text, number nor boolean.
pub(super) fn not_scalar(metadata: &Map<String, Value>) -> Option<&str> {
    let is_scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let mut odd = metadata.iter().filter(|(_, value)| !is_scalar(value));
    odd.next().map(|(name, _)| name.as_str())
}

fn targeting<'s>(
    path: &str,
    fields: &'s Map<String, Value>,
    shared: Shared<'s>,
    variants: &[(Box<str>, Value)],
    problems: &mut Vec<FlagProblem>,
) -> Result<Option<Rule>, FlagProblem> {
    let targeting = match fields.get("targeting") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(members)) if members.is_empty() => return Ok(None),
        Some(targeting @ Value::Object(_)) => targeting,
        Some(_) => return Err(fatal(path, "targeting", "must be a rule in an object")),
    };
    let places = path.split('.').chain(["targeting"]).map(str::to_owned);
    let mut compiler = Compiler::new(shared, places.collect());
    let rule = compiler.rule(targeting)?;
    problems.append(&mut compiler.warnings);
    for outcome in unknown_outcomes(&rule, variants) {
        let why = format!("the rule may answer {outcome}, which is no variant");
        problems.push(warning(path, "targeting", why));
    }
    Ok(Some(rule))
}

fn unknown_outcomes<'r>(rule: &'r Rule, variants: &[(Box<str>, Value)]) -> Vec<&'r Value> {
    let mut outcomes = Vec::new();
    rule.outcomes(&mut outcomes);
    let is_variant = |outcome: &&Value| match outcome {
        Value::String(name) => variants.iter().any(|(variant, _)| **variant == **name),
        Value::Bool(bool) => variants.iter().any(|(variant, _)| **variant == *bool.to_string()),
        Value::Number(number) => variants
            .iter()
            .any(|(variant, _)| **variant == *number.to_string()),
        _ => false,
    };
    outcomes.retain(|outcome| !is_variant(outcome));
    outcomes
}
