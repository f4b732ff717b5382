//! T14, wherever the customer says it: below the order in the chat, or in the Mini App.

use std::time::Duration;

use domain::account::Balance;
use domain::job::{Event, Job, Stage};
use domain::money::Credits;
use domain::time::Timestamp;
use limits_flags::Snapshot;
use store::{Applied, Store};
use table::Deadline;
use telegram::Client;
use telegram::methods::EditMessageText;
use trace::spans;
use tracing::Instrument as _;

use crate::texts::Say;
use crate::{cards, measured, shop, show, traces};

/// How often it is tried: a claim that came between may have put the order back into the queue.
const TRIES: u32 = 2;
/// The longest that the chat may take to show it: whoever has taken it back waits for the answer.
const SHOW_TIMEOUT: Duration = Duration::from_secs(1);
/// What is left of the time for the answer.
const RESERVE: Duration = Duration::from_millis(700);

/// What came of taking an order back.
#[derive(Debug)]
pub enum Outcome {
    /// It is canceled, by this or by an earlier wish.
    Canceled {
        /// How it stands.
        job: Box<Job>,
        /// What came back to the balance since the order was read.
        back: Credits,
    },
    /// It is not in the queue any more; this is how it stands.
    TooLate(Box<Job>),
    /// There is no such order any more.
    Gone,
}

/// Whether a list offers to take this order back. Words are over before anybody could.
pub fn is_offered(job: &Job) -> bool {
    job.stage == Stage::Queued && !job.order.makes.is_words()
}

/// Takes an order back, if it is still queued, or queued again; once more, it is canceled all the same and nothing is written.
/// The trace says that it was `function` that did it.
///
/// # Errors
/// When the tables do not answer, or the order's money is not as it must be.
pub async fn cancel(
    store: &Store,
    function: &'static str,
    mut job: Job,
    now: Timestamp,
    deadline: Deadline,
) -> Result<Outcome, store::Error> {
    let mut back = Credits::ZERO;
    for _ in 0..TRIES {
        let Ok(change) = job.apply(Event::Cancel, now) else {
            break;
        };
        back = job.cost;
        let traced = spans::order(function);
        traces::belongs(&traced, &job);
        let settles = traced.in_scope(|| traces::settlement(&change));
        match store.apply(&job, &change, deadline).instrument(settles).await? {
            Applied::Written => {
                measured::moved(&job, &change);
                let job = Box::new(job);
                return Ok(Outcome::Canceled { job, back });
            }
            Applied::Moved(Some(moved)) => job = *moved,
            Applied::Moved(None) => return Ok(Outcome::Gone),
        }
    }
    let job = Box::new(job);
    Ok(match job.stage {
        // The same wish again, after its answer was lost: answered alike.
        Stage::Canceled => Outcome::Canceled { job, back },
        _ => Outcome::TooLate(job),
    })
}

/// The text that says why an order cannot be taken back, by its name in the catalogues.
pub fn why_not(job: &Job) -> &'static str {
    match job.stage {
        Stage::Queued => "toast-queued",
        Stage::Submitting | Stage::Unknown | Stage::Running => "cancel-too-late",
        Stage::Rendered | Stage::Stored => "toast-running",
        Stage::Delivered | Stage::Parked => "toast-delivered",
        Stage::Failed | Stage::Canceled => "toast-failed",
    }
}

/// An order's message once it is canceled; `available` is the balance by then.
pub(crate) fn message(
    say: Say,
    snapshot: &Snapshot,
    job: &Job,
    balance: Balance,
    (chat, message): (i64, i64),
) -> EditMessageText {
    // Of whoever owes something, what came back goes there first, with whatever they do next.
    let balance = balance.repaid();
    let text = say.with(
        "canceled",
        [
            ("what", show::order(say, Some(snapshot), &job.order).into()),
            ("price", show::price(say, job)),
            ("available", show::credits(say, balance.available).into()),
        ],
    );
    let text: Vec<String> = [Some(text), shop::debt(say, balance)]
        .into_iter()
        .flatten()
        .collect();
    let text = text.join("\n\n");
    EditMessageText::html(chat, message, text).with_buttons(cards::again_button(say, &job.id.nonce))
}

/// Shows in the chat, where the order stands, that it was canceled elsewhere: its button is gone with that. A courtesy; where
/// it fails, the button there says the same to whoever presses it.
pub async fn show_in_chat(
    bot: &Client,
    say: Say,
    snapshot: &Snapshot,
    (job, balance): (&Job, Balance),
    deadline: Deadline,
) {
    let Some(timeout) = deadline.for_call(SHOW_TIMEOUT, RESERVE) else {
        return;
    };
    let place = (job.place.chat.0, job.place.message.0);
    let edit = message(say, snapshot, job, balance, place);
    match bot.call(&edit, timeout).await {
        Ok(_) | Err(telegram::Error::NotModified) => {}
        Err(error) => {
            tracing::info!(name: "progress_not_shown", job = %job.id, error = table::chain(&error), "the chat does not show that an order is canceled");
        }
    }
}
