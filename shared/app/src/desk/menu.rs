//! The button beside the text field, in the customer's own language. It is a courtesy: without it the button says what it says
//! to everybody, and opens the same.

use std::time::Duration;

use telegram::methods::SetChatMenuButton;

use super::visit::Visit;
use crate::texts::{Locale, Say, menu_button_in};

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
        let Some(timeout) = self.deadline.for_call(TIMEOUT, RESERVE) else {
            return;
        };
        let button = SetChatMenuButton::opening(&menu.url, menu_button_in(say.locale())).in_chat(self.chat);
        if let Err(error) = menu.bot.call(&button, timeout).await {
            tracing::info!(name: "menu_button_unset", error = crate::chain(&error), "the button beside the text field keeps its language");
        }
    }
}
