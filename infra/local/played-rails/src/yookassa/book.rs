//! The shop's payments and refunds.

use serde_json::{Map, Value};

use crate::money::Cash;

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    WaitingForCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::WaitingForCapture => "waiting_for_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// Who ended something, and why.
#[derive(Clone, Debug)]
pub(super) struct Cancellation {
    pub(super) party: &'static str,
    pub(super) reason: String,
}

#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) created_ms: i64,
    /// Until when its customer may pay, or its money may be captured.
    pub(super) expires_ms: i64,
    pub(super) captured_ms: Option<i64>,
    pub(super) status: Status,
    /// In kopecks.
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) wish: Wish,
    pub(super) account_id: String,
    pub(super) is_test: bool,
    pub(super) cancellation: Option<Cancellation>,
    /// Why the last card was not taken.
    pub(super) declined: Option<String>,
}

/// What the shop wanted besides the money.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub(super) captures_at_once: bool,
    pub(super) return_url: Option<String>,
    pub(super) description: Option<String>,
    pub(super) metadata: Map<String, Value>,
    pub(super) merchant_customer_id: Option<String>,
    pub(super) receipt: Option<Value>,
}

#[derive(Clone, Debug)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) payment: String,
    pub(super) created_ms: i64,
    pub(super) status: Status,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) description: Option<String>,
    pub(super) metadata: Map<String, Value>,
    pub(super) has_receipt: bool,
    pub(super) cancellation: Option<Cancellation>,
    /// When it comes to nothing by itself.
    pub(super) fails_ms: Option<i64>,
}

#[derive(Default)]
pub(super) struct Book {
    /// Oldest first.
    pub(super) payments: Vec<Payment>,
    pub(super) refunds: Vec<Refund>,
    ids_made: i64,
}

impl Book {
    /// A name shaped as the shop's are. It holds the time, because customers outlive this process and its counter.
    pub(super) fn next_id(&mut self, now_ms: i64) -> String {
        self.ids_made += 1;
        let seconds = now_ms.div_euclid(1_000).rem_euclid(1 << 32);
        let rest = (now_ms.rem_euclid(1_000) << 36 | self.ids_made).rem_euclid(1 << 48);
        format!("{seconds:08x}-000f-5000-9000-{rest:012x}")
    }

    pub(super) fn payment(&self, id: &str) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.id == id)
    }

    pub(super) fn payment_mut(&mut self, id: &str) -> Option<&mut Payment> {
        self.payments.iter_mut().find(|payment| payment.id == id)
    }

    pub(super) fn refund_mut(&mut self, id: &str) -> Option<&mut Refund> {
        self.refunds.iter_mut().find(|refund| refund.id == id)
    }

    fn refunds_of(&self, payment: &str) -> impl Iterator<Item = &Refund> {
        self.refunds
            .iter()
            .filter(move |refund| refund.payment == payment)
    }

    /// What has gone back.
    pub(super) fn refunded(&self, payment: &str) -> i64 {
        let done = self
            .refunds_of(payment)
            .filter(|refund| refund.status == Status::Succeeded);
        done.map(|refund| refund.amount).sum()
    }

    /// What may still go back: a refund that is under way is spoken for.
    pub(super) fn refundable(&self, payment: &Payment) -> i64 {
        if payment.status != Status::Succeeded {
            return 0;
        }
        let taken = self
            .refunds_of(&payment.id)
            .filter(|refund| refund.status != Status::Canceled);
        payment.amount - taken.map(|refund| refund.amount).sum::<i64>()
    }

    pub(super) fn cash(&self, payment: &Payment, is_ours: bool) -> Cash {
        let has_come = is_ours && payment.status == Status::Succeeded;
        Cash {
            currency: payment.currency.clone(),
            arrived: if has_come { payment.amount } else { 0 },
            returned: if has_come { self.refunded(&payment.id) } else { 0 },
            disputed: 0,
        }
    }
}
