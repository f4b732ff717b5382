//! The operator's report: that each is sent once, whatever goes wrong; and that every number in it is what a plain
//! reckoning over the tables' rows says that shares no code with it.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "what goes wrong fails the test, two reports are made beside each other, and how long it took is told"
)]

mod day;
mod once;
mod world;

/// Somebody who orders.
const ANNA: i64 = 1001;
