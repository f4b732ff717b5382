//! Lambda, DynamoDB, SQS, Secrets Manager and schedules on one machine, driven by `template.yaml`.
//!
//! A [`Template`] becomes a [`Stack`]; [`LocalLambda::start`] runs it: tables and queues are embedded, and the functions
//! are their own binaries, talking to a Lambda Runtime API. What runs here is what deploys, so a mistake in the
//! template's wiring (a missing variable, a missing permission, a wrong key) shows on the first run.
//!
//! ```no_run
//! # async fn run() -> local_lambda::Result<()> {
//! use local_lambda::{BuildOptions, Deployment, LocalLambda, LocalOptions, Template};
//!
//! let deployment = Deployment::default().with("LogLevel", "warn");
//! let stack = Template::read("template.yaml".as_ref())?.stack(&deployment)?;
//! let names: Vec<String> = stack.functions.values().map(|it| it.binary.clone()).collect();
//! let binaries = local_lambda::build(names.iter().map(String::as_str), &BuildOptions::dev(".")).await?;
//! let local = LocalLambda::start(stack, LocalOptions { binaries, ..LocalOptions::default() }).await?;
//! let webhook = local.url("TelegramWebhookFunction")?;
//! # let _ = webhook;
//! local.shutdown().await;
//! # Ok(())
//! # }
//! ```
#![allow(
    clippy::disallowed_methods,
    reason = "the local cloud is not a Lambda: it has its own clock, tasks and timers"
)]

pub mod aws;
mod build;
mod error;
mod event_source;
mod functions;
mod ingress;
mod local;
mod moment;
mod rays;
mod runtime_api;
pub mod schedule;
pub mod stack;
mod streamed;
mod subscription;
pub mod template;
pub mod watch;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use aws::{Armed, Aws, AwsOptions, Count, Counts, Depth, Effect, Fault, Faults, Service, Storage};
pub use build::{BuildOptions, build};
pub use dynoxide;
pub use error::{Error, Result};
pub use functions::{Failure, FunctionStats, LogSink, Outcome};
pub use local::{LocalLambda, LocalOptions};
pub use rays::Rays;
pub use stack::Stack;
pub use template::{Deployment, Template};
pub use watch::Watch;

/// A random id, as AWS gives to requests and messages.
fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A lock whose holder panicked is still good: every critical section here leaves its data whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
