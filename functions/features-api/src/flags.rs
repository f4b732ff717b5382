//! The operator's flags, compiled once per version of the settings.

use std::sync::{Arc, Mutex, PoisonError};

use limits_flags::flags::FlagSet;
use limits_flags::{Snapshot, partition_key};
use serde_json::{Map, Value, json};
use table::{Query, Row};

use crate::Api;
use crate::problem::Refusal;

/// What the sort keys of flags begin with.
const FLAG: &str = "flag#";
/// Rows per page.
const PAGE: i32 = 1000;

/// The set of the version that is known.
#[derive(Default)]
pub(crate) struct Flags(Mutex<Option<(u64, Arc<FlagSet>)>>);

impl Api {
    /// The flags of a snapshot.
    pub(crate) async fn flags(&self, snapshot: &Snapshot) -> Result<Arc<FlagSet>, Refusal> {
        let kept = || self.flags.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, set)) = &*kept()
            && *version == snapshot.version
        {
            return Ok(Arc::clone(set));
        }
        let rows = self.flag_rows().await?;
        let set = FlagSet::read(&json!({ "flags": rows }));
        let set = Arc::new(set.map_err(|error| Refusal::Broken(Box::new(error)))?);
        *kept() = Some((snapshot.version, Arc::clone(&set)));
        Ok(set)
    }

    async fn flag_rows(&self) -> Result<Map<String, Value>, Refusal> {
        let (mut rows, mut start) = (Map::new(), None);
        loop {
            let query = Query {
                table: self.settings.table().to_owned(),
                index: None,
                partition: partition_key(),
                up_to: None,
                limit: PAGE,
                start,
                consistent: true,
            };
            let page = self.db.query(query).await?;
            for item in &page.items {
                let row = Row(item);
                let sort = row.s_opt("sk").unwrap_or_default();
                if let Some(key) = sort.strip_prefix(FLAG) {
                    let body = serde_json::from_str(row.s_opt("body").unwrap_or_default());
                    rows.insert(key.to_owned(), definition(body.unwrap_or(Value::Null)));
                }
            }
            start = page.next;
            if start.is_none() {
                return Ok(rows);
            }
        }
    }
}

/// A row that says only on or off is a flag with those two variants.
fn definition(row: Value) -> Value {
    let Some(enabled) = row.get("enabled").and_then(Value::as_bool) else {
        return row;
    };
    let default = if enabled { "on" } else { "off" };
    json!({"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": default})
}
