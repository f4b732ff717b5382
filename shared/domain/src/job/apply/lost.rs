//! What becomes of a submission that may or may not have come to the provider.

use crate::id::Fence;
use crate::job::timing::{ABSENCE_AFTER, FENCE_MAX};
use crate::job::{Change, Failure, Guard, Job, Refused, Rule, Stage};
use crate::time::{Jitter, Timestamp};

/// How often one order may be lost on its way. More often it is not the way that loses them: then the word of a provider
/// that knows of none is not worth another render that might be paid for.
const ABSENCES_MAX: usize = 2;

impl Job {
    /// When silence about a submission that was lost sight of is believed: no render takes so long.
    pub fn horizon(&self) -> Timestamp {
        self.lost_sight_at().after(self.order.render_max)
    }

    /// When the present submission was lost sight of; long ago if it never was.
    pub(super) fn lost_sight_at(&self) -> Timestamp {
        let lost = self.timeline.iter().rev().find(|mark| mark.rule == Rule::T6);
        lost.map_or_else(Timestamp::default, |mark| mark.at)
    }

    /// A job that is due is not at its horizon yet, where its provider is asked meanwhile.
    pub(super) fn expect_silence(&self, now: Timestamp) -> Result<(), Refused> {
        let horizon = self.horizon();
        if now < horizon {
            return Err(Refused::NotBefore(horizon));
        }
        Ok(())
    }

    /// T7 by the provider's own word, at once: there is no render, so none is waited for. But not before an order that was
    /// still under way must have come.
    pub(super) fn surely_absent(
        &self,
        fence: Fence,
        jitter: Jitter,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.expect(&[Stage::Unknown])?;
        self.expect_fence(fence)?;
        self.expect_due(now)?;
        let believed_from = self.lost_sight_at().after(ABSENCE_AFTER);
        if now < believed_from {
            return Ok(self.wait(now, |job| job.due_at = Some(believed_from)));
        }
        let lost_before = self.timeline.iter().filter(|mark| mark.rule == Rule::T7).count();
        let mut change = if self.fence.0 >= FENCE_MAX || lost_before >= ABSENCES_MAX {
            self.fail(Rule::T7, Failure::Provider, now)
        } else {
            self.back_to_queue(Rule::T7, None, jitter, now)
        };
        change.guards.push(Guard::DueBy(now));
        Ok(change)
    }
}
