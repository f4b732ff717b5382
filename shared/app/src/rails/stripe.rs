//! Stripe.

use std::time::Duration;

use domain::payment::{Money, Rail, Record, Till, Truth};
use domain::time::{Millis, Timestamp};
use payments::stripe::Account;
use payments::yookassa::Receipt;
use payments::{Opened, Outcome, Page, Unanswered};

use super::yookassa::refund;
use super::{Ask, Coming, GivenBack, Look, Taker};

/// By how much our clock may be ahead of Stripe's.
const CLOCKS_DIFFER: Millis = Millis::from_mins(5);

/// An account at Stripe.
#[derive(Clone, Debug)]
pub struct StripeRail {
    account: Account,
    takes_test: bool,
}

impl StripeRail {
    /// With its account; test money is for trying things out, never for production.
    pub fn new(account: Account, takes_test: bool) -> Self {
        Self { account, takes_test }
    }
}

impl Taker for StripeRail {
    fn rail(&self) -> Rail {
        Rail::Stripe
    }

    fn till(&self) -> Till {
        Till {
            shop: None,
            takes_test: self.takes_test,
        }
    }

    fn open<'a>(&'a self, ask: &'a Ask, timeout: Duration) -> Coming<'a, Outcome<Opened>> {
        // Stripe takes no session that ends more than 24 hours from its own now, and our clock may be ahead of it.
        let expires_at = Timestamp(ask.expires_at.0.saturating_sub(CLOCKS_DIFFER.0));
        Box::pin(self.account.open(&ask.order, expires_at, timeout))
    }

    fn look<'a>(&'a self, reference: &'a str, timeout: Duration) -> Coming<'a, Result<Look, Unanswered>> {
        Box::pin(async move {
            // A payment's own name is asked about as such: a notice may have told of it before the session did.
            if reference.starts_with("pi_") {
                return self.account.payment(reference, timeout).await.map(Look::Payment);
            }
            let half = timeout.checked_div(2).unwrap_or(timeout);
            let session = self.account.session(reference, half).await?;
            match session.payment {
                Some(payment) => {
                    let truth = self.account.payment(&payment, half).await?;
                    // A session that is complete cannot be paid again: what its payment still waits for has bounced.
                    let bounced = session.is_complete && truth.money == Money::Awaited;
                    Ok(if bounced { Look::Gone } else { Look::Payment(truth) })
                }
                None if session.is_expired => Ok(Look::Gone),
                None => Ok(Look::Awaited),
            }
        })
    }

    fn truth<'a>(&'a self, id: &'a str, timeout: Duration) -> Coming<'a, Result<Option<Truth>, Unanswered>> {
        Box::pin(async move { self.account.payment(id, timeout).await.map(Some) })
    }

    fn give_back<'a>(
        &'a self,
        record: &'a Record,
        _receipt: Option<&'a Receipt>,
        timeout: Duration,
    ) -> Coming<'a, Outcome<GivenBack>> {
        Box::pin(async move {
            let asked = self.account.refund(&refund(record), timeout).await;
            asked.map(|()| GivenBack::Asked)
        })
    }

    fn list<'a>(
        &'a self,
        within: (Timestamp, Timestamp),
        cursor: Option<&'a str>,
        timeout: Duration,
    ) -> Coming<'a, Result<Page, Unanswered>> {
        Box::pin(self.account.list(within, cursor, timeout))
    }
}
