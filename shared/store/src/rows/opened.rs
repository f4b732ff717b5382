//! An account's first row.

use domain::account::Account;
use domain::time::Timestamp;
use table::{Item, n, s, set};

use super::{SCHEMA, account_key};

/// An account that has just been opened, as an item.
pub fn new_account_item(account: &Account, locale: &str, now: Timestamp) -> Item {
    let mut item = account_key(account.user);
    let balance = account.balance;
    let fixed = [
        ("available", n(balance.available.0)),
        ("held", n(balance.held.0)),
        ("captured", n(balance.captured.0)),
        ("granted", n(balance.granted.0)),
        ("locale", s(locale)),
        ("created_at", n(now.0)),
        ("schema", n(SCHEMA)),
    ];
    item.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    if let Some(inviter) = account.invited_by {
        item.insert("invited_by".to_owned(), n(inviter.0));
    }
    if let Some(active) = set(account.active_jobs.iter().map(ToString::to_string)) {
        item.insert("active".to_owned(), active);
    }
    item
}
