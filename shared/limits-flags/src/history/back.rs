//! Going back over the records.
//!
//! From what stands, each version's changes are taken back. Where nobody has written past the records, that is all, and what
//! the rows add up to says so. Where somebody has, the record that wrote a row last before the wanted version knows what it
//! said then, so the records are read on, to the first if need be. What a hand wrote that stood when a version was made and
//! that no version has touched since is recorded nowhere; then the row becomes what a version last made of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{HistoryError, Record, records};
use crate::office::Office;
use crate::rows::{Stored, digest};

/// Records read at once.
const PAGE: i32 = 50;

/// The rows of an earlier version.
pub(super) struct Earlier {
    pub(super) rows: BTreeMap<String, String>,
    /// Rows that are not what the records say, with what there is to say of that.
    pub(super) outside: BTreeMap<String, String>,
}

/// Goes back to a version.
pub(super) async fn to(office: &Office, stored: &Stored, wanted: u64) -> Result<Earlier, HistoryError> {
    if wanted > stored.version {
        let now = stored.version;
        return Err(HistoryError::NotYet { wanted, now });
    }
    let mut walk = Walk::from(stored);
    let missing = walk.down(office, stored.version, wanted, Walk::undo).await?;
    if let Some(missing) = missing {
        return Err(HistoryError::Unknown { wanted, missing });
    }
    let record = records(office, wanted, 1).await?.pop();
    let Some(record) = record.filter(|record| record.version == wanted) else {
        return Ok(walk.earlier(stored, false));
    };
    if sum(&walk.rows) == record.digest {
        return Ok(walk.earlier(stored, false));
    }
    let all = walk.down(office, wanted, 0, Walk::note).await?.is_none();
    walk.rows = walk.most_likely(&record.digest, all);
    Ok(walk.earlier(stored, all))
}

/// What is known on the way back.
struct Walk {
    /// The rows as they are when every change on the way is taken back.
    rows: BTreeMap<String, String>,
    /// What the records say that should stand now, and which version wrote it.
    last: BTreeMap<String, (u64, Option<String>)>,
    /// What a version up to the wanted one wrote last.
    written: BTreeMap<String, Option<String>>,
    /// Rows that a version after the wanted one changed.
    undone: BTreeSet<String>,
}

impl Walk {
    fn from(stored: &Stored) -> Self {
        Self {
            rows: stored.rows.clone(),
            last: BTreeMap::new(),
            written: BTreeMap::new(),
            undone: BTreeSet::new(),
        }
    }

    /// Goes over the records from a version down to another, without that one. The number of the record that is missing, if
    /// one is.
    async fn down(
        &mut self,
        office: &Office,
        from: u64,
        to: u64,
        step: fn(&mut Self, &Record),
    ) -> Result<Option<u64>, HistoryError> {
        let mut version = from;
        while version > to {
            let page = records(office, version, PAGE).await?;
            if page.first().is_none_or(|record| record.version != version) {
                return Ok(Some(version));
            }
            for record in page.iter().take_while(|record| record.version > to) {
                if record.version != version {
                    break;
                }
                step(self, record);
                version -= 1;
            }
        }
        Ok(None)
    }

    /// Takes a version's changes back.
    fn undo(&mut self, record: &Record) {
        for change in &record.changes {
            self.know(&change.row, record.version, change.new.as_ref());
            self.undone.insert(change.row.clone());
            set(&mut self.rows, &change.row, change.old.as_ref());
        }
    }

    /// Notes what a version wrote, if no later one did.
    fn note(&mut self, record: &Record) {
        for change in &record.changes {
            self.know(&change.row, record.version, change.new.as_ref());
            let written = self.written.entry(change.row.clone());
            written.or_insert_with(|| change.new.clone());
        }
    }

    fn know(&mut self, row: &str, version: u64, new: Option<&String>) {
        let last = self.last.entry(row.to_owned());
        last.or_insert_with(|| (version, new.cloned()));
    }

    /// Of the ways in which the rows may have been, the one that adds up; where none does, what versions wrote. Rows that no
    /// version has ever written go only if `all` records are there to say so and it adds up without them.
    fn most_likely(&self, sum_then: &str, all: bool) -> BTreeMap<String, String> {
        let ways = [(true, true), (true, false), (false, true), (false, false)];
        let ways = ways.into_iter().filter(|(_, strangers)| *strangers || all);
        let mut ways = ways.map(|(undone, strangers)| self.way(undone, strangers));
        let found = ways.find(|rows| sum(rows) == sum_then);
        found.unwrap_or_else(|| self.way(false, true))
    }

    /// The rows, each as a version up to the wanted one wrote it; or, if `undone` is to be believed, as the first version
    /// after that found it. With or without `strangers`, which no version wrote.
    fn way(&self, undone: bool, strangers: bool) -> BTreeMap<String, String> {
        let mut rows = self.rows.clone();
        for (row, body) in &self.written {
            if !undone || !self.undone.contains(row) {
                set(&mut rows, row, body.as_ref());
            }
        }
        rows.retain(|row, _| strangers || self.last.contains_key(row));
        rows
    }

    /// What was found. Which rows are not as the records say; with `all` records known, also those that no version wrote.
    fn earlier(self, stored: &Stored, all: bool) -> Earlier {
        let mut outside = BTreeMap::new();
        for (row, (version, body)) in &self.last {
            if stored.rows.get(row) != body.as_ref() {
                let note = format!("changed outside after version {version} wrote it");
                outside.insert(row.clone(), note);
            }
        }
        let strangers = stored
            .rows
            .keys()
            .filter(|row| all && !self.last.contains_key(*row));
        let note = "written outside; no version knows it";
        outside.extend(strangers.map(|row| (row.clone(), note.to_owned())));
        Earlier {
            rows: self.rows,
            outside,
        }
    }
}

fn set(rows: &mut BTreeMap<String, String>, row: &str, body: Option<&String>) {
    match body {
        Some(body) => rows.insert(row.to_owned(), body.clone()),
        None => rows.remove(row),
    };
}

fn sum(rows: &BTreeMap<String, String>) -> String {
    digest(rows.iter().map(|(row, body)| (row.as_str(), body.as_str())))
}
