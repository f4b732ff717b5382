//! Items, and reading typed values out of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An item as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// A string.
pub fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number.
pub fn n(number: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

/// A set of strings; `None` if it is empty, for DynamoDB has no empty sets.
pub fn set(texts: impl IntoIterator<Item = String>) -> Option<AttributeValue> {
    let texts: Vec<String> = texts.into_iter().collect();
    (!texts.is_empty()).then_some(AttributeValue::Ss(texts))
}

/// A list.
pub fn list(values: impl IntoIterator<Item = AttributeValue>) -> AttributeValue {
    AttributeValue::L(values.into_iter().collect())
}

/// A map.
pub fn map(members: impl IntoIterator<Item = (&'static str, AttributeValue)>) -> AttributeValue {
    AttributeValue::M(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// A stored value is missing or not what it should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("attribute {attribute} is missing or malformed")]
pub struct Malformed {
    /// Which one.
    pub attribute: &'static str,
}

/// An item, read.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a>(pub &'a Item);

impl<'a> Row<'a> {
    /// A string that may be missing.
    pub fn s_opt(self, attribute: &'static str) -> Option<&'a str> {
        self.0.get(attribute)?.as_s().ok().map(String::as_str)
    }

    /// A string.
    pub fn s(self, attribute: &'static str) -> Result<&'a str, Malformed> {
        self.s_opt(attribute).ok_or(Malformed { attribute })
    }

    /// A number that may be missing; `Err` if it is there and is none, or does not fit.
    pub fn n_opt<T: TryFrom<i64>>(self, attribute: &'static str) -> Result<Option<T>, Malformed> {
        let Some(value) = self.0.get(attribute) else {
            return Ok(None);
        };
        let number = value.as_n().ok().and_then(|text| text.parse::<i64>().ok());
        number
            .and_then(|number| T::try_from(number).ok())
            .map(Some)
            .ok_or(Malformed { attribute })
    }

    /// A number.
    pub fn n<T: TryFrom<i64>>(self, attribute: &'static str) -> Result<T, Malformed> {
        self.n_opt(attribute)?.ok_or(Malformed { attribute })
    }

    /// A number, 0 if missing.
    pub fn n_or_zero<T: TryFrom<i64> + Default>(self, attribute: &'static str) -> Result<T, Malformed> {
        Ok(self.n_opt(attribute)?.unwrap_or_default())
    }

    /// A truth value, false if missing.
    pub fn flag(self, attribute: &'static str) -> bool {
        matches!(self.0.get(attribute), Some(AttributeValue::Bool(true)))
    }

    /// The strings of a set; none if it is missing.
    pub fn set(self, attribute: &'static str) -> &'a [String] {
        self.0
            .get(attribute)
            .and_then(|value| value.as_ss().ok())
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The values of a list; none if it is missing.
    pub fn list(self, attribute: &'static str) -> &'a [AttributeValue] {
        self.0
            .get(attribute)
            .and_then(|value| value.as_l().ok())
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// A map, if there is one.
    pub fn map(self, attribute: &'static str) -> Option<Row<'a>> {
        self.0.get(attribute)?.as_m().ok().map(Row)
    }
}
