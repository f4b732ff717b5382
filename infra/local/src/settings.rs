//! Seeds the settings table from the operator's file, as `cargo ctl settings apply` does on AWS.

use std::path::Path;
use std::time::Duration;

use limits_flags::Document;
use table::{Db, Deadline};

use crate::error::{Error, Result};

/// More than enough for one transaction on this machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Applies the file to the table. Rows that already say so are left alone. A provider that cannot call this machine back
/// is asked after the model's usual time, instead of when a callback must have been lost.
pub(crate) async fn seed(db: &Db, table: &str, path: &Path, calls_back: bool) -> Result<()> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    let unfit = |why: String| Error::Settings {
        path: path.to_owned(),
        why,
    };
    let mut document: Document = serde_norway::from_str(&text).map_err(|error| unfit(error.to_string()))?;
    if !calls_back {
        for model in document.models.values_mut() {
            model.poll_after_s = Some(model.typical_s);
        }
    }
    let plan = limits_flags::plan(db, table, &document)
        .await
        .map_err(|error| unfit(error.to_string()))?;
    limits_flags::apply(db, table, &plan, Deadline::after(PATIENCE))
        .await
        .map_err(|error| unfit(error.to_string()))?;
    Ok(())
}
