//! `cargo model`: every state that an order and a payment can come to, and whether all is well in each.
#![allow(clippy::print_stdout, reason = "it is what it is for")]

use std::process::ExitCode;
use std::time::Instant;

use model::configurations::{large, small};
use serde_json::json;

const HELP: &str = "\
Goes through every state that an order and a payment can come to, and back from the settled ones.

    cargo model                      all configurations
    cargo model -- --small           those that `cargo test` goes through, too
    cargo model -- --only WORDS      those whose name has these words
    cargo model -- --list            their names
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flags: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (mut chosen, mut words) = (small(), "");
    match flags.as_slice() {
        [] => chosen.extend(large()),
        ["--small"] => {}
        ["--only", some] => {
            chosen.extend(large());
            words = some;
        }
        ["--list"] => {
            chosen.extend(large());
            for one in &chosen {
                println!("{}", one.name());
            }
            return ExitCode::SUCCESS;
        }
        _ => {
            println!("{HELP}");
            return ExitCode::from(2);
        }
    }
    chosen.retain(|one| one.name().contains(words));
    let (began, mut reports) = (Instant::now(), Vec::new());
    println!(
        "{:<52} {:>11} {:>10} {:>6} {:>6} {:>8}",
        "", "generated", "states", "depth", "stuck", "seconds"
    );
    for one in chosen {
        let report = one.check(2);
        println!(
            "{:<52} {:>11} {:>10} {:>6} {:>6} {:>8.1}",
            report.name,
            report.generated,
            report.states,
            report.depth,
            report.stuck,
            report.took.as_secs_f64()
        );
        for wrong in &report.wrong {
            println!("  {wrong}");
        }
        reports.push(report);
    }
    let wrong: usize = reports.iter().map(|report| report.wrong.len()).sum();
    let line = json!({
        "states": reports.iter().map(|report| report.states).sum::<usize>(),
        "generated": reports.iter().map(|report| report.generated).sum::<usize>(),
        "violations": wrong,
        "seconds": began.elapsed().as_secs(),
        "configurations": reports.iter().map(model::run::Report::json).collect::<Vec<_>>(),
    });
    println!("{line}");
    if wrong == 0 && !reports.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
