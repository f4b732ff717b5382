//! Who holds a tier, a plan or an add-on, and who would lose it if its row went.
//!
//! What customers hold stands on their accounts' rows, so that no order needs another read; the price is that whoever wants
//! to know the holders reads the whole table of accounts. That is an operator's business and never a Lambda's: half a read
//! unit per 4 KB and account, doubled because what was given a moment ago must be seen.

use domain::id::UserId;
use domain::standing::{Held, Standing};
use domain::time::Timestamp;
use table::{Error, Item, Malformed, Page, Row, Search, n};

use crate::apply::{ApplyError, Change, Plan};
use crate::office::Office;
use crate::standing;

/// The kinds of rows that customers hold.
const KINDS: [&str; 3] = ["tier", "plan", "addon"];
/// How many of those who lose something are named.
const NAMED: usize = 5;
/// What is read of an account.
const ATTRIBUTES: &[&[&str]] = &[
    &["user_id"],
    &[standing::ATTRIBUTE, "tier"],
    &[standing::ATTRIBUTE, "tier_until"],
    &[standing::ATTRIBUTE, "plan"],
    &[standing::ATTRIBUTE, "plan_until"],
    &[standing::ATTRIBUTE, "plan_grace"],
    &[standing::ATTRIBUTE, "addons"],
];

/// Somebody who holds it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub user: UserId,
    /// The first moment at which they hold it no more.
    pub until: Option<Timestamp>,
}

/// What is to become of those who hold what a change takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Losing {
    /// Nobody may lose anything: where somebody would, nothing is written.
    Refused,
    /// The same, by somebody who cannot read every account: nothing goes that customers may hold.
    RefusedUnseen,
    /// Somebody said that they lose it. They are looked for, and the audit says who they were.
    Accepted,
    /// The same, by somebody who cannot read every account.
    AcceptedUnseen,
}

/// A row that would go, and who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The row: `tier#pro`.
    pub row: String,
    /// How many were found.
    pub found: usize,
    /// Whether these are all; otherwise there may be more.
    pub is_all: bool,
    /// The first few of them.
    pub first: Vec<UserId>,
}

impl Lost {
    /// `3 customers: 700001, 700002, 700003`, `at least 900 customers, among them 700001, 700002`.
    pub fn told(&self) -> String {
        let most = if self.is_all { "" } else { "at least " };
        let whole = self.is_all && self.first.len() == self.found;
        let among = if whole { ":" } else { ", among them" };
        let customers = if self.found == 1 { "customer" } else { "customers" };
        let first: Vec<String> = self.first.iter().map(UserId::to_string).collect();
        format!("{most}{} {customers}{among} {}", self.found, first.join(", "))
    }
}

/// A page of those who hold a row now, in no order that means anything; after the one with whom the page before ended. The
/// second is with whom the next page begins, if there may be one. Reads accounts until so many holders are found.
pub async fn holders(
    office: &Office,
    row: &str,
    now: Timestamp,
    limit: usize,
    after: Option<UserId>,
) -> Result<(Vec<Holder>, Option<UserId>), Error> {
    let mut found = Vec::new();
    let mut start = after.map(key);
    loop {
        let page = search(office, start).await?;
        for item in &page.items {
            let Some(holder) = holder(item, row, now)? else {
                continue;
            };
            if found.len() == limit {
                let last = found.last().map(|last: &Holder| last.user);
                return Ok((found, last));
            }
            found.push(holder);
        }
        start = page.next;
        if start.is_none() {
            return Ok((found, None));
        }
    }
}

/// The rows of these changes that customers may hold and that would go.
fn taken_away(changes: &[Change]) -> Vec<&str> {
    let gone = changes.iter().filter(|change| change.new.is_none());
    let rows = gone.map(|change| change.row.as_str());
    rows.filter(|row| is_held(row)).collect()
}

/// Whether customers hold rows of this one's kind.
fn is_held(row: &str) -> bool {
    row.split_once('#').is_some_and(|(kind, _)| KINDS.contains(&kind))
}

/// Who would lose something by these changes. Looks no further than the first page of accounts on which it finds somebody;
/// reads nothing where no such row goes.
pub async fn losing(office: &Office, changes: &[Change], now: Timestamp) -> Result<Vec<Lost>, Error> {
    let rows = taken_away(changes);
    let mut start = None;
    while !rows.is_empty() {
        let page = search(office, start).await?;
        let lost: Vec<Lost> = rows
            .iter()
            .filter_map(|row| lost(row, &page, now).transpose())
            .collect::<Result<_, _>>()?;
        start = page.next;
        if !lost.is_empty() || start.is_none() {
            return Ok(lost);
        }
    }
    Ok(Vec::new())
}

impl Plan {
    /// Settles what becomes of those who hold what the plan takes away: refuses it, or notes them for the audit.
    pub async fn settle(
        &mut self,
        office: &Office,
        losing: Losing,
        now: Timestamp,
    ) -> Result<(), ApplyError> {
        let rows: Vec<String> = taken_away(&self.changes).into_iter().map(str::to_owned).collect();
        match losing {
            _ if rows.is_empty() => return Ok(()),
            Losing::RefusedUnseen => return Err(ApplyError::MayBeHeld(rows)),
            Losing::AcceptedUnseen => {
                let note = "whoever held it lost it; nobody looked for them";
                self.notes
                    .extend(rows.into_iter().map(|row| (row, note.to_owned())));
                return Ok(());
            }
            Losing::Refused | Losing::Accepted => {}
        }
        let lost = self::losing(office, &self.changes, now).await?;
        if losing == Losing::Refused && !lost.is_empty() {
            return Err(ApplyError::Held(lost));
        }
        for lost in lost {
            let note = format!("taken from {}", lost.told());
            self.notes.insert(lost.row, note);
        }
        Ok(())
    }
}

async fn search(office: &Office, start: Option<Item>) -> Result<Page, Error> {
    let search = Search {
        table: office.accounts.clone(),
        having: standing::ATTRIBUTE,
        attributes: ATTRIBUTES,
        limit: None,
        start,
    };
    office.db.search(search).await
}

fn lost(row: &str, page: &Page, now: Timestamp) -> Result<Option<Lost>, Malformed> {
    let mut first = Vec::new();
    for item in &page.items {
        first.extend(holder(item, row, now)?.map(|holder| holder.user));
    }
    let found = first.len();
    first.truncate(NAMED);
    let lost = Lost {
        row: row.to_owned(),
        found,
        is_all: page.next.is_none(),
        first,
    };
    Ok(Some(lost).filter(|lost| lost.found > 0))
}

fn holder(account: &Item, row: &str, now: Timestamp) -> Result<Option<Holder>, Malformed> {
    let user = UserId(Row(account).n("user_id")?);
    let holder = held(&standing::read(account)?, row).map(|held| Holder {
        user,
        until: held.until,
    });
    Ok(holder.filter(|holder| holder.until.is_none_or(|until| now < until)))
}

/// What a standing holds by a row, if it does.
fn held(standing: &Standing, row: &str) -> Option<Held> {
    let (kind, key) = row.split_once('#')?;
    let held = match kind {
        "tier" => standing.tier.clone(),
        "plan" => standing.plan_with_grace().map(|(key, until)| Held {
            key: key.to_owned(),
            until,
        }),
        _ => standing.addons.get(key).map(|until| Held {
            key: key.to_owned(),
            until: *until,
        }),
    };
    held.filter(|held| held.key == key)
}

fn key(user: UserId) -> Item {
    Item::from([("user_id".to_owned(), n(user.0))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_lose_something_are_told_with_how_sure_it_is() {
        let lost = |found, is_all, first: &[i64]| {
            let first = first.iter().copied().map(UserId).collect();
            let row = "tier#pro".to_owned();
            Lost {
                row,
                found,
                is_all,
                first,
            }
            .told()
        };
        assert_eq!(lost(1, true, &[7]), "1 customer: 7");
        assert_eq!(lost(2, true, &[7, 8]), "2 customers: 7, 8");
        assert_eq!(lost(9, true, &[7, 8]), "9 customers, among them 7, 8");
        assert_eq!(lost(2, false, &[7, 8]), "at least 2 customers, among them 7, 8");
    }

    #[test]
    fn whoever_is_awaited_holds_a_plan_to_the_end_of_the_grace() {
        let account = |grace: i64| {
            let standing = Standing {
                plan: Some(Held {
                    key: "month".to_owned(),
                    until: Some(Timestamp(5)),
                }),
                plan_grace: Some(Timestamp(grace)),
                ..Standing::default()
            };
            let mut account = key(UserId(7));
            account.insert(standing::ATTRIBUTE.to_owned(), standing::map(&standing));
            holder(&account, "plan#month", Timestamp(8)).unwrap()
        };
        assert_eq!(account(9).unwrap().until, Some(Timestamp(9)));
        assert_eq!(account(8), None);
    }
}
