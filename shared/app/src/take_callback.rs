//! The provider calls back. It is a hint that rings the doorbell; the truth is read from the provider by the worker. But
//! it carries the one thing that a lost answer to an order took away: the task's name. So if the submission has none yet,
//! the name is written here, under the fence that the callback's address carries.

use domain::id::{Fence, JobId, TaskId};
use domain::job::{Event, Job, Stage};
use domain::time::Millis;
use providers::registry::{Notice, Row, row};
use providers::ticket::Ticket;
use queue::{Doorbell, Hint, Queue};
use store::{Applied, Jobs, Notes, Tallied};
use table::Deadline;
use trace::spans;
use tracing::{Instrument as _, Span};

use crate::env::Env;
use crate::{tally, traces};

/// What takes callbacks.
pub struct CallbackDesk {
    /// The jobs.
    pub jobs: Jobs,
    /// The doorbells.
    pub queue: Queue,
    /// What is noted for the operator's report.
    pub notes: Notes,
    /// Time.
    pub env: Env,
    /// The key that marks callback addresses as ours.
    pub address_key: Vec<u8>,
    /// The key with which a provider that can signs its callbacks (KIE.AI), if the operator has made one.
    pub provider_key: Option<String>,
}

impl std::fmt::Debug for CallbackDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallbackDesk")
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

/// A callback as it came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Callback<'a> {
    /// The path of its address: the provider's name behind a slash.
    pub path: &'a str,
    /// The query of its address.
    pub query: &'a str,
    /// `X-Webhook-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-Webhook-Signature`.
    pub signature: Option<&'a str>,
    /// Its body.
    pub body: &'a [u8],
}

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The doorbell was rung.
    Rung,
    /// Its task's name is known; there is nothing to look at yet.
    Noted,
    /// It is about a submission that is over, or a job that is settled: nothing to do.
    Late,
    /// It is not from the provider.
    Forged,
    /// It is signed and says nothing that we understand.
    Senseless,
}

impl Taken {
    /// In a word.
    fn as_str(self) -> &'static str {
        match self {
            Self::Rung => "rung",
            Self::Noted => "noted",
            Self::Late => "late",
            Self::Forged => "forged",
            Self::Senseless => "senseless",
        }
    }
}

impl CallbackDesk {
    /// Takes a callback. `Err` means that it should come again; why is in the log.
    pub async fn take(&self, callback: &Callback<'_>, deadline: Deadline) -> Result<Taken, store::Error> {
        let Some(ticket) = Ticket::verified(callback.query, &self.address_key) else {
            return Ok(Taken::Forged);
        };
        let traced = spans::order("provider-callback");
        let span = traced.in_scope(|| tracing::info_span!("job", job = ticket.job));
        // Said within the order's spans: so the line names the order, and its trace shows that it failed here.
        let taken = async {
            let taken = self.take_known(callback, &ticket, &traced, deadline).await;
            if let Err(error) = &taken {
                tracing::error!(name: "callback_to_come_again", error = crate::chain(error), "the callback is to come again");
            }
            taken
        };
        let taken = taken.instrument(span).instrument(traced.clone()).await;
        spans::ended(
            &traced,
            taken.as_ref().map_or("to_come_again", |taken| taken.as_str()),
        );
        taken
    }

    /// Takes a callback whose address is ours.
    async fn take_known(
        &self,
        callback: &Callback<'_>,
        ticket: &Ticket,
        traced: &Span,
        deadline: Deadline,
    ) -> Result<Taken, store::Error> {
        let Some(provider) = row(callback.path.trim_matches('/')) else {
            return Ok(Taken::Forged);
        };
        let Some(Notice { task_id, is_over }) = (provider.notice)(callback.body) else {
            return Ok(Taken::Senseless);
        };
        if !self.is_signed(provider, callback, &task_id) {
            return Ok(Taken::Forged);
        }
        let Some(id) = JobId::parse(&ticket.job) else {
            return Ok(Taken::Senseless);
        };
        let job = match self.jobs.get(&id).await {
            Ok(Some(job)) => job,
            Ok(None) => return Ok(Taken::Late),
            // Whether the provider calls again is not known; the doorbell needs no table, and the worker reads the truth.
            Err(error) => {
                let _ = self
                    .queue
                    .ring(&Doorbell::new(&id, Hint::Callback), Millis::ZERO)
                    .await;
                return Err(error);
            }
        };
        traces::belongs(traced, &job);
        if job.fence != Fence(ticket.fence)
            || !matches!(job.stage, Stage::Submitting | Stage::Unknown | Stage::Running)
        {
            // Some call with every change; a render is one render.
            if is_over {
                self.note_orphan(&job, ticket.fence, &task_id).await;
            }
            return Ok(Taken::Late);
        }
        // An earlier submission may have gone to somebody else; this one did not.
        if job.order.provider != provider.name {
            return Ok(Taken::Forged);
        }
        self.name_task(&job, TaskId(task_id), deadline).await?;
        if !is_over {
            return Ok(Taken::Noted);
        }
        let doorbell = Doorbell::new(&id, Hint::Callback);
        if let Err(error) = self.queue.ring(&doorbell, Millis::ZERO).await {
            tracing::warn!(name: "doorbell_not_rung", error = crate::chain(&error), job = %id, "no doorbell; cleanup will ring");
            self.make_due(&id, deadline).await?;
        }
        Ok(Taken::Rung)
    }

    /// The first poll is far away, and cleanup rings only for what is due.
    async fn make_due(&self, id: &JobId, deadline: Deadline) -> Result<(), store::Error> {
        let Some(job) = self.jobs.get(id).await? else {
            return Ok(());
        };
        if let Ok(change) = job.apply(Event::CalledBack, self.env.now()) {
            self.jobs.change(&job, &change, deadline).await?;
        }
        Ok(())
    }

    /// Where the operator has a key for the provider's signature, a callback without a good one is forged.
    fn is_signed(&self, provider: &Row, callback: &Callback<'_>, task_id: &str) -> bool {
        let (Some(is_signed), Some(key)) = (provider.is_signed, &self.provider_key) else {
            return true;
        };
        let (Some(timestamp), Some(signature)) = (callback.timestamp, callback.signature) else {
            return false;
        };
        is_signed(task_id, timestamp, signature, key, self.env.now().seconds())
    }

    /// Writes the task's name, if the submission has none: T3.
    async fn name_task(&self, job: &Job, task: TaskId, deadline: Deadline) -> Result<(), store::Error> {
        let now = self.env.now();
        let Ok(change) = job.apply(
            Event::Accepted {
                fence: job.fence,
                task,
            },
            now,
        ) else {
            return Ok(());
        };
        match self.jobs.change(job, &change, deadline).await? {
            Applied::Written => {
                tracing::info!(name: "submission_found", job = %job.id, "a lost submission was found by its callback");
            }
            Applied::Moved(_) => {
                tracing::debug!(name: "task_named_already", job = %job.id, "the worker wrote the task's name itself");
            }
        }
        Ok(())
    }

    /// A callback for a submission that was given up: somebody may have paid for a render that nobody gets.
    async fn note_orphan(&self, job: &Job, fence: u32, task_id: &str) {
        if job.fence != Fence(fence) || job.task.as_ref().is_none_or(|task| task.0 != task_id) {
            meter::render_orphaned();
            tracing::warn!(name: "render_orphaned", job = %job.id, fence, stage = job.stage.as_str(), "a callback for a submission that is over");
            tally::note(&self.notes, Tallied::Orphan, self.env.now()).await;
        }
    }
}
