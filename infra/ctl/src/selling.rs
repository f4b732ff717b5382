//! How packs and plans are sold: the one row of its kind.

use serde_json::json;

use crate::arguments::Selling;
use crate::registry::change;
use crate::{Error, Report, fields, single};

/// The row.
const ROW: &str = "selling";

/// Carries a command about sales out.
pub(crate) async fn selling(command: &Selling) -> Result<Report, Error> {
    match command {
        Selling::Single(command) => single::single(&fields::SELLING, command).await,
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
