//! The money of a time: what came by which rail, and what of it went back.

use std::collections::{BTreeMap, BTreeSet};

use super::Period;
use crate::cost::days;
use crate::money::{Amount, Currency};
use crate::payment::{Rail, Record, State};
use crate::time::{Millis, Timestamp};

/// What came by one rail in one currency, in its smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Till {
    /// Payments.
    pub payments: u64,
    /// What came, fees not taken off.
    pub came: u64,
    /// What of that has gone back by now.
    pub back: u64,
}

impl Till {
    /// What is left.
    pub fn left(&self) -> u64 {
        self.came.saturating_sub(self.back)
    }
}

/// The money of a time. Money that went back counts in the time in which it had come: so a week's report says what became
/// of each day's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takings {
    /// By rail and currency.
    pub tills: BTreeMap<(Rail, Currency), Till>,
    /// What is left of what brought a plan, by plan.
    pub plans: BTreeMap<String, BTreeMap<Currency, u64>>,
    /// Plans that came with credits: what is made with those stands where credits paid.
    pub with_credits: BTreeSet<String>,
    /// What credits alone were sold for, and how many.
    pub packs: BTreeMap<Currency, (u64, u64)>,
    /// Payments of which some or all went back.
    pub refunds: u64,
    /// Payments whose money is on its way back.
    pub going_back: u64,
    /// Payments that a bank took back; they are among those that went back.
    pub charged_back: u64,
    /// Payments that do not fit and wait for an operator; they are in no sum.
    pub held: u64,
    /// Payments of no real money; they are in no sum.
    pub test: u64,
}

impl Takings {
    /// Takes a payment in.
    pub fn add(&mut self, record: &Record) {
        let one_more = |count: &mut u64| *count = count.saturating_add(1);
        if record.is_test {
            return one_more(&mut self.test);
        }
        match record.payment.state {
            State::New | State::Void => return,
            State::Held => return one_more(&mut self.held),
            State::RefundHeld => one_more(&mut self.going_back),
            State::ChargedBack => one_more(&mut self.charged_back),
            State::Credited | State::Refunded => {}
        }
        let Amount { minor, currency } = record.amount;
        let (back, left) = (record.payment.refunded, record.left().minor);
        if back > 0 {
            one_more(&mut self.refunds);
        }
        let till = self.tills.entry((record.id().rail, currency)).or_default();
        one_more(&mut till.payments);
        till.came = till.came.saturating_add(minor);
        till.back = till.back.saturating_add(back);
        if let Some(term) = &record.goods.term {
            let sold = self.plans.entry(term.plan.clone()).or_default();
            let sum = sold.entry(currency).or_default();
            *sum = sum.saturating_add(left);
            if record.goods.credits.0 > 0 {
                self.with_credits.insert(term.plan.clone());
            }
        } else if record.goods.credits.0 > 0 {
            let (sum, credits) = self.packs.entry(currency).or_default();
            *sum = sum.saturating_add(minor);
            *credits = credits.saturating_add(u64::from(record.goods.credits.0));
        }
    }

    /// What is left of all of it, by currency.
    pub fn left(&self) -> BTreeMap<Currency, u64> {
        let mut left = BTreeMap::new();
        for ((_, currency), till) in &self.tills {
            let sum: &mut u64 = left.entry(*currency).or_default();
            *sum = sum.saturating_add(till.left());
        }
        left
    }
}

/// What a customer's payments for a plan brought in for a time, by currency: of each its price, less what went back, for so
/// much of its days as lies in that time. Nothing if nobody has paid for the plan in it: an operator gave it.
pub fn brought(records: &[Record], plan: &str, period: &Period) -> BTreeMap<Currency, u64> {
    let mut brought = BTreeMap::new();
    for record in records.iter().filter(|record| !record.is_test) {
        let stands = matches!(record.payment.state, State::Credited | State::RefundHeld);
        let term = record
            .goods
            .term
            .as_ref()
            .filter(|term| term.plan == plan && stands);
        let (Some(term), Some(ends_at)) = (term, record.ends_at) else {
            continue;
        };
        let length = days(term.days);
        let begins_at = Timestamp(ends_at.0.saturating_sub(length.0));
        let within = Millis(
            ends_at
                .min(period.until)
                .0
                .saturating_sub(begins_at.max(period.from).0),
        );
        if within <= Millis::ZERO {
            continue;
        }
        let left = record.left();
        let part = u128::from(left.minor).saturating_mul(u128::from(within.0.unsigned_abs()));
        let part = part.checked_div(u128::from(length.0.unsigned_abs())).unwrap_or(0);
        let sum: &mut u64 = brought.entry(left.currency).or_default();
        *sum = sum.saturating_add(u64::try_from(part).unwrap_or(u64::MAX));
    }
    brought
}

#[cfg(test)]
mod tests {
    use super::super::Span;
    use super::*;
    use crate::money::Credits;
    use crate::payment::Money;
    use crate::payment::{Goods, Payment, PaymentId, Term, Truth};
    use crate::window::Zone;

    fn record(rail: Rail, minor: u64, state: State) -> Record {
        let id = PaymentId {
            rail,
            id: "x".to_owned(),
        };
        let truth = Truth {
            id: id.clone(),
            amount: Amount {
                minor,
                currency: rail.currency(),
            },
            money: Money::Arrived,
            refunded: 0,
            purchase: None,
            payer: None,
            shop: None,
            is_test: false,
        };
        let mut record = Record::unheard(&truth, None, Timestamp(0));
        record.payment = Payment {
            state,
            ..Payment::unheard(id, Timestamp(0))
        };
        record.goods.credits = Credits(10);
        record
    }

    fn of_plan(minor: u64, days: u32, ends_at: Timestamp) -> Record {
        let mut record = record(Rail::YooKassa, minor, State::Credited);
        record.goods = Goods {
            credits: Credits::ZERO,
            term: Some(Term {
                plan: "month".to_owned(),
                days,
            }),
        };
        record.ends_at = Some(ends_at);
        record
    }

    #[test]
    fn a_plan_that_came_with_credits_is_known() {
        let mut takings = Takings::default();
        takings.add(&of_plan(30_000, 30, Timestamp(0)));
        assert_eq!(takings.with_credits.len(), 0);
        let mut with_credits = of_plan(30_000, 30, Timestamp(0));
        with_credits.goods.credits = Credits(60);
        takings.add(&with_credits);
        assert_eq!(takings.with_credits, BTreeSet::from(["month".to_owned()]));
        assert!(takings.packs.is_empty());
    }

    #[test]
    fn what_came_counts_and_what_went_back_is_said() {
        let mut takings = Takings::default();
        let mut part = record(Rail::YooKassa, 50_000, State::Credited);
        part.payment.refunded = 20_000;
        let mut whole = record(Rail::Stars, 100, State::ChargedBack);
        whole.payment.refunded = 100;
        let mut test = record(Rail::Stripe, 999, State::Credited);
        test.is_test = true;
        for one in [
            part,
            whole,
            test,
            record(Rail::Stars, 250, State::RefundHeld),
            record(Rail::YooKassa, 7, State::Held),
            record(Rail::YooKassa, 7, State::New),
            record(Rail::YooKassa, 7, State::Void),
            of_plan(30_000, 30, Timestamp(0)),
        ] {
            takings.add(&one);
        }
        let till = |payments, came, back| Till { payments, came, back };
        assert_eq!(
            takings.tills,
            BTreeMap::from([
                ((Rail::Stars, Currency::Xtr), till(2, 350, 100)),
                ((Rail::YooKassa, Currency::Rub), till(2, 80_000, 20_000)),
            ])
        );
        assert_eq!(
            takings.left(),
            BTreeMap::from([(Currency::Rub, 60_000), (Currency::Xtr, 250)])
        );
        assert_eq!(takings.plans["month"], BTreeMap::from([(Currency::Rub, 30_000)]));
        assert_eq!(
            takings.packs,
            BTreeMap::from([(Currency::Rub, (50_000, 10)), (Currency::Xtr, (350, 20))])
        );
        let counts = (takings.refunds, takings.going_back, takings.charged_back);
        assert_eq!((counts, takings.held, takings.test), ((2, 1, 1), 1, 1));
    }

    #[test]
    fn a_plan_brings_in_for_a_day_what_a_day_of_it_costs() {
        let zone = Zone::named("Europe/Moscow").unwrap();
        let day = Period::of(Span::Day, &zone, "2026-11-21").unwrap();
        let in_days = |count: u32| day.until.after(days(count));
        // All of the day; half of it, for it ended at noon; none, for it begins the day after.
        let noon = day.from.after(Millis::from_mins(12 * 60));
        for (record, share) in [
            (of_plan(30_000, 30, in_days(3)), Some(1_000)),
            (of_plan(30_000, 30, noon), Some(500)),
            (of_plan(30_000, 30, in_days(30)), None),
        ] {
            assert_eq!(
                brought(&[record], "month", &day).get(&Currency::Rub).copied(),
                share
            );
        }
        let paid = of_plan(30_000, 30, in_days(3));
        assert!(brought(std::slice::from_ref(&paid), "year", &day).is_empty());
        let mut back = paid.clone();
        back.payment.refunded = 15_000;
        let mut gone = paid.clone();
        gone.payment.state = State::Refunded;
        let mut test = paid;
        test.is_test = true;
        assert_eq!(brought(&[back, gone, test], "month", &day)[&Currency::Rub], 500);
    }
}
