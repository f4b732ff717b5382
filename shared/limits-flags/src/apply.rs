//! A document becomes the rows: each change with its audit row, the history's row and the version, in one transaction. A
//! query may still see such a transaction half done, so the version item says what the rows add up to: whoever reads a
//! mixture knows it, and reads again.
//!
//! A transaction takes a hundred writes. What is more goes in several versions, in an order in which each of them can
//! stand: what others refer to comes first and goes last, and the rules, without which nothing is sold, come at the end.

mod order;

use std::collections::BTreeMap;

use table::{Condition, Deadline, Error, Token, Write, n, s};

use crate::audit::{Action, Entry};
use crate::document::Document;
use crate::history;
use crate::holders::Lost;
use crate::office::{By, Office};
use crate::problems::{Problem, problems, recounted};
use crate::rows::{self, Rows, Stored};

/// Rows that one version can change: each is two of a transaction's hundred writes, and version and history are two more.
pub(crate) const CHANGES_MAX: usize = 49;
/// Bytes of changes in one version: they stand in one row of the history, which DynamoDB takes up to 400 KB; rows, audit
/// and history together then stay well below the 4 MB of a transaction.
const STEP_BYTES_MAX: usize = 320 * 1024;
/// Bytes of one row: what stood there and what is to stand there go into one row of the audit.
pub(crate) const ROW_BYTES_MAX: usize = 150 * 1024;
/// What a change takes in the history beside its texts, at most.
const CHANGE_BYTES: usize = 64;

/// A row that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its sort key: `flag#new_jobs`.
    pub row: String,
    /// What stands there; `None` if there is no row.
    pub old: Option<String>,
    /// What is to stand there; `None` if the row is to go.
    pub new: Option<String>,
}

/// What would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The version that it was planned against.
    pub version: u64,
    /// The rows to be written, in the order in which they are.
    pub changes: Vec<Change>,
    /// The version whose rows it brings back, where it is a rollback.
    pub restores: Option<u64>,
    /// What the audit is to say of rows beside what they were and are.
    pub notes: BTreeMap<String, String>,
    /// The rows that it was planned against.
    pub(crate) before: BTreeMap<String, String>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The version that stands now.
    pub version: u64,
    /// How many versions it took; 0 if there was nothing to write.
    pub steps: usize,
}

/// Why a document cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Rows that say nothing sensible.
    #[error("{}", list(.0))]
    Problems(Vec<Problem>),
    /// Somebody else has changed the settings since they were read; plan again, which finds what is left to do.
    #[error("the settings have changed meanwhile; plan again{}", written(*applied))]
    Overtaken {
        /// Versions of this plan that were written before.
        applied: usize,
    },
    /// Customers hold what would go.
    #[error("{}", held(.0))]
    Held(Vec<Lost>),
    /// Customers may hold what would go; who does was not looked for.
    #[error("customers may hold {}, and would lose it", .0.join(", "))]
    MayBeHeld(Vec<String>),
    /// A row cannot be written as JSON.
    #[error("a row cannot be written")]
    Json(#[from] serde_json::Error),
    /// The table failed.
    #[error("the table failed")]
    Table(#[from] Error),
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("{}: {}", problem.row, problem.why))
        .collect::<Vec<_>>()
        .join("; ")
}

fn held(lost: &[Lost]) -> String {
    let told = lost
        .iter()
        .map(|lost| format!("{} is held by {}", lost.row, lost.told()));
    told.collect::<Vec<_>>().join("; ")
}

fn written(applied: usize) -> String {
    match applied {
        0 => String::new(),
        1 => " (one part was written before)".to_owned(),
        _ => format!(" ({applied} parts were written before)"),
    }
}

impl Plan {
    /// What has to change for a table's rows to be these.
    pub fn between(stored: Stored, wanted: &BTreeMap<String, String>) -> Self {
        let change = |row: &String| Change {
            row: row.clone(),
            old: stored.rows.get(row).cloned(),
            new: wanted.get(row).cloned(),
        };
        let gone = stored.rows.keys().filter(|row| !wanted.contains_key(*row));
        let mut changes: Vec<Change> = wanted.keys().chain(gone).map(change).collect();
        changes.retain(|change| change.old != change.new);
        Self {
            version: stored.version,
            changes: order::in_order(changes),
            restores: None,
            notes: BTreeMap::new(),
            before: stored.rows,
        }
    }

    /// The changes as they go into one version each.
    pub fn steps(&self) -> Vec<&[Change]> {
        let (mut steps, mut begin, mut bytes) = (Vec::new(), 0, 0);
        for (at, change) in self.changes.iter().enumerate() {
            let size = size(change);
            let full = at - begin == CHANGES_MAX || bytes + size > STEP_BYTES_MAX;
            if full && at > begin {
                steps.extend(self.changes.get(begin..at));
                (begin, bytes) = (at, 0);
            }
            bytes += size;
        }
        steps.extend(self.changes.get(begin..).filter(|step| !step.is_empty()));
        steps
    }
}

fn size(change: &Change) -> usize {
    let text = |body: &Option<String>| body.as_ref().map_or(0, String::len);
    change.row.len() + text(&change.old) + text(&change.new) + CHANGE_BYTES
}

/// What a document would change in the settings.
pub async fn plan(office: &Office, document: &Document) -> Result<Plan, ApplyError> {
    let wanted: BTreeMap<String, String> = Rows::of(document)?.0.into_iter().collect();
    let mut found = problems(document)?;
    found.extend((office.check)(document));
    found.extend(too_large(&wanted));
    if !found.is_empty() {
        return Err(ApplyError::Problems(found));
    }
    let stored = Stored::read(&office.db, &office.settings).await?;
    let found = recounted(&stored.rows, &wanted);
    if !found.is_empty() {
        return Err(ApplyError::Problems(found));
    }
    Ok(Plan::between(stored, &wanted))
}

/// Rows that no table takes.
pub(crate) fn too_large(rows: &BTreeMap<String, String>) -> impl Iterator<Item = Problem> {
    let large = rows.iter().filter(|(_, body)| body.len() > ROW_BYTES_MAX);
    large.map(|(row, body)| Problem {
        row: row.clone(),
        why: format!("{} bytes of JSON; a row holds {ROW_BYTES_MAX}", body.len()),
    })
}

/// Carries a plan out: each step in one transaction that also raises the version.
pub async fn apply(office: &Office, plan: &Plan, by: &By, deadline: Deadline) -> Result<Applied, ApplyError> {
    let mut stored = Stored {
        version: plan.version,
        rows: plan.before.clone(),
    };
    let steps = plan.steps();
    for (applied, changes) in steps.iter().enumerate() {
        for change in *changes {
            match &change.new {
                Some(body) => stored.rows.insert(change.row.clone(), body.clone()),
                None => stored.rows.remove(&change.row),
            };
        }
        stored.version = stored.version.saturating_add(1);
        let step = Step {
            changes,
            to: &stored,
            restores: plan.restores,
            notes: &plan.notes,
            by,
        };
        let token = Token::of(&step.mark());
        match office.db.transact(&token, step.writes(office), deadline).await {
            Ok(()) => {}
            Err(Error::Refused(_)) => return Err(ApplyError::Overtaken { applied }),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Applied {
        version: stored.version,
        steps: steps.len(),
    })
}

/// One version.
struct Step<'a> {
    changes: &'a [Change],
    /// What stands in the table after it.
    to: &'a Stored,
    restores: Option<u64>,
    notes: &'a BTreeMap<String, String>,
    by: &'a By,
}

impl Step<'_> {
    /// What tells this step from every other; whatever is written follows from it.
    fn mark(&self) -> String {
        let By { who, why, at } = self.by;
        let (version, changes, restores, notes) = (self.to.version, self.changes, self.restores, self.notes);
        format!("settings {version} {at:?} {who:?} {why:?} {restores:?} {notes:?} {changes:?}")
    }

    fn writes(&self, office: &Office) -> Vec<Write> {
        let mut writes = vec![self.version(&office.settings), self.history(&office.settings)];
        for change in self.changes {
            writes.push(match &change.new {
                Some(body) => Write::put("row", &office.settings, Rows::item(&change.row, body)),
                None => Write::delete_item("row", &office.settings, rows::key(&change.row)),
            });
            writes.push(self.entry(change).write(&office.audit));
        }
        writes
    }

    fn version(&self, table: &str) -> Write {
        let version = i64::try_from(self.to.version).unwrap_or(i64::MAX);
        let before = Condition::AbsentOrEquals(rows::VERSION_ATTRIBUTE, n(version.saturating_sub(1)));
        Write::update("version", table, rows::version_key())
            .when(before)
            .set(rows::VERSION_ATTRIBUTE, n(version))
            .set(rows::DIGEST_ATTRIBUTE, s(self.to.digest()))
    }

    fn history(&self, table: &str) -> Write {
        let record = history::Record {
            version: self.to.version,
            changes: self.changes.to_vec(),
            by: self.by.clone(),
            restores: self.restores,
            digest: self.to.digest(),
        };
        Write::put("history", table, record.item())
    }

    fn entry(&self, change: &Change) -> Entry {
        let action = Action::of(change.old.as_deref(), change.new.as_deref());
        Entry {
            entity: change.row.clone(),
            action: if self.restores.is_some() {
                Action::Rollback
            } else {
                action
            },
            old: change.old.clone(),
            new: change.new.clone(),
            by: self.by.clone(),
            version: self.to.version,
            note: self.notes.get(&change.row).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(before: &[(&str, &str)], after: &[(&str, &str)]) -> Plan {
        let rows = |rows: &[(&str, &str)]| {
            let owned = rows
                .iter()
                .map(|(row, body)| ((*row).to_owned(), (*body).to_owned()));
            owned.collect::<BTreeMap<_, _>>()
        };
        let stored = Stored {
            version: 1,
            rows: rows(before),
        };
        Plan::between(stored, &rows(after))
    }

    #[test]
    fn a_step_is_full_by_its_changes_or_by_its_bytes() {
        let sizes = |count: usize, bytes: usize| {
            let body = "x".repeat(bytes);
            let rows: Vec<(String, String)> = (0..count)
                .map(|i| (format!("flag#{i:04}"), body.clone()))
                .collect();
            let after: Vec<(&str, &str)> = rows
                .iter()
                .map(|(row, body)| (row.as_str(), body.as_str()))
                .collect();
            let plan = plan(&[], &after);
            plan.steps().iter().map(|step| step.len()).collect::<Vec<_>>()
        };
        assert_eq!(sizes(0, 1), Vec::<usize>::new());
        assert_eq!(sizes(49, 1), [49]);
        assert_eq!(sizes(50, 1), [49, 1]);
        assert_eq!(sizes(300, 1), [49, 49, 49, 49, 49, 49, 6]);
        assert_eq!(sizes(5, ROW_BYTES_MAX), [2, 2, 1]);
    }
}
