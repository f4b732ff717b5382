//! Days of a plan that are given, and what they make of a customer's own.

use crate::standing::{Held, Standing};
use crate::time::{Millis, Timestamp};

/// The most days that one gift brings. More is a slip of the pen.
pub const GIVEN_DAYS_MAX: u32 = 366;
/// A day, which is as long on every day of the year.
const DAY: Millis = Millis::from_mins(24 * 60);

/// Days of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanDays {
    /// Which plan.
    pub plan: String,
    /// How many days of it.
    pub days: u32,
}

/// Why they are not given to somebody now. Nothing is lost by that: the gift is not used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoDays {
    /// The customer has that plan, or another, for ever.
    Endless(String),
    /// Another plan runs. A gift never takes its place: whoever buys is shown first what becomes of the rest, and whoever
    /// types a code is not.
    Running {
        /// Which.
        plan: String,
        /// From then on the days can be had.
        until: Timestamp,
    },
}

impl PlanDays {
    /// The standing with these days in it, one revision later. The same plan goes on for longer; where none runs it begins now.
    /// While a renewal is awaited the plan runs, and its days of grace come after those that are given.
    pub fn given(&self, standing: &Standing, now: Timestamp) -> Result<Standing, NoDays> {
        let span = Millis(i64::from(self.days).saturating_mul(DAY.0));
        let held = standing.plan.as_ref().filter(|_| standing.plan_at(now).is_some());
        let Some(held) = held else {
            return Ok(self.with(standing.clone(), now.after(span), None));
        };
        let until = held.until.ok_or_else(|| NoDays::Endless(held.key.clone()))?;
        if held.key != self.plan {
            return Err(NoDays::Running {
                plan: held.key.clone(),
                until: standing.plan_grace.unwrap_or(until).max(until),
            });
        }
        // What was had since its end, while the renewal was awaited, is not taken out of a gift.
        let later = until.max(now).after(span);
        let grace = standing.plan_grace.map(|grace| grace.after(later.since(until)));
        let exchanged = standing.exchanged.clone();
        let after = self.with(standing.clone(), later, grace);
        Ok(Standing { exchanged, ..after })
    }

    fn with(&self, standing: Standing, until: Timestamp, grace: Option<Timestamp>) -> Standing {
        Standing {
            revision: standing.revision.saturating_add(1),
            plan: Some(Held {
                key: self.plan.clone(),
                until: Some(until),
            }),
            plan_grace: grace,
            exchanged: Vec::new(),
            ..standing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::Term;
    use crate::payment::term::withdraw;
    use crate::standing::Exchanged;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn gift() -> PlanDays {
        PlanDays {
            plan: "week".to_owned(),
            days: 2,
        }
    }

    fn on(plan: &str, until: Option<Timestamp>) -> Standing {
        Standing {
            revision: 4,
            plan: Some(Held {
                key: plan.to_owned(),
                until,
            }),
            tier: Some(Held {
                key: "pro".to_owned(),
                until: None,
            }),
            exchanged: vec![Exchanged {
                plan: "day".to_owned(),
                rest: Millis(1),
                time: Millis(2),
            }],
            ..Standing::default()
        }
    }

    fn in_days(days: i64) -> Timestamp {
        NOW.after(Millis(DAY.0.saturating_mul(days)))
    }

    fn end(standing: &Standing) -> Option<Timestamp> {
        standing.plan.as_ref().and_then(|plan| plan.until)
    }

    #[test]
    fn where_no_plan_runs_it_begins_now_and_brings_nothing_of_an_older_one() {
        let ended = on("month", Some(NOW));
        for before in [Standing::default(), ended, on("week", Some(Timestamp(5)))] {
            let after = gift().given(&before, NOW).unwrap();
            assert_eq!(after.plan_at(NOW), Some("week"));
            assert_eq!((end(&after), after.plan_grace), (Some(in_days(2)), None));
            assert_eq!(after.exchanged, []);
            assert_eq!(after.revision, before.revision.saturating_add(1));
            assert_eq!(after.tier, before.tier);
        }
    }

    #[test]
    fn the_same_plan_goes_on_for_longer_with_what_it_had_taken_in() {
        let before = on("week", Some(in_days(3)));
        let after = gift().given(&before, NOW).unwrap();
        assert_eq!((end(&after), after.plan_grace), (Some(in_days(5)), None));
        assert_eq!(after.exchanged, before.exchanged);
    }

    #[test]
    fn another_plan_is_not_replaced_and_one_for_ever_gets_no_end() {
        let running = |until| NoDays::Running {
            plan: "month".to_owned(),
            until,
        };
        let month = on("month", Some(in_days(3)));
        assert_eq!(gift().given(&month, NOW), Err(running(in_days(3))));
        let awaited = Standing {
            plan_grace: Some(in_days(1)),
            ..on("month", Some(Timestamp(5)))
        };
        assert_eq!(gift().given(&awaited, NOW), Err(running(in_days(1))));
        for plan in ["week", "month"] {
            let endless = NoDays::Endless(plan.to_owned());
            assert_eq!(gift().given(&on(plan, None), NOW), Err(endless));
        }
    }

    #[test]
    fn a_renewal_that_is_awaited_goes_on_being_awaited_after_the_gift() {
        let renewing = Standing {
            plan_grace: Some(in_days(6)),
            ..on("week", Some(in_days(3)))
        };
        let after = gift().given(&renewing, NOW).unwrap();
        assert_eq!(
            (end(&after), after.plan_grace),
            (Some(in_days(5)), Some(in_days(8)))
        );
        // Its end is past, and it holds by its grace alone.
        let late = Standing {
            plan_grace: Some(in_days(1)),
            ..on("week", Some(in_days(-1)))
        };
        let after = gift().given(&late, NOW).unwrap();
        assert_eq!(
            (end(&after), after.plan_grace),
            (Some(in_days(2)), Some(in_days(4)))
        );
    }

    #[test]
    fn money_that_goes_back_for_the_plan_takes_no_day_that_was_given() {
        let bought = Standing {
            exchanged: Vec::new(),
            ..on("week", Some(in_days(3)))
        };
        let after = gift().given(&bought, NOW).unwrap();
        let term = Term {
            plan: "week".to_owned(),
            days: 3,
        };
        assert_eq!(end(&withdraw(&after, &term, NOW).standing), Some(in_days(2)));
    }
}
