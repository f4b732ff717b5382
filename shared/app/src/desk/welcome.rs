//! `/start` and `/help`.

use telegram::methods::{Reply, SendMessage};

use super::visit::Visit;
use crate::texts::Say;
use crate::{cards, show};

impl Visit<'_> {
    /// `/start`: the gift for a newcomer, once for ever; and a word about videos that wait.
    pub(super) fn welcome(&self) -> Reply {
        let credits = show::credits(self.say, self.account.balance.available);
        let say = self.say;
        let mut text = if self.newcomer {
            say.with("start-new", [("credits", credits.into())])
        } else {
            say.with("start-back", [("credits", credits.into())])
        };
        let parked = u32::try_from(self.account.parked.len()).unwrap_or(u32::MAX);
        if parked > 0 {
            text = format!(
                "{text}\n\n{}",
                say.with("start-parked", [("count", parked.into())])
            );
        }
        self.send(text)
            .with_buttons(cards::welcome_buttons(say, parked > 0))
            .into()
    }
}

/// `/help`, which needs to know nobody.
pub(super) fn help(chat: i64, say: Say) -> Reply {
    SendMessage::html(chat, say.text("help")).into()
}
