//! What the operator's report asks of money: what moved on a day, what credits were given on it, and which plans run.

use domain::ledger::Entry;
use domain::payment::{Movement, Record};
use domain::time::Timestamp;
use table::{Item, Query, Row, n, s};

use super::{Bought, Payments, bought};
use crate::error::Error;
use crate::rows;

/// The index of payments by day, and of movements by theirs.
const DAY_INDEX: &str = "by-day";
/// The index of the ledger's entries that give credits, by the day on which they do.
const GIVEN_INDEX: &str = "by-given-day";
/// The index of what was paid for plans, by when its days end.
const PLAN_INDEX: &str = "by-plan";

/// Rows that are asked for at once; a page ends at 1 MB anyhow.
const PAGE: i32 = 2_000;

impl Payments {
    /// Reads every movement of the day of a time, in UTC, page by page. Gives how many could not be read; they are logged.
    pub async fn moved_on(
        &self,
        day: Timestamp,
        mut take: impl FnMut(Movement) + Send,
    ) -> Result<u64, Error> {
        let (unreadable, _) = self.moved_up_to(usize::MAX, day, &mut take).await?;
        Ok(unreadable)
    }

    /// The same, for whoever has little time: no more is asked for once so many rows were read, and it is said whether those
    /// were all.
    pub async fn moved_up_to(
        &self,
        most: usize,
        day: Timestamp,
        mut take: impl FnMut(Movement) + Send,
    ) -> Result<(u64, bool), Error> {
        let day = rows::money_day(day).unwrap_or_default();
        let table = &self.tables.payments;
        self.some((table, DAY_INDEX), ("day", &day), (None, most), |item| {
            movement(item).map(&mut take).is_some()
        })
        .await
    }

    /// Reads every entry of the ledger that gave somebody credits on the day of a time, in UTC, page by page. Gives how many
    /// could not be read; they are logged.
    pub async fn given_on(&self, day: Timestamp, mut take: impl FnMut(Entry) + Send) -> Result<u64, Error> {
        let day = rows::day(day).unwrap_or_default();
        let table = &self.tables.ledger;
        self.each((table, GIVEN_INDEX), (rows::GIVEN_DAY, &day), None, |item| {
            let read = rows::read_entry(item).inspect_err(|error| unread(item, error));
            read.map(|(_, entry)| take(entry)).is_ok()
        })
        .await
    }

    /// Reads every payment that brought a plan and whose days end at a time or after it, page by page, whatever became of
    /// it. Gives how many could not be read; they are logged.
    pub async fn running(
        &self,
        plan: &str,
        from: Timestamp,
        mut take: impl FnMut(Record) + Send,
    ) -> Result<u64, Error> {
        let table = &self.tables.payments;
        self.each(
            (table, PLAN_INDEX),
            ("plan", plan),
            Some(("ends_at", from)),
            |item| {
                match bought(item) {
                    Some(Bought::Payment(record)) => take(*record),
                    Some(Bought::Purchase(_)) => {}
                    None => return false,
                }
                true
            },
        )
        .await
    }

    /// Reads a partition of an index page by page, and counts what could not be read.
    async fn each(
        &self,
        of: (&str, &'static str),
        partition: (&'static str, &str),
        from: Option<(&'static str, Timestamp)>,
        is_read: impl FnMut(&Item) -> bool + Send,
    ) -> Result<u64, Error> {
        let (unreadable, _) = self.some(of, partition, (from, usize::MAX), is_read).await?;
        Ok(unreadable)
    }

    /// The same, until so many rows were read; and whether they are all.
    async fn some(
        &self,
        (table, index): (&str, &'static str),
        (attribute, value): (&'static str, &str),
        (from, most): (Option<(&'static str, Timestamp)>, usize),
        mut is_read: impl FnMut(&Item) -> bool + Send,
    ) -> Result<(u64, bool), Error> {
        let (mut unreadable, mut rows, mut start) = (0_u64, 0_usize, None);
        loop {
            let query = Query {
                table: table.to_owned(),
                index: Some(index),
                partition: (attribute, s(value)),
                from: from.map(|(_, at)| n(at.0)),
                up_to: from.map(|(attribute, _)| (attribute, n(i64::MAX))),
                limit: i32::try_from(most.saturating_sub(rows)).map_or(PAGE, |left| left.min(PAGE)),
                start,
                consistent: false,
            };
            let page = self.db.query(query).await?;
            for item in &page.items {
                unreadable = unreadable.saturating_add(u64::from(!is_read(item)));
            }
            rows = rows.saturating_add(page.items.len());
            start = page.next;
            if start.is_none() || rows >= most {
                return Ok((unreadable, start.is_none()));
            }
        }
    }
}

/// A movement; `None`, and a line in the log, if it cannot be read.
pub(super) fn movement(item: &Item) -> Option<Movement> {
    let read = rows::read_movement(item).inspect_err(|error| unread(item, error));
    read.ok()
}

fn unread(item: &Item, error: &table::Malformed) {
    tracing::error!(name: "row_unread", error = table::chain(error), id = Row(item).s_opt("id"), "a row about money cannot be read");
}
