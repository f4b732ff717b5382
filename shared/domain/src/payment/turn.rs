//! What a step of a payment does to the customer's plan and to the purchase.

use super::term::{Deal, NotBegun, Shelf, Withdrawn, begin, restore, withdraw};
use super::{Change, Record, Settlement, State, TermEffect};
use crate::account::Account;
use crate::ledger::Key;
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
    /// Notes that its goods are given to an account as it was read: how much of them pays a debt, and when. An account
    /// that was emptied meanwhile has given up nothing of it.
    pub fn is_given_to(&mut self, account: &Account, now: Timestamp) {
        let before = account.balance;
        let key = Key::Purchase(self.id().clone());
        let left = before.apply(&key, self.goods.credits);
        let left = left.map_or(before.debt, |after| after.debt);
        self.repaid = before.debt.minus(left).unwrap_or_default();
        let erased = account.erased_at.map(|at| at.after(Millis(1)));
        self.given = Some(erased.map_or(now, |erased| erased.max(now)));
    }

    /// When its goods were given; when it was heard of, where that was never noted.
    pub fn given_at(&self) -> Timestamp {
        self.given.unwrap_or(self.payment.created_at)
    }

    /// What a settlement makes of a customer's standing. What it does to the plan's time is noted here.
    pub fn turn(
        &mut self,
        settlement: Settlement,
        account: &Account,
        known: Shelf<'_>,
        now: Timestamp,
    ) -> Turn {
        let (Some(term), Some(effect)) = (self.goods.term.clone(), settlement.term(&self.payment)) else {
            return Turn::Stays;
        };
        let (rail, standing) = (self.id().rail, &account.standing);
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
            // The plan went with everything else. What runs now was paid by other money.
            TermEffect::Withdraw if account.has_given_up(self) => return Turn::Stays,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use crate::money::{Amount, Currency};
    use crate::payment::{Goods, Misfit, Money, Offer, Payment, PaymentId, PurchaseId, Rail, Truth};

    #[test]
    fn goods_that_are_given_after_all_was_given_up_are_not_among_that_whatever_the_clock_says() {
        let truth = Truth {
            id: PaymentId::parse("yookassa#x").unwrap(),
            money: Money::Arrived,
            amount: Amount {
                minor: 1,
                currency: Currency::Rub,
            },
            refunded: 0,
            shop: None,
            purchase: None,
            payer: None,
            is_test: false,
        };
        let mut record = Record::unheard(&truth, None, Timestamp(5));
        let mut account = Account::new(UserId(7));
        assert!(!account.has_given_up(&record));
        account.erased_at = Some(Timestamp(9));
        assert!(account.has_given_up(&record));
        // The clock of whoever gives is behind that of whoever emptied the account.
        record.is_given_to(&account, Timestamp(8));
        assert!(!account.has_given_up(&record));
        account.erased_at = Some(Timestamp(10));
        assert!(account.has_given_up(&record));
    }

    #[test]
    fn a_purchase_becomes_what_its_money_makes_of_it_and_one_that_is_paid_stays_so() {
        let offer = Offer {
            id: PurchaseId::parse("buy-7-2222222222222222").unwrap(),
            goods: Goods::default(),
            rail: Rail::YooKassa,
            price: Amount {
                minor: 69_900,
                currency: Currency::Rub,
            },
            renews: false,
        };
        let (now, day) = (Timestamp(0), Millis::from_mins(24 * 60));
        let open = Purchase::new(offer, String::new(), String::new(), now, day).first();
        let id = PaymentId::parse("yookassa#22d6").unwrap();
        let unheard = Payment::unheard(id.clone(), now);
        let granted = unheard.grant();
        let held = unheard.held_for(Misfit::OtherAmount);
        let returned = |granted: bool| Change {
            after: Payment {
                state: State::Refunded,
                granted,
                ..unheard.clone()
            },
            settlement: None,
        };
        let paid = open.after(&granted).unwrap();
        assert_eq!((paid.stage, paid.paid_by.as_ref()), (Stage::Paid, Some(&id)));
        assert_eq!(paid.after(&granted), None);
        let waits = open.after(&held).unwrap();
        assert_eq!(waits.stage, Stage::Held);
        assert_eq!(waits.after(&granted).unwrap().stage, Stage::Paid);
        assert_eq!(waits.after(&returned(false)).unwrap().stage, Stage::Gone);
        // Another payment of the same purchase says nothing of the one that paid it.
        for other in [held, returned(false), returned(true)] {
            assert_eq!(paid.after(&other), None, "{other:?}");
        }
        assert_eq!(open.after(&returned(false)), None);
    }
}
