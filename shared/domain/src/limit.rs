//! Limits: how much of something may be used, by whom, and within what time.
//!
//! What is used is counted on rows, one for each limit and window. A job remembers every row on which it is counted and
//! with how much, so that what is given back goes to where it came from, once, whatever the limits have become since.

use std::collections::BTreeMap;

use crate::time::{Millis, Timestamp};
use crate::window::{Schedule, Sliding, Window};

mod counter;
mod total;

pub use counter::{Counted, WindowKey};
use counter::{OPEN, SHARD, STEP, WINDOW};
pub use total::Total;

/// How much may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name in counters and messages.
    pub id: String,
    /// What is counted.
    pub measure: Measure,
    /// How much of it is allowed at once or in one window, in the measure's units.
    pub max: u64,
    /// Within what time.
    pub span: Span,
    /// What happens when there is no more.
    pub mode: Mode,
    /// From which share of `max` on the customer is warned, in percent.
    pub warn_percent: Option<u8>,
    /// Whose uses are counted together.
    pub whose: Whose,
    /// Only what this provider makes is counted; everything if `None`.
    pub provider: Option<String>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Orders, each as 1.
    Requests,
    /// Tokens, as the model's price row has them.
    Tokens,
    /// Millionths of a US dollar that the provider is expected to charge.
    MicroUsd,
}

/// Within what time uses are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Within windows that begin by the clock.
    Fixed(Schedule),
    /// Within the time just past.
    Sliding(Sliding),
    /// As long as an order is open.
    Open,
}

/// What happens when there is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The order is refused.
    Hard,
    /// The order is taken, and the customer told.
    Soft,
    /// The order is taken, and only the operator told.
    Monitor,
}

/// Whose uses are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Each customer's by themselves.
    Each,
    /// Everybody's, on so many rows that none of them is hot. Each row takes its part of `max`, and the first ones what is
    /// left over.
    All {
        /// How many rows.
        shards: u16,
    },
}

/// What stands on a counter's row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// What is used, where there are no steps.
    pub used: u64,
    /// What was used in each step, by when it began, in Unix seconds.
    pub steps: BTreeMap<i64, u64>,
    /// Grows with everything that is counted in steps.
    pub revision: u64,
}

/// The rows as read, by their names; a missing one has counted nothing.
pub type Counts = BTreeMap<String, Count>;

/// What is used of a limit, as read, and what an order would use of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The limit.
    pub limit: Limit,
    /// Where the order would be counted.
    pub key: WindowKey,
    /// How much it would be counted as.
    pub amount: u64,
    /// How much is used.
    pub used: u64,
    /// How much may be used on this row.
    pub max: u64,
    /// When there is more: at the window's end, or when as much of a sliding one is old enough as is missing. `None` where
    /// it is when an order ends.
    pub resets_at: Option<Timestamp>,
    /// Steps that count no more, and can be forgotten.
    pub forgotten: Vec<i64>,
    /// The row's revision, where there are steps.
    pub revision: u64,
}

/// A use to be counted together with the job's acceptance, if there is still room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Where, and how much.
    pub counted: Counted,
    /// Under what condition.
    pub bound: Bound,
    /// Steps that count no more, and can be forgotten.
    pub forgotten: Vec<i64>,
    /// When the use counts no more; the row may be forgotten some time after.
    pub ends_at: Timestamp,
}

/// Under what condition a use may be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The row has at most this before.
    AtMost(u64),
    /// The row is as it was read.
    Unchanged(u64),
    /// Under none.
    Free,
}

/// How long an order is open at most, counted from its acceptance: after that its counter may be forgotten.
const OPEN_FOR: Millis = Millis::from_mins(31 * 24 * 60);

impl Limit {
    /// So many orders of each customer within a window, and no more.
    pub fn orders(id: &str, max: u64, schedule: Schedule) -> Self {
        Self {
            id: id.to_owned(),
            measure: Measure::Requests,
            max,
            span: Span::Fixed(schedule),
            mode: Mode::Hard,
            warn_percent: None,
            whose: Whose::Each,
            provider: None,
        }
    }

    /// The names of the rows that tell how much is used now.
    pub fn rows(&self, now: Timestamp) -> Vec<WindowKey> {
        match self.whose {
            Whose::Each => vec![self.key(now, None)],
            Whose::All { shards } => (0..shards).map(|shard| self.key(now, Some(shard))).collect(),
        }
    }

    /// The counter of a use at a moment.
    pub fn key(&self, now: Timestamp, shard: Option<u16>) -> WindowKey {
        let id = &self.id;
        let key = match &self.span {
            Span::Fixed(schedule) => {
                let began = schedule.window_at(now).starts_at.seconds();
                format!("{id}{WINDOW}{began}")
            }
            Span::Sliding(sliding) => {
                let began = sliding.step_at(now).seconds();
                format!("{id}{WINDOW}{STEP}{began}")
            }
            Span::Open => format!("{id}{WINDOW}{OPEN}"),
        };
        WindowKey(match shard {
            Some(shard) => format!("{key}{SHARD}{shard}"),
            None => key,
        })
    }

    /// What is used of it now, and what `amount` more would be. `start` is a number at random: which row is tried first
    /// where there are several.
    pub fn usage(&self, amount: u64, counts: &Counts, start: u16, now: Timestamp) -> Usage {
        match self.whose {
            Whose::Each => self.usage_on(self.key(now, None), self.max, amount, counts, now),
            Whose::All { shards } => {
                let shards = shards.max(1);
                let on = |shard: u16| {
                    let part = part(self.max, shards, shard);
                    self.usage_on(self.key(now, Some(shard)), part, amount, counts, now)
                };
                let order =
                    (0..shards).map(|shard| shard.wrapping_add(start).checked_rem(shards).unwrap_or(0));
                let mut rows = order.map(on);
                let first = rows.next();
                let roomy = first.iter().find(|usage| usage.has_room()).cloned();
                roomy
                    .or_else(|| rows.find(Usage::has_room))
                    .or(first)
                    .unwrap_or_else(|| on(0))
            }
        }
    }

    fn usage_on(&self, key: WindowKey, max: u64, amount: u64, counts: &Counts, now: Timestamp) -> Usage {
        let count = counts.get(key.row()).cloned().unwrap_or_default();
        let mut usage = Usage {
            limit: self.clone(),
            amount,
            used: count.used,
            max,
            resets_at: None,
            forgotten: Vec::new(),
            revision: count.revision,
            key,
        };
        match &self.span {
            Span::Open => {}
            Span::Fixed(schedule) => usage.resets_at = Some(schedule.window_at(now).ends_at),
            Span::Sliding(sliding) => usage.slide(*sliding, &count, now),
        }
        usage
    }

    /// The window that holds now, where windows begin by the clock.
    pub fn window_at(&self, now: Timestamp) -> Option<Window> {
        match &self.span {
            Span::Fixed(schedule) => Some(schedule.window_at(now)),
            Span::Sliding(_) | Span::Open => None,
        }
    }
}

/// What one of so many rows takes of a limit. All of them together take all of it.
fn part(max: u64, shards: u16, shard: u16) -> u64 {
    let shards = u64::from(shards.max(1));
    let each = max.checked_div(shards).unwrap_or(0);
    let over = max.checked_rem(shards).unwrap_or(0);
    each.saturating_add(u64::from(u64::from(shard) < over))
}

impl Usage {
    /// How much is left.
    pub fn left(&self) -> u64 {
        self.max.saturating_sub(self.used)
    }

    /// Whether what the order would use is left.
    pub fn has_room(&self) -> bool {
        self.amount <= self.left()
    }

    /// Whether the limit forbids the order.
    pub fn forbids(&self) -> bool {
        self.limit.mode == Mode::Hard && !self.has_room()
    }

    /// Whether the customer is to be warned: as much is used as the limit says, or a soft one is used up.
    pub fn warns(&self) -> bool {
        let share = self.limit.warn_percent.map(u64::from);
        let reached = share.is_some_and(|share| {
            self.used.saturating_mul(100) >= self.max.saturating_mul(share) && self.max > 0
        });
        match self.limit.mode {
            Mode::Hard => reached,
            Mode::Soft => reached || !self.has_room(),
            Mode::Monitor => false,
        }
    }

    /// Whether a limit that forbids nothing is passed by this order, for the operator to know.
    pub fn is_passed(&self) -> bool {
        self.limit.mode != Mode::Hard && !self.has_room()
    }

    /// The use as it is to be counted.
    pub fn reservation(&self, now: Timestamp) -> Reservation {
        let bound = match (self.limit.mode, &self.limit.span) {
            (Mode::Soft | Mode::Monitor, _) => Bound::Free,
            (Mode::Hard, Span::Sliding(_)) => Bound::Unchanged(self.revision),
            (Mode::Hard, Span::Fixed(_) | Span::Open) => Bound::AtMost(self.max.saturating_sub(self.amount)),
        };
        let ends_at = match &self.limit.span {
            Span::Fixed(schedule) => schedule.window_at(now).ends_at,
            Span::Sliding(sliding) => sliding.forgets_at(sliding.step_at(now)),
            Span::Open => now.after(OPEN_FOR),
        };
        Reservation {
            counted: Counted {
                key: self.key.clone(),
                amount: self.amount,
            },
            bound,
            forgotten: self.forgotten.clone(),
            ends_at,
        }
    }

    /// What of a sliding window's steps still counts, and when enough of them is forgotten.
    fn slide(&mut self, sliding: Sliding, count: &Count, now: Timestamp) {
        let forgets_at = |began: i64| sliding.forgets_at(Timestamp::from_seconds(began));
        let (counts, forgotten): (Vec<_>, Vec<_>) = count
            .steps
            .iter()
            .map(|(began, used)| (*began, *used))
            .partition(|(began, _)| now < forgets_at(*began));
        self.forgotten = forgotten.into_iter().map(|(began, _)| began).collect();
        self.used = counts
            .iter()
            .fold(0, |sum: u64, (_, used)| sum.saturating_add(*used));
        let mut missing = self
            .used
            .saturating_add(self.amount.max(1))
            .saturating_sub(self.max);
        for (began, used) in counts {
            if missing == 0 {
                break;
            }
            self.resets_at = Some(forgets_at(began));
            missing = missing.saturating_sub(used);
        }
    }
}

#[cfg(test)]
mod tests;
