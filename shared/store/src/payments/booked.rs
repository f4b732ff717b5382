//! Payments against the ledger: what was given for each stands there once, under the payment's own key.

use domain::ledger::Key;
use domain::payment::Record;
use table::{Item, Keys, Row, n, s};

use super::Payments;
use crate::error::Error;

/// Keys of one read.
const BATCH: usize = 100;

impl Payments {
    /// Those among these payments whose goods were given to somebody, and for which the ledger has no entry, or one of other
    /// credits.
    pub async fn not_booked<'r>(&self, payments: &[&'r Record]) -> Result<Vec<&'r Record>, Error> {
        let granted = payments.iter().copied().filter(|record| record.payment.granted);
        let wanted: Vec<(&Record, Item)> = granted
            .filter_map(|record| Some((record, entry_key(record)?)))
            .collect();
        let mut missing = Vec::new();
        for batch in wanted.chunks(BATCH) {
            let keys = Keys {
                table: self.tables.ledger.clone(),
                keys: batch.iter().map(|(_, key)| key.clone()).collect(),
                consistent: true,
            };
            let mut found = self.db.batch_get(vec![keys]).await?;
            let found = found.remove(&self.tables.ledger).unwrap_or_default();
            let open = batch
                .iter()
                .filter(|(record, key)| !found.iter().any(|entry| books(entry, record, key)));
            missing.extend(open.map(|(record, _)| *record));
        }
        Ok(missing)
    }
}

fn entry_key(record: &Record) -> Option<Item> {
    let key = Key::Purchase(record.id().clone());
    Some(Item::from([
        ("user_id".to_owned(), n(record.user?.0)),
        ("entry".to_owned(), s(key.to_string())),
    ]))
}

/// Whether an entry is the one of a payment, and of its credits.
fn books(entry: &Item, record: &Record, key: &Item) -> bool {
    let same = key.iter().all(|(name, value)| entry.get(name) == Some(value));
    same && Row(entry).n::<u32>("amount").ok() == Some(record.goods.credits.0)
}
