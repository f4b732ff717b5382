//! Notes for operators of what no row of a customer's says. Nobody is refused, failed or kept waiting for the
//! sake of one: it has a fraction of a second, and what cannot be noted is only missing from the report.

use std::time::Duration;

use domain::id::UserId;
use domain::time::Timestamp;
use store::{Notes, Refused, Store, Tallied};
use table::Deadline;

/// The longest that anybody waits for a note; most take some milliseconds.
const TIMEOUT: Duration = Duration::from_millis(200);

/// Notes something.
pub async fn note(notes: &Notes, what: Tallied<'_>, now: Timestamp) {
    if let Err(error) = notes.count(what, now, Deadline::after(TIMEOUT)).await {
        tracing::warn!(name: "report_note_lost", error = crate::chain(&error), ?what, "the report will lack this");
    }
}

/// Notes why a customer's order was refused.
pub(crate) async fn refused(store: &Store, user: UserId, refused: &Refused) {
    let noted = store.note_refused(user, refused, Deadline::after(TIMEOUT)).await;
    if let Err(error) = noted {
        tracing::warn!(name: "refusal_unnoted", error = crate::chain(&error), why = refused.why, "an operator will not find why an order was refused");
    }
}
