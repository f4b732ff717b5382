//! `/start` and `/help`.

use telegram::methods::{EditMessageText, Reply, SendMessage};

use super::visit::Visit;
use crate::texts::Say;
use crate::{cards, kinds, show};

impl Visit<'_> {
    /// `/start`: the gift for a newcomer, once for ever; and a word about videos that wait.
    pub(super) fn welcome(&self) -> Reply {
        let credits = show::credits(self.say, self.account.balance.available);
        let say = self.say;
        let mut text = if self.newcomer || self.is_as_given() {
            say.with("start-new", [("credits", credits.into())])
        } else {
            say.with("start-back", [("credits", credits.into())])
        };
        if let Some(more) = kinds::more(say, &self.snapshot) {
            text = format!("{text}\n\n{more}");
        }
        let parked = u32::try_from(self.account.parked.len()).unwrap_or(u32::MAX);
        if parked > 0 {
            text = format!(
                "{text}\n\n{}",
                say.with("start-parked", [("count", parked.into())])
            );
        }
        self.send(text)
            .with_buttons(cards::welcome_buttons(say, parked > 0, self.sells()))
            .into()
    }

    /// Nothing has happened since the account was opened: the same `/start` again, after its answer was lost, is to be
    /// answered the same.
    fn is_as_given(&self) -> bool {
        let account = &self.account;
        let gift = self.snapshot.rules.signup_credits;
        let untouched = account.balance.available == gift && account.balance.granted == gift;
        untouched && account.draft.is_none()
    }
}

/// `/help`.
pub(super) fn help(chat: i64, say: Say) -> Reply {
    SendMessage::html(chat, say.text("help")).into()
}

/// The same in the place of the message whose button was pressed: an answer carries one method, and an edit also stops
/// the button's turning.
pub(super) fn help_instead(chat: i64, message_id: i64, say: Say) -> Reply {
    EditMessageText::html(chat, message_id, say.text("help"))
        .with_buttons(cards::cabinet_button(say))
        .into()
}

/// A command that there is not.
pub(super) fn unknown_command(chat: i64, say: Say) -> Reply {
    SendMessage::html(chat, say.text("unknown-command")).into()
}
