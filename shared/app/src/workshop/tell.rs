//! The customer is told that it came to nothing. The credits are back already, in the transaction that failed the job;
//! this only says so, and goes on trying for a while if Telegram does not answer.

use std::time::Duration;

use domain::job::{Event, Failure, Job};
use table::Deadline;
use telegram::methods::{EditMessageText, SendMessage};
use trace::spans;
use tracing::Instrument as _;

use super::{Error, RESERVE, Workshop, wish};
use crate::cards::Card;
use crate::texts::Say;
use crate::{cards, kinds, show, strikes};

/// The longest that Telegram is waited for.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Workshop {
    /// Tells the customer why there is no video, and that the credits are back.
    pub(super) async fn tell(&self, job: &Job, deadline: Deadline) -> Result<Option<Job>, Error> {
        if job.failure == Some(Failure::Moderation) {
            Box::pin(self.strike(job, deadline)).await?;
        }
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
            tracing::warn!(name: "failure_untold", job = %job.id, "the customer could not be told of the failure");
            return Ok(Some(claimed));
        }
        let traced = spans::telegram("tell");
        let told = self.try_to_tell(&claimed, deadline).instrument(traced).await;
        let event = match told {
            Told::Done => Event::Told,
            Told::NotYet { retry_after_s } => Event::PostponeTelling {
                retry_after: wish(retry_after_s),
                jitter: self.env.jitter(),
            },
        };
        Ok(self.write(&claimed, event, deadline).await?)
    }

    /// What a provider refuses for what it is about is noted as well, once for an order however often it is told. Where the
    /// settings cannot be read, the usual rule holds.
    async fn strike(&self, job: &Job, deadline: Deadline) -> Result<(), Error> {
        let rule = self.with_settings(|known| known.map(|it| it.moderation.strikes).unwrap_or_default());
        if let Some(account) = self.store.account(job.id.user).await? {
            let of = (job.id.nonce.as_str(), rule);
            Box::pin(strikes::note(&self.store, account, of, self.env.now(), deadline)).await?;
        }
        Ok(())
    }

    async fn try_to_tell(&self, job: &Job, deadline: Deadline) -> Told {
        let not_yet = Told::NotYet { retry_after_s: None };
        let Some(timeout) = deadline.for_call(TIMEOUT, RESERVE) else {
            return not_yet;
        };
        let (text, buttons) = match self.told(job).await {
            Ok(Some(card)) => (card.text, card.buttons),
            Ok(None) => return Told::Done,
            Err(error) => {
                tracing::warn!(name: "failure_untold", job = %job.id, error = crate::chain(&error), "nobody knows what to tell the customer");
                return not_yet;
            }
        };
        let place = job.place;
        let edit =
            EditMessageText::html(place.chat.0, place.message.0, text.clone()).with_buttons(buttons.clone());
        let (chat, error) = match self.telegram.call(&edit, timeout).await {
            Ok(_) | Err(telegram::Error::NotModified) => return Told::Done,
            Err(telegram::Error::MessageGone { .. } | telegram::Error::NoText) => (place.chat.0, None),
            Err(telegram::Error::Migrated { to }) => (to, None),
            Err(error) => (place.chat.0, Some(error)),
        };
        if let Some(error) = error {
            return after(job, &error);
        }
        let Some(timeout) = deadline.for_call(TIMEOUT, RESERVE) else {
            return not_yet;
        };
        match self
            .telegram
            .call(&SendMessage::html(chat, text).with_buttons(buttons), timeout)
            .await
        {
            // It may have arrived, and a second message would look like a second failure.
            Ok(_) | Err(telegram::Error::Unknown { .. }) => Told::Done,
            Err(error) => after(job, &error),
        }
    }

    /// What there is to tell; `None` if nothing any more.
    async fn told(&self, job: &Job) -> Result<Option<Card>, store::Error> {
        if job.order.makes.is_words() {
            return self.words_card(job).await;
        }
        let say = Say::of(&job.order.locale);
        Ok(Some(Card {
            text: self.failure_text(job, say),
            buttons: cards::other_model_button(say, &job.id.nonce),
        }))
    }

    fn failure_text(&self, job: &Job, say: Say) -> String {
        let failure = job.failure.unwrap_or(Failure::TimedOut);
        let kind = || kinds::value(job.order.makes);
        let why = say.with(&format!("failed-{}", failure.as_str()), [("kind", kind())]);
        let values = [
            ("kind", kind()),
            ("why", why.into()),
            ("price", show::price(say, job)),
        ];
        let text = say.with("failed", values);
        format!("{text}\n\n{}", self.what(job))
    }
}

/// What came of an attempt to tell.
enum Told {
    /// The customer knows now, or never will.
    Done,
    /// It is tried again.
    NotYet {
        /// Telegram's wish, in seconds.
        retry_after_s: Option<u32>,
    },
}

fn after(job: &Job, error: &telegram::Error) -> Told {
    tracing::info!(name: "failure_untold", job = %job.id, error = crate::chain(&error), "the customer could not be told");
    match error {
        telegram::Error::Unreachable { .. } | telegram::Error::Rejected { .. } => Told::Done,
        telegram::Error::RateLimited { retry_after_s } => Told::NotYet {
            retry_after_s: Some(*retry_after_s),
        },
        _ => Told::NotYet { retry_after_s: None },
    }
}
