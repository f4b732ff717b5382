//! Where a person helps: the operator's chat. What customers ask goes there, and what is replied there goes back to them.
//!
//! The link between the two is the first line of the message in that chat, which the bot writes itself: `#u1001` is whom an
//! answer goes to. So there is nothing to be kept, and an answer works as long as the message stands.

use std::time::Duration;

use domain::id::UserId;
use table::Deadline;
use telegram::html;
use telegram::methods::{Reply, SendMessage};
use telegram::types::Message;

use super::{Desk, Error};
use crate::texts::{Locale, Say};

/// The longest that Telegram is waited for: somebody looks at the answer.
const CALL_MAX: Duration = Duration::from_secs(4);
/// What is kept of the time for writing down how it went.
const RESERVE: Duration = Duration::from_secs(2);
/// As much of what somebody writes is brought to the other: what stands around it must fit into the message, too.
const WORDS_CHARS_MAX: usize = 3_500;
/// What the number of the customer begins with in the first line.
const MARK: &str = "#u";

/// The operator's chat.
#[derive(Debug)]
pub struct Helpdesk {
    /// The Bot API.
    pub bot: telegram::Client,
    /// Where the operator reads.
    pub chat: i64,
    /// In which language.
    pub say: Say,
}

impl Helpdesk {
    /// Tells the operator. `false` if it is not known to have arrived.
    pub(super) async fn tell(&self, text: String, deadline: Deadline) -> bool {
        let told = self.send(self.chat, text, deadline).await;
        if let Err(error) = &told {
            tracing::warn!(name: "operator_not_told", error = %error, "the operator is not told what a customer says");
        }
        told.is_ok()
    }

    async fn send(&self, chat: i64, text: String, deadline: Deadline) -> Result<(), NotSent> {
        let timeout = deadline.for_call(CALL_MAX, RESERVE).ok_or(NotSent::Otherwise)?;
        match self.bot.call(&SendMessage::html(chat, text), timeout).await {
            Ok(_) => Ok(()),
            Err(telegram::Error::Unreachable { .. }) => Err(NotSent::NobodyThere),
            Err(_) => Err(NotSent::Otherwise),
        }
    }
}

/// Why something was not sent, or is not known to have been.
#[derive(Debug, thiserror::Error)]
enum NotSent {
    #[error("nobody is there to read")]
    NobodyThere,
    #[error("Telegram did not take it")]
    Otherwise,
}

/// What somebody wrote, fit to stand in a message to somebody else.
pub(super) fn quoted(words: &str, chars_max: usize) -> String {
    html::escape(&html::truncate(words.trim(), chars_max)).into_owned()
}

/// The same of all that a message may hold.
pub(super) fn whole(words: &str) -> String {
    quoted(words, WORDS_CHARS_MAX)
}

/// Whom a message in the operator's chat is about: the number in its first line, if the bot has written it.
fn about(message: &Message) -> Option<UserId> {
    message.from.as_ref().filter(|from| from.is_bot)?;
    let first = message.text.as_deref()?.lines().next()?;
    let number = first
        .split_whitespace()
        .find_map(|word| word.strip_prefix(MARK))?;
    number.parse().ok().filter(|number| *number > 0).map(UserId)
}

impl Desk {
    /// What the operator replies to a message about a customer goes to that customer. `None` for all other messages, and
    /// for whatever stands in another chat.
    pub(super) async fn operator_said(
        &self,
        message: &Message,
        deadline: Deadline,
    ) -> Result<Option<Reply>, Error> {
        let Some(help) = self.helpdesk.as_ref().filter(|help| help.chat == message.chat.id) else {
            return Ok(None);
        };
        let Some(user) = message.reply_to_message.as_deref().and_then(about) else {
            return Ok(None);
        };
        let number = || [("user", user.to_string().into())];
        let say = |text: String| Ok(Some(SendMessage::html(help.chat, text).into()));
        let words = message.text.as_deref().unwrap_or_default().trim();
        if words.is_empty() {
            return say(help.say.text("operator-only-text"));
        }
        let Some(account) = self.store.account(user).await? else {
            return say(help.say.with("operator-no-customer", number()));
        };
        let language = account.language.or(account.locale);
        let theirs = Say::in_(Locale::of(language.as_deref()));
        let text = theirs.with("support-answer", [("words", whole(words).into())]);
        match help.send(user.0, text, deadline).await {
            Ok(()) => say(help.say.with("operator-answered", number())),
            Err(NotSent::NobodyThere) => say(help.say.with("operator-blocked", number())),
            Err(NotSent::Otherwise) => say(help.say.with("operator-unsent", number())),
        }
    }
}

#[cfg(test)]
mod tests {
    use telegram::types::User;

    use super::*;

    fn said(is_bot: bool, text: &str) -> Message {
        Message {
            from: Some(User {
                is_bot,
                ..User::default()
            }),
            text: Some(text.to_owned()),
            ..Message::default()
        }
    }

    #[test]
    fn the_number_is_read_from_the_first_line_of_what_the_bot_wrote() {
        assert_eq!(about(&said(true, "💬 Вопрос #u1001\n\nкот")), Some(UserId(1001)));
        for (is_bot, text) in [
            (false, "💬 Вопрос #u1001"),
            (true, "💬 Отчёт\n#u1001"),
            (true, "#u"),
            (true, "#u-5"),
            (true, "#u0"),
            (true, "#u1001x"),
            (true, ""),
        ] {
            assert_eq!(about(&said(is_bot, text)), None, "{text}");
        }
    }
}
