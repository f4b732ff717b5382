//! The played Telegram over HTTP: a bot on one side, people on the other.
#![allow(clippy::disallowed_methods, reason = "a server needs a task of its own")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected should fail there"
)]

mod calls;
mod client;
mod delivery;
mod editing;
mod faults;
mod media;
mod star_books;
mod star_page;
mod stars;
mod stars_news;
mod subscriptions;
mod world;
