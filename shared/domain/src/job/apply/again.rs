//! Back into the queue: the provider surely has nothing.

use crate::job::timing::{FENCE_MAX, backoff};
use crate::job::{Change, Failure, Job, Passed, Refused, Rule, Stage};
use crate::time::{Jitter, Millis, Timestamp};

impl Job {
    /// T4 and T7, when the provider surely has nothing: nothing was paid for, so it is no loss. Whoever was not asked yet is
    /// asked at once; only after that is there something to wait for.
    pub(super) fn back_to_queue(
        &self,
        rule: Rule,
        retry_after: Option<Millis>,
        jitter: Jitter,
        now: Timestamp,
    ) -> Change {
        let in_vain = self.fence.0.saturating_sub(self.losses);
        let at = if self.has_others_to_ask(in_vain) {
            now
        } else {
            now.after(backoff(in_vain, retry_after, jitter))
        };
        self.go(rule, Stage::Queued, now, |job| {
            job.passed = job.passed_for_now();
            job.vain_polls = 0;
            job.due_at = Some(at.min(self.give_up_at.max(now)));
        })
    }

    /// T4 to somebody else at once; T5 where there is nobody else.
    pub(super) fn turned_away(&self, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Submitting])?;
        if self.order.others.is_empty() || self.fence.0 >= FENCE_MAX {
            return Ok(self.fail(Rule::T5, Failure::Provider, now));
        }
        Ok(self.go(Rule::T4, Stage::Queued, now, |job| {
            job.passed = Some(Passed::Never);
            job.vain_polls = 0;
            job.due_at = Some(now);
        }))
    }
}
