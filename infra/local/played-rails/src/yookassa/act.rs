//! What customers, their banks, the shop's people and the time do.

use super::PlayedYooKassa;
use super::book::{Book, Cancellation, Payment, Status};
use super::show;
use crate::error::Error;
use crate::fault::Fault;

/// What a customer gives who pays another amount: a rouble less.
const SHORT: i64 = 100;

impl PlayedYooKassa {
    /// The customer pays by card.
    pub fn pay(&self, payment: &str) -> Result<(), Error> {
        let short = if self.desk().befalls(Fault::OtherAmount) {
            SHORT
        } else {
            0
        };
        self.pay_as(payment, |amount| (amount - short).max(1))
    }

    /// The customer pays, and what arrives is this, in kopecks, whatever was opened.
    pub fn pay_amount(&self, payment: &str, minor: i64) -> Result<(), Error> {
        self.pay_as(payment, |_| minor)
    }

    fn pay_as(&self, payment: &str, amount: impl FnOnce(i64) -> i64) -> Result<(), Error> {
        let now_ms = self.desk().now_ms();
        let capture_within_ms = self.config().capture_within_ms;
        self.change(payment, Status::Pending, |payment| {
            payment.amount = amount(payment.amount);
            payment.declined = None;
            if payment.wish.captures_at_once {
                payment.status = Status::Succeeded;
                payment.captured_ms = Some(now_ms);
            } else {
                payment.status = Status::WaitingForCapture;
                payment.expires_ms = now_ms + capture_within_ms;
            }
        })
    }

    /// What the shop had noted on a payment is gone: it reads like one that was made by hand. Nobody is told.
    pub fn forget(&self, payment: &str) -> Result<(), Error> {
        let mut book = self.book();
        find(&mut book, payment, Status::Pending)?.wish.metadata.clear();
        Ok(())
    }

    /// The customer's card is not taken; they may try another. Nobody is told.
    pub fn decline_once(&self, payment: &str, reason: &str) -> Result<(), Error> {
        let mut book = self.book();
        find(&mut book, payment, Status::Pending)?.declined = Some(reason.to_owned());
        Ok(())
    }

    /// The bank refuses, for good: the payment is canceled.
    pub fn decline(&self, payment: &str, reason: &str) -> Result<(), Error> {
        self.cancel(payment, Status::Pending, "payment_network", reason)
    }

    /// The shop lets money go that waits to be captured.
    pub fn release(&self, payment: &str) -> Result<(), Error> {
        self.cancel(
            payment,
            Status::WaitingForCapture,
            "merchant",
            "canceled_by_merchant",
        )
    }

    /// The shop takes money that waits to be captured: all of it, or less.
    pub fn capture(&self, payment: &str, minor: Option<i64>) -> Result<(), Error> {
        let now_ms = self.desk().now_ms();
        if let Some(minor) = minor {
            let left = self.book().payment(payment).map_or(0, |payment| payment.amount);
            if !(1..=left).contains(&minor) {
                return Err(Error::Amount { left });
            }
        }
        self.change(payment, Status::WaitingForCapture, |payment| {
            payment.status = Status::Succeeded;
            payment.captured_ms = Some(now_ms);
            payment.amount = minor.unwrap_or(payment.amount);
        })
    }

    fn cancel(&self, payment: &str, from: Status, party: &'static str, reason: &str) -> Result<(), Error> {
        self.change(payment, from, |payment| {
            payment.status = Status::Canceled;
            payment.cancellation = Some(Cancellation {
                party,
                reason: reason.to_owned(),
            });
        })
    }

    /// Changes a payment that stands so, and tells the shop.
    fn change(&self, payment: &str, from: Status, change: impl FnOnce(&mut Payment)) -> Result<(), Error> {
        let mut book = self.book();
        change(find(&mut book, payment, from)?);
        self.tell(&book, payment);
        Ok(())
    }

    fn tell(&self, book: &Book, payment: &str) {
        let Some(payment) = book.payment(payment) else {
            return;
        };
        let event = format!("payment.{}", payment.status.name());
        let body = show::notification(&event, &show::payment(self, book, payment));
        self.desk().write(&event, &payment.id, body);
    }

    /// Lets happen what the time has brought: payments that nobody paid or captured, refunds that come to nothing.
    pub(super) fn bring_up_to_now(&self, book: &mut Book) {
        let now_ms = self.desk().now_ms();
        let mut ended = Vec::new();
        for payment in &mut book.payments {
            let reason = match payment.status {
                Status::Pending => "expired_on_confirmation",
                Status::WaitingForCapture => "expired_on_capture",
                Status::Succeeded | Status::Canceled => continue,
            };
            if payment.expires_ms <= now_ms {
                payment.status = Status::Canceled;
                payment.cancellation = Some(Cancellation {
                    party: "yoo_money",
                    reason: reason.to_owned(),
                });
                ended.push(payment.id.clone());
            }
        }
        for payment in ended {
            self.tell(book, &payment);
        }
        Self::let_refunds_fail(book, now_ms);
    }
}

fn find<'b>(book: &'b mut Book, id: &str, from: Status) -> Result<&'b mut Payment, Error> {
    let payment = book
        .payment_mut(id)
        .ok_or_else(|| Error::NoSuch(format!("payment {id}")))?;
    if payment.status == from {
        return Ok(payment);
    }
    Err(Error::NotNow {
        id: id.to_owned(),
        status: payment.status.name().to_owned(),
    })
}
