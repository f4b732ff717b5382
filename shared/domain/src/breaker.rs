//! A circuit breaker for one provider: after a run of failures it is left alone for a while, then asked once.

use crate::time::{Millis, Timestamp};

/// Failures in a row after which the provider is left alone.
pub const FAILURES_MAX: u32 = 5;
/// How long it is left alone the first time; doubled each time up to eight times this.
pub const OPEN_FOR: Millis = Millis::from_secs(15);

/// What is known of one provider. Each Lambda keeps its own: the knowledge is cheap to gain and ages fast, and a shared
/// row would be written by every failure just when nothing works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    open_until: Timestamp,
}

impl Breaker {
    /// Until when the provider is to be left alone; `None` if it may be asked.
    pub fn closed_until(self, now: Timestamp) -> Option<Timestamp> {
        (now < self.open_until).then_some(self.open_until)
    }

    /// The provider answered, whatever it said.
    #[must_use]
    pub fn after_answer(self) -> Self {
        Self::default()
    }

    /// The provider could not be reached or said that it is out of order.
    #[must_use]
    pub fn after_failure(self, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        if failures < FAILURES_MAX {
            return Self { failures, ..self };
        }
        // One request is let through when it opens again; if that fails too, it is left alone for twice as long.
        let doublings = failures.saturating_sub(FAILURES_MAX).min(3);
        let span = Millis(OPEN_FOR.0.saturating_mul(1_i64 << doublings));
        Self {
            failures,
            open_until: now.after(span),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_a_run_of_failures_and_closes_with_the_first_answer() {
        let mut breaker = Breaker::default();
        for second in 1..FAILURES_MAX {
            breaker = breaker.after_failure(Timestamp(i64::from(second)));
            assert_eq!(breaker.closed_until(Timestamp(10)), None);
        }
        breaker = breaker.after_failure(Timestamp(10));
        assert_eq!(
            breaker.closed_until(Timestamp(11)),
            Some(Timestamp(10).after(OPEN_FOR))
        );
        assert_eq!(
            breaker.closed_until(Timestamp(10).after(OPEN_FOR)),
            None,
            "one request is let through"
        );
        let again = breaker.after_failure(Timestamp(20_000));
        assert_eq!(
            again.closed_until(Timestamp(20_001)),
            Some(Timestamp(20_000 + 2 * OPEN_FOR.0))
        );
        assert_eq!(again.after_answer().closed_until(Timestamp(20_001)), None);
    }
}
