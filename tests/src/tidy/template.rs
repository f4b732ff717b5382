//! `template.yaml` as written, with just enough understanding for the rules: references are compared by name, nothing is
//! evaluated. The local cloud has a reader of its own that does evaluate; two readings catch more than one.

use serde_norway::Value;

use super::Error;

/// The document.
#[derive(Debug, Clone)]
pub struct Template {
    root: Value,
}

/// One entry under `Resources`.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// Its logical name.
    pub name: &'a str,
    body: &'a Value,
}

/// SAM's function type.
pub const FUNCTION: &str = "AWS::Serverless::Function";

impl Template {
    /// Reads the YAML.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self {
            root: serde_norway::from_str(text)?,
        })
    }

    /// The value at a path from the top.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        at(&self.root, path)
    }

    /// All resources of a type.
    pub fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.resources().filter(move |resource| resource.kind() == kind)
    }

    /// The functions.
    pub fn functions(&self) -> impl Iterator<Item = Resource<'_>> {
        self.of_type(FUNCTION)
    }

    /// All resources.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        entries(self.at(&["Resources"])).map(|(name, body)| Resource { name, body })
    }

    /// A resource by its logical name.
    pub fn resource(&self, name: &str) -> Option<Resource<'_>> {
        self.resources().find(|resource| resource.name == name)
    }

    /// The environment of a function with what `Globals` adds to it.
    pub fn environment<'a>(&'a self, function: Resource<'a>) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let globals = self.at(&["Globals", "Function", "Environment", "Variables"]);
        entries(globals).chain(entries(function.property(&["Environment", "Variables"])))
    }

    /// A function's time-out, in seconds; Lambda's default is 3.
    pub fn timeout_s(&self, function: Resource<'_>) -> u64 {
        let everywhere = || self.at(&["Globals", "Function", "Timeout"]);
        function
            .property(&["Timeout"])
            .or_else(everywhere)
            .and_then(Value::as_u64)
            .unwrap_or(3)
    }
}

impl<'a> Resource<'a> {
    /// Its CloudFormation type.
    pub fn kind(self) -> &'a str {
        self.attribute(&["Type"])
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The value at a path beside `Properties`: `DeletionPolicy`, `Metadata`.
    pub fn attribute(self, path: &[&str]) -> Option<&'a Value> {
        at(self.body, path)
    }

    /// The value at a path below `Properties`.
    pub fn property(self, path: &[&str]) -> Option<&'a Value> {
        at(self.body.get("Properties")?, path)
    }

    /// The events of a function that have this type, as name and properties.
    pub fn events(self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let of_kind = move |event: &&'a Value| event.get("Type").and_then(Value::as_str) == Some(kind);
        entries(self.property(&["Events"]))
            .filter(move |(_, event)| of_kind(event))
            .filter_map(|(name, event)| Some((name, event.get("Properties")?)))
    }

    /// The statements of a function's own policies.
    pub fn statements(self) -> impl Iterator<Item = &'a Value> {
        list(self.property(&["Policies"]))
            .into_iter()
            .flat_map(|policy| list(policy.get("Statement")))
    }
}

/// The value at a path below another.
pub fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |inner, key| inner.get(*key))
}

/// The entries of a mapping; none where there is no mapping.
pub fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let mapping = value.and_then(Value::as_mapping);
    mapping
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.as_str()?, value)))
}

/// The elements of a sequence; a single value counts as a sequence of one, as policies allow.
pub fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Sequence(elements)) => elements.iter().collect(),
        Some(single) => vec![single],
        None => Vec::new(),
    }
}

/// The logical name that `!Ref X`, `!GetAtt X.Attribute` or `!Sub "${X.Attribute}..."` points to.
pub fn pointed_to(value: &Value) -> Option<&str> {
    let Value::Tagged(tagged) = value else { return None };
    let text = tagged.value.as_str()?;
    let name = if tagged.tag == "!Sub" {
        text.split_once("${")?.1
    } else {
        text
    };
    name.split(['.', '}']).next()
}

/// Every text inside a value, however deep, tags included.
pub fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Sequence(elements) => elements.iter().flat_map(texts).collect(),
        Value::Mapping(mapping) => mapping.iter().flat_map(|(_, inner)| texts(inner)).collect(),
        Value::Tagged(tagged) => texts(&tagged.value),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
