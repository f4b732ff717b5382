//! The customer is told that it came to nothing. The credits are back already, in the transaction that failed the job;
//! this only says so, and goes on trying for a while if Telegram does not answer.

use std::time::Duration;

use domain::job::{Event, Failure, Job};
use table::Deadline;
use telegram::methods::{EditMessageText, SendMessage};

use super::{Error, RESERVE, Workshop};
use crate::texts::Say;
use crate::{cards, show};

/// The longest that Telegram is waited for.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Workshop {
    /// Tells the customer why there is no video, and that the credits are back.
    pub(super) async fn tell(&self, job: &Job, deadline: Deadline) -> Result<Option<Job>, Error> {
        let Some(claimed) = self
            .write(
                job,
                Event::ClaimTelling {
                    until: self.lease(deadline),
                },
                deadline,
            )
            .await?
        else {
            return Ok(None);
        };
        if claimed.due_at.is_none() {
            tracing::warn!(job = %job.id, "the customer could not be told of the failure");
            return Ok(Some(claimed));
        }
        if !self.told(&claimed, deadline).await {
            return Ok(Some(claimed));
        }
        Ok(self.write(&claimed, Event::Told, deadline).await?)
    }

    /// Whether the customer knows now, or never will.
    async fn told(&self, job: &Job, deadline: Deadline) -> bool {
        let Some(timeout) = deadline.for_call(TIMEOUT, RESERVE) else {
            return false;
        };
        let say = Say::of(&job.order.locale);
        let text = self.failure_text(job, say);
        let buttons = cards::other_model_button(say, &job.id.nonce);
        let place = job.place;
        let edit =
            EditMessageText::html(place.chat.0, place.message.0, text.clone()).with_buttons(buttons.clone());
        let (chat, error) = match self.telegram.call(&edit, timeout).await {
            Ok(_) | Err(telegram::Error::NotModified) => return true,
            Err(telegram::Error::MessageGone { .. } | telegram::Error::NoText) => (place.chat.0, None),
            Err(telegram::Error::Migrated { to }) => (to, None),
            Err(error) => (place.chat.0, Some(error)),
        };
        if let Some(error) = error {
            return given_up(job, &error);
        }
        let Some(timeout) = deadline.for_call(TIMEOUT, RESERVE) else {
            return false;
        };
        match self
            .telegram
            .call(&SendMessage::html(chat, text).with_buttons(buttons), timeout)
            .await
        {
            // It may have arrived, and a second message would look like a second failure.
            Ok(_) | Err(telegram::Error::Unknown { .. }) => true,
            Err(error) => given_up(job, &error),
        }
    }

    fn failure_text(&self, job: &Job, say: Say) -> String {
        let failure = job.failure.unwrap_or(Failure::TimedOut);
        let why = say.text(&format!("failed-{}", failure.as_str()));
        let text = say.with("failed", [("why", why.into()), ("price", show::price(say, job))]);
        format!("{text}\n\n{}", self.what(job))
    }
}

/// Whether it is of no use to go on telling.
fn given_up(job: &Job, error: &telegram::Error) -> bool {
    let for_ever = matches!(
        error,
        telegram::Error::Unreachable { .. } | telegram::Error::Rejected { .. }
    );
    tracing::info!(job = %job.id, %error, for_ever, "the customer could not be told");
    for_ever
}
