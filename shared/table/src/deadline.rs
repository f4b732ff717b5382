//! Until when an invocation may act.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;

tokio::task_local! {
    /// The end of the invocation that is being carried out.
    static INVOCATION: Deadline;
}

/// The moment at which an invocation must have finished. Every outside call takes its timeout from here.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    pub fn after(span: Duration) -> Self {
        Self(Instant::now() + span)
    }

    /// So long from now, or this one, if that is sooner.
    #[must_use]
    pub fn within(self, span: Duration) -> Self {
        Self(self.0.min(Instant::now() + span))
    }

    /// Does the work of an invocation, or a part of it that is worth less time, in which no read of a table waits past this
    /// moment, whoever makes it and however many there were before. Within another such work the nearer end holds.
    pub async fn hold<T>(self, work: impl Future<Output = T>) -> T {
        let end = INVOCATION.try_with(|end| Self(end.0.min(self.0)));
        // On the heap: an invocation's work is large, and this stands around all of it.
        INVOCATION.scope(end.unwrap_or(self), Box::pin(work)).await
    }

    /// Does what is no part of the invocation in whose midst it is done, and so is not held to its end: whoever plays the
    /// outside looks at the tables so.
    #[cfg(feature = "played")]
    pub async fn apart<T>(self, work: impl Future<Output = T>) -> T {
        INVOCATION.scope(self, work).await
    }

    /// So long from now, but not past the end of the invocation that is being carried out, if its work is held to one.
    pub(crate) fn of_read(span: Duration) -> Self {
        let end = INVOCATION.try_with(|end| *end).ok();
        let until = Self::after(span);
        end.map_or(until, |end| Self(until.0.min(end.0)))
    }

    /// How long there still is; zero when it is over.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// The timeout of one call: what it needs at most, but never the last `reserve` of the time that remains, which is
    /// for writing down how it went. `None` if less than half of what it needs would be left: such a call would only end
    /// in nobody knowing.
    pub fn for_call(self, at_most: Duration, reserve: Duration) -> Option<Duration> {
        let left = self.remaining().checked_sub(reserve)?;
        (left >= at_most / 2).then(|| left.min(at_most))
    }

    /// Waits for a request until then and no longer; afterwards none is begun.
    pub(crate) async fn bound<T>(self, request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let left = self.remaining();
        if left.is_zero() {
            return Err(Error::NoAnswer("no time was left to ask".into()));
        }
        let answer = tokio::time::timeout(left, request).await;
        answer.unwrap_or_else(|_| Err(Error::NoAnswer("it was not answered in time".into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_nearer_than_the_end_ends_it_and_what_is_farther_does_not() {
        let deadline = Deadline::after(Duration::from_mins(1));
        assert!(deadline.within(Duration::from_secs(20)).remaining() <= Duration::from_secs(20));
        assert!(deadline.within(Duration::from_secs(90)).remaining() <= Duration::from_mins(1));
    }

    #[tokio::test]
    async fn no_request_outlives_its_deadline_and_none_begins_after_it() {
        let deadline = Deadline::after(Duration::from_millis(50));
        let unanswered = deadline.bound(std::future::pending::<Result<(), Error>>()).await;
        assert!(matches!(unanswered, Err(Error::NoAnswer(_))), "{unanswered:?}");
        assert!(deadline.remaining().is_zero());
        let mut asked = false;
        let late = deadline.bound(async {
            asked = true;
            Ok(())
        });
        assert!(matches!(late.await, Err(Error::NoAnswer(_))));
        assert!(!asked);
    }

    #[tokio::test]
    async fn a_read_waits_for_its_own_time_and_not_past_the_invocation_that_makes_it() {
        let span = Duration::from_secs(4);
        let left = async || Deadline::of_read(span).remaining();
        assert!(left().await > Duration::from_secs(3));
        let soon = Deadline::after(Duration::from_secs(1));
        assert!(soon.hold(left()).await <= Duration::from_secs(1));
        let late = Deadline::after(Duration::from_mins(1));
        assert!(late.hold(left()).await <= span);
        assert!(soon.hold(late.hold(left())).await <= Duration::from_secs(1));
    }

    #[test]
    fn a_call_never_eats_the_time_for_writing_down_how_it_went() {
        let deadline = Deadline::after(Duration::from_secs(10));
        let reserve = Duration::from_secs(3);
        assert_eq!(
            deadline.for_call(Duration::from_secs(2), reserve),
            Some(Duration::from_secs(2))
        );
        assert!(
            deadline
                .for_call(Duration::from_secs(12), reserve)
                .is_some_and(|timeout| timeout <= Duration::from_secs(7))
        );
        assert_eq!(
            deadline.for_call(Duration::from_mins(1), reserve),
            None,
            "not worth beginning"
        );
        assert_eq!(
            deadline.for_call(Duration::from_secs(1), Duration::from_secs(10)),
            None
        );
    }
}
