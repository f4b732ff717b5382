//! Seeds the settings table from the operator's file, as `cargo ctl settings apply` does on AWS.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::time::Timestamp;
use limits_flags::{By, Document, Office};
use table::Deadline;

use crate::error::{Error, Result};
use crate::options::Options;
use crate::studios;

/// More than enough for one transaction on this machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who applies the file, for the audit.
const WHO: &str = "cargo dev";

/// Applies the file to the table. Rows that already say so are left alone. A provider that cannot call this machine back
/// is asked after the model's usual time, instead of when a callback must have been lost. Where the providers are played, the
/// studios' models are on sale too.
pub(crate) async fn seed(office: &Office, path: &Path, options: &Options) -> Result<()> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    let unfit = |why: String| Error::Settings {
        path: path.to_owned(),
        why,
    };
    let mut document: Document = serde_norway::from_str(&text).map_err(|error| unfit(error.to_string()))?;
    if options.kie_key.is_none() {
        studios::models_into(&mut document).map_err(|error| unfit(error.to_string()))?;
    } else {
        for model in document.models.values_mut() {
            model.poll_after_s = Some(model.typical_s);
        }
    }
    if let Some(change) = options.settings {
        change(&mut document);
    }
    let plan = limits_flags::plan(office, &document)
        .await
        .map_err(|error| unfit(error.to_string()))?;
    let by = By {
        who: WHO.to_owned(),
        why: format!("{} at the start", path.display()),
        at: now(),
    };
    limits_flags::apply(office, &plan, &by, Deadline::after(PATIENCE))
        .await
        .map_err(|error| unfit(error.to_string()))?;
    Ok(())
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
