//! How often and how long. Every number has its reason.

use super::Job;
use crate::time::{Jitter, Millis, Timestamp};

/// Submissions of one job at most. Most of them cost nothing (a refused connection, a 429), so they are bounded by
/// [`Job::give_up_at`] rather than by this; it only keeps a fault of ours from going on for ever.
pub const FENCE_MAX: u32 = 60;

/// Submissions that may have been paid for and yielded nothing, at most: the seeds' `max_attempts`.
pub const LOSSES_MAX: u32 = 3;

/// Attempts to tell of a failure at most: three quarters of an hour's worth of them. The money is back already; only the message is missing.
pub const TELL_TRIES_MAX: u32 = 24;

/// How many quick polls are believed to be only too early, after a callback or an unanswered question: together about
/// three minutes. After them the provider's "still running" is believed again.
pub const LAGGING_POLLS_MAX: u32 = 6;

/// How long a lease outlives the Lambda that took it: what clocks may differ, and what a request that was just sent may
/// still take to have its effect. A lease that ended with its Lambda would let a second worker buy a second render.
pub const LEASE_SLACK: Millis = Millis::from_secs(40);

/// How long after [`Job::settle_at`] the workers are left to find the truth before cleanup settles without it.
pub const SETTLE_GRACE: Millis = Millis::from_mins(5);

/// How long after its due time a job is left to the worker that was rung for; then cleanup moves it on by itself.
pub const WORKER_PATIENCE: Millis = Millis::from_mins(3);

/// How long after a submission was lost sight of the provider is first asked for it by name, where it can be: an answer
/// that was only slow has come by then, and so has the order.
pub(super) const ASK_AFTER: Millis = Millis::from_secs(30);

/// How long after a submission was lost sight of the provider is believed that it has none of that name: an order that
/// was still under way, or not yet in the list that it looks into, would have come by then. To believe it too early would
/// buy a second render.
pub const ABSENCE_AFTER: Millis = Millis::from_mins(2);

/// No order for words begins after this. Somebody waits for them with a wish in their head, and there are simple words to
/// go on with: two questions that nobody answers fit in.
pub const WORDS_WAIT_MAX: Millis = Millis::from_mins(1);

/// Submissions of an order for words at most. Whoever answers badly at once would else be asked once every few seconds until the
/// customer's patience ends, each time with a price for us; the simple words do as well by then.
pub(super) const WORDS_ASKED_MAX: u32 = 3;

/// An order for words is settled after this, whatever happened: a lease, a horizon and some tries to show them.
pub const WORDS_SETTLE_MAX: Millis = Millis::from_mins(10);

/// The first repetition of anything that failed.
const BACKOFF_FIRST: Millis = Millis::from_secs(4);
/// The longest time between two repetitions.
pub const BACKOFF_MAX: Millis = Millis::from_mins(3);
/// No two polls are nearer to each other, nor the first to the start (KIE.AI: poll every 2–3 s at first; the callback is
/// faster than any poll).
const POLL_APART_MIN: Millis = Millis::from_secs(15);
/// No two polls are further apart than this.
const POLL_APART_MAX: Millis = Millis::from_mins(10);

/// How long to wait after the n-th failure (from 1), doubled each time, spread, and never less than the other side asks.
pub fn backoff(failures: u32, retry_after: Option<Millis>, jitter: Jitter) -> Millis {
    let doublings = failures.saturating_sub(1).min(10);
    let full = Millis(BACKOFF_FIRST.0.saturating_mul(1_i64 << doublings)).min(BACKOFF_MAX);
    let asked = retry_after.unwrap_or(Millis::ZERO);
    jitter
        .spread(full)
        .max(asked.plus(jitter.spread(Millis(asked.0.min(1000)))))
}

/// When to ask the provider, at the earliest after `now`. The callback is the fast way; a poll only makes up for a lost
/// one, so the first comes when almost every render would have called back (the model's `poll_after`), and each next one
/// when half as much time again has passed. What a video costs us does not depend on how long it renders.
pub fn poll_after(job: &Job, running_since: Timestamp, now: Timestamp) -> Timestamp {
    let first = running_since.after(job.order.poll_after.max(POLL_APART_MIN));
    let pause = now.since(running_since).permille(500);
    let next = now.after(pause.max(POLL_APART_MIN).min(POLL_APART_MAX));
    let at = if now < first { first } else { next };
    at.min(job.settle_at.max(now.after(POLL_APART_MIN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_spread_doubled_and_capped() {
        let none = Jitter(0);
        let all = Jitter(999);
        assert_eq!(backoff(1, None, none), Millis::from_secs(2));
        assert!(backoff(1, None, all) <= Millis::from_secs(4));
        assert_eq!(backoff(3, None, none), Millis::from_secs(8));
        assert_eq!(backoff(60, None, none), Millis(90_000));
        assert!(backoff(60, None, all) <= BACKOFF_MAX);
    }

    #[test]
    fn the_other_sides_wish_is_kept() {
        assert!(backoff(1, Some(Millis::from_secs(40)), Jitter(0)) >= Millis::from_secs(40));
        assert!(backoff(9, Some(Millis::from_secs(1)), Jitter(0)) >= Millis(90_000));
    }
}
