//! Money that becomes ours, or ceases to be, at a moment.
//!
//! A payment says how it stands; whoever adds up days needs to know when it came to that. So each change of what is ours of
//! it is a line of its own, written with the payment and never changed: what came on Monday and went back on Friday is
//! Monday's revenue and Friday's loss, however late anybody asks.

use std::cmp::Ordering;

use super::{Goods, Payment, PaymentId, Record, State};
use crate::money::Amount;
use crate::time::Timestamp;

/// What happened to money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moved {
    /// It came, and its goods were given.
    Came,
    /// It had come before and did not fit; an operator has accepted it.
    Accepted,
    /// It went back to the customer.
    Refunded,
    /// The customer's bank took it back.
    ChargedBack,
    /// It had gone back, and is ours again: the bank decided for us, or a refund failed.
    CameAgain,
}

impl Moved {
    /// All that there are.
    pub const ALL: [Self; 5] = [
        Self::Came,
        Self::Accepted,
        Self::Refunded,
        Self::ChargedBack,
        Self::CameAgain,
    ];

    /// Its name in rows: `charged_back`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Accepted => "accepted",
            Self::Refunded => "refunded",
            Self::ChargedBack => "charged_back",
            Self::CameAgain => "came_again",
        }
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|moved| moved.as_str() == name)
    }

    /// Whether there is more of ours after it.
    pub fn is_gain(self) -> bool {
        matches!(self, Self::Came | Self::Accepted | Self::CameAgain)
    }

    /// Whether something was sold by it.
    pub fn is_sale(self) -> bool {
        matches!(self, Self::Came | Self::Accepted)
    }
}

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Of which payment.
    pub payment: PaymentId,
    /// The payment's revision after it: there is one movement of each at most.
    pub revision: u32,
    /// What happened.
    pub what: Moved,
    /// To how much.
    pub amount: Amount,
    /// What was bought.
    pub goods: Goods,
    /// When.
    pub at: Timestamp,
    /// When the payment was first heard of.
    pub heard_at: Timestamp,
}

impl Record {
    /// What is ours of it, in its currency's smallest unit: what came for goods that were given, less what went back.
    /// Money that is no real one never is.
    pub fn ours(&self) -> u64 {
        self.ours_of(&self.payment)
    }

    fn ours_of(&self, payment: &Payment) -> u64 {
        if payment.granted && !self.is_test {
            self.amount.minor.saturating_sub(payment.refunded)
        } else {
            0
        }
    }

    /// What a change of the payment moves; `None` where as much is ours as before.
    pub fn movement(&self, before: &Payment, at: Timestamp) -> Option<Movement> {
        let (was, is) = (self.ours_of(before), self.ours());
        let what = match is.cmp(&was) {
            Ordering::Equal => return None,
            Ordering::Less if self.payment.state == State::ChargedBack => Moved::ChargedBack,
            Ordering::Less => Moved::Refunded,
            Ordering::Greater if before.granted => Moved::CameAgain,
            Ordering::Greater if before.state == State::Held => Moved::Accepted,
            Ordering::Greater => Moved::Came,
        };
        Some(Movement {
            payment: self.id().clone(),
            revision: self.payment.revision,
            what,
            amount: Amount {
                minor: is.abs_diff(was),
                ..self.amount
            },
            goods: self.goods.clone(),
            at,
            heard_at: self.payment.created_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::payment::{Money, Truth};

    fn record(is_test: bool) -> Record {
        let truth = Truth {
            id: PaymentId::parse("yookassa#22d6").unwrap(),
            money: Money::Arrived,
            amount: Amount {
                minor: 149_000,
                currency: Currency::Rub,
            },
            refunded: 0,
            shop: None,
            purchase: None,
            payer: None,
            is_test,
        };
        Record::unheard(&truth, None, Timestamp(5))
    }

    fn payment(state: State, granted: bool, refunded: u64) -> Payment {
        Payment {
            state,
            granted,
            refunded,
            revision: 4,
            ..record(false).payment
        }
    }

    fn moved(before: &Payment, after: Payment) -> Option<(Moved, u64)> {
        let after = Record {
            payment: after,
            ..record(false)
        };
        let movement = after.movement(before, Timestamp(9))?;
        assert_eq!(
            (movement.at, movement.heard_at, movement.revision),
            (Timestamp(9), Timestamp(5), 4)
        );
        Some((movement.what, movement.amount.minor))
    }

    #[test]
    fn money_is_ours_from_when_its_goods_are_given_until_it_goes_back() {
        let credited = |refunded| payment(State::Credited, true, refunded);
        let of = |state| payment(state, false, 0);
        let gone = |state| payment(state, true, 149_000);
        for (before, after, what) in [
            (of(State::New), credited(0), Some((Moved::Came, 149_000))),
            (of(State::Void), credited(0), Some((Moved::Came, 149_000))),
            (of(State::Held), credited(0), Some((Moved::Accepted, 149_000))),
            (of(State::New), of(State::Held), None),
            (credited(0), credited(49_000), Some((Moved::Refunded, 49_000))),
            (
                credited(49_000),
                gone(State::Refunded),
                Some((Moved::Refunded, 100_000)),
            ),
            (credited(0), payment(State::RefundHeld, true, 0), None),
            (
                payment(State::RefundHeld, true, 0),
                gone(State::Refunded),
                Some((Moved::Refunded, 149_000)),
            ),
            (
                credited(49_000),
                gone(State::ChargedBack),
                Some((Moved::ChargedBack, 100_000)),
            ),
            (gone(State::ChargedBack), gone(State::Refunded), None),
            (
                gone(State::ChargedBack),
                credited(0),
                Some((Moved::CameAgain, 149_000)),
            ),
            (credited(49_000), credited(0), Some((Moved::CameAgain, 49_000))),
            // What was never ours does not go back from us.
            (of(State::Held), payment(State::Refunded, false, 149_000), None),
            (of(State::New), payment(State::ChargedBack, false, 149_000), None),
            (
                payment(State::ChargedBack, false, 149_000),
                credited(0),
                Some((Moved::Came, 149_000)),
            ),
        ] {
            assert_eq!(moved(&before, after.clone()), what, "{before:?} {after:?}");
        }
    }

    #[test]
    fn money_that_is_none_moves_nothing() {
        let test = Record {
            payment: payment(State::Credited, true, 0),
            ..record(true)
        };
        assert_eq!(
            (
                test.ours(),
                test.movement(&payment(State::New, false, 0), Timestamp(9))
            ),
            (0, None)
        );
    }

    #[test]
    fn names_are_read_as_they_are_written_and_a_sale_is_a_gain() {
        for moved in Moved::ALL {
            assert_eq!(Moved::parse(moved.as_str()), Some(moved));
            assert!(moved.is_gain() || !moved.is_sale());
        }
        assert_eq!(Moved::parse("gone"), None);
    }
}
