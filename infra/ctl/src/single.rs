//! Kinds of which there is one row.

use limits_flags::edit;
use serde_json::json;
use table::Deadline;

use crate::arguments::Costs;
use crate::arguments::said::Said;
use crate::registry::{PATIENCE, parsed, read_body, stored, told, yaml};
use crate::target::Target;
use crate::{Error, Report, fields};

/// Carries a command about the costs of all models out.
pub(crate) async fn costs(command: &Costs) -> Result<Report, Error> {
    match command {
        Costs::Fields => Ok(fields::COSTS.report()),
        Costs::Show { target } => show(fields::COSTS.kind, target).await,
        Costs::Put { body, said, target } => put(fields::COSTS.kind, body, said, target).await,
    }
}

/// The row as it stands.
pub(crate) async fn show(row: &str, target: &Target) -> Result<Report, Error> {
    let stored = stored(&target.find().await?.office()?).await?;
    let body = parsed(stored.body(row)?);
    let json = json!({"kind": row, "version": stored.version, "value": body});
    Ok(Report::new(yaml(&body)?, json))
}

/// Says all of it anew.
pub(crate) async fn put(row: &str, body: &str, said: &Said, target: &Target) -> Result<Report, Error> {
    let body = read_body(body)?;
    let (by, office) = (said.by()?, target.find().await?.office()?);
    let edited = edit::put(&office, row, &body, &by, Deadline::after(PATIENCE)).await?;
    Ok(told(&edited))
}
