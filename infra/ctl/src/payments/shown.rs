//! Payments and purchases as they are printed.

use domain::money::Credits;
use domain::payment::{Goods, Record};
use domain::purchase::Purchase;
use serde_json::{Value, json};
use store::Bought;

use crate::show::{count, list, time};

/// A line of a list.
pub(super) fn line(row: &Bought) -> String {
    match row {
        Bought::Payment(record) => payment_line(record),
        Bought::Purchase(purchase) => purchase_line(purchase),
    }
}

/// A row of a list, as JSON.
pub(super) fn row(row: &Bought) -> Value {
    match row {
        Bought::Payment(record) => payment(record),
        Bought::Purchase(purchase) => self::purchase(purchase),
    }
}

/// A payment in one line: when, what, how much, how it stands, and why it waits, if it does.
pub(super) fn payment_line(record: &Record) -> String {
    let payment = &record.payment;
    let user = record
        .user
        .map_or_else(|| "nobody's".to_owned(), |user| format!("user {user}"));
    let payer = record.payer.filter(|payer| record.user != Some(*payer));
    let user = match payer {
        Some(payer) => format!("{user} (paid by user {payer})"),
        None => user,
    };
    let misfit = payment
        .misfit
        .map(|misfit| format!(" ({})", misfit.as_str()))
        .unwrap_or_default();
    let wanted = match &record.refund_wanted {
        Some(wanted) => format!("  refund wanted by {}: {}", wanted.by, wanted.why),
        None => String::new(),
    };
    let test = if record.is_test { "  TEST MONEY" } else { "" };
    let part = payment.refunded > 0 && record.left().minor > 0;
    let back = part.then(|| format!(" ({} of it with us)", record.left()));
    format!(
        "{}  {}  {}{}  {user}  {:?}  {}{misfit}{test}{wanted}",
        time(payment.created_at),
        payment.state.as_str(),
        record.amount,
        back.unwrap_or_default(),
        record.title,
        payment.id
    )
}

/// A purchase in one line.
pub(super) fn purchase_line(purchase: &Purchase) -> String {
    let renewal = purchase
        .renewal
        .map_or_else(String::new, |renewal| format!("  renewal {}", renewal.as_str()));
    format!(
        "{}  purchase {}  {}  user {}  {:?}  {}{renewal}",
        time(purchase.opened_at),
        purchase.stage.as_str(),
        purchase.offer.price,
        purchase.id().user,
        purchase.title,
        purchase.id()
    )
}

/// `20 credits`, `the plan unlimited_1day for 1 day`, or both.
pub(super) fn goods(record: &Record) -> String {
    let Goods { credits, term } = &record.goods;
    let credits = (*credits > Credits::ZERO).then(|| count(credits.0, "credit"));
    let term = term
        .as_ref()
        .map(|term| format!("the plan {} for {}", term.plan, count(term.days, "day")));
    list(credits.into_iter().chain(term))
}

/// A payment as JSON.
pub(super) fn payment(record: &Record) -> Value {
    let payment = &record.payment;
    let wanted = record
        .refund_wanted
        .as_ref()
        .map(|wanted| json!({"by": wanted.by, "why": wanted.why, "at_ms": wanted.at.0}));
    json!({
        "kind": "payment",
        "id": payment.id.to_string(),
        "state": payment.state.as_str(),
        "misfit": payment.misfit.map(domain::payment::Misfit::as_str),
        "user": record.user.map(|user| user.0),
        "payer": record.payer.map(|payer| payer.0),
        "purchase": record.purchase.as_ref().map(ToString::to_string),
        "title": record.title,
        "amount": record.amount.decimal(),
        "currency": record.amount.currency.code(),
        "refunded_minor": payment.refunded,
        "credits": record.goods.credits.0,
        "plan": record.goods.term.as_ref().map(|term| &term.plan),
        "days": record.goods.term.as_ref().map(|term| term.days),
        "plan_ends_at_ms": record.ends_at.map(|at| at.0),
        "granted": payment.granted,
        "clawed": payment.clawed.0,
        "aside": payment.aside.0,
        "test": record.is_test,
        "created_at_ms": payment.created_at.0,
        "untold": record.untold.map(|untold| untold.news.as_str()),
        "refund_wanted": wanted,
        "refund_tries": record.refund_tries,
        "due_at_ms": record.due_at.map(|at| at.0),
    })
}

/// A purchase as JSON. Its address is where the customer pays, and nobody else's business.
pub(super) fn purchase(purchase: &Purchase) -> Value {
    let offer = &purchase.offer;
    json!({
        "kind": "purchase",
        "id": purchase.id().to_string(),
        "stage": purchase.stage.as_str(),
        "user": purchase.id().user.0,
        "rail": offer.rail.as_str(),
        "title": purchase.title,
        "amount": offer.price.decimal(),
        "currency": offer.price.currency.code(),
        "credits": offer.goods.credits.0,
        "plan": offer.goods.term.as_ref().map(|term| &term.plan),
        "reference": purchase.reference,
        "opened_at_ms": purchase.opened_at.0,
        "expires_at_ms": purchase.expires_at.0,
        "polls": purchase.polls,
        "due_at_ms": purchase.due_at.map(|at| at.0),
        "paid_by": purchase.paid_by.as_ref().map(ToString::to_string),
        "renewal": purchase.renewal.map(domain::purchase::Renewal::as_str),
    })
}
