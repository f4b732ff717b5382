//! Everything the server remembers, behind one lock.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::config::FloodLimits;
use crate::error::ApiError;
use crate::faults::{Fault, Sabotage};
use crate::files::Files;
use crate::flood::Flood;
use crate::journal::Journal;
use crate::model::{ChatMessage, Shown, User};
use crate::outbox::Outbox;
use crate::stars::Stars;

#[derive(Default)]
pub(crate) struct State {
    pub(crate) users: BTreeMap<i64, User>,
    pub(crate) chats: BTreeMap<i64, Chat>,
    pub(crate) files: Files,
    pub(crate) queries: HashMap<String, Query>,
    pub(crate) commands: BTreeMap<(String, String), Value>,
    pub(crate) menu_buttons: BTreeMap<Option<i64>, Value>,
    pub(crate) outbox: Outbox,
    pub(crate) journal: Journal,
    pub(crate) faults: Vec<Fault>,
    pub(crate) sabotage: Sabotage,
    pub(crate) stars: Stars,
    flood: Flood,
    last_private_message_id: i64,
}

/// A private chat (its id is the user's), a group or a channel.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    /// A channel's name; private chats are named by their user.
    pub(crate) title: Option<String>,
    /// May the bot post into the channel?
    pub(crate) bot_is_admin: bool,
    pub(crate) migrated_to: Option<i64>,
    pub(crate) messages: Vec<ChatMessage>,
    /// The last chat action, and when.
    pub(crate) action: Option<(String, i64)>,
}

/// A press of a button, until it is answered.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) user_id: i64,
    pub(crate) message_id: i64,
    pub(crate) data: String,
    pub(crate) made_ms: i64,
    pub(crate) answer: Option<CallbackAnswer>,
}

/// What `answerCallbackQuery` showed to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// The notification; empty shows nothing.
    pub text: String,
    /// A window that must be closed, instead of a short notification.
    pub show_alert: bool,
    /// A page to open.
    pub url: Option<String>,
    /// When it came, ms since the epoch.
    pub at_ms: i64,
}

impl State {
    /// The chat, if the bot may write into it now.
    pub(crate) fn chat_for_writing(&self, chat_id: &Value) -> Result<i64, ApiError> {
        let chat = self.known_chat(chat_id)?;
        match self.users.get(&chat.id) {
            Some(user) => may_write_to(user)?,
            None if chat.bot_is_admin => {}
            None => {
                return Err(ApiError::bad_request(
                    "need administrator rights in the channel chat",
                ));
            }
        }
        Ok(chat.id)
    }

    /// The chat, whether or not the bot may write into it.
    pub(crate) fn known_chat(&self, chat_id: &Value) -> Result<&Chat, ApiError> {
        let not_found = || ApiError::bad_request("chat not found");
        let chat = self
            .chats
            .get(&chat_id.as_i64().ok_or_else(not_found)?)
            .ok_or_else(not_found)?;
        chat.migrated_to
            .map_or(Ok(chat), |to| Err(ApiError::migrated(to)))
    }

    /// Takes room for one message, if limits are set.
    pub(crate) fn take_flood_room(
        &mut self,
        limits: Option<&FloodLimits>,
        chat_id: i64,
        now_ms: i64,
    ) -> Result<(), ApiError> {
        limits.map_or(Ok(()), |limits| self.flood.take(limits, chat_id, now_ms))
    }

    /// Puts a message at the end of a chat.
    pub(crate) fn post(&mut self, chat_id: i64, from_bot: bool, now: Shown) -> i64 {
        let message_id = self.next_message_id(chat_id);
        let message = ChatMessage {
            message_id,
            chat_id,
            from_bot,
            at_ms: now.since_ms,
            edited_ms: None,
            deleted: false,
            now,
            history: Vec::new(),
        };
        self.chats.entry(chat_id).or_default().messages.push(message);
        message_id
    }

    /// Private chats of a bot share one sequence of message ids; every channel has its own.
    fn next_message_id(&mut self, chat_id: i64) -> i64 {
        if chat_id > 0 {
            self.last_private_message_id += 1;
            return self.last_private_message_id;
        }
        let last = self.chats.get(&chat_id).and_then(|chat| chat.messages.last());
        last.map_or(1, |message| message.message_id + 1)
    }

    /// A message that still stands in its chat.
    pub(crate) fn message(&self, chat_id: i64, message_id: i64) -> Option<&ChatMessage> {
        let messages = &self.chats.get(&chat_id)?.messages;
        messages
            .iter()
            .find(|message| message.message_id == message_id && !message.deleted)
    }

    pub(crate) fn message_mut(&mut self, chat_id: i64, message_id: i64) -> Option<&mut ChatMessage> {
        let messages = &mut self.chats.get_mut(&chat_id)?.messages;
        messages
            .iter_mut()
            .find(|message| message.message_id == message_id && !message.deleted)
    }

    /// A message that the bot may edit.
    pub(crate) fn editable(&self, chat_id: i64, message_id: i64) -> Result<&ChatMessage, ApiError> {
        let message = self.message(chat_id, message_id);
        let message = message.ok_or_else(|| ApiError::bad_request("message to edit not found"))?;
        if message.from_bot {
            Ok(message)
        } else {
            Err(ApiError::bad_request("message can't be edited"))
        }
    }

    /// Makes a message of the bot show something else, and keeps what it showed.
    pub(crate) fn edit(&mut self, chat_id: i64, message_id: i64, to: Shown) -> Result<(), ApiError> {
        if self.editable(chat_id, message_id)?.now.same_as(&to) {
            return Err(ApiError::not_modified());
        }
        if let Some(chat) = self.chats.get_mut(&chat_id) {
            chat.action = None;
        }
        if let Some(message) = self.message_mut(chat_id, message_id) {
            message.edited_ms = Some(to.since_ms);
            let before = std::mem::replace(&mut message.now, to);
            message.history.push(before);
        }
        Ok(())
    }
}

fn may_write_to(user: &User) -> Result<(), ApiError> {
    match user {
        User {
            deactivated: true, ..
        } => Err(ApiError::forbidden("user is deactivated")),
        User { blocked: true, .. } => Err(ApiError::forbidden("bot was blocked by the user")),
        User { started: false, .. } => {
            Err(ApiError::forbidden("bot can't initiate conversation with a user"))
        }
        User { .. } => Ok(()),
    }
}
