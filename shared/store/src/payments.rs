//! Purchases and payments. Whatever moves credits or a plan for money is one transaction: the payment as it was read, the
//! ledger's key free, the account as the change needs it, and the purchase with it.

mod booked;
mod day;
mod invitations;
mod money;
mod settle;
mod tables;

pub use day::PaymentPage;
pub use invitations::Reward;
pub use settle::{Credit, Settled, Settling};
pub use tables::PaymentTables;

use domain::account::Account;
use domain::audit::{BadRow, Books, Sales};
use domain::id::{OPEN_SHARDS, UserId};
use domain::money::Credits;
use domain::payment::{Movement, PaymentId, PurchaseId, Record};
use domain::purchase::Purchase;
use domain::rewards::Invitation;
use domain::time::Timestamp;
use table::{Condition, Db, Deadline, Item, Keys, Query, Row, Token, Write, n, s};

use crate::error::Error;
use crate::written::Written;
use crate::{op, rows};

const PURCHASE: &str = "purchase";
const PAYMENT: &str = "payment";
const ACCOUNT: &str = "account";
const CURSOR: &str = "cursor";
/// The index of what is due.
const DUE_INDEX: &str = "open-by-due";
/// The index of what a customer has bought.
const USER_INDEX: &str = "by-user";

/// Rows of a customer that are read at once, and how often.
const BOUGHT_PAGE: i32 = 200;
const BOUGHT_PAGES_MAX: u32 = 10;

/// Purchases and payments, with the credits and plans that they bring.
#[derive(Clone, Debug)]
pub struct Payments {
    db: Db,
    tables: PaymentTables,
}

/// Something that is due: somebody has to go on with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// A purchase: the rail is to be asked.
    Purchase(PurchaseId),
    /// A payment: its customer is to be told, or a refund goes on.
    Payment(PaymentId),
    /// An invitation: whoever came by it may have done what it is for.
    Invitation(Invitation),
}

/// A page of what is due.
#[derive(Clone, Debug, Default)]
pub struct DuePayments {
    /// What is due, the longest overdue first.
    pub due: Vec<Due>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Item>,
}

/// A line of what a customer has bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bought {
    /// What was chosen.
    Purchase(Box<Purchase>),
    /// What was paid.
    Payment(Box<Record>),
}

impl Payments {
    /// Over the tables.
    pub fn new(db: Db, tables: PaymentTables) -> Self {
        Self { db, tables }
    }

    /// A purchase as it stands.
    pub async fn purchase(&self, id: &PurchaseId) -> Result<Option<Purchase>, Error> {
        let item = self
            .db
            .get(&self.tables.payments, rows::purchase_key(id), true)
            .await?;
        Ok(item.as_ref().map(rows::read_purchase).transpose()?)
    }

    /// A payment as it stands.
    pub async fn payment(&self, id: &PaymentId) -> Result<Option<Record>, Error> {
        let item = self
            .db
            .get(&self.tables.payments, rows::payment_key(id), true)
            .await?;
        Ok(item.as_ref().map(rows::read_payment).transpose()?)
    }

    /// An account as it stands.
    pub async fn account(&self, user: UserId) -> Result<Option<Account>, Error> {
        let item = self
            .db
            .get(&self.tables.accounts, rows::account_key(user), true)
            .await?;
        Ok(item.as_ref().map(rows::read_account).transpose()?)
    }

    /// Writes a purchase, if it still is the one of the revision before.
    pub async fn put_purchase(&self, purchase: &Purchase, deadline: Deadline) -> Result<Written, Error> {
        let write = self.purchase_write(purchase);
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(Written::Yes),
            Err(error) => {
                let ours = |item: &Item| rows::read_purchase(item).is_ok_and(|stands| stands == *purchase);
                overtaken(error, PURCHASE, ours)
            }
        }
    }

    /// Writes a payment that moves nothing, if it still is the one of the version before.
    pub async fn put_payment(&self, record: &Record, deadline: Deadline) -> Result<Written, Error> {
        match self.db.write(self.payment_write(record), deadline).await {
            Ok(()) => Ok(Written::Yes),
            Err(error) => {
                let ours = |item: &Item| rows::read_payment(item).is_ok_and(|stands| stands == *record);
                overtaken(error, PAYMENT, ours)
            }
        }
    }

    /// The same, with what is to be written besides or not at all: the record of who wants something of it.
    pub async fn put_payment_with(
        &self,
        record: &Record,
        besides: &[Write],
        deadline: Deadline,
    ) -> Result<Written, Error> {
        let mut writes = vec![self.payment_write(record)];
        writes.extend(besides.iter().cloned());
        let token = Token::of(&format!("{} {}", record.id(), op::mark()));
        match self.db.transact(&token, writes, deadline).await {
            Ok(()) => Ok(Written::Yes),
            Err(error) => overtaken(error, PAYMENT, |_| false),
        }
    }

    fn purchase_write(&self, purchase: &Purchase) -> Write {
        let write = Write::put(PURCHASE, &self.tables.payments, rows::purchase_item(purchase));
        write.when(as_read("revision", purchase.revision))
    }

    fn payment_write(&self, record: &Record) -> Write {
        let write = Write::put(PAYMENT, &self.tables.payments, rows::payment_item(record));
        write.when(as_read("version", record.version))
    }

    /// What of one shard is due by a time, from where a page before ended.
    pub async fn due(
        &self,
        shard: u32,
        by: Timestamp,
        after: Option<Item>,
        limit: i32,
    ) -> Result<DuePayments, Error> {
        let query = Query {
            table: self.tables.payments.clone(),
            index: Some(DUE_INDEX),
            partition: ("open_shard", s((shard % OPEN_SHARDS).to_string())),
            from: None,
            up_to: Some(("due_at", n(by.0))),
            limit,
            start: after,
            consistent: false,
        };
        let page = self.db.query(query).await?;
        Ok(DuePayments {
            due: page.items.iter().filter_map(due).collect(),
            next: page.next,
        })
    }

    /// What a customer has chosen and paid, the newest first, from where a page before ended. Rows that cannot be read are
    /// left out and logged.
    pub async fn bought(
        &self,
        user: UserId,
        after: Option<Item>,
        limit: i32,
    ) -> Result<(Vec<Bought>, Option<Item>), Error> {
        let query = Query {
            table: self.tables.payments.clone(),
            index: Some(USER_INDEX),
            partition: ("user_id", n(user.0)),
            from: None,
            up_to: None,
            limit,
            start: after,
            consistent: false,
        };
        let page = self.db.query_backwards(query).await?;
        Ok((page.items.iter().filter_map(bought).collect(), page.next))
    }

    /// All that a customer has chosen and paid, the newest first; of a hundred times as much as anybody has bought yet, the
    /// newest part.
    pub async fn all_bought(&self, user: UserId) -> Result<Vec<Bought>, Error> {
        let (mut all, mut start) = (Vec::new(), None);
        for _ in 0..BOUGHT_PAGES_MAX {
            let (bought, next) = self.bought(user, start, BOUGHT_PAGE).await?;
            all.extend(bought);
            start = next;
            if start.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// Every purchase and payment and every movement of money, put with the other books; rows that cannot be read are among the audit's findings.
    pub async fn read_into(&self, books: &mut Books) -> Result<(), Error> {
        let (all, movements, bad) = self.everything().await?;
        let mut sales = Sales {
            movements,
            ..Sales::default()
        };
        for row in all {
            match row {
                Bought::Purchase(purchase) => sales.purchases.push(*purchase),
                Bought::Payment(record) => sales.payments.push(*record),
            }
        }
        books.bad_rows.extend(bad.into_iter().map(|id| BadRow {
            row: format!("{} {id}", self.tables.payments),
            attribute: "payment",
            number: None,
        }));
        books.sales = Some(sales);
        Ok(())
    }

    /// Every purchase and payment, for an audit; and the rows that cannot be read, by their names.
    pub async fn all(&self) -> Result<(Vec<Bought>, Vec<String>), Error> {
        let (all, _, bad) = self.everything().await?;
        Ok((all, bad))
    }

    async fn everything(&self) -> Result<(Vec<Bought>, Vec<Movement>, Vec<String>), Error> {
        let (mut all, mut movements, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        let mut start = None;
        loop {
            let page = self.db.scan(&self.tables.payments, start).await?;
            for item in page.items.iter().filter(|item| !is_besides(item)) {
                let is_read = match Row(item).s_opt("kind") {
                    Some(rows::MOVEMENT) => money::movement(item).map(|row| movements.push(row)).is_some(),
                    _ => bought(item).map(|row| all.push(row)).is_some(),
                };
                if !is_read {
                    bad.push(Row(item).s_opt("id").unwrap_or_default().to_owned());
                }
            }
            start = page.next;
            if start.is_none() {
                return Ok((all, movements, bad));
            }
        }
    }

    /// How far a list that only grows was read; from its beginning, if nobody has.
    pub async fn cursor(&self, name: &str) -> Result<Option<String>, Error> {
        let item = self
            .db
            .get(&self.tables.payments, rows::cursor_key(name), true)
            .await?;
        Ok(item
            .as_ref()
            .and_then(|item| Row(item).s_opt("cursor"))
            .map(str::to_owned))
    }

    /// Notes how far it was read.
    pub async fn set_cursor(&self, name: &str, cursor: &str, deadline: Deadline) -> Result<(), Error> {
        let mut item = rows::cursor_key(name);
        item.insert("kind".to_owned(), s(CURSOR));
        item.insert("cursor".to_owned(), s(cursor));
        self.db
            .write(Write::put(CURSOR, &self.tables.payments, item), deadline)
            .await?;
        Ok(())
    }

    /// Pays a debt from what has come free since it was made. Nothing is written if there is nothing to pay, or if the
    /// account has moved on since it was read; whoever comes next pays it.
    pub async fn repay(&self, account: &Account, deadline: Deadline) -> Result<Credits, Error> {
        let (before, after) = (account.balance, account.balance.repaid());
        let paid = before.debt.minus(after.debt).unwrap_or_default();
        if paid == Credits::ZERO {
            return Ok(paid);
        }
        let write = Write::update(ACCOUNT, &self.tables.accounts, rows::account_key(account.user))
            .when(Condition::Equals("debt", n(before.debt.0)))
            .when(Condition::Equals("available", n(before.available.0)))
            .set("debt", n(after.debt.0))
            .set("available", n(after.available.0));
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(paid),
            Err(table::Error::Refused(_)) => Ok(Credits::ZERO),
            Err(error) => Err(error.into()),
        }
    }

    /// A purchase and an account as they stand, in one read.
    pub async fn purchase_and_account(
        &self,
        id: &PurchaseId,
    ) -> Result<(Option<Purchase>, Option<Account>), Error> {
        let strong = |table: &str, key: Item| Keys {
            table: table.to_owned(),
            keys: vec![key],
            consistent: true,
        };
        let wanted = vec![
            strong(&self.tables.payments, rows::purchase_key(id)),
            strong(&self.tables.accounts, rows::account_key(id.user)),
        ];
        let found = self.db.batch_get(wanted).await?;
        let first = |table: &str| found.get(table).and_then(|items| items.first());
        let purchase = first(&self.tables.payments).map(rows::read_purchase);
        let account = first(&self.tables.accounts).map(rows::read_account);
        Ok((purchase.transpose()?, account.transpose()?))
    }
}

/// The row is the one that was read: the number before this one, or none at all.
fn as_read(attribute: &'static str, now: u32) -> Condition {
    match now.saturating_sub(1) {
        0 => Condition::Absent("id"),
        before => Condition::Equals(attribute, n(before)),
    }
}

/// A refused write may have been refused by its own first try, whose answer was lost.
fn overtaken(error: table::Error, label: &str, ours: impl Fn(&Item) -> bool) -> Result<Written, Error> {
    let Some(refused) = error.refused(label) else {
        return Err(error.into());
    };
    let ours = refused.item.as_ref().is_some_and(ours);
    Ok(if ours { Written::Yes } else { Written::Overtaken })
}

/// Neither a purchase nor a payment.
fn is_besides(item: &Item) -> bool {
    Row(item).s_opt("kind") == Some(CURSOR) || rows::is_about_invitations(item)
}

fn due(item: &Item) -> Option<Due> {
    let id = Row(item).s("id").ok()?;
    if let Some(friend) = rows::invited(id) {
        let due_at = Row(item).n("due_at").ok().map(Timestamp);
        return Some(Due::Invitation(Invitation { friend, due_at }));
    }
    let purchase = PurchaseId::parse(id).map(Due::Purchase);
    purchase.or_else(|| PaymentId::parse(id).map(Due::Payment))
}

fn bought(item: &Item) -> Option<Bought> {
    let row = match Row(item).s_opt("kind") {
        Some(PURCHASE) => rows::read_purchase(item).map(|purchase| Bought::Purchase(Box::new(purchase))),
        _ => rows::read_payment(item).map(|record| Bought::Payment(Box::new(record))),
    };
    row.inspect_err(|error| tracing::error!(name: "row_unread", error = table::chain(&error), id = Row(item).s_opt("id"), "a payment cannot be read"))
        .ok()
}
