//! Reads the arguments, carries the command out, prints its report.

use std::io::Write as _;
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
    let text = if json {
        format!("{:#}", report.json)
    } else {
        report.text.trim_end().to_owned()
    };
    say(&text);
    ExitCode::from(u8::from(!report.sound))
}

fn complain(error: &Error, json: bool) -> ExitCode {
    if json {
        say(&format!("{:#}", error.json()));
    }
    let _ = writeln!(std::io::stderr(), "error: {}", error.with_causes());
    ExitCode::from(error.exit_code())
}

/// Prints. Whoever reads may have gone, as `head` does.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
