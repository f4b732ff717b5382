//! The operator's report of a day or a week: gathered from the log, the payments and the notes, put into words and a
//! picture, and sent once.

mod figures;
mod picture;
mod send;
mod words;

pub use picture::chart;
pub use send::{Failed, Outcome, Post};
pub use words::{not_over, text};

use domain::payment::Record;
use domain::report::{Bearer, Business, Period, brought};
use domain::window::Zone;
use limits_flags::Settings;
use store::{Bought, Error, Notes, Payments, Requests};

use crate::env::Env;

/// Lines that are asked for at once; a page ends at 1 MB anyhow, which is all that is held of the log at a time.
const PAGE: i32 = 5_000;
/// Payments that are asked for at once.
const PAYMENTS_PAGE: i32 = 500;
/// Customers with unlimited plans whose payments are looked up: those whose plans cost most. Each is a query.
const BEARERS_MAX: usize = 200;

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
        let rates = settings.costs.rates(period.until);
        let mut business = Business::new(period, rates);
        self.read_log(&mut business).await?;
        self.read_payments(&mut business).await?;
        let period = &business.period;
        let tallies = self.notes.tallies(period.from, period.until).await?;
        (business.refused, business.orphans) = (tallies.refused, tallies.orphans);
        self.look_at_bearers(&mut business).await?;
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
                        business.takings.add(&record);
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

    async fn look_at_bearers(&self, business: &mut Business) -> Result<(), Error> {
        let heaviest = business.sums.heaviest();
        let not_looked_at = heaviest.len().saturating_sub(BEARERS_MAX);
        let mut bearers = Vec::new();
        for ((user, plan), tally) in heaviest.into_iter().take(BEARERS_MAX) {
            let books = self.payments.books_of(*user).await?;
            let records: Vec<Record> = books.rows.into_iter().filter_map(payment).collect();
            bearers.push(Bearer {
                user: *user,
                plan: plan.clone(),
                tally: *tally,
                brought: brought(&records, plan, &business.period),
                whole: books.whole,
            });
        }
        business.bearers = bearers;
        business.not_looked_at = u64::try_from(not_looked_at).unwrap_or(u64::MAX);
        Ok(())
    }
}

fn payment(bought: Bought) -> Option<Record> {
    match bought {
        Bought::Payment(record) => Some(*record),
        Bought::Purchase(_) => None,
    }
}
