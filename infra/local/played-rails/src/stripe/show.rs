//! Everything as the API and the events show it.

use serde_json::{Value, json};

use super::book::{
    Book, Charge, ChargeStatus, Dispute, DisputeStatus, Intent, IntentStatus, Refund, RefundStatus, Session,
    SessionStatus,
};
use super::{API_VERSION, PlayedStripe};

fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1_000)
}

pub(super) fn session(account: &PlayedStripe, session: &Session) -> Value {
    let order = &session.order;
    let is_open = session.status == SessionStatus::Open;
    let email = order.email.as_ref();
    json!({
        "id": session.id,
        "object": "checkout.session",
        "amount_subtotal": order.amount,
        "amount_total": order.amount,
        "cancel_url": order.cancel_url,
        "client_reference_id": order.reference,
        "created": seconds(session.created_ms),
        "currency": order.currency,
        "customer_details": email.map(|email| json!({"email": email})),
        "customer_email": email,
        "expires_at": session.expires_s,
        "livemode": session.livemode,
        "metadata": order.metadata,
        "mode": "payment",
        "payment_intent": session.intent,
        "payment_method_types": ["card", "sepa_debit"],
        "payment_status": if session.is_paid { "paid" } else { "unpaid" },
        "status": session.status.name(),
        "success_url": order.success_url,
        "ui_mode": "hosted",
        "url": is_open.then(|| super::page::url(account, &session.id)),
    })
}

/// A payment, with its latest charge in full or by its name.
pub(super) fn intent(book: &Book, intent: &Intent, is_expanded: bool) -> Value {
    let charge_in_full = || {
        book.charge(intent.charge.as_deref()?)
            .map(|one| charge(book, one))
    };
    let latest = if is_expanded {
        charge_in_full().unwrap_or_default()
    } else {
        json!(intent.charge)
    };
    let received = match intent.status {
        IntentStatus::Succeeded => intent.amount,
        _ => 0,
    };
    let declined = intent
        .declined
        .as_ref()
        .map(|code| json!({"type": "card_error", "code": "card_declined", "decline_code": code}));
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_received": received,
        "capture_method": "automatic_async",
        "created": seconds(intent.created_ms),
        "currency": intent.currency,
        "last_payment_error": declined,
        "latest_charge": latest,
        "livemode": intent.livemode,
        "metadata": intent.metadata,
        "status": intent.status.name(),
    })
}

pub(super) fn charge(book: &Book, charge: &Charge) -> Value {
    let refunded = book.refunded(&charge.id);
    let is_paid = charge.status == ChargeStatus::Succeeded;
    let method = if charge.is_by_card {
        json!({"type": "card", "card": {"brand": "visa", "last4": "4242", "country": "US"}})
    } else {
        json!({"type": "sepa_debit", "sepa_debit": {"last4": "3201", "country": "DE"}})
    };
    json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": if is_paid { charge.amount } else { 0 },
        "amount_refunded": refunded,
        "captured": is_paid,
        "created": seconds(charge.created_ms),
        "currency": charge.currency,
        // It says that there has been a dispute, however that ended.
        "disputed": book.dispute_of(&charge.id).is_some(),
        "failure_code": charge.failure,
        "livemode": charge.livemode,
        "metadata": charge.metadata,
        "paid": is_paid,
        "payment_intent": charge.intent,
        "payment_method_details": method,
        "refunded": is_paid && refunded == charge.amount,
        "status": charge.status.name(),
    })
}

pub(super) fn refund(refund: &Refund) -> Value {
    let failure = (refund.status == RefundStatus::Failed).then_some("lost_or_stolen_card");
    let mut shown = json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "charge": refund.charge,
        "created": seconds(refund.created_ms),
        "currency": refund.currency,
        "metadata": refund.metadata,
        "payment_intent": refund.intent,
        "reason": refund.reason,
        "status": refund.status.name(),
    });
    if let (Some(shown), Some(failure)) = (shown.as_object_mut(), failure) {
        shown.insert("failure_reason".to_owned(), failure.into());
    }
    shown
}

pub(super) fn dispute(dispute: &Dispute) -> Value {
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "charge": dispute.charge,
        "created": seconds(dispute.created_ms),
        "currency": dispute.currency,
        "evidence_details": {"has_evidence": false, "past_due": false, "submission_count": 0},
        "is_charge_refundable": false,
        "livemode": dispute.livemode,
        "metadata": {},
        "payment_intent": dispute.intent,
        "reason": "fraudulent",
        "status": dispute.status.name(),
        "balance_transactions": balance(dispute),
    })
}

/// What a dispute took from the account, and what came back.
fn balance(dispute: &Dispute) -> Value {
    let one = |amount: i64| json!({"object": "balance_transaction", "amount": amount, "currency": dispute.currency});
    match dispute.status {
        DisputeStatus::Won => json!([one(-dispute.amount), one(dispute.amount)]),
        DisputeStatus::NeedsResponse | DisputeStatus::Lost => json!([one(-dispute.amount)]),
    }
}

pub(super) fn event(id: &str, kind: &str, now_ms: i64, livemode: bool, object: &Value) -> String {
    json!({
        "id": id,
        "object": "event",
        "api_version": API_VERSION,
        "created": seconds(now_ms),
        "data": {"object": object},
        "livemode": livemode,
        "pending_webhooks": 1,
        "request": {"id": null, "idempotency_key": null},
        "type": kind,
    })
    .to_string()
}

impl PlayedStripe {
    pub(super) fn tell(&self, kind: &str, about: &str, livemode: bool, object: &Value) {
        let now_ms = self.desk().now_ms();
        let id = format!("evt_{now_ms:x}P{:06x}", self.desk().letters().len());
        self.desk()
            .write(kind, about, event(&id, kind, now_ms, livemode, object));
    }
}
