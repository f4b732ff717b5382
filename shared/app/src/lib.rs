//! Use cases, one file each: read, decide, write.
//!
//! A use case reads what it needs, makes one call into `domain`, and writes the outcome under its conditions. Time and
//! dice come from [`Env`], so the same code runs under a clock of the tests' own.

mod env;
pub mod texts;

mod buttons;
mod cards;
pub mod cashier;
mod chain;
mod measured;
mod quota;
mod shop;
mod show;
pub mod told;
mod way_out;
mod words_card;

pub mod desk;
pub mod lookout;
pub mod on_sale;

pub mod rails;

pub mod sweep;
pub mod take_callback;
pub mod workshop;

pub use chain::chain;
pub use env::{Clock, Dice, Env, Fixed};
