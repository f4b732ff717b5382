//! Entries of the ledger.

use domain::id::UserId;
use domain::ledger::{Entry, Key};
use domain::money::Credits;
use domain::time::Timestamp;
use table::{Item, Malformed, Row, n, s};

use super::{SCHEMA, day};

/// The day of UTC on which an entry of the ledger gave credits; other entries have none.
pub(crate) const GIVEN_DAY: &str = "given_day";

/// A ledger entry as an item.
pub fn entry_item(user: UserId, key: &Key, amount: Credits, at: Timestamp) -> Item {
    let mut item = Item::from([
        ("user_id".to_owned(), n(user.0)),
        ("entry".to_owned(), s(key.to_string())),
        ("amount".to_owned(), n(amount.0)),
        ("at".to_owned(), n(at.0)),
        ("schema".to_owned(), n(SCHEMA)),
    ]);
    // What the index of given credits sees.
    let given = day(at).filter(|_| key.gives());
    item.extend(given.map(|day| (GIVEN_DAY.to_owned(), s(day))));
    item
}

/// A ledger entry as read.
pub fn read_entry(item: &Item) -> Result<(UserId, Entry), Malformed> {
    let row = Row(item);
    let key = Key::parse(row.s("entry")?).ok_or(Malformed { attribute: "entry" })?;
    Ok((
        UserId(row.n("user_id")?),
        Entry {
            key,
            amount: Credits(row.n("amount")?),
            at: Timestamp(row.n("at")?),
        },
    ))
}
