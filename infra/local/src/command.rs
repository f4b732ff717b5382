//! `cargo dev`: what a person asks for, and what they are told.

mod arguments;
mod banner;
mod real;

use std::io::Write as _;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

pub use arguments::Arguments;

use crate::cloud::Cloud;
use crate::day::{self, Wanted};
use crate::demo;
use crate::error::{Error, Result};
use crate::load;
use crate::log::Log;
use crate::note::Note;
use crate::options::{Port, workspace_of};
use crate::outside::Outside;
use crate::seat::Seat;
use crate::stats::Stats;

/// Runs what was asked for. Errors are told, with what to do about them.
pub async fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.mode() {
        arguments::Mode::Demo => demo(&arguments).await,
        arguments::Mode::Day(wanted) => day(&arguments, wanted).await,
        arguments::Mode::Load(wanted) => load(&arguments, wanted).await,
        arguments::Mode::PlayedOnly => played_only(&arguments).await.map(|()| ExitCode::SUCCESS),
        arguments::Mode::Dev => dev(&arguments).await.map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        warn(&format!("error: {}", error.chain()));
        ExitCode::FAILURE
    })
}

async fn dev(arguments: &Arguments) -> Result<()> {
    let mut options = arguments.options(workspace()?)?;
    let directory = options.workspace.join(".local-cloud");
    let _seat = Seat::take(&directory)?;
    let log = Log::begin(&directory, "functions.log")?;
    options.log = log.sink(warn);
    say("Building the functions …");
    let cloud = Cloud::start(options.clone()).await?;
    let _note = Note::leave(&directory, &cloud, &options)?;
    let ended = if options.telegram.is_some() {
        real::attach(&cloud, &options, &log).await
    } else {
        say(&banner::played(&cloud, &options, &log));
        stop_wanted().await
    };
    if arguments.stats {
        say(&Stats::of(cloud.local()).await?.to_string());
    }
    cloud.shutdown().await;
    say("\nStopped.");
    ended
}

async fn demo(arguments: &Arguments) -> Result<ExitCode> {
    let mut options = arguments.options(workspace()?)?;
    let log = Log::begin(&options.workspace.join(".local-cloud"), "demo.log")?;
    options.log = log.sink(|_| {});
    let report = tokio::select! {
        report = demo::run(options, arguments.stats) => report?,
        stopped = stop_wanted() => {
            stopped?;
            return Err(Error::Demo("stopped".to_owned()));
        }
    };
    say(&report.to_string());
    if !report.is_good() {
        warn(&format!("The functions' log is {}", log.path().display()));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

async fn day(arguments: &Arguments, wanted: Wanted) -> Result<ExitCode> {
    let mut options = arguments.options(workspace()?)?;
    let log = Log::begin(&options.workspace.join(".local-cloud"), "day.log")?;
    options.log = log.sink(|_| {});
    let report = tokio::select! {
        report = day::run(options, wanted, warn) => report?,
        stopped = stop_wanted() => {
            stopped?;
            return Err(Error::Day("stopped".to_owned()));
        }
    };
    say(&report.to_string());
    if !report.is_good() {
        warn(&format!("The functions' log is {}", log.path().display()));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

async fn load(arguments: &Arguments, wanted: load::Wanted) -> Result<ExitCode> {
    let mut options = arguments.options(workspace()?)?;
    let log = Log::begin(&options.workspace.join(".local-cloud"), "load.log")?;
    options.log = log.sink(|_| {});
    let report = tokio::select! {
        report = load::run(options, wanted, warn) => report?,
        stopped = stop_wanted() => {
            stopped?;
            return Err(Error::Load("stopped".to_owned()));
        }
    };
    say(&report.to_string());
    if !report.is_good() {
        warn(&format!("The functions' log is {}", log.path().display()));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Only the outside world: for functions that run elsewhere, and for poking.
async fn played_only(arguments: &Arguments) -> Result<()> {
    let mut options = arguments.options(std::path::PathBuf::new())?;
    if let Port::Exactly(port) = options.page {
        options.kie = Port::Exactly(port.saturating_add(1));
        options.yookassa = Port::Exactly(port.saturating_add(2));
        options.stripe = Port::Exactly(port.saturating_add(3));
    }
    let outside = Outside::open(&options).await?;
    say(&banner::played_only(&outside));
    let mut servers = tokio::task::JoinSet::new();
    outside.serve(axum::Router::new(), &mut servers);
    stop_wanted().await
}

fn workspace() -> Result<std::path::PathBuf> {
    let here = std::env::current_dir().map_err(Error::broken("finding the current directory"))?;
    workspace_of(&here)
}

/// Waits for Ctrl-C, or for the word to end that a process manager gives.
async fn stop_wanted() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::broken("waiting for a signal"))?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Error::broken("waiting for Ctrl-C")),
        _ = terminate.recv() => Ok(()),
    }
}

/// Says something to the person at the terminal. Nobody may be there to hear it.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Says what went wrong.
fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
