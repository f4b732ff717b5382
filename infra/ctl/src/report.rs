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
}

impl Report {
    /// Good news.
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self {
            text: text.into(),
            json,
            sound: true,
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
