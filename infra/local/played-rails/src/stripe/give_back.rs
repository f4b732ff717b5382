//! Money that goes back: refunds, and disputes at the customer's bank.

use super::PlayedStripe;
use super::book::{Book, Charge, ChargeStatus, Dispute, DisputeStatus, Metadata, Refund, RefundStatus};
use super::show;
use crate::error::Error;
use crate::fault::Fault;

/// [`Fault::RefundFails`].
const FAILS_AFTER_MS: i64 = 30_000;

/// Why a refund is refused.
pub(super) enum Refused {
    NoSuch,
    NotPaid,
    AlreadyRefunded,
    Disputed,
    TooMuch { left: i64 },
}

impl PlayedStripe {
    /// The account's people give money back in the dashboard, in the smallest unit. Gives the refund's name.
    pub fn refund(&self, payment: &str, minor: i64) -> Result<String, Error> {
        let refund = self.give_back(payment, Some(minor), Metadata::new(), None);
        let refund = refund.map_err(|refused| match refused {
            Refused::NoSuch => Error::NoSuch(format!("payment {payment}")),
            Refused::TooMuch { left } => Error::Amount { left },
            Refused::AlreadyRefunded => Error::Amount { left: 0 },
            Refused::NotPaid => not_now(payment, "not paid"),
            Refused::Disputed => not_now(payment, "disputed"),
        })?;
        Ok(refund.id)
    }

    /// Gives back so much of a payment, or of the payment of a charge; all that is left if nothing is said.
    pub(super) fn give_back(
        &self,
        of: &str,
        minor: Option<i64>,
        metadata: Metadata,
        reason: Option<String>,
    ) -> Result<Refund, Refused> {
        let now_ms = self.desk().now_ms();
        let mut book = self.book();
        let charge = charge_of(&book, of).ok_or(Refused::NoSuch)?;
        let minor = allowed(&book, &charge, minor)?;
        let mut refund = Refund {
            id: book.next_id("re", now_ms),
            charge: charge.id.clone(),
            intent: charge.intent.clone(),
            created_ms: now_ms,
            status: RefundStatus::Succeeded,
            amount: minor,
            currency: charge.currency.clone(),
            metadata,
            reason,
            fails_ms: None,
        };
        self.spoil(&mut refund);
        book.refunds.push(refund.clone());
        if refund.status != RefundStatus::Failed {
            self.tell(
                "charge.refunded",
                &charge.id,
                charge.livemode,
                &show::charge(&book, &charge),
            );
        }
        Ok(refund)
    }

    fn spoil(&self, refund: &mut Refund) {
        if self.desk().befalls(Fault::RefundRefused) {
            refund.status = RefundStatus::Failed;
        } else if self.desk().befalls(Fault::RefundFails) {
            refund.status = RefundStatus::Pending;
            refund.fails_ms = Some(refund.created_ms + FAILS_AFTER_MS);
        } else if self.desk().befalls(Fault::RefundPending) {
            refund.status = RefundStatus::Pending;
        }
    }

    /// A refund that stays pending ends: well, or with nothing.
    pub fn settle_refund(&self, refund: &str, is_good: bool) -> Result<(), Error> {
        self.end_refund(&mut self.book(), refund, is_good)
    }

    fn end_refund(&self, book: &mut Book, id: &str, is_good: bool) -> Result<(), Error> {
        let refund = book.refunds.iter_mut().find(|refund| refund.id == id);
        let refund = refund.ok_or_else(|| Error::NoSuch(format!("refund {id}")))?;
        if refund.status != RefundStatus::Pending {
            return Err(not_now(id, refund.status.name()));
        }
        (refund.status, refund.fails_ms) = if is_good {
            (RefundStatus::Succeeded, None)
        } else {
            (RefundStatus::Failed, None)
        };
        let refund = refund.clone();
        let livemode = book.intent(&refund.intent).is_some_and(|intent| intent.livemode);
        let event = if is_good {
            "refund.updated"
        } else {
            "refund.failed"
        };
        self.tell(event, &refund.id, livemode, &show::refund(&refund));
        Ok(())
    }

    pub(super) fn let_refunds_fail(&self, book: &mut Book, now_ms: i64) {
        let due = book.refunds.iter().filter(|refund| {
            refund.status == RefundStatus::Pending && refund.fails_ms.is_some_and(|at| at <= now_ms)
        });
        let due: Vec<String> = due.map(|refund| refund.id.clone()).collect();
        for refund in due {
            // Every one of them is pending, so there is nothing to be refused.
            let _ = self.end_refund(book, &refund, false);
        }
    }

    /// The customer's bank takes the money of a payment back. Gives the dispute's name.
    pub fn dispute(&self, payment: &str) -> Result<String, Error> {
        let now_ms = self.desk().now_ms();
        let mut book = self.book();
        let charge = charge_of(&book, payment).ok_or_else(|| Error::NoSuch(format!("payment {payment}")))?;
        if charge.status != ChargeStatus::Succeeded || book.dispute_of(&charge.id).is_some() {
            return Err(not_now(payment, "not paid, or disputed already"));
        }
        let dispute = Dispute {
            id: book.next_id("dp", now_ms),
            charge: charge.id.clone(),
            intent: charge.intent.clone(),
            created_ms: now_ms,
            status: DisputeStatus::NeedsResponse,
            amount: charge.amount - book.refunded(&charge.id),
            currency: charge.currency.clone(),
            livemode: charge.livemode,
        };
        if dispute.amount < 1 {
            return Err(Error::Amount { left: 0 });
        }
        book.disputes.push(dispute.clone());
        self.tell(
            "charge.dispute.created",
            &dispute.id,
            dispute.livemode,
            &show::dispute(&dispute),
        );
        Ok(dispute.id)
    }

    /// A dispute ends: the money comes back to the account, or stays with the customer.
    pub fn close_dispute(&self, dispute: &str, is_won: bool) -> Result<(), Error> {
        let mut book = self.book();
        let found = book.disputes.iter_mut().find(|one| one.id == dispute);
        let found = found.ok_or_else(|| Error::NoSuch(format!("dispute {dispute}")))?;
        if found.status != DisputeStatus::NeedsResponse {
            return Err(not_now(dispute, found.status.name()));
        }
        found.status = if is_won {
            DisputeStatus::Won
        } else {
            DisputeStatus::Lost
        };
        let closed = found.clone();
        self.tell(
            "charge.dispute.closed",
            dispute,
            closed.livemode,
            &show::dispute(&closed),
        );
        Ok(())
    }
}

/// The charge of this name, or the latest of the payment of this name.
fn charge_of(book: &Book, id: &str) -> Option<Charge> {
    let latest = book.intent(id).and_then(|intent| intent.charge.as_deref());
    book.charge(latest.unwrap_or(id)).cloned()
}

fn allowed(book: &Book, charge: &Charge, minor: Option<i64>) -> Result<i64, Refused> {
    if charge.status != ChargeStatus::Succeeded {
        return Err(Refused::NotPaid);
    }
    let lost = book
        .dispute_of(&charge.id)
        .is_some_and(|dispute| dispute.status != DisputeStatus::Won);
    if lost {
        return Err(Refused::Disputed);
    }
    let left = charge.amount - book.refunded(&charge.id);
    match minor {
        _ if left == 0 => Err(Refused::AlreadyRefunded),
        None => Ok(left),
        Some(minor) if (1..=left).contains(&minor) => Ok(minor),
        Some(_) => Err(Refused::TooMuch { left }),
    }
}

fn not_now(id: &str, status: &str) -> Error {
    Error::NotNow {
        id: id.to_owned(),
        status: status.to_owned(),
    }
}
