//! Everything, read for an audit. Costs what the tables cost to read.

use domain::audit::{BadRow, Books, PromoUses};
use domain::id::UserId;
use domain::limit::Count;
use domain::rewards::PromoCode;
use domain::uses::Use;
use table::{Item, Malformed, Row};

use crate::error::Error;
use crate::rewards::read_promo_uses;
use crate::{Store, rows};

impl Store {
    /// Reads every table whole. While jobs move, the tables are not read at one moment, so an audit of a busy system
    /// may see a job's step and not yet its money; run it again to tell that from a fault.
    /// A row that cannot be read is one of the audit's findings and keeps no other from being looked at.
    pub async fn read_books(&self) -> Result<Books, Error> {
        let mut books = Books::default();
        let tables = &self.tables;
        for job in self.read_all(&tables.jobs, rows::read_job, &mut books).await? {
            books.jobs.push(job);
        }
        for row in self.read_all(&tables.usage, read_usage, &mut books).await? {
            match row {
                Usage::Counter(owner, name, count) => drop(books.usage.insert((owner, name), count)),
                Usage::Use(noted) => books.uses.push(*noted),
                Usage::Note(Some((code, uses))) => drop(books.promos.insert(code, uses)),
                Usage::Note(None) => {}
            }
        }
        for (user, entry) in self
            .read_all(&tables.ledger, rows::read_entry, &mut books)
            .await?
        {
            books.ledger.entry(user).or_default().push(entry);
        }
        books.log = Some(
            self.read_all(&tables.requests, rows::read_request, &mut books)
                .await?,
        );
        books.accounts = self
            .read_all(&tables.accounts, rows::read_account, &mut books)
            .await?;
        Ok(books)
    }

    /// What can be read of a table; the rest goes to the bad rows.
    async fn read_all<T>(
        &self,
        table: &str,
        read: impl Fn(&Item) -> Result<T, Malformed>,
        books: &mut Books,
    ) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        for item in self.scan_all(table).await? {
            match read(&item) {
                Ok(row) => rows.push(row),
                Err(malformed) => books.bad_rows.push(bad_row(table, &item, &malformed)),
            }
        }
        Ok(rows)
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

/// What stands in a row of the table of usage.
enum Usage {
    Counter(UserId, String, Count),
    Use(Box<Use>),
    /// What is noted beside what customers use: it limits nobody, so there is nothing to hold it against, but for how often
    /// a promo code was used.
    Note(Option<(PromoCode, PromoUses)>),
}

fn read_usage(item: &Item) -> Result<Usage, Malformed> {
    if rows::use_id(item).is_some() {
        return Ok(Usage::Use(Box::new(rows::read_use(item)?)));
    }
    if rows::is_note(item) {
        return Ok(Usage::Note(read_promo_uses(item)));
    }
    let (name, count) = rows::read_count(item)?;
    Ok(Usage::Counter(UserId(Row(item).n("user_id")?), name, count))
}

/// Which row it is, by whatever it has of a key, and what stands where it cannot be read.
fn bad_row(table: &str, item: &Item, malformed: &Malformed) -> BadRow {
    let row = Row(item);
    let user = row.n_opt::<i64>("user_id").ok().flatten();
    let keys = ["job_id", "window", "entry", "request"].map(|name| row.s_opt(name).map(str::to_owned));
    let key = keys
        .into_iter()
        .chain([user.map(|user| user.to_string())])
        .flatten();
    BadRow {
        row: format!("{table} {}", key.collect::<Vec<_>>().join(" of ")),
        attribute: malformed.attribute,
        number: row.n_opt(malformed.attribute).ok().flatten(),
    }
}
