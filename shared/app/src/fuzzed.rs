//! What is private here and reads what anybody may send: for tests/fuzz, which no function is built with.

use crate::buttons::Button;
use crate::{desk, links};

/// Reads a button's data, and writes what it means again; `None` if it means nothing.
pub fn button(data: &str) -> Option<String> {
    Button::parse(data).map(|button| button.data())
}

/// Reads a text as a command of a customer's, as one of the operator's, and as a start link's load. Says whether the
/// operator's is one.
pub fn command(text: &str) -> bool {
    desk::read_as_command(text)
}

/// The name of a time zone as people write it, at its offset in minutes.
pub fn zone(text: &str) -> Option<i32> {
    desk::zone_named(text).map(|zone| zone.offset_minutes(domain::time::Timestamp(0)))
}

/// The order that a start link is to make once more.
pub fn again(carried: &str) -> Option<&str> {
    links::again_in(carried)
}
