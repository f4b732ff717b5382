//! How packs and plans are sold: the one row of its kind.

use limits_flags::edit;
use serde_json::json;
use table::Deadline;

use crate::arguments::Selling;
use crate::registry::{PATIENCE, change, parsed, read_body, stored, told, yaml};
use crate::{Error, Report, fields};

/// The row.
const ROW: &str = "selling";

/// Carries a command about sales out.
pub(crate) async fn selling(command: &Selling) -> Result<Report, Error> {
    match command {
        Selling::Fields => Ok(fields::SELLING.report()),
        Selling::Show { target } => {
            let stored = stored(&target.find().await?.office()?).await?;
            let body = parsed(stored.body(ROW)?);
            let json = json!({"kind": ROW, "version": stored.version, "value": body});
            Ok(Report::new(yaml(&body)?, json))
        }
        Selling::Put { body, said, target } => {
            let body = read_body(body)?;
            let (by, office) = (said.by()?, target.find().await?.office()?);
            let edited = edit::put(&office, ROW, &body, &by, Deadline::after(PATIENCE)).await?;
            Ok(told(&edited))
        }
        Selling::Rails { rails, said, target } => {
            let (by, office) = (said.by()?, target.find().await?.office()?);
            change(&office, &by, ROW, |before| {
                let mut row = before.unwrap_or_else(|| json!({}));
                row["rails"] = json!(rails);
                Ok(row)
            })
            .await
        }
    }
}
