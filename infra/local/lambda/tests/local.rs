//! A small stack on real processes of one real function binary.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests, on a machine and not in a Lambda"
)]

#[path = "local/harness.rs"]
mod harness;

#[path = "local/aws.rs"]
mod aws;
#[path = "local/lifecycle.rs"]
mod lifecycle;
#[path = "local/logs.rs"]
mod logs;
#[path = "local/queues.rs"]
mod queues;
#[path = "local/rung.rs"]
mod rung;
#[path = "local/schedules.rs"]
mod schedules;
#[path = "local/sdk.rs"]
mod sdk;
#[path = "local/streams.rs"]
mod streams;
#[path = "local/traces.rs"]
mod traces;
#[path = "local/urls.rs"]
mod urls;
#[path = "local/watched.rs"]
mod watched;
