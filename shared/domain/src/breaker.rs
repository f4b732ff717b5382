//! A circuit breaker for one route, a form of a provider: after a run of failures it is left alone for a while, then one request is let
//! through to find out.

use crate::time::{Millis, Timestamp};

/// Failures in a row after which the provider is left alone.
pub const FAILURES_MAX: u32 = 5;
/// How long it is left alone the first time; doubled each time up to eight times this.
pub const OPEN_FOR: Millis = Millis::from_secs(15);
/// How long the one request that is let through may take to tell, before another is.
pub const TRIAL_FOR: Millis = Millis::from_mins(1);

/// What is known of one route. Each Lambda keeps its own: the knowledge is cheap to gain and ages fast, and a shared
/// row would be written by every failure just when nothing works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// In a row, until it opens.
    failures: u32,
    /// Openings in a row.
    opened: u32,
    open_until: Timestamp,
    /// One request was let through, and has not told yet.
    on_trial: bool,
}

impl Breaker {
    /// Leave to send one request now; or until when the provider is to be left alone.
    pub fn admit(self, now: Timestamp) -> Result<Self, Timestamp> {
        if now < self.open_until {
            return Err(self.open_until);
        }
        if self.opened == 0 {
            return Ok(self);
        }
        // Whoever is let through to find out keeps the others waiting.
        Ok(Self {
            open_until: now.after(TRIAL_FOR),
            on_trial: true,
            ..self
        })
    }

    /// The one that was let through came to nothing before it asked: somebody else had taken its order, or its photo was
    /// gone. Another may find out at once.
    #[must_use]
    pub fn not_asked(self, now: Timestamp) -> Self {
        if !self.on_trial {
            return self;
        }
        Self {
            open_until: now,
            on_trial: false,
            ..self
        }
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
        match self.opened {
            0 if failures < FAILURES_MAX => Self { failures, ..self },
            // Of requests that were under way when it opened: they tell nothing new.
            1.. if !self.on_trial => self,
            opened => Self {
                failures: 0,
                opened: opened.saturating_add(1),
                open_until: now.after(Millis(OPEN_FOR.0.saturating_mul(1_i64 << opened.min(3)))),
                on_trial: false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn failed(breaker: Breaker, times: u32, now: Timestamp) -> Breaker {
        (0..times).fold(breaker, |breaker, _| breaker.after_failure(now))
    }

    /// Opened so often, and just about to let one request through; and when that is.
    fn opened(times: i64) -> (Breaker, Timestamp) {
        let mut breaker = failed(Breaker::default(), FAILURES_MAX, NOW);
        let mut until = breaker.admit(NOW).unwrap_err();
        for _ in 1..times {
            breaker = breaker.admit(until).unwrap().after_failure(until);
            until = breaker.admit(until).unwrap_err();
        }
        (breaker, until)
    }

    #[test]
    fn it_opens_after_a_run_of_failures_and_closes_with_the_first_answer() {
        let almost = failed(Breaker::default(), FAILURES_MAX - 1, NOW);
        assert_eq!(almost.admit(NOW), Ok(almost));
        assert_eq!(
            failed(almost.after_answer(), FAILURES_MAX - 1, NOW)
                .admit(NOW)
                .err(),
            None
        );
        let open = almost.after_failure(NOW);
        assert_eq!(open.admit(NOW), Err(NOW.after(OPEN_FOR)));
        let answered = open.after_answer();
        assert_eq!(answered.admit(NOW), Ok(answered));
    }

    #[test]
    fn a_burst_of_failures_is_one_step() {
        let once = failed(Breaker::default(), FAILURES_MAX, NOW);
        assert_eq!(failed(once, 20, NOW.after(Millis(500))), once);
        // Those that come back while it is found out, too.
        let (breaker, until) = opened(1);
        let again = failed(breaker.admit(until).unwrap(), 20, until);
        assert_eq!(again.admit(until), Err(until.after(Millis(2 * OPEN_FOR.0))));
    }

    #[test]
    fn each_time_it_is_left_alone_for_twice_as_long_up_to_eight_times() {
        for (times, spans) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (40, 8)] {
            let (breaker, until) = opened(times);
            let last = until.0 - OPEN_FOR.0 * spans;
            assert_eq!(breaker.admit(Timestamp(last)), Err(until), "{times}");
            assert!(breaker.admit(until).is_ok());
        }
        assert_eq!(opened(2).1, opened(1).1.after(Millis(2 * OPEN_FOR.0)));
        assert_eq!(opened(5).1, opened(4).1.after(Millis(8 * OPEN_FOR.0)));
    }

    #[test]
    fn one_request_is_let_through_to_find_out_and_the_others_wait_for_it() {
        let (breaker, until) = opened(1);
        let trying = breaker.admit(until).unwrap();
        let patience = until.after(TRIAL_FOR);
        assert_eq!(trying.admit(until), Err(patience));
        assert_eq!(trying.admit(Timestamp(patience.0 - 1)), Err(patience));
        let another = trying.admit(patience).unwrap();
        assert_eq!(another.admit(patience), Err(patience.after(TRIAL_FOR)));
        let answered = trying.after_answer();
        assert_eq!(answered.admit(until), Ok(answered));
    }

    #[test]
    fn whoever_is_let_through_and_does_not_ask_keeps_nobody_waiting() {
        let (breaker, until) = opened(2);
        let later = until.after(Millis(40));
        let given_back = breaker.admit(until).unwrap().not_asked(later);
        let another = given_back.admit(later).unwrap();
        assert_eq!(another.admit(later), Err(later.after(TRIAL_FOR)));
        // What has told already is not undone.
        let failed = another.after_failure(later);
        assert_eq!(failed.not_asked(later), failed);
        assert_eq!(Breaker::default().not_asked(later), Breaker::default());
    }
}
