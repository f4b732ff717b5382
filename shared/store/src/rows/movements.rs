//! Movements of money, as rows beside their payments: each is written with its payment's change, and never again.

use domain::payment::{Moved, Movement, PaymentId};
use domain::time::Timestamp;
use table::{Item, Malformed, Row, n, s};

use super::SCHEMA;
use super::payments::{amount, day, goods, key, read_amount, read_as, read_goods, read_time, with};

/// What `kind` says of them.
pub(crate) const MOVEMENT: &str = "movement";

/// The day of a time in UTC by which movements are listed: in the same index as payments, and apart from them.
pub(crate) fn money_day(at: Timestamp) -> Option<String> {
    day(at).map(|day| format!("{MOVEMENT}#{day}"))
}

/// A movement as an item.
pub fn movement_item(movement: &Movement) -> Item {
    let id = format!("{MOVEMENT}#{}#{}", movement.revision, movement.payment);
    let fixed = [
        ("kind", Some(s(MOVEMENT))),
        ("schema", Some(n(SCHEMA))),
        ("payment", Some(s(movement.payment.to_string()))),
        ("revision", Some(n(movement.revision))),
        ("moved", Some(s(movement.what.as_str()))),
        ("day", money_day(movement.at).map(s)),
        ("at", Some(n(movement.at.0))),
        ("heard_at", Some(n(movement.heard_at.0))),
    ];
    let item = with(key(id), fixed);
    let item = with(item, amount(movement.amount));
    with(item, goods(&movement.goods))
}

/// A movement as read.
pub fn read_movement(item: &Item) -> Result<Movement, Malformed> {
    let row = Row(item);
    Ok(Movement {
        payment: read_as(row, "payment", PaymentId::parse)?,
        revision: row.n("revision")?,
        what: read_as(row, "moved", Moved::parse)?,
        amount: read_amount(row)?,
        goods: read_goods(row)?,
        at: read_time(row, "at")?,
        heard_at: read_time(row, "heard_at")?,
    })
}
