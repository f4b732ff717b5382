//! Rows of the settings, one at a time: the same four things for every kind.

use std::path::Path;
use std::time::Duration;

use limits_flags::edit::{self, EditError, Edited, Wanted};
use limits_flags::{By, Office, Stored};
use serde_json::{Value, json};
use table::Deadline;

use crate::arguments::Rows;
use crate::holders::{self, losing, refused_for_holders};
use crate::settings::changes;
use crate::show::{count, list, number};
use crate::{Error, Report, fields};

/// More than a few transactions take from the other end of the world.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Carries a command out on rows of a kind: `flag`, `tier`.
pub(crate) async fn rows(kind: &str, command: &Rows) -> Result<Report, Error> {
    match command {
        Rows::Fields => Ok(fields::kind(kind)?.report()),
        Rows::List { target } => {
            let stored = stored(&target.find().await?.office()?).await?;
            Ok(listed(kind, &stored))
        }
        Rows::Show { name, target } => {
            let stored = stored(&target.find().await?.office()?).await?;
            let body = parsed(stored.body(&row(kind, name)?)?);
            let json = json!({"kind": kind, "name": name, "version": stored.version, "value": body});
            Ok(Report::new(yaml(&body)?, json))
        }
        Rows::Put {
            name,
            body,
            said,
            target,
        } => {
            let (row, body) = (row(kind, name)?, read_body(body)?);
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let edited = edit::put(&office, &row, &body, &by, Deadline::after(PATIENCE)).await?;
            Ok(told(&edited))
        }
        Rows::Delete {
            name,
            holders_lose_it,
            said,
            target,
        } => {
            if *holders_lose_it && !holders::ARE_HELD.contains(&kind) {
                let why = format!("--holders-lose-it: no customer holds a {kind}");
                return Err(Error::Usage(why));
            }
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let (row, losing) = (row(kind, name)?, losing(*holders_lose_it));
            let edited = edit::delete(&office, &row, losing, &by, Deadline::after(PATIENCE)).await;
            Ok(told(&edited.map_err(refused_for_holders)?))
        }
    }
}

/// Everything in the settings' table.
pub(crate) async fn stored(office: &Office) -> Result<Stored, Error> {
    Ok(Stored::read(&office.db, &office.settings).await?)
}

/// Changes one row: what stands there goes in, what is to stand there comes out.
pub(crate) async fn change(
    office: &Office,
    by: &By,
    row: &str,
    change: impl Fn(Option<Value>) -> Result<Value, Error>,
) -> Result<Report, Error> {
    let edited = edit::edit(office, by, Deadline::after(PATIENCE), |stored: &Stored| {
        let before = stored.rows.get(row).map(|body| parsed(body));
        let after = change(before).map_err(|error| match error {
            // The nearest name is known here.
            Error::NotFound(_) => stored
                .body(row)
                .err()
                .unwrap_or(EditError::Refused(error.to_string())),
            other => EditError::Refused(other.to_string()),
        })?;
        Ok::<Vec<Wanted>, EditError>(vec![(row.to_owned(), Some(after.to_string()))])
    });
    Ok(told(&edited.await?))
}

/// What was changed.
pub(crate) fn told(edited: &Edited) -> Report {
    let text = if edited.changes.is_empty() {
        format!(
            "version {}: it stands so already, nothing was written",
            edited.version
        )
    } else {
        format!("version {}\n{}", edited.version, changes::text(&edited.changes))
    };
    let json = json!({"version": edited.version, "changes": changes::json(&edited.changes)});
    Report::new(text, json)
}

fn listed(kind: &str, stored: &Stored) -> Report {
    let rows: Vec<(&str, Value)> = stored
        .of_kind(kind)
        .map(|(name, body)| (name, parsed(body)))
        .collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = rows
        .iter()
        .map(|(name, value)| format!("{name:width$}  {}", brief(value)));
    let mut text = lines.collect::<Vec<_>>().join("\n");
    if rows.is_empty() {
        text = format!("no {kind}");
    }
    let values: serde_json::Map<String, Value> = rows
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Report::new(
        text,
        json!({"kind": kind, "version": stored.version, "rows": values}),
    )
}

/// A row in one line: what it is called, whether it is on, and what it holds.
fn brief(value: &Value) -> String {
    let Some(members) = value.as_object() else {
        return value.to_string();
    };
    let told = members.iter().map(|(name, value)| match value {
        Value::Array(values) => format!("{name}: {}", count(number(values.len()), "element")),
        Value::Object(inner) => format!("{name}: {}", list(inner.keys().cloned())),
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    told.collect::<Vec<_>>().join("  ")
}

/// The sort key of a row of a kind.
pub(crate) fn row(kind: &str, name: &str) -> Result<String, Error> {
    if name.is_empty() || name.len() > 200 || name.contains('#') || name.trim() != name {
        return Err(Error::Usage(format!("{name:?} is no name of a {kind}")));
    }
    Ok(format!("{kind}#{name}"))
}

pub(crate) fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| json!(body))
}

pub(crate) fn yaml(value: &Value) -> Result<String, Error> {
    serde_norway::to_string(value).map_err(|error| Error::Machine(Box::new(error)))
}

/// What is to stand in a row: JSON or YAML as typed, or in a file.
pub(crate) fn read_body(typed: &str) -> Result<String, Error> {
    let (text, place) = match typed.strip_prefix('@') {
        None => (typed.to_owned(), "the body".to_owned()),
        Some(path) => {
            let read = std::fs::read_to_string(path);
            let path = Path::new(path).to_owned();
            let shown = path.display().to_string();
            (read.map_err(|source| Error::File { path, source })?, shown)
        }
    };
    let wrong = |error: serde_norway::Error| Error::Usage(format!("{place}: {error}"));
    // JSON's own type takes the last of two members of one name; this one refuses them.
    let strict: serde_norway::Value = serde_norway::from_str(&text).map_err(wrong)?;
    let value: Value = serde_norway::from_value(strict).map_err(wrong)?;
    Ok(value.to_string())
}
