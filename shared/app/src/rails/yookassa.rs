//! `YooKassa`.

use std::time::Duration;

use domain::money::Amount;
use domain::payment::{Money, Rail, Record, Till, Truth};
use domain::time::{Millis, Timestamp};
use payments::yookassa::{Receipt, Shop};
use payments::{Opened, Outcome, Page, Refund, Unanswered};

use super::{Ask, Coming, GivenBack, Look, Taker};

/// How long a payment waits for its customer on `YooKassa`'s page; then it is canceled as `expired_on_confirmation`.
const PAGE_LASTS: Millis = Millis::from_mins(60);

/// A shop at `YooKassa`.
#[derive(Clone, Debug)]
pub struct YooKassaRail {
    shop: Shop,
    takes_test: bool,
}

impl YooKassaRail {
    /// With its shop; test money is for trying things out, never for production.
    pub fn new(shop: Shop, takes_test: bool) -> Self {
        Self { shop, takes_test }
    }
}

impl Taker for YooKassaRail {
    fn rail(&self) -> Rail {
        Rail::YooKassa
    }

    fn till(&self) -> Till {
        Till {
            shop: Some(self.shop.id().to_owned()),
            takes_test: self.takes_test,
        }
    }

    fn pays_within(&self) -> Millis {
        PAGE_LASTS
    }

    fn open<'a>(&'a self, ask: &'a Ask, timeout: Duration) -> Coming<'a, Outcome<Opened>> {
        Box::pin(self.shop.open(&ask.order, ask.receipt.as_ref(), timeout))
    }

    fn look<'a>(&'a self, reference: &'a str, timeout: Duration) -> Coming<'a, Result<Look, Unanswered>> {
        Box::pin(async move {
            let truth = self.shop.payment(reference, timeout).await?;
            Ok(match truth.money {
                Money::Awaited | Money::Underway => Look::Awaited,
                _ => Look::Payment(truth),
            })
        })
    }

    fn truth<'a>(&'a self, id: &'a str, timeout: Duration) -> Coming<'a, Result<Option<Truth>, Unanswered>> {
        Box::pin(async move { self.shop.payment(id, timeout).await.map(Some) })
    }

    fn give_back<'a>(
        &'a self,
        record: &'a Record,
        receipt: Option<&'a Receipt>,
        timeout: Duration,
    ) -> Coming<'a, Outcome<GivenBack>> {
        Box::pin(async move {
            let refund = refund(record);
            let asked = self.shop.refund(&refund, receipt, &record.title, timeout).await;
            asked.map(|()| GivenBack::Asked)
        })
    }

    fn list<'a>(
        &'a self,
        within: (Timestamp, Timestamp),
        cursor: Option<&'a str>,
        timeout: Duration,
    ) -> Coming<'a, Result<Page, Unanswered>> {
        Box::pin(self.shop.list(within, cursor, timeout))
    }
}

/// What is left of a payment's money, under the key of its refund.
pub(super) fn refund(record: &Record) -> Refund {
    let left = record.amount.minor.saturating_sub(record.payment.refunded);
    Refund {
        payment: record.payment.id.id.clone(),
        amount: Amount {
            minor: left,
            currency: record.amount.currency,
        },
        key: record.refund_key(),
    }
}
