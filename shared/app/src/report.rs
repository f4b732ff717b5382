//! The operator's report of a day or a week: gathered from the log, the payments and the notes, put into words and a
//! picture, and sent once.

mod figures;
mod picture;
mod send;
mod words;

pub use picture::chart;
pub use send::{Failed, Outcome, Post};
pub use words::{messages, not_over, text};

use std::collections::BTreeSet;

use domain::report::{Business, Period};
use domain::time::Millis;
use domain::window::Zone;
use limits_flags::Settings;
use store::{Error, Notes, Payments, Requests};

use crate::env::Env;

/// Lines that are asked for at once; a page ends at 1 MB anyhow, which is all that is held of the log at a time.
const PAGE: i32 = 5_000;
/// Payments that are asked for at once.
const PAYMENTS_PAGE: i32 = 500;

/// Whose days a report is about: those of the schedule that asks for it.
pub fn zone() -> Zone {
    Zone::named("Europe/Moscow").unwrap_or_else(Zone::utc)
}

/// What gathers a report.
#[derive(Clone, Debug)]
pub struct Reporter {
    /// The log of AI operations.
    pub requests: Requests,
    /// The payments.
    pub payments: Payments,
    /// What was counted beside, and which reports were sent.
    pub notes: Notes,
    /// The rates.
    pub settings: Settings,
    /// Time.
    pub env: Env,
}

impl Reporter {
    /// Reads all of a time, page by page: what is held is the sums, whatever the number of lines.
    pub async fn gather(&self, period: Period) -> Result<Business, Error> {
        let settings = self.settings.fresh(self.env.now()).await?;
        // Those of its last moment: what holds from the next day on is none of it.
        let rates = settings.costs.rates(period.until.after(Millis(-1)));
        let mut business = Business::new(period, rates);
        self.read_log(&mut business).await?;
        self.read_payments(&mut business).await?;
        self.read_money(&mut business).await?;
        let period = &business.period;
        let tallies = self.notes.tallies(period.from, period.until).await?;
        (business.refused, business.orphans) = (tallies.refused, tallies.orphans);
        // A plan that nobody sells any more runs on.
        let known = settings.plans.iter().map(|plan| plan.key.clone());
        let used = business.plans().into_iter().map(str::to_owned);
        let mut plans: BTreeSet<String> = known.chain(used).collect();
        plans.extend(business.sold_lately.iter().cloned());
        self.read_plans(&mut business, &plans).await?;
        Ok(business)
    }

    async fn read_log(&self, business: &mut Business) -> Result<(), Error> {
        let bounds = (business.period.from, business.period.until);
        let days = business.period.utc_days();
        let mut pages = self.requests.of_days(days, Some(bounds), PAGE);
        while let Some(page) = pages.next().await? {
            business.unreadable = business.unreadable.saturating_add(page.unreadable);
            page.lines.iter().for_each(|line| business.add(line));
        }
        Ok(())
    }

    /// How the payments stand that were first heard of in this time.
    async fn read_payments(&self, business: &mut Business) -> Result<(), Error> {
        for day in business.period.utc_days() {
            let mut start = None;
            loop {
                let page = self.payments.of_day(day, start, PAYMENTS_PAGE).await?;
                page.unreadable
                    .into_iter()
                    .for_each(|at| business.miss_payment(at));
                for record in page.records {
                    if business.period.holds(record.payment.created_at) {
                        business.takings.stands(&record);
                    }
                }
                start = page.next;
                if start.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// What money moved, and what credits were given: for this time, and for the days before it by which a credit's price
    /// goes.
    async fn read_money(&self, business: &mut Business) -> Result<(), Error> {
        for day in business.credit.utc_days() {
            let moved = self
                .payments
                .moved_on(day, |movement| business.move_money(&movement));
            let unread = moved.await?;
            let given = self.payments.given_on(day, |entry| business.credit.give(&entry));
            let unread = unread.saturating_add(given.await?);
            business.unread_payments = business.unread_payments.saturating_add(unread);
        }
        Ok(())
    }

    /// What was paid for the plans whose days are of this time, whenever that was.
    async fn read_plans(&self, business: &mut Business, plans: &BTreeSet<String>) -> Result<(), Error> {
        let from = business.period.from;
        for plan in plans {
            let running = self
                .payments
                .running(plan, from, |record| business.add_plan(&record));
            let unread = running.await?;
            if unread > 0 {
                business.unread_plans.insert(plan.clone());
            }
            business.unread_payments = business.unread_payments.saturating_add(unread);
        }
        Ok(())
    }
}
