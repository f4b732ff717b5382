//! How long things usually take, by model: what was measured in the last days, for customers to know. It stands among the
//! counters, in a row of nobody's, and is read with an account now and then, so that nobody waits for it.

use std::collections::BTreeMap;

use domain::id::ModelId;
use domain::time::{Millis, Timestamp};
use table::{AttributeValue, Deadline, Item, Row, Write, n};

use crate::error::Error;
use crate::notes::Notes;
use crate::rows;

/// What the row is called.
const USUAL: &str = "usual";
/// The most models of which it is kept: far more than anybody offers.
const MODELS_MAX: usize = 500;

/// By model, within which time half of what was ordered of it was done.
pub type Usual = BTreeMap<ModelId, Millis>;

/// The key of the row.
pub(crate) fn usual_key() -> Item {
    rows::note_key(USUAL.to_owned())
}

/// Whether a row among the counters is this one.
pub(crate) fn is_usual(item: &Item) -> bool {
    rows::is_note(item) && Row(item).s_opt("window") == Some(USUAL)
}

/// What the row says; what is no time is left out.
pub(crate) fn read_usual(item: &Item) -> Usual {
    let times = item.get("times").and_then(|times| times.as_m().ok());
    let time = |(model, ms): (&String, &AttributeValue)| {
        let ms: i64 = ms.as_n().ok()?.parse().ok()?;
        (ms > 0).then(|| (ModelId(model.clone()), Millis(ms)))
    };
    times.into_iter().flatten().filter_map(time).collect()
}

impl Notes {
    /// Notes what was measured; what was measured of other models before stays.
    pub async fn put_usual(&self, measured: &Usual, now: Timestamp, deadline: Deadline) -> Result<(), Error> {
        let row = self.db.get(&self.table, usual_key(), true).await?;
        let mut usual = row.as_ref().map(read_usual).unwrap_or_default();
        usual.extend(measured.clone());
        let times = usual.into_iter().take(MODELS_MAX);
        let times = times.map(|(model, took)| (model.0, n(took.0))).collect();
        let write = Write::update(USUAL, &self.table, usual_key())
            .set("times", AttributeValue::M(times))
            .set("at", n(now.0))
            .set("schema", n(rows::SCHEMA));
        Ok(self.db.write(write, deadline).await?)
    }
}

#[cfg(test)]
mod tests {
    use table::s;

    use super::*;

    #[test]
    fn times_are_read_and_what_is_none_is_not() {
        let mut item = usual_key();
        let times = [("a", n(90_000)), ("b", n(0)), ("c", s("soon"))];
        let times = times.map(|(model, ms)| (model.to_owned(), ms));
        item.insert("times".to_owned(), AttributeValue::M(times.into()));
        assert!(is_usual(&item));
        assert_eq!(
            read_usual(&item),
            [(ModelId("a".to_owned()), Millis(90_000))].into()
        );
        assert!(!is_usual(&rows::usage_key(domain::id::UserId(7), "day#1")));
        assert_eq!(read_usual(&usual_key()), Usual::new());
    }
}
