//! KIE.AI: one interface to many models. Sources: docs.kie.ai, and what others measured where it is silent.
//!
//! Errors come as HTTP 200 with a `code` other than 200, so the envelope counts and the HTTP status only where there
//! is none.

mod balance;
pub mod callback;
mod client;
mod create;
mod envelope;
mod look_up;
pub mod registry;
mod upload;

pub use balance::Balance;
pub use client::Client;
pub use create::Create;
pub use look_up::{LookUp, Looked, TaskFacts};
pub use upload::{Upload, UploadError};
