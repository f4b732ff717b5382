//! One thing of the settings changed: a flag thrown, a price set, a tier deleted. The rows are read, the row is changed, the
//! whole is held against itself as a file would be, and written if nobody else has written in between; otherwise all of it
//! is done again on what stands then.
//!
//! What was wrong before does not stand in the way: with a row that nobody can read in the table, a flag can still be
//! thrown. Only what the change itself makes wrong is refused.

use std::collections::BTreeMap;

use serde_json::{Number, Value};
use table::Deadline;

use crate::apply::{Applied, ApplyError, Change, Plan, apply, too_large};
use crate::document::Document;
use crate::holders::Losing;
use crate::nearest::near;
use crate::office::{By, Office};
use crate::problems::{Problem, problems, recounted};
use crate::rows::{self, Rows, Stored};

/// How often a change is made again because others were faster.
const TRIES_MAX: u32 = 8;

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The version that stands now.
    pub version: u64,
    /// What was written; nothing if the rows said so already.
    pub changes: Vec<Change>,
}

/// Why one thing cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is no such row.
    #[error("there is no {row}{}", meant(nearest.as_deref()))]
    Unknown {
        /// What was asked for.
        row: String,
        /// The one that may be meant.
        nearest: Option<String>,
    },
    /// The row cannot be changed like this.
    #[error("{0}")]
    Refused(String),
    /// The settings would not go together, or were not written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

impl From<table::Error> for EditError {
    fn from(error: table::Error) -> Self {
        Self::Apply(error.into())
    }
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; is {nearest} meant?"))
}

/// A row as it is to be: its sort key, and its body; `None` takes it away.
pub type Wanted = (String, Option<String>);

/// Makes a change: `change` says, given what stands in the table, what is to stand there. It is asked again if somebody
/// else was faster. Refused where a customer would lose something by it.
pub async fn edit(
    office: &Office,
    by: &By,
    deadline: Deadline,
    change: impl Fn(&Stored) -> Result<Vec<Wanted>, EditError>,
) -> Result<Edited, EditError> {
    edit_losing(office, by, deadline, Losing::Refused, change).await
}

async fn edit_losing(
    office: &Office,
    by: &By,
    deadline: Deadline,
    losing: Losing,
    change: impl Fn(&Stored) -> Result<Vec<Wanted>, EditError>,
) -> Result<Edited, EditError> {
    let mut tries = 1;
    loop {
        let stored = Stored::read(&office.db, &office.settings).await?;
        let mut plan = planned(office, stored, &change)?;
        plan.settle(office, losing, by.at).await?;
        match apply(office, &plan, by, deadline).await {
            Ok(Applied { version, .. }) => {
                let changes = plan.changes;
                return Ok(Edited { version, changes });
            }
            Err(ApplyError::Overtaken { applied: 0 }) if tries < TRIES_MAX => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writes one row, whatever stands there.
pub async fn put(
    office: &Office,
    row: &str,
    body: &str,
    by: &By,
    deadline: Deadline,
) -> Result<Edited, EditError> {
    edit(office, by, deadline, |_| {
        Ok(vec![(row.to_owned(), Some(body.to_owned()))])
    })
    .await
}

/// Writes one row, if `was` still is what stands there: whoever changed it on a screen must not write over what somebody else
/// has said meanwhile. Compared as JSON, since a screen does not keep blanks, and numbers by their value, since a browser says `95` of
/// `95.0`.
pub async fn put_over(
    office: &Office,
    row: &str,
    was: Option<&Value>,
    body: &str,
    by: &By,
    deadline: Deadline,
) -> Result<Edited, EditError> {
    edit(office, by, deadline, |stored| {
        let stands = stored.rows.get(row).map(|body| parsed(body));
        let as_read = match (&stands, was) {
            (Some(stands), Some(was)) => same(stands, was),
            (stands, was) => stands.is_none() && was.is_none(),
        };
        if !as_read {
            return Err(ApplyError::Overtaken { applied: 0 }.into());
        }
        Ok(vec![(row.to_owned(), Some(body.to_owned()))])
    })
    .await
}

/// A stored body as JSON; what is none is the text that it is.
pub fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| body.into())
}

/// Whether two values say the same: members in any order, and numbers by what a browser reads of them.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || read(one) == read(other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let among =
                |(name, one): (&String, &Value)| other.get(name).is_some_and(|other| same(one, other));
            one.len() == other.len() && one.iter().all(among)
        }
        (one, other) => one == other,
    }
}

/// A number as a double, bit by bit; there is but one nought.
fn read(number: &Number) -> Option<u64> {
    number.as_f64().map(|number| (number + 0.0).to_bits())
}

/// What writing a row, or taking it away, would change; nothing is written. Refused for what [`put`] and [`delete`] would be
/// refused for, but for customers who hold what goes.
pub async fn preview(office: &Office, row: &str, body: Option<&str>) -> Result<Plan, EditError> {
    let stored = Stored::read(&office.db, &office.settings).await?;
    planned(office, stored, |stored| {
        if body.is_none() {
            stored.body(row)?;
        }
        Ok(vec![(row.to_owned(), body.map(str::to_owned))])
    })
}

/// Deletes one row, if what stands in it still is what somebody has read. `losing` says what becomes of customers who hold it.
pub async fn delete_over(
    office: &Office,
    row: &str,
    as_read: impl Fn(&str) -> bool,
    losing: Losing,
    by: &By,
    deadline: Deadline,
) -> Result<Edited, EditError> {
    edit_losing(office, by, deadline, losing, |stored| {
        if !as_read(stored.body(row)?) {
            return Err(ApplyError::Overtaken { applied: 0 }.into());
        }
        Ok(vec![(row.to_owned(), None)])
    })
    .await
}

/// Deletes one row, whatever stands in it. `losing` says what becomes of customers who hold it.
pub async fn delete(
    office: &Office,
    row: &str,
    losing: Losing,
    by: &By,
    deadline: Deadline,
) -> Result<Edited, EditError> {
    delete_over(office, row, |_| true, losing, by, deadline).await
}

impl Stored {
    /// What stands in a row; if there is none, the error names the one that may be meant.
    pub fn body(&self, row: &str) -> Result<&str, EditError> {
        let unknown = || EditError::Unknown {
            row: row.to_owned(),
            nearest: self.nearest(row).map(str::to_owned),
        };
        self.rows.get(row).map(String::as_str).ok_or_else(unknown)
    }

    /// The row of the same kind whose name looks most like this one's, unless it looks quite different.
    pub fn nearest(&self, row: &str) -> Option<&str> {
        let (kind, name) = row.split_once('#')?;
        let nearest = near(name, self.of_kind(kind).map(|(known, _)| known))?;
        let row = format!("{kind}#{nearest}");
        self.rows.get_key_value(&row).map(|(row, _)| row.as_str())
    }
}

fn planned(
    office: &Office,
    stored: Stored,
    change: impl Fn(&Stored) -> Result<Vec<Wanted>, EditError>,
) -> Result<Plan, EditError> {
    let wanted = change(&stored)?;
    let mut rows = stored.rows.clone();
    for (row, body) in &wanted {
        match body {
            Some(body) => rows.insert(row.clone(), body.clone()),
            None => rows.remove(row),
        };
    }
    if rows == stored.rows {
        return Ok(Plan::between(stored, &rows));
    }
    let touched = |row: &str| wanted.iter().any(|(touched, _)| touched == row);
    let (document, mut found) = examine(office, &rows)?;
    let known = examine(office, &stored.rows)?.1;
    found.retain(|problem| touched(&problem.row) || !known.contains(problem));
    if !found.is_empty() {
        return Err(ApplyError::Problems(found).into());
    }
    if let Some(document) = document {
        as_written(&document, &mut rows, touched)?;
    }
    let found = recounted(&stored.rows, &rows);
    if !found.is_empty() {
        return Err(ApplyError::Problems(found).into());
    }
    Ok(Plan::between(stored, &rows))
}

/// The changed rows as the document's types write them, so that the same is always said in the same letters.
fn as_written(
    document: &Document,
    rows: &mut BTreeMap<String, String>,
    touched: impl Fn(&str) -> bool,
) -> Result<(), ApplyError> {
    for (row, body) in Rows::of(document)?.0 {
        if touched(&row) && rows.contains_key(&row) {
            rows.insert(row, body);
        }
    }
    Ok(())
}

/// The document that rows make without those that cannot be read, and everything that is wrong with them.
pub(crate) fn examine(
    office: &Office,
    rows: &BTreeMap<String, String>,
) -> Result<(Option<Document>, Vec<Problem>), ApplyError> {
    let mut found: Vec<Problem> = too_large(rows).collect();
    let mut parsed = parse(rows.iter());
    if parsed.is_err() {
        let unreadable = unreadable(rows);
        let readable = rows
            .iter()
            .filter(|(row, _)| unreadable.iter().all(|it| it.row != **row));
        parsed = parse(readable);
        found.extend(unreadable);
    }
    let document = match parsed {
        Ok(document) => document,
        Err(why) => {
            let row = "rules".to_owned();
            found.push(Problem { row, why });
            return Ok((None, found));
        }
    };
    found.extend(problems(&document)?);
    found.extend((office.check)(&document));
    Ok((Some(document), found))
}

/// The rows that cannot be read, each tried by itself beside the rules.
fn unreadable(rows: &BTreeMap<String, String>) -> Vec<Problem> {
    let rules = rows.get_key_value("rules");
    let others = rows.iter().filter(|(row, _)| row.as_str() != "rules");
    let problem = |row: (&String, &String)| {
        let why = parse(rules.into_iter().chain([row])).err()?;
        let row = row.0.clone();
        Some(Problem { row, why })
    };
    if parse(rules).is_err() {
        return Vec::new();
    }
    others.filter_map(problem).collect()
}

fn parse<'r>(rows: impl IntoIterator<Item = (&'r String, &'r String)>) -> Result<Document, String> {
    let rows = rows.into_iter().map(|(row, body)| (row.as_str(), body.as_str()));
    serde_json::from_value(rows::sections(rows)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_browser_has_read_is_the_same_as_what_stands() {
        let stands = parsed(r#"{"a": 95.0, "b": [1, {"c": -0.0}], "d": "95.0", "e": 1e2, "f": null}"#);
        let read = json!({"b": [1.0, {"c": 0}], "e": 100, "f": null, "a": 95, "d": "95.0"});
        assert!(same(&stands, &read));
        for other in [
            json!({"b": [1, {"c": 0}], "e": 100, "f": null, "a": 95.5, "d": "95.0"}),
            json!({"b": [1, {"c": 0}], "e": 100, "f": null, "a": 95, "d": "95"}),
            json!({"b": [1, {"c": 0}], "e": 100, "a": 95, "d": "95.0"}),
            json!({"b": [1, {"c": 0}], "e": 100, "f": null, "a": 95, "d": "95.0", "g": 1}),
            json!({"b": [1], "e": 100, "f": null, "a": 95, "d": "95.0"}),
            json!({"b": [1, {"c": 0}], "e": "100", "f": null, "a": 95, "d": "95.0"}),
        ] {
            assert!(!same(&stands, &other), "{other}");
        }
    }
}
