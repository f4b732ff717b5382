//! Sums, holds and counters.

use std::collections::{BTreeMap, BTreeSet};

use super::{Books, Index, Violation, violation};
use crate::account::{Account, Balance};
use crate::id::{JobId, UserId};
use crate::job::{Job, Settlement};
use crate::ledger::Key;
use crate::limit::{Count, Counted};
use crate::money::Credits;
use crate::time::{Millis, Timestamp};

/// A counter's row is kept at least so long after any job that it counts; then `DynamoDB` may delete it
/// (`store::admission`, `KEEP_AFTER`).
const COUNTER_KEPT: Millis = Millis::from_mins(35 * 24 * 60);

/// I1, I2, I3, and I14 of the account.
pub(super) fn wrong_with_account(books: &Books, index: &Index<'_>, account: &Account) -> Vec<Violation> {
    let (user, balance) = (account.user, account.balance);
    let mut found = Vec::new();
    if !balance.is_sound() {
        found.push(violation(
            "I1",
            format!("user {user}: {balance:?} does not add up"),
        ));
    }
    let entries = books.ledger.get(&user).map(Vec::as_slice).unwrap_or_default();
    match Balance::fold(entries) {
        Ok(folded) if folded == balance.repaid() => {}
        Ok(folded) => {
            let what = format!("user {user}: the ledger says {folded:?}, the account {balance:?}");
            found.push(violation("I14", what));
        }
        Err(why) => {
            let what = format!("user {user}: the ledger does not fold: {why:?}");
            found.push(violation("I2", what));
        }
    }
    found.extend(wrong_with_open_jobs(index, account));
    found
}

/// I3: what is held and who has a slot, against the open jobs.
fn wrong_with_open_jobs(index: &Index<'_>, account: &Account) -> Vec<Violation> {
    let (user, held) = (account.user, account.balance.held);
    let jobs = index.jobs_of(user).iter();
    let open: Vec<&Job> = jobs.copied().filter(|job| !job.stage.is_final()).collect();
    let cost = open.iter().try_fold(Credits::ZERO, |sum, job| sum.plus(job.cost));
    let mut found = Vec::new();
    if cost != Some(held) {
        let what = format!("user {user}: {held} held, open jobs cost {cost:?}");
        found.push(violation("I3", what));
    }
    let open: BTreeSet<&JobId> = open.iter().map(|job| &job.id).collect();
    let active: BTreeSet<&JobId> = account.active_jobs.iter().collect();
    if open != active {
        let what = format!("user {user}: active jobs are {active:?}, open ones {open:?}");
        found.push(violation("I3", what));
    }
    found
}

/// I4: one hold; one capture or release, if and only if the job is settled.
pub(super) fn wrong_with_settlement(index: &Index<'_>, job: &Job) -> Option<Violation> {
    let amounts = |key: &Key| index.amounts(job.id.user, key);
    let found = [
        amounts(&Key::Hold(job.id.clone())),
        amounts(&Key::Capture(job.id.clone())),
        amounts(&Key::Release(job.id.clone())),
    ];
    let expected = match job.settled() {
        None => [vec![job.cost], vec![], vec![]],
        Some(Settlement::Capture) => [vec![job.cost], vec![job.cost], vec![]],
        Some(Settlement::Release) => [vec![job.cost], vec![], vec![job.cost]],
    };
    let [holds, captures, releases] = &found;
    (found != expected).then(|| {
        let what = format!(
            "job {} is {:?}: holds {holds:?}, captures {captures:?}, releases {releases:?}",
            job.id, job.stage
        );
        violation("I4", what)
    })
}

/// What the jobs and the uses say that a row of counters must say.
#[derive(Default)]
struct Expected {
    used: u64,
    steps: BTreeMap<i64, u64>,
    newest: Timestamp,
}

/// I13, as far as tables show it: a counter is what its jobs use that were not released, or that are open, and the uses
/// without an order that were not released.
pub(super) fn wrong_with_counters(books: &Books) -> Vec<Violation> {
    let mut expected: BTreeMap<(UserId, String), Expected> = BTreeMap::new();
    for job in &books.jobs {
        for counted in job.windows.iter().filter(|counted| still_counts(job, counted)) {
            let row = (counted.key.owner(job.id.user), counted.key.row().to_owned());
            expected.entry(row).or_default().add(counted, job.created_at);
        }
    }
    for noted in books.uses.iter().filter(|noted| noted.still_counts()) {
        for counted in &noted.counted {
            let row = (counted.key.owner(noted.user), counted.key.row().to_owned());
            expected.entry(row).or_default().add(counted, noted.at);
        }
    }
    for row in books.usage.keys() {
        expected.entry(row.clone()).or_default();
    }
    expected
        .into_iter()
        .filter_map(|((user, row), expected)| wrong_with_counter(books, user, &row, &expected))
        .collect()
}

/// Whether a job is still counted there: as long as it is open where that is what counts, else unless it was released.
fn still_counts(job: &Job, counted: &Counted) -> bool {
    if counted.key.is_open() {
        return job.settled().is_none();
    }
    job.settled() != Some(Settlement::Release)
}

impl Expected {
    fn add(&mut self, counted: &Counted, at: Timestamp) {
        let sum = match counted.key.step() {
            Some((_, began)) => self.steps.entry(began).or_default(),
            None => &mut self.used,
        };
        *sum = sum.saturating_add(counted.amount);
        self.newest = self.newest.max(at);
    }

    /// Whether a row says just this. A step may have been forgotten, but only when something later was counted.
    fn is(&self, count: &Count) -> bool {
        let newest = count.steps.keys().last();
        let forgotten =
            |began: &i64| !count.steps.contains_key(began) && newest.is_some_and(|newest| began < newest);
        let mut steps = self.steps.iter().filter(|(began, _)| !forgotten(began));
        let there = |began: &i64| count.steps.get(began).copied().unwrap_or(0);
        let none_unknown = count
            .steps
            .iter()
            .all(|(began, used)| *used == 0 || self.steps.contains_key(began));
        count.used == self.used && none_unknown && steps.all(|(began, used)| there(began) == *used)
    }
}

fn wrong_with_counter(books: &Books, user: UserId, row: &str, expected: &Expected) -> Option<Violation> {
    let count = books.usage.get(&(user, row.to_owned()));
    let may_be_gone = books
        .read_at
        .is_some_and(|now| expected.newest.after(COUNTER_KEPT) < now);
    let found = count.cloned().unwrap_or_default();
    if count.is_none() && may_be_gone || expected.is(&found) {
        return None;
    }
    let what = format!(
        "user {user} window {row}: {} counted, its jobs and uses say {}{}",
        found.used,
        expected.used,
        steps(&found, expected)
    );
    Some(violation("I13", what))
}

/// What a sliding window's steps say, where there are any.
fn steps(found: &Count, expected: &Expected) -> String {
    if found.steps.is_empty() && expected.steps.is_empty() {
        return String::new();
    }
    format!("; steps {:?}, by the jobs {:?}", found.steps, expected.steps)
}
