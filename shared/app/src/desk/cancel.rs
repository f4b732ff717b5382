//! T14: the customer takes a queued order back.

use domain::job::{Event, Job, Stage};
use domain::money::Credits;
use store::Applied;
use telegram::methods::{EditMessageText, Reply};
use trace::spans;
use tracing::Instrument as _;

use super::Error;
use super::visit::Visit;
use crate::{cards, measured, show, traces};

/// How often it is tried: a claim that came between may have put the order back into the queue.
const TRIES: u32 = 2;

impl Visit<'_> {
    /// Cancels, if the order is still queued, or queued again; else says how it stands.
    pub(super) async fn cancel(&self, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        let Some(mut job) = self.job.clone() else {
            return Ok(Self::alert(query_id, &self.say.text("draft-stale")));
        };
        let mut back = Credits::ZERO;
        for _ in 0..TRIES {
            let Ok(change) = job.apply(Event::Cancel, self.now) else {
                break;
            };
            back = job.cost;
            let traced = spans::order("telegram-webhook");
            traces::belongs(&traced, &job);
            let settles = traced.in_scope(|| traces::settlement(&change));
            let applied = self.desk.store.apply(&job, &change, self.deadline);
            match applied.instrument(settles).await? {
                Applied::Written => {
                    measured::moved(&job, &change);
                    return Ok(self.canceled(&job, message_id, back));
                }
                Applied::Moved(Some(moved)) => job = *moved,
                Applied::Moved(None) => return Ok(Self::alert(query_id, &self.say.text("draft-stale"))),
            }
        }
        Ok(self.too_late(&job, message_id, query_id, back))
    }

    /// `back` is what came back to the balance after it was read.
    fn canceled(&self, job: &Job, message_id: i64, back: Credits) -> Reply {
        let say = self.say;
        let available = self
            .account
            .balance
            .available
            .plus(back)
            .unwrap_or(self.account.balance.available);
        let text = say.with(
            "canceled",
            [
                ("what", show::order(say, Some(&self.snapshot), &job.order).into()),
                ("price", show::price(say, job)),
                ("available", show::credits(say, available).into()),
            ],
        );
        let buttons = cards::again_button(say, &job.id.nonce);
        EditMessageText::html(self.chat, message_id, text)
            .with_buttons(buttons)
            .into()
    }

    fn too_late(&self, job: &Job, message_id: i64, query_id: &str, back: Credits) -> Reply {
        let say = self.say;
        let text = match job.stage {
            // The same update again, after its answer was lost: answer what was lost.
            Stage::Canceled => return self.canceled(job, message_id, back),
            Stage::Queued => "toast-queued",
            Stage::Submitting | Stage::Unknown | Stage::Running => "cancel-too-late",
            Stage::Rendered | Stage::Stored => "toast-running",
            Stage::Delivered | Stage::Parked => "toast-delivered",
            Stage::Failed => "toast-failed",
        };
        Self::alert(query_id, &say.text(text))
    }
}
