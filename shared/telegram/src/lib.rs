//! The Bot API: tolerant inbound types, typed outbound calls, and a client that says what a failure allows.
//!
//! One call is one attempt with the given timeout: no retries, no clock, no sleeping. The caller, who owns the job's
//! state, decides what happens next from the [`Error`] variant. The bot token is part of every URL, so no URL ever
//! reaches an error text or a `Debug` output.
//!
//! Rules of the protocol come from the Bot API documentation (10.3) and the source of the open Bot API server.

mod client;
mod error;
pub mod html;
pub mod limits;
pub mod methods;
pub mod stars;
pub mod types;

pub use client::{Client, Download, Part, Upload};
pub use error::Error;
pub use methods::{Method, Reply};
pub use types::{Update, UpdateKind};
