//! What an operator wants to know of a day or a week, from what the log, the payments and the counters say.

use std::collections::BTreeMap;

use super::{Period, Summary, Takings, Tally};
use crate::ai_request::AiRequest;
use crate::id::UserId;
use crate::money::Currency;
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
    /// What was paid for it, for this time ([`super::brought`]).
    pub brought: BTreeMap<Currency, u64>,
    /// Whether that is all of it: a payment that cannot be read may have brought more.
    pub whole: bool,
}

impl Bearer {
    /// By how many kopecks the plan costs more than it brings: at least, where not all costs are known. `None` where it
    /// does not, as far as is known, or where nobody knows what it brings.
    pub fn loss(&self, rates: Rates) -> Option<u64> {
        let brought = self.brought_in(rates)?;
        self.tally.kopecks().checked_sub(brought).filter(|loss| *loss > 0)
    }

    /// What it brings in kopecks, where that is known: its money has a rate, and its payments can be read.
    fn brought_in(&self, rates: Rates) -> Option<u64> {
        rates.sum(&self.brought).filter(|_| self.whole)
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
    /// How often which limit has refused something.
    pub refused: BTreeMap<String, u64>,
    /// Renders that came back for submissions that had been given up.
    pub orphans: u64,
    /// The customers whose unlimited plans cost most, the dearest first.
    pub bearers: Vec<Bearer>,
    /// Customers with unlimited plans that were not looked at, since theirs cost less.
    pub not_looked_at: u64,
    /// Lines of the log that cannot be read and are in no sum.
    pub unreadable: u64,
    /// Payments that cannot be read and are in no sum.
    pub unread_payments: u64,
}

impl Business {
    /// Of a time, with nothing in it yet.
    pub fn new(period: Period, rates: Rates) -> Self {
        Self {
            parts: vec![Tally::default(); period.parts.len()],
            period,
            sums: Summary::default(),
            takings: Takings::default(),
            rates,
            refused: BTreeMap::new(),
            orphans: 0,
            bearers: Vec::new(),
            not_looked_at: 0,
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

    /// What is left of the money that came, in kopecks; `None` if a currency has no rate.
    pub fn revenue(&self) -> Option<u64> {
        self.rates.sum(&self.takings.left())
    }

    /// What a customer pays for so many credits, in kopecks, as credits were sold in this time. `None` if none were, or for
    /// money without a rate.
    pub fn worth(&self, credits: u64) -> Option<u64> {
        let sold = |of: fn(&(u64, u64)) -> u64| {
            let sums = self.takings.packs.iter();
            sums.map(|(currency, sums)| (*currency, of(sums)))
                .collect::<BTreeMap<_, _>>()
        };
        let kopecks = self.rates.sum(&sold(|(minor, _)| *minor))?;
        let count = sold(|(_, credits)| *credits)
            .values()
            .fold(0_u64, |sum, more| sum.saturating_add(*more));
        let product = u128::from(kopecks).saturating_mul(u128::from(credits));
        let worth = product.checked_div(u128::from(count))?;
        Some(u64::try_from(worth).unwrap_or(u64::MAX))
    }

    /// What is left of what credits paid for something, after what it cost, in kopecks. Where a plan paid, there is nothing
    /// in it but the cost.
    pub fn margin(&self, tally: &Tally) -> Option<i64> {
        let worth = if tally.credits == 0 {
            0
        } else {
            self.worth(tally.credits)?
        };
        difference(worth, tally.whole_kopecks()?)
    }

    /// What is left of what a plan was sold for in this time, after what was made under it in this time. `None` of one with
    /// credits, too: what those cost is told of everything that credits paid for, and nobody knows whose they were.
    pub fn plan_margin(&self, plan: &str) -> Option<i64> {
        if self.takings.with_credits.contains(plan) {
            return None;
        }
        let sold = self.takings.plans.get(plan);
        let sold = sold.map_or(Some(0), |sums| self.rates.sum(sums))?;
        let made = self.sums.plans.get(&Some(plan.to_owned()));
        difference(sold, made.map_or(Some(0), Tally::whole_kopecks)?)
    }

    /// Every plan that was sold or used.
    pub fn plans(&self) -> Vec<&str> {
        let used = self.sums.plans.keys().flatten();
        let mut plans: Vec<&str> = used
            .chain(self.takings.plans.keys())
            .map(String::as_str)
            .collect();
        plans.sort_unstable();
        plans.dedup();
        plans
    }

    /// The plans that cost more than they bring, with by how much, the worst first.
    pub fn losses(&self) -> Vec<(&Bearer, u64)> {
        let losses = self.bearers.iter();
        let mut losses: Vec<(&Bearer, u64)> = losses
            .filter_map(|bearer| Some((bearer, bearer.loss(self.rates)?)))
            .collect();
        losses.sort_by_key(|(bearer, loss)| (std::cmp::Reverse(*loss), bearer.user));
        losses
    }

    /// Customers of whose plan nobody can say whether it costs more than it brings, for want of a rate or of a payment
    /// that can be read.
    pub fn unjudged(&self) -> usize {
        let unknown = |bearer: &&Bearer| bearer.brought_in(self.rates).is_none();
        self.bearers.iter().filter(unknown).count()
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
    use crate::payment::Rail;
    use crate::report::Till;
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
    }

    #[test]
    fn a_credit_is_worth_what_credits_were_sold_for() {
        let mut business = business();
        assert_eq!(business.worth(3), None);
        assert_eq!(business.margin(&cost(3, 100)), None);
        assert_eq!(business.margin(&cost(0, 100)), Some(-100));
        business.takings.packs = BTreeMap::from([(Currency::Rub, (30_000, 10)), (Currency::Usd, (100, 2))]);
        // 300 ₽ and a dollar at 80 ₽ for twelve credits.
        assert_eq!(business.worth(3), Some(9_500));
        assert_eq!(business.margin(&cost(3, 500)), Some(9_000));
        let mut dark = cost(3, 500);
        dark.unpriced = 1;
        assert_eq!(business.margin(&dark), None);
        (dark.unpriced, dark.unrated) = (0, 1);
        assert_eq!(business.margin(&dark), None);
        business.takings.packs.insert(Currency::Xtr, (100, 1));
        assert_eq!(business.worth(3), None);
    }

    #[test]
    fn a_plan_that_was_used_and_not_sold_costs_and_one_that_was_sold_and_not_used_brings() {
        let mut business = business();
        business
            .takings
            .plans
            .insert("week".to_owned(), BTreeMap::from([(Currency::Rub, 700)]));
        business.sums.plans.insert(Some("month".to_owned()), cost(0, 90));
        assert_eq!(business.plans(), ["month", "week"]);
        assert_eq!(
            ["month", "week"].map(|plan| business.plan_margin(plan)),
            [Some(-90), Some(700)]
        );
        business.takings.with_credits.insert("week".to_owned());
        assert_eq!(business.plan_margin("week"), None);
    }

    #[test]
    fn what_costs_more_than_it_brings_is_told_the_worst_first() {
        let bearer = |user, kopecks, brought: &[(Currency, u64)]| Bearer {
            user: UserId(user),
            plan: "month".to_owned(),
            tally: cost(0, kopecks),
            brought: brought.iter().copied().collect(),
            whole: true,
        };
        let unread = Bearer {
            whole: false,
            ..bearer(5, 100, &[(Currency::Rub, 1)])
        };
        let mut business = business();
        business.bearers = vec![
            bearer(1, 100, &[(Currency::Rub, 99)]),
            bearer(2, 100, &[(Currency::Rub, 100)]),
            bearer(3, 100, &[]),
            bearer(4, 100, &[(Currency::Xtr, 5)]),
            unread,
        ];
        let told: Vec<(i64, u64)> = business
            .losses()
            .iter()
            .map(|(bearer, loss)| (bearer.user.0, *loss))
            .collect();
        assert_eq!(told, [(3, 100), (1, 1)]);
        assert_eq!(business.unjudged(), 2);
    }

    #[test]
    fn what_went_back_is_no_revenue() {
        let mut business = business();
        let till = Till {
            payments: 1,
            came: 500,
            back: 200,
        };
        business
            .takings
            .tills
            .insert((Rail::YooKassa, Currency::Rub), till);
        assert_eq!(business.revenue(), Some(300));
        business.takings.tills.insert((Rail::Stars, Currency::Xtr), till);
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
