//! The invariants I1 to I5, I10, I13 and I14, checked on what the tables hold. The simulator checks them after every
//! step, the demo at its end, and an operator whenever they like.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::account::{Account, Balance};
use crate::admission::WindowKey;
use crate::id::{JobId, UserId};
use crate::job::{Job, Settlement, Stage};
use crate::ledger::{Entry, Key};
use crate::money::Credits;

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Every account.
    pub accounts: Vec<Account>,
    /// Every user's ledger.
    pub ledger: BTreeMap<UserId, Vec<Entry>>,
    /// Every job.
    pub jobs: Vec<Job>,
    /// Every counter: used, and the limit that held for it, where that is known.
    pub usage: BTreeMap<(UserId, WindowKey), u32>,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant, as `ARCHITECTURE.md` numbers them.
    pub invariant: &'static str,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.found)
    }
}

/// Everything that is wrong with the books.
pub fn violations(books: &Books) -> Vec<Violation> {
    let mut found = Vec::new();
    for account in &books.accounts {
        check_account(books, account, &mut found);
    }
    for job in &books.jobs {
        check_job(books, job, &mut found);
    }
    check_usage(books, &mut found);
    check_no_orphans(books, &mut found);
    found
}

fn check_account(books: &Books, account: &Account, found: &mut Vec<Violation>) {
    let user = account.user;
    if !account.balance.is_sound() {
        found.push(violation(
            "I1",
            format!("user {user}: {:?} does not add up", account.balance),
        ));
    }
    let entries = books.ledger.get(&user).map(Vec::as_slice).unwrap_or_default();
    match Balance::fold(entries) {
        Ok(folded) if folded == account.balance => {}
        Ok(folded) => found.push(violation(
            "I14",
            format!(
                "user {user}: the ledger says {folded:?}, the account {:?}",
                account.balance
            ),
        )),
        Err(why) => found.push(violation(
            "I2",
            format!("user {user}: the ledger does not fold: {why:?}"),
        )),
    }
    let open: Vec<&Job> = books
        .jobs
        .iter()
        .filter(|job| job.id.user == user && !job.stage.is_final())
        .collect();
    let held = open.iter().try_fold(Credits::ZERO, |sum, job| sum.plus(job.cost));
    if held != Some(account.balance.held) {
        found.push(violation(
            "I3",
            format!(
                "user {user}: {} held, open jobs cost {held:?}",
                account.balance.held
            ),
        ));
    }
    let open: BTreeSet<&JobId> = open.iter().map(|job| &job.id).collect();
    if open != account.active_jobs.iter().collect() {
        found.push(violation(
            "I3",
            format!(
                "user {user}: active jobs are {:?}, open ones {open:?}",
                account.active_jobs
            ),
        ));
    }
}

fn check_job(books: &Books, job: &Job, found: &mut Vec<Violation>) {
    let entries = books
        .ledger
        .get(&job.id.user)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let amount_of = |key: &Key| {
        entries
            .iter()
            .filter(|entry| entry.key == *key)
            .map(|entry| entry.amount)
            .collect::<Vec<_>>()
    };
    let holds = amount_of(&Key::Hold(job.id.clone()));
    let captures = amount_of(&Key::Capture(job.id.clone()));
    let releases = amount_of(&Key::Release(job.id.clone()));
    let expected = match job.settled() {
        None => (vec![], vec![]),
        Some(Settlement::Capture) => (vec![job.cost], vec![]),
        Some(Settlement::Release) => (vec![], vec![job.cost]),
    };
    if holds != [job.cost] || captures != expected.0 || releases != expected.1 {
        let what = format!(
            "job {} is {:?}: holds {holds:?}, captures {captures:?}, releases {releases:?}",
            job.id, job.stage
        );
        found.push(violation("I4", what));
    }
    if job.stage == Stage::Parked && job.file.is_none() {
        found.push(violation(
            "I5",
            format!("job {} is parked without a file", job.id),
        ));
    }
    let last = job.timeline.last();
    if last.map(|mark| (mark.stage, mark.fence)) != Some((job.stage, job.fence)) {
        found.push(violation(
            "I14",
            format!(
                "job {} is {:?}, its timeline ends with {last:?}",
                job.id, job.stage
            ),
        ));
    }
    if !job.stage.is_final() && job.due_at.is_none() {
        found.push(violation(
            "I17",
            format!("job {} is open and nothing will wake it", job.id),
        ));
    }
}

/// I13: a counter is the number of its jobs that were not released.
fn check_usage(books: &Books, found: &mut Vec<Violation>) {
    let mut expected: BTreeMap<(UserId, WindowKey), u32> = BTreeMap::new();
    for job in books
        .jobs
        .iter()
        .filter(|job| job.settled() != Some(Settlement::Release))
    {
        for window in &job.windows {
            let count = expected.entry((job.id.user, window.clone())).or_default();
            *count = count.saturating_add(1);
        }
    }
    let keys: BTreeSet<_> = expected.keys().chain(books.usage.keys()).cloned().collect();
    for key in keys {
        let (counted, jobs) = (
            books.usage.get(&key).copied().unwrap_or(0),
            expected.get(&key).copied().unwrap_or(0),
        );
        if counted != jobs {
            found.push(violation(
                "I13",
                format!(
                    "user {} window {}: {counted} counted, {jobs} jobs",
                    key.0, key.1.0
                ),
            ));
        }
    }
}

/// Every entry about a job has its job, and every job its account.
fn check_no_orphans(books: &Books, found: &mut Vec<Violation>) {
    let jobs: BTreeSet<&JobId> = books.jobs.iter().map(|job| &job.id).collect();
    for (user, entries) in &books.ledger {
        for entry in entries {
            match &entry.key {
                Key::Hold(job) | Key::Capture(job) | Key::Release(job) if !jobs.contains(job) => {
                    found.push(violation("I4", format!("user {user}: {} has no job", entry.key)));
                }
                Key::Hold(_) | Key::Capture(_) | Key::Release(_) | Key::Signup | Key::Adjust(_) => {}
            }
        }
    }
    let accounts: BTreeSet<UserId> = books.accounts.iter().map(|account| account.user).collect();
    for user in books
        .ledger
        .keys()
        .chain(books.jobs.iter().map(|job| &job.id.user))
        .filter(|user| !accounts.contains(user))
    {
        found.push(violation(
            "I14",
            format!("user {user} has entries or jobs and no account"),
        ));
    }
}

fn violation(invariant: &'static str, found: String) -> Violation {
    Violation { invariant, found }
}
