//! What a worker does, as `app::workshop` does it: what the job wants next is asked of `domain::job::next_step`, what an
//! answer from outside comes to of `Job::apply`. Between two writes there is at most one call.

use std::sync::Arc;

use domain::job::{Event, Failure, Job, Settlement, Stage, Step, next_step};
use domain::time::Jitter;

use super::Order;
use super::ask::{find, look_up, render, silence};
use super::deliver::{edit, keep, later, probe, send};
use super::state::{Call, Hand, Message, Pending, Render, Sin, State};
use crate::row::{Decided, Row};
use crate::tables::Written;
use crate::time::{Clock, LEASE, NOW, OTHER, round};

/// No dice: pauses are all as long as they have to be for the next moment.
pub(super) const JITTER: Jitter = Jitter(0);

/// What comes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is answered, as things stand outside.
    Answered,
    /// It has its effect, and the answer is lost.
    Unheard,
    /// The answer is lost, and the request is still on its way.
    OnItsWay,
    /// Request and answer are lost.
    Lost,
    /// Not now: it has no effect.
    NotNow,
    /// It is answered with what is of no use.
    Useless,
    /// The words are refused for what they are about.
    Moderated,
    /// Whoever was asked refuses until an operator acts.
    TurnedAway,
}

/// Who may be writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A worker.
    Worker(usize),
    /// Cleanup.
    Cleanup,
    /// Whoever takes callbacks.
    Desk,
    /// Whoever answers a tap.
    Tap(usize),
}

/// What a worker goes on with after a decision.
pub(super) enum Next {
    /// It is written, and then this is called, or whatever the job wants.
    Write(Event, Option<Call>),
    /// A call.
    Call(Call),
}

impl Order {
    /// An event that was decided on; `None` if it changes nothing.
    pub(crate) fn decide(job: usize, row: &Row, event: Event, then: Option<Call>) -> Option<Pending> {
        let mut change = row.apply(event, NOW).ok()?;
        let mut before = row.clone();
        forget_before(before.edit(), &mut change.after);
        Some(Pending {
            job,
            about: row.fence,
            then,
            decided: Decided {
                before,
                change: Arc::new(change),
            },
        })
    }

    /// What a worker that knows a job like this does next.
    pub(super) fn step(&self, job: usize, row: &Row, called_back: bool) -> Hand {
        let step = match next_step(row, NOW) {
            Step::WaitUntil(_) if called_back && row.stage == Stage::Running => Step::Poll,
            step => step,
        };
        let write = |event| Next::Write(event, None);
        let next = match step {
            Step::Rest | Step::WaitUntil(_) => return Hand::Idle,
            // As if all routes were left alone for a while: the bound of the model.
            Step::Submit if row.fence.0 >= self.attempts => return Hand::Idle,
            Step::Submit => {
                let way = row.ways().into_iter().next().flatten();
                let lease_until = LEASE;
                Next::Write(Event::Claim { lease_until, way }, Some(Call::Submit))
            }
            Step::ExpireLease => write(Event::LeaseExpired { can_ask: self.finds }),
            Step::Find | Step::PassHorizon if !self.finds => write(silence(row)),
            Step::Find | Step::PassHorizon => Next::Call(Call::Find),
            Step::Poll => Next::Call(Call::LookUp { called_back }),
            Step::Deliver => {
                let claim = Event::ClaimDelivery { deliver_until: LEASE };
                let was_unsure = row.edit_unsure;
                let then = if row.order.makes.is_words() {
                    edit(was_unsure)
                } else {
                    Call::LookAtFile { was_unsure }
                };
                Next::Write(claim, Some(then))
            }
            Step::Park => write(Event::Park),
            Step::Settle => write(Event::TimeUp),
            Step::Tell => Next::Write(Event::ClaimTelling { until: LEASE }, Some(Call::Tell)),
        };
        Self::take_up(job, row, next)
    }

    fn take_up(job: usize, row: &Row, next: Next) -> Hand {
        match next {
            Next::Write(event, then) => Self::decide(job, row, event, then).map_or(Hand::Idle, Hand::Write),
            Next::Call(call) => Hand::Call {
                job,
                row: row.clone(),
                call,
            },
        }
    }

    /// A write that was decided on, by whomever.
    pub(super) fn write(&self, state: &mut State, who: Who, pending: &Pending) -> bool {
        let job = pending.job;
        let Some(before) = state.tables.job(job).cloned() else {
            return false;
        };
        let video_stands = state
            .worlds
            .get(job)
            .is_some_and(|world| world.messages.contains(&Message::Video));
        let change = &pending.decided.change;
        match state.tables.write(job, &pending.decided, self.broken) {
            Written::Yes => {}
            Written::Moved => return false,
            Written::Unsound => {
                state.sins.add(Sin::Unsound);
                return false;
            }
        }
        if before.stage.is_final() && before.stage != change.after.stage {
            state.sins.add(Sin::Undone);
        }
        if before.fence != pending.about {
            state.sins.add(Sin::OtherVerdict);
        }
        // Who cannot be reached, and whose time is long over, is believed not to have seen it.
        let long_over = before.settle_at.after(domain::job::SETTLE_GRACE) <= NOW;
        let is_words = before.order.makes.is_words();
        let is_given_back = change.settlement == Some(Settlement::Release);
        if is_given_back && video_stands && !state.blocked && !long_over && !is_words {
            state.sins.add(Sin::ReleasedSeen);
        }
        if change.after.due_at != pending.decided.before.due_at {
            let is_leased = change.after.due_at.is_some_and(|due| due >= LEASE);
            self.is_due_anew(state, job, Some(who).filter(|_| is_leased));
        }
        true
    }

    /// A worker writes, and goes on with the job as it has written it.
    pub(super) fn worker_writes(&self, state: &mut State, index: usize, pending: &Pending) -> Hand {
        if !self.write(state, Who::Worker(index), pending) {
            return Hand::Idle;
        }
        let job = pending.job;
        let mut row = Row::new(pending.decided.change.after.clone());
        if let Some(world) = state.worlds.get(job) {
            world.clock.set(row.edit());
        }
        match pending.then {
            // Nobody is told any more.
            Some(Call::Tell) if row.due_at.is_none() => Hand::Idle,
            Some(call) => Hand::Call { job, row, call },
            None => self.step(job, &row, false),
        }
    }

    /// What a call comes to, and what the worker makes of it.
    pub(super) fn call(
        &self,
        state: &mut State,
        (job, row): (usize, &Row),
        call: Call,
        outcome: Outcome,
    ) -> Hand {
        let event = |event| Next::Write(event, None);
        let next = match call {
            Call::Submit => event(self.submit(state, job, row, outcome)),
            Call::LookUp { called_back } => look_up(state, job, row, called_back, outcome),
            Call::Find => event(find(state, job, row, outcome)),
            Call::LookAtFile { was_unsure } => match (outcome, render(state, job, row)) {
                (Outcome::NotNow, _) => later(row, was_unsure, Failure::FileGone),
                (_, Render::Done) => Next::Call(edit(was_unsure)),
                _ => Next::Call(Call::Probe(Failure::FileGone)),
            },
            Call::Edit { was_unsure, messages } => {
                self.edit(state, (job, row), (was_unsure, messages), outcome)
            }
            Call::Send { was_unsure, messages } => send(state, (job, row), (was_unsure, messages), outcome),
            Call::Keep { was_unsure } => keep(state, job, row, was_unsure, outcome),
            Call::Probe(failure) => event(probe(state, job, row, failure, outcome)),
            Call::Tell if outcome == Outcome::NotNow => event(Event::PostponeTelling {
                retry_after: None,
                jitter: JITTER,
            }),
            Call::Tell => event(Event::Told),
        };
        Self::take_up(job, row, next)
    }
}

/// Of what a job was before a change, only what tells what the change writes.
fn forget_before(before: &mut Job, after: &mut Job) {
    // Its deadlines are never written.
    Clock::default().set(before);
    Clock::default().set(after);
    if before.due_at != after.due_at {
        before.due_at = Some(OTHER);
    }
    if before.vain_polls != after.vain_polls {
        before.vain_polls = u32::MAX;
    }
    if before.running_since != after.running_since {
        before.running_since = Some(OTHER);
    }
    round(after);
}
