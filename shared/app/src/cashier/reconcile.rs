//! The rails' own books against ours. What a rail knows and we do not is heard now, as if its notice had just come; what we
//! know and the rail does not is for a person.

use std::collections::BTreeSet;
use std::fmt;

use domain::payment::{Money, PaymentId, Rail, Record, State, Truth};
use domain::time::{Millis, Timestamp};
use payments::{Page, Unanswered};
use table::Deadline;
use telegram::methods::SendMessage;

use super::{Answer, Cashier, Error, Heard, rail_time};
use crate::rails::Taker;

/// How long ago the youngest payment is that is compared: what is on its way differs for a moment.
const SETTLED_AFTER: Millis = Millis::from_mins(15);
/// A day.
const DAY: Millis = Millis::from_mins(24 * 60);
/// Pages of a rail's list that one comparison reads at most.
const PAGES_MAX: u32 = 200;
/// Rows of ours on one page.
const PAGE: i32 = 200;
/// Differences that are told one by one.
const TOLD_MAX: usize = 20;

/// How far Telegram's list of Stars is behind the days that are compared: the next comparison begins there.
const STARS_COMPARED: &str = "stars-compared";
/// How far it was heard: whoever looks for what is newer begins there.
pub(super) const STARS_HEARD: &str = "stars-heard";

/// What a comparison with one rail has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// Which rail.
    pub rail: Rail,
    /// Payments on the rail's list.
    pub listed: u32,
    /// Among them, those that are nobody's purchase here: another shop's business, or made by hand.
    pub foreign: u32,
    /// Payments of ours in that time.
    pub ours: u32,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Why the comparison is not whole, if it is not.
    pub unfinished: Option<String>,
}

/// Something in which the rail's books and ours differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// We had not heard of it, or not all of it; now we have, and what follows is done.
    FoundLate(PaymentId),
    /// The rail takes back what it had said.
    Astray(PaymentId),
    /// We have credited it, and the rail's list does not have it.
    NotListed(PaymentId),
    /// We have written it down as given back, and the rail has the money: a refund that it took on has failed since.
    NotReturned(PaymentId),
    /// Its goods were given, and the ledger has no entry of them.
    NotBooked(PaymentId),
    /// It could not be looked at.
    Unread(PaymentId),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FoundLate(id) => write!(f, "{id}: its notice was lost; done now"),
            Self::Astray(id) => write!(f, "{id}: the rail takes back what it had said"),
            Self::NotListed(id) => write!(f, "{id}: credited here, and not on the rail's list"),
            Self::NotReturned(id) => write!(f, "{id}: given back here, and the rail still has the money"),
            Self::NotBooked(id) => write!(f, "{id}: credited here, and not in the ledger"),
            Self::Unread(id) => write!(f, "{id}: could not be looked at"),
        }
    }
}

impl fmt::Display for Reconciled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} listed ({} foreign), {} ours, {} differ",
            self.rail.as_str(),
            self.listed,
            self.foreign,
            self.ours,
            self.differences.len()
        )?;
        for difference in self.differences.iter().take(TOLD_MAX) {
            write!(f, "\n  {difference}")?;
        }
        if let Some(why) = &self.unfinished {
            write!(f, "\n  not finished: {why}")?;
        }
        Ok(())
    }
}

impl Reconciled {
    fn of(rail: Rail) -> Self {
        Self {
            rail,
            listed: 0,
            foreign: 0,
            ours: 0,
            differences: Vec::new(),
            unfinished: None,
        }
    }

    fn has_unread(&self) -> bool {
        let unread = |difference: &Difference| matches!(difference, Difference::Unread(_));
        self.differences.iter().any(unread)
    }

    /// How many things want somebody's look.
    pub fn troubles(&self) -> u32 {
        let differences = u32::try_from(self.differences.len()).unwrap_or(u32::MAX);
        differences.saturating_add(u32::from(self.unfinished.is_some()))
    }
}

impl Cashier {
    /// Compares the last so many days with every rail, one after the other.
    pub async fn reconcile(&self, days: u32, deadline: Deadline) -> Result<Vec<Reconciled>, Error> {
        let now = self.env.now();
        let until = Timestamp(now.0.saturating_sub(SETTLED_AFTER.0));
        let from = Timestamp(now.0.saturating_sub(DAY.0.saturating_mul(i64::from(days))));
        let ours = self.ours(from, until).await?;
        let mut all = Vec::new();
        // Each night another rail is the first: none stands behind the same others for ever if the time is short.
        let mut takers: Vec<&dyn Taker> = self.rails.all().collect();
        let night = usize::try_from(now.0.div_euclid(DAY.0)).unwrap_or(0);
        let first = night.checked_rem(takers.len()).unwrap_or(0);
        takers.rotate_left(first);
        for taker in takers {
            let of_rail: Vec<&Record> = ours
                .iter()
                .filter(|record| record.id().rail == taker.rail())
                .collect();
            all.push(self.compare(taker, &of_rail, (from, until), deadline).await?);
        }
        Ok(all)
    }

    /// Our payments of a time.
    async fn ours(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, Error> {
        let (mut ours, mut day) = (Vec::new(), from);
        loop {
            let mut start = None;
            loop {
                let page = self.payments.of_day(day, start, PAGE).await?;
                let within = |record: &Record| (from..until).contains(&record.payment.created_at);
                ours.extend(page.records.into_iter().filter(within));
                start = page.next;
                if start.is_none() {
                    break;
                }
            }
            let last = day.0.div_euclid(DAY.0) >= until.0.div_euclid(DAY.0);
            if last {
                return Ok(ours);
            }
            day = day.after(DAY);
        }
    }

    async fn compare(
        &self,
        taker: &dyn Taker,
        ours: &[&Record],
        within: (Timestamp, Timestamp),
        deadline: Deadline,
    ) -> Result<Reconciled, Error> {
        let mut done = Reconciled::of(taker.rail());
        done.ours = u32::try_from(ours.len()).unwrap_or(u32::MAX);
        let not_booked = self.payments.not_booked(ours).await?;
        let not_booked = not_booked.iter().map(|record| record.id().clone());
        done.differences.extend(not_booked.map(Difference::NotBooked));
        let mut listed = BTreeSet::new();
        // Stars have a list that only grows, from the oldest on: what is older than this time was read before.
        let grows = taker.rail() == Rail::Stars;
        let mut cursor = if grows {
            self.payments.cursor(STARS_COMPARED).await?
        } else {
            None
        };
        // A rail's list goes back a little further than our own day: what was opened before may be paid within it.
        let wider = (Timestamp(within.0.0.saturating_sub(DAY.0)), within.1);
        for _ in 0..PAGES_MAX {
            let page = match self.page(taker, wider, cursor.as_deref(), deadline).await {
                Ok(page) => page,
                Err(why) => {
                    done.unfinished = Some(why);
                    return Ok(done);
                }
            };
            for truth in &page.payments {
                listed.insert(truth.id.clone());
                self.check(taker, truth, &mut done, deadline).await;
            }
            let Some(next) = page.next else { break };
            // What could not be looked at is looked at again the next night.
            let over = grows && !done.has_unread() && page.until.is_some_and(|until| until < wider.0);
            if over {
                self.payments.set_cursor(STARS_COMPARED, &next, deadline).await?;
            }
            cursor = Some(next);
        }
        if let Some(cursor) = cursor.filter(|_| grows && !done.has_unread()) {
            self.payments.set_cursor(STARS_HEARD, &cursor, deadline).await?;
        }
        let missing = ours.iter().filter(|record| {
            let credited = matches!(record.payment.state, State::Credited | State::RefundHeld);
            credited && !listed.contains(record.id())
        });
        for record in missing {
            // A transfer stands on the list of the day on which it was begun: the rail may know of it all the same.
            match self.ask_rail(record.id(), deadline).await {
                Ok(Answer::Truth(truth)) if truth.money == Money::Arrived => {}
                Ok(_) => done.differences.push(Difference::NotListed(record.id().clone())),
                Err(_) => done.differences.push(Difference::Unread(record.id().clone())),
            }
        }
        Ok(done)
    }

    async fn page(
        &self,
        taker: &dyn Taker,
        within: (Timestamp, Timestamp),
        cursor: Option<&str>,
        deadline: Deadline,
    ) -> Result<Page, String> {
        let time = rail_time(deadline).map_err(|error| error.to_string())?;
        let page = taker.list(within, cursor, time).await;
        page.map_err(|error| match error {
            Unanswered::BadKey => "the rail does not accept our key".to_owned(),
            Unanswered::NotFound => "the rail has no such list".to_owned(),
            Unanswered::Later(why) => why,
        })
    }

    /// One payment on a rail's list.
    async fn check(&self, taker: &dyn Taker, truth: &Truth, done: &mut Reconciled, deadline: Deadline) {
        done.listed = done.listed.saturating_add(1);
        if truth.purchase.is_none() {
            done.foreign = done.foreign.saturating_add(1);
            return;
        }
        // A list does not say how a dispute ended; what is on its way will be told of.
        let heard = match truth.money {
            Money::Awaited | Money::Underway => return,
            Money::Disputed => self.notice(&truth.id, deadline).await,
            Money::Arrived | Money::Canceled => self.hear(truth, deadline).await.map(Some),
        };
        let id = truth.id.clone();
        match heard {
            Ok(Some(heard)) if heard.astray => done.differences.push(Difference::Astray(id)),
            Ok(Some(heard)) if heard.changed && truth.money != Money::Canceled => {
                done.differences.push(Difference::FoundLate(id));
            }
            Ok(Some(heard)) if has_come_back(&heard) => done.differences.push(Difference::NotReturned(id)),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(name: "reconciliation_skipped", payment = %truth.id, rail = taker.rail().as_str(), error = crate::chain(&error), "a listed payment could not be looked at");
                done.differences.push(Difference::Unread(id));
            }
        }
    }

    /// Tells the operator what a comparison has shown, if there is something to be told; the log has it all.
    pub async fn report(&self, all: &[Reconciled], chat: Option<i64>, deadline: Deadline) {
        let differences: u32 = all.iter().map(Reconciled::troubles).sum();
        for done in all {
            tracing::info!(name: "payments_reconciled", rail = done.rail.as_str(), told = %done, "reconciled");
        }
        if differences == 0 {
            return;
        }
        meter::books_differ(differences);
        tracing::error!(name: "reconciliation_differs", differences, "a rail's books and ours differ");
        let (Some(bot), Some(chat)) = (&self.bot, chat) else {
            return;
        };
        let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
        let text = telegram::html::escape(&lines.join("\n\n")).into_owned();
        let text = telegram::html::truncate(&text, telegram::limits::TEXT_CHARS_MAX).into_owned();
        let Ok(time) = rail_time(deadline) else { return };
        if let Err(error) = bot.call(&SendMessage::html(chat, text), time).await {
            tracing::error!(name: "operator_not_told", error = crate::chain(&error), "the operator could not be told");
        }
    }
}

/// Whether the rail has money that we have written down as given back. A list of Stars tells of each movement by itself,
/// and the first of them always says so.
fn has_come_back(heard: &Heard) -> bool {
    let (truth, record) = (&heard.truth, heard.record.as_ref());
    let given_back = record.is_some_and(|record| record.payment.state == State::Refunded);
    let is_whole = truth.refunded >= truth.amount.minor;
    given_back && truth.money == Money::Arrived && !is_whole && truth.id.rail != Rail::Stars
}
