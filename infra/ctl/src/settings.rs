//! Flags, models, prices and limits: a file, held against itself, against what the provider can do, and against the
//! table; and what stood in the table earlier.

pub(crate) mod changes;
mod document;
mod versions;
mod warnings;

use std::path::Path;

use limits_flags::edit::EditError;
use limits_flags::holders::Losing;
use limits_flags::{Applied, ApplyError, By, Office, Plan, Stored};
use serde_json::{Value, json};
use table::Deadline;

pub(crate) use app::on_sale::inexpressible;
pub(crate) use versions::{diff, history, rollback};

use crate::arguments::said::{Said, now};
use crate::holders::refused_for_holders;
use crate::registry::{PATIENCE, yaml};
use crate::show::{count, number};
use crate::target::Target;
use crate::{Error, Report};

/// Says what is wrong with a file.
pub(crate) fn check(file: &Path) -> Result<Report, Error> {
    let document = document::read(file)?;
    let problems = document::problems(&document)?;
    let enabled = document.models.values().filter(|model| model.enabled).count();
    let warnings = warnings::of(&document);
    let json = json!({
        "problems": problems,
        "warnings": warnings,
        "models": document.models.len(),
        "enabled": enabled,
    });
    if problems.is_empty() {
        let models = count(number(document.models.len()), "model");
        let limits = count(number(document.limits.len()), "limit");
        let text = format!("{models} ({enabled} on sale), {limits}: nothing wrong");
        let lines: Vec<String> = [text].into_iter().chain(warnings).collect();
        return Ok(Report::new(lines.join("\n"), json));
    }
    Ok(Report::verdict(false, problems.join("\n"), json))
}

/// Shows what a file would change.
pub(crate) async fn plan(file: &Path, target: &Target) -> Result<Report, Error> {
    let (plan, office, warnings) = planned(file, target).await?;
    let text = match plan.changes.len() {
        0 => format!("version {}: the table says so already", plan.version),
        rows => format!(
            "version {}: {} would change\n{}",
            plan.version,
            count(number(rows), "row"),
            changes::text(&plan.changes)
        ),
    };
    Ok(warned(looked_at(&office, &plan, text).await?, &warnings))
}

/// With what the file may say, and probably does not mean.
fn warned(mut report: Report, warnings: &[String]) -> Report {
    let lines = [std::mem::take(&mut report.text)].into_iter();
    report.text = lines
        .chain(warnings.iter().cloned())
        .collect::<Vec<_>>()
        .join("\n");
    report.json["warnings"] = json!(warnings);
    report
}

/// What a plan would change, and from whom it would take something.
async fn looked_at(office: &Office, plan: &Plan, text: String) -> Result<Report, Error> {
    let lost = limits_flags::holders::losing(office, &plan.changes, now()).await?;
    let told = lost.iter().map(|lost| {
        format!(
            "  ! {} would be taken from {} (only with --holders-lose-it)",
            lost.row,
            lost.told()
        )
    });
    let lines = [text].into_iter().chain(notes(plan)).chain(told);
    let mut json = planned_json(plan);
    json["holders"] = crate::holders::json(&lost);
    Ok(Report::new(lines.collect::<Vec<_>>().join("\n"), json))
}

/// What the record of changes says beside what rows were and are.
fn notes(plan: &Plan) -> impl Iterator<Item = String> {
    plan.notes.iter().map(|(row, note)| format!("  ! {row}: {note}"))
}

/// Makes the table say what a file says.
pub(crate) async fn apply(
    file: &Path,
    losing: Losing,
    said: &Said,
    target: &Target,
) -> Result<Report, Error> {
    let by = said.by()?;
    let (plan, office, warnings) = planned(file, target).await?;
    Ok(warned(carry_out(&office, plan, losing, &by).await?, &warnings))
}

/// Carries a plan out and says what was written.
async fn carry_out(office: &Office, mut plan: Plan, losing: Losing, by: &By) -> Result<Report, Error> {
    let settled = plan.settle(office, losing, by.at).await;
    settled.map_err(|error| refused_for_holders(EditError::Apply(error)))?;
    let plan = &plan;
    let applied = limits_flags::apply(office, plan, by, Deadline::after(PATIENCE)).await;
    let Applied { version, steps } = applied.map_err(table_or_settings)?;
    let mut json = planned_json(plan);
    json["applied_version"] = json!(version);
    json["versions_written"] = json!(steps);
    let parts = match steps {
        0 | 1 => String::new(),
        _ => format!(", in {steps} versions, for one transaction does not take so many"),
    };
    let text = match plan.changes.len() {
        0 => format!("version {version}: the table said so already, nothing was written"),
        rows => format!(
            "version {} -> {version}: {} changed{parts}\n{}",
            plan.version,
            count(number(rows), "row"),
            changes::text(&plan.changes)
        ),
    };
    let lines: Vec<String> = [text].into_iter().chain(notes(plan)).collect();
    Ok(Report::new(lines.join("\n"), json))
}

/// Prints what stands in the table, or stood there at an earlier version.
pub(crate) async fn show(version: Option<u64>, target: &Target) -> Result<Report, Error> {
    let office = target.find().await?.office()?;
    let mut stored = crate::registry::stored(&office).await?;
    if let Some(version) = version {
        stored.rows = limits_flags::history::rows_at(&office, &stored, version).await?;
        stored.version = version;
    }
    let document = sections(&stored);
    let text = format!("# version {}\n{}", stored.version, yaml(&document)?);
    Ok(Report::new(
        text,
        json!({"version": stored.version, "settings": document}),
    ))
}

/// Rows in the shape of a settings file.
fn sections(stored: &Stored) -> Value {
    limits_flags::sections(
        stored
            .rows
            .iter()
            .map(|(row, body)| (row.as_str(), body.as_str())),
    )
}

fn planned_json(plan: &Plan) -> Value {
    json!({"version": plan.version, "changes": changes::json(&plan.changes), "notes": plan.notes})
}

/// What a file would change, in which table, and what of it is probably not meant.
async fn planned(file: &Path, target: &Target) -> Result<(Plan, Office, Vec<String>), Error> {
    let document = document::read(file)?;
    let problems = document::problems(&document)?;
    if !problems.is_empty() {
        let path = file.to_owned();
        return Err(Error::Problems { path, problems });
    }
    let office = target.find().await?.office()?;
    let plan = limits_flags::plan(&office, &document).await;
    Ok((plan.map_err(table_or_settings)?, office, warnings::of(&document)))
}

/// A table that does not answer is no fault of the settings.
fn table_or_settings(error: ApplyError) -> Error {
    match error {
        ApplyError::Table(error) => Error::Table(error),
        other => Error::Settings(other),
    }
}

#[cfg(test)]
mod tests;
