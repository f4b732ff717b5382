//! `/start` and `/help`.

use telegram::methods::{EditMessageText, Reply, SendMessage};

use super::Error;
use super::invite::PROMO;
use super::visit::Visit;
use crate::texts::Say;
use crate::{cards, kinds, shop, show};

impl Visit<'_> {
    /// `/start`, and what its link carries: a promo code is used before the welcome says what there is to be spent.
    pub(super) async fn started(&mut self, carried: &str) -> Result<Reply, Error> {
        self.greet_on_the_button().await;
        if let Some(reply) = Box::pin(self.again_by_link(carried)).await? {
            return Ok(reply);
        }
        let Some(code) = carried.strip_prefix(PROMO) else {
            return Ok(self.welcome(self.invited().filter(|_| self.is_as_given())));
        };
        let given = self.is_as_given();
        let told = self.promo_told(code).await?;
        if self.newcomer || given {
            return Ok(self.welcome(Some(told)));
        }
        Ok(self.send(told).into())
    }

    /// `/start`: the gift for a newcomer, once for ever; and a word about videos that wait.
    pub(super) fn welcome(&self, first: Option<String>) -> Reply {
        let credits = show::credits(self.say, self.account.balance.available);
        let say = self.say;
        let mut text = if self.newcomer || self.is_as_given() {
            say.with("start-new", [("credits", credits.into())])
        } else if self.account.is_erased() {
            say.with("start-afresh", [("credits", credits.into())])
        } else {
            say.with("start-back", [("credits", credits.into())])
        };
        if let Some(more) = kinds::more(say, &self.snapshot) {
            text = format!("{text}\n\n{more}");
        }
        if let Some(first) = first {
            text = format!("{first}\n\n{text}");
        }
        let parked = u32::try_from(self.account.parked.len()).unwrap_or(u32::MAX);
        if parked > 0 {
            text = format!(
                "{text}\n\n{}",
                say.with("start-parked", [("count", parked.into())])
            );
        }
        let draft = shop::to_draft(say, &self.account, self.now);
        self.send(text)
            .with_buttons(cards::welcome_buttons(say, draft, parked > 0, self.sells()))
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

/// `/help`; `bonus` says whether `/bonus` brings anything.
pub(super) fn help(chat: i64, say: Say, bonus: bool) -> Reply {
    SendMessage::html(chat, helping(say, bonus)).into()
}

fn helping(say: Say, bonus: bool) -> String {
    say.with("help", [("bonus", if bonus { "yes" } else { "no" }.into())])
}

/// The same in the place of the message whose button was pressed: an answer carries one method, and an edit also stops
/// the button's turning.
pub(super) fn help_instead(chat: i64, message_id: i64, say: Say, bonus: bool) -> Reply {
    EditMessageText::html(chat, message_id, helping(say, bonus))
        .with_buttons(cards::cabinet_button(say))
        .into()
}

/// A command that there is not.
pub(super) fn unknown_command(chat: i64, say: Say) -> Reply {
    SendMessage::html(chat, say.text("unknown-command")).into()
}
