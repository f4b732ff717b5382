//! How credits that are given are written, whatever for: more of them on the account, and their entry in the ledger.

use domain::id::UserId;
use domain::ledger::Key;
use domain::money::Credits;
use domain::standing::Standing;
use domain::time::Timestamp;
use limits_flags::standing;
use table::{Condition, Item, Write, n};

use crate::rows;

/// The label of an entry's write: its being there says that this was given before.
pub(crate) const ENTRY: &str = "entry";

/// The two tables that a gift is written to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Till<'t> {
    pub(crate) accounts: &'t str,
    pub(crate) ledger: &'t str,
}

impl Till<'_> {
    /// More credits, if the account can count them. Without an account there is no sum either, and nothing is at most this.
    pub(crate) fn account(self, label: &'static str, user: UserId, credits: Credits) -> Write {
        let (given, room) = (i64::from(credits.0), u32::MAX.saturating_sub(credits.0));
        Write::update(label, self.accounts, rows::account_key(user))
            .when(Condition::AtMost("granted", n(room)))
            .increase("available", given)
            .increase("granted", given)
    }

    /// Their entry, once for ever.
    pub(crate) fn entry(self, user: UserId, (key, credits): (&Key, Credits), now: Timestamp) -> Write {
        self.entry_as(rows::entry_item(user, key, credits, now))
    }

    /// The same of an entry that says more than every entry does.
    pub(crate) fn entry_as(self, item: Item) -> Write {
        let tables = self;
        Write::put(ENTRY, tables.ledger, item).when(Condition::Absent("entry"))
    }
}

/// The standing becomes another, if it still is as it was read.
pub(crate) fn with_standing(write: Write, before: &Standing, after: &Standing) -> Write {
    let revision = rows::number(before.revision);
    write
        .when(Condition::AbsentOrEquals(standing::REVISION, n(revision)))
        .set(standing::ATTRIBUTE, standing::map(after))
        .set(standing::REVISION, n(revision.saturating_add(1)))
}
