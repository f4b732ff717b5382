//! Who may ask the features API on this machine: one machine by a key that everybody knows, and the page's customer as an
//! administrator. Nothing here protects anything: everything listens on loopback.

use std::time::Duration;

use domain::id::UserId;
use domain::time::Timestamp;
use limits_flags::access::{self, AdminRow, NewKey, Role, Scope};
use table::{Db, Deadline, Write};

use crate::error::{Error, Result};

/// More than enough for two rows on this machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first customer of the page.
pub(crate) const ADMIN: UserId = UserId(100_001);

/// The machine's key: the same on every machine.
pub(crate) fn key() -> NewKey {
    let scopes = [Scope::Evaluate, Scope::AdminRead, Scope::AdminWrite];
    NewKey::of([0xde; 8], [0xad; 32], "this machine", &scopes, Timestamp(0), None)
}

/// Writes both rows.
pub(crate) async fn seed(db: &Db, table: &str) -> Result<()> {
    let admin = AdminRow {
        role: Role::Owner,
        name: "the page's customer".to_owned(),
    };
    let key = key();
    let items = [
        access::item(&access::admin(ADMIN), &admin),
        access::item(&access::key(&key.id), &key.row),
    ];
    for item in items {
        let item = item.map_err(Error::broken("writing a row of access"))?;
        let write = Write::put("access", table, item);
        let written = db.write(write, Deadline::after(PATIENCE)).await;
        written.map_err(Error::broken("seeding who has access"))?;
    }
    Ok(())
}
