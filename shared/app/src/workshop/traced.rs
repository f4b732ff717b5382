//! What the workshop says to others, told to who looks at an order's trace: to whom, what for, and in a word what came of it.

use std::future::Future;

use domain::job::Job;
use trace::spans;
use tracing::Instrument as _;

use super::deliver::Shown;
use crate::traces;

/// A request to whoever makes what was ordered.
pub(super) async fn requested<T>(
    job: &Job,
    asks: &'static str,
    request: impl Future<Output = T>,
    said: impl FnOnce(&T) -> &'static str,
) -> T {
    let span = traces::provider(job, asks);
    let answer = request.instrument(span.clone()).await;
    spans::ended(&span, said(&answer));
    answer
}

/// An attempt to show what was ordered.
pub(super) async fn shown_in(attempt: impl Future<Output = Shown>) -> Shown {
    let span = spans::telegram("show");
    let shown = attempt.instrument(span.clone()).await;
    spans::ended(&span, shown.as_str());
    shown
}

impl Shown {
    /// In a word.
    fn as_str(&self) -> &'static str {
        match self {
            Self::Yes(_) => "shown",
            Self::Later {
                retry_after_s: Some(_),
                ..
            } => "rate_limited",
            Self::Later { unsure: true, .. } => "unsure",
            Self::Later { .. } => "later",
            Self::NoMessage(_) => "no_message",
            Self::Unreachable => "unreachable",
            Self::FileGone => "file_gone",
            Self::TooLarge => "too_large",
        }
    }
}
