//! One stream, from its first word to its last.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::id::UserId;
use domain::live::{LOOK_EVERY, Marks, Place, Places, Reason};
use domain::time::Millis;
use futures::Stream;
use futures::stream::unfold;
use serde_json::json;
use table::Deadline;
use tracing::Instrument as _;

use crate::{Desk, is_over};

/// How a stream waits for its next look.
pub type Pace = Arc<dyn Fn(Millis) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// What one wait and one look take at most, with the place being left after it: a stream is over before that is more than
/// is left of its invocation.
pub(crate) const LOOK_MAX: Duration = Duration::from_secs(6);
/// After which time a browser's `EventSource` comes back, in ms.
const RETRY_MS: u32 = 1_000;
/// The same where its place was taken: somebody else streams.
const RETRY_TAKEN_MS: u32 = 60_000;
/// A line that says nothing but that the stream is alive. It also carries what was written before: Lambda may keep a small
/// piece until the next one is written.
const ALIVE: &str = ":\n\n";

/// Waits by the machine's clock.
#[allow(
    clippy::disallowed_methods,
    reason = "a stream is paid for while it waits: that is decided in infra/decisions/0007"
)]
pub(crate) fn by_the_clock() -> Pace {
    Arc::new(|span| {
        let span = Duration::from_millis(u64::try_from(span.0).unwrap_or(0));
        Box::pin(tokio::time::sleep(span))
    })
}

/// A stream that is open.
pub(crate) struct Open {
    pub(crate) desk: Arc<Desk>,
    pub(crate) user: UserId,
    pub(crate) place: Place,
    pub(crate) places: Places,
    /// The places' revision with ours among them.
    pub(crate) entered_at: u64,
    /// What the page has been told up to now.
    pub(crate) seen: Marks,
    pub(crate) deadline: Deadline,
    /// What is to be said without a look.
    pub(crate) says: Option<String>,
}

impl Open {
    /// What is said, piece by piece.
    pub(crate) fn frames(self) -> impl Stream<Item = Bytes> + Send {
        // Whoever sends the pieces has left the invocation's span, by which their lines are known as its own.
        let span = tracing::Span::current();
        Box::pin(unfold(Some(self), move |open| {
            let next = async { open?.next().await };
            next.instrument(span.clone())
        }))
    }

    /// The next piece, and who says the one after it; `None` when all is said.
    async fn next(mut self) -> Option<(Bytes, Option<Self>)> {
        if let Some(first) = self.says.take() {
            return Some((Bytes::from(first), Some(self)));
        }
        if is_over(self.desk.env.now(), self.place.until, self.deadline) {
            self.leave().await;
            return None;
        }
        (self.desk.pace)(LOOK_EVERY).await;
        let look = match self.desk.live.look(self.user).await {
            Ok(look) => look,
            Err(error) => {
                tracing::warn!(name: "stream_unread", error = app::chain(&error), user = self.user.0, "a stream could not read what it goes by");
                // The page comes back, and finds another environment or a table that answers.
                self.leave().await;
                return None;
            }
        };
        if look.places.has_lost(&self.place.stream, self.entered_at) {
            return Some((Bytes::from(taken()), None));
        }
        self.places = look.places;
        let said = told(&look.marks, &self.seen).unwrap_or_default();
        self.seen = look.marks;
        Some((Bytes::from(said + ALIVE), Some(self)))
    }

    /// Frees the place. If that fails, its time does it.
    async fn leave(&self) {
        let places = self.places.clone();
        let left = self
            .desk
            .live
            .leave(self.user, places, &self.place.stream, self.deadline);
        if let Err(error) = left.await {
            tracing::warn!(name: "stream_unread", error = app::chain(&error), user = self.user.0, "a stream could not leave its place");
        }
    }
}

/// The first words: when to come back, and what is known now, by which a page that comes back says what it knows. Whoever
/// comes back and knows something older is told at once; so is whoever comes for the first time, for what has changed between
/// the page's own answer and this look nobody has told.
pub(crate) fn begins(marks: &Marks, since: Option<&Marks>) -> String {
    let said = match since {
        Some(since) => told(marks, since).unwrap_or_else(|| format!("id: {marks}\n\n")),
        None => message(marks, &[]),
    };
    format!("retry: {RETRY_MS}\n{said}{ALIVE}")
}

/// That something has changed; `None` where nothing has.
fn told(marks: &Marks, seen: &Marks) -> Option<String> {
    let reasons = marks.since(seen);
    (!reasons.is_empty()).then(|| message(marks, &reasons))
}

fn message(marks: &Marks, reasons: &[Reason]) -> String {
    let reasons: Vec<&str> = reasons.iter().map(|reason| reason.as_str()).collect();
    let data = json!({"type": "refetchEvaluation", "etag": format!("\"{marks}\""), "reasons": reasons});
    format!("id: {marks}\nevent: message\ndata: {data}\n\n")
}

/// That another page of the customer has taken the place: this one asks by itself from now on.
fn taken() -> String {
    let data = json!({"type": "streamTaken"});
    format!("retry: {RETRY_TAKEN_MS}\nevent: message\ndata: {data}\n\n{ALIVE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(text: &str) -> Marks {
        Marks::parse(text).unwrap()
    }

    #[test]
    fn whoever_comes_first_is_to_ask_once_and_whoever_missed_nothing_is_not() {
        let data = r#"{"etag":"\"3-a-b\"","reasons":[],"type":"refetchEvaluation"}"#;
        assert_eq!(
            begins(&marks("3-a-b"), None),
            format!("retry: 1000\nid: 3-a-b\nevent: message\ndata: {data}\n\n:\n\n")
        );
        assert_eq!(
            begins(&marks("3-a-b"), Some(&marks("3-a-b"))),
            "retry: 1000\nid: 3-a-b\n\n:\n\n"
        );
    }

    #[test]
    fn whoever_comes_back_is_told_what_was_missed() {
        let said = begins(&marks("4-a-b"), Some(&marks("3-a-b")));
        let data = r#"{"etag":"\"4-a-b\"","reasons":["flags","limits"],"type":"refetchEvaluation"}"#;
        assert_eq!(
            said,
            format!("retry: 1000\nid: 4-a-b\nevent: message\ndata: {data}\n\n:\n\n")
        );
    }

    #[test]
    fn nothing_that_is_said_names_anything_of_the_customer() {
        let said = told(&marks("4-a-c"), &marks("3-b-b")).unwrap() + &taken();
        let words = [
            "id",
            "event",
            "message",
            "data",
            "type",
            "refetchEvaluation",
            "etag",
            "reasons",
        ];
        let known = [
            "flags",
            "limits",
            "account",
            "orders",
            "retry",
            "streamTaken",
            "60000",
            "4",
            "a",
            "c",
        ];
        let others = said
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty() && !words.contains(word) && !known.contains(word));
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
