//! The money of a time: what came by which rail, and what went back, each at its own moment.

use std::collections::BTreeMap;

use super::Period;
use crate::cost::days;
use crate::money::{Amount, Currency};
use crate::payment::{Moved, Movement, Rail, Record, State};
use crate::time::{Millis, Timestamp};

/// Movements of money of one kind, in its smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// How many.
    pub times: u64,
    /// How much.
    pub sum: u64,
    /// How much of that is of payments that were heard of before this time.
    pub earlier: u64,
}

impl Flow {
    fn add(&mut self, minor: u64, is_earlier: bool) {
        self.times = self.times.saturating_add(1);
        self.sum = self.sum.saturating_add(minor);
        if is_earlier {
            self.earlier = self.earlier.saturating_add(minor);
        }
    }
}

/// What moved by one rail in one currency. Fees are not taken off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Till {
    /// What came for what was sold, with what was accepted.
    pub came: Flow,
    /// What of that had waited for an operator.
    pub accepted: Flow,
    /// What went back to customers.
    pub refunded: Flow,
    /// What banks took back.
    pub charged_back: Flow,
    /// What had gone back and is ours again.
    pub again: Flow,
}

impl Till {
    /// What went back.
    pub fn back(&self) -> u64 {
        self.refunded.sum.saturating_add(self.charged_back.sum)
    }

    /// By how much there is more of ours than before; less than 0 where more went back than came.
    pub fn left(&self) -> i64 {
        let signed = |minor: u64| i64::try_from(minor).unwrap_or(i64::MAX);
        let gains = signed(self.came.sum.saturating_add(self.again.sum));
        gains.saturating_sub(signed(self.back()))
    }

    fn add(&mut self, movement: &Movement, is_earlier: bool) {
        let minor = movement.amount.minor;
        match movement.what {
            Moved::Came => {}
            Moved::Accepted => self.accepted.add(minor, is_earlier),
            Moved::Refunded => return self.refunded.add(minor, is_earlier),
            Moved::ChargedBack => return self.charged_back.add(minor, is_earlier),
            Moved::CameAgain => return self.again.add(minor, is_earlier),
        }
        self.came.add(minor, is_earlier);
    }
}

/// The money of a time. Whatever moved counts when it moved, so that no day changes afterwards, and days add up to weeks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takings {
    /// By rail and currency.
    pub tills: BTreeMap<(Rail, Currency), Till>,
    /// What plans were sold for, by plan.
    pub plans: BTreeMap<String, BTreeMap<Currency, u64>>,
    /// Payments of this time whose money is on its way back now.
    pub going_back: u64,
    /// Payments of this time that do not fit and wait for an operator now; they are in no sum.
    pub held: u64,
    /// Payments of this time of no real money; they are in no sum.
    pub test: u64,
}

impl Takings {
    /// Takes a movement in.
    pub fn add(&mut self, movement: &Movement, is_earlier: bool) {
        let Amount { minor, currency } = movement.amount;
        let till = self.tills.entry((movement.payment.rail, currency)).or_default();
        till.add(movement, is_earlier);
        if let Some(term) = movement.goods.term.as_ref().filter(|_| movement.what.is_sale()) {
            let sold = self.plans.entry(term.plan.clone()).or_default();
            let sum = sold.entry(currency).or_default();
            *sum = sum.saturating_add(minor);
        }
    }

    /// Counts how a payment of this time stands.
    pub fn stands(&mut self, record: &Record) {
        let count = match record.payment.state {
            _ if record.is_test => &mut self.test,
            State::Held => &mut self.held,
            State::RefundHeld => &mut self.going_back,
            State::New | State::Void | State::Credited | State::Refunded | State::ChargedBack => return,
        };
        *count = count.saturating_add(1);
    }

    /// By how much there is more of ours than before, by currency.
    pub fn left(&self) -> BTreeMap<Currency, i64> {
        let mut left = BTreeMap::new();
        for ((_, currency), till) in &self.tills {
            let sum: &mut i64 = left.entry(*currency).or_default();
            *sum = sum.saturating_add(till.left());
        }
        left
    }
}

/// Millionths of the smallest unit of a currency: shares of prices are kept in them, and rounded once all are together.
pub(super) const MILLIONTHS: u64 = 1_000_000;

/// What a payment for a plan brings in for a time, in millionths of the smallest unit of its currency: its price, less what
/// went back, for so much of its days, and of those that another plan's rest has become, as lies in that time. `None` for
/// what is no such payment, and where none of its days does.
pub fn brought(record: &Record, period: &Period) -> Option<(Currency, u64)> {
    let stands = matches!(record.payment.state, State::Credited | State::RefundHeld);
    let term = record.goods.term.as_ref().filter(|_| stands && !record.is_test)?;
    let ends_at = record.ends_at?;
    let length = Millis(days(term.days).0.saturating_add(record.bonus.0));
    let begins_at = Timestamp(ends_at.0.saturating_sub(length.0));
    let within = Millis(
        ends_at
            .min(period.until)
            .0
            .saturating_sub(begins_at.max(period.from).0),
    );
    if within <= Millis::ZERO {
        return None;
    }
    let left = record.left();
    let part = u128::from(left.minor)
        .saturating_mul(MILLIONTHS.into())
        .saturating_mul(u128::from(within.0.unsigned_abs()));
    let part = part.checked_div(u128::from(length.0.unsigned_abs())).unwrap_or(0);
    Some((left.currency, u64::try_from(part).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::super::Span;
    use super::*;
    use crate::money::Credits;
    use crate::payment::{Goods, Money, Payment, PaymentId, Term, Truth};
    use crate::window::Zone;

    fn record(state: State) -> Record {
        let id = PaymentId::parse("yookassa#x").unwrap();
        let truth = Truth {
            id: id.clone(),
            amount: Amount {
                minor: 30_000,
                currency: Currency::Rub,
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
        record
    }

    fn of_plan(days: u32, ends_at: Timestamp) -> Record {
        let mut record = record(State::Credited);
        record.goods = month(days);
        record.ends_at = Some(ends_at);
        record
    }

    fn month(days: u32) -> Goods {
        Goods {
            credits: Credits::ZERO,
            term: Some(Term {
                plan: "month".to_owned(),
                days,
            }),
        }
    }

    fn movement(id: &str, what: Moved, minor: u64, goods: Goods) -> Movement {
        let payment = PaymentId::parse(id).unwrap();
        Movement {
            amount: Amount {
                minor,
                currency: payment.rail.currency(),
            },
            payment,
            revision: 1,
            what,
            goods,
            at: Timestamp(9),
            heard_at: Timestamp(5),
        }
    }

    #[test]
    fn money_counts_when_it_moves_and_a_day_may_have_less_than_nothing() {
        let mut takings = Takings::default();
        let credits = Goods {
            credits: Credits(10),
            term: None,
        };
        for (id, what, minor, goods, is_earlier) in [
            ("yookassa#1", Moved::Came, 50_000, &credits, false),
            ("yookassa#1", Moved::Refunded, 20_000, &credits, false),
            ("yookassa#2", Moved::Refunded, 100_000, &credits, true),
            ("yookassa#3", Moved::ChargedBack, 7_000, &credits, true),
            ("yookassa#4", Moved::Accepted, 30_000, &month(30), true),
            ("stars#1", Moved::Came, 250, &month(30), false),
            ("stripe#1", Moved::CameAgain, 900, &month(30), true),
        ] {
            takings.add(&movement(id, what, minor, goods.clone()), is_earlier);
        }
        let flow = |times, sum, earlier| Flow { times, sum, earlier };
        let roubles = Till {
            came: flow(2, 80_000, 30_000),
            accepted: flow(1, 30_000, 30_000),
            refunded: flow(2, 120_000, 100_000),
            charged_back: flow(1, 7_000, 7_000),
            again: Flow::default(),
        };
        assert_eq!(takings.tills[&(Rail::YooKassa, Currency::Rub)], roubles);
        assert_eq!(roubles.back(), 127_000);
        assert_eq!(
            takings.left(),
            BTreeMap::from([
                (Currency::Rub, -47_000),
                (Currency::Usd, 900),
                (Currency::Xtr, 250)
            ])
        );
        // What came again was sold before.
        let sold = BTreeMap::from([(Currency::Rub, 30_000), (Currency::Xtr, 250)]);
        assert_eq!(takings.plans, BTreeMap::from([("month".to_owned(), sold)]));
    }

    #[test]
    fn payments_that_wait_or_are_no_money_are_counted() {
        let mut takings = Takings::default();
        let mut test = record(State::Held);
        test.is_test = true;
        takings.stands(&test);
        for state in State::ALL {
            takings.stands(&record(state));
        }
        assert_eq!((takings.held, takings.going_back, takings.test), (1, 1, 1));
        assert!(takings.tills.is_empty());
    }

    #[test]
    fn a_plan_brings_in_for_a_day_what_a_day_of_it_costs() {
        let zone = Zone::named("Europe/Moscow").unwrap();
        let day = Period::of(Span::Day, &zone, "2026-11-21").unwrap();
        let in_days = |count: u32| day.until.after(days(count));
        // All of the day; half of it, for it ended at noon; none, for it begins the day after.
        let noon = day.from.after(Millis::from_mins(12 * 60));
        let share = |record: &Record| brought(record, &day).map(|(_, share)| share / MILLIONTHS);
        // Two weeks of another plan went into it: it began as long before, and a day of it brings less.
        let mut exchanged = of_plan(30, in_days(33));
        exchanged.bonus = days(20);
        let seventh = brought(&of_plan(7, in_days(3)), &day);
        assert_eq!(
            seventh,
            Some((Currency::Rub, 4_285_714_285)),
            "nothing is rounded yet"
        );
        for (record, brings) in [
            (exchanged, Some(600)),
            (of_plan(30, in_days(3)), Some(1_000)),
            (of_plan(30, noon), Some(500)),
            (of_plan(30, in_days(30)), None),
            (record(State::Credited), None),
        ] {
            assert_eq!(share(&record), brings, "{record:?}");
        }
        let paid = of_plan(30, in_days(3));
        let mut back = paid.clone();
        back.payment.refunded = 15_000;
        assert_eq!(share(&back), Some(500));
        let mut gone = paid.clone();
        gone.payment.state = State::Refunded;
        let mut test = paid;
        test.is_test = true;
        assert_eq!([share(&gone), share(&test)], [None, None]);
    }
}
