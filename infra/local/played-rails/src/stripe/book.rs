//! The account's sessions, payments, charges, refunds and disputes.

use std::collections::BTreeMap;

use crate::money::Cash;

/// Names and values that the account has put on something.
pub(super) type Metadata = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl SessionStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) created_ms: i64,
    pub(super) expires_s: i64,
    pub(super) status: SessionStatus,
    pub(super) is_paid: bool,
    pub(super) intent: Option<String>,
    pub(super) livemode: bool,
    pub(super) order: Order,
}

/// What the account wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// In the smallest unit.
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) titles: Vec<String>,
    pub(super) reference: Option<String>,
    pub(super) email: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) payment_metadata: Metadata,
    pub(super) success_url: String,
    pub(super) cancel_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntentStatus {
    RequiresPaymentMethod,
    Processing,
    Succeeded,
    Canceled,
}

impl IntentStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) created_ms: i64,
    pub(super) status: IntentStatus,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) metadata: Metadata,
    pub(super) livemode: bool,
    pub(super) charge: Option<String>,
    /// Why the last attempt failed.
    pub(super) declined: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChargeStatus {
    Pending,
    Succeeded,
    Failed,
}

impl ChargeStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) intent: String,
    pub(super) created_ms: i64,
    pub(super) status: ChargeStatus,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) metadata: Metadata,
    pub(super) livemode: bool,
    pub(super) failure: Option<String>,
    pub(super) is_by_card: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
}

impl RefundStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) charge: String,
    pub(super) intent: String,
    pub(super) created_ms: i64,
    pub(super) status: RefundStatus,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) metadata: Metadata,
    pub(super) reason: Option<String>,
    /// When it comes to nothing by itself.
    pub(super) fails_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DisputeStatus {
    NeedsResponse,
    Won,
    Lost,
}

impl DisputeStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) charge: String,
    pub(super) intent: String,
    pub(super) created_ms: i64,
    pub(super) status: DisputeStatus,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) livemode: bool,
}

/// Everything, oldest first.
#[derive(Default)]
pub(super) struct Book {
    pub(super) sessions: Vec<Session>,
    pub(super) intents: Vec<Intent>,
    pub(super) charges: Vec<Charge>,
    pub(super) refunds: Vec<Refund>,
    pub(super) disputes: Vec<Dispute>,
    ids_made: u64,
}

impl Book {
    /// A name such as `pi_3…`. It holds the time, because customers outlive this process and its counter.
    pub(super) fn next_id(&mut self, prefix: &str, now_ms: i64) -> String {
        self.ids_made += 1;
        format!("{prefix}_{now_ms:x}P{:06x}", self.ids_made)
    }

    pub(super) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    pub(super) fn session_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }

    pub(super) fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.id == id)
    }

    pub(super) fn intent_mut(&mut self, id: &str) -> Option<&mut Intent> {
        self.intents.iter_mut().find(|intent| intent.id == id)
    }

    pub(super) fn charge(&self, id: &str) -> Option<&Charge> {
        self.charges.iter().find(|charge| charge.id == id)
    }

    pub(super) fn charge_mut(&mut self, id: &str) -> Option<&mut Charge> {
        self.charges.iter_mut().find(|charge| charge.id == id)
    }

    /// What went back of a charge, or is on its way: Stripe counts it from the first moment, and takes it off again if the
    /// refund fails.
    pub(super) fn refunded(&self, charge: &str) -> i64 {
        let counted = self
            .refunds
            .iter()
            .filter(|refund| refund.charge == charge && refund.status != RefundStatus::Failed);
        counted.map(|refund| refund.amount).sum()
    }

    pub(super) fn dispute_of(&self, charge: &str) -> Option<&Dispute> {
        self.disputes.iter().find(|dispute| dispute.charge == charge)
    }

    pub(super) fn cash(&self, intent: &Intent) -> Cash {
        let mut cash = Cash {
            currency: intent.currency.to_ascii_uppercase(),
            ..Cash::default()
        };
        let of = |one: &str| one == intent.id && intent.livemode;
        for charge in self.charges.iter().filter(|charge| of(&charge.intent)) {
            if charge.status == ChargeStatus::Succeeded {
                cash.arrived += charge.amount;
            }
        }
        for refund in self.refunds.iter().filter(|refund| of(&refund.intent)) {
            if refund.status == RefundStatus::Succeeded {
                cash.returned += refund.amount;
            }
        }
        for dispute in self.disputes.iter().filter(|dispute| of(&dispute.intent)) {
            if dispute.status != DisputeStatus::Won {
                cash.disputed += dispute.amount;
            }
        }
        cash
    }
}
