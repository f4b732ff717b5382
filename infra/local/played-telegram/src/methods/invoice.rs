//! `sendInvoice`, `createInvoiceLink`: for Stars only, since the played bot has no payment provider.
//!
//! Texts: those that bots have been told (`STARS_INVOICE_INVALID`, `PAYMENT_PROVIDER_INVALID`) or that
//! <https://core.telegram.org/method/messages.sendMedia> names; how a period is refused is not published.

use serde_json::Value;

use super::send::room;
use crate::error::ApiError;
use crate::markup::Markup;
use crate::model::{Button, Shown};
use crate::params::Params;
use crate::server::Server;
use crate::stars::{Invoice, SUBSCRIPTION_PERIOD_S};
use crate::wire;

/// The price of a subscription, at most.
const SUBSCRIPTION_STARS_MAX: i64 = 10_000;

pub(super) fn link(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let invoice = read(params)?;
    let kept = server.write(|state| state.stars.keep(invoice, server.now_ms()));
    Ok(Value::String(kept.link()))
}

pub(super) fn send(server: &Server, params: &Params) -> Result<Value, ApiError> {
    let invoice = read(params)?;
    let markup = with_pay_button(Markup::read_of_invoice(params)?, invoice.stars)?;
    server.write(|state| {
        let chat_id = room(server, state, params)?;
        let now_ms = server.now_ms();
        let invoice = state.stars.keep(invoice, now_ms);
        let shown = Shown {
            since_ms: now_ms,
            buttons: markup.buttons,
            markup: markup.raw,
            invoice: Some(invoice),
            ..Shown::default()
        };
        let message_id = state.post(chat_id, true, shown);
        Ok(wire::message(&server.config, state, chat_id, message_id))
    })
}

/// The first button pays. Without any, Telegram makes it.
fn with_pay_button(mut markup: Markup, stars: i64) -> Result<Markup, ApiError> {
    let pays = |place: usize| {
        markup
            .buttons
            .iter()
            .flatten()
            .nth(place)
            .is_some_and(|button| button.pay)
    };
    match markup
        .buttons
        .iter()
        .flatten()
        .filter(|button| button.pay)
        .count()
    {
        _ if markup.buttons.is_empty() => {
            markup.buttons.push(vec![Button {
                text: format!("Pay ⭐{stars}"),
                callback_data: None,
                url: None,
                pay: true,
            }]);
            Ok(markup)
        }
        1 if pays(0) => Ok(markup),
        _ => Err(ApiError::bad_request("REPLY_MARKUP_BUY_EMPTY")),
    }
}

fn read(params: &Params) -> Result<Invoice, ApiError> {
    let text = |name: &str| params.text(name).unwrap_or_default().to_owned();
    if text("currency") != "XTR" {
        return Err(ApiError::bad_request("PAYMENT_PROVIDER_INVALID"));
    }
    let tips = params.int("max_tip_amount").unwrap_or_default() != 0 || params.has("suggested_tip_amounts");
    if !text("provider_token").is_empty() || tips {
        return Err(ApiError::bad_request("STARS_INVOICE_INVALID"));
    }
    let stars = only_price(params)?;
    let monthly = period(params, stars)?;
    Ok(Invoice {
        slug: String::new(),
        title: text("title"),
        description: text("description"),
        payload: text("payload"),
        stars,
        monthly,
        start_parameter: text("start_parameter"),
    })
}

fn only_price(params: &Params) -> Result<i64, ApiError> {
    let prices = params.value("prices").and_then(Value::as_array);
    let [price] = prices.map(Vec::as_slice).unwrap_or_default() else {
        return Err(ApiError::bad_request("STARS_INVOICE_INVALID"));
    };
    let stars = price.get("amount").and_then(Value::as_i64).unwrap_or_default();
    let fair = (stars > 0).then_some(stars);
    fair.ok_or_else(|| ApiError::bad_request("CURRENCY_TOTAL_AMOUNT_INVALID"))
}

/// Whether it is a subscription's.
fn period(params: &Params, stars: i64) -> Result<bool, ApiError> {
    match params.int("subscription_period") {
        None | Some(0) => Ok(false),
        Some(SUBSCRIPTION_PERIOD_S) if stars <= SUBSCRIPTION_STARS_MAX => Ok(true),
        Some(SUBSCRIPTION_PERIOD_S) => Err(ApiError::bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")),
        Some(_) => Err(ApiError::bad_request("SUBSCRIPTION_PERIOD_INVALID")),
    }
}
