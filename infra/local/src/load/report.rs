//! What came of it: a table for people, a line of JSON for machines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use domain::audit::Books;
use domain::job::{Settlement, Stage as JobStage};
use local_lambda::FunctionStats;
use serde_json::{Value, json};

use super::memory::Mark;

/// One kind of load.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    name: &'static str,
    what: &'static str,
    count: u64,
    took: Duration,
    /// Orders that were open at once.
    pub(super) open: Option<u64>,
}

impl Phase {
    pub(super) fn new(name: &'static str, what: &'static str, count: u64, took: Duration) -> Self {
        Self {
            name,
            what,
            count,
            took,
            open: None,
        }
    }

    /// Milliseconds each took, with a tenth.
    fn each_ms(&self) -> String {
        let each_us = self.took.as_micros().checked_div(u128::from(self.count));
        let tenths = each_us.unwrap_or(0) / 100;
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// What the tables say of all orders.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    accounts: usize,
    orders: usize,
    delivered: usize,
    captured: usize,
    released: usize,
}

impl Counts {
    pub(super) fn of(books: &Books) -> Self {
        let settled = |how| books.jobs.iter().filter(|job| job.settled() == Some(how)).count();
        let delivered = books.jobs.iter().filter(|job| job.stage == JobStage::Delivered);
        Self {
            accounts: books.accounts.len(),
            orders: books.jobs.len(),
            delivered: delivered.count(),
            captured: settled(Settlement::Capture),
            released: settled(Settlement::Release),
        }
    }
}

/// What came of the load.
#[derive(Debug)]
pub struct Report {
    pub(super) phases: Vec<Phase>,
    pub(super) counts: Counts,
    pub(super) functions: BTreeMap<String, FunctionStats>,
    pub(super) marks: Vec<Mark>,
    /// What customers met that they should not have.
    pub stumbles: Vec<String>,
    /// Invariants that are broken, and what the played servers complain of.
    pub violations: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        let failed = self.functions.values().any(|stats| stats.errors > 0);
        self.violations.is_empty() && self.stumbles.is_empty() && !failed && self.is_flat()
    }

    /// Whether the functions held no more at the end of the soak than in the middle of it.
    fn is_flat(&self) -> bool {
        match self.marks.as_slice() {
            [.., middle, end] => end.is_flat_since(middle),
            _ => true,
        }
    }

    fn json(&self) -> Value {
        let phase = |phase: &Phase| {
            let told = json!({
                "count": phase.count, "seconds": phase.took.as_secs_f64(), "open_at_once": phase.open,
            });
            (phase.name.to_owned(), told)
        };
        let sum = |of: fn(&FunctionStats) -> u64| self.functions.values().map(of).sum::<u64>();
        let memory = |mark: &Mark| (format!("{}%", mark.share), json!(mark.rss_kb));
        let all = [("violations", &self.violations), ("stumbles", &self.stumbles)];
        let all = all.map(|(name, found)| (name.to_owned(), json!(found.len())));
        let mut told = json!({
            "accounts": self.counts.accounts,
            "orders": self.counts.orders,
            "delivered": self.counts.delivered,
            "captured": self.counts.captured,
            "released": self.counts.released,
            "invocations": sum(|stats| stats.invocations),
            "errors": sum(|stats| stats.errors),
            "processes": sum(|stats| stats.cold_starts),
            "memory_kb": self.marks.iter().map(memory).collect::<serde_json::Map<_, _>>(),
            "memory_flat": self.is_flat(),
        });
        if let Some(told) = told.as_object_mut() {
            told.extend(self.phases.iter().map(phase));
            told.extend(all);
        }
        told
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, all) in [("VIOLATION", &self.violations), ("STUMBLE", &self.stumbles)] {
            for one in all.iter().take(20) {
                writeln!(f, "{what} {one}")?;
            }
        }
        for phase in &self.phases {
            let (name, what, count, each_ms) = (phase.name, phase.what, phase.count, phase.each_ms());
            let took = phase.took.as_secs();
            write!(f, "{name:<8}{count:>8} {what:<8}{took:>6} s{each_ms:>8} ms each")?;
            match phase.open {
                Some(open) => writeln!(f, "   {open} open at once")?,
                None => writeln!(f)?,
            }
        }
        writeln!(
            f,
            "\n{:<28}{:>12}{:>8}{:>8}{:>12}",
            "function", "invocations", "errors", "cold", "most, KB"
        )?;
        for (name, stats) in self.functions.iter().filter(|(_, stats)| stats.invocations > 0) {
            let (invocations, errors, cold, most) = (
                stats.invocations,
                stats.errors,
                stats.cold_starts,
                stats.rss_max_kb,
            );
            writeln!(f, "{name:<28}{invocations:>12}{errors:>8}{cold:>8}{most:>12}")?;
        }
        if !self.marks.is_empty() {
            self.memory(f)?;
        }
        write!(f, "\n{}", self.json())
    }
}

impl Report {
    /// What each function's largest process held, and this program with everything that it plays.
    fn memory(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{:<28}", "resident, KB")?;
        for mark in &self.marks {
            write!(f, "{:>11}%", mark.share)?;
        }
        writeln!(f)?;
        let names: BTreeSet<&String> = self.marks.iter().flat_map(|mark| mark.rss_kb.keys()).collect();
        for name in names {
            write!(f, "{name:<28}")?;
            for mark in &self.marks {
                write!(f, "{:>12}", mark.rss_kb.get(name).copied().unwrap_or(0))?;
            }
            writeln!(f)?;
        }
        write!(f, "{:<28}", "(this program)")?;
        for mark in &self.marks {
            write!(f, "{:>12}", mark.own_kb)?;
        }
        writeln!(f)
    }
}
