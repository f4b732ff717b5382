//! T14: the customer takes a queued order back, by its button.

use domain::job::Job;
use domain::money::Credits;
use telegram::methods::Reply;

use super::Error;
use super::visit::Visit;
use crate::cancel::{Outcome, cancel, message, why_not};

impl Visit<'_> {
    /// Cancels, if the order is still queued, or queued again; else says how it stands.
    pub(super) async fn cancel(&self, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        let gone = || Self::alert(query_id, &self.say.text("draft-stale"));
        let Some(job) = self.job.clone() else {
            return Ok(gone());
        };
        let outcome = cancel(&self.desk.store, "telegram-webhook", job, self.now, self.deadline);
        Ok(match outcome.await? {
            Outcome::Canceled { job, back } => self.canceled(&job, message_id, back),
            Outcome::TooLate(job) => Self::alert(query_id, &self.say.text(why_not(&job))),
            Outcome::Gone => gone(),
        })
    }

    /// `back` is what came back to the balance after it was read.
    fn canceled(&self, job: &Job, message_id: i64, back: Credits) -> Reply {
        let read = self.account.balance.available;
        let available = read.plus(back).unwrap_or(read);
        let place = (self.chat, message_id);
        message(self.say, &self.snapshot, job, available, place).into()
    }
}
