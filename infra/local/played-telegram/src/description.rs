//! The Bot API's description: which methods there are, what fields they take, of which types and lengths.
//!
//! The data and where it comes from: `data/README.md`.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

const BOT_API: &str = include_str!("../data/bot-api-10.3.json");

/// Every method, and every type that a method's fields need.
#[derive(Debug, Deserialize)]
pub(crate) struct Description {
    methods: HashMap<String, Fields>,
    types: HashMap<String, Type>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Fields {
    pub(crate) fields: BTreeMap<String, Field>,
}

/// A type is a record of fields, or one of several other types.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Type {
    OneOf { one_of: Vec<String> },
    Record(Fields),
}

#[derive(Debug, Deserialize)]
pub(crate) struct Field {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) required: bool,
    /// The only value a tag may have.
    pub(crate) is: Option<String>,
    pub(crate) chars: Option<(usize, usize)>,
    /// The limit counts after the markup is taken out, so only the method itself can tell.
    #[serde(default)]
    pub(crate) parsed: bool,
    pub(crate) bytes: Option<(usize, usize)>,
    pub(crate) items: Option<(usize, usize)>,
    pub(crate) range: Option<(i64, i64)>,
    pub(crate) deprecated: Option<String>,
}

/// What kind of value a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Kind {
    Int,
    Float,
    Bool,
    Str,
    Chat,
    File,
    Upload,
    Any,
    List(Box<Kind>),
    Named(String),
}

impl From<String> for Kind {
    fn from(name: String) -> Self {
        if let Some(inner) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Self::List(Box::new(Self::from(inner.to_owned())));
        }
        match name.as_str() {
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "str" => Self::Str,
            "chat" => Self::Chat,
            "file" => Self::File,
            "upload" => Self::Upload,
            "any" => Self::Any,
            _ => Self::Named(name),
        }
    }
}

impl Description {
    pub(crate) fn read() -> Result<Self, serde_json::Error> {
        serde_json::from_str(BOT_API)
    }

    pub(crate) fn method(&self, name: &str) -> Option<&Fields> {
        self.methods.get(name)
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Type> {
        self.types.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each_kind(fields: &Fields, seen: &mut Vec<Kind>) {
        seen.extend(fields.fields.values().map(|field| field.kind.clone()));
    }

    #[test]
    fn it_holds_all_methods_and_every_type_it_names() {
        let description = Description::read().unwrap();
        assert_eq!(description.methods.len(), 185);
        let mut kinds = Vec::new();
        description
            .methods
            .values()
            .for_each(|method| each_kind(method, &mut kinds));
        for kind in description.types.values() {
            match kind {
                Type::Record(fields) => each_kind(fields, &mut kinds),
                Type::OneOf { one_of } => kinds.extend(one_of.iter().cloned().map(Kind::from)),
            }
        }
        while let Some(kind) = kinds.pop() {
            match kind {
                Kind::List(inner) => kinds.push(*inner),
                Kind::Named(name) => assert!(description.named(&name).is_some(), "{name} is not described"),
                _ => {}
            }
        }
    }
}
