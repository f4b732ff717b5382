//! What counters are called, and how a job notes where it was counted.

use std::fmt;

use crate::id::UserId;

/// The name of a counter. Stored on the job, so that the release finds it.
///
/// `videos#1795197600` is a window that began then (Unix seconds), `videos#~1795197600` a step of a sliding window,
/// `renders#open` what is open, and `spend#1795197600@3` the fourth row of what all use together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowKey(pub String);

/// Between the name of a limit and what is counted on the row.
pub(super) const WINDOW: char = '#';
/// Before the time at which a step began.
pub(super) const STEP: char = '~';
/// Instead of a window, where what is open is counted.
pub(super) const OPEN: &str = "open";
/// Before the number of a row of what all use together.
pub(super) const SHARD: char = '@';

impl WindowKey {
    /// The row that the counter stands on: a sliding window has one row for all its steps.
    pub fn row(&self) -> &str {
        match self.step() {
            Some((row, _)) => row,
            None => &self.0,
        }
    }

    /// The row, and when the step began that is meant, in Unix seconds; `None` where there are no steps.
    pub fn step(&self) -> Option<(&str, i64)> {
        let at = self.0.rfind(STEP)?;
        let (row, began) = self.0.split_at(at.checked_add(STEP.len_utf8())?);
        Some((row, began.parse().ok()?))
    }

    /// Whether it counts what is open, and is given back however the order ends.
    pub fn is_open(&self) -> bool {
        self.0
            .rsplit_once(WINDOW)
            .is_some_and(|(_, window)| window == OPEN)
    }

    /// Whether it counts what all customers use together.
    pub fn is_shared(&self) -> bool {
        self.shard().is_some()
    }

    fn shard(&self) -> Option<u16> {
        let (_, shard) = self.0.rsplit_once(SHARD)?;
        shard.parse().ok()
    }

    /// Whose row it is: the customer's, or one of those that belong to all, which have numbers below 0.
    pub fn owner(&self, user: UserId) -> UserId {
        self.shard()
            .map_or(user, |shard| UserId((-1_i64).saturating_sub(i64::from(shard))))
    }
}

/// How much of something was counted where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The counter.
    pub key: WindowKey,
    /// How much.
    pub amount: u64,
}

/// Between a counter's name and how much was counted, where that is not 1.
const TIMES: char = '*';

impl Counted {
    /// Reads what [`Display`](fmt::Display) wrote; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (key, amount) = match text.rsplit_once(TIMES) {
            Some((key, amount)) => (key, amount.parse().ok()?),
            None => (text, 1),
        };
        Some(Self {
            key: WindowKey(key.to_owned()),
            amount,
        })
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount {
            1 => f.write_str(&self.key.0),
            amount => write!(f, "{}{TIMES}{amount}", self.key.0),
        }
    }
}
