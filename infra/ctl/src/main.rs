//! Reads the arguments, carries the command out, prints its report.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for people")]

use std::process::ExitCode;

use clap::Parser as _;
use ctl::{Arguments, Error, Report};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match ctl::run(&arguments).await {
        Ok(report) => print(&report, arguments.json),
        Err(error) => complain(&error, arguments.json),
    }
}

fn print(report: &Report, json: bool) -> ExitCode {
    if json {
        println!("{:#}", report.json);
    } else {
        println!("{}", report.text.trim_end());
    }
    ExitCode::from(u8::from(!report.sound))
}

fn complain(error: &Error, json: bool) -> ExitCode {
    if json {
        println!("{:#}", error.json());
    }
    eprintln!("error: {}", error.with_causes());
    ExitCode::from(error.exit_code())
}
