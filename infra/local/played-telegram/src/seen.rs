//! The user's side: what a person sees in a Telegram client, now or when it comes.

use std::time::Duration;

use crate::PlayedTelegram;
use crate::error::Error;
use crate::model::ChatMessage;
use crate::outbox::CALLBACK_LIFETIME_MS;
use crate::state::{CallbackAnswer, Query, State};

impl PlayedTelegram {
    /// What the chat (a user's, or a channel's) shows now, oldest first.
    pub fn chat(&self, chat_id: i64) -> Vec<ChatMessage> {
        self.server
            .read(|state| visible(state, chat_id).cloned().collect())
    }

    /// Every message the chat has ever held, the deleted ones too.
    pub fn chat_with_deleted(&self, chat_id: i64) -> Vec<ChatMessage> {
        self.server.read(|state| {
            state
                .chats
                .get(&chat_id)
                .map(|chat| chat.messages.clone())
                .unwrap_or_default()
        })
    }

    /// The message as it stands now.
    pub fn message(&self, chat_id: i64, message_id: i64) -> Option<ChatMessage> {
        self.server
            .read(|state| state.message(chat_id, message_id).cloned())
    }

    /// Waits until the chat shows what is looked for; the error tells what it showed instead.
    pub async fn wait_for<T>(
        &self,
        chat_id: i64,
        deadline: Duration,
        look: impl Fn(&[ChatMessage]) -> Option<T>,
    ) -> Result<T, Error> {
        let found = self.server.until(deadline, || look(&self.chat(chat_id))).await;
        let seen = || {
            self.chat(chat_id)
                .iter()
                .map(in_a_line)
                .collect::<Vec<_>>()
                .join("\n")
        };
        found.ok_or_else(|| Error::TimedOut {
            waited_ms: deadline.as_millis(),
            seen: seen(),
        })
    }

    /// Waits for anything else that can be asked of this server, looking again after every change.
    pub async fn wait_until<T>(
        &self,
        deadline: Duration,
        look: impl Fn(&Self) -> Option<T>,
    ) -> Result<T, Error> {
        let found = self.server.until(deadline, || look(self)).await;
        found.ok_or_else(|| Error::TimedOut {
            waited_ms: deadline.as_millis(),
            seen: String::new(),
        })
    }

    /// What the bot answered to a press, if it did.
    pub fn callback_answer(&self, query_id: &str) -> Option<CallbackAnswer> {
        self.server
            .read(|state| state.queries.get(query_id).and_then(|query| query.answer.clone()))
    }

    /// Presses that still spin: message id and data, unanswered and not too old to be answered.
    pub fn presses_unanswered(&self, user_id: i64) -> Vec<(i64, String)> {
        let now_ms = self.server.now_ms();
        let spins = |query: &&Query| {
            query.user_id == user_id
                && query.answer.is_none()
                && now_ms - query.made_ms <= CALLBACK_LIFETIME_MS
        };
        self.server.read(|state| {
            let spinning = state.queries.values().filter(spins);
            spinning
                .map(|query| (query.message_id, query.data.clone()))
                .collect()
        })
    }
}

pub(crate) fn visible(state: &State, chat_id: i64) -> impl Iterator<Item = &ChatMessage> {
    let messages = state
        .chats
        .get(&chat_id)
        .map(|chat| chat.messages.as_slice())
        .unwrap_or_default();
    messages.iter().filter(|message| !message.deleted)
}

fn in_a_line(message: &ChatMessage) -> String {
    let from = if message.from_bot { "bot" } else { "user" };
    let media = message
        .now
        .media
        .as_ref()
        .map(|media| format!("[{:?}] ", media.kind))
        .unwrap_or_default();
    let buttons = message
        .now
        .buttons
        .iter()
        .flatten()
        .filter_map(|button| button.callback_data.as_deref());
    let buttons: Vec<_> = buttons.collect();
    format!(
        "{} {from}: {media}{} {buttons:?}",
        message.message_id, message.now.text
    )
}
