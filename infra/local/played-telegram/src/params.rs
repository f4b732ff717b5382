//! What a call brought: fields from JSON, a form, a query or a multipart body, and the files beside them.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::description::{Fields, Kind};

/// A file of a multipart body.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The name given by the caller.
    pub file_name: Option<String>,
    /// The content type given by the caller.
    pub content_type: Option<String>,
    /// The file itself.
    pub bytes: Bytes,
}

/// The fields of one call. Text of forms becomes numbers, flags and objects once the description is known.
#[derive(Debug, Clone, Default)]
pub struct Params {
    pub(crate) values: Map<String, Value>,
    pub(crate) files: HashMap<String, Upload>,
    /// The values came as text (a form, a query, multipart), whatever their type.
    textual: bool,
}

impl Params {
    /// Fields of a JSON body; `null` is the same as absent.
    pub fn from_json(values: Map<String, Value>) -> Self {
        let values = values.into_iter().filter(|(_, value)| !value.is_null()).collect();
        Self {
            values,
            ..Self::default()
        }
    }

    /// Fields of a form, a query or a multipart body.
    pub fn from_text(
        pairs: impl IntoIterator<Item = (String, String)>,
        files: HashMap<String, Upload>,
    ) -> Self {
        let values = pairs
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect();
        Self {
            values,
            files,
            textual: true,
        }
    }

    /// Adds fields of another source that are not there yet (a query beside a body).
    pub(crate) fn or(mut self, other: Self) -> Self {
        for (name, value) in other.values {
            self.values.entry(name).or_insert(value);
        }
        self
    }

    /// A field's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Value::as_str)
    }

    /// A field's number.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(Value::as_i64)
    }

    /// A flag; absent is false.
    pub fn flag(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A field as it came.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// An uploaded file.
    pub fn upload(&self, name: &str) -> Option<&Upload> {
        self.files.get(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.files.contains_key(name)
    }

    /// The names of all fields and files given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.values.keys().chain(self.files.keys())
    }

    /// Turns text into what the method's fields call for; what does not fit stays text, to be refused as mistyped.
    pub(crate) fn convert(&mut self, fields: &Fields) {
        for (name, value) in &mut self.values {
            if let (Some(field), Value::String(text)) = (fields.fields.get(name), &*value)
                && let Some(fitting) = converted(text, &field.kind, self.textual)
            {
                *value = fitting;
            }
        }
    }
}

fn converted(text: &str, kind: &Kind, textual: bool) -> Option<Value> {
    match kind {
        Kind::List(_) | Kind::Named(_) => serde_json::from_str(text).ok(),
        Kind::Chat => text.parse::<i64>().ok().map(Value::from),
        Kind::Int if textual => text.parse::<i64>().ok().map(Value::from),
        Kind::Float if textual => text.parse::<f64>().ok().map(Value::from),
        Kind::Bool if textual => flag(text).map(Value::from),
        _ => None,
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" => Some(true),
        "false" | "0" | "no" | "n" | "" => Some(false),
        _ => None,
    }
}
