//! Patterns of `EventBridge`: which events a rule means.
//!
//! Source: EventBridge user guide, "Creating Amazon EventBridge event patterns" (an object means fields that all fit, a list
//! means any of it) and "Comparison operators" (`prefix`).

use std::collections::BTreeMap;

use serde_json::Value;

/// What an event has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Each of these fields fits.
    Fields(BTreeMap<String, Self>),
    /// A text that is one of these.
    AnyOf(Vec<Text>),
}

/// What a text has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// This.
    Is(String),
    /// It begins so.
    BeginsWith(String),
}

impl Pattern {
    /// Reads one; or says what of it is not understood here.
    pub fn read(pattern: &Value) -> Result<Self, String> {
        match pattern {
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, pattern)| match name.as_str() {
                    name if name.starts_with('$') => Err(format!("{name} is not understood")),
                    name => Ok((name.to_owned(), Self::read(pattern)?)),
                });
                Ok(Self::Fields(fields.collect::<Result<_, _>>()?))
            }
            Value::Array(any) => Ok(Self::AnyOf(any.iter().map(Text::read).collect::<Result<_, _>>()?)),
            other => Err(format!("{other} is neither an object nor a list")),
        }
    }

    /// Whether an event fits.
    pub fn fits(&self, event: &Value) -> bool {
        match self {
            Self::Fields(fields) => fields.iter().all(|(name, pattern)| pattern.fits(&event[name])),
            Self::AnyOf(any) => {
                let text = event.as_str();
                text.is_some_and(|text| any.iter().any(|wanted| wanted.fits(text)))
            }
        }
    }
}

impl Text {
    fn read(value: &Value) -> Result<Self, String> {
        if let Some(text) = value.as_str() {
            return Ok(Self::Is(text.to_owned()));
        }
        let prefix = value["prefix"].as_str();
        let alone = value.as_object().is_some_and(|operators| operators.len() == 1);
        match prefix.filter(|_| alone) {
            Some(prefix) => Ok(Self::BeginsWith(prefix.to_owned())),
            None => Err(format!("{value} is not understood: only texts and `prefix`")),
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Is(wanted) => text == wanted,
            Self::BeginsWith(prefix) => text.starts_with(prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_fields_fit_and_any_of_a_list_does() {
        let pattern =
            json!({"source": ["aws.cloudwatch", "other"], "detail": {"name": [{"prefix": "bot-"}]}});
        let pattern = Pattern::read(&pattern).unwrap();
        let fits = |source: &str, name: Value| {
            pattern.fits(&json!({"source": source, "detail": {"name": name}, "x": 1}))
        };
        assert!(fits("aws.cloudwatch", json!("bot-A")) && fits("other", json!("bot-")));
        assert!(!fits("aws.events", json!("bot-A")));
        assert!(!fits("other", json!("robot-A")) && !fits("other", json!(7)));
        assert!(!pattern.fits(&json!({"source": "other"})));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for pattern in [
            json!({"source": "aws.cloudwatch"}),
            json!({"source": [{"suffix": "x"}]}),
            json!({"source": [{"prefix": "x", "suffix": "y"}]}),
            json!({"$or": [{"source": ["x"]}]}),
            json!({"source": [7]}),
        ] {
            assert!(Pattern::read(&pattern).is_err(), "{pattern}");
        }
    }
}
