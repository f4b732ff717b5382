//! What the tables must show whenever they are read: I1 to I5, I10 to I14, I17, I21 and I22, as far as tables can show them. The
//! flow tests check it at their ends, the demo at its own, and an operator whenever they like.
//!
//! What tables cannot show is checked where it can be seen. That no counter ever passed its limit is half of I13: no table
//! keeps the limit that held when a job was counted, and an operator may have lowered it since; the stage of the flow
//! tests knows it. That a draft became one job (I10) follows from the jobs' key, for a job is called as its draft; what
//! tables can show is a draft that stands although it is a job already, and that is looked for here.

mod log;
mod money;
mod payments;
mod rewards;
mod timeline;

pub use payments::Sales;
pub use rewards::PromoUses;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::account::Account;
use crate::ai_request::AiRequest;
use crate::id::{JobId, UserId};
use crate::job::{Job, Stage};
use crate::ledger::{Entry, Key};
use crate::limit::Count;
use crate::money::Credits;
use crate::rewards::PromoCode;
use crate::time::Timestamp;
use crate::uses::Use;

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Every account.
    pub accounts: Vec<Account>,
    /// Every user's ledger.
    pub ledger: BTreeMap<UserId, Vec<Entry>>,
    /// Every job.
    pub jobs: Vec<Job>,
    /// Every counter, and what it has counted.
    pub usage: BTreeMap<(UserId, String), Count>,
    /// Every use that was counted without an order.
    pub uses: Vec<Use>,
    /// How often each promo code was used, by its letters as they are compared, and for how many credits.
    pub promos: BTreeMap<PromoCode, PromoUses>,
    /// What was sold; `None` if that was not read, and is not looked at.
    pub sales: Option<Sales>,
    /// The log of AI operations; `None` if that was not read, and is not looked at.
    pub log: Option<Vec<AiRequest>>,
    /// Rows that say what they must not; they are in none of the above.
    pub bad_rows: Vec<BadRow>,
    /// When it was read. If nobody says, no counter is old enough to be gone.
    pub read_at: Option<Timestamp>,
}

/// A row with an attribute that is missing, of another kind, or below zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Which one: its table and its key.
    pub row: String,
    /// The attribute.
    pub attribute: &'static str,
    /// The number that stands there, if it is one.
    pub number: Option<i64>,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant, as `ARCHITECTURE.md` numbers them; `row` for a row that cannot be read.
    pub invariant: &'static str,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.found)
    }
}

/// The books by user and by key, so that an audit costs what the books hold, and not its square.
#[derive(Default)]
struct Index<'a> {
    jobs: BTreeMap<UserId, Vec<&'a Job>>,
    names: BTreeSet<&'a JobId>,
    amounts: BTreeMap<(UserId, &'a Key), Vec<Credits>>,
}

impl<'a> Index<'a> {
    fn of(books: &'a Books) -> Self {
        let mut index = Self::default();
        for job in &books.jobs {
            index.names.insert(&job.id);
            index.jobs.entry(job.id.user).or_default().push(job);
        }
        for (user, entries) in &books.ledger {
            for entry in entries {
                let amounts = index.amounts.entry((*user, &entry.key)).or_default();
                amounts.push(entry.amount);
            }
        }
        index
    }

    fn jobs_of(&self, user: UserId) -> &[&'a Job] {
        self.jobs.get(&user).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a user's ledger says under a key: one amount, if all is well.
    fn amounts(&self, user: UserId, key: &Key) -> Vec<Credits> {
        self.amounts.get(&(user, key)).cloned().unwrap_or_default()
    }
}

/// Everything that is wrong with the books.
pub fn violations(books: &Books) -> Vec<Violation> {
    let index = Index::of(books);
    let mut found: Vec<Violation> = books.bad_rows.iter().map(bad_row).collect();
    for account in &books.accounts {
        found.extend(money::wrong_with_account(books, &index, account));
        found.extend(draft_that_is_a_job(&index, account));
    }
    for job in &books.jobs {
        found.extend(money::wrong_with_settlement(&index, job));
        found.extend(wrong_with_job(job));
    }
    found.extend(money::wrong_with_counters(books));
    found.extend(payments::wrong(books, &index));
    found.extend(log::wrong(books, &index));
    found.extend(rewards::wrong(books, &index));
    found.extend(entries_without_jobs(books, &index));
    found.extend(users_without_accounts(books));
    found
}

/// I2, or a row that nobody can read.
fn bad_row(bad: &BadRow) -> Violation {
    let BadRow {
        row,
        attribute,
        number,
    } = bad;
    match number {
        Some(number) if *number < 0 => violation("I2", format!("{row}: {attribute} is {number}")),
        _ => violation("row", format!("{row}: {attribute} cannot be read")),
    }
}

/// I10: the draft could be ordered once more, if the job's key did not forbid it.
fn draft_that_is_a_job(index: &Index<'_>, account: &Account) -> Option<Violation> {
    let job = JobId {
        user: account.user,
        nonce: account.draft.as_ref()?.nonce.clone(),
    };
    let is_job = index.names.contains(&job);
    is_job.then(|| violation("I10", format!("the draft of job {job} still stands")))
}

fn wrong_with_job(job: &Job) -> Vec<Violation> {
    let mut found = Vec::new();
    if job.stage == Stage::Parked && job.file.is_none() {
        let what = format!("job {} is parked without a file", job.id);
        found.push(violation("I5", what));
    }
    if let Some(what) = timeline::wrong(job) {
        found.push(violation("I14", format!("job {}: {what}", job.id)));
    }
    if !job.stage.is_final() && job.due_at.is_none() {
        let what = format!("job {} is open and nothing will wake it", job.id);
        found.push(violation("I17", what));
    }
    found
}

/// Every entry about a job has its job.
fn entries_without_jobs(books: &Books, index: &Index<'_>) -> Vec<Violation> {
    let entries = books
        .ledger
        .iter()
        .flat_map(|(user, of_user)| of_user.iter().map(move |entry| (user, &entry.key)));
    let orphans = entries.filter(|(_, key)| match key {
        Key::Hold(job) | Key::Capture(job) | Key::Release(job) => !index.names.contains(job),
        Key::Signup
        | Key::Adjust(_)
        | Key::Promo(_)
        | Key::Bonus(_)
        | Key::Invited
        | Key::Invite(_)
        | Key::Forfeit(_)
        | Key::Purchase(_)
        | Key::Payment(..) => false,
    });
    orphans
        .map(|(user, key)| violation("I4", format!("user {user}: {key} has no job")))
        .collect()
}

/// Every job and every entry has an account.
fn users_without_accounts(books: &Books) -> Vec<Violation> {
    let accounts: BTreeSet<UserId> = books.accounts.iter().map(|account| account.user).collect();
    let jobs = books.jobs.iter().map(|job| job.id.user);
    let users: BTreeSet<UserId> = books.ledger.keys().copied().chain(jobs).collect();
    users
        .difference(&accounts)
        .map(|user| violation("I14", format!("user {user} has entries or jobs and no account")))
        .collect()
}

fn violation(invariant: &'static str, found: String) -> Violation {
    Violation { invariant, found }
}

#[cfg(test)]
mod tests;
