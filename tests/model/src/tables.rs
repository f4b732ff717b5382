//! The tables: the account, the ledger, the counters and the jobs; and the two transactions between them, each all or
//! nothing, under the conditions that `store::admission` and `store::changes` state.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use domain::account::{Account, Draft};
use domain::admission::Admission;
use domain::audit::{self, Books};
use domain::id::UserId;
use domain::job::{Job, Settlement, Stage};
use domain::ledger::{Entry, Key};
use domain::limit::{Bound, Count, Counted, Counts};
use domain::money::Credits;

use crate::Broken;
use crate::row::{Decided, Row};
use crate::scene::{self, COST, USER};
use crate::time::{BORN, NOW};

/// Everything that stands in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The customer's account.
    pub account: Arc<Account>,
    /// The customer's ledger, by key, with all that was ever written under it.
    pub ledger: BTreeMap<Key, Vec<Credits>>,
    /// The counters.
    pub counts: Counts,
    /// The jobs, by the number of their draft.
    pub jobs: Vec<Option<Row>>,
}

impl Hash for Tables {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let balance = self.account.balance;
        let sums = [balance.available, balance.held, balance.captured, balance.granted];
        sums.hash(state);
        [balance.aside, balance.clawed, balance.debt, balance.forfeited].hash(state);
        (&self.account.active_jobs, &self.account.parked).hash(state);
        let draft = self.account.draft.as_ref();
        draft.map(|draft| (&draft.nonce, draft.revision)).hash(state);
        (&self.ledger, &self.jobs).hash(state);
        for (row, count) in &self.counts {
            (row, count.used).hash(state);
        }
    }
}

/// What became of an admission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// The job stands.
    Yes,
    /// This draft has become a job already.
    Already,
    /// Something is no longer as it was read.
    Changed,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It stands.
    Yes,
    /// The job had moved on.
    Moved,
    /// The job was as it should be, and the money was not: nothing was written.
    Unsound,
}

impl Tables {
    /// A customer with a draft and the credits for one order.
    pub fn new(jobs: usize) -> Self {
        let mut account = Account::new(USER);
        account.draft = Some(scene::draft(0));
        account.balance.granted = COST;
        account.balance.available = COST;
        Self {
            account: Arc::new(account),
            ledger: BTreeMap::from([(Key::Signup, vec![COST])]),
            counts: Counts::new(),
            jobs: vec![None; jobs],
        }
    }

    /// A customer with a draft and nothing to pay it with.
    pub fn without_credits() -> Self {
        let mut tables = Self::new(1);
        let account = tables.account();
        (account.balance.granted, account.balance.available) = (Credits::ZERO, Credits::ZERO);
        tables.ledger.clear();
        tables
    }

    /// The account, to be written to.
    pub fn account(&mut self) -> &mut Account {
        Arc::make_mut(&mut self.account)
    }

    /// A job that stands.
    pub fn job(&self, n: usize) -> Option<&Row> {
        self.jobs.get(n).and_then(Option::as_ref)
    }

    fn put(&mut self, n: usize, row: Row) {
        if let Some(place) = self.jobs.get_mut(n) {
            *place = Some(row);
        }
    }

    fn note(&mut self, key: Key, amount: Credits) {
        self.ledger.entry(key).or_default().push(amount);
    }

    /// T1, as one transaction.
    pub fn admit(&mut self, n: usize, admission: &Admission, broken: Broken) -> Admitted {
        let (job, account) = (&admission.job, &self.account);
        let hold = Key::Hold(job.id.clone());
        if broken != Broken::AdmitsTwice && (self.job(n).is_some() || self.ledger.contains_key(&hold)) {
            return Admitted::Already;
        }
        let draft = account.draft.as_ref();
        let is_the_draft = draft
            .is_some_and(|draft| (&draft.nonce, draft.revision) == (&job.id.nonce, admission.draft_revision));
        let active = u32::try_from(account.active_jobs.len()).unwrap_or(u32::MAX);
        let is_as_read = (is_the_draft || broken == Broken::AdmitsTwice)
            && (account.balance.available >= job.cost || broken == Broken::SpendsUnseen)
            && account.balance.debt == Credits::ZERO
            && active < admission.active_jobs_max
            && account.standing.revision == admission.standing_revision;
        let has_room = admission.reservations.iter().all(|reservation| {
            let used = self
                .counts
                .get(reservation.counted.key.row())
                .map_or(0, |count| count.used);
            match reservation.bound {
                Bound::AtMost(most) => used <= most,
                Bound::Unchanged(_) | Bound::Free => true,
            }
        });
        if !is_as_read || !has_room {
            return Admitted::Changed;
        }
        let (id, cost) = (job.id.clone(), job.cost);
        let account = self.account();
        move_between(&mut account.balance.available, &mut account.balance.held, cost);
        account.active_jobs.insert(id);
        account.draft = None;
        for reservation in &admission.reservations {
            let counted = &reservation.counted;
            let count = self.counts.entry(counted.key.row().to_owned()).or_default();
            count.used = count.used.saturating_add(counted.amount);
        }
        self.note(hold, cost);
        self.put(n, Row::new(job.clone()));
        Admitted::Yes
    }

    /// A change of a job, with the money where it settles it, as one transaction.
    pub fn write(&mut self, n: usize, decided: &Decided, broken: Broken) -> Written {
        let Some(row) = self.job(n).cloned() else {
            return Written::Moved;
        };
        if broken != Broken::WritesUnguarded && !decided.is_allowed(&row) {
            return Written::Moved;
        }
        if let Some(settlement) = decided.change.settlement
            && broken != Broken::SettlesWithoutMoney
            && !self.settle(&row, settlement, decided.change.after.stage, broken)
        {
            return Written::Unsound;
        }
        if let Some(draft) = &decided.change.draft {
            self.begin(draft);
        }
        self.put(n, decided.write_to(&row));
        Written::Yes
    }

    /// What the customer goes on with, where they are composing nothing else.
    fn begin(&mut self, draft: &Draft) {
        if self.account.draft.is_none() {
            self.account().draft = Some(draft.clone());
        }
    }

    /// The ledger's entry, the sums of the account and the counters. Whether they were as they must be.
    fn settle(&mut self, job: &Job, settlement: Settlement, to: Stage, broken: Broken) -> bool {
        let key = match settlement {
            Settlement::Capture => Key::Capture(job.id.clone()),
            Settlement::Release => Key::Release(job.id.clone()),
        };
        let account = &self.account;
        let is_sound = !self.ledger.contains_key(&key)
            && account.balance.held >= job.cost
            && account.active_jobs.contains(&job.id);
        if !is_sound && broken != Broken::WritesUnguarded {
            return false;
        }
        let account = self.account();
        let balance = &mut account.balance;
        let into = match settlement {
            Settlement::Capture => &mut balance.captured,
            Settlement::Release => &mut balance.available,
        };
        move_between(&mut balance.held, into, job.cost);
        account.active_jobs.remove(&job.id);
        if to == Stage::Parked {
            account.parked.insert(job.id.clone());
        }
        let goes_back = |counted: &&Counted| settlement == Settlement::Release || counted.key.is_open();
        for counted in job.windows.iter().filter(goes_back) {
            if broken == Broken::KeepsCounting {
                break;
            }
            let count = self.counts.entry(counted.key.row().to_owned()).or_default();
            count.used = count.used.saturating_sub(counted.amount);
        }
        self.note(key, job.cost);
        true
    }

    /// What an operator's audit reads.
    pub fn books(&self) -> Books {
        let entry = |(key, amounts): (&Key, &Vec<Credits>)| {
            let of = |amount: &Credits| Entry {
                key: key.clone(),
                amount: *amount,
                at: NOW,
            };
            amounts.iter().map(of).collect::<Vec<_>>()
        };
        let usage: BTreeMap<(UserId, String), Count> = self
            .counts
            .iter()
            .map(|(row, count)| ((USER, row.clone()), count.clone()))
            .collect();
        Books {
            accounts: vec![(*self.account).clone()],
            ledger: BTreeMap::from([(USER, self.ledger.iter().flat_map(entry).collect())]),
            jobs: self.jobs.iter().flatten().map(|row| (**row).clone()).collect(),
            usage,
            read_at: Some(BORN),
            ..Books::default()
        }
    }

    /// The numbers of the invariants that these tables break, by the audit that an operator runs.
    pub fn broken(&self) -> Vec<&'static str> {
        let found = audit::violations(&self.books());
        found.into_iter().map(|violation| violation.invariant).collect()
    }
}

/// As two increments of one item: no decision, and no floor but the conditions.
fn move_between(from: &mut Credits, to: &mut Credits, amount: Credits) {
    *from = Credits(from.0.saturating_sub(amount.0));
    *to = Credits(to.0.saturating_add(amount.0));
}
