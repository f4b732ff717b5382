//! The log of AI operations: an order's line is written where its job changes, in the same transaction; and the log is read.

use std::collections::VecDeque;

use domain::ai_request::{AiRequest, DAY_SHARDS};
use domain::id::{JobId, UserId};
use domain::job::Job;
use domain::time::Timestamp;
use table::{Db, Item, Query, Row, Write, n, s};

use crate::error::Error;
use crate::{Store, rows};

mod in_order;

pub use in_order::RequestsInOrder;

const REQUEST: &str = "request";
/// How many reads a page for a customer takes at most. One is enough, unless there are lines that cannot be read.
const READS_MAX: usize = 4;
/// The index by day, in parts, without the words. What an index has of its rows cannot be changed, so the number is of that.
const DAY_INDEX: &str = "by-day-2";

impl Store {
    /// The line of an order that is accepted.
    pub(crate) fn request_put(&self, job: &Job, prompt: Option<&str>) -> Option<Write> {
        let mut line = AiRequest::of(job)?;
        line.prompt = prompt.map(str::to_owned);
        let kept = job.order.costing.as_ref()?.kept;
        Some(Write::put(
            REQUEST,
            &self.tables.requests,
            rows::request_item(&line, kept),
        ))
    }

    /// The line of an order as it stands now. It is under no condition: a line that somebody has deleted keeps no credit
    /// from its owner, and is made anew without its words.
    pub(crate) fn request_update(&self, job: &Job) -> Option<Write> {
        let line = AiRequest::of(job)?;
        let kept = job.order.costing.as_ref()?.kept;
        let key = rows::request_key(line.user, line.at, &line.id);
        let mut write = Write::update(REQUEST, &self.tables.requests, key);
        for (name, value) in rows::request_attributes(&line, kept) {
            write = write.set_or_remove(name, value);
        }
        Some(write)
    }
}

/// The log of AI operations, to be read.
#[derive(Clone, Debug)]
pub struct Requests {
    db: Db,
    table: String,
}

/// Some lines of the log.
#[derive(Clone, Debug, Default)]
pub struct RequestPage {
    /// Them.
    pub lines: Vec<AiRequest>,
    /// How many there were beside that cannot be read; each is logged.
    pub unreadable: u64,
    /// Those, as they lie there.
    pub(crate) unread: Vec<Item>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Item>,
}

impl Requests {
    /// Over the table.
    pub fn new(db: Db, table: String) -> Self {
        Self { db, table }
    }

    /// A page of one part of a day (of UTC), oldest first, without the words. A day has
    /// [`DAY_SHARDS`](domain::ai_request::DAY_SHARDS) parts.
    pub async fn of_day(
        &self,
        day: Timestamp,
        shard: u32,
        after: Option<Item>,
        limit: i32,
    ) -> Result<RequestPage, Error> {
        self.of_part((day, shard), None, after, limit).await
    }

    /// All of some days, one after the other and each part by part; of what began within a time alone, where one is said: the
    /// rest of its days is not read.
    pub fn of_days(
        &self,
        days: impl IntoIterator<Item = Timestamp>,
        within: Option<(Timestamp, Timestamp)>,
        limit: i32,
    ) -> RequestPages<'_> {
        let parts = days
            .into_iter()
            .flat_map(|day| (0..DAY_SHARDS).map(move |shard| (day, shard)));
        let parts: VecDeque<_> = parts.collect();
        RequestPages {
            log: self,
            of: parts.len(),
            parts,
            bounds: within.map(|(from, until)| (rows::began(from), rows::began(until))),
            limit,
            start: None,
        }
    }

    /// The place behind a line of a part of a day, in words that can go through anybody's hands.
    pub fn cursor_after(shard: u32, line: &AiRequest) -> String {
        format!("{shard}.{}.{}", line.user, rows::request_name(line.at, &line.id))
    }

    /// The part of the day and the place in it that such words name, or the beginning of a part, which is its number;
    /// `None` if they name none.
    pub fn resumed(day: Timestamp, cursor: &str) -> Option<(u32, Option<Item>)> {
        let (shard, place) = cursor.split_once('.').unwrap_or((cursor, ""));
        let shard: u32 = shard.parse().ok().filter(|shard| *shard < DAY_SHARDS)?;
        if place.is_empty() {
            return Some((shard, None));
        }
        let (user, name) = place.split_once('.')?;
        let mut start = Self::resumed_of(UserId(user.parse().ok()?), name)?;
        let part = rows::day_part(&rows::day(day)?, shard);
        start.insert("day".to_owned(), s(part));
        Some((shard, Some(start)))
    }

    /// Where a page of a customer's history ended, in such words.
    pub fn cursor_of_user(next: &Item) -> Option<String> {
        Row(next).s_opt("request").map(str::to_owned)
    }

    /// The place behind an order in its customer's history.
    pub fn behind(job: &JobId, at: Timestamp) -> Item {
        rows::request_key(job.user, at, &job.to_string())
    }

    /// The place in a customer's history that such words name; `None` if they name none.
    pub fn resumed_of(user: UserId, cursor: &str) -> Option<Item> {
        let (at, id) = cursor.split_once('#')?;
        let at = Timestamp(at.parse().ok()?);
        let key = rows::request_key(user, at, id);
        (Row(&key).s_opt("request") == Some(cursor)).then_some(key)
    }

    async fn of_part(
        &self,
        (day, shard): (Timestamp, u32),
        bounds: Option<(String, String)>,
        after: Option<Item>,
        limit: i32,
    ) -> Result<RequestPage, Error> {
        let day = rows::day(day).unwrap_or_default();
        let (from, up_to) = bounds.unzip();
        let query = Query {
            table: self.table.clone(),
            index: Some(DAY_INDEX),
            partition: ("day", s(rows::day_part(&day, shard))),
            from: from.map(s),
            // What began at the very end has a name behind it, and so is beyond.
            up_to: up_to.map(|end| ("request", s(end))),
            limit,
            start: after,
            consistent: false,
        };
        Ok(page(self.db.query(query).await?))
    }

    /// A page for the customer to read: so many lines, if there are as many, and `next` only where there is an older one.
    /// What cannot be read is passed over, for a few reads.
    pub async fn read_by_user(
        &self,
        user: UserId,
        mut after: Option<Item>,
        lines: usize,
    ) -> Result<RequestPage, Error> {
        let mut read = RequestPage::default();
        // One more than is shown, to know whether there is an older one.
        let wanted = lines.saturating_add(1);
        for _ in 0..READS_MAX {
            let missing = wanted.saturating_sub(read.lines.len());
            let limit = i32::try_from(missing).unwrap_or(i32::MAX);
            let page = self.of_user(user, after, limit).await?;
            read.unreadable = read.unreadable.saturating_add(page.unreadable);
            read.lines.extend(page.lines);
            after = page.next;
            if after.is_none() || read.lines.len() >= wanted {
                break;
            }
        }
        if read.lines.len() > lines {
            read.lines.truncate(lines);
            let last = read.lines.last();
            after = last.map(|line| rows::request_key(user, line.at, &line.id));
        }
        read.next = after;
        Ok(read)
    }

    /// A page of what a customer has asked for, newest first, with the words as far as they are kept.
    pub async fn of_user(&self, user: UserId, after: Option<Item>, limit: i32) -> Result<RequestPage, Error> {
        let query = Query {
            table: self.table.clone(),
            index: None,
            partition: ("user_id", n(user.0)),
            from: None,
            up_to: None,
            limit,
            start: after,
            consistent: false,
        };
        Ok(page(self.db.query_backwards(query).await?))
    }
}

/// Several days of the log, page after page.
#[derive(Debug)]
pub struct RequestPages<'l> {
    log: &'l Requests,
    /// How many parts there are in all.
    of: usize,
    /// What is not read to its end yet.
    parts: VecDeque<(Timestamp, u32)>,
    bounds: Option<(String, String)>,
    limit: i32,
    start: Option<Item>,
}

impl RequestPages<'_> {
    /// Whether all has been read.
    pub fn are_over(&self) -> bool {
        self.parts.is_empty()
    }

    /// How many parts of days have been read to their end.
    pub fn parts_read(&self) -> usize {
        self.of.saturating_sub(self.parts.len())
    }

    /// The part that is read half.
    pub fn half(&self) -> Option<(Timestamp, u32)> {
        self.parts.front().copied().filter(|_| self.start.is_some())
    }

    /// The next page, which knows nothing of one behind it; `None` once all has been read.
    pub async fn next(&mut self) -> Result<Option<RequestPage>, Error> {
        let Some(part) = self.parts.front().copied() else {
            return Ok(None);
        };
        let (bounds, start) = (self.bounds.clone(), self.start.clone());
        let mut page = self.log.of_part(part, bounds, start, self.limit).await?;
        self.start = page.next.take();
        if self.start.is_none() {
            self.parts.pop_front();
        }
        Ok(Some(page))
    }
}

fn page(page: table::Page) -> RequestPage {
    let mut read = RequestPage {
        next: page.next,
        ..RequestPage::default()
    };
    for item in &page.items {
        match rows::read_request(item) {
            Ok(line) => read.lines.push(line),
            Err(error) => {
                read.unreadable += 1;
                read.unread.push(item.clone());
                tracing::error!(name: "row_unread", error = table::chain(&error), request = Row(item).s_opt("request"), "a line of the log cannot be read");
            }
        }
    }
    read
}
