//! Earlier versions of the settings: listed, compared, brought back.

use std::path::Path;

use limits_flags::history::{self, Record};
use limits_flags::holders::Losing;
use limits_flags::{Plan, Stored};
use serde_json::{Value, json};

use super::{carry_out, changes, looked_at, planned, planned_json};
use crate::arguments::said::SaidWhy;
use crate::show::{count, number, time};
use crate::target::Target;
use crate::{Error, Report};

/// Lists versions, the latest first.
pub(crate) async fn history(limit: u32, up_to: Option<u64>, target: &Target) -> Result<Report, Error> {
    let office = target.find().await?.office()?;
    let records = history::list_records(&office, up_to, limit).await?;
    let mut lines: Vec<String> = records.iter().map(told).collect();
    if records.is_empty() {
        lines.push("no version yet".to_owned());
    }
    let last = records.last().map(|record| record.version);
    let next = last.filter(|last| *last > 1);
    lines.extend(next.map(|next| format!("more: --after {next}")));
    let records: Vec<Value> = records.iter().map(as_json).collect();
    Ok(Report::new(
        lines.join("\n"),
        json!({"versions": records, "next": next}),
    ))
}

fn told(record: &Record) -> String {
    let by = &record.by;
    let why = if by.why.is_empty() {
        String::new()
    } else {
        format!("  ({})", by.why)
    };
    let restores = record
        .restores
        .map(|version| format!(", brings back version {version}"));
    format!(
        "version {}  {}  {}  {}{}{why}\n{}",
        record.version,
        time(by.at),
        by.who,
        count(number(record.changes.len()), "row"),
        restores.unwrap_or_default(),
        changes::text(&record.changes)
    )
}

fn as_json(record: &Record) -> Value {
    json!({
        "version": record.version,
        "who": record.by.who,
        "why": record.by.why,
        "at_ms": record.by.at.0,
        "restores": record.restores,
        "changes": changes::json(&record.changes),
    })
}

/// Brings an earlier version back as a new one, or only shows what that would change, if nothing is said of those who would
/// lose something by it.
pub(crate) async fn rollback(
    to: u64,
    losing: Option<Losing>,
    said: &SaidWhy,
    target: &Target,
) -> Result<Report, Error> {
    let by = said.by()?;
    let office = target.find().await?.office()?;
    let plan = history::rollback(&office, to).await?;
    if let Some(losing) = losing {
        return carry_out(&office, plan, losing, &by).await;
    }
    let text = match plan.changes.len() {
        0 => format!("version {}: it says what version {to} said", plan.version),
        rows => format!(
            "version {}: {} would be as in version {to}\n{}",
            plan.version,
            count(number(rows), "row"),
            changes::text(&plan.changes)
        ),
    };
    looked_at(&office, &plan, text).await
}

/// Where a file and the table differ, or two versions; ends with 1 if they do.
pub(crate) async fn diff(
    file: Option<&Path>,
    from: Option<u64>,
    to: Option<u64>,
    target: &Target,
) -> Result<Report, Error> {
    let plan = match file {
        Some(file) => planned(file, target).await?.0,
        None => between(from, to, target).await?,
    };
    let same = plan.changes.is_empty();
    let text = if same {
        "no difference".to_owned()
    } else {
        changes::text(&plan.changes)
    };
    Ok(Report::verdict(same, text, planned_json(&plan)))
}

async fn between(from: Option<u64>, to: Option<u64>, target: &Target) -> Result<Plan, Error> {
    let office = target.find().await?.office()?;
    let stored = crate::registry::stored(&office).await?;
    let to = to.unwrap_or(stored.version);
    let from = from.unwrap_or_else(|| to.saturating_sub(1));
    let rows = history::rows_at(&office, &stored, from).await?;
    let wanted = history::rows_at(&office, &stored, to).await?;
    let earlier = Stored { version: from, rows };
    Ok(Plan::between(earlier, &wanted))
}
