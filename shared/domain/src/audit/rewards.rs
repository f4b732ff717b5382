//! I22: a promo code was used as often as ledgers say, and whoever was rewarded for a friend has that friend.

use std::collections::BTreeMap;

use super::{Books, Index, Violation, violation};
use crate::ledger::Key;
use crate::rewards::PromoCode;

/// How often a promo code was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PromoUses {
    /// By how many customers.
    pub uses: u64,
    /// The credits that they were given, all in all.
    pub credits: u64,
}

impl PromoUses {
    fn add(&mut self, credits: u32) {
        self.uses = self.uses.saturating_add(1);
        self.credits = self.credits.saturating_add(u64::from(credits));
    }
}

/// Everything that is wrong with what was given.
pub(super) fn wrong(books: &Books, index: &Index<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut booked: BTreeMap<&PromoCode, PromoUses> = BTreeMap::new();
    for (user, entries) in &books.ledger {
        for entry in entries {
            match &entry.key {
                Key::Promo(code) => booked.entry(code).or_default().add(entry.amount.0),
                Key::Invite(friend) if index.amounts(*friend, &Key::Invited).is_empty() => {
                    let what = format!("user {user}: {} and user {friend} was not invited", entry.key);
                    found.push(violation("I22", what));
                }
                Key::Invite(_)
                | Key::Signup
                | Key::Adjust(_)
                | Key::Bonus(_)
                | Key::Invited
                | Key::Forfeit(_)
                | Key::Hold(_)
                | Key::Capture(_)
                | Key::Release(_)
                | Key::Purchase(_)
                | Key::Payment(..) => {}
            }
        }
    }
    for code in booked.keys().copied().chain(books.promos.keys()) {
        booked_or_counted(code, &booked, books, &mut found);
    }
    found.dedup();
    found
}

fn booked_or_counted(
    code: &PromoCode,
    booked: &BTreeMap<&PromoCode, PromoUses>,
    books: &Books,
    found: &mut Vec<Violation>,
) {
    let booked = booked.get(code).copied().unwrap_or_default();
    let counted = books.promos.get(code).copied().unwrap_or_default();
    let what = format!("promo {code}: {counted:?} counted, ledgers say {booked:?}");
    let wrong = violation("I22", what);
    if booked != counted && !found.contains(&wrong) {
        found.push(wrong);
    }
}
