//! Calls that an operator makes once per deployment.

use serde::{Deserialize, Serialize};

use super::Method;
use crate::types::HANDLED;

/// Tells Telegram where to deliver updates.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SetWebhook {
    /// https, on port 443, 80, 88 or 8443.
    pub url: String,
    /// Comes back in the header `X-Telegram-Bot-Api-Secret-Token`: 1 to 256 of `[A-Za-z0-9_-]`.
    pub secret_token: String,
    /// Kinds of updates. Always sent: an omitted list would leave the previous setting.
    pub allowed_updates: Vec<String>,
    /// Connections at a time, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u32>,
    /// `true`: forget what waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_pending_updates: Option<bool>,
}

impl SetWebhook {
    /// Delivery of exactly the kinds that this crate reads.
    pub fn new(url: impl Into<String>, secret_token: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            secret_token: secret_token.into(),
            allowed_updates: HANDLED.map(str::to_owned).to_vec(),
            max_connections: None,
            drop_pending_updates: None,
        }
    }
}

impl std::fmt::Debug for SetWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetWebhook")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Method for SetWebhook {
    const NAME: &'static str = "setWebhook";
    /// Always `true`.
    type Answer = bool;
}

/// Tells Telegram to deliver no more; updates then wait for `getUpdates` or another webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeleteWebhook {
    /// `true`: forget what waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_pending_updates: Option<bool>,
}

impl Method for DeleteWebhook {
    const NAME: &'static str = "deleteWebhook";
    /// Always `true`.
    type Answer = bool;
}

/// Asks how delivery goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GetWebhookInfo {}

impl Method for GetWebhookInfo {
    const NAME: &'static str = "getWebhookInfo";
    type Answer = WebhookInfo;
}

/// How delivery goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WebhookInfo {
    /// Empty if none is set.
    pub url: String,
    /// Updates that wait.
    pub pending_update_count: u32,
    /// Unix seconds of the last failed delivery.
    pub last_error_date: Option<i64>,
    /// Why it failed.
    pub last_error_message: Option<String>,
    /// Connections at a time.
    pub max_connections: Option<u32>,
    /// Kinds of updates.
    pub allowed_updates: Vec<String>,
}

/// Fills the bot's menu of commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetMyCommands {
    /// At most 100.
    pub commands: Vec<BotCommand>,
    /// Two letters of ISO 639-1; absent for everybody without a list of their own language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
    /// Where they are shown; everywhere without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<CommandScope>,
}

/// Takes a menu of commands away: what is shown is that of the next wider scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DeleteMyCommands {
    /// Where it is shown.
    pub scope: CommandScope,
}

impl Method for DeleteMyCommands {
    const NAME: &'static str = "deleteMyCommands";
    /// Always `true`.
    type Answer = bool;
}

/// Where commands are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CommandScope {
    /// In one chat.
    Chat {
        /// Which.
        chat_id: i64,
    },
}

impl Method for SetMyCommands {
    const NAME: &'static str = "setMyCommands";
    /// Always `true`.
    type Answer = bool;
}

/// Puts a button beside the text field of every private chat, or of one, which opens a Mini App.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetChatMenuButton {
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_id: Option<i64>,
    menu_button: MenuButton,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum MenuButton {
    WebApp { text: String, web_app: WebApp },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct WebApp {
    url: String,
}

impl SetChatMenuButton {
    /// A button with this text that opens this address, which must begin with https.
    pub fn opening(url: impl Into<String>, text: impl Into<String>) -> Self {
        let (text, url) = (text.into(), url.into());
        Self {
            chat_id: None,
            menu_button: MenuButton::WebApp {
                text,
                web_app: WebApp { url },
            },
        }
    }

    /// The same in one private chat alone, where it stands before what all chats have.
    #[must_use]
    pub fn in_chat(self, chat_id: i64) -> Self {
        Self {
            chat_id: Some(chat_id),
            ..self
        }
    }
}

impl Method for SetChatMenuButton {
    const NAME: &'static str = "setChatMenuButton";
    /// Always `true`.
    type Answer = bool;
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BotCommand {
    /// 1 to 32 of `[a-z0-9_]`, without the slash.
    pub command: String,
    /// 1 to 256 characters.
    pub description: String,
}
