//! The envelope of everything that arrives at the webhook.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{Chat, Message, PreCheckoutQuery, Subscription, User};

/// One update. Repeats carry the same `update_id`.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Increases one by one, and starts somewhere else after a week of silence.
    pub update_id: i64,
    /// What happened.
    pub kind: UpdateKind,
}

/// What happened. Kinds that we do not handle are answered with 200 and ignored.
#[derive(Clone, Debug, PartialEq)]
pub enum UpdateKind {
    /// Somebody wrote to us.
    Message(Box<Message>),
    /// Somebody pressed a button. Telegram drops it after 150 s.
    CallbackQuery(Box<CallbackQuery>),
    /// In a private chat: the user blocked or unblocked the bot.
    MyChatMember(Box<ChatMemberUpdated>),
    /// Somebody is about to pay; to be answered within 10 s. Telegram drops it after 150 s.
    PreCheckoutQuery(Box<PreCheckoutQuery>),
    /// Somebody's subscription changed otherwise than by a payment.
    Subscription(Box<Subscription>),
    /// A kind that we do not handle.
    Other {
        /// The field that carried it; empty if there was none.
        name: String,
    },
    /// A kind that we handle, in a shape that we cannot read. Coming again would not help.
    Unreadable {
        /// The field that carried it.
        name: String,
        /// What was wrong.
        why: String,
    },
}

/// A pressed button.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CallbackQuery {
    /// For `answerCallbackQuery`, which stops the button's spinner.
    pub id: String,
    /// Who pressed.
    pub from: User,
    /// The message that carries the button; may no longer be accessible, but can be named all the same.
    pub message: Option<Message>,
    /// What we wrote into the button, 1 to 64 bytes. It comes from the client: check it.
    pub data: Option<String>,
}

/// The bot's own standing in a chat changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ChatMemberUpdated {
    /// Where.
    pub chat: Chat,
    /// Who changed it.
    pub from: User,
    /// Unix seconds. Updates of one chat may overtake each other: the newest date counts.
    pub date: i64,
    /// The standing before.
    pub old_chat_member: ChatMember,
    /// The standing now.
    pub new_chat_member: ChatMember,
}

impl ChatMemberUpdated {
    /// Whether the bot can no longer write there.
    pub fn is_blocked(&self) -> bool {
        self.new_chat_member.is_out()
    }

    /// Whether the bot was not there before, and may write now.
    pub fn has_come(&self) -> bool {
        let may_write = matches!(self.new_chat_member.status.as_str(), "member" | "administrator");
        may_write && self.old_chat_member.is_out()
    }
}

/// A standing in a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ChatMember {
    /// `member` (allowed), `kicked` (blocked), `administrator`, `left` and others.
    pub status: String,
}

impl ChatMember {
    fn is_out(&self) -> bool {
        matches!(self.status.as_str(), "kicked" | "left")
    }
}

impl<'de> Deserialize<'de> for Update {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Envelope {
            update_id,
            mut fields,
        } = Envelope::deserialize(deserializer)?;
        // An update has at most one further field. Should another one ever come, the one that we handle counts.
        let handled = HANDLED
            .into_iter()
            .find(|name| fields.contains_key(*name))
            .map(str::to_owned);
        let name = handled
            .or_else(|| fields.keys().next().cloned())
            .unwrap_or_default();
        let body = fields.remove(&name).unwrap_or_default();
        Ok(Self {
            update_id,
            kind: UpdateKind::of(name, body),
        })
    }
}

/// The fields that [`UpdateKind::of`] reads; also what `setWebhook` subscribes to.
pub(crate) const HANDLED: [&str; 5] = [
    "message",
    "callback_query",
    "my_chat_member",
    "pre_checkout_query",
    "subscription",
];

#[derive(Deserialize)]
struct Envelope {
    update_id: i64,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl UpdateKind {
    fn of(name: String, body: Value) -> Self {
        match name.as_str() {
            "message" => read(name, body, Self::Message),
            "callback_query" => read(name, body, Self::CallbackQuery),
            "my_chat_member" => read(name, body, Self::MyChatMember),
            "pre_checkout_query" => read(name, body, Self::PreCheckoutQuery),
            "subscription" => read(name, body, Self::Subscription),
            _ => Self::Other { name },
        }
    }
}

fn read<T: DeserializeOwned>(name: String, body: Value, kind: fn(Box<T>) -> UpdateKind) -> UpdateKind {
    match serde_json::from_value(body) {
        Ok(read) => kind(Box::new(read)),
        Err(error) => UpdateKind::Unreadable {
            name,
            why: without_value(&error),
        },
    }
}

/// The error quotes the value that it met, which may be what the user wrote: only the expectation is kept.
fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once("expected ")
        .map(|(_, expected)| format!("expected {expected}"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
