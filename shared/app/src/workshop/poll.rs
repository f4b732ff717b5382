//! RUNNING → RENDERED: the truth is read from the provider, and its file looked at, before anything is believed.

use std::time::Duration;

use domain::job::{Bill, Event, Failure, Job, RenderedFile};
use providers::files::Verdict;
use providers::ticket::{Ticket, own_name};
use providers::{LookUp, Looked, TaskFacts, TaskRef};
use table::Deadline;

use super::file::File;
use super::submit::{failure_of, report};
use super::traced::requested;
use super::{Error, RESERVE, Workshop, wish};

/// The longest that the provider is waited for when it tells how a task stands.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(15);

/// How a task ended, in a word; `None` where it goes on.
fn said(outcome: &LookUp) -> Option<&'static str> {
    match outcome {
        LookUp::Succeeded { .. } => Some("succeeded"),
        LookUp::SucceededWithoutFile => Some("succeeded_without_file"),
        LookUp::Failed { reason, .. } => Some(reason.as_str()),
        LookUp::Absent => Some("absent"),
        LookUp::Unavailable { .. } | LookUp::Barred { .. } => Some("unavailable"),
        LookUp::Running { .. } => None,
    }
}

/// What a poll came to.
enum Polled {
    /// A file that is what was ordered, and where the provider keeps it.
    File(File, RenderedFile),
    /// Anything else.
    Event(Event),
    /// Nothing, and what is billed for that.
    Failed(Failure, Bill),
}

impl Workshop {
    /// Asks the provider; if there is a file, goes on to deliver it.
    pub(super) async fn poll(
        &self,
        job: &Job,
        called_back: bool,
        deadline: Deadline,
    ) -> Result<Option<Job>, Error> {
        match self.look_up(job, called_back, deadline).await {
            Polled::File(file, kept) => {
                let rendered = Event::Succeeded {
                    file: kept,
                    deliver_until: self.lease(deadline),
                };
                let Some(after) = self.write(job, rendered, deadline).await? else {
                    return Ok(None);
                };
                self.deliver(&after, false, Some(file), deadline).await
            }
            Polled::Event(event) => Ok(self.write(job, event, deadline).await?),
            Polled::Failed(failure, bill) => {
                let jitter = self.env.jitter();
                let failed = Event::TaskFailed { failure, jitter };
                Ok(self.write_billed(job, failed, bill, deadline).await?)
            }
        }
    }

    async fn look_up(&self, job: &Job, called_back: bool, deadline: Deadline) -> Polled {
        let (Some(task), Some(timeout)) = (&job.task, deadline.for_call(LOOK_UP_TIMEOUT, RESERVE)) else {
            return self.not_told(None);
        };
        let Some(provider) = self.provider(job) else {
            tracing::error!(name: "provider_without_key", job = %job.id, provider = job.order.provider, "there is no key for the provider of a task");
            return self.not_told(None);
        };
        let jitter = self.env.jitter();
        let task_ref = TaskRef {
            family: &job.order.family,
            id: &task.0,
        };
        let word = |looked: &Looked| said(&looked.outcome).unwrap_or("running");
        let looked = requested(job, "look_up", provider.look_up(task_ref, timeout), word);
        let Looked { outcome, facts } = looked.await;
        if self.belongs_elsewhere(job, &facts) {
            tracing::error!(name: "task_of_another_job", job = %job.id, task = task.0, "the provider says that this task was ordered for another job");
            return Polled::Failed(Failure::Provider, Bill::Nothing);
        }
        if let Some(said) = said(&outcome) {
            meter::provider_said(&job.order.provider, said);
        }
        let billed = facts.credits_consumed_milli;
        match outcome {
            LookUp::Succeeded { urls } => self.look_at_file(job, &urls, billed, deadline).await,
            LookUp::SucceededWithoutFile => Polled::Failed(Failure::NoFile, Bill::of(billed, true)),
            LookUp::Failed {
                reason,
                code,
                message,
            } => {
                report(job, reason, code, &message);
                Polled::Failed(failure_of(reason), Bill::of(billed, false))
            }
            LookUp::Absent => Polled::Event(Event::NoSuchTask { jitter }),
            LookUp::Running { .. } => Polled::Event(Event::StillRunning { called_back, jitter }),
            LookUp::Unavailable { why, retry_after_s } => {
                tracing::warn!(name: "provider_silent", job = %job.id, why, "the provider does not say how the task stands");
                self.not_told(retry_after_s)
            }
            LookUp::Barred {
                reason,
                code,
                message,
            } => {
                report(job, reason, code, &message);
                self.not_told(None)
            }
        }
    }

    /// A callback names a task, and only its address is known to be ours; the provider knows for which address the task
    /// was ordered, or under which of our names.
    fn belongs_elsewhere(&self, job: &Job, facts: &TaskFacts) -> bool {
        let (id, fence) = (job.id.to_string(), job.fence.0);
        let url = facts.callback_url.as_deref();
        let ticket = url.and_then(|url| Ticket::verified(url, &self.places.callback_key));
        let elsewhere = ticket.is_some_and(|ticket| ticket.job != id || ticket.fence != fence);
        let name = facts.own_name.as_deref();
        elsewhere || name.is_some_and(|name| name != own_name(&id, fence))
    }

    async fn look_at_file(
        &self,
        job: &Job,
        urls: &[String],
        billed_milli: Option<u64>,
        deadline: Deadline,
    ) -> Polled {
        let made = Bill::of(billed_milli, true);
        let Some(url) = urls.first() else {
            return Polled::Failed(Failure::NoFile, made);
        };
        let (file, verdict) = self.look_at(job, url, deadline).await;
        match (file, verdict) {
            (Some(file), _) => {
                let kept = RenderedFile {
                    url: url.clone(),
                    bytes: file.checked.bytes,
                    billed_milli,
                };
                Polled::File(file, kept)
            }
            (None, Verdict::Gone) => Polled::Failed(Failure::FileGone, made),
            (None, Verdict::NoAnswer(why)) => {
                tracing::warn!(name: "file_unread", job = %job.id, why, "the file cannot be looked at");
                self.not_told(None)
            }
            (None, verdict) => {
                tracing::warn!(name: "success_without_video", job = %job.id, ?verdict, "the provider reports success without what was ordered");
                Polled::Failed(Failure::NoFile, made)
            }
        }
    }

    fn not_told(&self, retry_after_s: Option<u32>) -> Polled {
        Polled::Event(Event::NotTold {
            retry_after: wish(retry_after_s),
            jitter: self.env.jitter(),
        })
    }
}
