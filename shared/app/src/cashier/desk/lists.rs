//! Lists of payments, the newest first, a page at a time.

use domain::id::UserId;
use domain::payment::{Record, State};
use domain::time::{Millis, Timestamp};
use store::Bought;
use table::{Item, Row, n, s};

use super::super::Error;
use super::Desk;

/// Rows that one page reads at most while it looks for those of one state.
const READ_MAX: u32 = 1000;
/// Rows of one request to the table.
const PAGE: i32 = 200;
/// A day.
const DAY: Millis = Millis::from_mins(24 * 60);

/// Which payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Those of a customer, with the purchases.
    Customer(UserId),
    /// Those first heard of on the day of this time, in UTC.
    Day(Timestamp),
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The newest first.
    pub rows: Vec<Bought>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

impl Desk {
    /// A page, after the place where the one before ended. With a state, only payments that stand so; a page may then be
    /// shorter than it could be, and others follow. `None` if the place is none.
    pub async fn list(
        &self,
        of: Of,
        state: Option<State>,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Option<Listed>, Error> {
        let mut start = match after {
            Some(after) => match place(of, after) {
                Some(start) => Some(start),
                None => return Ok(None),
            },
            None => None,
        };
        let (mut listed, mut read) = (Listed::default(), 0);
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        while listed.rows.len() < wanted && read < READ_MAX {
            let room = wanted.saturating_sub(listed.rows.len());
            let page = i32::try_from(room).unwrap_or(PAGE).min(PAGE);
            let (rows, next) = self.page(of, start, page).await?;
            let fits = |row: &Bought| match (row, state) {
                (Bought::Payment(record), Some(state)) => record.payment.state == state,
                (Bought::Purchase(_), Some(_)) => false,
                (_, None) => true,
            };
            listed.rows.extend(rows.into_iter().filter(fits));
            listed.next = next.as_ref().and_then(token);
            read = read.saturating_add(page.unsigned_abs());
            start = next;
            if start.is_none() {
                break;
            }
        }
        Ok(Some(listed))
    }

    async fn page(
        &self,
        of: Of,
        start: Option<Item>,
        limit: i32,
    ) -> Result<(Vec<Bought>, Option<Item>), Error> {
        let payments = &self.cashier.payments;
        match of {
            Of::Customer(user) => Ok(payments.bought(user, start, limit).await?),
            Of::Day(day) => {
                let page = payments.of_day(day, start, limit).await?;
                let rows = page
                    .records
                    .into_iter()
                    .map(|record| Bought::Payment(Box::new(record)));
                Ok((rows.collect(), page.next))
            }
        }
    }

    /// What waits for an operator, of the payments first heard of within so many days, the newest first: what is held, and
    /// what one person wants to give back and a second one has to want, too. Every payment of those days is read.
    pub async fn waiting(&self, days: u32) -> Result<Vec<Record>, Error> {
        let (mut waiting, now) = (Vec::new(), self.now());
        for back in 0..=i64::from(days) {
            let day = Timestamp(now.0.saturating_sub(DAY.0.saturating_mul(back)));
            let mut start = None;
            loop {
                let page = self.cashier.payments.of_day(day, start, PAGE).await?;
                waiting.extend(page.records.into_iter().filter(waits));
                start = page.next;
                if start.is_none() {
                    break;
                }
            }
        }
        Ok(waiting)
    }
}

fn waits(record: &Record) -> bool {
    match record.payment.state {
        State::Held => true,
        State::Credited => record.refund_wanted.is_some(),
        _ => false,
    }
}

/// A place in a list as text: the time of the last row and its name.
fn token(place: &Item) -> Option<String> {
    let row = Row(place);
    let at: i64 = row.n("at").ok()?;
    Some(format!("{at}-{}", row.s("id").ok()?))
}

/// The place that a text names, in the keys of the list's index.
fn place(of: Of, token: &str) -> Option<Item> {
    let (at, id) = token.split_once('-')?;
    let at: i64 = at.parse().ok()?;
    let partition = match of {
        Of::Customer(user) => ("user_id".to_owned(), n(user.0)),
        Of::Day(day) => ("day".to_owned(), s(limits_flags::audit::day(day))),
    };
    let keys = [("at".to_owned(), n(at)), ("id".to_owned(), s(id)), partition];
    super::Name::parse(id).map(|_| keys.into())
}
