//! T14: the customer takes a queued order back, by its button.

use domain::job::Job;
use domain::money::Credits;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::cancel::{Outcome, cancel, message, show_in_chat, why_not};

impl Visit<'_> {
    /// Cancels, if the order is still queued, or queued again; else says how it stands.
    pub(super) async fn cancel(&self, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        let gone = || Self::alert(query_id, &self.say.text("draft-stale"));
        let Some(job) = self.job.clone() else {
            return Ok(gone());
        };
        let outcome = cancel(&self.desk.store, "telegram-webhook", job, self.now, self.deadline);
        Ok(match outcome.await? {
            Outcome::Canceled { job, back } => self.canceled(&job, message_id, back).await,
            Outcome::TooLate(job) => Self::alert(query_id, &self.say.text(why_not(&job))),
            Outcome::Gone => gone(),
        })
    }

    /// `back` is what came back to the balance after it was read.
    async fn canceled(&self, job: &Job, message_id: i64, back: Credits) -> Reply {
        let mut balance = self.account.balance;
        balance.available = balance.available.plus(back).unwrap_or(balance.available);
        // Taken back in the list of orders: where it waits, its message is not to go on saying so, nor offer it again.
        let cashier = self.desk.cashier.as_ref();
        if let Some(bot) = cashier.and_then(|cashier| cashier.bot.as_ref())
            && job.place.message.0 != message_id
        {
            let shown = (job, balance);
            show_in_chat(bot, self.say, &self.snapshot, shown, self.deadline).await;
        }
        let place = (self.chat, message_id);
        message(self.say, &self.snapshot, job, balance, place).into()
    }
}
