//! Which of the open orders operators look for.

use super::Job;
use crate::time::{Millis, Timestamp};

/// For how long an order is due before it counts as stuck: by then a worker and cleanup have had their turns.
pub const STUCK_AFTER: Millis = Millis::from_mins(3);

/// Which of the open orders are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// All that are not settled.
    Open,
    /// Those that somebody should have gone on with for [`STUCK_AFTER`].
    Stuck,
    /// Those whose time is up, whenever somebody goes on with them, and that are not settled yet.
    Expired,
}

impl Wait {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Open, Self::Stuck, Self::Expired];

    /// Its name in questions: `stuck`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Stuck => "stuck",
            Self::Expired => "expired",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wait| wait.as_str() == name)
    }

    /// When an order is due at the latest that may be such a one.
    pub fn due_by(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Open | Self::Expired => Timestamp(i64::MAX),
            Self::Stuck => Timestamp(now.0.saturating_sub(STUCK_AFTER.0)),
        }
    }

    /// Whether an order is such a one.
    pub fn fits(self, job: &Job, now: Timestamp) -> bool {
        let is_due = || job.due_at.is_some_and(|due| due <= self.due_by(now));
        let fits = match self {
            Self::Open => true,
            Self::Stuck => is_due(),
            Self::Expired => job.settle_at <= now,
        };
        fits && !job.stage.is_final()
    }
}
