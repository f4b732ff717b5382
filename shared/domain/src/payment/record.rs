//! A payment as it is kept: with what it was for, and what is still to be done about it.

mod news;

pub use news::{News, Untold};

use super::{Change, Goods, Offer, Payment, PaymentId, PurchaseId, State, Truth};
use crate::id::UserId;
use crate::money::{Amount, Credits};
use crate::time::{Millis, Timestamp};

/// A payment with what it was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Grows with every writing; 0 is not written yet.
    pub version: u32,
    /// How it stands.
    pub payment: Payment,
    /// How much came, fees not taken off.
    pub amount: Amount,
    /// No real money.
    pub is_test: bool,
    /// For which purchase, as the rail says.
    pub purchase: Option<PurchaseId>,
    /// Whose purchase it is, if it is one of ours.
    pub user: Option<UserId>,
    /// Who has paid, where the rail knows.
    pub payer: Option<UserId>,
    /// What was bought; nothing if it is nobody's.
    pub goods: Goods,
    /// The next payment comes by itself.
    pub renews: bool,
    /// When the plan that it brought ends, as far as this payment goes.
    pub ends_at: Option<Timestamp>,
    /// What of another plan went into the one that it brought, as time of that.
    pub bonus: Millis,
    /// How much of the plan's time was taken back with the money, to be given again if that comes back.
    pub withdrawn: Millis,
    /// Of which plan, if its own had been exchanged for another by then.
    pub withdrawn_of: Option<String>,
    /// How much of the credits that it brought went into a debt.
    pub repaid: Credits,
    /// When its goods were given; see [`Record::given_at`].
    pub given: Option<Timestamp>,
    /// How many of the words about that end were said.
    pub reminded: u32,
    /// What was bought, in the customer's language.
    pub title: String,
    /// The customer's language, as `ru`.
    pub locale: String,
    /// What the customer does not know yet; `None` once they do, or if there is nobody to tell.
    pub untold: Option<Untold>,
    /// Who has asked for its refund, where an operator has.
    pub refund_wanted: Option<RefundWanted>,
    /// How often the rail was asked to give the money back.
    pub refund_tries: u32,
    /// When somebody has to go on with it; `None` if nothing is to be done.
    pub due_at: Option<Timestamp>,
}

impl Reminder {
    /// Whether it is worth saying, where the next payment comes by itself, or does not.
    pub fn is_said(self, renews: bool, awaited: bool) -> bool {
        match self {
            Self::Soon | Self::Over => !(renews && awaited),
            Self::NotRenewed => awaited,
        }
    }
}

/// A word about the end of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// It ends tomorrow.
    Soon,
    /// It is over.
    Over,
    /// Its next payment was awaited and has not come.
    NotRenewed,
}

/// How long before the end of a plan a customer is told of it.
const SOON: Millis = Millis::from_mins(24 * 60);
/// A plan for fewer days needs no word about its end beforehand.
const DAYS_WORTH_A_WORD: u32 = 3;
/// The same for a plan whose payments come by themselves: they may be late by some days.
const RENEWS_WITHIN: Millis = Millis::from_mins(4 * 24 * 60);
/// How long after its end it is said that a plan is over: a renewal may be on its way.
const SETTLES: Millis = Millis::from_mins(60);

/// Who wants a payment to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundWanted {
    /// Who, as the audit's rows name them.
    pub by: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// How long the wish of the first of two who have to want a refund counts.
const WISH_COUNTS: Millis = Millis::from_mins(7 * 24 * 60);

impl RefundWanted {
    /// Whether it still counts when another wants the same: what nobody else has wanted for so long is forgotten.
    pub fn counts_at(&self, now: Timestamp) -> bool {
        now.since(self.at) <= WISH_COUNTS
    }
}

/// How long whoever made a change has to tell the customer of it before somebody else does.
const TOLD_WITHIN: Millis = Millis::from_secs(45);
/// How long whoever began a refund has to ask the rail for it before somebody else does.
const ASKED_WITHIN: Millis = Millis::from_secs(45);
/// How long something waits that could not be gone on with.
const PUT_OFF: Millis = Millis::from_mins(5);
/// The longest time between two tries of anything.
const RETRY_MAX: Millis = Millis::from_mins(6 * 60);
/// After so many vain tries a customer is told no more: they have blocked the bot, and the history says it all the same.
pub const TELLS_MAX: u32 = 12;

/// The time before the next try, doubled with each: 1, 2, 4 minutes and so on.
fn backoff(tries: u32) -> Millis {
    let minutes = 1_i64.checked_shl(tries.min(10)).unwrap_or(i64::MAX);
    Millis::from_mins(minutes).min(RETRY_MAX)
}

impl Record {
    /// One that was not heard of before, for the purchase that it names.
    pub fn unheard(truth: &Truth, offer: Option<(&Offer, &str, &str)>, now: Timestamp) -> Self {
        let (title, locale) = offer.map_or(("", ""), |(_, title, locale)| (title, locale));
        let offer = offer.map(|(offer, _, _)| offer);
        Self {
            version: 0,
            payment: Payment::unheard(truth.id.clone(), now),
            amount: truth.amount,
            is_test: truth.is_test,
            purchase: truth.purchase.clone(),
            user: offer.map(|offer| offer.id.user),
            payer: truth.payer,
            goods: offer.map(|offer| offer.goods.clone()).unwrap_or_default(),
            renews: offer.is_some_and(|offer| offer.renews),
            ends_at: None,
            bonus: Millis::ZERO,
            withdrawn: Millis::ZERO,
            withdrawn_of: None,
            repaid: Credits::ZERO,
            given: None,
            reminded: 0,
            title: title.to_owned(),
            locale: locale.to_owned(),
            untold: None,
            refund_wanted: None,
            refund_tries: 0,
            due_at: None,
        }
    }

    /// Its name.
    pub fn id(&self) -> &PaymentId {
        &self.payment.id
    }

    /// After a change that the customer is to be told of, if there is one to tell.
    #[must_use]
    pub fn after(&self, change: &Change, now: Timestamp) -> Self {
        let state = change.after.state;
        let untold = self.news(change).filter(|_| self.user.is_some());
        let due_at = match (untold, state) {
            (_, State::RefundHeld) => Some(now.after(ASKED_WITHIN)),
            (Some(_), _) => Some(now.after(TOLD_WITHIN)),
            (None, _) => None,
        };
        Self {
            payment: change.after.clone(),
            // What somebody wanted of it is over where it is credited, or credited again.
            refund_wanted: self
                .refund_wanted
                .clone()
                .filter(|_| !matches!(state, State::Credited | State::Held)),
            refund_tries: if state == State::RefundHeld {
                0
            } else {
                self.refund_tries
            },
            untold,
            due_at,
            ..self.written()
        }
    }

    /// The customer knows.
    #[must_use]
    pub fn told(&self) -> Self {
        let waits = self.payment.state == State::RefundHeld;
        let due_at = if waits {
            self.due_at
        } else {
            self.reminder().map(|(at, _)| at)
        };
        Self {
            untold: None,
            due_at,
            ..self.written()
        }
    }

    /// The next word about the end of the plan that it brought, and when it is to be said. Of a plan whose payments come by
    /// themselves each has its time too: they may have been called off by then.
    pub fn reminder(&self) -> Option<(Timestamp, Reminder)> {
        let ends_at = self.ends_at.filter(|_| self.payment.state == State::Credited)?;
        let days = self.goods.term.as_ref()?.days;
        let before = ends_at.after(Millis(SOON.0.saturating_neg()));
        match self.reminded {
            0 if days >= DAYS_WORTH_A_WORD => Some((before, Reminder::Soon)),
            0 | 1 => Some((ends_at.after(SETTLES), Reminder::Over)),
            2 if self.renews => Some((ends_at.after(RENEWS_WITHIN), Reminder::NotRenewed)),
            _ => None,
        }
    }

    /// A word about the end of the plan was said, or was not worth saying.
    #[must_use]
    pub fn reminded(&self, said: Reminder) -> Self {
        let after = Self {
            reminded: match said {
                Reminder::Soon => 1,
                Reminder::Over => 2,
                Reminder::NotRenewed => 3,
            },
            ..self.written()
        };
        Self {
            due_at: after.reminder().map(|(at, _)| at),
            ..after
        }
    }

    /// The customer could not be told; later once more, unless that was vain too often.
    #[must_use]
    pub fn not_told(&self, now: Timestamp) -> Self {
        let Some(untold) = self.untold else {
            return self.told();
        };
        let tries = untold.tries.saturating_add(1);
        if tries >= TELLS_MAX {
            return self.told();
        }
        Self {
            untold: Some(Untold { tries, ..untold }),
            due_at: Some(now.after(backoff(tries))),
            ..self.written()
        }
    }

    /// What is left of it with us.
    pub fn left(&self) -> Amount {
        Amount {
            minor: self.amount.minor.saturating_sub(self.payment.refunded),
            ..self.amount
        }
    }

    /// Whether its customer may have the money back for the asking: within so long, all of it, and nothing of it is used. What
    /// was made of a plan is not known here, so a plan is for an operator to decide.
    pub fn goes_back_for_the_asking(&self, within: Millis, available: Credits, now: Timestamp) -> bool {
        let goods = &self.goods;
        let whole = self.payment.state == State::Credited && self.payment.refunded == 0;
        let soon = now.since(self.payment.created_at) <= within;
        whole && soon && goods.term.is_none() && goods.credits <= available
    }

    /// An operator wants it to be given back, and another has to agree.
    #[must_use]
    pub fn refund_wanted(&self, wanted: RefundWanted) -> Self {
        Self {
            refund_wanted: Some(wanted),
            ..self.written()
        }
    }

    /// The rail was asked to give the money back, and it is not done yet.
    #[must_use]
    pub fn refund_asked(&self, now: Timestamp) -> Self {
        Self {
            refund_tries: self.refund_tries.saturating_add(1),
            due_at: Some(now.after(backoff(self.refund_tries))),
            ..self.written()
        }
    }

    /// It could not be gone on with: later once more.
    #[must_use]
    pub fn put_off(&self, now: Timestamp) -> Self {
        Self {
            due_at: self.due_at.map(|at| at.max(now.after(PUT_OFF))),
            ..self.written()
        }
    }

    /// The idempotency key of its refund: the same for the same refund, whoever asks, and another for the next.
    pub fn refund_key(&self) -> String {
        format!("refund.{}.{}", self.payment.id.id, self.payment.revision)
    }

    fn written(&self) -> Self {
        Self {
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests;
