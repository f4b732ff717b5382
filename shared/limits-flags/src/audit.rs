//! The record of every change: what, by whom, why, from what to what. A row is written in the transaction of its change, so
//! neither stands without the other; nothing ever changes one.
//!
//! Rows lie by day (UTC), and in two indexes by entity and by person. An entry's id begins with its time and names entity
//! and version, so it is unique, sorts as things happened, and a repeated transaction writes the same one.

use std::fmt;

use domain::id::UserId;
use domain::money::Credits;
use domain::time::Timestamp;
use serde_json::json;
use table::{Condition, Error, Item, Malformed, Query, Row, Write, n, s};

use crate::office::{By, Office};

/// The index by entity.
const BY_ENTITY: &str = "by-entity";
/// The index by person.
const BY_PERSON: &str = "by-person";
/// The most entries on one page.
pub const PAGE_MAX: u32 = 1000;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Digits of an id's time: enough until the year 2286.
const TIME_DIGITS: usize = 13;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It was not there before.
    Create,
    /// It was there, and is another.
    Update,
    /// It is there no more.
    Delete,
    /// It is as it was at an earlier version.
    Rollback,
    /// A customer was given something.
    Grant,
    /// Something was taken from a customer.
    Revoke,
    /// A customer asks for something.
    Ask,
    /// A customer's request was granted.
    Approve,
    /// A customer's request was refused.
    Deny,
    /// Somebody wants a payment's money to be given back.
    Refund,
    /// A payment that did not fit its purchase was taken for it.
    Accept,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 11] = [
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Rollback,
        Self::Grant,
        Self::Revoke,
        Self::Ask,
        Self::Approve,
        Self::Deny,
        Self::Refund,
        Self::Accept,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Rollback => "rollback",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::Ask => "ask",
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::Refund => "refund",
            Self::Accept => "accept",
        }
    }

    /// What happens where something changes from one body to another.
    pub fn of(old: Option<&str>, new: Option<&str>) -> Self {
        match (old, new) {
            (None, _) => Self::Create,
            (Some(_), Some(_)) => Self::Update,
            (Some(_), None) => Self::Delete,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One change of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What changed: `flag#new_jobs`, `user#700001`, `upgrade#700001#hd`, `key#ci`,
    /// `payment#stripe#pi_1`.
    pub entity: String,
    /// What was done.
    pub action: Action,
    /// What stood there, as JSON.
    pub old: Option<String>,
    /// What stands there now, as JSON.
    pub new: Option<String>,
    /// Who, why, when.
    pub by: By,
    /// Which version of the entity this made; with the entity, it names the change.
    pub version: u64,
    /// What came with it that neither body says: who lost something by it, or that it had been changed outside.
    pub note: Option<String>,
}

impl Entry {
    /// Credits given to a customer under a name. They have no versions; the ledger counts them.
    pub fn gift(user: UserId, credits: Credits, request: &str, by: &By) -> Self {
        Self {
            entity: format!("user#{user}"),
            action: Action::Grant,
            old: None,
            new: Some(json!({"credits": credits.0, "request": request}).to_string()),
            by: by.clone(),
            version: 0,
            note: None,
        }
    }

    /// Its unique name, which sorts by time.
    pub fn id(&self) -> String {
        let at = self.by.at.0.max(0);
        format!("{at:0TIME_DIGITS$}-{}@{}", self.entity, self.version)
    }

    /// The write that goes into the transaction of the change.
    pub fn write(&self, table: &str) -> Write {
        let mut item = Item::from([
            ("day".to_owned(), s(day(self.by.at))),
            ("id".to_owned(), s(self.id())),
            ("entity".to_owned(), s(self.entity.clone())),
            ("action".to_owned(), s(self.action.as_str())),
            ("who".to_owned(), s(self.by.who.clone())),
            ("why".to_owned(), s(self.by.why.clone())),
            ("at".to_owned(), n(self.by.at.0)),
            (
                "version".to_owned(),
                n(i64::try_from(self.version).unwrap_or(i64::MAX)),
            ),
        ]);
        for (name, body) in [("old", &self.old), ("new", &self.new), ("note", &self.note)] {
            if let Some(body) = body {
                item.insert(name.to_owned(), s(body.clone()));
            }
        }
        Write::put("audit", table, item).when(Condition::Absent("id"))
    }

    fn read(item: &Item) -> Result<Self, Malformed> {
        let row = Row(item);
        let word = row.s("action")?;
        let action = Action::ALL.into_iter().find(|action| action.as_str() == word);
        Ok(Self {
            entity: row.s("entity")?.to_owned(),
            action: action.ok_or(Malformed { attribute: "action" })?,
            old: row.s_opt("old").map(str::to_owned),
            new: row.s_opt("new").map(str::to_owned),
            by: By {
                who: row.s("who")?.to_owned(),
                why: row.s("why")?.to_owned(),
                at: Timestamp(row.n("at")?),
            },
            version: row.n("version")?,
            note: row.s_opt("note").map(str::to_owned),
        })
    }
}

/// Which entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// Those of a day in UTC: `2026-11-22`.
    Day(String),
    /// Those of an entity.
    Entity(String),
    /// Those of a person.
    Person(String),
}

/// A page of entries, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The id after which the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// A page of entries, the latest first; after the entry of this id, if one is given. At most [`PAGE_MAX`]. Those of an
/// entity or a person may be a second old; those of a day are not.
pub async fn list(office: &Office, of: &Of, limit: u32, after: Option<&str>) -> Result<Page, Error> {
    let (index, attribute, value) = match of {
        Of::Day(day) => (None, "day", day),
        Of::Entity(entity) => (Some(BY_ENTITY), "entity", entity),
        Of::Person(who) => (Some(BY_PERSON), "who", who),
    };
    let query = Query {
        table: office.audit.clone(),
        index,
        partition: (attribute, s(value.clone())),
        from: None,
        up_to: None,
        limit: i32::try_from(limit.clamp(1, PAGE_MAX)).unwrap_or(1),
        start: after.map(|id| start(attribute, value, id)).transpose()?,
        consistent: index.is_none(),
    };
    let page = office.db.query_backwards(query).await?;
    let entries: Vec<Entry> = page.items.iter().map(Entry::read).collect::<Result<_, _>>()?;
    let next = page.next.and(entries.last()).map(Entry::id);
    Ok(Page { entries, next })
}

/// Where a page begins: the keys of the table, and that of the index.
fn start(attribute: &'static str, value: &str, id: &str) -> Result<Item, Malformed> {
    let at = id.split_once('-').and_then(|(at, _)| at.parse().ok());
    let at = at.ok_or(Malformed { attribute: "id" })?;
    Ok(Item::from([
        ("day".to_owned(), s(day(Timestamp(at)))),
        ("id".to_owned(), s(id)),
        (attribute.to_owned(), s(value)),
    ]))
}

/// The day of a moment, in UTC: `2026-11-22`. Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
pub fn day(at: Timestamp) -> String {
    let days = at.0.div_euclid(DAY_MS) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let date = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_in_its_day() {
        for (at, written) in [
            (0, "1970-01-01"),
            (1_795_305_599_999, "2026-11-21"),
            (1_795_305_600_000, "2026-11-22"),
            (951_782_400_000, "2000-02-29"),
            (1_835_395_200_000, "2028-02-29"),
            (4_107_542_400_000, "2100-03-01"),
        ] {
            assert_eq!(day(Timestamp(at)), written);
        }
    }

    #[test]
    fn ids_sort_as_things_happened() {
        let id = |at, version| {
            let by = By {
                who: "anna".to_owned(),
                why: String::new(),
                at: Timestamp(at),
            };
            let (old, new, entity) = (None, None, "flag#new_jobs".to_owned());
            let action = Action::Create;
            Entry {
                entity,
                action,
                old,
                new,
                by,
                version,
                note: None,
            }
            .id()
        };
        assert!(id(999_999_999_999, 2) < id(1_000_000_000_000, 1));
        assert!(id(5, 1) < id(5, 2));
    }

    #[test]
    fn words_and_actions_are_the_same_both_ways() {
        for action in Action::ALL {
            let item = Item::from([
                ("entity".to_owned(), s("user#1")),
                ("action".to_owned(), s(action.as_str())),
                ("who".to_owned(), s("anna")),
                ("why".to_owned(), s("")),
                ("at".to_owned(), n(5)),
                ("version".to_owned(), n(1)),
            ]);
            assert_eq!(Entry::read(&item).unwrap().action, action);
        }
    }
}
