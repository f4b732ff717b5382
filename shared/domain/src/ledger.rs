//! The ledger: one immutable entry for every change of an account's credits. **An entry's key is its idempotency**: a
//! second attempt at the same change finds the key taken. Folding a user's entries gives the balance (invariant I14).

use std::fmt;

use crate::account::Balance;
use crate::id::JobId;
use crate::money::Credits;
use crate::time::Timestamp;

/// What happened to the credits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The newcomer's gift, once for ever.
    Signup,
    /// Credits given by an operator, once per request.
    Adjust(String),
    /// Set aside for a job.
    Hold(JobId),
    /// Spent: the job's video was delivered or parked.
    Capture(JobId),
    /// Given back: the job failed or was canceled.
    Release(JobId),
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened, and to what.
    pub key: Key,
    /// How many credits.
    pub amount: Credits,
    /// When.
    pub at: Timestamp,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signup => f.write_str("grant#signup"),
            Self::Adjust(request) => write!(f, "adjust#{request}"),
            Self::Hold(job) => write!(f, "hold#{job}"),
            Self::Capture(job) => write!(f, "capture#{job}"),
            Self::Release(job) => write!(f, "release#{job}"),
        }
    }
}

impl Key {
    /// Reads a stored key; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('#')? {
            ("grant", "signup") => Some(Self::Signup),
            ("adjust", request) => Some(Self::Adjust(request.to_owned())),
            ("hold", job) => JobId::parse(job).map(Self::Hold),
            ("capture", job) => JobId::parse(job).map(Self::Capture),
            ("release", job) => JobId::parse(job).map(Self::Release),
            _ => None,
        }
    }
}

/// Why a balance cannot take an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsound {
    /// It would set aside more than there is.
    NotEnoughAvailable,
    /// It would spend or give back more than is set aside.
    NotEnoughHeld,
    /// A sum would not fit.
    Overflow,
}

impl Balance {
    /// The balance after one entry.
    pub fn apply(self, key: &Key, amount: Credits) -> Result<Self, Unsound> {
        let mut after = self;
        match key {
            Key::Signup | Key::Adjust(_) => {
                after.available = self.available.plus(amount).ok_or(Unsound::Overflow)?;
                after.granted = self.granted.plus(amount).ok_or(Unsound::Overflow)?;
            }
            Key::Hold(_) => {
                after.available = self.available.minus(amount).ok_or(Unsound::NotEnoughAvailable)?;
                after.held = self.held.plus(amount).ok_or(Unsound::Overflow)?;
            }
            Key::Capture(_) => {
                after.held = self.held.minus(amount).ok_or(Unsound::NotEnoughHeld)?;
                after.captured = self.captured.plus(amount).ok_or(Unsound::Overflow)?;
            }
            Key::Release(_) => {
                after.held = self.held.minus(amount).ok_or(Unsound::NotEnoughHeld)?;
                after.available = self.available.plus(amount).ok_or(Unsound::Overflow)?;
            }
        }
        Ok(after)
    }

    /// The balance that a whole ledger folds to, in whatever order its entries come.
    pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Self, Unsound> {
        let mut sums = Sums::default();
        for entry in entries {
            let sum = match entry.key {
                Key::Signup | Key::Adjust(_) => &mut sums.granted,
                Key::Hold(_) => &mut sums.holds,
                Key::Capture(_) => &mut sums.captured,
                Key::Release(_) => &mut sums.released,
            };
            *sum = sum.plus(entry.amount).ok_or(Unsound::Overflow)?;
        }
        let held = sums
            .holds
            .minus(sums.captured)
            .and_then(|held| held.minus(sums.released));
        let held = held.ok_or(Unsound::NotEnoughHeld)?;
        let available = sums
            .granted
            .minus(sums.captured)
            .and_then(|rest| rest.minus(held));
        let available = available.ok_or(Unsound::NotEnoughAvailable)?;
        Ok(Self {
            available,
            held,
            captured: sums.captured,
            granted: sums.granted,
        })
    }
}

/// Totals by kind of entry.
#[derive(Default)]
struct Sums {
    granted: Credits,
    holds: Credits,
    captured: Credits,
    released: Credits,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{NONCE_CHARS, Nonce, UserId};
    use proptest::prelude::*;

    fn job(n: u8) -> JobId {
        JobId {
            user: UserId(7),
            nonce: Nonce::from_random([n; NONCE_CHARS]),
        }
    }

    fn key_of(kind: u8) -> Key {
        match kind {
            0 => Key::Signup,
            1 => Key::Hold(job(1)),
            2 => Key::Capture(job(1)),
            _ => Key::Release(job(1)),
        }
    }

    #[test]
    fn every_key_reads_back_as_written() {
        for key in [
            Key::Signup,
            Key::Adjust("r1".into()),
            Key::Hold(job(1)),
            Key::Capture(job(1)),
            Key::Release(job(1)),
        ] {
            assert_eq!(Key::parse(&key.to_string()), Some(key));
        }
        assert_eq!(Key::parse("hold#nonsense"), None);
        assert_eq!(Key::parse("grant#else"), None);
    }

    #[test]
    fn nobody_spends_what_they_do_not_have() {
        let poor = Balance {
            available: Credits(1),
            granted: Credits(1),
            ..Balance::default()
        };
        assert_eq!(
            poor.apply(&Key::Hold(job(1)), Credits(2)),
            Err(Unsound::NotEnoughAvailable)
        );
        assert_eq!(
            poor.apply(&Key::Capture(job(1)), Credits(1)),
            Err(Unsound::NotEnoughHeld)
        );
        assert_eq!(
            poor.apply(&Key::Release(job(1)), Credits(1)),
            Err(Unsound::NotEnoughHeld)
        );
    }

    #[test]
    fn four_thousand_million_credits_are_refused_and_do_not_wrap() {
        let rich = Balance {
            available: Credits(u32::MAX),
            granted: Credits(u32::MAX),
            ..Balance::default()
        };
        assert_eq!(rich.apply(&Key::Signup, Credits(1)), Err(Unsound::Overflow));
    }

    proptest! {
        /// The fold of the entries that were accepted one by one is the balance that they led to, in any order.
        #[test]
        fn the_fold_is_the_balance(steps in prop::collection::vec((0_u8..4, 0_u32..5), 0..60)) {
            let mut balance = Balance::default();
            let mut entries = Vec::new();
            for (kind, amount) in steps {
                let (key, amount) = (key_of(kind), Credits(amount));
                if let Ok(after) = balance.apply(&key, amount) {
                    balance = after;
                    entries.insert(0, Entry { key, amount, at: Timestamp(0) });
                }
            }
            prop_assert_eq!(Balance::fold(&entries), Ok(balance));
        }

        /// Whatever is done in whatever order, a step is either refused or leaves sound books.
        #[test]
        fn books_stay_sound(steps in prop::collection::vec((0_u8..4, 0_u32..5), 0..60)) {
            let mut balance = Balance::default();
            for (kind, amount) in steps {
                let key = key_of(kind);
                if let Ok(after) = balance.apply(&key, Credits(amount)) {
                    prop_assert!(after.is_sound(), "{:?} then {:?} of {}", balance, key, amount);
                    balance = after;
                }
            }
        }
    }
}
