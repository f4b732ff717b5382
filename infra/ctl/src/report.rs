//! What a command has to say.

use serde_json::Value;

/// What a command has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// For people.
    pub text: String,
    /// For programs (`--json`).
    pub json: Value,
    /// Nothing is wrong with what was looked at. Otherwise the command ends with 1.
    pub sound: bool,
    /// The rest of what was written already, page by page, and in the form that was asked for: `text` ends it, even where
    /// programs read it.
    pub goes_on: bool,
}

impl Report {
    /// Good news.
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self {
            text: text.into(),
            json,
            sound: true,
            goes_on: false,
        }
    }

    /// The end of what was written page by page.
    pub fn rest(text: impl Into<String>) -> Self {
        Self {
            goes_on: true,
            ..Self::new(text, Value::Null)
        }
    }

    /// News that are good only if `sound`.
    pub fn verdict(sound: bool, text: impl Into<String>, json: Value) -> Self {
        Self {
            sound,
            ..Self::new(text, json)
        }
    }
}
