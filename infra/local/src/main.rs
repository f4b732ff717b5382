//! `cargo dev`.

use std::process::ExitCode;

use clap::Parser as _;
use local_cloud::command::{self, Arguments};

#[tokio::main]
async fn main() -> ExitCode {
    command::run(Arguments::parse()).await
}
