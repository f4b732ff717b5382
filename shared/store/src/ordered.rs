//! All that a customer has ever ordered: the ledger has an entry for each, for ever.

use domain::id::{JobId, UserId};
use domain::ledger::Key;
use table::{Item, Query, n, s};

use crate::error::Error;
use crate::{Store, rows};

/// The entries that name orders, from where to where.
const HOLDS: (&str, &str) = ("hold#", "hold$");
/// Entries of one read.
const PAGE: i32 = 100;

/// Some of a customer's orders.
#[derive(Clone, Debug, Default)]
pub struct OrderPage {
    /// Their names.
    pub jobs: Vec<JobId>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Item>,
}

impl Store {
    /// A page of all that a customer has ever ordered, by the ledger, from where a page before ended.
    pub async fn ordered(&self, user: UserId, after: Option<Item>) -> Result<OrderPage, Error> {
        let query = Query {
            table: self.tables.ledger.clone(),
            index: None,
            partition: ("user_id", n(user.0)),
            from: Some(s(HOLDS.0)),
            up_to: Some(("entry", s(HOLDS.1))),
            limit: PAGE,
            start: after,
            consistent: true,
        };
        let page = self.db.query(query).await?;
        let job = |item: &Item| match rows::read_entry(item).ok()?.1.key {
            Key::Hold(job) => Some(job),
            _ => None,
        };
        Ok(OrderPage {
            jobs: page.items.iter().filter_map(job).collect(),
            next: page.next,
        })
    }
}
