//! A user's Stars as the page draws them.

use serde_json::{Value, json};

use crate::model::{ChatMessage, Service};
use crate::stars::{CheckoutState, Invoice, StarSubscription};
use crate::state::State;

pub(in crate::client) fn invoice(invoice: &Invoice) -> Value {
    json!({
        "slug": invoice.slug,
        "title": invoice.title,
        "description": invoice.description,
        "stars": invoice.stars,
        "monthly": invoice.monthly,
    })
}

/// The invoice of a message, and whether it was paid there.
pub(super) fn invoice_in(message: &ChatMessage) -> Option<Value> {
    let mut shown = invoice(message.now.invoice.as_ref()?);
    shown["paid"] = json!(message.now.receipt.is_some());
    // A button that the bot did not make speaks the client's language.
    shown["own_button"] = json!(message.now.markup.is_some());
    Some(shown)
}

/// A service message: what, how many Stars, and what for.
pub(super) fn service(state: &State, message: &ChatMessage) -> Option<Value> {
    let (kind, told) = match message.now.service.as_ref()? {
        Service::Paid(told)
            if told.get("is_recurring").is_some() && told.get("is_first_recurring").is_none() =>
        {
            ("renewed", told)
        }
        Service::Paid(told) => ("paid", told),
        Service::Refunded(told) => ("refunded", told),
    };
    let charge = told.get("telegram_payment_charge_id")?.as_str()?;
    let mut payments = state.stars.payments.iter();
    let payment = payments.find(|payment| payment.charge_id == charge)?;
    Some(json!({"kind": kind, "stars": payment.invoice.stars, "title": payment.invoice.title}))
}

pub(super) fn stars(state: &State, user_id: i64, now_ms: i64) -> Value {
    let all = state.stars.subscriptions.iter();
    let alive = all.filter(|one| one.user_id == user_id && !one.ended);
    json!({
        "balance": state.stars.balance(user_id),
        "subscriptions": alive.map(subscription).collect::<Vec<_>>(),
        "news": state.stars.troubles.front(),
        "checkout": checkout(state, user_id, now_ms),
    })
}

fn subscription(one: &StarSubscription) -> Value {
    json!({
        "charge_id": one.charge_id,
        "title": one.invoice.title,
        "stars": one.invoice.stars,
        "paid_until": one.paid_until,
        "canceled": one.canceled,
        "canceled_by_bot": one.canceled_by_bot,
    })
}

/// What became of what the user wanted to pay last.
fn checkout(state: &State, user_id: i64, now_ms: i64) -> Option<Value> {
    let mut latest = state.stars.checkouts.iter().rev();
    let latest = latest.find(|checkout| checkout.user_id == user_id)?;
    let (how, why) = match latest.state(now_ms) {
        CheckoutState::Waiting => ("waiting", None),
        CheckoutState::Refused(why) => ("refused", Some(why)),
        CheckoutState::TimedOut => ("timed_out", None),
        CheckoutState::TooFewStars => ("too_few", None),
        CheckoutState::Paid(_) => ("paid", None),
    };
    Some(json!({"id": latest.query_id, "state": how, "why": why}))
}
