//! Use cases, one file each: read, decide, write.
//!
//! A use case reads what it needs, makes one call into `domain`, and writes the outcome under its conditions. Time and
//! dice come from [`Env`], so the same code runs under a clock of the tests' own.

mod env;
pub mod texts;

pub mod broadcast;
mod buttons;
pub mod cancel;
mod cards;
pub mod cashier;
mod kinds;
mod line;
pub mod links;
mod measured;
mod moderation;

mod order_card;
pub mod page;
mod quota;
mod shop;
mod show;
mod strikes;
pub mod told;
mod traces;
mod way_out;
mod words_card;

pub mod desk;
pub mod erase;
#[cfg(feature = "fuzzed")]
pub mod fuzzed;
pub mod gallery;
pub mod gift;
pub mod heard;
pub mod log_sums;
pub mod log_table;
pub mod lookout;
pub mod on_sale;
pub mod open_table;

pub mod rails;
pub mod redrive;
pub mod report;
pub mod sale;

pub mod sweep;
pub mod take_callback;
pub mod tally;
pub mod workshop;

pub use env::{Clock, Dice, Env, Fixed};
pub use table::chain;
