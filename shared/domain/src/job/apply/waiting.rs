//! What a poll that brings no file does to a running job.

use crate::job::timing::{LAGGING_POLLS_MAX, backoff, poll_after};
use crate::job::{Change, Failure, Guard, Job, Refused, Rule, Stage};
use crate::time::{Jitter, Millis, Timestamp};

impl Job {
    /// A poll that found it still running; T15 when its time is up.
    pub(super) fn keep_waiting(
        &self,
        called_back: bool,
        jitter: Jitter,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.expect(&[Stage::Running])?;
        if now >= self.settle_at && self.expect_due(now).is_ok() {
            return self.time_up(now);
        }
        if called_back || (1..LAGGING_POLLS_MAX).contains(&self.vain_polls) {
            return self.ask_again(None, jitter, now);
        }
        let since = self.running_since.unwrap_or(self.created_at);
        Ok(self.wait(now, |job| {
            job.vain_polls = 0;
            job.due_at = Some(poll_after(job, since, now));
        }))
    }

    /// A poll that found nothing. Once no render of its model takes so long, that is believed: T9.
    pub(super) fn miss_task(&self, jitter: Jitter, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Running])?;
        let since = self.running_since.unwrap_or(self.created_at);
        if now >= since.after(self.order.render_max) {
            return Ok(self.retry_or_fail(Rule::T9, Failure::TimedOut, jitter, now));
        }
        self.keep_waiting(false, jitter, now)
    }

    /// A poll that came to nothing, or too early: asked again soon, at growing distances, until somebody answers or
    /// cleanup settles it, or the horizon passes.
    pub(super) fn ask_again(
        &self,
        retry_after: Option<Millis>,
        jitter: Jitter,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.expect(&[Stage::Running, Stage::Unknown])?;
        let vain_polls = self.vain_polls.saturating_add(1);
        let at = now.after(backoff(vain_polls, retry_after, jitter));
        let latest = if self.stage == Stage::Unknown && now < self.horizon() {
            self.horizon()
        } else {
            self.settle_at.max(now.after(backoff(vain_polls, None, jitter)))
        };
        Ok(self.wait(now, |job| {
            job.vain_polls = vain_polls;
            job.due_at = Some(at.min(latest));
        }))
    }

    /// A callback whose doorbell could not be rung.
    pub(super) fn expect_news(&self, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Running])?;
        Ok(self.wait(now, |job| {
            job.vain_polls = self.vain_polls.max(1);
            job.due_at = Some(now);
        }))
    }

    /// Asked again later, unless somebody else has asked and decided meanwhile.
    pub(super) fn wait(&self, now: Timestamp, edit: impl FnOnce(&mut Self)) -> Change {
        let mut change = self.stay(Rule::Wait, now, edit);
        // A running job always has a due time; one without would wait for somebody to look at it.
        change.guards.push(Guard::DueAt(self.due_at.unwrap_or(now)));
        change
    }
}
