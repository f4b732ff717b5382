//! Everything, read for an audit. Costs what the tables cost to read.

use domain::admission::WindowKey;
use domain::audit::Books;
use domain::id::UserId;
use table::{Item, Row};

use crate::error::Error;
use crate::{Store, rows};

impl Store {
    /// Reads every table whole. While jobs move, the tables are not read at one moment, so an audit of a busy system
    /// may see a job's step and not yet its money; run it again to tell that from a fault.
    pub async fn read_books(&self) -> Result<Books, Error> {
        let mut books = Books::default();
        for item in self.scan_all(&self.tables.jobs).await? {
            books.jobs.push(rows::read_job(&item)?);
        }
        for item in self.scan_all(&self.tables.usage).await? {
            let row = Row(&item);
            let key = (UserId(row.n("user_id")?), WindowKey(row.s("window")?.to_owned()));
            books.usage.insert(key, row.n_or_zero("used")?);
        }
        for item in self.scan_all(&self.tables.ledger).await? {
            let (user, entry) = rows::read_entry(&item)?;
            books.ledger.entry(user).or_default().push(entry);
        }
        for item in self.scan_all(&self.tables.accounts).await? {
            books.accounts.push(rows::read_account(&item)?);
        }
        Ok(books)
    }

    async fn scan_all(&self, table: &str) -> Result<Vec<Item>, Error> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let page = self.db.scan(table, start).await?;
            items.extend(page.items);
            start = page.next;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}
