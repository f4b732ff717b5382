//! `/notifications`: whether a customer wants broadcasts. What is about their own orders and payments always comes.

use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::buttons::Button;
use crate::cards::{Card, keyboard};
use crate::texts::Say;

impl Visit<'_> {
    /// `/notifications`.
    pub(super) fn news_choice(&self) -> Reply {
        self.send_card(card(self.say, !self.account.muted))
    }

    /// Broadcasts from now on, or none.
    pub(super) async fn choose_news(&self, wanted: bool, message_id: i64) -> Result<Reply, Error> {
        self.set_news(wanted).await?;
        Ok(self.edit_card(message_id, card(self.say, wanted)))
    }

    /// None from now on, as somebody wants who has just got one. It stays where it is.
    pub(super) async fn mute(&self, query_id: &str) -> Result<Reply, Error> {
        self.set_news(false).await?;
        Ok(Self::alert(query_id, &self.say.text("broadcast-muted")))
    }

    async fn set_news(&self, wanted: bool) -> Result<(), Error> {
        let store = &self.desk.store;
        store.set_muted(self.account.user, !wanted, self.deadline).await?;
        Ok(())
    }
}

fn card(say: Say, wanted: bool) -> Card {
    let (text, label) = if wanted {
        ("news-on", "news-button-off")
    } else {
        ("news-off", "news-button-on")
    };
    Card {
        text: say.text(text),
        buttons: keyboard([vec![Button::News(!wanted).labelled(say.text(label))]]),
    }
}
