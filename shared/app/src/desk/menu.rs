//! The button beside the text field and the menu of commands, in the customer's own language. They are a courtesy: without them
//! the button says what it says to everybody, and opens the same, and the commands are those of Telegram's language.

use std::time::Duration;

use telegram::methods::{
    BotCommand, CommandScope, DeleteMyCommands, Method, SetChatMenuButton, SetMyCommands,
};

use super::visit::Visit;
use crate::texts::{Locale, Say, commands_of, menu_button_in};

/// The longest that Telegram is waited for: the customer waits for something else.
const TIMEOUT: Duration = Duration::from_secs(1);
/// What has to be left after it, for the answer.
const RESERVE: Duration = Duration::from_secs(2);

/// What the button is set with.
#[derive(Debug)]
pub struct Menu {
    /// The Bot API.
    pub bot: telegram::Client,
    /// Where the Mini App is.
    pub url: String,
}

impl Visit<'_> {
    /// At the first start: whoever speaks what the button says to everybody needs none of their own. Later `/language` says it
    /// anew; no other start waits for Telegram.
    pub(super) async fn greet_on_the_button(&self) {
        if self.newcomer && self.say.locale() != Locale::of(None) {
            self.name_the_button(self.say).await;
        }
    }

    /// The button in this customer's chat speaks this language from now on.
    pub(super) async fn name_the_button(&self, say: Say) {
        let Some(menu) = &self.desk.menu else { return };
        let button = SetChatMenuButton::opening(&menu.url, menu_button_in(say.locale()));
        self.set(&button.in_chat(self.chat)).await;
    }

    /// Button and commands in this customer's chat speak the language that was chosen; where none is, the commands go by
    /// Telegram's again, as everybody's do.
    pub(super) async fn speak_on_the_menu(&self, chosen: Option<Locale>, say: Say) {
        let commands = async {
            match chosen {
                Some(locale) => self.list_the_commands(locale).await,
                None => self.take_the_commands_away().await,
            }
        };
        futures::future::join(self.name_the_button(say), commands).await;
    }

    async fn list_the_commands(&self, locale: Locale) {
        let command = |(command, description): (&str, String)| BotCommand {
            command: command.to_owned(),
            description,
        };
        let list = commands_of(locale, self.bonus_is_on());
        let menu = SetMyCommands {
            commands: list.into_iter().map(command).collect(),
            language_code: None,
            scope: Some(CommandScope::Chat { chat_id: self.chat }),
        };
        self.set(&menu).await;
    }

    async fn take_the_commands_away(&self) {
        let scope = CommandScope::Chat { chat_id: self.chat };
        self.set(&DeleteMyCommands { scope }).await;
    }

    async fn set<M: Method<Answer = bool>>(&self, menu_of: &M) {
        let Some(menu) = &self.desk.menu else { return };
        let Some(timeout) = self.deadline.for_call(TIMEOUT, RESERVE) else {
            return;
        };
        if let Err(error) = menu.bot.call(menu_of, timeout).await {
            tracing::info!(name: "menu_button_unset", error = crate::chain(&error), "the menu keeps its language");
        }
    }
}
