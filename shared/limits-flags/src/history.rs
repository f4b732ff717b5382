//! Earlier versions of the settings: one row for each, with what it changed, so that any of them can be brought back
//! byte for byte. Bringing one back is a new version, as a revert in git is a new commit. What hands have changed past the
//! records does not stand in the way: it is gone back over, and named.

mod back;

use std::collections::BTreeMap;

use domain::time::Timestamp;
use table::{Error, Item, Malformed, Query, Row, list, n, s};

use crate::apply::{ApplyError, Change, Plan};
use crate::edit::examine;
use crate::office::{By, Office};
use crate::rows::{self, Stored};

/// The partition of the records.
const PARTITION: &str = "history";
/// The most records on a page.
pub const PAGE_MAX: u32 = 200;

/// What one version changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The version that it made.
    pub version: u64,
    /// What changed.
    pub changes: Vec<Change>,
    /// Who, why, when.
    pub by: By,
    /// The version that it brought back, if it was a rollback.
    pub restores: Option<u64>,
    /// What all rows added up to then.
    pub digest: String,
}

/// Why a version cannot be brought back.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is no such version yet.
    #[error("there is no version {wanted}; the settings are at version {now}")]
    NotYet {
        /// The version that was asked for.
        wanted: u64,
        /// The latest one.
        now: u64,
    },
    /// The records do not go back so far.
    #[error("version {wanted} is not known any more: the record of version {missing} is missing")]
    Unknown {
        /// The version that was asked for.
        wanted: u64,
        /// The version whose record would be needed.
        missing: u64,
    },
    /// It is what stood before the first version.
    #[error(
        "version 0 is the table before anything was applied: without rules nothing is sold. To stop new orders, turn the flag \
         new_jobs off; to begin anew, apply a file"
    )]
    Nothing,
    /// What stood there then would not do now.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

impl From<Error> for HistoryError {
    fn from(error: Error) -> Self {
        Self::Apply(error.into())
    }
}

impl Record {
    pub(crate) fn item(&self) -> Item {
        let number = |version: u64| n(i64::try_from(version).unwrap_or(i64::MAX));
        let mut item = rows::key_in(PARTITION, &sort(self.version));
        let changes = self.changes.iter().map(|change| {
            let texts = [("old", &change.old), ("new", &change.new)];
            let texts = texts
                .into_iter()
                .filter_map(|(name, text)| Some((name, s(text.clone()?))));
            table::map(texts.chain([("row", s(change.row.clone()))]))
        });
        item.insert("version".to_owned(), number(self.version));
        item.insert("changes".to_owned(), list(changes));
        item.insert("who".to_owned(), s(self.by.who.clone()));
        item.insert("why".to_owned(), s(self.by.why.clone()));
        item.insert("at".to_owned(), n(self.by.at.0));
        item.insert("digest".to_owned(), s(self.digest.clone()));
        if let Some(version) = self.restores {
            item.insert("restores".to_owned(), number(version));
        }
        item
    }

    fn read(item: &Item) -> Result<Self, Malformed> {
        let row = Row(item);
        let change = |value: &table::AttributeValue| {
            let change = value.as_m().map_err(|_| Malformed { attribute: "changes" })?;
            let change = Row(change);
            Ok(Change {
                row: change.s("row")?.to_owned(),
                old: change.s_opt("old").map(str::to_owned),
                new: change.s_opt("new").map(str::to_owned),
            })
        };
        Ok(Self {
            version: row.n("version")?,
            changes: row
                .list("changes")
                .iter()
                .map(change)
                .collect::<Result<_, Malformed>>()?,
            by: By {
                who: row.s("who")?.to_owned(),
                why: row.s("why")?.to_owned(),
                at: Timestamp(row.n("at")?),
            },
            restores: row.n_opt("restores")?,
            digest: row.s("digest")?.to_owned(),
        })
    }
}

/// Twenty digits, so that sort keys sort as numbers do.
fn sort(version: u64) -> String {
    format!("{version:020}")
}

/// A page of records, the latest first: those up to a version, or all. At most [`PAGE_MAX`].
pub async fn list_records(office: &Office, up_to: Option<u64>, limit: u32) -> Result<Vec<Record>, Error> {
    let limit = i32::try_from(limit.clamp(1, PAGE_MAX)).unwrap_or(1);
    records(office, up_to.unwrap_or(u64::MAX), limit).await
}

async fn records(office: &Office, up_to: u64, limit: i32) -> Result<Vec<Record>, Error> {
    let query = Query {
        table: office.settings.clone(),
        index: None,
        partition: ("pk", s(PARTITION)),
        from: None,
        up_to: Some(("sk", s(sort(up_to)))),
        limit,
        start: None,
        consistent: true,
    };
    let page = office.db.query_backwards(query).await?;
    Ok(page.items.iter().map(Record::read).collect::<Result<_, _>>()?)
}

/// The rows of an earlier version.
pub async fn rows_at(
    office: &Office,
    stored: &Stored,
    wanted: u64,
) -> Result<BTreeMap<String, String>, HistoryError> {
    Ok(back::to(office, stored, wanted).await?.rows)
}

/// What has to change for the rows to be those of an earlier version. Refused if they would not do as a document now. A row
/// that hands have changed is brought back too; the plan's notes say so.
pub async fn rollback(office: &Office, to: u64) -> Result<Plan, HistoryError> {
    if to == 0 {
        return Err(HistoryError::Nothing);
    }
    let stored = Stored::read(&office.db, &office.settings).await?;
    let back::Earlier { rows, outside } = back::to(office, &stored, to).await?;
    let (_, found) = examine(office, &rows)?;
    if !found.is_empty() {
        return Err(ApplyError::Problems(found).into());
    }
    let mut plan = Plan::between(stored, &rows);
    plan.restores = Some(to);
    let touched = plan.changes.iter().map(|change| &change.row);
    let notes = touched.filter_map(|row| Some((row.clone(), outside.get(row)?.clone())));
    plan.notes = notes.collect();
    Ok(plan)
}
