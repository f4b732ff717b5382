//! A document becomes the rows, all at once. A query may still see such a transaction half done, so the version item
//! says what the rows add up to: whoever reads a mixture knows it, and reads again.

use std::collections::BTreeMap;

use table::{Condition, Db, Deadline, Error, Query, Row, Token, Write, n, s};

use crate::document::Document;
use crate::problems::{Problem, problems};
use crate::rows::{self, Rows};

/// Rows that one transaction can change, with the version item.
const CHANGES_MAX: usize = 99;

/// What a document would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The version that it was planned against.
    pub version: u64,
    /// Rows to be written: the sort key, what stands there, what is to stand there. `None` where there is no row.
    pub changes: Vec<(String, Option<String>, Option<String>)>,
    /// What all rows add up to when it is carried out.
    pub digest: String,
}

/// Why a document cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Rows that say nothing sensible.
    #[error("{}", list(.0))]
    Problems(Vec<Problem>),
    /// Too many changes for one transaction; apply them in parts.
    #[error("{0} rows would change, and one transaction takes {CHANGES_MAX}")]
    TooMany(usize),
    /// Somebody else has changed the settings since they were read; plan again.
    #[error("the settings have changed meanwhile; plan again")]
    Overtaken,
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

/// What a document would change in a table.
pub async fn plan(db: &Db, table: &str, document: &Document) -> Result<Plan, ApplyError> {
    let problems = problems(document)?;
    if !problems.is_empty() {
        return Err(ApplyError::Problems(problems));
    }
    let (version, stored) = stored(db, table).await?;
    let wanted: BTreeMap<String, String> = Rows::of(document)?.0.into_iter().collect();
    let mut changes = Vec::new();
    for (sort, body) in &wanted {
        if stored.get(sort) != Some(body) {
            changes.push((sort.clone(), stored.get(sort).cloned(), Some(body.clone())));
        }
    }
    for (sort, body) in stored.iter().filter(|(sort, _)| !wanted.contains_key(*sort)) {
        changes.push((sort.clone(), Some(body.clone()), None));
    }
    let digest = rows::digest(wanted.iter().map(|(sort, body)| (sort.as_str(), body.as_str())));
    Ok(Plan {
        version,
        changes,
        digest,
    })
}

/// Carries a plan out, in one transaction that also raises the version. Gives the new version.
pub async fn apply(db: &Db, table: &str, plan: &Plan, deadline: Deadline) -> Result<u64, ApplyError> {
    if plan.changes.is_empty() {
        return Ok(plan.version);
    }
    if plan.changes.len() > CHANGES_MAX {
        return Err(ApplyError::TooMany(plan.changes.len()));
    }
    let version = i64::try_from(plan.version).unwrap_or(i64::MAX);
    let mut writes = vec![
        Write::update("version", table, rows::version_key())
            .when(Condition::AbsentOrEquals(rows::VERSION_ATTRIBUTE, n(version)))
            .set(rows::VERSION_ATTRIBUTE, n(version.saturating_add(1)))
            .set(rows::DIGEST_ATTRIBUTE, s(plan.digest.as_str())),
    ];
    for (sort, _, body) in &plan.changes {
        writes.push(match body {
            Some(body) => Write::put("row", table, Rows::item(sort, body)),
            None => Write::delete_item("row", table, rows::key(sort)),
        });
    }
    let token = Token::of(&format!("settings {version} {:?}", plan.changes));
    match db.transact(&token, writes, deadline).await {
        Ok(()) => Ok(plan.version.saturating_add(1)),
        Err(error) if error.refused("version").is_some() => Err(ApplyError::Overtaken),
        Err(error) => Err(error.into()),
    }
}

/// The version and the rows that stand in a table.
async fn stored(db: &Db, table: &str) -> Result<(u64, BTreeMap<String, String>), Error> {
    let (mut version, mut found, mut start) = (0, BTreeMap::new(), None);
    loop {
        let partition = rows::partition_key();
        let table = table.to_owned();
        let page = db
            .query(Query {
                table,
                index: None,
                partition,
                up_to: None,
                limit: 1000,
                start,
                consistent: true,
            })
            .await?;
        for item in &page.items {
            let row = Row(item);
            let sort = row.s("sk")?;
            if rows::is_version(sort) {
                version = row.n(rows::VERSION_ATTRIBUTE)?;
            } else {
                found.insert(sort.to_owned(), row.s("body")?.to_owned());
            }
        }
        start = page.next;
        if start.is_none() {
            return Ok((version, found));
        }
    }
}
