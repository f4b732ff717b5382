//! Logs, one JSON object a line on standard output, as CloudWatch takes them. The template's metric filters look at
//! `level`, so that is the field's name. Metrics are lines of another form: [`crate::emf`].
//!
//! Each line says what happened in a stable name (`event`, of [`crate::events`]), in words (`message`), and to whom: the
//! fields of the spans around it stand in it, too, so that a library's line says in which invocation (`request_id`), for
//! which order (`job`) and which customer (`user`) it was written. How those two are written: [`crate::veil`].

mod line;

use std::panic::PanicHookInfo;

use trace::{Ground, Rays, is_for_traces};
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use crate::rays::Daemon;
use line::Lines;
pub use line::Paper;

/// Starts logging at a level (`error`, `warn`, `info`); an unknown level means `info`. `debug` shows more only where the
/// functions were built for debugging: what is deployed does not contain those lines.
///
/// Where there is a daemon, spans of orders are told to it as well.
pub fn start(level: &str, daemon: Option<Daemon>) {
    let lines = lines(level, std::io::stdout);
    let begun = match daemon {
        Some(daemon) => tracing::subscriber::set_global_default(traced(lines, daemon)),
        None => tracing::subscriber::set_global_default(lines),
    };
    // A second start, in a test, changes nothing.
    if begun.is_ok() {
        tell_panics();
    }
}

/// What turns spans of orders into documents for a ground, too.
pub fn traced<S, G>(lines: S, ground: G) -> impl Subscriber + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    G: Ground,
{
    lines.with(Rays::new(ground).with_filter(filter_fn(is_for_traces)))
}

/// What turns events into lines for a writer.
pub fn lines<W: Paper>(level: &str, paper: W) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync {
    let level = level.parse().unwrap_or(LevelFilter::INFO);
    // What is less severe is silent, but goes on saying what the lines below it are about.
    let heard = filter_fn(move |metadata| {
        (metadata.is_span() || *metadata.level() <= level) && is_for_the_log(metadata)
    });
    tracing_subscriber::registry().with(Lines::new(paper).with_filter(heard))
}

/// From now on a panic is a line of the log. Rust's own hook would print what it said.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(panicked));
}

/// Where a panic was, and not what it said: that may be a piece of what was worked on.
fn panicked(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(|place| format!("{}:{}", place.file(), place.line()));
    tracing::error!(name: "panicked", place, "a panic");
}

/// What comes from this product's crates, and warnings from everywhere. The SDK's and the HTTP stack's own messages below
/// that are left out: some of them hold addresses, and ours hold secrets.
fn is_for_the_log(metadata: &Metadata<'_>) -> bool {
    if NOT_HEARD.contains(&metadata.target()) {
        return false;
    }
    let origin = metadata.target().split("::").next().unwrap_or_default();
    CRATES.contains(&origin) || *metadata.level() <= tracing::Level::WARN
}

/// Says once more, with `Debug` of everything in the error, what the handler has said already.
const NOT_HEARD: [&str; 1] = ["lambda_runtime::layers::panic"];

const CRATES: [&str; 22] = [
    "alerts",
    "app",
    "broadcast",
    "chart",
    "cleanup",
    "daily_report",
    "domain",
    "features_api",
    "limits_flags",
    "live",
    "payment_webhook",
    "payments",
    "provider_callback",
    "providers",
    "queue",
    "runtime",
    "store",
    "table",
    "telegram",
    "telegram_webhook",
    "video_worker",
    "lambda_runtime",
];

#[cfg(test)]
mod tests;
