//! What a credit brings.

use std::collections::{BTreeMap, BTreeSet};

use super::{Period, Rates};
use crate::cost::days;
use crate::ledger::{Entry, Key};
use crate::money::Currency;
use crate::payment::Movement;
use crate::time::Timestamp;

/// What customers paid for credits within some days, and how many they were given for that and for nothing. Nobody knows of
/// a credit that is spent whether it was bought or a gift; so each brings what all of them brought together, and gifts
/// make them worth less, not more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditPrice {
    /// From when on.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
    /// What was paid for packs of credits, and for plans that come with some, by currency. What went back is in it, and so
    /// are its credits: that changes no price.
    pub paid: BTreeMap<Currency, u64>,
    /// Credits that customers were given, bought ones and others.
    pub given: u64,
    /// Those of them for which nobody has paid.
    pub free: u64,
    /// The plans that come with credits.
    pub plans: BTreeSet<String>,
}

impl CreditPrice {
    /// How many days it looks back: a month has every kind of day in it, and prices change less often.
    pub const DAYS: u32 = 30;

    /// Of the days up to the end of a time, with nothing in it yet.
    pub fn of(period: &Period) -> Self {
        Self {
            from: Timestamp(period.until.0.saturating_sub(days(Self::DAYS).0)),
            until: period.until,
            paid: BTreeMap::new(),
            given: 0,
            free: 0,
            plans: BTreeSet::new(),
        }
    }

    fn holds(&self, at: Timestamp) -> bool {
        (self.from..self.until).contains(&at)
    }

    /// Takes a movement of money in, if credits were sold by it within these days.
    pub fn sell(&mut self, movement: &Movement) {
        if !self.holds(movement.at) || !movement.what.is_sale() || movement.goods.credits.0 == 0 {
            return;
        }
        let sum = self.paid.entry(movement.amount.currency).or_default();
        *sum = sum.saturating_add(movement.amount.minor);
        self.plans
            .extend(movement.goods.term.as_ref().map(|term| term.plan.clone()));
    }

    /// Takes an entry of the ledger in, if it gave somebody credits within these days.
    pub fn give(&mut self, entry: &Entry) {
        if !self.holds(entry.at) || !entry.key.gives() {
            return;
        }
        let credits = u64::from(entry.amount.0);
        self.given = self.given.saturating_add(credits);
        if !matches!(entry.key, Key::Purchase(_)) {
            self.free = self.free.saturating_add(credits);
        }
    }

    /// What so many credits bring, in kopecks, rounded down. `None` for money without a rate, or if nobody was given any.
    pub fn worth(&self, credits: u64, rates: Rates) -> Option<u64> {
        let product = u128::from(rates.sum(&self.paid)?).saturating_mul(u128::from(credits));
        let worth = product.checked_div(u128::from(self.given))?;
        Some(u64::try_from(worth).unwrap_or(u64::MAX))
    }

    /// A moment of each day of UTC that these days touch, the first first.
    pub fn utc_days(&self) -> Vec<Timestamp> {
        super::period::utc_days(self.from, self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Span;
    use super::*;
    use crate::ledger::After;
    use crate::money::{Amount, Credits};
    use crate::payment::{Goods, Moved, PaymentId, Term};
    use crate::window::Zone;

    fn price() -> CreditPrice {
        let zone = Zone::named("Europe/Moscow").unwrap();
        CreditPrice::of(&Period::of(Span::Day, &zone, "2026-11-21").unwrap())
    }

    fn sale(what: Moved, minor: u64, credits: u32, plan: Option<&str>, at: Timestamp) -> Movement {
        Movement {
            payment: PaymentId::parse("yookassa#x").unwrap(),
            revision: 1,
            what,
            amount: Amount {
                minor,
                currency: Currency::Rub,
            },
            goods: Goods {
                credits: Credits(credits),
                term: plan.map(|plan| Term {
                    plan: plan.to_owned(),
                    days: 30,
                }),
            },
            at,
            heard_at: at,
        }
    }

    fn entry(key: Key, amount: u32, at: Timestamp) -> Entry {
        Entry {
            key,
            amount: Credits(amount),
            at,
        }
    }

    #[test]
    fn a_credit_brings_what_all_credits_brought_and_gifts_make_it_less() {
        let mut price = price();
        let (from, until) = (price.from, price.until);
        assert_eq!(price.worth(1, Rates::default()), None);
        let id = || PaymentId::parse("yookassa#x").unwrap();
        price.sell(&sale(Moved::Came, 30_000, 10, None, from));
        price.give(&entry(Key::Purchase(id()), 10, from));
        assert_eq!(price.worth(3, Rates::default()), Some(9_000));
        // A plan with credits sells them, too; an unlimited one does not, and what goes back or comes again was sold once.
        price.sell(&sale(Moved::Accepted, 10_000, 5, Some("pro"), from));
        price.give(&entry(Key::Purchase(id()), 5, from));
        for (what, credits, plan) in [
            (Moved::Came, 0, Some("unlimited")),
            (Moved::Refunded, 10, None),
            (Moved::ChargedBack, 10, None),
            (Moved::CameAgain, 10, None),
        ] {
            price.sell(&sale(what, 99_999, credits, plan, from));
        }
        // Gifts: a newcomer's, and an operator's. What moves what was theirs already is none.
        price.give(&entry(Key::Signup, 2, from));
        price.give(&entry(Key::Adjust("x".to_owned()), 3, from));
        price.give(&entry(Key::Payment(After::Restored, id(), 2), 99, from));
        price.give(&entry(Key::Forfeit(from), 99, from));
        // Before and after it.
        for at in [Timestamp(from.0 - 1), until] {
            price.sell(&sale(Moved::Came, 99_999, 10, None, at));
            price.give(&entry(Key::Signup, 99, at));
        }
        assert_eq!((price.given, price.free), (20, 5));
        assert_eq!(price.paid, BTreeMap::from([(Currency::Rub, 40_000)]));
        assert_eq!(price.plans, BTreeSet::from(["pro".to_owned()]));
        assert_eq!(price.worth(1, Rates::default()), Some(2_000));
        assert_eq!(price.utc_days().len(), 31);
    }
}
