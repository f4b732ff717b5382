//! Reads the arguments, carries the command out, prints its report.

use std::io::Write as _;
use std::process::ExitCode;

use ctl::{Arguments, Error, Report};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(misread) => return explain(&misread),
    };
    match ctl::run(&arguments, &mut std::io::stdout()).await {
        Ok(report) => print(&report, arguments.json),
        Err(error) => complain(&error, arguments.json),
    }
}

/// Help, the version, or what is wrong with the arguments. Whether JSON was asked for could not be read, so it is looked for.
fn explain(misread: &clap::Error) -> ExitCode {
    if misread.use_stderr() && std::env::args().any(|word| word == "--json") {
        return complain(&Error::Usage(misread.to_string()), true);
    }
    let _ = misread.print();
    ExitCode::from(u8::try_from(misread.exit_code()).unwrap_or(2))
}

fn print(report: &Report, json: bool) -> ExitCode {
    let text = if json && !report.goes_on {
        format!("{:#}", report.json)
    } else {
        report.text.trim_end().to_owned()
    };
    // What is written already may need no end.
    if !(report.goes_on && text.is_empty()) {
        say(&text);
    }
    ExitCode::from(u8::from(!report.sound))
}

fn complain(error: &Error, json: bool) -> ExitCode {
    let text = if json {
        format!("{:#}", error.json())
    } else {
        format!("error: {}", error.with_causes())
    };
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::from(error.exit_code())
}

/// Prints. Whoever reads may have gone, as `head` does.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
