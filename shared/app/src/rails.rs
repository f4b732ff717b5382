//! The rails: who takes money for us. One trait, and Telegram Stars, `YooKassa` and Stripe behind it.
//!
//! Whoever asks a rail never believes a notice, only the [`Truth`] that the rail answers with. A call is one attempt with
//! the given timeout.

mod stars;
mod stripe;
mod yookassa;

pub use stars::Stars;
pub use stripe::StripeRail;
pub use yookassa::YooKassaRail;

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::catalog::Selling;
use domain::payment::{Rail, Record, Till, Truth};
use domain::time::{Millis, Timestamp};
use payments::yookassa::Receipt;
use payments::{Opened, Order, Outcome, Page, Unanswered};

/// An answer that is on its way.
pub type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a customer is to pay for, and how.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What, at what price.
    pub order: Order,
    /// What that brings, in the customer's language.
    pub goods: String,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
    /// Paid again every month by itself, where the rail can do that.
    pub renews: bool,
    /// The receipt that has to be given, where one has to.
    pub receipt: Option<Receipt>,
}

/// What has become of what was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nobody has paid yet.
    Awaited,
    /// There is a payment, and it stands so.
    Payment(Truth),
    /// Nobody can pay it any more.
    Gone,
    /// The rail cannot be asked about it before it is paid.
    Unasked,
}

/// How far giving money back has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenBack {
    /// The customer has it.
    Now,
    /// The rail has taken it on; its truth says when it is done.
    Asked,
}

/// Who takes money for us.
pub trait Taker: Debug + Send + Sync {
    /// Which rail.
    fn rail(&self) -> Rail;

    /// What we take money for there.
    fn till(&self) -> Till;

    /// How long what it opens can be paid at most.
    fn pays_within(&self) -> Millis {
        Selling::OFFER_MAX
    }

    /// Opens a payment.
    fn open<'a>(&'a self, ask: &'a Ask, timeout: Duration) -> Coming<'a, Outcome<Opened>>;

    /// What has become of what was opened under this reference.
    fn look<'a>(&'a self, reference: &'a str, timeout: Duration) -> Coming<'a, Result<Look, Unanswered>>;

    /// How a payment stands; `None` where the rail cannot be asked about a single one.
    fn truth<'a>(&'a self, id: &'a str, timeout: Duration) -> Coming<'a, Result<Option<Truth>, Unanswered>>;

    /// Gives the money of a payment back, all that has not gone back already.
    fn give_back<'a>(
        &'a self,
        record: &'a Record,
        receipt: Option<&'a Receipt>,
        timeout: Duration,
    ) -> Coming<'a, Outcome<GivenBack>>;

    /// Whether the next payments of a subscription come by themselves. Only where a rail has such.
    fn renew<'a>(&'a self, record: &'a Record, wanted: bool, timeout: Duration) -> Coming<'a, Outcome<()>> {
        let _ = (record, wanted, timeout);
        Box::pin(std::future::ready(Outcome::Refused {
            why: "this rail has no subscriptions".to_owned(),
        }))
    }

    /// A page of the rail's own list of payments that were begun within this time.
    fn list<'a>(
        &'a self,
        within: (Timestamp, Timestamp),
        cursor: Option<&'a str>,
        timeout: Duration,
    ) -> Coming<'a, Result<Page, Unanswered>>;
}

/// The rails that this deployment has keys for. A copy of it is cheap.
#[derive(Clone, Debug, Default)]
pub struct Rails(Vec<Arc<dyn Taker>>);

impl Rails {
    /// These.
    pub fn new(takers: Vec<Arc<dyn Taker>>) -> Self {
        Self(takers)
    }

    /// One of them, if there are keys for it.
    pub fn get(&self, rail: Rail) -> Option<&dyn Taker> {
        let taker = self.0.iter().find(|taker| taker.rail() == rail);
        taker.map(AsRef::as_ref)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &dyn Taker> {
        self.0.iter().map(AsRef::as_ref)
    }
}
