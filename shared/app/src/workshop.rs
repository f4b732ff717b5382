//! The workshop: what a worker does when a doorbell rings. It reads the job, does what the job wants next, and rings for
//! when it wants something again. Between two writes there is at most one effect on the outside world.

mod attend;
mod deliver;
mod file;
mod find;
mod media;
mod poll;
mod progress;
mod route;
mod submit;
mod tell;
mod traced;
mod vault;
mod words;

pub use attend::goes_back;

pub(crate) use find::can_ask;
pub(crate) use submit::picture_kind;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::breaker::Breaker;
use domain::job::{Bill, Change, Event, Job, LEASE_SLACK, Rule, Stage};
use domain::time::{Millis, Timestamp};
use limits_flags::Settings;
use providers::files::Files;
use providers::{Provider, Providers};
use queue::Queue;
use store::{Applied, Store};
use table::Deadline;
use tracing::Instrument as _;

use crate::env::Env;
use crate::{measured, traces};

/// What is kept of an invocation's time for writing down how an outside call went.
const RESERVE: Duration = Duration::from_secs(8);
/// No submission and no delivery begins with less time than this.
const BEGIN_WITH: Duration = Duration::from_mins(1);

/// What the workshop works with.
#[derive(Debug)]
pub struct Workshop {
    /// The tables.
    pub store: Store,
    /// The settings.
    pub settings: Settings,
    /// The doorbells.
    pub queue: Queue,
    /// The Bot API.
    pub telegram: telegram::Client,
    /// The providers.
    pub providers: Providers,
    /// The files that they render.
    pub files: Files,
    /// Time and dice.
    pub env: Env,
    /// Where things are.
    pub places: Places,
    /// What is known of the health of each route: of a provider's family.
    pub breakers: Mutex<BTreeMap<String, Breaker>>,
}

/// Where things are.
#[derive(Clone)]
pub struct Places {
    /// The public address of the callback function, ending in a slash.
    pub callback_base: String,
    /// The key that marks callback addresses as ours.
    pub callback_key: Vec<u8>,
    /// Channels in which videos are kept for customers that cannot be reached; may be empty.
    pub vaults: Vec<i64>,
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Places")
            .field("callback_base", &self.callback_base)
            .field("vaults", &self.vaults)
            .finish_non_exhaustive()
    }
}

/// Why a doorbell could not be attended to. It comes again, and in the end to the dead-letter queue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tables failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// It is no doorbell, or it cannot be rung.
    #[error(transparent)]
    Queue(#[from] queue::Error),
}

/// How long the other side wishes to be left alone, from its own seconds.
fn wish(retry_after_s: Option<u32>) -> Option<Millis> {
    retry_after_s.map(|seconds| Millis::from_secs(i64::from(seconds)))
}

impl Workshop {
    /// Applies an event and writes the change. `None` if it changes nothing, or if somebody else was faster.
    async fn write(&self, job: &Job, event: Event, deadline: Deadline) -> Result<Option<Job>, store::Error> {
        self.write_billed(job, event, Bill::Nothing, deadline).await
    }

    /// The same for what has come to nothing and is billed all the same.
    async fn write_billed(
        &self,
        job: &Job,
        event: Event,
        bill: Bill,
        deadline: Deadline,
    ) -> Result<Option<Job>, store::Error> {
        let change = match job.apply(event, self.env.now()) {
            Ok(change) => change.billed(bill),
            Err(refused) => {
                tracing::debug!(name: "job_unchanged", job = %job.id, ?refused, "nothing to change");
                return Ok(None);
            }
        };
        // Before the change, not after it: until then nobody else has the job, and a late edit cannot cover a later one.
        self.announce(&change, deadline).await;
        let settles = traces::settlement(&change);
        let applied = self.store.apply(job, &change, deadline).instrument(settles);
        match applied.await? {
            Applied::Written => {
                // What it has come to may be repeated to us by the next call.
                attend::withhold(&change.after);
                measured::moved(job, &change);
                if change.rule.is_transition() {
                    let (stage, failure) = (
                        change.after.stage.as_str(),
                        change.after.failure.map(domain::job::Failure::as_str),
                    );
                    tracing::info!(name: "job_moved", job = %job.id, rule = change.rule.as_str(), stage, fence = change.after.fence.0, failure, "moved");
                }
                Ok(Some(change.after))
            }
            Applied::Moved(moved) => {
                tracing::info!(name: "job_overtaken", job = %job.id, rule = change.rule.as_str(), stage = moved.map(|job| job.stage.as_str()), "somebody else was faster");
                Ok(None)
            }
        }
    }

    /// Tells the customer when an order goes back into the queue, and can be canceled again.
    async fn announce(&self, change: &Change, deadline: Deadline) {
        let after = &change.after;
        // Words come within seconds, and there is nothing to press meanwhile.
        if after.order.makes.is_words() {
            return;
        }
        match (change.rule, after.stage) {
            // Every time: the claim has just shown that the video is being made, and taken the button away.
            // But somebody else who is asked at once delays nothing.
            (Rule::T4, Stage::Queued) if after.due_at > Some(change.at) => {
                self.show_delayed(after, deadline).await;
            }
            (Rule::T7 | Rule::T9, Stage::Queued) => self.show_retrying(after, deadline).await,
            _ => {}
        }
    }

    /// Until when nobody else may touch what this invocation has taken: as long as it can possibly act.
    fn lease(&self, deadline: Deadline) -> Timestamp {
        let left = i64::try_from(deadline.remaining().as_millis()).unwrap_or(i64::MAX);
        self.env.now().after(Millis(left)).after(LEASE_SLACK)
    }

    /// The account that renders a job's order; `None` if the operator has none there.
    fn provider(&self, job: &Job) -> Option<&dyn Provider> {
        self.providers.get(&job.order.provider)
    }

    fn breaker(&self, job: &Job, change: impl FnOnce(Breaker) -> Breaker) {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let breaker = breakers.entry(route::name(job)).or_default();
        *breaker = change(*breaker);
    }
}
