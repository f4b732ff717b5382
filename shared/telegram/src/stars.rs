//! Telegram's word about Stars as the truth about a payment.
//!
//! For Stars the truth comes to us: a service message about a payment arrives through the webhook, whose secret only
//! Telegram knows, and the list of transactions tells the same under the same ids. So there is nothing to be read anew,
//! and what a message says may be told to [`domain::payment::Payment::told`] at once. What may still be wrong is what the
//! payer can choose: which invoice they pay, and whose. That is compared there.

use std::collections::HashMap;

use domain::id::UserId;
use domain::money::{Amount, Currency};
use domain::payment::{Money, PaymentId, PurchaseId, Rail, Truth};

use crate::types::{PartnerUser, RefundedPayment, StarTransaction, SuccessfulPayment, TransactionPartner};

/// What a service message about a payment of this user says. `None` if it is about no Stars, or names no payment.
pub fn paid(payment: &SuccessfulPayment, payer: UserId) -> Option<Truth> {
    let amount = amount(payment.total_amount, &payment.currency)?;
    truth(
        &payment.telegram_payment_charge_id,
        amount,
        &payment.invoice_payload,
        payer,
    )
}

/// What a service message about a refund to this user says. `None` if it is about no Stars, or names no payment.
pub fn refunded(payment: &RefundedPayment, payer: UserId) -> Option<Truth> {
    let amount = amount(payment.total_amount, &payment.currency)?;
    let paid = truth(
        &payment.telegram_payment_charge_id,
        amount,
        &payment.invoice_payload,
        payer,
    )?;
    Some(wholly_refunded(paid))
}

/// What a list of transactions says about payments of invoices, in the order in which each is first heard of.
///
/// A refund stands on the list under the id of its payment. Where the payment itself does not (it stands on an earlier
/// page), the refund tells of it all the same, since Stars only go back as a whole.
pub fn listed(transactions: &[StarTransaction]) -> Vec<Truth> {
    let mut truths: Vec<Truth> = Vec::new();
    let mut places = HashMap::new();
    for told in transactions.iter().filter_map(told) {
        let place = *places.entry(told.id.clone()).or_insert(truths.len());
        if let Some(known) = truths.get_mut(place) {
            merge(known, told);
        } else {
            truths.push(told);
        }
    }
    truths
}

/// What one transaction says; `None` if no invoice was paid by it, nor a payment given back.
fn told(transaction: &StarTransaction) -> Option<Truth> {
    let amount = Amount {
        minor: transaction.amount,
        currency: Currency::Xtr,
    };
    let told = |partner| {
        let user = invoice_payment(partner)?;
        let payload = user.invoice_payload.as_deref().unwrap_or_default();
        truth(&transaction.id, amount, payload, UserId(user.user.id))
    };
    match (&transaction.source, &transaction.receiver) {
        (Some(source), None) => told(source),
        (None, Some(receiver)) => told(receiver).map(wholly_refunded),
        _ => None,
    }
}

fn invoice_payment(partner: &TransactionPartner) -> Option<&PartnerUser> {
    match partner {
        TransactionPartner::User(user) if user.transaction_type == "invoice_payment" => Some(user),
        _ => None,
    }
}

/// Two words about the same payment: what it was for, whoever says it, and the more that went back.
fn merge(known: &mut Truth, told: Truth) {
    known.refunded = known.refunded.max(told.refunded);
    known.purchase = known.purchase.take().or(told.purchase);
}

fn truth(charge: &str, amount: Amount, payload: &str, payer: UserId) -> Option<Truth> {
    (!charge.is_empty()).then(|| Truth {
        id: PaymentId {
            rail: Rail::Stars,
            id: charge.to_owned(),
        },
        money: Money::Arrived,
        amount,
        refunded: 0,
        shop: None,
        purchase: PurchaseId::parse(payload),
        payer: (payer.0 > 0).then_some(payer),
        is_test: false,
    })
}

fn wholly_refunded(paid: Truth) -> Truth {
    Truth {
        refunded: paid.amount.minor,
        ..paid
    }
}

/// Only Stars are taken by Telegram's payments here: anything else is no payment of ours.
fn amount(minor: u64, currency: &str) -> Option<Amount> {
    (Currency::parse(currency)? == Currency::Xtr).then_some(Amount {
        minor,
        currency: Currency::Xtr,
    })
}

#[cfg(test)]
mod tests;
