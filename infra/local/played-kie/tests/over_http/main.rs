//! The played KIE.AI over its own HTTP.
#![allow(clippy::unwrap_used, reason = "a test says what it expects by unwrapping it")]
#![allow(
    clippy::disallowed_methods,
    reason = "a test serves its own servers beside itself"
)]

mod account;
mod callbacks;
mod chat;
mod create;
mod files;
mod stage;
mod troubles;
