//! Payments and refunds as the API shows them.

use serde_json::{Value, json};

use super::PlayedYooKassa;
use super::book::{Book, Cancellation, Payment, Refund, Status};
use crate::money::decimal;
use crate::stamp;

pub(super) fn payment(shop: &PlayedYooKassa, book: &Book, payment: &Payment) -> Value {
    let is_paid = matches!(payment.status, Status::Succeeded | Status::WaitingForCapture);
    let mut shown = json!({
        "id": payment.id,
        "status": payment.status.name(),
        "paid": is_paid,
        "amount": amount(payment.amount, &payment.currency),
        "created_at": stamp::written(payment.created_ms),
        "metadata": payment.wish.metadata,
        "recipient": {"account_id": payment.account_id, "gateway_id": "1000001"},
        "refundable": book.refundable(payment) > 0,
        "test": payment.is_test,
    });
    let wish = &payment.wish;
    put(
        &mut shown,
        "description",
        wish.description.clone().map(Value::from),
    );
    put(
        &mut shown,
        "merchant_customer_id",
        wish.merchant_customer_id.clone().map(Value::from),
    );
    put(&mut shown, "confirmation", confirmation(shop, payment));
    put(
        &mut shown,
        "cancellation_details",
        payment.cancellation.as_ref().map(cancellation),
    );
    if is_paid {
        put(&mut shown, "payment_method", Some(method(payment)));
        put(&mut shown, "authorization_details", Some(authorization()));
    }
    if payment.status == Status::WaitingForCapture {
        put(
            &mut shown,
            "expires_at",
            Some(stamp::written(payment.expires_ms).into()),
        );
    }
    if payment.status == Status::Succeeded {
        let fee = payment.amount * shop.config().fee_per_mille / 1_000;
        put(
            &mut shown,
            "income_amount",
            Some(amount(payment.amount - fee, &payment.currency)),
        );
        put(
            &mut shown,
            "captured_at",
            payment.captured_ms.map(|at| stamp::written(at).into()),
        );
        put(
            &mut shown,
            "refunded_amount",
            Some(amount(book.refunded(&payment.id), &payment.currency)),
        );
    }
    let receipt = wish.receipt.as_ref().map(|_| match payment.status {
        Status::Pending | Status::WaitingForCapture => "pending".into(),
        Status::Succeeded => "succeeded".into(),
        Status::Canceled => "canceled".into(),
    });
    put(&mut shown, "receipt_registration", receipt);
    shown
}

pub(super) fn refund(refund: &Refund) -> Value {
    let mut shown = json!({
        "id": refund.id,
        "payment_id": refund.payment,
        "status": refund.status.name(),
        "created_at": stamp::written(refund.created_ms),
        "amount": amount(refund.amount, &refund.currency),
    });
    put(
        &mut shown,
        "description",
        refund.description.clone().map(Value::from),
    );
    put(
        &mut shown,
        "cancellation_details",
        refund.cancellation.as_ref().map(cancellation),
    );
    let metadata = (!refund.metadata.is_empty()).then(|| refund.metadata.clone().into());
    put(&mut shown, "metadata", metadata);
    put(
        &mut shown,
        "receipt_registration",
        refund.has_receipt.then(|| "succeeded".into()),
    );
    shown
}

pub(super) fn notification(event: &str, object: &Value) -> String {
    json!({"type": "notification", "event": event, "object": object}).to_string()
}

/// A list of things, with where it goes on.
pub(super) fn list(items: Vec<Value>, next: Option<String>) -> Value {
    let mut shown = json!({"type": "list"});
    put(&mut shown, "items", Some(items.into()));
    put(&mut shown, "next_cursor", next.map(Value::from));
    shown
}

pub(super) fn amount(minor: i64, currency: &str) -> Value {
    json!({"value": decimal(minor), "currency": currency})
}

fn put(shown: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(shown), Some(value)) = (shown.as_object_mut(), value) {
        shown.insert(name.to_owned(), value);
    }
}

/// Only a payment that waits for its customer says where they go.
fn confirmation(shop: &PlayedYooKassa, payment: &Payment) -> Option<Value> {
    let return_url = payment.wish.return_url.as_ref()?;
    (payment.status == Status::Pending).then(|| {
        json!({
            "type": "redirect",
            "return_url": return_url,
            "confirmation_url": super::page::url(shop, &payment.id),
        })
    })
}

fn cancellation(of: &Cancellation) -> Value {
    json!({"party": of.party, "reason": of.reason})
}

fn method(payment: &Payment) -> Value {
    json!({
        "type": "bank_card",
        "id": payment.id,
        "saved": false,
        "status": "inactive",
        "title": "Bank card *4477",
        "card": {
            "first6": "555555",
            "last4": "4477",
            "expiry_year": "2030",
            "expiry_month": "12",
            "card_type": "MasterCard",
            "issuer_country": "RU",
        },
    })
}

fn authorization() -> Value {
    json!({"rrn": "10000000000", "auth_code": "000000", "three_d_secure": {"applied": true}})
}

/// The metadata in a few words, for people.
pub(super) fn metadata(payment: &Payment) -> String {
    let pairs = payment.wish.metadata.iter();
    let pairs: Vec<_> = pairs
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    pairs.join(" ")
}
