#![doc = include_str!("../README.md")]
#![allow(
    clippy::disallowed_methods,
    reason = "the local cloud is not a Lambda: it has its own clock, tasks, timers and environment"
)]

mod access;
mod cloud;
mod door;
mod error;
mod measure;
mod note;
mod options;
mod outside;
mod rails;
mod seat;
mod secret;
mod settings;
mod stats;
mod studios;
mod switches;
mod traces;

mod bridge;
mod console;
mod log;

pub mod command;
pub mod day;
pub mod demo;
pub mod load;

pub use bridge::{Bridge, Trouble};
pub use cloud::Cloud;
pub use error::{Error, Result};
pub use log::Log;
pub use measure::Interaction;
pub use options::{Options, PAGE_PORT, Port, RENDER_MS, RealTelegram, workspace_of};
pub use outside::VAULTS;
pub use rails::PlayedRails;
pub use stats::{FunctionLine, Stats};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A lock whose holder panicked is still good: every critical section here leaves its data whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
