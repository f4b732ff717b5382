//! Payments, listed by the day on which they were first heard of.

use domain::payment::Record;
use domain::time::Timestamp;
use table::{Item, Query, Row, s};

use super::{Bought, Payments, bought};
use crate::error::Error;
use crate::rows;

/// The index of payments by the day on which they were first heard of.
const DAY_INDEX: &str = "by-day";

/// Some payments of a day.
#[derive(Clone, Debug, Default)]
pub struct PaymentPage {
    /// Them.
    pub records: Vec<Record>,
    /// Those beside that cannot be read: when each was first heard of, as far as that can be.
    pub unreadable: Vec<Option<Timestamp>>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Item>,
}

impl Payments {
    /// The payments that were first heard of on the day of a time, in UTC, the newest first, from where a page before ended.
    /// Rows that cannot be read are logged, and counted by when they were heard of.
    pub async fn of_day(
        &self,
        day: Timestamp,
        after: Option<Item>,
        limit: i32,
    ) -> Result<PaymentPage, Error> {
        let query = Query {
            table: self.tables.payments.clone(),
            index: Some(DAY_INDEX),
            partition: ("day", s(rows::day(day).unwrap_or_default())),
            from: None,
            up_to: None,
            limit,
            start: after,
            consistent: false,
        };
        let page = self.db.query_backwards(query).await?;
        let mut read = PaymentPage {
            next: page.next,
            ..PaymentPage::default()
        };
        for item in &page.items {
            match bought(item) {
                Some(Bought::Payment(record)) => read.records.push(*record),
                Some(Bought::Purchase(_)) => {}
                None => read.unreadable.push(Row(item).n("at").ok().map(Timestamp)),
            }
        }
        Ok(read)
    }
}
