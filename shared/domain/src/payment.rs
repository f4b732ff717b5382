//! Money in: what a customer was offered, what really arrived, and what became of it.
//!
//! An [`Offer`] is ours at a fixed price; a [`Payment`] is money at a rail, under the rail's own name for it. Most
//! purchases have one payment, some have none, and a subscription has one each month. Nobody's word counts but the rail's
//! own: every notice is a reason to read the [`Truth`] there, and [`Payment::told`] decides what follows from it.
//!
//! `NEW → CREDITED → (REFUND_HELD →) REFUNDED`, `NEW → VOID`, and beside them `CHARGED_BACK` and, for what does not fit
//! its purchase, `HELD`: that waits for an operator, and nothing is guessed.

mod movement;
mod record;
mod refund;
pub mod term;
mod told;
mod truth;
mod turn;

pub use movement::{Moved, Movement};
pub use record::{News, Record, RefundWanted, Reminder, TELLS_MAX, Untold};
pub use refund::NotRefundable;
pub use truth::{Misfit, Money, Till, Truth};
pub use turn::Turn;

use std::fmt;

use crate::account::Account;
use crate::id::{Nonce, UserId};
use crate::ledger::{After, Key};
use crate::money::{Amount, Credits, Currency};
use crate::time::Timestamp;

/// Who takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rail {
    /// Telegram Stars.
    Stars,
    /// YooKassa.
    YooKassa,
    /// Stripe.
    Stripe,
}

impl Rail {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Stars, Self::YooKassa, Self::Stripe];

    /// Its name in keys and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stars => "stars",
            Self::YooKassa => "yookassa",
            Self::Stripe => "stripe",
        }
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rail| rail.as_str() == name)
    }

    /// The currency that it takes.
    pub fn currency(self) -> Currency {
        match self {
            Self::Stars => Currency::Xtr,
            Self::YooKassa => Currency::Rub,
            Self::Stripe => Currency::Usd,
        }
    }
}

/// A payment by its rail's name for it: `yookassa#22d6d597-000f-5000-9000-145f6df21d6f`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentId {
    /// Whose name it is.
    pub rail: Rail,
    /// The name: YooKassa's payment, Stripe's payment intent, Telegram's charge.
    pub id: String,
}

impl PaymentId {
    /// Reads `rail#id`; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (rail, id) = text.split_once('#')?;
        let rail = Rail::parse(rail)?;
        (!id.is_empty()).then(|| Self {
            rail,
            id: id.to_owned(),
        })
    }

    /// The shard of the index of what is due in which it lies, below [`crate::id::OPEN_SHARDS`].
    pub fn shard(&self) -> u32 {
        crate::id::shard_of(&self.id)
    }
}

impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.rail.as_str(), self.id)
    }
}

/// One offer to one customer. It travels to the rail and back, so that a payment can be told whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurchaseId {
    /// Who buys.
    pub user: UserId,
    /// What makes it different from every other.
    pub nonce: Nonce,
}

impl PurchaseId {
    /// Reads `buy-123-abc…`; `None` if it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let job = crate::id::JobId::parse(text.strip_prefix(PURCHASE)?)?;
        Some(Self {
            user: job.user,
            nonce: job.nonce,
        })
    }

    /// The shard of the index of what is due in which it lies, below [`crate::id::OPEN_SHARDS`].
    pub fn shard(&self) -> u32 {
        crate::id::shard_of(self.nonce.as_str())
    }
}

/// What a purchase's name begins with, so that it is never taken for a job's.
const PURCHASE: &str = "buy-";

impl fmt::Display for PurchaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PURCHASE}{}-{}", self.user, self.nonce.as_str())
    }
}

/// What is bought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goods {
    /// The credits that it brings.
    pub credits: Credits,
    /// The plan that it brings, and for how long.
    pub term: Option<Term>,
}

/// A plan for so many days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Which.
    pub plan: String,
    /// For how long.
    pub days: u32,
}

/// What a payment has to fit: our offer, and where we take money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub id: PurchaseId,
    /// What is bought.
    pub goods: Goods,
    /// Whose rail it was opened for.
    pub rail: Rail,
    /// Its price, fixed when it was opened.
    pub price: Amount,
    /// Paid again by itself each month, until somebody cancels.
    pub renews: bool,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Known, and nothing has arrived yet.
    New,
    /// It has arrived and its goods were given.
    Credited,
    /// It has arrived and does not fit its purchase. An operator decides.
    Held,
    /// Nothing arrived, and as far as the rail knows nothing will.
    Void,
    /// Its goods are set aside, and the rail was or will be asked to give the money back.
    RefundHeld,
    /// The money went back, and the goods with it.
    Refunded,
    /// The customer's bank took the money back.
    ChargedBack,
}

impl State {
    /// All that there are.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Credited,
        Self::Held,
        Self::Void,
        Self::RefundHeld,
        Self::Refunded,
        Self::ChargedBack,
    ];

    /// Its name in tables and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Credited => "credited",
            Self::Held => "held",
            Self::Void => "void",
            Self::RefundHeld => "refund_held",
            Self::Refunded => "refunded",
            Self::ChargedBack => "charged_back",
        }
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// Money at a rail, as we know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its name.
    pub id: PaymentId,
    /// Grows with every change; 0 is not written yet.
    pub revision: u32,
    /// Where it stands.
    pub state: State,
    /// What it does not fit, if it is held for that.
    pub misfit: Option<Misfit>,
    /// How much of the money went back, as far as goods went back for it.
    pub refunded: u64,
    /// Its goods were given, once.
    pub granted: bool,
    /// The credits that went back for it.
    pub clawed: Credits,
    /// The credits that are set aside while the rail gives the money back.
    pub aside: Credits,
    /// When it was first heard of.
    pub created_at: Timestamp,
}

/// What a change does to the account, in the same transaction. Each is written once: a grant under a key of the payment
/// alone, the others under one of the payment and its revision after the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The goods are given.
    Grant,
    /// So many credits go back for money that went back, and with all of it a plan; what is spent already becomes debt.
    Claw(Credits),
    /// So many credits, and the plan, are given again: the bank has decided for us.
    Restore(Credits),
    /// So many credits are set aside until the rail has given the money back, and the plan ends.
    SetAside(Credits),
    /// What was set aside is gone.
    TakeAside(Credits),
    /// What was set aside is the customer's again, and so is the plan.
    PutBack(Credits),
}

/// What a change does to the plan that was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermEffect {
    /// It begins, or goes on for longer.
    Begin,
    /// Its days are taken back.
    Withdraw,
    /// Its days are given again.
    Restore,
}

impl Settlement {
    /// What it writes into the ledger: for a grant, the credits of the goods.
    pub fn entry(self, after: &Payment, given: Credits) -> (Key, Credits) {
        let later = |what| Key::Payment(what, after.id.clone(), after.revision);
        match self {
            Self::Grant => (Key::Purchase(after.id.clone()), given),
            Self::Claw(credits) => (later(After::Clawed), credits),
            Self::Restore(credits) => (later(After::Restored), credits),
            Self::SetAside(credits) => (later(After::SetAside), credits),
            Self::TakeAside(credits) => (later(After::TakenAside), credits),
            Self::PutBack(credits) => (later(After::PutBack), credits),
        }
    }

    /// How many of the credits that it takes are of those which the customer gave up by having everything deleted, after
    /// they had paid: these go first, and nothing that came later has to pay for them.
    pub fn recalls(self, record: &Record, account: &Account) -> Credits {
        match self {
            Self::Claw(credits) | Self::SetAside(credits) if account.has_given_up(record) => {
                credits.min(account.balance.forfeited)
            }
            Self::Grant
            | Self::Claw(_)
            | Self::Restore(_)
            | Self::SetAside(_)
            | Self::TakeAside(_)
            | Self::PutBack(_) => Credits::ZERO,
        }
    }

    /// What it does to a plan. A part of the money leaves it alone: there is no part of a plan.
    pub fn term(self, after: &Payment) -> Option<TermEffect> {
        match self {
            Self::Grant => Some(TermEffect::Begin),
            Self::Claw(_) if after.state == State::Credited => None,
            Self::Claw(_) | Self::SetAside(_) => Some(TermEffect::Withdraw),
            Self::Restore(_) | Self::PutBack(_) => Some(TermEffect::Restore),
            Self::TakeAside(_) => None,
        }
    }
}

/// A change of a payment, and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The payment after it, to be written if it still has the revision that it was read with.
    pub after: Payment,
    /// What happens to the account.
    pub settlement: Option<Settlement>,
}

/// Why a word from a rail changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchanged {
    /// All of it is known already.
    Known,
    /// It takes back what it had said: money that had arrived is awaited or canceled now. Somebody has to look.
    Astray,
}

impl Payment {
    /// One that was not heard of before.
    pub fn unheard(id: PaymentId, now: Timestamp) -> Self {
        Self {
            id,
            revision: 0,
            state: State::New,
            misfit: None,
            refunded: 0,
            granted: false,
            clawed: Credits::ZERO,
            aside: Credits::ZERO,
            created_at: now,
        }
    }

    fn becomes(&self, state: State) -> Self {
        Self {
            state,
            revision: self.revision.saturating_add(1),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests;
