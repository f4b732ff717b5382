//! What follows from a rail's word.

use super::{Change, Misfit, Money, Offer, Payment, Rail, Settlement, State, Till, Truth, Unchanged};
use crate::money::Credits;

impl Payment {
    /// What follows from the rail's word about this payment, given the purchase that it names and where we take money.
    /// One step at a time: whoever asks goes on with what came of it until nothing changes any more, and order, doubling
    /// and loss of notices do not matter.
    pub fn told(&self, truth: &Truth, offer: Option<&Offer>, till: &Till) -> Result<Change, Unchanged> {
        match self.state {
            State::New | State::Void => self.told_first(truth, offer, till),
            State::Held => self.told_while_held(truth),
            State::Credited => self.told_of_credited(truth, offer),
            State::RefundHeld => self.told_of_refund(truth),
            State::ChargedBack if self.granted => self.told_of_dispute(truth),
            State::ChargedBack => self.told_of_lost(truth, offer, till),
            State::Refunded => self.told_of_returned(truth, offer, till),
        }
    }

    /// Whether a change says that money which had gone back is ours again. Nobody may go by a truth that was read before it
    /// went back: such a change is made only on one that is younger than the payment as it was read.
    pub fn is_undone_by(&self, change: &Change) -> bool {
        change.after.refunded < self.refunded
    }

    /// Nothing was given for it yet. A purchase that was given up for lost is as good as a fresh one: money is money.
    fn told_first(&self, truth: &Truth, offer: Option<&Offer>, till: &Till) -> Result<Change, Unchanged> {
        match truth.money {
            Money::Awaited | Money::Underway => Err(Unchanged::Known),
            Money::Canceled if self.state == State::Void => Err(Unchanged::Known),
            Money::Canceled => Ok(only(self.becomes(State::Void))),
            Money::Disputed => Ok(only(self.returned(State::ChargedBack, truth))),
            Money::Arrived if is_whole(truth) => Ok(only(self.returned(State::Refunded, truth))),
            Money::Arrived => match misfit(truth, offer, till) {
                Some(misfit) => Ok(self.held_for(misfit)),
                None => Ok(self.grant()),
            },
        }
    }

    /// The bank had taken the money before anything was given for it. If it has come back, it is as if it had just come.
    fn told_of_lost(&self, truth: &Truth, offer: Option<&Offer>, till: &Till) -> Result<Change, Unchanged> {
        match truth.money {
            Money::Arrived => self.told_first(truth, offer, till),
            Money::Disputed | Money::Awaited | Money::Underway | Money::Canceled => Err(Unchanged::Known),
        }
    }

    /// The goods are given.
    pub(super) fn grant(&self) -> Change {
        let mut after = self.becomes(State::Credited);
        after.granted = true;
        after.misfit = None;
        after.refunded = 0;
        Change {
            after,
            settlement: Some(Settlement::Grant),
        }
    }

    /// The goods cannot be given as things are, though the money fits: an operator decides.
    pub fn held_for(&self, misfit: Misfit) -> Change {
        let mut after = self.becomes(State::Held);
        after.misfit = Some(misfit);
        after.refunded = 0;
        only(after)
    }

    /// Nothing was given for it, and an operator is to decide; unless there is nothing left to decide about.
    fn told_while_held(&self, truth: &Truth) -> Result<Change, Unchanged> {
        match truth.money {
            Money::Disputed => Ok(only(self.returned(State::ChargedBack, truth))),
            Money::Arrived if is_whole(truth) => Ok(only(self.returned(State::Refunded, truth))),
            Money::Arrived | Money::Awaited | Money::Underway | Money::Canceled => Err(Unchanged::Known),
        }
    }

    fn told_of_credited(&self, truth: &Truth, offer: Option<&Offer>) -> Result<Change, Unchanged> {
        let given = offer.map_or(Credits::ZERO, |offer| offer.goods.credits);
        let (state, refunded) = match truth.money {
            Money::Awaited | Money::Underway | Money::Canceled => return Err(Unchanged::Astray),
            Money::Disputed => (State::ChargedBack, truth.amount.minor),
            Money::Arrived if truth.refunded == self.refunded => return Err(Unchanged::Known),
            Money::Arrived if truth.refunded < self.refunded => return self.undone(),
            Money::Arrived if is_whole(truth) => (State::Refunded, truth.refunded),
            Money::Arrived => (State::Credited, truth.refunded),
        };
        let back = if state == State::Credited {
            share(given, refunded, truth.amount.minor)
        } else {
            given
        };
        let credits = back.minus(self.clawed).unwrap_or(Credits::ZERO);
        let mut after = self.becomes(state);
        after.refunded = refunded;
        after.clawed = self.clawed.max(back);
        Ok(Change {
            after,
            settlement: Some(Settlement::Claw(credits)),
        })
    }

    fn told_of_refund(&self, truth: &Truth) -> Result<Change, Unchanged> {
        let state = match truth.money {
            Money::Awaited | Money::Underway | Money::Canceled => return Err(Unchanged::Astray),
            Money::Disputed => State::ChargedBack,
            Money::Arrived if is_whole(truth) => State::Refunded,
            Money::Arrived => return Err(Unchanged::Known),
        };
        let mut after = self.returned(state, truth);
        after.clawed = self.clawed.plus(self.aside).unwrap_or(self.clawed);
        after.aside = Credits::ZERO;
        if !self.granted {
            return Ok(only(after));
        }
        Ok(Change {
            after,
            settlement: Some(Settlement::TakeAside(self.aside)),
        })
    }

    /// The bank had taken the money. If it has come back, so do the goods.
    fn told_of_dispute(&self, truth: &Truth) -> Result<Change, Unchanged> {
        match truth.money {
            Money::Arrived if is_whole(truth) => Ok(only(self.becomes(State::Refunded))),
            Money::Arrived => Ok(self.restored()),
            Money::Disputed | Money::Awaited | Money::Underway | Money::Canceled => Err(Unchanged::Known),
        }
    }

    /// All of the money had gone back. A refund that a rail has taken on may fail yet, on a closed card: then the money is
    /// ours again, and the goods are the customer's, if they ever were; else it is as if it had just come.
    fn told_of_returned(
        &self,
        truth: &Truth,
        offer: Option<&Offer>,
        till: &Till,
    ) -> Result<Change, Unchanged> {
        match truth.money {
            Money::Arrived if truth.refunded >= self.refunded => Err(Unchanged::Known),
            Money::Arrived if self.granted => self.undone(),
            Money::Arrived if self.id.rail != Rail::Stars => self.told_first(truth, offer, till),
            Money::Arrived | Money::Disputed | Money::Awaited | Money::Underway | Money::Canceled => {
                Err(Unchanged::Known)
            }
        }
    }

    /// A refund has come undone. Of Stars each movement is told by itself, and what came says nothing of what went.
    fn undone(&self) -> Result<Change, Unchanged> {
        if self.id.rail == Rail::Stars {
            return Err(Unchanged::Known);
        }
        Ok(self.restored())
    }

    /// All that went back is given again; a part that is gone all the same is the next step.
    fn restored(&self) -> Change {
        let mut after = self.becomes(State::Credited);
        after.refunded = 0;
        after.clawed = Credits::ZERO;
        Change {
            after,
            settlement: Some(Settlement::Restore(self.clawed)),
        }
    }

    fn returned(&self, state: State, truth: &Truth) -> Self {
        let mut after = self.becomes(state);
        after.refunded = truth.amount.minor;
        after
    }
}

/// A change that leaves the account alone.
pub(super) fn only(after: Payment) -> Change {
    Change {
        after,
        settlement: None,
    }
}

/// Whether all of the money went back.
fn is_whole(truth: &Truth) -> bool {
    truth.refunded > 0 && truth.refunded >= truth.amount.minor
}

/// The credits that go with a part of the money, rounded in the customer's favour.
fn share(credits: Credits, part: u64, whole: u64) -> Credits {
    let product = u128::from(credits.0).saturating_mul(u128::from(part));
    let share = product.checked_div(u128::from(whole)).unwrap_or(0);
    Credits(u32::try_from(share).unwrap_or(u32::MAX).min(credits.0))
}

/// What the truth does not fit, if anything. That it is nobody's comes first: without a purchase there is nothing to compare.
fn misfit(truth: &Truth, offer: Option<&Offer>, till: &Till) -> Option<Misfit> {
    let Some(offer) = offer.filter(|offer| Some(&offer.id) == truth.purchase.as_ref()) else {
        return Some(Misfit::NoPurchase);
    };
    let checks = [
        (offer.rail == truth.id.rail, Misfit::OtherRail),
        (offer.price == truth.amount, Misfit::OtherAmount),
        (till.shop == truth.shop, Misfit::OtherShop),
        (
            truth.payer.is_none_or(|payer| payer == offer.id.user),
            Misfit::OtherPayer,
        ),
        (till.takes_test || !truth.is_test, Misfit::Test),
    ];
    checks
        .into_iter()
        .find_map(|(fits, misfit)| (!fits).then_some(misfit))
}
