//! Changes of a job, with the money where they settle it.

use domain::ai_request::Status;
use domain::id::UserId;
use domain::job::{Change, Job, Settlement, Stage};
use domain::ledger::Key;
use domain::limit::Counted;
use domain::time::{Millis, Timestamp};

use table::{Condition, Deadline, Token, Write, n, s};

use crate::error::Error;
use crate::{Store, jobs, op, rows};

/// The labels of a settlement's writes, beside the job's.
const ENTRY: &str = "entry";
const ACCOUNT: &str = "account";
/// The most counters that an order touches.
const WINDOWS_MAX: usize = 24;
/// One for each window, so that a refusal says which; a job is counted in fewer than these, and the rest would share the
/// last.
const WINDOWS: [&str; WINDOWS_MAX] = [
    "window 1",
    "window 2",
    "window 3",
    "window 4",
    "window 5",
    "window 6",
    "window 7",
    "window 8",
    "window 9",
    "window 10",
    "window 11",
    "window 12",
    "window 13",
    "window 14",
    "window 15",
    "window 16",
    "window 17",
    "window 18",
    "window 19",
    "window 20",
    "window 21",
    "window 22",
    "window 23",
    "window 24",
];

/// How long a row of steps is kept after something was given back to it: longer than any sliding window.
const STEPS_KEPT: Millis = Millis::from_mins(70 * 24 * 60);

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It stands in the table.
    Written,
    /// The job had moved on since it was read; here is how it stands, if it still exists.
    Moved(Option<Box<Job>>),
}

impl Store {
    /// Writes a change: one conditional update, or one transaction where it settles the money.
    pub async fn apply(&self, before: &Job, change: &Change, deadline: Deadline) -> Result<Applied, Error> {
        let Some(settlement) = change.settlement else {
            return self.move_on(before, change, deadline).await;
        };
        let windows: Vec<&Counted> = match settlement {
            Settlement::Release => before.windows.iter().collect(),
            // What counts open orders is free again however an order ends.
            Settlement::Capture => before
                .windows
                .iter()
                .filter(|counted| counted.key.is_open())
                .collect(),
        };
        match self.settle(before, change, settlement, &windows, deadline).await {
            // A counter whose row has aged out, or was lost, must not keep a credit from its owner.
            Err(Error::Table(error)) if only_windows(&error) => {
                tracing::error!(name: "counter_gone", job = %before.id, error = table::chain(&error), "a usage counter is gone; the credits are settled without it");
                let there = windows.into_iter().enumerate();
                let there = there.filter(|(index, _)| error.refused(label(*index)).is_none());
                let there: Vec<&Counted> = there.map(|(_, window)| window).collect();
                self.settle(before, change, settlement, &there, deadline).await
            }
            other => other,
        }
    }

    /// A change that touches no money; with the line in the log, where that says something else from here on.
    async fn move_on(&self, before: &Job, change: &Change, deadline: Deadline) -> Result<Applied, Error> {
        let waits = |job: &Job| Status::of(job.stage) == Status::TimeoutWaiting;
        let begins = waits(&change.after) && !waits(before);
        let Some(line) = begins.then(|| self.request_update(&change.after)).flatten() else {
            return self.jobs.change(before, change, deadline).await;
        };
        let mark = op::mark();
        let writes = vec![self.jobs.write_of(before, change, &mark), line];
        let token = Token::of(&format!("{:?} {} {mark}", change.rule, before.id));
        match self.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(Applied::Written),
            Err(error) => jobs::refused(error, &mark),
        }
    }

    async fn settle(
        &self,
        before: &Job,
        change: &Change,
        settlement: Settlement,
        windows: &[&Counted],
        deadline: Deadline,
    ) -> Result<Applied, Error> {
        let mark = op::mark();
        let mut writes = vec![
            self.jobs.write_of(before, change, &mark),
            self.entry_write(before, change, settlement),
            self.account_write(before, change, settlement),
        ];
        writes.extend(self.window_writes(before.id.user, windows, change.at));
        writes.extend(self.request_update(&change.after));
        let token = Token::of(&format!("{settlement:?} {} {mark}", before.id));
        let Err(error) = self.db.transact(&token, writes, deadline).await else {
            return Ok(Applied::Written);
        };
        if error.refused(jobs::JOB).is_some() {
            return jobs::refused(error, &mark);
        }
        if only_windows(&error) {
            return Err(Error::Table(error));
        }
        match error {
            // The job was open and its money was not as it must be: never guess, let somebody look.
            table::Error::Refused(_) => Err(Error::Unsound {
                what: format!("{:?} of {}: {error}", change.rule, before.id),
            }),
            other => Err(other.into()),
        }
    }

    /// The ledger's entry; its key is what makes a settlement happen once for ever.
    fn entry_write(&self, job: &Job, change: &Change, settlement: Settlement) -> Write {
        let key = match settlement {
            Settlement::Capture => Key::Capture(job.id.clone()),
            Settlement::Release => Key::Release(job.id.clone()),
        };
        let item = rows::entry_item(job.id.user, &key, job.cost, change.at);
        Write::put(ENTRY, &self.tables.ledger, item).when(Condition::Absent("entry"))
    }

    fn account_write(&self, job: &Job, change: &Change, settlement: Settlement) -> Write {
        let cost = i64::from(job.cost.0);
        let to = match settlement {
            Settlement::Capture => "captured",
            Settlement::Release => "available",
        };
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(job.id.user))
            .when(Condition::AtLeast("held", n(cost)))
            .when(Condition::Contains("active", s(job.id.to_string())))
            .increase("held", -cost)
            .increase(to, cost)
            .delete("active", job.id.to_string());
        if change.after.stage == Stage::Parked {
            write.insert("parked", job.id.to_string())
        } else {
            write
        }
    }

    /// The uses go back to the very windows they came from.
    pub(crate) fn window_writes(&self, user: UserId, windows: &[&Counted], at: Timestamp) -> Vec<Write> {
        let back = |(index, counted): (usize, &&Counted)| {
            let (key, amount) = (&counted.key, rows::number(counted.amount));
            let row = rows::usage_key(key.owner(user), key.row());
            let write = Write::update(label(index), &self.tables.usage, row);
            match key.step() {
                None => write
                    .when(Condition::AtLeast("used", n(amount)))
                    .increase("used", -amount),
                // A step that was forgotten meanwhile counts no more, whatever is taken from it. Should the row itself be
                // made anew by this, it is to be forgotten in its turn.
                Some((_, began)) => write
                    .increase(rows::step_attribute(began), -amount)
                    .set("expires_at", n(at.after(STEPS_KEPT).seconds())),
            }
        };
        windows.iter().enumerate().map(back).collect()
    }
}

/// The label of a window's write.
pub(crate) fn label(index: usize) -> &'static str {
    WINDOWS.get(index).copied().unwrap_or("window 24")
}

/// Whether nothing but counters was refused.
pub(crate) fn only_windows(error: &table::Error) -> bool {
    match error {
        table::Error::Refused(writes) => writes.iter().all(|write| WINDOWS.contains(&write.label)),
        _ => false,
    }
}
