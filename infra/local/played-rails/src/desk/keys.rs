//! Idempotency keys: what was answered under each, for a day.

use std::collections::HashMap;

use super::serve::Reply;

/// How long a key is remembered: 24 hours at both rails. Afterwards it makes a new payment.
const REMEMBERED_MS: i64 = 86_400_000;

#[derive(Default)]
pub(super) struct Keys(HashMap<String, Kept>);

struct Kept {
    /// What was asked under the key.
    asked: Vec<u8>,
    reply: Reply,
    at_ms: i64,
}

/// What is known of a key.
pub(super) enum Known {
    /// Nothing.
    New,
    /// The same was asked before, and answered so.
    Same(Reply),
    /// Something else was asked.
    Other,
}

impl Keys {
    pub(super) fn known(&mut self, key: &str, asked: &[u8], now_ms: i64) -> Known {
        self.0.retain(|_, kept| now_ms - kept.at_ms < REMEMBERED_MS);
        match self.0.get(key) {
            None => Known::New,
            Some(kept) if kept.asked == asked => Known::Same(kept.reply.clone()),
            Some(_) => Known::Other,
        }
    }

    pub(super) fn keep(&mut self, key: &str, asked: Vec<u8>, reply: Reply, at_ms: i64) {
        self.0.insert(key.to_owned(), Kept { asked, reply, at_ms });
    }
}
