//! Stars change hands, both chats and the bot hear of it.

use serde_json::{Value, json};

use super::{
    CheckoutState, Held, Invoice, PaymentNews, SUBSCRIPTION_PERIOD_S, StarPayment, StarSubscription,
    Transaction, What,
};
use crate::config::Config;
use crate::error::ApiError;
use crate::model::{Service, Shown};
use crate::state::State;
use crate::wire;

/// The bot answers a checkout: yes takes the Stars, a reason refuses. Too late, or a second time, is an error.
pub(crate) fn answer(
    config: &Config,
    state: &mut State,
    query_id: &str,
    no: Option<String>,
    now_ms: i64,
) -> Result<(), ApiError> {
    let mut checkouts = state.stars.checkouts.iter_mut();
    let waiting = checkouts
        .find(|checkout| checkout.query_id == query_id && checkout.state(now_ms) == CheckoutState::Waiting);
    let checkout = waiting.ok_or_else(ApiError::query_too_old)?;
    if let Some(reason) = no {
        checkout.answered = Some(CheckoutState::Refused(reason));
        return Ok(());
    }
    let (user_id, invoice, message_id) = (checkout.user_id, checkout.invoice.clone(), checkout.message_id);
    let first_until = invoice
        .monthly
        .then(|| (now_ms.div_euclid(1_000) + SUBSCRIPTION_PERIOD_S, true));
    let outcome = match charge(config, state, (user_id, &invoice), first_until, now_ms) {
        Some(charge_id) => {
            subscribe(state, &charge_id);
            receipt(state, user_id, message_id, &charge_id);
            CheckoutState::Paid(charge_id)
        }
        None => CheckoutState::TooFewStars,
    };
    let mut checkouts = state.stars.checkouts.iter_mut();
    if let Some(checkout) = checkouts.find(|checkout| checkout.query_id == query_id) {
        checkout.answered = Some(outcome);
    }
    Ok(())
}

/// Takes the Stars, writes the line and tells everybody; `None` if there are too few.
pub(crate) fn charge(
    config: &Config,
    state: &mut State,
    (user_id, invoice): (i64, &Invoice),
    paid_until: Option<(i64, bool)>,
    now_ms: i64,
) -> Option<String> {
    let stars = &mut state.stars;
    let left = stars
        .balance(user_id)
        .checked_sub(invoice.stars)
        .filter(|left| *left >= 0)?;
    stars.balances.insert(user_id, left);
    stars.bot_balance += invoice.stars;
    // The time makes it another one after a restart, for whoever keeps their tables.
    let charge_id = format!("stx{now_ms:x}{:04x}", stars.payments.len());
    stars.transactions.push(Transaction {
        id: charge_id.clone(),
        what: What::Payment,
        at_ms: now_ms,
    });
    let payment = StarPayment {
        charge_id: charge_id.clone(),
        user_id,
        invoice: invoice.clone(),
        at_ms: now_ms,
        refunded: false,
        paid_until,
    };
    stars.payments.push(payment.clone());
    tell_of_payment(config, state, &payment);
    Some(charge_id)
}

/// The first payment of a subscription makes it.
fn subscribe(state: &mut State, charge_id: &str) {
    let payment = state
        .stars
        .payments
        .iter()
        .find(|payment| payment.charge_id == charge_id);
    if let Some(payment) = payment
        && let Some((paid_until, true)) = payment.paid_until
    {
        let subscription = StarSubscription {
            charge_id: charge_id.to_owned(),
            user_id: payment.user_id,
            invoice: payment.invoice.clone(),
            paid_until,
            canceled: false,
            canceled_by_bot: false,
            ended: false,
        };
        state.stars.subscriptions.push(subscription);
    }
}

/// An invoice that was paid in its chat shows a receipt from now on.
fn receipt(state: &mut State, user_id: i64, message_id: Option<i64>, charge_id: &str) {
    if let Some(message) = message_id.and_then(|message_id| state.message_mut(user_id, message_id)) {
        message.now.receipt = Some(charge_id.to_owned());
    }
}

fn tell_of_payment(config: &Config, state: &mut State, payment: &StarPayment) {
    // Whoever pays has opened the bot by that.
    if let Some(user) = state.users.get_mut(&payment.user_id) {
        user.started = true;
    }
    let mut told = json!({
        "currency": "XTR",
        "total_amount": payment.invoice.stars,
        "invoice_payload": payment.invoice.payload,
        "telegram_payment_charge_id": payment.charge_id,
        "provider_payment_charge_id": format!("{}_{}", payment.user_id, payment.charge_id),
    });
    if let Some((until, is_first)) = payment.paid_until {
        told["subscription_expiration_date"] = json!(until);
        told["is_recurring"] = json!(true);
        if is_first {
            told["is_first_recurring"] = json!(true);
        }
    }
    let message = service(config, state, payment, Service::Paid(told));
    push_news(state, payment, message);
}

/// The update about a payment: once, unless somebody wants trouble.
fn push_news(state: &mut State, payment: &StarPayment, message: Value) {
    let (owner, at_ms) = (payment.user_id, payment.at_ms);
    match state.stars.troubles.pop_front() {
        Some(PaymentNews::Lost) => {}
        None => {
            state.outbox.push("message", owner, message, at_ms);
        }
        Some(PaymentNews::Twice) => state.outbox.push_twice("message", owner, message, at_ms),
        Some(PaymentNews::Late) => state.outbox.hold(Held::Other(owner), owner, message, at_ms),
        Some(PaymentNews::AfterRefund) => {
            let until = Held::Refund(payment.charge_id.clone());
            state.outbox.hold(until, owner, message, at_ms);
        }
    }
}

/// Posts a service message of the payer's chat, and says how it looks in an update.
fn service(config: &Config, state: &mut State, payment: &StarPayment, service: Service) -> Value {
    let from_bot = matches!(service, Service::Refunded(_));
    let shown = Shown {
        since_ms: payment.at_ms,
        service: Some(service),
        ..Shown::default()
    };
    let message_id = state.post(payment.user_id, from_bot, shown);
    wire::message(config, state, payment.user_id, message_id)
}

/// The bot gives a payment back, all of it.
pub(crate) fn refund(
    config: &Config,
    state: &mut State,
    user_id: i64,
    charge_id: &str,
    now_ms: i64,
) -> Result<(), ApiError> {
    let bot_has = state.stars.bot_balance;
    let mut payments = state.stars.payments.iter_mut();
    let payment = payments
        .find(|payment| payment.charge_id == charge_id && payment.user_id == user_id)
        .ok_or_else(|| ApiError::bad_request("CHARGE_NOT_FOUND"))?;
    if payment.refunded {
        return Err(ApiError::bad_request("CHARGE_ALREADY_REFUNDED"));
    }
    if bot_has < payment.invoice.stars {
        return Err(ApiError::bad_request("BALANCE_TOO_LOW"));
    }
    payment.refunded = true;
    let refunded = StarPayment {
        at_ms: now_ms,
        ..payment.clone()
    };
    give_back(state, &refunded);
    tell_of_refund(config, state, &refunded);
    Ok(())
}

fn give_back(state: &mut State, refunded: &StarPayment) {
    state.stars.bot_balance -= refunded.invoice.stars;
    *state.stars.balances.entry(refunded.user_id).or_default() += refunded.invoice.stars;
    state.stars.transactions.push(Transaction {
        id: refunded.charge_id.clone(),
        what: What::Refund,
        at_ms: refunded.at_ms,
    });
}

fn tell_of_refund(config: &Config, state: &mut State, refunded: &StarPayment) {
    let told = json!({
        "currency": "XTR",
        "total_amount": refunded.invoice.stars,
        "invoice_payload": refunded.invoice.payload,
        "telegram_payment_charge_id": refunded.charge_id,
    });
    let message = service(config, state, refunded, Service::Refunded(told));
    state
        .outbox
        .push("message", refunded.user_id, message, refunded.at_ms);
}
