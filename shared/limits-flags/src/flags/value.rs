//! What a rule works with: values borrowed from the flag set and the context for as long as nothing new is made of them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::number::{self, Num};

/// A value while a rule is evaluated: 24 bytes, and nothing to free unless a rule made something new.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    Null,
    Bool(bool),
    Num(Num),
    Text(&'a str),
    /// An array or an object, nothing else.
    Json(&'a Value),
    Made(Box<Made<'a>>),
}

/// What a rule made, or had to copy.
#[derive(Clone, Debug)]
pub(super) enum Made<'a> {
    Text(String),
    /// An array or an object, nothing else.
    Json(Value),
    List(Vec<Val<'a>>),
}

/// A value's kind, whoever owns it.
enum Kind<'v, 'a> {
    Null,
    Bool(bool),
    Num(Num),
    Text(&'v str),
    Json(&'v Value),
    List(&'v [Val<'a>]),
}

impl<'a> Val<'a> {
    #[inline]
    pub(super) fn borrow(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Number(number) => Self::Num(Num::read(number)),
            Value::String(text) => Self::Text(text),
            Value::Array(_) | Value::Object(_) => Self::Json(value),
        }
    }

    pub(super) fn own(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(bool),
            Value::Number(number) => Self::Num(Num::read(&number)),
            Value::String(text) => Self::made_text(text),
            Value::Array(_) | Value::Object(_) => Self::Made(Box::new(Made::Json(value))),
        }
    }

    pub(super) fn made_text(text: String) -> Self {
        Self::Made(Box::new(Made::Text(text)))
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        Self::Made(Box::new(Made::List(items)))
    }

    #[inline]
    fn kind(&self) -> Kind<'_, 'a> {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(bool) => Kind::Bool(*bool),
            Self::Num(number) => Kind::Num(*number),
            Self::Text(text) => Kind::Text(text),
            Self::Json(json) => Kind::Json(json),
            Self::Made(made) => match &**made {
                Made::Text(text) => Kind::Text(text),
                Made::Json(json) => Kind::Json(json),
                Made::List(items) => Kind::List(items),
            },
        }
    }

    #[inline]
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Made(made) => match &**made {
                Made::Text(text) => Some(text),
                Made::Json(_) | Made::List(_) => None,
            },
            _ => None,
        }
    }

    /// The items of an array; `None` for anything else.
    pub(super) fn into_items(self) -> Option<Vec<Self>> {
        match self {
            Self::Json(Value::Array(items)) => Some(items.iter().map(Val::borrow).collect()),
            Self::Made(made) => match *made {
                Made::List(items) => Some(items),
                Made::Json(Value::Array(items)) => Some(items.into_iter().map(Val::own).collect()),
                Made::Json(_) | Made::Text(_) => None,
            },
            _ => None,
        }
    }

    /// Whether an array has an item that is strictly equal; `None` for anything else.
    pub(super) fn has_item(&self, sought: &Val<'_>) -> Option<bool> {
        match self.kind() {
            Kind::List(items) => Some(items.iter().any(|item| item.strictly_equals(sought))),
            Kind::Json(Value::Array(items)) => {
                Some(items.iter().any(|item| Val::borrow(item).strictly_equals(sought)))
            }
            _ => None,
        }
    }

    pub(super) fn is_array(&self) -> bool {
        matches!(self.kind(), Kind::List(_) | Kind::Json(Value::Array(_)))
    }

    pub(super) fn is_array_or_object(&self) -> bool {
        matches!(self.kind(), Kind::List(_) | Kind::Json(_))
    }

    /// The member of an object, or the item of an array, by its name or place.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        if let Self::Json(json) = self {
            return json_member(json, name).map(Val::borrow);
        }
        match self.kind() {
            Kind::List(items) => items.get(name.parse::<usize>().ok()?).cloned(),
            Kind::Json(json) => json_member(json, name).cloned().map(Val::own),
            _ => None,
        }
    }

    /// Truth as `JSONLogic` has it: an empty array is false besides what JavaScript calls falsy.
    #[inline]
    pub(super) fn is_truthy(&self) -> bool {
        match self.kind() {
            Kind::Null => false,
            Kind::Bool(bool) => bool,
            Kind::Num(number) => number.is_truthy(),
            Kind::Text(text) => !text.is_empty(),
            Kind::Json(json) => json.as_array().is_none_or(|items| !items.is_empty()),
            Kind::List(items) => !items.is_empty(),
        }
    }

    /// The value as JavaScript's `Number(value)`.
    pub(super) fn number(&self) -> Num {
        match self.kind() {
            Kind::Null => Num::Int(0),
            Kind::Bool(bool) => Num::Int(i64::from(bool)),
            Kind::Num(number) => number,
            Kind::Text(text) => number::from_text(text),
            Kind::Json(_) | Kind::List(_) => number::from_text(&self.text()),
        }
    }

    /// The value as JavaScript's `parseFloat(value)`.
    pub(super) fn parsed_number(&self) -> Num {
        match self.kind() {
            Kind::Num(number) => number,
            Kind::Null | Kind::Bool(_) => Num::Float(f64::NAN),
            Kind::Text(text) => number::from_prefix(text),
            Kind::Json(_) | Kind::List(_) => number::from_prefix(&self.text()),
        }
    }

    /// The value as JavaScript's `String(value)`.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self.kind() {
            Kind::Null => Cow::Borrowed("null"),
            Kind::Bool(true) => Cow::Borrowed("true"),
            Kind::Bool(false) => Cow::Borrowed("false"),
            Kind::Num(number) => Cow::Owned(number.text()),
            Kind::Text(text) => Cow::Borrowed(text),
            Kind::Json(Value::Array(items)) => Cow::Owned(joined(items.iter().map(Val::borrow))),
            Kind::Json(_) => Cow::Borrowed("[object Object]"),
            Kind::List(items) => Cow::Owned(joined(items.iter().cloned())),
        }
    }

    /// The value as a piece of a joined text, where nothing is written for `null`.
    #[inline]
    pub(super) fn piece(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            _ => self.text(),
        }
    }

    /// Equality with JavaScript's conversions (`==`). Arrays and objects are equal by content, not by identity.
    #[inline]
    pub(super) fn loosely_equals(&self, other: &Self) -> bool {
        match (self.kind(), other.kind()) {
            (Kind::Text(left), Kind::Text(right)) => left == right,
            (Kind::Null, Kind::Null) => true,
            (Kind::Null, _) | (_, Kind::Null) => false,
            (Kind::Json(_) | Kind::List(_), Kind::Json(_) | Kind::List(_)) => self.same_content(other),
            (Kind::Json(_) | Kind::List(_), Kind::Text(text)) => self.text() == text,
            (Kind::Text(text), Kind::Json(_) | Kind::List(_)) => other.text() == text,
            _ => self.number().equals(other.number()),
        }
    }

    /// Equality of type and value (`===`). Arrays and objects are equal by content, not by identity.
    #[inline]
    pub(super) fn strictly_equals(&self, other: &Val<'_>) -> bool {
        match (self.kind(), other.kind()) {
            (Kind::Text(left), Kind::Text(right)) => left == right,
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(left), Kind::Bool(right)) => left == right,
            (Kind::Num(left), Kind::Num(right)) => left.equals(right),
            (Kind::Json(_) | Kind::List(_), Kind::Json(_) | Kind::List(_)) => self.same_content(other),
            _ => false,
        }
    }

    fn same_content(&self, other: &Val<'_>) -> bool {
        if let (Kind::Json(left), Kind::Json(right)) = (self.kind(), other.kind()) {
            return left == right;
        }
        match (self.clone().into_items(), other.clone().into_items()) {
            (Some(left), Some(right)) => {
                left.len() == right.len() && left.iter().zip(&right).all(|(a, b)| a.strictly_equals(b))
            }
            _ => false,
        }
    }
}

fn json_member<'j>(json: &'j Value, name: &str) -> Option<&'j Value> {
    match json {
        Value::Object(members) => members.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    }
}

/// JavaScript's `items.join(",")`.
fn joined<'v>(items: impl Iterator<Item = Val<'v>>) -> String {
    let pieces: Vec<String> = items.map(|item| item.piece().into_owned()).collect();
    pieces.join(",")
}

/// A whole map as a value of its own.
pub(super) fn object(members: Map<String, Value>) -> Val<'static> {
    Val::own(Value::Object(members))
}
