//! `cargo bench-all`: cold starts, and the warm path beside aiogram. `README.md` has how.
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark is not a Lambda: it has its own clock, tasks and environment"
)]

mod binaries;
mod cold;
mod cpu;
mod error;
mod events;
mod figures;
mod http;
mod seat;
mod settings;
mod stage;
mod tls;
mod warm;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::{Doing as _, Result};

/// Measures the binaries that deploy.
#[derive(Debug, Parser)]
#[command(name = "cargo bench-all")]
struct Arguments {
    /// Takes the binaries from this directory and builds none.
    #[arg(long, global = true)]
    built: Option<PathBuf>,
    /// What to measure; everything if nothing is said.
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Starts every function so many times.
    Cold {
        /// Starts of each.
        #[arg(long, default_value_t = 30)]
        times: usize,
        /// Only these functions, beside the one that says hello.
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Updates of each kind, beside a bot that is written with aiogram.
    Warm {
        /// Updates of each kind.
        #[arg(long, default_value_t = 200)]
        updates: u64,
        /// A Python that has what tests/bench/aiogram/requirements.txt names; without it nothing stands beside.
        #[arg(long)]
        python: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let here = std::env::current_dir().doing("finding out where we are")?;
    let workspace = local_cloud::workspace_of(&here)?;
    let all = stage::names(&workspace)?;
    let names = all.iter().map(String::as_str).chain([binaries::HELLO]);
    let binaries = binaries::get(&workspace, arguments.built.as_deref(), names).await?;
    let what = match arguments.what {
        Some(what) => vec![what],
        None => everything(&workspace),
    };
    for what in what {
        match what {
            What::Cold { times, only } => {
                let chosen = |name: &str| {
                    only.is_empty() || only.iter().any(|it| it == name) || name == binaries::HELLO
                };
                println!("{}", cold::run(&workspace, &binaries, times, chosen).await?);
            }
            What::Warm { updates, python } => {
                println!(
                    "{}",
                    warm::run(&workspace, &binaries, updates, python.as_deref()).await?
                );
            }
        }
    }
    Ok(())
}

/// What is measured where nothing is named; beside aiogram, where that is installed.
fn everything(workspace: &std::path::Path) -> Vec<What> {
    let python = workspace.join(".venv/aiogram/bin/python");
    let cold = What::Cold {
        times: 30,
        only: Vec::new(),
    };
    let warm = What::Warm {
        updates: 200,
        python: python.is_file().then_some(python),
    };
    vec![cold, warm]
}
