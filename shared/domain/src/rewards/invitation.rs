//! Invitations: who brought whom, and what both get once the friend has done something real.
//!
//! Who was invited stands on the account that was opened by the link, so nobody can be invited who was here before, nobody
//! can invite themselves, and no circle can close: whoever invites was here earlier than whoever is invited.

use crate::account::Account;
use crate::id::{Nonce, UserId, shard_of};
use crate::money::Credits;
use crate::payment::{Record, State};
use crate::time::{Millis, Timestamp};
use crate::window::{Period, Schedule};

/// What the friend must have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Bought something, and kept it.
    Purchase,
    /// Had something made, or bought something.
    Order,
}

/// What an invitation brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// To whoever has invited.
    pub inviter: Credits,
    /// To whoever has come.
    pub friend: Credits,
    /// For what.
    pub deed: Deed,
    /// How long a purchase must stand: money that goes back by then brings nobody anything.
    pub after: Millis,
    /// Invitations of one customer that are rewarded within a calendar month of Moscow.
    pub per_month: u32,
    /// Invitations of one customer that are rewarded at all.
    pub in_all: u32,
}

/// What one customer's invitations have come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invites {
    /// Whose they are.
    pub user: UserId,
    /// What stands in the customer's link: it says nothing about them.
    pub code: Nonce,
    /// How many were rewarded.
    pub in_all: u32,
    /// When the month began that the next is about.
    pub month: Timestamp,
    /// How many were rewarded in that month.
    pub in_month: u32,
    /// Grows with every writing; 0 is not written yet.
    pub revision: u32,
}

impl Invites {
    /// Those of somebody who has invited nobody yet.
    pub fn new(user: UserId, code: Nonce) -> Self {
        Self {
            user,
            code,
            in_all: 0,
            month: Timestamp(0),
            in_month: 0,
            revision: 0,
        }
    }

    /// How many more are rewarded in this month, and how many more at all.
    pub fn left(&self, referral: &Referral, now: Timestamp) -> (u32, u32) {
        let in_month = if self.month == month_of(now) {
            self.in_month
        } else {
            0
        };
        let in_all = referral.in_all.saturating_sub(self.in_all);
        (referral.per_month.saturating_sub(in_month).min(in_all), in_all)
    }

    /// With one more rewarded, a revision later; `None` if that would be too many.
    pub fn rewarded(&self, referral: &Referral, now: Timestamp) -> Option<Self> {
        let (in_month, _) = self.left(referral, now);
        if in_month == 0 {
            return None;
        }
        let month = month_of(now);
        let before = if self.month == month { self.in_month } else { 0 };
        Some(Self {
            in_all: self.in_all.saturating_add(1),
            month,
            in_month: before.saturating_add(1),
            revision: self.revision.saturating_add(1),
            ..self.clone()
        })
    }
}

/// When the calendar month of Moscow began.
fn month_of(now: Timestamp) -> Timestamp {
    let months = Schedule {
        period: Period::Month,
        anchor_minutes: 0,
        ..Schedule::moscow_day()
    };
    months.window_at(now).starts_at
}

/// An invitation that is to be looked at: whether the friend has done what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Who was invited.
    pub friend: UserId,
    /// When it is to be looked at next; `None` if nothing is to be looked for any more.
    pub due_at: Option<Timestamp>,
}

/// What has been done, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deeds {
    /// Enough.
    Done,
    /// Not yet, and then it is to be looked at again.
    Awaited(Timestamp),
    /// Nothing that counts: the next order or purchase is looked at anew.
    None,
}

/// How soon an order that is open is looked at again.
const OPEN_LOOKED_AGAIN: Millis = Millis::from_mins(10);
/// How soon money that may go back is looked at again.
const HELD_LOOKED_AGAIN: Millis = Millis::from_mins(24 * 60);

impl Referral {
    /// What a friend has done, by the account and what was paid for it.
    pub fn deeds<'r>(
        &self,
        friend: &Account,
        paid: impl IntoIterator<Item = &'r Record>,
        now: Timestamp,
    ) -> Deeds {
        let mut deeds = Deeds::None;
        if self.deed == Deed::Order {
            if friend.balance.captured > Credits::ZERO {
                return Deeds::Done;
            }
            if !friend.active_jobs.is_empty() {
                deeds = Deeds::Awaited(now.after(OPEN_LOOKED_AGAIN));
            }
        }
        for record in paid {
            let stands_at = match record.payment.state {
                State::Credited => record.payment.created_at.after(self.after),
                State::RefundHeld => now.after(HELD_LOOKED_AGAIN),
                State::New | State::Held | State::Void | State::Refunded | State::ChargedBack => continue,
            };
            if record.payment.state == State::Credited && stands_at <= now {
                return Deeds::Done;
            }
            deeds = match deeds {
                Deeds::Awaited(at) => Deeds::Awaited(at.min(stands_at)),
                Deeds::Done | Deeds::None => Deeds::Awaited(stands_at),
            };
        }
        deeds
    }
}

impl Invitation {
    /// The shard of the index of what is due in which it lies.
    pub fn shard(&self) -> u32 {
        shard_of(&self.friend.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{JobId, NONCE_CHARS};

    const DAY: Millis = Millis::from_mins(24 * 60);
    /// 2026-11-21 12:00 in Moscow.
    const NOON: Timestamp = Timestamp(1_795_251_600_000);

    fn referral(deed: Deed) -> Referral {
        Referral {
            inviter: Credits(2),
            friend: Credits(1),
            deed,
            after: DAY,
            per_month: 2,
            in_all: 3,
        }
    }

    fn nonce() -> Nonce {
        Nonce::from_random([3; NONCE_CHARS])
    }

    #[test]
    fn so_many_are_rewarded_in_a_month_and_so_many_at_all() {
        let rules = referral(Deed::Purchase);
        let none = Invites::new(UserId(7), nonce());
        assert_eq!(none.left(&rules, NOON), (2, 3));
        let one = none.rewarded(&rules, NOON).unwrap();
        let two = one.rewarded(&rules, NOON).unwrap();
        assert_eq!((two.revision, two.left(&rules, NOON)), (2, (0, 1)));
        assert_eq!(two.rewarded(&rules, NOON), None);
        // 2026-12-01 00:00 in Moscow.
        let december = Timestamp::parse_rfc3339("2026-11-30T21:00:00Z").unwrap();
        let before = Timestamp(december.0 - 1);
        assert_eq!(two.rewarded(&rules, before), None);
        let three = two.rewarded(&rules, december).unwrap();
        assert_eq!((three.in_all, three.in_month), (3, 1));
        assert_eq!(three.left(&rules, december), (0, 0));
        assert_eq!(three.rewarded(&rules, december), None);
    }

    fn paid(state: State) -> Record {
        use crate::money::{Amount, Currency};
        use crate::payment::{Money, PaymentId, Rail, Truth};
        let truth = Truth {
            id: PaymentId {
                rail: Rail::YooKassa,
                id: "1".to_owned(),
            },
            money: Money::Arrived,
            amount: Amount {
                minor: 100,
                currency: Currency::Rub,
            },
            refunded: 0,
            shop: None,
            purchase: None,
            payer: None,
            is_test: false,
        };
        let mut record = Record::unheard(&truth, None, NOON);
        record.payment.state = state;
        record
    }

    #[test]
    fn a_purchase_counts_once_it_has_stood_for_its_time_and_not_if_it_went_back() {
        let rules = referral(Deed::Purchase);
        let friend = Account::new(UserId(8));
        let at = |state, now| rules.deeds(&friend, [&paid(state)], now);
        let stands = NOON.after(DAY);
        assert_eq!(at(State::Credited, NOON), Deeds::Awaited(stands));
        assert_eq!(
            at(State::Credited, Timestamp(stands.0 - 1)),
            Deeds::Awaited(stands)
        );
        assert_eq!(at(State::Credited, stands), Deeds::Done);
        assert_eq!(at(State::RefundHeld, stands), Deeds::Awaited(stands.after(DAY)));
        for gone in [
            State::New,
            State::Held,
            State::Void,
            State::Refunded,
            State::ChargedBack,
        ] {
            assert_eq!(at(gone, stands), Deeds::None, "{gone:?}");
        }
        assert_eq!(rules.deeds(&friend, [], stands), Deeds::None);
    }

    #[test]
    fn an_order_counts_once_it_is_paid_for_where_orders_count() {
        let mut friend = Account::new(UserId(8));
        friend.active_jobs.insert(JobId {
            user: UserId(8),
            nonce: nonce(),
        });
        let of = |deed, friend: &Account| referral(deed).deeds(friend, [], NOON);
        assert_eq!(
            of(Deed::Order, &friend),
            Deeds::Awaited(NOON.after(OPEN_LOOKED_AGAIN))
        );
        friend.balance.captured = Credits(1);
        assert_eq!(of(Deed::Order, &friend), Deeds::Done);
        assert_eq!(of(Deed::Purchase, &friend), Deeds::None);
    }
}
