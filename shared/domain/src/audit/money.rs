//! Sums, holds and counters.

use std::collections::{BTreeMap, BTreeSet};

use super::{Books, Index, Violation, violation};
use crate::account::{Account, Balance};
use crate::admission::WindowKey;
use crate::id::{JobId, UserId};
use crate::job::{Job, Settlement};
use crate::ledger::Key;
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
        Ok(folded) if folded == balance => {}
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

/// What the jobs say that a counter must say.
#[derive(Default)]
struct Counted {
    jobs: u32,
    newest: Timestamp,
}

/// I13, as far as tables show it: a counter is the number of its jobs that were not released.
pub(super) fn wrong_with_counters(books: &Books) -> Vec<Violation> {
    let mut expected: BTreeMap<(UserId, &WindowKey), Counted> = BTreeMap::new();
    let unreleased = |job: &&Job| job.settled() != Some(Settlement::Release);
    for job in books.jobs.iter().filter(unreleased) {
        for window in &job.windows {
            let counted = expected.entry((job.id.user, window)).or_default();
            counted.jobs = counted.jobs.saturating_add(1);
            counted.newest = counted.newest.max(job.created_at);
        }
    }
    for (user, window) in books.usage.keys() {
        expected.entry((*user, window)).or_default();
    }
    expected
        .into_iter()
        .filter_map(|((user, window), counted)| wrong_with_counter(books, user, window, &counted))
        .collect()
}

fn wrong_with_counter(
    books: &Books,
    user: UserId,
    window: &WindowKey,
    counted: &Counted,
) -> Option<Violation> {
    let count = books.usage.get(&(user, window.clone())).copied();
    let may_be_gone = books
        .read_at
        .is_some_and(|now| counted.newest.after(COUNTER_KEPT) < now);
    if count.is_none() && may_be_gone || count.unwrap_or(0) == counted.jobs {
        return None;
    }
    let what = format!(
        "user {user} window {}: {} counted, {} jobs",
        window.0,
        count.unwrap_or(0),
        counted.jobs
    );
    Some(violation("I13", what))
}
