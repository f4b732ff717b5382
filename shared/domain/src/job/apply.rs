//! The machine itself.

use super::timing::{ASK_AFTER, FENCE_MAX, LOSSES_MAX, TELL_TRIES_MAX, WORDS_ASKED_MAX, backoff, poll_after};
use super::{Change, Event, Failure, Guard, Job, Mark, Refused, RenderedFile, Rule, Settlement, Stage};
use crate::id::{Fence, FileId, TaskId};
use crate::time::{Jitter, Millis, Timestamp};

impl Job {
    /// What an event does to this job at a time, or why it does nothing.
    pub fn apply(&self, event: Event, now: Timestamp) -> Result<Change, Refused> {
        match event {
            Event::Claim { lease_until, way } => self.claim(lease_until, way, now),
            Event::Accepted { fence, task } => self.accepted_by_provider(fence, task, now),
            Event::NotAccepted { retry_after, jitter } => self.not_accepted(retry_after, jitter, now),
            Event::TurnedAway => self.turned_away(now),
            Event::Rejected { failure } => {
                self.expect(&[Stage::Submitting])?;
                Ok(self.fail(Rule::T5, failure, now))
            }
            Event::Answered { answer, until } => self.answered(answer, until, now),
            Event::OutcomeUnknown { can_ask } => {
                self.expect(&[Stage::Submitting])?;
                Ok(self.lose_sight(can_ask, now))
            }
            Event::LeaseExpired { can_ask } => self.expire_lease(can_ask, now),
            Event::SurelyAbsent { fence, jitter } => self.surely_absent(fence, jitter, now),
            Event::HorizonPassed { jitter } => self.pass_horizon(jitter, now),
            Event::CalledBack => self.expect_news(now),
            Event::StillRunning { called_back, jitter } => self.keep_waiting(called_back, jitter, now),
            Event::NoSuchTask { jitter } => self.miss_task(jitter, now),
            Event::NotTold { retry_after, jitter } => self.ask_again(retry_after, jitter, now),
            Event::Succeeded { file, deliver_until } => self.succeed(file, deliver_until, now),
            Event::TaskFailed { failure, jitter } => {
                self.expect(&[Stage::Running])?;
                Ok(self.retry_or_fail(Rule::T9, failure, jitter, now))
            }
            Event::ClaimDelivery { deliver_until } => self.claim_delivery(deliver_until, now),
            Event::PostponeDelivery {
                unsure,
                retry_after,
                jitter,
            } => self.postpone(unsure, retry_after, jitter, now),
            Event::Moved { to } => {
                self.expect(&[Stage::Rendered])?;
                let mut change = self.stay(Rule::Move, now, |job| job.place = to);
                change.guards.push(Guard::Message(self.place.message));
                Ok(change)
            }
            Event::Delivered { file } => {
                self.expect(&[Stage::Rendered])?;
                Ok(self.delivered(file, now))
            }
            Event::CannotDeliver { failure } => {
                self.expect(&[Stage::Rendered])?;
                Ok(self.fail(Rule::T11, failure, now))
            }
            Event::Stored { file } => {
                self.expect(&[Stage::Rendered])?;
                Ok(self.go(Rule::T12, Stage::Stored, now, |job| {
                    job.keep(Some(file));
                    job.due_at = Some(now);
                }))
            }
            Event::Park => {
                self.expect(&[Stage::Stored])?;
                Ok(self.settle(Rule::T13, Stage::Parked, Settlement::Capture, now, |_| {}))
            }
            Event::Cancel => {
                self.expect(&[Stage::Queued])?;
                Ok(self.settle(Rule::T14, Stage::Canceled, Settlement::Release, now, |_| {}))
            }
            Event::TimeUp => self.time_up(now),
            Event::ClaimTelling { until } => self.claim_telling(until, now),
            Event::PostponeTelling { retry_after, jitter } => self.postpone_telling(retry_after, jitter, now),
            Event::Told => self.told(now),
        }
    }

    /// T10.
    fn delivered(&self, file: Option<FileId>, now: Timestamp) -> Change {
        let seen = |job: &mut Self| job.keep(file);
        self.settle(Rule::T10, Stage::Delivered, Settlement::Capture, now, seen)
    }

    /// T2.
    fn claim(&self, lease_until: Timestamp, way: Option<usize>, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Queued])?;
        self.expect_due(now)?;
        if self.fence.0 >= FENCE_MAX || self.losses >= LOSSES_MAX {
            return Err(Refused::Exhausted);
        }
        if now >= self.give_up_at {
            return Err(Refused::TooLate);
        }
        let order = self.order_by(way).ok_or(Refused::NoSuchWay)?;
        let mut change = self.go(Rule::T2, Stage::Submitting, now, |job| {
            job.order = order;
            job.passed = None;
            job.fence = self.fence.next();
            job.due_at = Some(lease_until);
            job.task = None;
            job.running_since = None;
        });
        change.guards.push(Guard::DueBy(now));
        Ok(change)
    }

    /// T3. A callback may come before the answer to the request that caused it, so this may find the submission still
    /// under way, or already given up as unknown.
    fn accepted_by_provider(&self, fence: Fence, task: TaskId, now: Timestamp) -> Result<Change, Refused> {
        self.expect_fence(fence)?;
        if self.stage == Stage::Running {
            return Err(Refused::AlreadyNamed);
        }
        self.expect(&[Stage::Submitting, Stage::Unknown])?;
        let mut change = self.go(Rule::T3, Stage::Running, now, |job| {
            job.task = Some(task);
            job.running_since = Some(now);
            job.vain_polls = 0;
            job.due_at = Some(poll_after(job, now, now));
        });
        change.guards.push(Guard::NoTask);
        Ok(change)
    }

    /// T4, or T5 when there have been too many.
    fn not_accepted(
        &self,
        retry_after: Option<Millis>,
        jitter: Jitter,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.expect(&[Stage::Submitting])?;
        let is_for_words = self.order.sketch.is_some();
        if self.fence.0 >= FENCE_MAX || (is_for_words && self.fence.0 >= WORDS_ASKED_MAX) {
            return Ok(self.fail(Rule::T5, Failure::Provider, now));
        }
        Ok(self.back_to_queue(Rule::T4, retry_after, jitter, now))
    }

    /// T6, by the worker itself or by whoever finds its lease expired.
    fn lose_sight(&self, can_ask: bool, now: Timestamp) -> Change {
        // Counted from now, not from the submission: a worker that held the lease may have sent it up to now.
        let horizon = now.after(self.order.render_max);
        self.go(Rule::T6, Stage::Unknown, now, |job| {
            job.vain_polls = 0;
            job.due_at = Some(if can_ask {
                horizon.min(now.after(ASK_AFTER))
            } else {
                horizon
            });
        })
    }

    /// T6, when the lease has expired: the worker that held it can surely do nothing more.
    fn expire_lease(&self, can_ask: bool, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Submitting])?;
        self.expect_due(now)?;
        let mut change = self.lose_sight(can_ask, now);
        change.guards.push(Guard::DueBy(now));
        Ok(change)
    }

    /// T7.
    fn pass_horizon(&self, jitter: Jitter, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Unknown])?;
        self.expect_due(now)?;
        self.expect_silence(now)?;
        let mut change = self.retry_or_fail(Rule::T7, Failure::TimedOut, jitter, now);
        change.guards.push(Guard::DueBy(now));
        Ok(change)
    }

    /// T8. The worker that finds the file goes on to deliver it, so the first attempt is claimed with it.
    fn succeed(
        &self,
        file: RenderedFile,
        deliver_until: Timestamp,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.expect(&[Stage::Running])?;
        Ok(self.go(Rule::T8, Stage::Rendered, now, |job| {
            job.billed_milli = file.billed_milli;
            job.result = Some(file);
            job.delivery_tries = 1;
            job.edit_unsure = true;
            job.due_at = Some(deliver_until);
        }))
    }

    /// T7 and T9: once more if it may help and there is time, else the credits go back.
    fn retry_or_fail(&self, rule: Rule, failure: Failure, jitter: Jitter, now: Timestamp) -> Change {
        let losses = self.losses.saturating_add(1);
        let at = now.after(backoff(losses, None, jitter));
        if !failure.may_pass() || losses >= LOSSES_MAX || at >= self.give_up_at {
            return self.fail(rule, failure, now);
        }
        self.go(rule, Stage::Queued, now, |job| {
            job.losses = losses;
            job.passed = job.passed_for_now();
            job.task = None;
            job.running_since = None;
            job.vain_polls = 0;
            job.due_at = Some(at);
        })
    }

    /// An attempt to deliver.
    fn claim_delivery(&self, deliver_until: Timestamp, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Rendered])?;
        self.expect_due(now)?;
        let tries = self.delivery_tries.saturating_add(1);
        let mut change = self.stay(Rule::Deliver, now, |job| {
            job.delivery_tries = tries;
            job.edit_unsure = true;
            job.due_at = Some(deliver_until);
        });
        change.guards.push(Guard::DueBy(now));
        Ok(change)
    }

    /// Delivery later, but never so late that its time is up unseen, whatever the other side wishes.
    fn postpone(
        &self,
        unsure: bool,
        retry_after: Option<Millis>,
        jitter: Jitter,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.expect(&[Stage::Rendered])?;
        let at = now.after(backoff(self.delivery_tries, retry_after, jitter));
        let latest = self
            .settle_at
            .max(now.after(backoff(self.delivery_tries, None, jitter)));
        Ok(self.stay(Rule::Postpone, now, |job| {
            job.edit_unsure = unsure;
            job.due_at = Some(at.min(latest));
        }))
    }

    /// T15. A worker that may still hold the lease is waited for; a stored video is charged, not thrown away.
    fn time_up(&self, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[
            Stage::Queued,
            Stage::Submitting,
            Stage::Unknown,
            Stage::Running,
            Stage::Rendered,
        ])?;
        self.expect_due(now)?;
        let not_before = match self.stage {
            Stage::Queued => self.give_up_at,
            Stage::Submitting
            | Stage::Unknown
            | Stage::Running
            | Stage::Rendered
            | Stage::Delivered
            | Stage::Stored
            | Stage::Parked
            | Stage::Failed
            | Stage::Canceled => self.settle_at,
        };
        if now < not_before {
            return Err(Refused::NotBefore(not_before));
        }
        let failure = self.failure.unwrap_or(Failure::TimedOut);
        let mut change = self.fail(Rule::T15, failure, now);
        change.guards.push(Guard::DueBy(now));
        Ok(change)
    }

    /// An attempt to tell. When there have been enough, nobody is told any more.
    fn claim_telling(&self, until: Timestamp, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Failed])?;
        self.expect_due(now)?;
        if self.tell_tries >= TELL_TRIES_MAX {
            return Ok(self.stay(Rule::Told, now, |job| job.due_at = None));
        }
        let tries = self.tell_tries.saturating_add(1);
        let spaced = until.after(backoff(tries, None, Jitter(0)));
        let mut change = self.stay(Rule::Tell, now, |job| {
            job.tell_tries = tries;
            job.due_at = Some(spaced);
        });
        change.guards.push(Guard::TellTries(self.tell_tries));
        Ok(change)
    }

    /// Told later.
    fn postpone_telling(
        &self,
        retry_after: Option<Millis>,
        jitter: Jitter,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.expect(&[Stage::Failed])?;
        let spaced = backoff(self.tell_tries, retry_after, jitter);
        Ok(self.stay(Rule::Tell, now, |job| job.due_at = Some(now.after(spaced))))
    }

    /// There is nothing more to do.
    fn told(&self, now: Timestamp) -> Result<Change, Refused> {
        self.expect(&[Stage::Failed])?;
        Ok(self.stay(Rule::Told, now, |job| job.due_at = None))
    }

    fn expect(&self, stages: &[Stage]) -> Result<(), Refused> {
        if stages.contains(&self.stage) {
            Ok(())
        } else {
            Err(Refused::WrongStage(self.stage))
        }
    }

    fn expect_fence(&self, fence: Fence) -> Result<(), Refused> {
        if self.fence == fence {
            Ok(())
        } else {
            Err(Refused::OtherFence(self.fence))
        }
    }

    fn expect_due(&self, now: Timestamp) -> Result<(), Refused> {
        match self.due_at {
            Some(due_at) if due_at <= now => Ok(()),
            Some(due_at) => Err(Refused::NotBefore(due_at)),
            None => Err(Refused::WrongStage(self.stage)),
        }
    }

    /// A change under the guards that every change has: nobody else has moved the job since it was read.
    fn stay(&self, rule: Rule, at: Timestamp, edit: impl FnOnce(&mut Self)) -> Change {
        let mut after = self.clone();
        edit(&mut after);
        if rule.is_transition() {
            after.timeline.push(Mark {
                rule,
                stage: after.stage,
                fence: after.fence,
                at,
            });
        }
        Change {
            rule,
            at,
            guards: vec![Guard::Stage(self.stage), Guard::Fence(self.fence)],
            after,
            settlement: None,
            draft: None,
        }
    }

    /// A change of stage.
    fn go(&self, rule: Rule, to: Stage, at: Timestamp, edit: impl FnOnce(&mut Self)) -> Change {
        self.stay(rule, at, |job| {
            job.stage = to;
            edit(job);
        })
    }

    /// A change to a final stage, with its settlement.
    fn settle(
        &self,
        rule: Rule,
        to: Stage,
        settlement: Settlement,
        at: Timestamp,
        edit: impl FnOnce(&mut Self),
    ) -> Change {
        let mut change = self.go(rule, to, at, |job| {
            job.due_at = None;
            job.result = None;
            edit(job);
        });
        change.settlement = Some(settlement);
        change.draft = self.draft_after(settlement, change.after.failure, at);
        change
    }

    /// It came to nothing: the credits go back at once, and the customer is to be told.
    fn fail(&self, rule: Rule, failure: Failure, at: Timestamp) -> Change {
        self.settle(rule, Stage::Failed, Settlement::Release, at, |job| {
            job.failure = Some(failure);
            job.due_at = Some(at);
        })
    }
}

mod again;
mod lost;
mod waiting;
mod words;

#[cfg(test)]
mod tests;
