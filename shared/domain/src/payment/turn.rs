//! What a step of a payment does to the customer's plan and to the purchase.

use super::term::{Deal, NotBegun, Shelf, Withdrawn, begin, restore, withdraw};
use super::{Change, Record, Settlement, State, TermEffect};
use crate::purchase::{Purchase, Stage};
use crate::standing::Standing;
use crate::time::{Millis, Timestamp};

/// What a settlement makes of a standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It stays as it is.
    Stays,
    /// It is this from now on.
    Becomes(Box<Standing>),
    /// What was bought cannot begin as things are: nothing of the step may be written.
    Cannot(NotBegun),
    /// The money goes, and the customer has another plan, which no money of this one went into: it stays.
    OtherPlan,
    /// The money comes back, and the days cannot be given again: an operator has to.
    NotRestored(NotBegun),
}

impl Record {
    /// What a settlement makes of a standing. What it does to the plan's time is noted here.
    pub fn turn(
        &mut self,
        settlement: Settlement,
        standing: &Standing,
        known: Shelf<'_>,
        now: Timestamp,
    ) -> Turn {
        let (Some(term), Some(effect)) = (self.goods.term.clone(), settlement.term(&self.payment)) else {
            return Turn::Stays;
        };
        let rail = self.id().rail;
        let becomes = match effect {
            TermEffect::Begin => {
                let (term, renews) = (&term, self.renews);
                let begun = match begin(standing, Deal { term, rail, renews }, known, now) {
                    Ok(begun) => begun,
                    Err(cannot) => return Turn::Cannot(cannot),
                };
                self.ends_at = begun.standing.plan.as_ref().and_then(|plan| plan.until);
                self.bonus = begun.bonus;
                begun.standing
            }
            TermEffect::Withdraw => {
                let taken = withdraw(standing, &term, now);
                self.withdrawn = taken.time;
                self.withdrawn_of = Some(taken.plan).filter(|plan| *plan != term.plan);
                let other = standing.plan_at(now).is_some_and(|plan| plan != term.plan);
                if other && taken.standing == *standing {
                    return Turn::OtherPlan;
                }
                taken.standing
            }
            TermEffect::Restore => {
                let taken = Withdrawn {
                    plan: self.withdrawn_of.as_deref().unwrap_or(&term.plan),
                    time: self.withdrawn,
                };
                match restore(standing, (&term, taken), rail, known, now) {
                    Ok(restored) => {
                        // It is given again once.
                        self.withdrawn = Millis::ZERO;
                        restored
                    }
                    Err(cannot) => return Turn::NotRestored(cannot),
                }
            }
        };
        if becomes == *standing {
            Turn::Stays
        } else {
            Turn::Becomes(Box::new(becomes))
        }
    }
}

impl Purchase {
    /// What a change of a payment for it makes of it. `None` if it says nothing new.
    pub fn after(&self, change: &Change) -> Option<Self> {
        match (change.settlement, change.after.state) {
            (Some(Settlement::Grant), _) => {
                (!self.knows_of_payment()).then(|| self.paid(change.after.id.clone()))
            }
            (_, State::Held) => self.held(),
            // What nothing was given for has gone back: nobody is to read that the order is paid.
            (None, State::Refunded) => (self.stage == Stage::Held).then(|| self.gone()),
            _ => None,
        }
    }
}
