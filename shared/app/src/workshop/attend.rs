//! From a doorbell to what the job wants.

use domain::job::{Event, Job, Stage, Step, next_step};
use domain::time::Millis;
use queue::{DELAY_MAX_S, Doorbell, Hint};
use table::Deadline;
use trace::spans::{self, Rung};
use tracing::{Instrument as _, Span};

use super::find::can_ask;
use super::{BEGIN_WITH, Error, Workshop};
use crate::{measured, traces};

/// Steps taken for one doorbell at most; a job that goes through every stage takes five.
const STEPS_MAX: u32 = 12;

/// Says why a message goes back to the queue.
pub fn goes_back(error: &Error) {
    tracing::error!(name: "message_goes_back", error = crate::chain(error), "a message goes back to the queue");
}

impl Workshop {
    /// Does what the job behind a doorbell wants, and rings for when it wants something again. How it was rung is for the
    /// order's trace alone.
    pub async fn attend(&self, doorbell: &Doorbell, rung: &Rung, deadline: Deadline) -> Result<(), Error> {
        let traced = spans::rung("video-worker", doorbell.hint.as_str(), rung);
        let job = || tracing::info_span!("job", job = doorbell.job, withheld = tracing::field::Empty);
        let span = traced.in_scope(job);
        // Said within the order's spans: so the line names the order, and its trace shows that it failed here.
        let attended = async {
            let attended = self.attend_to(doorbell, &traced, deadline).await;
            if let Err(error) = &attended {
                goes_back(error);
                spans::ended(&traced, "goes_back");
            }
            attended
        };
        attended.instrument(span).instrument(traced.clone()).await
    }

    async fn attend_to(&self, doorbell: &Doorbell, traced: &Span, deadline: Deadline) -> Result<(), Error> {
        let id = doorbell.job_id()?;
        let Some(mut job) = self.store.jobs().get(&id).await? else {
            tracing::warn!(name: "job_missing", job = %id, "a doorbell for a job that is not there");
            return Ok(());
        };
        withhold(&job);
        traces::belongs(traced, &job);
        measured::attended(&job, self.env.now());
        // A callback says that the provider is done, whenever the next poll was due.
        let mut called_back = doorbell.hint == Hint::Callback;
        let mut changed = false;
        for _ in 0..STEPS_MAX {
            let step = match next_step(&job, self.env.now()) {
                Step::WaitUntil(_) if called_back && job.stage == Stage::Running => Step::Poll,
                step => step,
            };
            if matches!(step, Step::Submit | Step::Deliver | Step::Poll) && deadline.remaining() < BEGIN_WITH
            {
                tracing::info!(name: "job_handed_on", job = %id, "too little time left to begin; another invocation goes on");
                self.hand_on(doorbell).await;
                return Ok(());
            }
            match self.take(step, &job, called_back, deadline).await? {
                Some(after) => (job, changed) = (after, true),
                None => break,
            }
            called_back = false;
        }
        spans::ended(traced, job.stage.as_str());
        if changed {
            self.ring_for(&job, doorbell).await;
        }
        Ok(())
    }

    /// Rings for another invocation, for the same reason.
    async fn hand_on(&self, doorbell: &Doorbell) {
        let Some(next) = doorbell.next() else { return };
        let same = Doorbell {
            hint: doorbell.hint,
            ..next
        };
        if let Err(error) = self.queue.ring(&same, Millis::ZERO).await {
            tracing::warn!(name: "doorbell_not_rung", error = crate::chain(&error), job = doorbell.job, "no doorbell; cleanup will ring");
        }
    }

    /// Takes one step. `None` when there is nothing (more) to do here.
    async fn take(
        &self,
        step: Step,
        job: &Job,
        called_back: bool,
        deadline: Deadline,
    ) -> Result<Option<Job>, Error> {
        Ok(match step {
            Step::Rest | Step::WaitUntil(_) => None,
            Step::Submit => self.submit(job, deadline).await?,
            Step::ExpireLease => {
                let can_ask = can_ask(job);
                self.write(job, Event::LeaseExpired { can_ask }, deadline).await?
            }
            Step::Find | Step::PassHorizon => self.find(job, deadline).await?,
            Step::Poll => self.poll(job, called_back, deadline).await?,
            Step::Deliver => self.deliver_again(job, deadline).await?,
            Step::Park => self.write(job, Event::Park, deadline).await?,
            Step::Settle => self.write(job, Event::TimeUp, deadline).await?,
            Step::Tell => self.tell(job, deadline).await?,
        })
    }

    /// Rings for a job's next due time, unless that is too far for SQS; then cleanup rings. A doorbell that cannot be
    /// rung is no loss either.
    pub(super) async fn ring_for(&self, job: &Job, doorbell: &Doorbell) {
        let Some(due_at) = job.due_at else { return };
        let delay = due_at.since(self.env.now());
        let Some(next) = doorbell.next().filter(|_| delay.secs_ceil() <= DELAY_MAX_S) else {
            return;
        };
        if let Err(error) = self.queue.ring(&next, delay).await {
            tracing::warn!(name: "doorbell_not_rung", error = crate::chain(&error), job = %job.id, "no doorbell; cleanup will ring");
        }
    }
}

/// What no line of the log about an order may repeat, whoever writes it: the customer's words, and where their files are.
pub(super) fn withhold(job: &Job) {
    let order = &job.order;
    let photo = order.image.as_ref().map(|image| image.file_id.as_str());
    let result = job.result.as_ref().map(|result| result.url.as_str());
    let answer = job.answer.as_ref().map(|answer| answer.text.as_str());
    let sketch = order.sketch.as_ref();
    let simple = sketch.map(|sketch| sketch.simple.as_str());
    let voice = sketch.and_then(|sketch| sketch.voice.as_ref());
    let voice = voice.map(|voice| voice.file_id.as_str());
    let texts = [Some(order.prompt.as_str()), photo, result, answer, simple, voice];
    let withheld: Vec<&str> = texts.into_iter().flatten().collect();
    Span::current().record("withheld", withheld.join("\n"));
}
