//! What the testbed's sentences mean.

use std::collections::BTreeMap;

use domain::time::Timestamp;
use limits_flags::flags::{Context, FlagSet, Resolution};
use serde_json::{Map, Value, json};

use super::gherkin::{self, Scenario};
use super::testbed::Testbed;

/// The flag sets that scenarios may select.
pub(crate) struct Sets {
    /// Everything the testbed's server serves by default.
    all: FlagSet,
    selected: BTreeMap<String, FlagSet>,
}

impl Sets {
    pub(crate) fn evaluator(testbed: &Testbed, fractional: u64) -> Self {
        let all = read(testbed.json("evaluator/flags/testkit-flags.json"), fractional);
        Self {
            all,
            selected: BTreeMap::new(),
        }
    }

    /// The testbed's server merges these files.
    pub(crate) fn provider(testbed: &Testbed, fractional: u64) -> Self {
        let files = [
            "testing-flags",
            "zero-flags",
            "custom-ops",
            "evaluator-refs",
            "edge-case-flags",
            "metadata-flags",
            "disabled-flags",
        ];
        let mut merged = json!({ "flags": {}, "$evaluators": {} });
        for file in files {
            let set = testbed.json(&format!("flags/{file}.json"));
            for part in ["flags", "$evaluators"] {
                let members = set[part].as_object().cloned().unwrap_or_default();
                merged[part].as_object_mut().expect("an object").extend(members);
            }
        }
        let selected = ["selector-flags", "selector-flag-combined-metadata"].map(|file| {
            let set = read(testbed.json(&format!("flags/{file}.json")), fractional);
            (format!("rawflags/{file}.json"), set)
        });
        Self {
            all: read(merged, fractional),
            selected: BTreeMap::from(selected),
        }
    }
}

/// Version 3 is the default and needs no word.
fn read(mut document: Value, fractional: u64) -> FlagSet {
    if fractional != 3 {
        document["metadata"]["fractionalVersion"] = fractional.into();
    }
    FlagSet::read(&document).expect("a flag set")
}

/// The moment of every evaluation: flags of the testbed compare it with 1970 and with 2101.
const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// What the steps have said so far.
struct Play<'s> {
    sets: &'s Sets,
    set: &'s FlagSet,
    kind: String,
    key: String,
    default: Value,
    attributes: Map<String, Value>,
    targeting_key: Option<String>,
    answer: Option<Answer>,
}

struct Answer {
    value: Value,
    reason: &'static str,
    error: &'static str,
    metadata: Map<String, Value>,
}

pub(crate) fn play(scenario: &Scenario, sets: &Sets) -> Result<(), String> {
    let mut play = Play {
        sets,
        set: &sets.all,
        kind: String::new(),
        key: String::new(),
        default: Value::Null,
        attributes: Map::new(),
        targeting_key: None,
        answer: None,
    };
    for step in &scenario.steps {
        play.step(step)?;
    }
    play.answer.map(|_| ()).ok_or("nothing was evaluated".to_owned())
}

impl Play<'_> {
    fn step(&mut self, step: &str) -> Result<(), String> {
        if step.starts_with('|') {
            return self.row(step);
        }
        if self.given(step)? {
            return Ok(());
        }
        if step == "the flag was evaluated with details" {
            self.answer = Some(self.evaluate());
            return Ok(());
        }
        self.then(step)
    }

    fn given(&mut self, step: &str) -> Result<bool, String> {
        if let Some((kind, rest)) = step
            .strip_prefix("a ")
            .and_then(|rest| rest.split_once("-flag with key "))
        {
            let values = quoted(rest, &[" and a fallback value ", " and a default value "]);
            let [key, default] = values.ok_or("a flag without a default")?;
            self.default = typed(kind, &default)?;
            (self.kind, self.key) = (kind.to_owned(), key);
        } else if let Some(rest) = step.strip_prefix("a context containing a key ") {
            let [key, rest] = quoted(rest, &[", with type "]).ok_or("a key without a type")?;
            let [kind, value] = quoted(&format!("\"{rest}\""), &[" and with value "]).ok_or("no value")?;
            self.attributes.insert(key, typed(&kind, &value)?);
        } else if let Some(rest) = step.strip_prefix("a context containing a nested property with outer key ")
        {
            let [outer, rest] = quoted(rest, &[" and inner key "]).ok_or("no inner key")?;
            let [inner, value] = quoted(&format!("\"{rest}\""), &[", with value "]).ok_or("no value")?;
            self.attributes.insert(outer, json!({ inner: value }));
        } else if let Some(rest) = step.strip_prefix("a context containing a targeting key with value ") {
            self.targeting_key = Some(rest.trim_matches('"').to_owned());
        } else if let Some(rest) = step.strip_prefix("an option \"selector\" of type \"String\" with value ")
        {
            self.set = self
                .sets
                .selected
                .get(rest.trim_matches('"'))
                .unwrap_or(&self.sets.all);
        } else {
            return Ok(step == "an evaluator"
                || step.ends_with(" flagd provider")
                || step.starts_with("an option "));
        }
        Ok(true)
    }

    fn then(&self, step: &str) -> Result<(), String> {
        let answer = self.answer.as_ref().ok_or(format!("unknown step: {step}"))?;
        let (got, wanted) = if let Some(rest) = step.strip_prefix("the resolved details value should be ") {
            (
                answer.value.clone(),
                typed(&self.kind, inside(rest)).unwrap_or(Value::Null),
            )
        } else if let Some(rest) = step.strip_prefix("the reason should be ") {
            (answer.reason.into(), inside(rest).into())
        } else if let Some(rest) = step.strip_prefix("the error-code should be ") {
            (answer.error.into(), inside(rest).into())
        } else if step == "the resolved metadata is empty" {
            (Value::Object(answer.metadata.clone()), json!({}))
        } else if step == "the resolved metadata should contain" {
            return Ok(());
        } else {
            return Err(format!("unknown step: {step}"));
        };
        let same = same(&got, &wanted);
        same.then_some(()).ok_or(format!("{step}, and is {got}"))
    }

    /// A row of the table of metadata.
    fn row(&self, row: &str) -> Result<(), String> {
        let answer = self.answer.as_ref().ok_or("a table before an answer")?;
        let cells = gherkin::cells(row);
        let [key, kind, value] = cells.as_slice() else {
            return Err(format!("a row of another width: {row}"));
        };
        if key == "key" {
            return Ok(());
        }
        let wanted = typed(kind, value)?;
        let got = answer.metadata.get(key).ok_or(format!("no metadata {key}"))?;
        same(got, &wanted)
            .then_some(())
            .ok_or(format!("metadata {key} is {got}"))
    }

    fn evaluate(&self) -> Answer {
        let mut context = Context::new(NOW).with_json(&self.attributes);
        if let Some(key) = &self.targeting_key {
            context = context.with_targeting_key(key);
        }
        let (set, key, default) = (self.set, self.key.as_str(), &self.default);
        let empty = Map::new();
        match self.kind.as_str() {
            "Boolean" => answer(set.boolean(key, default == true, &context)),
            "Integer" => answer(set.integer(key, default.as_i64().unwrap_or(0), &context)),
            "Float" => answer(set.float(key, default.as_f64().unwrap_or(0.0), &context)),
            "String" => answer(set.string(key, default.as_str().unwrap_or(""), &context)),
            _ => {
                let default = default.as_object().unwrap_or(&empty);
                let resolution = set.object(key, default, &context);
                let value = Value::Object(resolution.value.clone());
                Answer {
                    value,
                    ..answer(Resolution {
                        value: 0,
                        variant: resolution.variant,
                        reason: resolution.reason,
                        fault: resolution.fault,
                        metadata: resolution.metadata,
                    })
                }
            }
        }
    }
}

fn answer<T: Into<Value>>(resolution: Resolution<'_, T>) -> Answer {
    Answer {
        value: resolution.value.into(),
        reason: resolution.reason.as_str(),
        error: resolution.fault.map_or("", |fault| fault.code.as_str()),
        metadata: resolution.metadata.clone(),
    }
}

/// Two quoted values with words between them. The second may have quotation marks of its own.
fn quoted(text: &str, between: &[&str]) -> Option<[String; 2]> {
    let splits = between
        .iter()
        .find_map(|words| text.split_once(&format!("\"{words}\"")));
    let (first, second) = splits?;
    Some([
        first.strip_prefix('"')?.to_owned(),
        second.strip_suffix('"')?.to_owned(),
    ])
}

fn inside(text: &str) -> &str {
    let text = text.strip_prefix('"').unwrap_or(text);
    text.strip_suffix('"').unwrap_or(text)
}

fn typed(kind: &str, text: &str) -> Result<Value, String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("{text} is no {kind}: {error}");
    Ok(match kind {
        "Boolean" => (text == "true").into(),
        "Integer" => text.parse::<i64>().map_err(|error| unreadable(&error))?.into(),
        "Float" => text.parse::<f64>().map_err(|error| unreadable(&error))?.into(),
        "Object" => serde_json::from_str(&text.replace("\\\"", "\"")).map_err(|error| unreadable(&error))?,
        _ => text.into(),
    })
}

/// JSON writes 0.0 and 0 differently; as answers they are one.
fn same(got: &Value, wanted: &Value) -> bool {
    match (got.as_f64(), wanted.as_f64()) {
        (Some(got), Some(wanted)) => (got - wanted).abs() < f64::EPSILON,
        _ => got == wanted,
    }
}
