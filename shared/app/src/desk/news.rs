//! `/notifications`: whether a customer wants broadcasts, and whether they want to see how their orders go. What comes of orders
//! and payments is told in any case.

use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::buttons::Button;
use crate::cards::{Card, keyboard};
use crate::texts::Say;

impl Visit<'_> {
    /// `/notifications`.
    pub(super) fn news_choice(&self) -> Reply {
        self.send_card(card(self.say, !self.account.muted, self.account.quiet))
    }

    /// Broadcasts from now on, or none.
    pub(super) async fn choose_news(&self, wanted: bool, message_id: i64) -> Result<Reply, Error> {
        self.set_news(wanted).await?;
        Ok(self.edit_card(message_id, card(self.say, wanted, self.account.quiet)))
    }

    /// Of the next orders nothing but what comes of them, or how they go as well.
    pub(super) async fn choose_quiet(&self, quiet: bool, message_id: i64) -> Result<Reply, Error> {
        let store = &self.desk.store;
        store.set_quiet(self.account.user, quiet, self.deadline).await?;
        Ok(self.edit_card(message_id, card(self.say, !self.account.muted, quiet)))
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

fn card(say: Say, news: bool, quiet: bool) -> Card {
    let (of_news, news_label) = if news {
        ("news-on", "news-button-off")
    } else {
        ("news-off", "news-button-on")
    };
    let (of_orders, orders_label) = if quiet {
        ("progress-off", "progress-button-on")
    } else {
        ("progress-on", "progress-button-off")
    };
    Card {
        text: format!("{}\n\n{}", say.text(of_news), say.text(of_orders)),
        buttons: keyboard([
            vec![Button::News(!news).labelled(say.text(news_label))],
            vec![Button::Quiet(!quiet).labelled(say.text(orders_label))],
        ]),
    }
}
