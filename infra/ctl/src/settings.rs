//! Flags, models, prices and limits: a file, held against itself, against what the provider can do, and against the
//! table.

mod changes;
mod document;
mod orders;

use std::path::Path;
use std::time::Duration;

use limits_flags::{ApplyError, Plan};
use serde_json::json;
use table::Deadline;

use crate::show::{count, number};
use crate::target::Target;
use crate::{Error, Report};

/// More than one transaction takes from the other end of the world.
const PATIENCE: Duration = Duration::from_secs(30);

/// Says what is wrong with a file.
pub(crate) fn check(file: &Path) -> Result<Report, Error> {
    let document = document::read(file)?;
    let problems = document::problems(&document)?;
    let enabled = document.models.values().filter(|model| model.enabled).count();
    let json = json!({
        "problems": problems,
        "models": document.models.len(),
        "enabled": enabled,
    });
    if problems.is_empty() {
        let models = count(number(document.models.len()), "model");
        let limits = count(number(document.limits.len()), "limit");
        let text = format!("{models} ({enabled} on sale), {limits}: nothing wrong");
        return Ok(Report::new(text, json));
    }
    Ok(Report::verdict(false, problems.join("\n"), json))
}

/// Shows what a file would change.
pub(crate) async fn plan(file: &Path, target: &Target) -> Result<Report, Error> {
    let (plan, _) = planned(file, target).await?;
    let text = match plan.changes.len() {
        0 => format!("version {}: the table says so already", plan.version),
        rows => format!(
            "version {}: {} would change\n{}",
            plan.version,
            count(number(rows), "row"),
            changes::text(&plan)
        ),
    };
    Ok(Report::new(text, changes::json(&plan)))
}

/// Makes the table say what a file says.
pub(crate) async fn apply(file: &Path, target: &Target) -> Result<Report, Error> {
    let (plan, place) = planned(file, target).await?;
    let table = place.output("SettingsTable")?;
    let version = limits_flags::apply(&place.db(), table, &plan, Deadline::after(PATIENCE)).await?;
    let mut json = changes::json(&plan);
    json["applied_version"] = json!(version);
    let text = match plan.changes.len() {
        0 => format!("version {version}: the table said so already, nothing was written"),
        rows => format!(
            "version {} -> {version}: {} changed\n{}",
            plan.version,
            count(number(rows), "row"),
            changes::text(&plan)
        ),
    };
    Ok(Report::new(text, json))
}

/// Prints what stands in the table.
pub(crate) async fn show(target: &Target) -> Result<Report, Error> {
    let place = target.find().await?;
    let stored = document::stored(&place.db(), place.output("SettingsTable")?).await?;
    let yaml = serde_norway::to_string(&stored.document).map_err(|error| Error::Machine(Box::new(error)))?;
    let json = json!({"version": stored.version, "settings": stored.document});
    Ok(Report::new(format!("# version {}\n{yaml}", stored.version), json))
}

async fn planned(file: &Path, target: &Target) -> Result<(Plan, crate::target::Place), Error> {
    let document = document::read(file)?;
    let problems = document::problems(&document)?;
    if !problems.is_empty() {
        let path = file.to_owned();
        return Err(Error::Problems { path, problems });
    }
    let place = target.find().await?;
    let table = place.output("SettingsTable")?;
    let plan = limits_flags::plan(&place.db(), table, &document).await;
    Ok((plan.map_err(table_or_settings)?, place))
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
