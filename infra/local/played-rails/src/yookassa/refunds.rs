//! Money that goes back.

use serde_json::{Map, Value};

use super::PlayedYooKassa;
use super::book::{Book, Cancellation, Refund, Status};
use super::show;
use crate::error::Error;
use crate::fault::Fault;

/// [`Fault::RefundFails`].
const FAILS_AFTER_MS: i64 = 30_000;

/// How long after it was opened a payment can be given back: three years.
const REFUNDABLE_MS: i64 = 3 * 365 * 86_400_000;

/// What a refund is asked with.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) description: Option<String>,
    pub(super) metadata: Map<String, Value>,
    pub(super) has_receipt: bool,
}

impl PlayedYooKassa {
    /// The shop's people give money back in the cabinet, in kopecks. Gives the refund's name.
    pub fn refund(&self, payment: &str, minor: i64) -> Result<String, Error> {
        let refund = self.give_back(payment, minor, Asked::default())?;
        Ok(refund.id)
    }

    pub(super) fn give_back(&self, payment: &str, minor: i64, asked: Asked) -> Result<Refund, Error> {
        let now_ms = self.desk().now_ms();
        let mut book = self.book();
        let paid = book
            .payment(payment)
            .ok_or_else(|| Error::NoSuch(format!("payment {payment}")))?;
        let is_too_old = now_ms - paid.created_ms > REFUNDABLE_MS;
        if paid.status != Status::Succeeded || is_too_old {
            let status = if is_too_old { "too old" } else { paid.status.name() };
            return Err(Error::NotNow {
                id: paid.id.clone(),
                status: status.to_owned(),
            });
        }
        let (left, currency) = (book.refundable(paid), paid.currency.clone());
        if !(1..=left).contains(&minor) {
            return Err(Error::Amount { left });
        }
        let mut refund = Refund {
            id: book.next_id(now_ms),
            payment: payment.to_owned(),
            created_ms: now_ms,
            status: Status::Succeeded,
            amount: minor,
            currency,
            description: asked.description,
            metadata: asked.metadata,
            has_receipt: asked.has_receipt,
            cancellation: None,
            fails_ms: None,
        };
        self.spoil(&mut refund);
        book.refunds.push(refund.clone());
        self.tell_refund(&refund);
        Ok(refund)
    }

    fn spoil(&self, refund: &mut Refund) {
        if self.desk().befalls(Fault::RefundRefused) {
            fail(refund);
        } else if self.desk().befalls(Fault::RefundFails) {
            refund.status = Status::Pending;
            refund.fails_ms = Some(refund.created_ms + FAILS_AFTER_MS);
        } else if self.desk().befalls(Fault::RefundPending) {
            refund.status = Status::Pending;
        }
    }

    /// A refund that stays pending ends: well, or with nothing.
    pub fn settle_refund(&self, refund: &str, is_good: bool) -> Result<(), Error> {
        let mut book = self.book();
        let refund = book
            .refund_mut(refund)
            .ok_or_else(|| Error::NoSuch(format!("refund {refund}")))?;
        if refund.status != Status::Pending {
            return Err(Error::NotNow {
                id: refund.id.clone(),
                status: refund.status.name().to_owned(),
            });
        }
        if is_good {
            refund.status = Status::Succeeded;
            refund.fails_ms = None;
        } else {
            fail(refund);
        }
        let refund = refund.clone();
        self.tell_refund(&refund);
        Ok(())
    }

    /// Of a refund that came to nothing, nobody is told.
    fn tell_refund(&self, refund: &Refund) {
        if refund.status == Status::Succeeded {
            let body = show::notification("refund.succeeded", &show::refund(refund));
            self.desk().write("refund.succeeded", &refund.id, body);
        }
    }

    pub(super) fn let_refunds_fail(book: &mut Book, now_ms: i64) {
        let failing = book.refunds.iter_mut().filter(|refund| {
            refund.status == Status::Pending && refund.fails_ms.is_some_and(|at| at <= now_ms)
        });
        failing.for_each(fail);
    }
}

fn fail(refund: &mut Refund) {
    refund.status = Status::Canceled;
    refund.fails_ms = None;
    refund.cancellation = Some(Cancellation {
        party: "yoo_money",
        reason: "insufficient_funds".to_owned(),
    });
}
