//! What the bot asked for, what it was told, and what the real server would have passed over in silence.

use std::collections::BTreeMap;

use crate::error::ApiError;
use crate::params::Params;

/// How a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A request of the bot's own.
    Request,
    /// In the body of the answer to an update.
    WebhookAnswer,
}

/// One call of the bot.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method's name.
    pub method: String,
    /// Its fields.
    pub params: Params,
    /// How it came.
    pub via: Via,
    /// When it came, ms since the epoch.
    pub at_ms: i64,
    /// What it was told; `None` while it runs, and for ever if its connection was cut.
    pub told: Option<Result<(), ApiError>>,
}

impl Call {
    pub(crate) fn new(method: &str, params: Params, via: Via, at_ms: i64) -> Self {
        Self {
            method: method.to_owned(),
            params,
            via,
            at_ms,
            told: None,
        }
    }
}

#[derive(Default)]
pub(crate) struct Journal {
    pub(crate) calls: Vec<Call>,
    pub(crate) complaints: Vec<String>,
}

impl Journal {
    pub(crate) fn begin(&mut self, call: Call) -> usize {
        self.calls.push(call);
        self.calls.len() - 1
    }

    pub(crate) fn end(&mut self, index: usize, told: Result<(), ApiError>) {
        if let Some(call) = self.calls.get_mut(index) {
            call.told = Some(told);
        }
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in &self.calls {
            *counts.entry(call.method.clone()).or_default() += 1;
        }
        counts
    }
}
