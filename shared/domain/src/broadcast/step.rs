//! One step: a few customers are written to, and what came of it is written down.

use super::{
    BETWEEN_STEPS, Broadcast, Counts, Halt, LEASE, PER_SECOND_MAX, REFUSALS_MAX, RETRY_AFTER_MAX, State,
};
use crate::id::UserId;
use crate::time::{Millis, Timestamp};

/// Whether a step may be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It may: the broadcast as it is once it is ours.
    Ours(Box<Broadcast>),
    /// Not before then: somebody else is at it, or it was just gone on with, or Telegram wants to be left alone.
    NotBefore(Timestamp),
    /// Nobody is to be written to.
    Idle,
}

/// What came of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Telegram has taken it.
    Sent,
    /// They have blocked the bot, or are gone.
    Blocked,
    /// Nobody knows.
    Unsure,
    /// It was refused for what it is.
    Refused,
    /// It surely did not arrive, and may be sent again: there was no connection, or no time.
    NotYet,
    /// The same, and Telegram says after how many seconds.
    TooFast(u32),
    /// The same, and nothing will be taken before an operator acts.
    NoToken,
}

/// What a step has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What came of everybody who was gone through.
    pub counts: Counts,
    /// Whom the walk has come to, if it went on.
    pub cursor: Option<UserId>,
    /// Whether it has come to the end.
    pub walked: bool,
    /// Who surely has no message yet.
    pub owed: Vec<UserId>,
    /// For how long Telegram wants to be left alone.
    pub retry_after_s: Option<u32>,
    /// Whether Telegram did not take the token.
    pub no_token: bool,
}

impl Step {
    /// Takes down what came of a message. `true` if it surely did not arrive, so that nothing stands against another try.
    pub fn add(&mut self, user: UserId, outcome: Outcome) -> bool {
        let counts = &mut self.counts;
        let count = match outcome {
            Outcome::Sent => &mut counts.sent,
            Outcome::Blocked => &mut counts.blocked,
            Outcome::Unsure => &mut counts.unsure,
            Outcome::Refused => &mut counts.refused,
            Outcome::NotYet | Outcome::TooFast(_) | Outcome::NoToken => {
                self.owed.push(user);
                self.no_token |= outcome == Outcome::NoToken;
                if let Outcome::TooFast(seconds) = outcome {
                    self.retry_after_s = self.retry_after_s.max(Some(seconds));
                }
                return true;
            }
        };
        *count = count.saturating_add(1);
        false
    }
}

/// Until when Telegram wants to be left alone by all broadcasts, whichever of them was told so: a step by itself puts its
/// own broadcast off by no more than `BETWEEN_STEPS`.
pub fn quiet_until(broadcasts: &[Broadcast], now: Timestamp) -> Option<Timestamp> {
    let running = broadcasts.iter().filter(|it| it.state == State::Running);
    let latest = running.map(|it| it.due_at).max();
    latest.filter(|at| *at > now.after(BETWEEN_STEPS))
}

impl Broadcast {
    /// Begins a step, if it is time.
    pub fn claim(&self, now: Timestamp) -> Claim {
        if self.state != State::Running {
            return Claim::Idle;
        }
        let free_at = self.lease_until.unwrap_or(self.due_at).max(self.due_at);
        if now < free_at {
            return Claim::NotBefore(free_at);
        }
        Claim::Ours(Box::new(Self {
            fence: self.fence.saturating_add(1),
            lease_until: Some(now.after(LEASE)),
            due_at: now.after(BETWEEN_STEPS),
            ..self.clone()
        }))
    }

    /// How many are written to in one step.
    pub fn quota(&self) -> usize {
        let pace = self.pace.clamp(1, self.per_second.clamp(1, PER_SECOND_MAX));
        usize::try_from(pace).unwrap_or(1)
    }

    /// As it is after a step that was claimed. It ends by itself once everybody was gone through, and stops where Telegram
    /// refuses all that it is given.
    #[must_use]
    pub fn after(&self, step: &Step, now: Timestamp) -> Self {
        let slowed = step.retry_after_s.is_some();
        // Deliveries come first: whoever can wait gives way, by half, and comes back one by one.
        let pace = if slowed {
            self.pace.checked_div(2).unwrap_or(1).max(1)
        } else {
            self.pace.saturating_add(1).min(self.per_second)
        };
        let wait = step.retry_after_s.map_or(Millis(0), |seconds| {
            Millis::from_secs(i64::from(seconds)).min(RETRY_AFTER_MAX)
        });
        // In one step, however many were reached before; or in all, where nobody was: a slow one has few to a step.
        let (max, all) = (u64::from(REFUSALS_MAX), self.counts.plus(step.counts));
        let refused = (step.counts.refused >= max && step.counts.sent == 0)
            || (step.counts.refused > 0 && all.refused >= max && all.sent == 0);
        let halted = match (step.no_token, refused) {
            (true, _) => Some(Halt::NoToken),
            (false, true) => Some(Halt::Refused),
            (false, false) => None,
        };
        let walked = self.walked || step.walked;
        let state = match halted {
            Some(_) => State::Stopped,
            None if walked && step.owed.is_empty() => State::Done,
            None => State::Running,
        };
        let moved = step.counts != Counts::default() || step.cursor.is_some() || state != State::Running;
        Self {
            state,
            halted,
            counts: self.counts.plus(step.counts),
            cursor: step.cursor.or(self.cursor),
            walked,
            owed: step.owed.clone(),
            pace,
            lease_until: None,
            due_at: self.due_at.max(now.after(wait)),
            progressed_at: if moved { now } else { self.progressed_at },
            ..self.clone()
        }
    }
}
