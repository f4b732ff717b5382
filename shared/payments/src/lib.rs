//! Payment rails over HTTP, one module each: what they are asked, and what their answers allow.
//!
//! One call is one attempt with the given timeout: no retries, no clock, no sleeping. Opening a payment or giving one back
//! moves money, so every answer is sorted by what is *known*: done, surely not done, or unknown; what is unknown is asked
//! again under the **same** idempotency key, and what was refused needs a new one.
//!
//! Keys, customers' addresses and card details never reach a `Debug` output or an error text.

mod http;
pub mod stripe;
pub mod yookassa;

use domain::money::Amount;
use domain::payment::{PurchaseId, Truth};
use domain::time::Timestamp;

/// What a customer is to pay for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Our name of it; it comes back with every word about the payment.
    pub purchase: PurchaseId,
    /// The price.
    pub amount: Amount,
    /// What the customer reads on the rail's page.
    pub title: String,
    /// Where the customer is sent afterwards.
    pub return_url: String,
    /// Which attempt it is to open this purchase's payment: a refused attempt needs a new number, an unknown one the same.
    pub attempt: u32,
}

impl Order {
    /// The idempotency key of this attempt. 64 characters are allowed by YooKassa; this has at most 45.
    pub(crate) fn key(&self) -> String {
        format!("{}.{}", self.purchase, self.attempt)
    }
}

/// Money that is to go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The rail's name of the payment.
    pub payment: String,
    /// How much.
    pub amount: Amount,
    /// The idempotency key: the same for the same refund, however often it is asked for.
    pub key: String,
}

/// How a call that moves money ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It is done.
    Done(T),
    /// It is surely not done, and would be refused again as it stands.
    Refused {
        /// Why, in the rail's own code.
        why: String,
    },
    /// It is surely not done, and may be tried again with the same key: too many requests, or it never left us.
    Later {
        /// Why.
        why: String,
    },
    /// It may be done. Only the same key, or a question, tells.
    Unknown {
        /// Why.
        why: String,
    },
}

impl<T> Outcome<T> {
    /// The same, with what came of it in another form.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(value) => Outcome::Done(into(value)),
            Self::Refused { why } => Outcome::Refused { why },
            Self::Later { why } => Outcome::Later { why },
            Self::Unknown { why } => Outcome::Unknown { why },
        }
    }
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// There is no such thing at the rail.
    NotFound,
    /// Our key is not accepted: somebody has to act.
    BadKey,
    /// The rail could not be reached, or what it said cannot be read. It may be asked again.
    Later(String),
}

/// A payment that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The rail's name of it.
    pub id: String,
    /// Where the customer pays.
    pub url: String,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What is on it.
    pub payments: Vec<Truth>,
    /// Where the next begins, if there is one.
    pub next: Option<String>,
    /// When the last thing on it happened, where the list is in order of time.
    pub until: Option<Timestamp>,
}
