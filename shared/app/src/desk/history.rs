//! What was bought and what became of it, page by page.

use domain::payment::Record;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::cards::Card;
use crate::shop::{self, Pages};

/// Lines on one page.
const LINES: usize = 12;

impl Visit<'_> {
    /// `/history`: what was bought and what became of it.
    pub(super) async fn history(&self) -> Result<Reply, Error> {
        Ok(self.send_card(self.history_card(0).await?))
    }

    /// A page of it in the place of the message whose button was pressed.
    pub(super) async fn history_instead(&self, message_id: i64, page: u16) -> Result<Reply, Error> {
        Ok(self.edit_card(message_id, self.history_card(page).await?))
    }

    async fn history_card(&self, page: u16) -> Result<Card, Error> {
        let mut bought = match &self.desk.cashier {
            Some(cashier) => cashier.payments.all_bought(self.account.user).await?,
            None => Vec::new(),
        };
        // What goes on taking money stands first, however long ago it was begun: here is where it is ended.
        bought.sort_by_key(|row| !shop::renews(row));
        let zone = self.own_zone();
        let lines = bought
            .iter()
            .filter_map(|row| shop::history_line(self.say, row, &zone, self.now));
        let lines: Vec<String> = lines.collect();
        let before = usize::from(page).saturating_mul(LINES);
        let shown: Vec<&str> = lines
            .iter()
            .skip(before)
            .take(LINES)
            .map(String::as_str)
            .collect();
        let pages = Pages {
            page,
            older: lines.len() > before.saturating_add(LINES),
        };
        let goes_back = |record: &Record| {
            let within = self.snapshot.selling.refund_unused;
            within.is_some_and(|within| self.goes_back_for_the_asking(record, within))
        };
        let text = if shown.is_empty() {
            self.say.text("history-empty")
        } else {
            self.say.with("history", [("lines", shown.join("\n").into())])
        };
        Ok(Card {
            text,
            buttons: shop::history_buttons(self.say, &bought, goes_back, (pages, self.now)),
        })
    }
}
