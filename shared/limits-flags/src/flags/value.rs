//! What a rule works with: values borrowed from the flag set and the context for as long as nothing new is made of them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::number::{self, Num};

/// A value while a rule is evaluated. Arrays and objects that came in stay JSON; lists that a rule makes are `List`.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    Null,
    Bool(bool),
    Num(Num),
    Text(Cow<'a, str>),
    /// An array or an object, nothing else.
    Json(Cow<'a, Value>),
    List(Vec<Val<'a>>),
}

impl<'a> Val<'a> {
    #[inline]
    pub(super) fn borrow(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Number(number) => Self::Num(Num::read(number)),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(_) | Value::Object(_) => Self::Json(Cow::Borrowed(value)),
        }
    }

    pub(super) fn own(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(bool),
            Value::Number(number) => Self::Num(Num::read(&number)),
            Value::String(text) => Self::Text(Cow::Owned(text)),
            Value::Array(_) | Value::Object(_) => Self::Json(Cow::Owned(value)),
        }
    }

    pub(super) fn text_of(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The items of an array; `None` for anything else.
    pub(super) fn into_items(self) -> Option<Vec<Self>> {
        match self {
            Self::List(items) => Some(items),
            Self::Json(Cow::Borrowed(Value::Array(items))) => Some(items.iter().map(Val::borrow).collect()),
            Self::Json(Cow::Owned(Value::Array(items))) => Some(items.into_iter().map(Val::own).collect()),
            _ => None,
        }
    }

    pub(super) fn is_array(&self) -> bool {
        match self {
            Self::List(_) => true,
            Self::Json(json) => json.is_array(),
            _ => false,
        }
    }

    /// The member of an object, or the item of an array, by its name or place.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        match self {
            Self::List(items) => items.get(name.parse::<usize>().ok()?).cloned(),
            Self::Json(Cow::Borrowed(json)) => json_member(json, name).map(Val::borrow),
            Self::Json(Cow::Owned(json)) => json_member(json, name).cloned().map(Val::own),
            _ => None,
        }
    }

    /// Truth as `JSONLogic` has it: an empty array is false besides what JavaScript calls falsy.
    #[inline]
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(bool) => *bool,
            Self::Num(number) => number.is_truthy(),
            Self::Text(text) => !text.is_empty(),
            Self::Json(json) => json.as_array().is_none_or(|items| !items.is_empty()),
            Self::List(items) => !items.is_empty(),
        }
    }

    /// The value as JavaScript's `Number(value)`.
    pub(super) fn number(&self) -> Num {
        match self {
            Self::Null => Num::Int(0),
            Self::Bool(bool) => Num::Int(i64::from(*bool)),
            Self::Num(number) => *number,
            Self::Text(text) => number::from_text(text),
            Self::Json(_) | Self::List(_) => number::from_text(&self.text()),
        }
    }

    /// The value as JavaScript's `parseFloat(value)`.
    pub(super) fn parsed_number(&self) -> Num {
        match self {
            Self::Num(number) => *number,
            Self::Null | Self::Bool(_) => Num::Float(f64::NAN),
            Self::Text(text) => number::from_prefix(text),
            Self::Json(_) | Self::List(_) => number::from_prefix(&self.text()),
        }
    }

    /// The value as JavaScript's `String(value)`.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed("null"),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Num(number) => Cow::Owned(number.text()),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Json(json) => match &**json {
                Value::Array(items) => Cow::Owned(joined(items.iter().map(Val::borrow))),
                _ => Cow::Borrowed("[object Object]"),
            },
            Self::List(items) => Cow::Owned(joined(items.iter().cloned())),
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
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Null, _) | (_, Self::Null) => matches!((self, other), (Self::Null, Self::Null)),
            (Self::Json(_) | Self::List(_), Self::Json(_) | Self::List(_)) => self.same_content(other),
            (Self::Json(_) | Self::List(_), Self::Text(text)) => self.text() == *text,
            (Self::Text(text), Self::Json(_) | Self::List(_)) => other.text() == *text,
            _ => self.number().equals(other.number()),
        }
    }

    /// Equality of type and value (`===`). Arrays and objects are equal by content, not by identity.
    pub(super) fn strictly_equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Num(left), Self::Num(right)) => left.equals(*right),
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Json(_) | Self::List(_), Self::Json(_) | Self::List(_)) => self.same_content(other),
            _ => false,
        }
    }

    fn same_content(&self, other: &Self) -> bool {
        if let (Self::Json(left), Self::Json(right)) = (self, other) {
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
    Val::Json(Cow::Owned(Value::Object(members)))
}
