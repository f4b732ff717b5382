//! The time, and how much of it an invocation has.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use app::{Clock, Dice, Env};
use domain::time::Timestamp;
use table::Deadline;

/// What is left of an invocation after its deadline: for a last doorbell, which takes its own time, and for the answer to
/// be sent.
pub const ANSWER: Duration = queue::RING_TIMEOUT.saturating_add(Duration::from_millis(300));

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is where the time is read")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The machine's clock and true dice.
pub fn env() -> Env {
    Env::new(Arc::new(SystemClock), Dice::fair())
}

/// Until when an invocation may act.
pub fn deadline(context: &lambda_runtime::Context) -> Deadline {
    let left = context.deadline().duration_since(now()).unwrap_or_default();
    Deadline::after(left.saturating_sub(ANSWER))
}

#[allow(clippy::disallowed_methods, reason = "this is where the time is read")]
fn now() -> SystemTime {
    SystemTime::now()
}
