//! What an operator wants to know of a day or a week, from what the log, the payments and the counters say.

use std::collections::{BTreeMap, BTreeSet};

use super::takings::MILLIONTHS;
use super::{CreditPrice, Period, Summary, Takings, Tally, brought};
use crate::ai_request::AiRequest;
use crate::id::UserId;
use crate::money::Currency;
use crate::payment::{Movement, Record};
use crate::time::Timestamp;

/// What other money is in kopecks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// A dollar; `None` if nobody has said.
    pub per_usd: Option<u64>,
    /// A Star.
    pub per_star: Option<u64>,
}

impl Rates {
    /// So much of the smallest unit of a currency in kopecks; `None` without its rate.
    pub fn kopecks(self, currency: Currency, minor: u64) -> Option<u64> {
        match currency {
            Currency::Rub => Some(minor),
            Currency::Usd => Some(minor.saturating_mul(self.per_usd?).saturating_add(50) / 100),
            Currency::Xtr => Some(minor.saturating_mul(self.per_star?)),
        }
    }

    /// Sums in kopecks together; `None` if one of them has no rate. Nothing is 0 in every currency.
    pub fn sum(self, sums: &BTreeMap<Currency, u64>) -> Option<u64> {
        let in_kopecks = sums.iter().filter(|(_, minor)| **minor > 0);
        let mut in_kopecks = in_kopecks.map(|(currency, minor)| self.kopecks(*currency, *minor));
        in_kopecks.try_fold(0_u64, |sum, kopecks| Some(sum.saturating_add(kopecks?)))
    }

    /// The same of sums of which some may be less than nothing.
    pub fn balance(self, sums: &BTreeMap<Currency, i64>) -> Option<i64> {
        let of = |(currency, minor): (&Currency, &i64)| {
            let kopecks = i64::try_from(self.kopecks(*currency, minor.unsigned_abs())?).ok()?;
            Some(kopecks.saturating_mul(minor.signum()))
        };
        let mut in_kopecks = sums.iter().filter(|(_, minor)| **minor != 0).map(of);
        in_kopecks.try_fold(0_i64, |sum, kopecks| Some(sum.saturating_add(kopecks?)))
    }
}

/// A customer with an unlimited plan, and what it brought and cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Who.
    pub user: UserId,
    /// Which plan.
    pub plan: String,
    /// What was made under it.
    pub tally: Tally,
    /// What was paid for it, for this time ([`super::brought`]), and for plans of theirs that were not used in it: those
    /// whose rest has become time of this one bring their price where their own days were.
    pub brought: BTreeMap<Currency, u64>,
}

/// Sums of millionths, rounded.
fn rounded(sums: BTreeMap<Currency, u64>) -> BTreeMap<Currency, u64> {
    let round = |sum: u64| sum.saturating_add(MILLIONTHS / 2) / MILLIONTHS;
    sums.into_iter()
        .map(|(currency, sum)| (currency, round(sum)))
        .collect()
}

/// Sums of each currency together.
fn together<'a>(all: impl Iterator<Item = &'a BTreeMap<Currency, u64>>) -> BTreeMap<Currency, u64> {
    let mut together = BTreeMap::new();
    for (currency, more) in all.flatten() {
        let sum: &mut u64 = together.entry(*currency).or_default();
        *sum = sum.saturating_add(*more);
    }
    together
}

impl Bearer {
    /// By how many kopecks the plan costs more than it brings: at least, where not all costs are known. `None` where it
    /// does not, as far as is known, or where nobody knows what its money is in roubles.
    pub fn loss(&self, rates: Rates) -> Option<u64> {
        let brought = rates.sum(&self.brought)?;
        self.tally.kopecks().checked_sub(brought).filter(|loss| *loss > 0)
    }
}

/// The operator's report.
#[derive(Clone, Debug)]
pub struct Business {
    /// Of which time.
    pub period: Period,
    /// What the log's lines add up to.
    pub sums: Summary,
    /// The same by part of the time: hours of a day, days of a week.
    pub parts: Vec<Tally>,
    /// The money.
    pub takings: Takings,
    /// What other money is in kopecks.
    pub rates: Rates,
    /// What a credit brings.
    pub credit: CreditPrice,
    /// Plans that were sold in this time or in the days before it by which a credit's price goes.
    pub sold_lately: BTreeSet<String>,
    /// Plans of which some payments could not be read: what they bring nobody knows.
    pub unread_plans: BTreeSet<String>,
    /// What was paid for customers' plans, for this time, in millionths.
    brought: BTreeMap<(UserId, String), BTreeMap<Currency, u64>>,
    /// How often which limit has refused something.
    pub refused: BTreeMap<String, u64>,
    /// Renders that came back for submissions that had been given up.
    pub orphans: u64,
    /// Lines of the log that cannot be read and are in no sum.
    pub unreadable: u64,
    /// Payments, movements of money and gifts of credits that cannot be read and are in no sum.
    pub unread_payments: u64,
}

impl Business {
    /// Of a time, with nothing in it yet.
    pub fn new(period: Period, rates: Rates) -> Self {
        Self {
            parts: vec![Tally::default(); period.parts.len()],
            credit: CreditPrice::of(&period),
            period,
            sums: Summary::default(),
            takings: Takings::default(),
            rates,
            sold_lately: BTreeSet::new(),
            unread_plans: BTreeSet::new(),
            brought: BTreeMap::new(),
            refused: BTreeMap::new(),
            orphans: 0,
            unreadable: 0,
            unread_payments: 0,
        }
    }

    /// Takes a line of the log in, if it is of this time.
    pub fn add(&mut self, line: &AiRequest) {
        let Some(part) = self.period.part(line.at) else {
            return;
        };
        self.sums.add(line);
        if let Some(tally) = self.parts.get_mut(part) {
            tally.add(line);
        }
    }

    /// Takes a movement of money in: for its time, if it is this one, and for what a credit brings.
    pub fn move_money(&mut self, movement: &Movement) {
        if self.period.holds(movement.at) {
            let is_earlier = movement.heard_at < self.period.from;
            self.takings.add(movement, is_earlier);
        }
        self.credit.sell(movement);
        let plan = movement.goods.term.as_ref().map(|term| term.plan.clone());
        self.sold_lately.extend(plan);
    }

    /// Takes in what a customer has paid for a plan whose days may be of this time.
    pub fn add_plan(&mut self, record: &Record) {
        let (Some(user), Some(term)) = (record.user, &record.goods.term) else {
            return;
        };
        let Some((currency, share)) = brought(record, &self.period) else {
            return;
        };
        let whose = (user, term.plan.clone());
        let brought = self.brought.entry(whose).or_default();
        let sum = brought.entry(currency).or_default();
        *sum = sum.saturating_add(share);
        if record.goods.credits.0 > 0 {
            self.credit.plans.insert(term.plan.clone());
        }
    }

    /// Counts a payment that cannot be read, if it is of this time, or if nobody can say of which.
    pub fn miss_payment(&mut self, at: Option<Timestamp>) {
        if at.is_none_or(|at| self.period.holds(at)) {
            self.unread_payments = self.unread_payments.saturating_add(1);
        }
    }

    /// Whether everything of this time is in it.
    pub fn is_whole(&self) -> bool {
        self.unreadable == 0 && self.unread_payments == 0
    }

    /// What came less what went back, in kopecks; `None` if a currency has no rate. Less than 0 where more went back.
    pub fn revenue(&self) -> Option<i64> {
        self.rates.balance(&self.takings.left())
    }

    /// What so many credits bring, in kopecks. `None` for money without a rate, or if nobody was given any.
    pub fn worth(&self, credits: u64) -> Option<u64> {
        self.credit.worth(credits, self.rates)
    }

    /// What is left of what credits bring that paid for something, after what it cost, in kopecks. It is for what credits
    /// paid for: of what a plan paid for there is nothing in it but the cost.
    pub fn margin(&self, tally: &Tally) -> Option<i64> {
        let worth = if tally.credits == 0 {
            0
        } else {
            self.worth(tally.credits)?
        };
        difference(worth, tally.whole_kopecks()?)
    }

    /// What a plan brings for this time, of all customers who have it, by currency.
    pub fn plan_brought(&self, plan: &str) -> BTreeMap<Currency, u64> {
        let of_plan = self.brought.iter().filter(|((_, of), _)| of == plan);
        rounded(together(of_plan.map(|(_, sums)| sums)))
    }

    /// What a customer's plan brings for this time, with those of their plans that were not used in it.
    fn brought_by(&self, user: UserId, plan: &str) -> BTreeMap<Currency, u64> {
        let own = self
            .brought
            .range((user, String::new())..)
            .take_while(|((whose, _), _)| *whose == user);
        let counts = |whose: &(UserId, String)| whose.1 == plan || !self.sums.unlimited.contains_key(whose);
        let counted = own.filter(|(whose, _)| counts(whose));
        rounded(together(counted.map(|(_, sums)| sums)))
    }

    /// What is left of what a plan brings for this time, after what was made under it in this time. `None` of one with
    /// credits, too: its money is in what a credit brings.
    pub fn plan_margin(&self, plan: &str) -> Option<i64> {
        if self.credit.plans.contains(plan) || self.unread_plans.contains(plan) {
            return None;
        }
        let brought = self.rates.sum(&self.plan_brought(plan))?;
        let made = self.sums.plans.get(&Some(plan.to_owned()));
        difference(brought, made.map_or(Some(0), Tally::whole_kopecks)?)
    }

    /// Every plan that was sold or used, or brings something.
    pub fn plans(&self) -> Vec<&str> {
        let used = self.sums.plans.keys().flatten();
        let brings = self.brought.keys().map(|(_, plan)| plan);
        let mut plans: Vec<&str> = used
            .chain(self.takings.plans.keys())
            .chain(brings)
            .map(String::as_str)
            .collect();
        plans.sort_unstable();
        plans.dedup();
        plans
    }

    /// The customers with unlimited plans who have used them, those first whose plans cost most.
    pub fn bearers(&self) -> Vec<Bearer> {
        let heaviest = self.sums.heaviest().into_iter();
        let bearer = |(whose, tally): (&(UserId, String), &Tally)| Bearer {
            user: whose.0,
            plan: whose.1.clone(),
            tally: *tally,
            brought: self.brought_by(whose.0, &whose.1),
        };
        heaviest.map(bearer).collect()
    }

    /// The plans that cost more than they bring, with by how much, the worst first.
    pub fn losses(&self) -> Vec<(Bearer, u64)> {
        let losses = self.bearers().into_iter();
        let mut losses: Vec<(Bearer, u64)> = losses
            .filter(|bearer| !self.unread_plans.contains(&bearer.plan))
            .filter_map(|bearer| {
                let loss = bearer.loss(self.rates)?;
                Some((bearer, loss))
            })
            .collect();
        losses.sort_by_key(|(bearer, loss)| (std::cmp::Reverse(*loss), bearer.user));
        losses
    }

    /// Customers of whose plan nobody can say whether it costs more than it brings, for want of a rate, of a price, or of
    /// payments that can be read.
    pub fn unjudged(&self) -> usize {
        let unknown = |bearer: &Bearer| {
            self.unread_plans.contains(&bearer.plan)
                || (bearer.loss(self.rates).is_none()
                    && (self.rates.sum(&bearer.brought).is_none() || bearer.tally.whole_kopecks().is_none()))
        };
        self.bearers().iter().filter(|bearer| unknown(bearer)).count()
    }

    /// The limits by how often they have refused something, the most often first.
    pub fn refusals(&self) -> Vec<(&str, u64)> {
        let mut refusals: Vec<(&str, u64)> = self
            .refused
            .iter()
            .map(|(limit, times)| (limit.as_str(), *times))
            .collect();
        refusals.sort_by_key(|(limit, times)| (std::cmp::Reverse(*times), *limit));
        refusals
    }
}

fn difference(more: u64, less: u64) -> Option<i64> {
    i64::try_from(more).ok()?.checked_sub(i64::try_from(less).ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::Span;
    use super::*;
    use crate::cost::{MicroKopecks, MicroUsd};
    use crate::money::Amount;
    use crate::payment::{Money, Moved, PaymentId, Rail, State, Term, Truth};
    use crate::window::Zone;

    fn business() -> Business {
        let zone = Zone::named("Europe/Moscow").unwrap();
        let day = Period::of(Span::Day, &zone, "2026-11-21").unwrap();
        let rates = Rates {
            per_usd: Some(8_000),
            per_star: None,
        };
        Business::new(day, rates)
    }

    fn cost(credits: u64, kopecks: u64) -> Tally {
        Tally {
            credits,
            exactly: MicroKopecks::whole(kopecks),
            cost: MicroUsd(kopecks.saturating_mul(125)),
            ..Tally::default()
        }
    }

    #[test]
    fn money_without_a_rate_is_no_sum() {
        let rates = business().rates;
        assert_eq!(rates.sum(&BTreeMap::new()), Some(0));
        let both = BTreeMap::from([(Currency::Rub, 5), (Currency::Usd, 249)]);
        assert_eq!(rates.sum(&both), Some(19_925));
        assert_eq!(
            rates.sum(&BTreeMap::from([(Currency::Xtr, 1), (Currency::Rub, 5)])),
            None
        );
        assert_eq!(rates.sum(&BTreeMap::from([(Currency::Xtr, 0)])), Some(0));
        let signed = BTreeMap::from([(Currency::Rub, -5), (Currency::Usd, -249)]);
        assert_eq!(rates.balance(&signed), Some(-19_925));
        let stars = |minor| rates.balance(&BTreeMap::from([(Currency::Xtr, minor)]));
        assert_eq!([stars(0), stars(-1)], [Some(0), None]);
    }

    #[test]
    fn what_credits_paid_for_leaves_what_they_bring_less_what_it_cost() {
        let mut business = business();
        assert_eq!(business.margin(&cost(3, 100)), None);
        assert_eq!(business.margin(&cost(0, 100)), Some(-100));
        business.credit.paid = BTreeMap::from([(Currency::Rub, 30_000), (Currency::Usd, 100)]);
        (business.credit.given, business.credit.free) = (12, 2);
        // 300 ₽ and a dollar at 80 ₽ for twelve credits.
        assert_eq!(business.worth(3), Some(9_500));
        assert_eq!(business.margin(&cost(3, 500)), Some(9_000));
        let mut dark = cost(3, 500);
        dark.unpriced = 1;
        assert_eq!(business.margin(&dark), None);
        (dark.unpriced, dark.unrated) = (0, 1);
        assert_eq!(business.margin(&dark), None);
        business.credit.paid.insert(Currency::Xtr, 100);
        assert_eq!(business.worth(3), None);
    }

    /// A customer's payment for a plan of so many days, which began when the reported day did.
    fn paid(business: &Business, user: i64, plan: &str, days: u32, amount: Amount) -> Record {
        let truth = Truth {
            id: PaymentId::parse("yookassa#x").unwrap(),
            amount,
            money: Money::Arrived,
            refunded: 0,
            purchase: None,
            payer: None,
            shop: None,
            is_test: false,
        };
        let mut record = Record::unheard(&truth, None, Timestamp(0));
        record.payment.state = State::Credited;
        record.user = Some(UserId(user));
        record.goods.term = Some(Term {
            plan: plan.to_owned(),
            days,
        });
        record.ends_at = Some(business.period.from.after(crate::cost::days(days)));
        record
    }

    fn roubles(minor: u64) -> Amount {
        Amount {
            minor,
            currency: Currency::Rub,
        }
    }

    #[test]
    fn a_plan_brings_a_part_of_its_price_each_day_and_of_one_with_credits_that_is_in_the_credits() {
        let mut business = business();
        for user in [7, 8] {
            let month = paid(&business, user, "month", 30, roubles(30_000));
            business.add_plan(&month);
        }
        business.sums.plans.insert(Some("month".to_owned()), cost(0, 90));
        business.sums.plans.insert(Some("given".to_owned()), cost(0, 5));
        let week = paid(&business, 9, "week", 7, roubles(700));
        business.add_plan(&week);
        assert_eq!(business.plans(), ["given", "month", "week"]);
        assert_eq!(business.plan_brought("month")[&Currency::Rub], 2_000);
        assert_eq!(
            ["given", "month", "week"].map(|plan| business.plan_margin(plan)),
            [Some(-5), Some(1_910), Some(100)]
        );
        let mut with_credits = week;
        with_credits.goods.credits = crate::money::Credits(60);
        business.add_plan(&with_credits);
        assert_eq!(business.plan_margin("week"), None);
    }

    #[test]
    fn what_costs_more_than_it_brings_is_told_the_worst_first() {
        let mut business = business();
        for (user, kopecks, minor, currency) in [
            (1, 100, 99, Currency::Rub),
            (2, 100, 100, Currency::Rub),
            (3, 100, 0, Currency::Rub),
            (4, 100, 5, Currency::Xtr),
        ] {
            let whose = (UserId(user), "day".to_owned());
            business.sums.unlimited.insert(whose, cost(0, kopecks));
            let day = paid(&business, user, "day", 1, Amount { minor, currency });
            business.add_plan(&day);
        }
        let told: Vec<(i64, u64)> = business
            .losses()
            .iter()
            .map(|(bearer, loss)| (bearer.user.0, *loss))
            .collect();
        assert_eq!(told, [(3, 100), (1, 1)]);
        assert_eq!(business.unjudged(), 1);
        // What is not known of the cost may be more than it brings; where the rest is that already, it is told.
        for (user, unpriced, unrated) in [(2, 1, 0), (1, 0, 1)] {
            let tally = business.sums.unlimited.get_mut(&(UserId(user), "day".to_owned()));
            let tally = tally.unwrap();
            (tally.unpriced, tally.unrated) = (unpriced, unrated);
        }
        assert_eq!((business.losses().len(), business.unjudged()), (2, 2));
        // Whose payments cannot be read may have paid enough.
        business.unread_plans.insert("day".to_owned());
        assert_eq!((business.losses().len(), business.unjudged()), (0, 4));
        assert_eq!(business.plan_margin("day"), None);
    }

    #[test]
    fn a_plan_that_was_exchanged_brings_its_price_for_the_one_that_took_its_place() {
        let mut business = business();
        let month = paid(&business, 7, "month", 30, roubles(30_000));
        let year = paid(&business, 7, "year", 300, roubles(300_100));
        for record in [&month, &year, &paid(&business, 8, "month", 30, roubles(30_000))] {
            business.add_plan(record);
        }
        let whose = |plan: &str| (UserId(7), plan.to_owned());
        business.sums.unlimited.insert(whose("year"), cost(0, 2_000));
        assert_eq!(business.bearers()[0].brought[&Currency::Rub], 2_000);
        // Where both were used, each has what is its own.
        business.sums.unlimited.insert(whose("month"), cost(0, 500));
        let brought = business
            .bearers()
            .into_iter()
            .map(|bearer| bearer.brought[&Currency::Rub]);
        assert_eq!(brought.collect::<Vec<_>>(), [1_000, 1_000]);
    }

    #[test]
    fn shares_are_rounded_once_they_are_together() {
        let mut business = business();
        for user in 1..=7 {
            business.add_plan(&paid(&business, user, "week", 7, roubles(10)));
        }
        assert_eq!(business.plan_brought("week")[&Currency::Rub], 10);
    }

    #[test]
    fn money_moves_on_its_own_day_whenever_it_was_first_heard_of() {
        let mut business = business();
        let (from, until) = (business.period.from, business.period.until);
        let movement = |what, minor, at, heard_at| Movement {
            payment: PaymentId::parse("yookassa#x").unwrap(),
            revision: 1,
            what,
            amount: roubles(minor),
            goods: crate::payment::Goods::default(),
            at,
            heard_at,
        };
        let before = Timestamp(from.0 - 1);
        business.move_money(&movement(Moved::Came, 500, from, from));
        business.move_money(&movement(Moved::Came, 9_999, before, before));
        business.move_money(&movement(Moved::Came, 9_999, until, until));
        assert_eq!(business.revenue(), Some(500));
        business.move_money(&movement(Moved::ChargedBack, 9_999, from, before));
        assert_eq!(business.revenue(), Some(-9_499));
        let till = business.takings.tills[&(Rail::YooKassa, Currency::Rub)];
        assert_eq!((till.came.earlier, till.charged_back.earlier), (0, 9_999));
        let stars = Movement {
            payment: PaymentId::parse("stars#x").unwrap(),
            amount: Amount {
                minor: 1,
                currency: Currency::Xtr,
            },
            ..movement(Moved::Came, 0, from, from)
        };
        business.move_money(&stars);
        assert_eq!(business.revenue(), None);
    }

    #[test]
    fn a_payment_that_cannot_be_read_is_missed_on_its_own_day_or_on_any() {
        let mut business = business();
        let (from, until) = (business.period.from, business.period.until);
        assert!(business.is_whole());
        business.miss_payment(Some(until));
        assert!(business.is_whole());
        business.miss_payment(Some(from));
        business.miss_payment(None);
        assert_eq!((business.unread_payments, business.is_whole()), (2, false));
        (business.unread_payments, business.unreadable) = (0, 1);
        assert!(!business.is_whole());
    }

    #[test]
    fn the_limit_that_refuses_most_comes_first() {
        let mut business = business();
        business.refused = [("a", 1), ("b", 5), ("c", 5)]
            .map(|(limit, times)| (limit.to_owned(), times))
            .into();
        assert_eq!(business.refusals(), [("b", 5), ("c", 5), ("a", 1)]);
    }
}
