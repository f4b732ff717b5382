//! Days of the log in the order of time, from all parts of a day at once; and what the index leaves out.

use std::collections::{HashMap, VecDeque};

use domain::ai_request::{AiRequest, DAY_SHARDS};
use domain::id::UserId;
use domain::time::Timestamp;
use table::Keys;

use super::{Requests, page};
use crate::error::Error;
use crate::merge::Merge;
use crate::rows;

/// Rows that are read in one request: `DynamoDB`'s limit.
const AT_ONCE_MAX: usize = 100;

/// Several days of the log, line after line.
#[derive(Debug)]
pub struct RequestsInOrder<'l> {
    log: &'l Requests,
    days: VecDeque<Timestamp>,
    read: Merge<AiRequest>,
    limit: i32,
    unreadable: u64,
}

impl Requests {
    /// All of some days, one after the other and each in the order of time. A page of each part is held at once.
    pub fn in_order(&self, days: impl IntoIterator<Item = Timestamp>, limit: i32) -> RequestsInOrder<'_> {
        RequestsInOrder {
            log: self,
            days: days.into_iter().collect(),
            read: Merge::new(DAY_SHARDS),
            limit,
            unreadable: 0,
        }
    }

    /// Adds to lines of the index what only the rows have: what came of them and the provider's names of them, and no words. It
    /// costs half a read unit for each line.
    pub async fn complete(&self, lines: &mut [AiRequest]) -> Result<(), Error> {
        for lines in lines.chunks_mut(AT_ONCE_MAX) {
            let keys = lines
                .iter()
                .map(|line| rows::request_key(line.user, line.at, &line.id));
            let wanted = Keys {
                table: self.table.clone(),
                keys: keys.collect(),
                consistent: false,
            };
            let mut found = self.db.batch_get(vec![wanted]).await?;
            let items = found.remove(&self.table).unwrap_or_default();
            let mut whole: HashMap<(UserId, String), AiRequest> = page(table::Page { items, next: None })
                .lines
                .into_iter()
                .map(|line| ((line.user, line.id.clone()), line))
                .collect();
            for line in lines {
                if let Some(whole) = whole.remove(&(line.user, line.id.clone())) {
                    (line.result, line.task) = (whole.result, whole.task);
                }
            }
        }
        Ok(())
    }
}

impl RequestsInOrder<'_> {
    /// The next line; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<AiRequest>, Error> {
        while let Some(day) = self.days.front().copied() {
            while let Some((part, start)) = self.read.hungry() {
                let page = self.log.of_part((day, part), None, start, self.limit).await?;
                self.unreadable = self.unreadable.saturating_add(page.unreadable);
                self.read.feed(part, page.lines, page.next);
            }
            if let Some(line) = self.read.take(|line| (line.at, line.id.clone())) {
                return Ok(Some(line));
            }
            self.days.pop_front();
            self.read = Merge::new(DAY_SHARDS);
        }
        Ok(None)
    }

    /// Lines that could not be read so far; each is logged.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }
}
