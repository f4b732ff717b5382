//! `cargo sim`: plays schedules, and says what was found. The last line is JSON.
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::json;
use sim::faults::{ALL, Fault};
use sim::{Outcome, Wish, play};

/// Plays the whole product under virtual time, with an outside that fails in every way there is.
#[derive(Parser)]
struct Asked {
    /// How many schedules.
    #[arg(long, default_value_t = 1_000)]
    schedules: u64,
    /// The first seed; the others follow it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Goes on for so many hours instead.
    #[arg(long)]
    hours: Option<f64>,
    /// Plays this one schedule, twice, and tells everything that happens in it.
    #[arg(long)]
    replay: Option<u64>,
}

#[derive(Default)]
struct Sum {
    schedules: u64,
    steps: u64,
    faults: BTreeMap<Fault, u64>,
    seen: BTreeMap<String, u64>,
    violations: Vec<(u64, String)>,
}

impl Sum {
    fn add(&mut self, outcome: Outcome) {
        self.schedules += 1;
        self.steps += outcome.history.1;
        for (fault, times) in outcome.faults {
            *self.faults.entry(fault).or_default() += times;
        }
        for (what, times) in outcome.seen {
            *self.seen.entry(what).or_default() += times;
        }
        for violation in outcome.violations {
            println!("seed {}: {violation}", outcome.seed);
            self.violations.push((outcome.seed, violation));
        }
    }
}

/// So many schedules must meet everything.
const MEETS_ALL: u64 = 5_000;
/// What an order, a payment and the ledger must come to now and then.
const SOMETIMES: [&str; 24] = [
    "an effect whose answer was lost",
    "ledger: Bonus",
    "ledger: Capture",
    "ledger: Forfeit",
    "ledger: Payment",
    "ledger: Promo",
    "ledger: Purchase",
    "ledger: Release",
    "order: Queued to Canceled",
    "order: Queued to Failed",
    "order: Rendered to Delivered",
    "order: Rendered to Failed",
    "order: Rendered to Stored",
    "order: Running to Failed",
    "order: Running to Queued",
    "order: Stored to Parked",
    "order: Submitting to Failed",
    "order: Submitting to Queued",
    "order: Submitting to Unknown",
    "order: Unknown to Failed",
    "order: Unknown to Queued",
    "order: Unknown to Running",
    "payment: Stars Refunded",
    "payment: YooKassa Refunded",
];

impl Sum {
    /// What never happened, and should have by now.
    fn missed(&self) -> Vec<String> {
        if self.schedules < MEETS_ALL {
            return Vec::new();
        }
        let faults = ALL.iter().filter(|fault| !self.faults.contains_key(fault));
        let faults = faults.map(|fault| format!("{fault:?}"));
        let other = SOMETIMES.iter().filter(|what| !self.seen.contains_key(**what));
        faults.chain(other.map(|what| (*what).to_owned())).collect()
    }
}

fn main() -> std::process::ExitCode {
    let asked = Asked::parse();
    if let Some(seed) = asked.replay {
        return replay(seed);
    }
    let begun = Instant::now();
    let until = asked.hours.map(|hours| Duration::from_secs_f64(hours * 3_600.0));
    let (next, sum) = (AtomicU64::new(0), Mutex::new(Sum::default()));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let over = until.map_or(at >= asked.schedules, |until| begun.elapsed() > until);
                    if over {
                        return;
                    }
                    let outcome = play(Wish::of(asked.seed + at));
                    sum.lock().unwrap_or_else(PoisonError::into_inner).add(outcome);
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    told(&sum, begun.elapsed())
}

fn told(sum: &Sum, took: Duration) -> std::process::ExitCode {
    println!("\nfaults:");
    for fault in ALL {
        println!("{:>9}  {fault:?}", sum.faults.get(fault).copied().unwrap_or(0));
    }
    println!("\nsometimes:");
    for (what, times) in &sum.seen {
        println!("{times:>9}  {what}");
    }
    let missed = sum.missed();
    for what in &missed {
        println!("never: {what}");
    }
    let struck: u64 = sum.faults.values().sum();
    println!(
        "{}",
        json!({
            "schedules": sum.schedules, "violations": sum.violations.len(), "faults": struck, "kinds": sum.faults.len(),
            "steps": sum.steps, "seconds": took.as_secs_f64(),
        })
    );
    if sum.violations.is_empty() && missed.is_empty() {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}

fn replay(seed: u64) -> std::process::ExitCode {
    let outcome = play(Wish::of(seed).told());
    let again = play(Wish::of(seed));
    for line in &outcome.trace {
        println!("{line}");
    }
    for violation in &outcome.violations {
        println!("violation: {violation}");
    }
    println!(
        "history {:016x}, again {:016x}",
        outcome.history.0, again.history.0
    );
    if outcome.violations.is_empty() && outcome.history == again.history {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}
