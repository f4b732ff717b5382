//! Rows that are alone of their kind.

use limits_flags::edit;
use serde_json::json;
use table::Deadline;

use crate::arguments::Single;
use crate::fields::Kind;
use crate::registry::{PATIENCE, parsed, read_body, stored, told, yaml};
use crate::{Error, Report};

/// Carries a command out on the row of a kind.
pub(crate) async fn single(kind: &Kind, command: &Single) -> Result<Report, Error> {
    match command {
        Single::Fields => Ok(kind.report()),
        Single::Show { target } => {
            let stored = stored(&target.find().await?.office()?).await?;
            let body = parsed(stored.body(kind.kind)?);
            let json = json!({"kind": kind.kind, "version": stored.version, "value": body});
            Ok(Report::new(yaml(&body)?, json))
        }
        Single::Put { body, said, target } => {
            let body = read_body(body)?;
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let edited = edit::put(&office, kind.kind, &body, &by, Deadline::after(PATIENCE)).await?;
            Ok(told(&edited))
        }
    }
}
