//! Payments and purchases as they are answered.

use domain::payment::{Misfit, Record};
use domain::purchase::{self, Renewal};
use domain::time::Timestamp;
use serde::Serialize;
use store::Bought;
use utoipa::ToSchema;

/// A line of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentOrPurchase)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Row {
    /// What was paid.
    Payment(Payment),
    /// What was chosen.
    Purchase(Purchase),
}

/// Money at a rail, as it is known here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentRecord)]
pub(crate) struct Payment {
    /// Its rail's name for it.
    #[schema(example = "yookassa#2d1f8a2c-000f-5000-8000-1d3ee7a1c0de")]
    id: String,
    /// `new`, `credited`, `held`, `void`, `refund_held`, `refunded` or `charged_back`.
    state: &'static str,
    /// What it does not fit, if it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    misfit: Option<&'static str>,
    /// The customer's Telegram id; absent if it is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// The purchase that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase: Option<String>,
    /// What was bought, as the customer read it.
    title: String,
    /// How much, with the digits of its currency.
    #[schema(example = "699.00")]
    amount: String,
    /// Of which currency: `RUB`, `USD`, `XTR`.
    #[schema(example = "RUB")]
    currency: &'static str,
    /// How much of it went back, in the smallest unit.
    refunded_minor: u64,
    /// The credits that it brings.
    credits: u32,
    /// The plan that it brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    /// Credits that went back for it.
    clawed: u32,
    /// Credits that are set aside while it is given back.
    aside: u32,
    /// It is no real money.
    is_test: bool,
    /// When it was first heard of.
    #[schema(format = DateTime)]
    created_at: String,
    /// What the customer has still to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    untold: Option<&'static str>,
    /// Who has asked for its refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_wanted: Option<Wanted>,
}

/// Who has asked for a refund.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundWanted)]
pub(crate) struct Wanted {
    /// Who.
    who: String,
    /// Why.
    reason: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// One offer to one customer. Where it is paid is nobody else's business.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PurchaseRecord)]
pub(crate) struct Purchase {
    /// Its name.
    #[schema(example = "buy-700001-abcdefgh23456789")]
    id: String,
    /// `open`, `paid`, `held` or `gone`.
    stage: &'static str,
    /// The customer's Telegram id.
    user: String,
    /// How it is paid: `stars`, `yookassa` or `stripe`.
    rail: &'static str,
    /// What is bought, as the customer reads it.
    title: String,
    /// Its price, with the digits of its currency.
    #[schema(example = "699.00")]
    amount: String,
    /// Of which currency.
    #[schema(example = "RUB")]
    currency: &'static str,
    /// When it was chosen.
    #[schema(format = DateTime)]
    opened_at: String,
    /// Until when it can be paid.
    #[schema(format = DateTime)]
    expires_at: String,
    /// The payment that came for it; of a subscription the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_by: Option<String>,
    /// Of a subscription: whether the next payment comes: `active`, `canceled` or `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal: Option<&'static str>,
}

fn at(time: Timestamp) -> String {
    time.rfc3339().unwrap_or_default()
}

impl Row {
    pub(super) fn of(row: Bought) -> Self {
        match row {
            Bought::Payment(record) => Self::Payment(Payment::of(&record)),
            Bought::Purchase(purchase) => Self::Purchase(Purchase::of(&purchase)),
        }
    }
}

impl Payment {
    pub(super) fn of(record: &Record) -> Self {
        let payment = &record.payment;
        let wanted = record.refund_wanted.as_ref().map(|wanted| Wanted {
            who: wanted.by.clone(),
            reason: wanted.why.clone(),
            at: at(wanted.at),
        });
        Self {
            id: payment.id.to_string(),
            state: payment.state.as_str(),
            misfit: payment.misfit.map(Misfit::as_str),
            user: record.user.map(|user| user.to_string()),
            purchase: record.purchase.as_ref().map(ToString::to_string),
            title: record.title.clone(),
            amount: record.amount.decimal(),
            currency: record.amount.currency.code(),
            refunded_minor: payment.refunded,
            credits: record.goods.credits.0,
            plan: record.goods.term.as_ref().map(|term| term.plan.clone()),
            clawed: payment.clawed.0,
            aside: payment.aside.0,
            is_test: record.is_test,
            created_at: at(payment.created_at),
            untold: record.untold.map(|untold| untold.news.as_str()),
            refund_wanted: wanted,
        }
    }
}

impl Purchase {
    pub(super) fn of(purchase: &purchase::Purchase) -> Self {
        let offer = &purchase.offer;
        Self {
            id: offer.id.to_string(),
            stage: purchase.stage.as_str(),
            user: offer.id.user.to_string(),
            rail: offer.rail.as_str(),
            title: purchase.title.clone(),
            amount: offer.price.decimal(),
            currency: offer.price.currency.code(),
            opened_at: at(purchase.opened_at),
            expires_at: at(purchase.expires_at),
            paid_by: purchase.paid_by.as_ref().map(ToString::to_string),
            renewal: purchase.renewal.map(Renewal::as_str),
        }
    }
}
