//! Jobs, read, and changed where no money is touched.

use domain::id::{JobId, OPEN_SHARDS};
use domain::job::{Change, Guard, Job};
use domain::time::Timestamp;
use table::{Condition, Db, Deadline, Item, Keys, Query, Row, Write, list, n, s};

mod waiting;

pub use waiting::Waiting;

use crate::changes::Applied;
use crate::error::Error;
use crate::{op, rows};

/// The sparse index of open jobs by due time.
pub const OPEN_INDEX: &str = "open-by-due";
/// The label of a job's write.
pub(crate) const JOB: &str = "job";

/// The table of jobs.
#[derive(Clone, Debug)]
pub struct Jobs {
    db: Db,
    table: String,
}

/// The jobs of one shard that are due.
#[derive(Clone, Debug, Default)]
pub struct DuePage {
    /// Their names, the longest overdue first.
    pub jobs: Vec<JobId>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Item>,
}

impl Jobs {
    /// Over the table.
    pub fn new(db: Db, table: String) -> Self {
        Self { db, table }
    }

    /// A job as it stands.
    pub async fn get(&self, id: &JobId) -> Result<Option<Job>, Error> {
        let item = self.db.get(&self.table, rows::job_key(id), true).await?;
        Ok(item.as_ref().map(rows::read_job).transpose()?)
    }

    /// Several jobs as they stand, at most 100. Rows that cannot be read are left out and logged.
    pub async fn get_many(&self, ids: &[JobId]) -> Result<Vec<Job>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys = ids.iter().map(rows::job_key).collect();
        let wanted = Keys {
            table: self.table.clone(),
            keys,
            consistent: true,
        };
        let mut found = self.db.batch_get(vec![wanted]).await?;
        let items = found.remove(&self.table).unwrap_or_default();
        Ok(items.iter().filter_map(readable).collect())
    }

    /// The jobs of one shard that are due by a time, from where a page before ended.
    pub async fn due(
        &self,
        shard: u32,
        by: Timestamp,
        after: Option<Item>,
        limit: i32,
    ) -> Result<DuePage, Error> {
        let query = Query {
            table: self.table.clone(),
            index: Some(OPEN_INDEX),
            partition: ("open_shard", s((shard % OPEN_SHARDS).to_string())),
            from: None,
            up_to: Some(("due_at", n(by.0))),
            limit,
            start: after,
            consistent: false,
        };
        let page = self.db.query(query).await?;
        let jobs = page
            .items
            .iter()
            .filter_map(|item| JobId::parse(Row(item).s("job_id").ok()?))
            .collect();
        Ok(DuePage {
            jobs,
            next: page.next,
        })
    }

    /// Writes a change that touches no money.
    pub async fn change(&self, before: &Job, change: &Change, deadline: Deadline) -> Result<Applied, Error> {
        if change.settlement.is_some() {
            return Err(Error::Unsound {
                what: format!(
                    "{:?} of {} settles and was written as if not",
                    change.rule, before.id
                ),
            });
        }
        let mark = op::mark();
        let write = self.write_of(before, change, &mark);
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(Applied::Written),
            Err(error) => refused(error, &mark),
        }
    }

    /// A change as a write under its guards: just the attributes that it changes.
    pub(crate) fn write_of(&self, before: &Job, change: &Change, mark: &str) -> Write {
        let mut write = Write::update(JOB, &self.table, rows::job_key(&before.id)).set("op", s(mark));
        for guard in &change.guards {
            write = write.when(condition(*guard));
        }
        let old = rows::state(before);
        for (attribute, (_, was)) in rows::state(&change.after).into_iter().zip(old) {
            let (name, is) = attribute;
            if is != was {
                write = write.set_or_remove(name, is);
            }
        }
        let news = change.after.timeline.iter().skip(before.timeline.len());
        let news: Vec<_> = news.map(|mark| s(rows::mark_text(*mark))).collect();
        if news.is_empty() {
            write
        } else {
            write.append("timeline", list(news))
        }
    }
}

/// A guard as a condition.
fn condition(guard: Guard) -> Condition {
    match guard {
        Guard::Stage(stage) => Condition::Equals("stage", s(stage.as_str())),
        Guard::Fence(fence) => Condition::Equals("fence", n(fence.0)),
        Guard::DueBy(by) => Condition::AtMost("due_at", n(by.0)),
        Guard::NoTask => Condition::Absent("task"),
        Guard::DueAt(at) => Condition::Equals("due_at", n(at.0)),
        Guard::Message(message) => Condition::Equals("message", n(message.0)),
        Guard::TellTries(tries) => Condition::Equals("tells", n(tries)),
    }
}

/// What a refused write of a job means: another was faster, or our own first try was.
pub(crate) fn refused(error: table::Error, mark: &str) -> Result<Applied, Error> {
    let Some(refusal) = error.refused(JOB) else {
        return Err(error.into());
    };
    let Some(item) = &refusal.item else {
        return Ok(Applied::Moved(None));
    };
    if Row(item).s_opt("op") == Some(mark) {
        return Ok(Applied::Written);
    }
    Ok(Applied::Moved(Some(Box::new(rows::read_job(item)?))))
}

/// A job that can be read; one that cannot is logged and left for a person.
pub(crate) fn readable(item: &Item) -> Option<Job> {
    rows::read_job(item)
        .inspect_err(|error| tracing::error!(name: "row_unread", error = table::chain(&error), job = Row(item).s_opt("job_id"), "a job cannot be read"))
        .ok()
}
