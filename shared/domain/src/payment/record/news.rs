//! What a customer is to be told of a payment.

use super::Record;
use crate::money::Credits;
use crate::payment::{Change, Settlement, State};

/// What a customer is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untold {
    /// What.
    pub news: News,
    /// The credits that came or went with it.
    pub credits: Credits,
    /// The money that came or went with it, in the smallest unit of the payment's currency.
    pub minor: u64,
    /// How often it was tried.
    pub tries: u32,
}

/// What has happened to a payment, as far as its customer has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The money has come, and what was bought is theirs.
    Credited,
    /// The money has come and does not fit; an operator looks at it.
    Held,
    /// A part of the money went back.
    PartRefunded,
    /// All of the money went back.
    Refunded,
    /// The bank has taken the money back.
    ChargedBack,
    /// The bank has given the money back to us, and we what was bought.
    Restored,
    /// The money is on its way back.
    RefundBegun,
    /// The rail does not give the money back, or it did not arrive: what was bought is theirs again.
    RefundRefused,
    /// Money that did not fit went back; nothing had been given for it.
    Returned,
}

impl News {
    /// All that there are.
    pub const ALL: [Self; 9] = [
        Self::Credited,
        Self::Held,
        Self::PartRefunded,
        Self::Refunded,
        Self::ChargedBack,
        Self::Restored,
        Self::RefundBegun,
        Self::RefundRefused,
        Self::Returned,
    ];

    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credited => "credited",
            Self::Held => "held",
            Self::PartRefunded => "part_refunded",
            Self::Refunded => "refunded",
            Self::ChargedBack => "charged_back",
            Self::Restored => "restored",
            Self::RefundBegun => "refund_begun",
            Self::RefundRefused => "refund_refused",
            Self::Returned => "returned",
        }
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|news| news.as_str() == name)
    }

    /// What a change is to its customer; `None` if it is nothing.
    fn of(before: State, change: &Change) -> Option<Self> {
        match (change.settlement, change.after.state) {
            (Some(Settlement::Grant), _) => Some(Self::Credited),
            (Some(Settlement::Restore(_)), _) if before == State::ChargedBack => Some(Self::Restored),
            (Some(Settlement::Restore(_) | Settlement::PutBack(_)), _) => Some(Self::RefundRefused),
            (Some(Settlement::SetAside(_)), _) => Some(Self::RefundBegun),
            (_, State::ChargedBack) => Some(Self::ChargedBack),
            (Some(_), State::Refunded) => Some(Self::Refunded),
            (Some(_), _) => Some(Self::PartRefunded),
            (None, State::Held) => Some(Self::Held),
            (None, State::Refunded) => Some(Self::Returned),
            (None, _) => None,
        }
    }
}

impl Record {
    /// What a change is to the customer, if it is something.
    pub(super) fn news(&self, change: &Change) -> Option<Untold> {
        let news = News::of(self.payment.state, change)?;
        Some(Untold {
            news,
            credits: self.moved(change),
            minor: self.money_moved(news, change),
            tries: 0,
        })
    }

    /// The credits that a change moves.
    fn moved(&self, change: &Change) -> Credits {
        match change.settlement {
            Some(Settlement::Grant) => self.goods.credits,
            Some(
                Settlement::Claw(credits)
                | Settlement::Restore(credits)
                | Settlement::SetAside(credits)
                | Settlement::TakeAside(credits)
                | Settlement::PutBack(credits),
            ) => credits,
            None => Credits::ZERO,
        }
    }

    /// The money that a change is about: what went back before is no part of what goes back now.
    fn money_moved(&self, news: News, change: &Change) -> u64 {
        let (whole, before, after) = (self.amount.minor, self.payment.refunded, change.after.refunded);
        match news {
            News::Credited | News::Held | News::ChargedBack | News::Restored => whole,
            News::PartRefunded | News::Refunded | News::Returned => after.saturating_sub(before),
            News::RefundRefused if before > after => before.saturating_sub(after),
            News::RefundBegun | News::RefundRefused => whole.saturating_sub(before),
        }
    }
}
