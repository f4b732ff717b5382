//! How often one caller may ask: a bucket of tokens each, filled steadily.
//!
//! The buckets lie in this Lambda's memory, so the limit holds per environment, and all environments together let
//! through as many times that. It is to keep one runaway client from crowding out the others; what bounds the whole is
//! the function's reserved concurrency. A count in a table would cost every request a write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::time::Timestamp;

/// Requests that a caller may have in one go.
pub const BURST: u32 = 60;
/// Requests a second that a caller may go on with.
pub const PER_SECOND: u32 = 20;
/// Buckets that are kept; beyond that, the full ones are forgotten, which changes nothing.
const CALLERS_MAX: usize = 10_000;

/// A token's worth, so that nothing is lost in rounding: of so many tokens a minute, as many of these come in each ms.
const TOKEN: i64 = 60_000;

/// Everybody's bucket.
#[derive(Debug)]
pub struct Rates {
    burst: u32,
    per_minute: u32,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    level: i64,
    at: Timestamp,
}

impl Default for Rates {
    fn default() -> Self {
        Self::of(BURST)
    }
}

impl Rates {
    /// Buckets of another size.
    pub fn of(burst: u32) -> Self {
        Self::slow(burst, PER_SECOND.saturating_mul(60))
    }

    /// Buckets that fill by so many tokens a minute.
    pub fn slow(burst: u32, per_minute: u32) -> Self {
        Self {
            burst,
            per_minute,
            buckets: Mutex::default(),
        }
    }

    fn full(&self) -> i64 {
        i64::from(self.burst).saturating_mul(TOKEN)
    }

    /// Takes a token; `Err` with the seconds after which there is one again.
    pub fn take(&self, caller: &str, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CALLERS_MAX && !buckets.contains_key(caller) {
            buckets.retain(|_, bucket| self.level(*bucket, now) < self.full());
        }
        let new = Bucket {
            level: self.full(),
            at: now,
        };
        let bucket = buckets.entry(caller.to_owned()).or_insert(new);
        let level = self.level(*bucket, now);
        let left = level.saturating_sub(TOKEN);
        let taken = left >= 0;
        *bucket = Bucket {
            level: if taken { left } else { level },
            at: now,
        };
        if taken { Ok(()) } else { Err(self.seconds(left)) }
    }

    /// How full a bucket is by now.
    fn level(&self, bucket: Bucket, now: Timestamp) -> i64 {
        let passed = now.since(bucket.at).0.max(0);
        let came = passed.saturating_mul(i64::from(self.per_minute));
        bucket.level.saturating_add(came).min(self.full())
    }

    /// After how many whole seconds a lack is made up for.
    fn seconds(&self, lack: i64) -> u32 {
        let per_second = i64::from(self.per_minute).saturating_mul(1000);
        let seconds = lack
            .saturating_neg()
            .saturating_add(per_second)
            .saturating_sub(1)
            .div_euclid(per_second.max(1));
        u32::try_from(seconds).unwrap_or(1).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_the_next_is_told_when_to_come_back() {
        let rates = Rates::of(3);
        let now = Timestamp(1_000_000);
        assert_eq!([(); 3].map(|()| rates.take("anna", now)), [Ok(()); 3]);
        assert_eq!(rates.take("anna", now), Err(1));
        assert_eq!(
            rates.take("boris", now),
            Ok(()),
            "another caller has another bucket"
        );
        let later = Timestamp(1_000_000 + 1000 / i64::from(PER_SECOND));
        assert_eq!(rates.take("anna", later), Ok(()));
        assert_eq!(rates.take("anna", later), Err(1));
    }

    #[test]
    fn a_bucket_fills_up_to_its_brim_and_not_beyond() {
        let rates = Rates::of(2);
        assert_eq!(rates.take("anna", Timestamp(0)), Ok(()));
        let late = Timestamp(86_400_000);
        assert_eq!([(); 2].map(|()| rates.take("anna", late)), [Ok(()); 2]);
        assert!(rates.take("anna", late).is_err());
    }

    #[test]
    fn a_slow_bucket_says_how_long_its_next_token_takes() {
        let rates = Rates::slow(1, 12);
        assert_eq!(rates.take("anna", Timestamp(0)), Ok(()));
        assert_eq!(rates.take("anna", Timestamp(0)), Err(5));
        assert_eq!(rates.take("anna", Timestamp(4_000)), Err(1));
        assert_eq!(rates.take("anna", Timestamp(5_000)), Ok(()));
    }

    #[test]
    fn a_clock_that_goes_back_fills_nothing() {
        let rates = Rates::of(1);
        assert_eq!(rates.take("anna", Timestamp(1000)), Ok(()));
        assert!(rates.take("anna", Timestamp(0)).is_err());
    }

    #[test]
    fn many_callers_do_not_make_it_forget_who_has_used_theirs_up() {
        let rates = Rates::of(1);
        assert_eq!(rates.take("anna", Timestamp(0)), Ok(()));
        for caller in 0..CALLERS_MAX {
            let _ = rates.take(&caller.to_string(), Timestamp(0));
        }
        assert!(rates.take("anna", Timestamp(0)).is_err());
    }
}
