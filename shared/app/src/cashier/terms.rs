//! What a payment does to a customer's plan.

use domain::account::Account;
use domain::payment::term::{Deal, NotBegun, Withdrawn, begin, restore, withdraw};
use domain::payment::{Record, Settlement, TermEffect};
use domain::standing::Standing;
use domain::time::Millis;

use super::{Cashier, Error};

/// What a settlement makes of a standing.
pub(super) enum Turn {
    /// It stays as it is.
    Stays,
    /// It is this from now on.
    Becomes(Box<Standing>),
    /// What was bought cannot begin as things are.
    Cannot(NotBegun),
}

impl Cashier {
    /// The standing after a settlement. What that did to the plan's time is noted in the record.
    pub(super) async fn turn(
        &self,
        settlement: Settlement,
        after: &mut Record,
        account: &Account,
    ) -> Result<Turn, Error> {
        let (Some(term), Some(effect)) = (after.goods.term.clone(), settlement.term(&after.payment)) else {
            return Ok(Turn::Stays);
        };
        let now = self.env.now();
        let snapshot = self.settings.fresh(now).await?;
        let known = snapshot.shelf();
        let (standing, rail) = (&account.standing, after.id().rail);
        let becomes = match effect {
            TermEffect::Begin => {
                let (term, renews) = (&term, after.renews);
                let begun = match begin(standing, Deal { term, rail, renews }, known, now) {
                    Ok(begun) => begun,
                    Err(cannot) => return Ok(Turn::Cannot(cannot)),
                };
                after.ends_at = begun.standing.plan.as_ref().and_then(|plan| plan.until);
                after.bonus = begun.bonus;
                begun.standing
            }
            TermEffect::Withdraw => {
                let taken = withdraw(standing, &term, now);
                let other = standing.plan_at(now).is_some_and(|plan| plan != term.plan);
                if other && taken.standing == *standing {
                    // An operator has given it another since: whether that goes as well is for them to say.
                    tracing::error!(payment = %after.id(), "money for a plan goes back, and the customer has another");
                }
                after.withdrawn = taken.time;
                after.withdrawn_of = Some(taken.plan).filter(|plan| *plan != term.plan);
                taken.standing
            }
            TermEffect::Restore => {
                let taken = Withdrawn {
                    plan: after.withdrawn_of.as_deref().unwrap_or(&term.plan),
                    time: after.withdrawn,
                };
                match restore(standing, (&term, taken), rail, known, now) {
                    Ok(standing) => {
                        // It is given again once.
                        after.withdrawn = Millis::ZERO;
                        standing
                    }
                    Err(cannot) => {
                        // The credits come back all the same; the days are for an operator to give.
                        tracing::error!(payment = %after.id(), ?cannot, "the days of a plan could not be given again");
                        return Ok(Turn::Stays);
                    }
                }
            }
        };
        Ok(if becomes == *standing {
            Turn::Stays
        } else {
            Turn::Becomes(Box::new(becomes))
        })
    }
}
