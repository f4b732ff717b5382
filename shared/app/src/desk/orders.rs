//! `/orders`: what was ordered, what became of each order and of its credits, and whatever was made, once more.

use domain::id::{JobId, Nonce};
use domain::time::Timestamp;
use store::Requests;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::cards::{Card, keyboard};
use crate::{kinds, line, order_card, show};

/// Orders on one page: two lines for each, and their numbers in two rows of buttons.
const LINES: usize = 6;

impl Visit<'_> {
    /// `/orders`: the newest ones.
    pub(super) async fn orders(&self) -> Result<Reply, Error> {
        let none = || Card {
            text: self.say.text("orders-empty"),
            buttons: keyboard([]),
        };
        Ok(self.send_card(self.orders_card(None).await?.unwrap_or_else(none)))
    }

    /// The same, or those before one of them, in the place of the message whose button was pressed.
    pub(super) async fn orders_instead(
        &self,
        message_id: i64,
        before: Option<(&Nonce, Timestamp)>,
        query_id: &str,
    ) -> Result<Reply, Error> {
        let card = self.orders_card(before).await?;
        let none = if before.is_some() {
            "orders-no-older"
        } else {
            "orders-empty"
        };
        Ok(card.map_or_else(
            || Self::alert(query_id, &self.say.text(none)),
            |card| self.edit_card(message_id, card),
        ))
    }

    async fn orders_card(&self, before: Option<(&Nonce, Timestamp)>) -> Result<Option<Card>, Error> {
        let user = self.account.user;
        let start = before.map(|(nonce, at)| {
            let nonce = nonce.clone();
            Requests::behind(&JobId { user, nonce }, at)
        });
        let newest = start.is_none();
        let page = self
            .desk
            .store
            .requests()
            .read_by_user(user, start, LINES)
            .await?;
        let zone = self.own_zone();
        Ok(order_card::list(
            self.say,
            &self.snapshot,
            &page.lines,
            (newest, page.next.is_some()),
            (&zone, self.now),
        ))
    }

    /// What became of an order, in the place of the list.
    pub(super) async fn receipt_of_order(&self, message_id: i64, query_id: &str) -> Reply {
        let Some(job) = &self.job else {
            return Self::alert(query_id, &self.say.text("order-gone"));
        };
        let zone = self.own_zone();
        let waits = self.account.parked.contains(&job.id);
        let mut card = order_card::receipt(self.say, &self.snapshot, (job, waits), &zone);
        if let Some(place) = line::told(self.say, self.desk.store.jobs(), job).await {
            card.text = format!("{}\n\n{place}", card.text);
        }
        self.edit_card(message_id, card)
    }

    /// What was made, once more, by Telegram's own name of the file. It costs nothing.
    pub(super) fn show_again(&self, query_id: &str) -> Reply {
        let made = self.job.as_ref().filter(|job| order_card::can_be_shown(job));
        let Some((job, file)) = made.and_then(|job| Some((job, job.file.clone()?))) else {
            return Self::alert(query_id, &self.say.text("order-gone"));
        };
        let say = self.say;
        let caption = show::order(say, Some(&self.snapshot), &job.order);
        let buttons = kinds::made_buttons(say, job);
        self.send_made(job.order.makes, file, caption, buttons)
    }
}
