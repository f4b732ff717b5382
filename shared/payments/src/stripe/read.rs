//! What Stripe's answers say.

use domain::money::{Amount, Currency};
use domain::payment::{Money, PaymentId, PurchaseId, Rail, Truth};
use serde_json::Value;

use crate::http::{Answer, is_page};
use crate::{Opened, Outcome, Page};

/// A Checkout session as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: String,
    /// The payment that came of it, if one has begun.
    pub payment: Option<String>,
    /// Nobody can pay it any more.
    pub is_expired: bool,
    /// Somebody has paid it, or their bank is at it: nobody can pay it again.
    pub is_complete: bool,
    /// Where the customer pays, while that can be.
    pub url: Option<String>,
    /// Our purchase.
    pub purchase: Option<PurchaseId>,
}

pub(super) fn opened(answer: &Answer, base: &str) -> Outcome<Opened> {
    let opened = session(&answer.body, base).and_then(|session| {
        Some(Opened {
            id: session.id,
            url: session.url?,
        })
    });
    match opened.filter(|_| answer.status == 200) {
        Some(opened) => Outcome::Done(opened),
        None => answer.outcome(code(answer)),
    }
}

pub(super) fn refunded(answer: &Answer) -> Outcome<()> {
    match (answer.status, text(&answer.body, "/status")) {
        (200, Some("succeeded" | "pending" | "requires_action")) => Outcome::Done(()),
        (200, Some(status @ ("failed" | "canceled"))) => Outcome::Refused {
            why: text(&answer.body, "/failure_reason").unwrap_or(status).to_owned(),
        },
        // Whoever asked first was faster, or a hand at the dashboard was: there is nothing left to be done.
        (400, _) if code(answer) == Some("charge_already_refunded") => Outcome::Done(()),
        _ => answer.outcome(code(answer)),
    }
}

pub(super) fn session(body: &Value, base: &str) -> Option<Session> {
    is(body, "checkout.session").then_some(())?;
    let url = text(body, "/url").filter(|url| is_page(url, base));
    Some(Session {
        id: text(body, "/id")?.to_owned(),
        payment: text(body, "/payment_intent").map(str::to_owned),
        is_expired: text(body, "/status") == Some("expired"),
        is_complete: text(body, "/status") == Some("complete"),
        url: url.map(str::to_owned),
        purchase: text(body, "/client_reference_id").and_then(PurchaseId::parse),
    })
}

/// A payment intent with its latest charge; `None` if it is none that can be read.
pub(super) fn truth(body: &Value) -> Option<Truth> {
    is(body, "payment_intent").then_some(())?;
    let currency = Currency::parse(text(body, "/currency")?)?;
    let charge = body.get("latest_charge").filter(|charge| charge.is_object());
    let money = match text(body, "/status")? {
        "canceled" => Money::Canceled,
        // What has arrived is known of the charge alone: without it there is nothing to be sure of.
        "succeeded" => match charge {
            None => return None,
            Some(charge) if flag(charge, "disputed") => Money::Disputed,
            Some(charge) if flag(charge, "paid") => Money::Arrived,
            Some(_) => Money::Awaited,
        },
        "processing" => Money::Underway,
        _ => Money::Awaited,
    };
    let minor = match money {
        Money::Arrived | Money::Disputed => body.get("amount_received")?.as_u64()?,
        Money::Awaited | Money::Underway | Money::Canceled => body.get("amount")?.as_u64()?,
    };
    let refunded = charge.and_then(|charge| charge.get("amount_refunded")?.as_u64());
    Some(Truth {
        id: PaymentId {
            rail: Rail::Stripe,
            id: text(body, "/id")?.to_owned(),
        },
        money,
        amount: Amount { minor, currency },
        refunded: refunded.unwrap_or(0),
        shop: None,
        purchase: text(body, "/metadata/purchase").and_then(PurchaseId::parse),
        payer: None,
        is_test: !flag(body, "livemode"),
    })
}

/// Whether every dispute on a list ended with the money in our hands; `None` if it is no list, or has none on it.
pub(super) fn are_all_won(body: &Value) -> Option<bool> {
    let disputes = body
        .get("data")?
        .as_array()
        .filter(|disputes| !disputes.is_empty())?;
    let is_won = |dispute: &Value| matches!(text(dispute, "/status"), Some("won" | "warning_closed"));
    Some(disputes.iter().all(is_won))
}

pub(super) fn page(body: &Value) -> Option<Page> {
    let items = body.get("data")?.as_array()?;
    let more = flag(body, "has_more");
    let last = items.last().and_then(|item| text(item, "/id"));
    Some(Page {
        payments: items.iter().filter_map(truth).collect(),
        next: last.filter(|_| more).map(str::to_owned),
        until: None,
    })
}

fn is(body: &Value, object: &str) -> bool {
    text(body, "/object") == Some(object)
}

fn flag(body: &Value, name: &str) -> bool {
    body.get(name) == Some(&Value::Bool(true))
}

fn code(answer: &Answer) -> Option<&str> {
    text(&answer.body, "/error/code").or_else(|| text(&answer.body, "/error/type"))
}

pub(super) fn text<'v>(body: &'v Value, pointer: &str) -> Option<&'v str> {
    body.pointer(pointer)?.as_str()
}
