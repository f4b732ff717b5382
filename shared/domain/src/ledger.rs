//! The ledger: one immutable entry for every change of an account's credits. **An entry's key is its idempotency**: a
//! second attempt at the same change finds the key taken. Folding a user's entries gives the balance (invariant I14).

use std::fmt;

use crate::account::Balance;
use crate::id::{JobId, UserId};
use crate::money::Credits;
use crate::payment::PaymentId;
use crate::rewards::PromoCode;
use crate::time::Timestamp;

/// What happened to the credits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The newcomer's gift, once for ever.
    Signup,
    /// Credits given by an operator, once per request.
    Adjust(String),
    /// Given for a promo code, once for each code.
    Promo(PromoCode),
    /// The bonus of the day that began then.
    Bonus(Timestamp),
    /// Given because somebody has brought this customer here, once for ever.
    Invited,
    /// Given because this customer has brought that one here.
    Invite(UserId),
    /// Given up by the customer, who had everything deleted then.
    Forfeit(Timestamp),
    /// Set aside for a job.
    Hold(JobId),
    /// Spent: the job's video was delivered or parked.
    Capture(JobId),
    /// Given back: the job failed or was canceled.
    Release(JobId),
    /// Bought: the money has arrived. Once for each payment.
    Purchase(PaymentId),
    /// What became of a payment afterwards, once for each of its revisions.
    Payment(After, PaymentId, u32),
}

/// What may become of credits after they were bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum After {
    /// Gone with money that went back without us; what was spent is debt.
    Clawed,
    /// Given again: the bank has decided for us.
    Restored,
    /// Set aside while money is given back.
    SetAside,
    /// Gone with the money.
    TakenAside,
    /// Free again: the money was not given back.
    PutBack,
    /// Taken from what the customer had given up, for money that goes back and was paid before.
    Recalled,
}

impl After {
    /// All that there are.
    pub const ALL: [Self; 6] = [
        Self::Clawed,
        Self::Restored,
        Self::SetAside,
        Self::TakenAside,
        Self::PutBack,
        Self::Recalled,
    ];

    /// Its name in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clawed => "clawback",
            Self::Restored => "restore",
            Self::SetAside => "aside",
            Self::TakenAside => "refund",
            Self::PutBack => "putback",
            Self::Recalled => "recall",
        }
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened, and to what.
    pub key: Key,
    /// How many credits.
    pub amount: Credits,
    /// When.
    pub at: Timestamp,
}

/// What the key of a bought grant begins with.
const PURCHASE: &str = "grant#purchase#";

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signup => f.write_str("grant#signup"),
            Self::Adjust(request) => write!(f, "adjust#{request}"),
            Self::Promo(code) => write!(f, "promo#{code}"),
            Self::Bonus(day) => write!(f, "bonus#{}", day.0),
            Self::Invited => f.write_str("grant#invited"),
            Self::Invite(friend) => write!(f, "invite#{friend}"),
            Self::Forfeit(at) => write!(f, "forfeit#{}", at.0),
            Self::Hold(job) => write!(f, "hold#{job}"),
            Self::Capture(job) => write!(f, "capture#{job}"),
            Self::Release(job) => write!(f, "release#{job}"),
            Self::Purchase(payment) => write!(f, "{PURCHASE}{payment}"),
            Self::Payment(after, payment, revision) => {
                write!(f, "{}#{revision}#{payment}", after.as_str())
            }
        }
    }
}

impl Key {
    /// Whether it brings a customer credits that were never theirs: bought, or given.
    pub fn gives(&self) -> bool {
        // Each by its name: a kind that is new has to say which it is.
        match self {
            Self::Signup
            | Self::Adjust(_)
            | Self::Promo(_)
            | Self::Bonus(_)
            | Self::Invited
            | Self::Invite(_)
            | Self::Purchase(_) => true,
            Self::Forfeit(_) | Self::Hold(_) | Self::Capture(_) | Self::Release(_) | Self::Payment(..) => {
                false
            }
        }
    }

    /// Reads a stored key; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(payment) = text.strip_prefix(PURCHASE) {
            return PaymentId::parse(payment).map(Self::Purchase);
        }
        match text.split_once('#')? {
            ("grant", "signup") => Some(Self::Signup),
            ("grant", "invited") => Some(Self::Invited),
            ("promo", code) => PromoCode::read(code)
                .filter(|read| read.as_str() == code)
                .map(Self::Promo),
            ("bonus", day) => day.parse().ok().map(|day| Self::Bonus(Timestamp(day))),
            ("invite", friend) => friend.parse().ok().map(|friend| Self::Invite(UserId(friend))),
            ("forfeit", at) => at.parse().ok().map(|at| Self::Forfeit(Timestamp(at))),
            ("adjust", request) => Some(Self::Adjust(request.to_owned())),
            ("hold", job) => JobId::parse(job).map(Self::Hold),
            ("capture", job) => JobId::parse(job).map(Self::Capture),
            ("release", job) => JobId::parse(job).map(Self::Release),
            (name, rest) => {
                let after = After::ALL.into_iter().find(|after| after.as_str() == name)?;
                let (revision, payment) = rest.split_once('#')?;
                let revision = revision.parse().ok()?;
                Some(Self::Payment(after, PaymentId::parse(payment)?, revision))
            }
        }
    }
}

/// Why a balance cannot take an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsound {
    /// It would set aside more than there is.
    NotEnoughAvailable,
    /// It would spend or give back more than is set aside.
    NotEnoughHeld,
    /// It would give again more than had gone.
    NotEnoughClawed,
    /// It would recall more than was given up.
    NotEnoughForfeited,
    /// A sum would not fit.
    Overflow,
}

/// One sum more.
fn more(sum: &mut Credits, amount: Credits) -> Result<(), Unsound> {
    *sum = sum.plus(amount).ok_or(Unsound::Overflow)?;
    Ok(())
}

/// One sum less.
fn less(sum: &mut Credits, amount: Credits, why: Unsound) -> Result<(), Unsound> {
    *sum = sum.minus(amount).ok_or(why)?;
    Ok(())
}

impl Balance {
    /// The balance after one entry. What is given pays debt first.
    pub fn apply(self, key: &Key, amount: Credits) -> Result<Self, Unsound> {
        let mut after = self;
        match key {
            Key::Signup
            | Key::Adjust(_)
            | Key::Promo(_)
            | Key::Bonus(_)
            | Key::Invited
            | Key::Invite(_)
            | Key::Purchase(_) => {
                more(&mut after.available, amount)?;
                more(&mut after.granted, amount)?;
                after = after.repaid();
            }
            Key::Hold(_) => {
                less(&mut after.available, amount, Unsound::NotEnoughAvailable)?;
                more(&mut after.held, amount)?;
            }
            Key::Capture(_) => {
                less(&mut after.held, amount, Unsound::NotEnoughHeld)?;
                more(&mut after.captured, amount)?;
            }
            Key::Release(_) => {
                less(&mut after.held, amount, Unsound::NotEnoughHeld)?;
                more(&mut after.available, amount)?;
            }
            Key::Forfeit(_) => {
                less(&mut after.available, amount, Unsound::NotEnoughAvailable)?;
                more(&mut after.forfeited, amount)?;
            }
            Key::Payment(what, _, _) => after.payment(*what, amount)?,
        }
        Ok(after)
    }

    fn payment(&mut self, what: After, amount: Credits) -> Result<(), Unsound> {
        match what {
            After::Clawed => {
                let there = self.available.min(amount);
                let missing = amount.minus(there).unwrap_or_default();
                less(&mut self.available, there, Unsound::NotEnoughAvailable)?;
                more(&mut self.debt, missing)?;
                more(&mut self.clawed, amount)
            }
            After::Restored => {
                less(&mut self.clawed, amount, Unsound::NotEnoughClawed)?;
                more(&mut self.available, amount)?;
                *self = self.repaid();
                Ok(())
            }
            After::SetAside => {
                less(&mut self.available, amount, Unsound::NotEnoughAvailable)?;
                more(&mut self.aside, amount)
            }
            After::TakenAside => {
                less(&mut self.aside, amount, Unsound::NotEnoughHeld)?;
                more(&mut self.clawed, amount)
            }
            After::PutBack => {
                less(&mut self.aside, amount, Unsound::NotEnoughHeld)?;
                more(&mut self.available, amount)
            }
            After::Recalled => {
                less(&mut self.forfeited, amount, Unsound::NotEnoughForfeited)?;
                more(&mut self.available, amount)
            }
        }
    }

    /// The balance that a whole ledger folds to, in whatever order its entries come, with debt paid as far as there is
    /// something to pay it with: compare [`Balance::repaid`].
    pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Self, Unsound> {
        let mut sums = Sums::default();
        for entry in entries {
            more(sums.of(&entry.key), entry.amount)?;
        }
        sums.balance()
    }
}

/// Totals by kind of entry.
#[derive(Default)]
struct Sums {
    granted: Credits,
    holds: Credits,
    captured: Credits,
    released: Credits,
    clawed: Credits,
    restored: Credits,
    set_aside: Credits,
    taken_aside: Credits,
    put_back: Credits,
    forfeited: Credits,
    recalled: Credits,
}

impl Sums {
    fn of(&mut self, key: &Key) -> &mut Credits {
        match key {
            Key::Signup
            | Key::Adjust(_)
            | Key::Promo(_)
            | Key::Bonus(_)
            | Key::Invited
            | Key::Invite(_)
            | Key::Purchase(_) => &mut self.granted,
            Key::Forfeit(_) => &mut self.forfeited,
            Key::Hold(_) => &mut self.holds,
            Key::Capture(_) => &mut self.captured,
            Key::Release(_) => &mut self.released,
            Key::Payment(After::Clawed, _, _) => &mut self.clawed,
            Key::Payment(After::Restored, _, _) => &mut self.restored,
            Key::Payment(After::SetAside, _, _) => &mut self.set_aside,
            Key::Payment(After::TakenAside, _, _) => &mut self.taken_aside,
            Key::Payment(After::PutBack, _, _) => &mut self.put_back,
            Key::Payment(After::Recalled, _, _) => &mut self.recalled,
        }
    }

    fn balance(&self) -> Result<Balance, Unsound> {
        let (mut held, mut aside) = (self.holds, self.set_aside);
        less(&mut held, self.captured, Unsound::NotEnoughHeld)?;
        less(&mut held, self.released, Unsound::NotEnoughHeld)?;
        less(&mut aside, self.taken_aside, Unsound::NotEnoughHeld)?;
        less(&mut aside, self.put_back, Unsound::NotEnoughHeld)?;
        let mut clawed = self.clawed.plus(self.taken_aside).ok_or(Unsound::Overflow)?;
        less(&mut clawed, self.restored, Unsound::NotEnoughClawed)?;
        let mut forfeited = self.forfeited;
        less(&mut forfeited, self.recalled, Unsound::NotEnoughForfeited)?;
        let gone = [self.captured, clawed, held, aside, forfeited];
        let gone = gone.into_iter().try_fold(Credits::ZERO, Credits::plus);
        let gone = gone.ok_or(Unsound::Overflow)?;
        let debt = gone.minus(self.granted).unwrap_or_default();
        // Only money that went back makes debt; whoever owes more has spent what was never given.
        if debt > clawed {
            return Err(Unsound::NotEnoughAvailable);
        }
        Ok(Balance {
            available: self.granted.minus(gone).unwrap_or_default(),
            held,
            aside,
            captured: self.captured,
            clawed,
            forfeited,
            granted: self.granted,
            debt,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{NONCE_CHARS, Nonce};
    use crate::payment::Rail;
    use proptest::prelude::*;

    fn job(n: u8) -> JobId {
        JobId {
            user: UserId(7),
            nonce: Nonce::from_random([n; NONCE_CHARS]),
        }
    }

    fn payment() -> PaymentId {
        PaymentId {
            rail: Rail::YooKassa,
            id: "22d6d597-000f-5000".to_owned(),
        }
    }

    fn key_of(kind: u8) -> Key {
        match kind {
            0 => Key::Signup,
            1 => Key::Hold(job(1)),
            2 => Key::Capture(job(1)),
            3 => Key::Release(job(1)),
            4 => Key::Purchase(payment()),
            10 => Key::Forfeit(Timestamp(3)),
            11 => Key::Promo(PromoCode::read("CAT-20").unwrap()),
            12 => Key::Bonus(Timestamp(1_795_251_600_000)),
            13 => Key::Invited,
            14 => Key::Invite(UserId(8)),
            kind => {
                let after = After::ALL[usize::from(kind).saturating_sub(5)];
                Key::Payment(after, payment(), 3)
            }
        }
    }

    #[test]
    fn every_key_reads_back_as_written() {
        for key in [
            Key::Signup,
            Key::Adjust("r1".into()),
            Key::Hold(job(1)),
            Key::Capture(job(1)),
            Key::Release(job(1)),
        ]
        .into_iter()
        .chain((4..15).map(key_of))
        {
            assert_eq!(Key::parse(&key.to_string()), Some(key));
        }
        for text in [
            "hold#nonsense",
            "grant#else",
            "grant#purchase#",
            "grant#purchase#paypal#1",
            "refund#x#stars#1",
            "refund#1#stars#",
            "promo#cat",
            "promo#",
            "bonus#today",
            "invite#",
        ] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_spends_what_they_do_not_have() {
        let poor = Balance {
            available: Credits(1),
            granted: Credits(1),
            ..Balance::default()
        };
        assert_eq!(
            poor.apply(&Key::Hold(job(1)), Credits(2)),
            Err(Unsound::NotEnoughAvailable)
        );
        assert_eq!(
            poor.apply(&Key::Capture(job(1)), Credits(1)),
            Err(Unsound::NotEnoughHeld)
        );
        assert_eq!(
            poor.apply(&Key::Release(job(1)), Credits(1)),
            Err(Unsound::NotEnoughHeld)
        );
    }

    #[test]
    fn what_was_spent_before_its_money_went_back_is_debt_and_is_paid_by_what_comes_next() {
        let after = |balance: Balance, kind, amount| balance.apply(&key_of(kind), Credits(amount)).unwrap();
        let spent = [(4, 5), (1, 3), (2, 3)];
        let spent = spent
            .into_iter()
            .fold(Balance::default(), |balance, (kind, amount)| {
                after(balance, kind, amount)
            });
        let back = after(spent, 5, 5);
        assert_eq!(
            (back.available, back.debt, back.clawed),
            (Credits(0), Credits(3), Credits(5))
        );
        let poorer = after(back, 4, 2);
        assert_eq!((poorer.available, poorer.debt), (Credits(0), Credits(1)));
        let free = after(poorer, 4, 5);
        assert_eq!((free.available, free.debt), (Credits(4), Credits(0)));
        // The bank decides for us after all.
        let restored = after(free, 6, 5);
        assert_eq!((restored.available, restored.clawed), (Credits(9), Credits(0)));
    }

    #[test]
    fn credits_that_come_free_beside_a_debt_pay_it() {
        let balance = Balance {
            available: Credits(2),
            debt: Credits(3),
            ..Balance::default()
        };
        let repaid = balance.repaid();
        assert_eq!((repaid.available, repaid.debt), (Credits(0), Credits(1)));
    }

    #[test]
    fn four_thousand_million_credits_are_refused_and_do_not_wrap() {
        let rich = Balance {
            available: Credits(u32::MAX),
            granted: Credits(u32::MAX),
            ..Balance::default()
        };
        assert_eq!(rich.apply(&Key::Signup, Credits(1)), Err(Unsound::Overflow));
    }

    proptest! {
        /// The fold of the entries that were accepted one by one is the balance that they led to, in any order.
        #[test]
        fn the_fold_is_the_balance(steps in prop::collection::vec((0_u8..15, 0_u32..5), 0..60)) {
            let mut balance = Balance::default();
            let mut entries = Vec::new();
            for (kind, amount) in steps {
                let (key, amount) = (key_of(kind), Credits(amount));
                if let Ok(after) = balance.apply(&key, amount) {
                    balance = after;
                    entries.insert(0, Entry { key, amount, at: Timestamp(0) });
                }
            }
            prop_assert_eq!(Balance::fold(&entries), Ok(balance.repaid()));
        }

        /// Whatever is done in whatever order, a step is either refused or leaves sound books.
        #[test]
        fn books_stay_sound(steps in prop::collection::vec((0_u8..15, 0_u32..5), 0..60)) {
            let mut balance = Balance::default();
            for (kind, amount) in steps {
                let key = key_of(kind);
                if let Ok(after) = balance.apply(&key, Credits(amount)) {
                    prop_assert!(after.is_sound(), "{:?} then {:?} of {}", balance, key, amount);
                    balance = after;
                }
            }
        }
    }
}
