//! What a day came to, hour by hour: the figures of the daily report, for charts. One answer reads a bounded part of the day and
//! says how much that was; a week is seven of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::report::zone;
use axum::extract::State;
use domain::cost::Category;
use domain::report::{Business, Period, Span, Tally};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use table::Deadline;
use utoipa::{IntoParams, ToSchema};

use super::requests::{LINES_MAX, PAGE, STOP_WITH};
use crate::Api;
use crate::auth::Viewer;
use crate::body::{Asked, Until};
use crate::openapi::{Denials, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// Movements of money that are read of a day of UTC at most: half a megabyte, about 60 read units.
const MOVEMENTS_MAX: usize = 2_000;

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// A day of the report's zone, which is Moscow; today without.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-22")]
    day: Option<String>,
}

/// What a day came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DayFigures)]
pub(crate) struct Figures {
    day: String,
    /// The day is over, and what is read of it tomorrow is the same but for what was still under way.
    is_over: bool,
    /// Everything of the day is in it.
    complete: bool,
    all: Sums,
    /// Hour by hour of the day, from midnight.
    hours: Vec<Sums>,
    /// Within which time half of the videos that are done were there, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    video_median_ms: Option<i64>,
    /// Within which time 95 of 100 were.
    #[serde(skip_serializing_if = "Option::is_none")]
    video_p95_ms: Option<i64>,
    /// What money came on this day less what went back, in kopecks; absent if a currency has no rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    revenue_kopecks: Option<i64>,
    /// By how much that is more than what was made cost, in kopecks; absent where either is not known of all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    margin_kopecks: Option<i64>,
    /// The money, by rail and currency.
    tills: Vec<Till>,
    /// How often which limit has refused something, the most often first.
    refusals: Vec<Refused>,
    /// How often orders were refused for whatever else: `credits`, `feature:hd`, `moderated:violence`, `paused` …
    held_back: BTreeMap<String, u64>,
    /// Why operations came to nothing, and how often.
    errors: BTreeMap<String, u64>,
    read: ReadUnits,
}

/// What some time's operations came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureSums)]
pub(crate) struct Sums {
    requests: u64,
    completed: u64,
    failed: u64,
    /// Those that their customers took back.
    canceled: u64,
    /// Those under way.
    open: u64,
    /// What they cost, as far as that is known: in kopecks, and in millionths of a dollar.
    cost_kopecks: u64,
    cost_micro_usd: u64,
    /// Those of which nobody knows what they cost.
    unpriced: u64,
    /// Those whose cost nobody can say in kopecks, for want of a rate; they are in none of `cost_kopecks`.
    unrated: u64,
}

/// The money of a rail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureTill)]
pub(crate) struct Till {
    rail: &'static str,
    currency: &'static str,
    payments: u64,
    /// What came, in the smallest unit.
    came_minor: u64,
    /// What went back.
    back_minor: u64,
}

/// How often a limit has refused something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureRefusals)]
pub(crate) struct Refused {
    limit: String,
    times: u64,
}

/// What the answer took.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ReadUnits {
    /// Lines of the log, and movements of money.
    rows: u64,
    queries: u64,
    /// About how many read units that is: a query is half a one at least, and 25 rows are another.
    units: u64,
}

/// What a day came to, hour by hour.
#[utoipa::path(get, path = "/admin/figures", tag = "admin", params(Which),
    responses((status = 200, description = "The day's figures", body = Figures),
        (status = 422, description = "What is asked for is no day", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn figures_of_day(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(which): Asked<Which>,
    Until(deadline): Until,
) -> Result<Json<Figures>, Refusal> {
    let now = api.now();
    let period = match &which.day {
        Some(day) => Period::of(Span::Day, &zone(), day),
        None => Period::ended(Span::Day, &zone(), now.after(domain::cost::days(1))),
    };
    let no_day = || Refusal::Senseless {
        detail: "`day` is a day such as 2026-11-22".to_owned(),
        pointer: None,
    };
    let period = period.ok_or_else(no_day)?;
    let rates = api.settings.fresh(now).await?.costs.rates(period.until);
    let mut business = Business::new(period, rates);
    let mut read = ReadUnits::default();
    let (complete, held_back) = gather(&api, &mut business, &mut read, deadline).await?;
    Ok(Json(Figures {
        held_back,
        ..Figures::of(&business, complete, read, now)
    }))
}

/// Reads as much of the day as there is time for; whether that was all of it, and what has refused orders beside limits.
async fn gather(
    api: &Api,
    business: &mut Business,
    read: &mut ReadUnits,
    deadline: Deadline,
) -> Result<(bool, BTreeMap<String, u64>), Refusal> {
    let (from, until) = (business.period.from, business.period.until);
    let mut pages = api
        .requests
        .of_days(business.period.utc_days(), Some((from, until)), PAGE);
    while read.rows < LINES_MAX
        && deadline.remaining() >= STOP_WITH
        && let Some(page) = pages.next().await?
    {
        read.more(page.lines.len());
        business.unreadable = business.unreadable.saturating_add(page.unreadable);
        page.lines.iter().for_each(|line| business.add(line));
    }
    let paid = take(api, business, read, deadline).await?;
    let tallies = api.store.notes().tallies(from, until).await?;
    read.more(tallies.refused.len().saturating_add(tallies.held_back.len()));
    (business.refused, business.orphans) = (tallies.refused, tallies.orphans);
    let complete = pages.are_over() && paid && business.is_whole();
    Ok((complete, tallies.held_back))
}

/// The day's movements of money, those of each day of UTC whole; whether these are all.
async fn take(
    api: &Api,
    business: &mut Business,
    read: &mut ReadUnits,
    deadline: Deadline,
) -> Result<bool, Refusal> {
    let mut is_whole = true;
    for day in business.period.utc_days() {
        if deadline.remaining() < STOP_WITH {
            return Ok(false);
        }
        let mut moved = 0_usize;
        let payments = &api.desk.cashier.payments;
        let unread = payments.moved_up_to(MOVEMENTS_MAX, day, |movement| {
            moved = moved.saturating_add(1);
            business.move_money(&movement);
        });
        let (unread, are_all) = unread.await?;
        business.unread_payments = business.unread_payments.saturating_add(unread);
        read.more(moved);
        is_whole &= are_all;
    }
    Ok(is_whole)
}

fn rows(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl ReadUnits {
    fn more(&mut self, count: usize) {
        self.rows = self.rows.saturating_add(rows(count));
        self.queries = self.queries.saturating_add(1);
        self.units = self.queries.div_ceil(2).saturating_add(self.rows.div_ceil(25));
    }
}

impl Figures {
    fn of(business: &Business, complete: bool, read: ReadUnits, now: Timestamp) -> Self {
        let videos = business.sums.took_by(Category::VideoGen);
        let tills = business.takings.tills.iter();
        let tills = tills.map(|((rail, currency), till)| Till {
            rail: rail.as_str(),
            currency: currency.code(),
            payments: till.came.times,
            came_minor: till.came.sum.saturating_add(till.again.sum),
            back_minor: till.back(),
        });
        let refusals = business.refusals().into_iter().map(|(limit, times)| Refused {
            limit: limit.to_owned(),
            times,
        });
        let revenue = business.revenue();
        let cost = business.sums.all.whole_kopecks();
        let margin = revenue
            .zip(cost)
            .and_then(|(revenue, cost)| revenue.checked_sub(i64::try_from(cost).ok()?));
        Self {
            day: business.period.first.clone(),
            is_over: business.period.until <= now,
            complete,
            all: Sums::of(&business.sums.all),
            hours: business.parts.iter().map(Sums::of).collect(),
            video_median_ms: videos.within(50).map(|took| took.0),
            video_p95_ms: videos.within(95).map(|took| took.0),
            revenue_kopecks: revenue,
            margin_kopecks: margin.filter(|_| complete),
            tills: tills.collect(),
            refusals: refusals.collect(),
            held_back: BTreeMap::new(),
            errors: business.sums.errors.clone(),
            read,
        }
    }
}

impl Sums {
    fn of(tally: &Tally) -> Self {
        Self {
            requests: tally.requests,
            completed: tally.completed,
            failed: tally.failed,
            canceled: tally.canceled,
            open: tally.open,
            cost_kopecks: tally.kopecks(),
            cost_micro_usd: tally.cost.0,
            unpriced: tally.unpriced,
            unrated: tally.unrated,
        }
    }
}
