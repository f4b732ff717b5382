//! What `YooKassa`'s answers say.

use domain::money::{Amount, Currency};
use domain::payment::{Money, PaymentId, PurchaseId, Rail, Truth};
use serde_json::Value;

use crate::http::{Answer, is_page};
use crate::{Opened, Outcome, Page};

/// A payment was opened, or was not.
pub(super) fn opened(answer: &Answer, base: &str) -> Outcome<Opened> {
    let opened = || {
        let id = text(&answer.body, "/id")?.to_owned();
        Some(Opened {
            id,
            url: confirmation_url(&answer.body, base)?,
        })
    };
    match opened().filter(|_| answer.status == 200) {
        Some(opened) => Outcome::Done(opened),
        // Paid or canceled by now: there is nothing to be opened under this key any more.
        None if answer.status == 200 && text(&answer.body, "/id").is_some() => Outcome::Refused {
            why: format!(
                "it is {} already",
                text(&answer.body, "/status").unwrap_or("closed")
            ),
        },
        None => answer.outcome(code(answer)),
    }
}

/// A refund was taken on, or was not.
pub(super) fn refunded(answer: &Answer) -> Outcome<()> {
    match (answer.status, text(&answer.body, "/status")) {
        (200, Some("succeeded" | "pending")) => Outcome::Done(()),
        (200, Some("canceled")) => Outcome::Refused {
            why: text(&answer.body, "/cancellation_details/reason")
                .unwrap_or("canceled")
                .to_owned(),
        },
        _ => answer.outcome(code(answer)),
    }
}

/// The name of a refund that was taken on and is not done.
pub(super) fn pending(answer: &Answer) -> Option<String> {
    let is_pending = answer.status == 200 && text(&answer.body, "/status") == Some("pending");
    text(&answer.body, "/id")
        .filter(|_| is_pending)
        .map(str::to_owned)
}

/// Where the customer pays, while a payment waits for that.
pub(super) fn confirmation_url(body: &Value, base: &str) -> Option<String> {
    let url = text(body, "/confirmation/confirmation_url")?;
    is_page(url, base).then(|| url.to_owned())
}

/// A payment as it stands; `None` if it is none that can be read.
pub(super) fn truth(body: &Value) -> Option<Truth> {
    let amount = amount(body.get("amount")?)?;
    let money = match text(body, "/status")? {
        "succeeded" => Money::Arrived,
        "canceled" => Money::Canceled,
        _ => Money::Awaited,
    };
    let refunded = body.get("refunded_amount").map_or(Some(0), |refunded| {
        // In another currency it would be no part of the amount, and nothing here would be right.
        let refunded = self::amount(refunded)?;
        (refunded.currency == amount.currency).then_some(refunded.minor)
    })?;
    Some(Truth {
        id: PaymentId {
            rail: Rail::YooKassa,
            id: text(body, "/id")?.to_owned(),
        },
        // What was only authorised has not arrived, whatever the status says.
        money: match money {
            Money::Arrived if body.get("paid") == Some(&Value::Bool(false)) => Money::Awaited,
            money => money,
        },
        amount,
        refunded,
        shop: text(body, "/recipient/account_id").map(str::to_owned),
        purchase: text(body, "/metadata/purchase").and_then(PurchaseId::parse),
        payer: None,
        // Whoever does not say takes no real money.
        is_test: body.get("test") != Some(&Value::Bool(false)),
    })
}

/// A page of payments; whatever cannot be read is left out, as it can be none of ours.
pub(super) fn page(body: &Value) -> Option<Page> {
    let items = body.get("items")?.as_array()?;
    Some(Page {
        payments: items.iter().filter_map(truth).collect(),
        next: text(body, "/next_cursor").map(str::to_owned),
        until: None,
    })
}

pub(super) fn amount(body: &Value) -> Option<Amount> {
    let currency = Currency::parse(text(body, "/currency")?)?;
    Amount::parse_decimal(text(body, "/value")?, currency)
}

fn code(answer: &Answer) -> Option<&str> {
    text(&answer.body, "/code")
}

pub(super) fn text<'v>(body: &'v Value, pointer: &str) -> Option<&'v str> {
    body.pointer(pointer)?.as_str()
}
