//! Updates on their way to the bot: numbered, queued by chat or user and kind, kept for redelivery.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use crate::stars::Held;

/// A press lives this long; then nobody waits for its answer any more (tdlib/telegram-bot-api, `Client.cpp`).
pub const CALLBACK_LIFETIME_MS: i64 = 150_000;
/// Every other update is kept this long.
const UPDATE_LIFETIME_MS: i64 = 24 * 3_600_000;
/// Kinds that a bot gets only if it asks for them by name.
const ONLY_IF_ASKED: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// Updates of one queue are delivered in order; different queues do not wait for each other.
pub(crate) type QueueKey = (i64, &'static str);

/// An update, and what became of it.
#[derive(Debug, Clone)]
pub struct UpdateRecord {
    /// Its number: the key by which a bot knows a repeated delivery.
    pub update_id: i64,
    /// `message`, `callback_query`, `my_chat_member`, `pre_checkout_query`, `subscription`.
    pub kind: &'static str,
    /// The chat or user it belongs to.
    pub owner: i64,
    /// The whole `Update` as it is sent.
    pub body: Value,
    /// When it was made, ms since the epoch.
    pub made_ms: i64,
    /// The status of every answer of the webhook; 0 where there was none.
    pub answers: Vec<u16>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Not delivered yet.
    Waiting,
    /// The bot has it.
    Delivered,
    /// Nobody took it in time, or it was dropped with its webhook.
    Dropped,
}

/// Where updates go, as `setWebhook` said.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    pub(crate) max_connections: i64,
    pub(crate) connections: Arc<Semaphore>,
}

#[derive(Default)]
pub(crate) struct Outbox {
    pub(crate) records: Vec<UpdateRecord>,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) allowed: Option<Vec<String>>,
    pub(crate) last_error: Option<(i64, String)>,
    queues: BTreeMap<QueueKey, VecDeque<usize>>,
    running: BTreeSet<QueueKey>,
    /// Updates that are in no queue yet, and what each waits for.
    held: Vec<(Held, usize)>,
}

/// The first update ids of a bot are arbitrary; later ones count up.
const FIRST_UPDATE_ID: i64 = 700_000_001;

impl Outbox {
    /// Numbers an update and queues it; `None` if the bot did not ask for this kind.
    pub(crate) fn push(
        &mut self,
        kind: &'static str,
        owner: i64,
        payload: Value,
        now_ms: i64,
    ) -> Option<i64> {
        let (index, update_id) = self.number(kind, owner, payload, now_ms)?;
        self.queues.entry((owner, kind)).or_default().push_back(index);
        Some(update_id)
    }

    /// The same update comes twice, one after the other.
    pub(crate) fn push_twice(&mut self, kind: &'static str, owner: i64, payload: Value, now_ms: i64) {
        if let Some((index, _)) = self.number(kind, owner, payload, now_ms)
            && let Some(again) = self.records.get(index).cloned()
        {
            let queue = self.queues.entry((owner, kind)).or_default();
            queue.extend([index, self.records.len()]);
            self.records.push(again);
        }
    }

    /// Numbers a message, and keeps it back until something else has arrived.
    pub(crate) fn hold(&mut self, until: Held, owner: i64, payload: Value, now_ms: i64) {
        if let Some((index, _)) = self.number("message", owner, payload, now_ms) {
            self.held.push((until, index));
        }
    }

    /// What is kept back for this goes into its queue.
    pub(crate) fn release(&mut self, is_over: impl Fn(&Held, usize) -> bool) {
        let (over, held) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(until, held)| is_over(until, *held));
        self.held = held;
        for (_, index) in over {
            if let Some(record) = self.records.get(index) {
                let queue = self.queues.entry((record.owner, record.kind)).or_default();
                queue.push_back(index);
            }
        }
    }

    /// An update has arrived; others may have waited for that.
    pub(crate) fn arrived(&mut self, index: usize) {
        let Some(record) = self.records.get_mut(index) else {
            return;
        };
        record.fate = Fate::Delivered;
        let (owner, body) = (record.owner, record.body.clone());
        // What was made before the update that is kept back does not count.
        self.release(|until, held| index > held && until.ends_with(owner, &body));
    }

    fn number(
        &mut self,
        kind: &'static str,
        owner: i64,
        payload: Value,
        now_ms: i64,
    ) -> Option<(usize, i64)> {
        if !self.wants(kind) {
            return None;
        }
        let index = self.records.len();
        let update_id = FIRST_UPDATE_ID + i64::try_from(index).ok()?;
        let mut body = Map::from_iter([("update_id".to_owned(), json!(update_id))]);
        body.insert(kind.to_owned(), payload);
        self.records.push(UpdateRecord {
            update_id,
            kind,
            owner,
            body: Value::Object(body),
            made_ms: now_ms,
            answers: Vec::new(),
            fate: Fate::Waiting,
        });
        Some((index, update_id))
    }

    fn wants(&self, kind: &str) -> bool {
        match &self.allowed {
            Some(allowed) if !allowed.is_empty() => allowed.iter().any(|name| name == kind),
            _ => !ONLY_IF_ASKED.contains(&kind),
        }
    }

    /// The queues that nobody works on; they count as worked on from now.
    pub(crate) fn start_idle_queues(&mut self) -> Vec<QueueKey> {
        if self.webhook.is_none() {
            return Vec::new();
        }
        let waiting = self
            .queues
            .iter()
            .filter(|(_, queue)| !queue.is_empty())
            .map(|(key, _)| *key);
        let idle: Vec<_> = waiting.filter(|key| !self.running.contains(key)).collect();
        self.running.extend(&idle);
        idle
    }

    /// The queue's first update that is still worth delivering; without one the queue rests.
    pub(crate) fn first_of(&mut self, key: QueueKey, now_ms: i64) -> Option<(usize, Webhook)> {
        let queue = self.queues.entry(key).or_default();
        while let Some(index) = queue.front().copied() {
            let Some(record) = self.records.get_mut(index) else {
                break;
            };
            if record.fate == Fate::Waiting && now_ms - record.made_ms <= lifetime_ms(record.kind) {
                if let Some(webhook) = &self.webhook {
                    return Some((index, webhook.clone()));
                }
                break;
            }
            if record.fate == Fate::Waiting {
                record.fate = Fate::Dropped;
            }
            queue.pop_front();
        }
        self.running.remove(&key);
        None
    }

    /// Waiting updates in order of their ids, for `getUpdates`.
    pub(crate) fn waiting(&mut self, now_ms: i64) -> impl Iterator<Item = &UpdateRecord> {
        for record in &mut self.records {
            if record.fate == Fate::Waiting && now_ms - record.made_ms > lifetime_ms(record.kind) {
                record.fate = Fate::Dropped;
            }
        }
        self.records.iter().filter(|record| record.fate == Fate::Waiting)
    }

    /// Everything before this id has arrived, as `getUpdates` says by its offset.
    pub(crate) fn confirm_before(&mut self, update_id: i64) {
        let before = self
            .records
            .iter_mut()
            .filter(|record| record.update_id < update_id);
        before
            .filter(|record| record.fate == Fate::Waiting)
            .for_each(|record| record.fate = Fate::Delivered);
    }

    pub(crate) fn drop_waiting(&mut self) {
        let waiting = self
            .records
            .iter_mut()
            .filter(|record| record.fate == Fate::Waiting);
        waiting.for_each(|record| record.fate = Fate::Dropped);
    }

    pub(crate) fn record(&self, update_id: i64) -> Option<&UpdateRecord> {
        self.records.iter().find(|record| record.update_id == update_id)
    }
}

fn lifetime_ms(kind: &str) -> i64 {
    match kind {
        "callback_query" | "shipping_query" | "pre_checkout_query" => CALLBACK_LIFETIME_MS,
        _ => UPDATE_LIFETIME_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_not_asked_for_are_not_sent() {
        let mut outbox = Outbox {
            allowed: Some(vec!["message".into()]),
            ..Outbox::default()
        };
        assert!(outbox.push("message", 1, json!({}), 0).is_some());
        assert!(outbox.push("callback_query", 1, json!({}), 0).is_none());
        outbox.allowed = None;
        assert!(outbox.push("callback_query", 1, json!({}), 0).is_some());
        assert!(outbox.push("chat_member", 1, json!({}), 0).is_none());
    }

    #[test]
    fn a_press_dies_after_150_seconds_and_a_message_after_a_day() {
        let mut outbox = Outbox::default();
        outbox.push("callback_query", 1, json!({}), 0);
        outbox.push("message", 1, json!({}), 0);
        assert_eq!(outbox.waiting(CALLBACK_LIFETIME_MS).count(), 2);
        assert_eq!(outbox.waiting(CALLBACK_LIFETIME_MS + 1).count(), 1);
        assert_eq!(outbox.waiting(UPDATE_LIFETIME_MS + 1).count(), 0);
    }
}
