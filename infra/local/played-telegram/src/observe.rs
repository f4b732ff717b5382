//! What a test asks afterwards, and what it makes go wrong before.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::PlayedTelegram;
use crate::delivery;
use crate::error::{ApiError, Error};
use crate::faults::Fault;
use crate::journal::{Call, Via};
use crate::model::StoredFile;
use crate::outbox::{Fate, UpdateRecord};
use crate::params::Params;
use crate::server::Told;

impl PlayedTelegram {
    /// Where this server is reached, as configured.
    pub fn base_url(&self) -> &str {
        &self.server.config.base_url_public
    }

    /// The bot's token, as configured.
    pub fn token(&self) -> &str {
        &self.server.config.token
    }

    /// Calls a method in-process, as the bot would over HTTP (for `setWebhook`, mostly).
    pub async fn call(&self, method: &str, body: Map<String, Value>) -> Result<Value, ApiError> {
        match self
            .server
            .call(method, Params::from_json(body), Via::Request)
            .await
        {
            Told::Answer(answer) => answer,
            Told::Cut => Err(ApiError::restart()),
        }
    }

    /// What the real server would have ignored, but a bot should not do.
    pub fn complaints(&self) -> Vec<String> {
        self.server.read(|state| state.journal.complaints.clone())
    }

    /// Every call of the bot, in the order in which they came.
    pub fn calls(&self) -> Vec<Call> {
        self.server.read(|state| state.journal.calls.clone())
    }

    /// How often each method was called, in requests and in answers of the webhook together.
    pub fn call_counts(&self) -> BTreeMap<String, usize> {
        self.server.read(|state| state.journal.counts())
    }

    /// How many requests the bot made of its own (what it says in the webhook's answer costs none).
    pub fn requests(&self) -> usize {
        let own = |call: &&Call| call.via == Via::Request;
        self.server
            .read(|state| state.journal.calls.iter().filter(own).count())
    }

    /// Every update made so far, and what became of it.
    pub fn updates(&self) -> Vec<UpdateRecord> {
        self.server.read(|state| state.outbox.records.clone())
    }

    /// One update.
    pub fn update(&self, update_id: i64) -> Option<UpdateRecord> {
        self.server.read(|state| state.outbox.record(update_id).cloned())
    }

    /// The newest update of a chat or user.
    pub fn latest_update(&self, owner: i64) -> Option<UpdateRecord> {
        let of_owner = |record: &&UpdateRecord| record.owner == owner;
        self.server
            .read(|state| state.outbox.records.iter().rev().find(of_owner).cloned())
    }

    /// How many updates have not been delivered yet.
    pub fn updates_waiting(&self) -> usize {
        let waiting = |record: &&UpdateRecord| record.fate == Fate::Waiting;
        self.server
            .read(|state| state.outbox.records.iter().filter(waiting).count())
    }

    /// How many deliveries were attempted.
    pub fn deliveries(&self) -> usize {
        self.server.read(|state| {
            state
                .outbox
                .records
                .iter()
                .map(|record| record.answers.len())
                .sum()
        })
    }

    /// Delivers an update once more, beside its queue, and says how the webhook answered.
    ///
    /// Join two of these to have the same update twice at the same time.
    pub async fn redeliver(&self, update_id: i64) -> Result<u16, Error> {
        delivery::redeliver(&self.server, update_id).await
    }

    /// The next so many updates are each delivered twice at the same time.
    pub fn double_deliveries(&self, times: u32) {
        self.server.write(|state| state.sabotage.doubled += times);
    }

    /// The next so many answers of the webhook get lost, so that the update comes again.
    pub fn lose_answers(&self, times: u32) {
        self.server.write(|state| state.sabotage.answers_lost += times);
    }

    /// Something will happen to calls that match.
    pub fn fault(&self, fault: Fault) {
        self.server.write(|state| state.faults.push(fault));
    }

    /// From now on the file server takes no notice of `Range`, or does again: nothing is promised about it.
    pub fn sends_only_whole_files(&self, only_whole: bool) {
        self.server.write(|state| state.files.only_whole = only_whole);
    }

    /// The addresses that `getFile` has named hold no more.
    pub fn file_paths_run_out(&self) {
        self.server.write(|state| state.files.an_hour_passes());
    }

    /// How many faults have not happened yet.
    pub fn faults_left(&self) -> usize {
        self.server.read(|state| state.faults.len())
    }

    /// No more faults.
    pub fn clear_faults(&self) {
        self.server.write(|state| {
            state.faults.clear();
            state.sabotage = crate::faults::Sabotage::default();
            state.stars.troubles.clear();
        });
    }

    /// A file by its id (of a photo: exactly that size).
    pub fn file(&self, file_id: &str) -> Option<Arc<StoredFile>> {
        self.server.read(|state| state.files.file(file_id).cloned())
    }

    /// The commands set for one chat, whatever its people speak.
    pub fn commands_in(&self, chat_id: i64) -> Vec<Value> {
        let scope = serde_json::json!({"type": "chat", "chat_id": chat_id}).to_string();
        let key = (scope, String::new());
        let list = self.server.read(|state| state.commands.get(&key).cloned());
        list.and_then(|list| list.as_array().cloned()).unwrap_or_default()
    }

    /// The commands set for a language in the default scope; the empty language is for all others.
    pub fn commands(&self, language_code: &str) -> Vec<Value> {
        let key = (
            serde_json::json!({"type": "default"}).to_string(),
            language_code.to_owned(),
        );
        let list = self.server.read(|state| state.commands.get(&key).cloned());
        list.and_then(|list| list.as_array().cloned()).unwrap_or_default()
    }
}
