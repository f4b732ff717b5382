//! The open orders of all shards in one order: the longest overdue first.

use domain::id::{JobId, OPEN_SHARDS};
use domain::job::Job;
use domain::time::{Millis, Timestamp};
use table::{Item, Query, Row, n, s};

use super::{Jobs, OPEN_INDEX};
use crate::error::Error;
use crate::merge::Merge;
use crate::rows;

/// Orders of a shard that are read at once. Their keys alone are read, so it is a unit at most.
const PAGE: i32 = 50;
/// Orders that are given at once, for their rows are read in one request: `DynamoDB`'s limit.
const AT_ONCE_MAX: usize = 100;

/// An order's place among those that are open.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    due_at: Timestamp,
    shard: u32,
    job: JobId,
}

impl Place {
    fn of(shard: u32, item: &Item) -> Option<Self> {
        let row = Row(item);
        Some(Self {
            due_at: Timestamp(row.n("due_at").ok()?),
            shard,
            job: JobId::parse(row.s_opt("job_id")?)?,
        })
    }

    /// Its key in the index.
    fn key(&self) -> Item {
        let mut key = rows::job_key(&self.job);
        key.insert("due_at".to_owned(), n(self.due_at.0));
        key.insert("open_shard".to_owned(), s(self.shard.to_string()));
        key
    }
}

/// The open orders, on and on.
#[derive(Debug)]
pub struct Waiting<'j> {
    jobs: &'j Jobs,
    by: Timestamp,
    after: Option<Place>,
    read: Merge<Place>,
}

impl Jobs {
    /// All open orders that are due by a time, the longest overdue first, from all shards; from a place on, which is
    /// what [`Waiting::next`] gives as a cursor. `None` if that names no place.
    pub fn waiting(&self, by: Timestamp, cursor: Option<&str>) -> Option<Waiting<'_>> {
        let after = cursor.map(place_of);
        if after == Some(None) {
            return None;
        }
        Some(Waiting {
            jobs: self,
            by,
            after: after.flatten(),
            read: Merge::new(OPEN_SHARDS),
        })
    }
}

/// The place that a cursor names; `None` if it names none.
fn place_of(cursor: &str) -> Option<Place> {
    let mut parts = cursor.splitn(3, '.');
    Some(Place {
        shard: parts.next()?.parse().ok().filter(|shard| *shard < OPEN_SHARDS)?,
        due_at: Timestamp(parts.next()?.parse().ok()?),
        job: JobId::parse(parts.next()?)?,
    })
}

impl Waiting<'_> {
    /// The next orders as they stand now, at most so many and at most 100, and a cursor of the place behind them, in words
    /// that can go through anybody's hands. The index is a little behind: what ended meanwhile is still among them, with no due
    /// time, and what was deleted or cannot be read is missing. `None` once there are no more.
    pub async fn next(&mut self, most: usize) -> Result<Option<(Vec<Job>, String)>, Error> {
        let mut places = Vec::new();
        while places.len() < most.clamp(1, AT_ONCE_MAX)
            && let Some(place) = self.place().await?
        {
            places.push(place);
        }
        let Some(last) = places.last() else {
            return Ok(None);
        };
        let cursor = format!("{}.{}.{}", last.shard, last.due_at.0, last.job);
        let names: Vec<JobId> = places.into_iter().map(|place| place.job).collect();
        let mut jobs = self.jobs.get_many(&names).await?;
        jobs.sort_by_key(|job| names.iter().position(|name| *name == job.id));
        Ok(Some((jobs, cursor)))
    }

    /// Whether there are more.
    pub async fn has_more(&mut self) -> Result<bool, Error> {
        self.fill().await?;
        Ok(self.read.has_some())
    }

    async fn place(&mut self) -> Result<Option<Place>, Error> {
        self.fill().await?;
        Ok(self.read.take(|place| place.due_at))
    }

    async fn fill(&mut self) -> Result<(), Error> {
        while let Some((shard, start)) = self.read.hungry() {
            let (from, start) = match &self.after {
                Some(_) if start.is_some() => (None, start),
                Some(after) if after.shard == shard => (None, Some(after.key())),
                // Of orders that are due at the same moment, those of lower shards came before.
                Some(after) if shard < after.shard => (Some(after.due_at.after(Millis(1))), None),
                Some(after) => (Some(after.due_at), None),
                None => (None, start),
            };
            if from.is_some_and(|from| from > self.by) {
                self.read.feed(shard, [], None);
                continue;
            }
            let query = Query {
                table: self.jobs.table.clone(),
                index: Some(OPEN_INDEX),
                partition: ("open_shard", s(shard.to_string())),
                from: from.map(|from| n(from.0)),
                up_to: Some(("due_at", n(self.by.0))),
                limit: PAGE,
                start,
                consistent: false,
            };
            let page = self.jobs.db.query(query).await?;
            let places = page.items.iter().filter_map(|item| Place::of(shard, item));
            let places: Vec<Place> = places.collect();
            self.read.feed(shard, places, page.next);
        }
        Ok(())
    }
}
