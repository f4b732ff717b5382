//! What payments make of a customer's plan: it begins, goes on for longer, takes the place of another whose rest becomes time
//! of the new one, is taken back, is given again.
//!
//! Time is reckoned in milliseconds, and a rest that is exchanged is rounded up to a minute, for the customer. It is
//! exchanged by what a day of each plan costs on one rail, without the credits that come with it: those stay with the
//! customer, and must not be given twice.

mod exchanged;

use super::{Misfit, Rail, Term};
use crate::catalog::{Pack, Plan};
use crate::money::Credits;
use crate::standing::{Exchanged, Held, Standing};
use crate::time::{Millis, Timestamp};

/// A day, which is as long on every day of the year: a term is a number of hours.
const DAY: Millis = Millis::from_mins(24 * 60);
/// The time of a plan is worth at least this part of its price, whatever its credits are worth: a half. Less, and the rest of
/// a dear plan would become years of one whose credits are most of it.
const TIME_IS_AT_LEAST: u64 = 2;
/// What a rest is rounded up to.
const MINUTE_MS: u128 = 60_000;

/// What plans and credits cost, whether or not they are on sale now: an old plan is worth what it would cost.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'s> {
    /// Every plan that there is.
    pub plans: &'s [Plan],
    /// Every pack of credits.
    pub packs: &'s [Pack],
}

/// A payment for a term.
#[derive(Clone, Copy, Debug)]
pub struct Deal<'d> {
    /// What is paid for.
    pub term: &'d Term,
    /// Where.
    pub rail: Rail,
    /// The next payment comes by itself: the plan has its days of grace after its end.
    pub renews: bool,
}

/// What a payment makes of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The standing with the plan in it.
    pub standing: Standing,
    /// The plan that ran and whose place it takes.
    pub replaces: Option<String>,
    /// What the rest of that plan has become, in time of the new one.
    pub bonus: Millis,
}

/// Why a term cannot begin. It is not sold then; where money has arrived for it all the same, an operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotBegun {
    /// The customer has a plan for ever, and would exchange it for one with an end.
    Endless(String),
    /// There is no such plan any more.
    Gone(String),
    /// What is left of another plan cannot be said in time of the new one, and would be lost.
    Running {
        /// Which.
        plan: String,
        /// From then on the new one can begin.
        until: Timestamp,
    },
}

impl NotBegun {
    /// What money for it is held for.
    pub fn misfit(&self) -> Misfit {
        match self {
            Self::Gone(_) => Misfit::PlanGone,
            Self::Endless(_) | Self::Running { .. } => Misfit::PlanRuns,
        }
    }
}

/// A plan with so much of it left.
struct Rest<'h> {
    plan: &'h str,
    until: Timestamp,
    left: Millis,
}

impl Term {
    /// How long it is.
    pub fn span(&self) -> Millis {
        days(self.days)
    }
}

fn days(days: u32) -> Millis {
    Millis(i64::from(days).saturating_mul(DAY.0))
}

/// Begins a term, or extends the plan by it. To be asked when something is offered, for what a customer is told then, and
/// again when the money has arrived.
pub fn begin(
    standing: &Standing,
    deal: Deal<'_>,
    shelf: Shelf<'_>,
    now: Timestamp,
) -> Result<Begun, NotBegun> {
    let term = deal.term;
    let plan = shelf.plan(&term.plan);
    let plan = plan.ok_or_else(|| NotBegun::Gone(term.plan.clone()))?;
    let mut others = Vec::new();
    let (from, replaces, bonus) = match running(standing, now)? {
        Some(rest) if rest.plan == term.plan => {
            others.clone_from(&standing.exchanged);
            (rest.until, None, Millis::ZERO)
        }
        Some(rest) => {
            let lost = || NotBegun::Running {
                plan: rest.plan.to_owned(),
                until: rest.until,
            };
            let bonus = shelf.exchanged(&rest, &term.plan, deal.rail).ok_or_else(lost)?;
            others = exchanged::carried(&standing.exchanged, &rest, &term.plan, bonus);
            (now, Some(rest.plan.to_owned()), bonus)
        }
        None => (
            within_grace(standing, &term.plan, now).unwrap_or(now),
            None,
            Millis::ZERO,
        ),
    };
    let until = from.after(term.span()).after(bonus);
    let grace = days(plan.grace_days);
    let plan = Held {
        key: term.plan.clone(),
        until: Some(until),
    };
    let awaited = (deal.renews && grace > Millis::ZERO).then(|| until.after(grace));
    Ok(Begun {
        standing: with_plan(standing, Some(plan), awaited, others),
        replaces,
        bonus,
    })
}

/// What is left after a term was taken back, and what that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The standing after it.
    pub standing: Standing,
    /// Time of which plan: the term's own, or the one that had taken its place.
    pub plan: String,
    /// How much.
    pub time: Millis,
}

/// Takes a term back: its days go from the end of the plan, and what is left of nothing is no plan. What the plan had
/// replaced, and nothing else, is its own plan again. Of another plan that the customer has by now go those days that the
/// term has become in it. Nobody waits for a renewal any more.
pub fn withdraw(standing: &Standing, term: &Term, now: Timestamp) -> Taken {
    let nothing = || Taken {
        standing: standing.clone(),
        plan: term.plan.clone(),
        time: Millis::ZERO,
    };
    let held = standing.plan.as_ref();
    let Some((held, until)) = held.and_then(|held| Some((held, held.until?))) else {
        return nothing();
    };
    let mut others = standing.exchanged.clone();
    let is_own = held.key == term.plan;
    let span = if is_own {
        term.span()
    } else {
        exchanged::taken(&mut others, term)
    };
    if span == Millis::ZERO {
        return nothing();
    }
    let left = Millis(until.since(now).0.max(0));
    let rest = Millis(left.0.saturating_sub(span.0).max(0));
    // What came from other plans is not the term's, whatever of its own days is gone.
    let kept = if is_own {
        rest.max(exchanged::time(&others).min(left))
    } else {
        rest
    };
    let taken = |standing| Taken {
        standing,
        plan: held.key.clone(),
        time: Millis(left.0.saturating_sub(kept.0)),
    };
    if kept == Millis::ZERO {
        return taken(with_plan(standing, None, None, Vec::new()));
    }
    if is_own
        && kept <= exchanged::time(&others)
        && let Some((plan, time)) = exchanged::reverted(&mut others, kept)
    {
        let plan = Held {
            key: plan,
            until: Some(now.after(time)),
        };
        return taken(with_plan(standing, Some(plan), None, others));
    }
    let plan = Held {
        key: held.key.clone(),
        until: Some(now.after(kept)),
    };
    let shorter = left.0.saturating_sub(kept.0);
    let grace = standing.plan_grace.filter(|_| !is_own);
    let grace = grace.map(|grace| Timestamp(grace.0.saturating_sub(shorter)));
    taken(with_plan(standing, Some(plan), grace, others))
}

/// The standing when the next payment of a plan comes by itself, or does not: only what comes is awaited for its days of
/// grace. `None` if that changes nothing.
pub fn awaiting(standing: &Standing, term: &Term, comes: bool, shelf: Shelf<'_>) -> Option<Standing> {
    let held = standing.plan.as_ref().filter(|held| held.key == term.plan)?;
    let grace = shelf.grace(&term.plan);
    let grace = held
        .until
        .filter(|_| comes && grace > Millis::ZERO)
        .map(|until| until.after(grace));
    let changes = grace != standing.plan_grace;
    changes.then(|| with_plan(standing, Some(held.clone()), grace, standing.exchanged.clone()))
}

/// What was taken back of a plan's time.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawn<'w> {
    /// Time of which plan: the term's own, or the one that had taken its place.
    pub plan: &'w str,
    /// How much.
    pub time: Millis,
}

/// Gives again what was taken back of a term, and no more: the same plan goes on for longer, another that runs by now is
/// extended by what the time is worth in it. Whoever has a plan for ever has what was given.
pub fn restore(
    standing: &Standing,
    (term, taken): (&Term, Withdrawn<'_>),
    rail: Rail,
    shelf: Shelf<'_>,
    now: Timestamp,
) -> Result<Standing, NotBegun> {
    if taken.time <= Millis::ZERO {
        return Ok(standing.clone());
    }
    let mut others = standing.exchanged.clone();
    let (key, from, time) = match running(standing, now) {
        Err(_) => return Ok(standing.clone()),
        Ok(None) => {
            others.clear();
            (taken.plan, now, taken.time)
        }
        Ok(Some(rest)) if rest.plan == taken.plan => (rest.plan, rest.until, taken.time),
        Ok(Some(rest)) => {
            let given = Rest {
                plan: taken.plan,
                until: rest.until,
                left: taken.time,
            };
            let lost = || NotBegun::Running {
                plan: rest.plan.to_owned(),
                until: rest.until,
            };
            let time = shelf.exchanged(&given, rest.plan, rail).ok_or_else(lost)?;
            (rest.plan, rest.until, time)
        }
    };
    if key != term.plan {
        let back = Rest {
            plan: key,
            until: from,
            left: time,
        };
        let rest = shelf.exchanged(&back, &term.plan, rail).unwrap_or(term.span());
        exchanged::add(&mut others, &term.plan, rest.min(term.span()), time);
    }
    let plan = Held {
        key: key.to_owned(),
        until: Some(from.after(time)),
    };
    Ok(with_plan(standing, Some(plan), None, others))
}

/// What is left of the plan that runs now, without its grace: that is nobody's property.
fn running(standing: &Standing, now: Timestamp) -> Result<Option<Rest<'_>>, NotBegun> {
    let Some(held) = &standing.plan else {
        return Ok(None);
    };
    let until = held.until.ok_or_else(|| NotBegun::Endless(held.key.clone()))?;
    Ok((now < until).then(|| Rest {
        plan: &held.key,
        until,
        left: until.since(now),
    }))
}

/// The end of a plan that is over, while its renewal is awaited: the days since then were had, and are paid for now.
fn within_grace(standing: &Standing, plan: &str, now: Timestamp) -> Option<Timestamp> {
    let held = standing.plan.as_ref().filter(|held| held.key == plan)?;
    standing.plan_grace.filter(|grace| now < *grace).and(held.until)
}

/// A standing with another plan, one revision later.
fn with_plan(
    standing: &Standing,
    plan: Option<Held>,
    grace: Option<Timestamp>,
    exchanged: Vec<Exchanged>,
) -> Standing {
    Standing {
        revision: standing.revision.saturating_add(1),
        plan,
        plan_grace: grace,
        exchanged,
        ..standing.clone()
    }
}

impl Shelf<'_> {
    fn plan(&self, key: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.key == key)
    }

    /// How long the renewal of a plan is awaited.
    fn grace(&self, key: &str) -> Millis {
        days(self.plan(key).map_or(0, |plan| plan.grace_days))
    }

    /// What is left of a plan as time of another. `None` if nobody can say: one of them is not known, no rail has a price for
    /// both, or time of the new one costs nothing.
    fn exchanged(&self, rest: &Rest<'_>, into: &str, rail: Rail) -> Option<Millis> {
        let old = self.plan(rest.plan)?;
        if old.prices.is_empty() {
            // It was given, and is never sold.
            return Some(Millis::ZERO);
        }
        let new = self.plan(into)?;
        let rails = [rail].into_iter().chain(Rail::ALL);
        let mut worth = rails.filter_map(|rail| Some((self.worth(old, rail)?, self.worth(new, rail)?)));
        let (had, wanted) = worth.next()?;
        exchange(rest.left, had, wanted)
    }

    /// What the time of a plan costs on a rail, without its credits, which are worth what the cheapest pack asks for them.
    fn worth(&self, plan: &Plan, rail: Rail) -> Option<Worth> {
        let price = plan.prices.on(rail)?.minor;
        let days = plan.days.filter(|days| *days > 0)?;
        let credits = self.credits(plan.credits, rail)?;
        // A plan whose credits alone are worth its price has a time of its own all the same.
        let floor = price.div_ceil(TIME_IS_AT_LEAST);
        let minor = price.saturating_sub(credits).max(floor);
        Some(Worth { minor, days })
    }

    /// What credits cost on a rail at least; `None` where none are sold.
    fn credits(&self, credits: Credits, rail: Rail) -> Option<u64> {
        if credits == Credits::ZERO {
            return Some(0);
        }
        let of_pack = |pack: &Pack| {
            let price = u128::from(pack.prices.on(rail)?.minor).checked_mul(u128::from(credits.0))?;
            u64::try_from(price.checked_div(u128::from(pack.credits.0))?).ok()
        };
        self.packs.iter().filter_map(of_pack).min()
    }
}

/// So much, in the smallest unit of one currency, for so many days.
#[derive(Clone, Copy)]
struct Worth {
    minor: u64,
    days: u32,
}

/// Time of one worth as time of another, rounded up to a minute; `None` if it would be without end, or is absurd.
fn exchange(left: Millis, had: Worth, wanted: Worth) -> Option<Millis> {
    if had.minor == 0 {
        return Some(Millis::ZERO);
    }
    let above = u128::try_from(left.0)
        .ok()?
        .checked_mul(u128::from(had.minor))?
        .checked_mul(u128::from(wanted.days))?;
    let below = u128::from(had.days)
        .checked_mul(u128::from(wanted.minor))?
        .checked_mul(MINUTE_MS)?;
    // Nothing is divided by a worth of nothing: time that costs nothing would be without end.
    let minutes = (below > 0).then(|| above.div_ceil(below))?;
    i64::try_from(minutes).ok().map(Millis::from_mins)
}

#[cfg(test)]
mod tests;
