//! What was changed, by whom, why.

use limits_flags::audit::{self, Entry, Of};
use serde_json::{Value, json};

use crate::arguments::Log;
use crate::arguments::said::now;
use crate::registry::parsed;
use crate::settings::changes;
use crate::show::time;
use crate::{Error, Report};

/// Lists changes, the latest first: of a day, of one thing, or of one person.
pub(crate) async fn log(log: &Log) -> Result<Report, Error> {
    let office = log.target.find().await?.office()?;
    let of = match (&log.entity, &log.person) {
        (Some(entity), _) => Of::Entity(entity.clone()),
        (_, Some(person)) => Of::Person(person.clone()),
        _ => Of::Day(day(log.day.as_deref())?),
    };
    let page = audit::list(&office, &of, log.limit, log.after.as_deref()).await?;
    let mut lines: Vec<String> = page.entries.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("no changes".to_owned());
    }
    lines.extend(page.next.iter().map(|next| format!("more: --after '{next}'")));
    let entries: Vec<Value> = page.entries.iter().map(as_json).collect();
    Ok(Report::new(
        lines.join("\n"),
        json!({"entries": entries, "next": page.next}),
    ))
}

fn day(typed: Option<&str>) -> Result<String, Error> {
    let Some(typed) = typed else {
        return Ok(audit::day(now()));
    };
    let date = typed.parse::<chrono::NaiveDate>();
    let date = date.map_err(|_| Error::Usage(format!("{typed:?} is no day such as 2026-11-22")))?;
    Ok(date.to_string())
}

fn line(entry: &Entry) -> String {
    let by = &entry.by;
    let why = if by.why.is_empty() {
        String::new()
    } else {
        format!("  ({})", by.why)
    };
    let first = format!(
        "{}  {}  {} {}{why}",
        time(by.at),
        by.who,
        entry.action,
        entry.entity
    );
    let change = changes::of(&entry.entity, entry.old.as_deref(), entry.new.as_deref());
    let note = entry.note.iter().map(|note| format!("  ! {note}"));
    [first]
        .into_iter()
        .chain(change)
        .chain(note)
        .collect::<Vec<_>>()
        .join("\n")
}

fn as_json(entry: &Entry) -> Value {
    json!({
        "id": entry.id(),
        "at_ms": entry.by.at.0,
        "who": entry.by.who,
        "why": entry.by.why,
        "action": entry.action.as_str(),
        "entity": entry.entity,
        "version": entry.version,
        "old": entry.old.as_deref().map(parsed),
        "new": entry.new.as_deref().map(parsed),
        "note": entry.note,
    })
}
