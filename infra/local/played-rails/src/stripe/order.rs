//! What a Checkout session may be opened with.

use super::PlayedStripe;
use super::book::{Order, Session, SessionStatus};
use super::form::{Form, Wrong, wrong};
use crate::desk::{Reply, Request};
use crate::fault::Fault;

const KNOWN: [&str; 19] = [
    "mode",
    "client_reference_id",
    "customer_email",
    "metadata[*]",
    "payment_intent_data[metadata][*]",
    "payment_intent_data[description]",
    "payment_method_types[]",
    "line_items[][quantity]",
    "line_items[][price_data][currency]",
    "line_items[][price_data][unit_amount]",
    "line_items[][price_data][product_data][name]",
    "line_items[][price_data][product_data][description]",
    "success_url",
    "cancel_url",
    "expires_at",
    "locale",
    "submit_type",
    "ui_mode",
    "expand[]",
];
const REFERENCE_CHARS_MAX: usize = 200;
const TITLE_CHARS_MAX: usize = 250;
/// The least that can be charged: 50 cents.
const AMOUNT_MIN: i64 = 50;
const AMOUNT_MAX: i64 = 99_999_999;
const EXPIRES_S_MIN: i64 = 30 * 60;
const EXPIRES_S_MAX: i64 = 86_400;

impl PlayedStripe {
    pub(super) fn open(&self, request: &Request) -> Reply {
        let form = Form::read(&request.body);
        let now_ms = self.desk().now_ms();
        let (order, expires_s) = match read(&form, now_ms.div_euclid(1_000)) {
            Ok(asked) => asked,
            Err(wrong) => return super::api::refusal(&wrong),
        };
        let livemode = self.config().livemode && !self.desk().befalls(Fault::TestMoney);
        let mut book = self.book();
        let session = Session {
            id: book.next_id(if livemode { "cs_live" } else { "cs_test" }, now_ms),
            created_ms: now_ms,
            expires_s,
            status: SessionStatus::Open,
            is_paid: false,
            intent: None,
            livemode,
            order,
        };
        let shown = super::show::session(self, &session);
        book.sessions.push(session);
        Reply::new(200, shown)
    }
}

/// The order, and until when it can be paid, in unix seconds.
fn read(form: &Form, now_s: i64) -> Result<(Order, i64), Wrong> {
    form.only(&KNOWN)?;
    form.expanded(&[])?;
    match form.needed("mode")? {
        "payment" => {}
        _ => return Err(wrong(None, "mode", "Only the mode payment is played.")),
    }
    let (amount, currency, titles) = line_items(form)?;
    let reference = form.get("client_reference_id");
    if reference.is_some_and(|reference| reference.chars().count() > REFERENCE_CHARS_MAX) {
        return Err(wrong(None, "client_reference_id", "At most 200 characters."));
    }
    let cancel_url = form
        .get("cancel_url")
        .map(|url| web(url, "cancel_url"))
        .transpose()?;
    let order = Order {
        amount,
        currency,
        titles,
        reference: reference.map(str::to_owned),
        email: form.get("customer_email").map(str::to_owned),
        metadata: form.metadata("metadata")?,
        payment_metadata: form.metadata("payment_intent_data[metadata]")?,
        success_url: web(form.needed("success_url")?, "success_url")?,
        cancel_url,
    };
    Ok((order, expires_s(form, now_s)?))
}

fn expires_s(form: &Form, now_s: i64) -> Result<i64, Wrong> {
    let at = form.integer("expires_at")?.unwrap_or(now_s + EXPIRES_S_MAX);
    let refused = |why| Err(wrong(None, "expires_at", why));
    if at < now_s + EXPIRES_S_MIN {
        return refused(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
        );
    }
    if at > now_s + EXPIRES_S_MAX {
        return refused(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
        );
    }
    Ok(at)
}

fn web(url: &str, name: &str) -> Result<String, Wrong> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let refused = || wrong(Some("url_invalid"), name, "Not a valid URL");
    is_web.then(|| url.to_owned()).ok_or_else(refused)
}

fn line_items(form: &Form) -> Result<(i64, String, Vec<String>), Wrong> {
    let count = form.items("line_items");
    if count == 0 {
        return Err(wrong(
            Some("parameter_missing"),
            "line_items",
            "Missing required param: line_items.",
        ));
    }
    let (mut sum, mut currency, mut titles) = (0_i64, None, Vec::new());
    for number in 0..count {
        let at = |name: &str| format!("line_items[{number}]{name}");
        let its = form.needed(&at("[price_data][currency]"))?;
        let is_code = its.len() == 3 && its.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_code || currency.is_some_and(|other| other != its) {
            return Err(wrong(
                None,
                &at("[price_data][currency]"),
                format!("Invalid currency: {its}"),
            ));
        }
        currency = Some(its);
        let price = at("[price_data][unit_amount]");
        form.needed(&price)?;
        let unit = form
            .integer(&price)?
            .filter(|unit| (0..=AMOUNT_MAX).contains(unit));
        let unit = unit.ok_or_else(|| wrong(Some("parameter_invalid_integer"), &price, "Invalid amount"))?;
        let quantity = form
            .integer(&at("[quantity]"))?
            .filter(|quantity| (1..=999_999).contains(quantity));
        let quantity = quantity.ok_or_else(|| wrong(None, &at("[quantity]"), "Invalid quantity"))?;
        sum = sum.saturating_add(unit.saturating_mul(quantity));
        titles.push(title(form, &at("[price_data][product_data][name]"))?);
    }
    match sum {
        AMOUNT_MIN..=AMOUNT_MAX => Ok((sum, currency.unwrap_or_default().to_owned(), titles)),
        ..AMOUNT_MIN => {
            let why = "The Checkout Session's total amount must convert to at least 50 cents.";
            Err(wrong(Some("amount_too_small"), "line_items", why))
        }
        _ => Err(wrong(
            Some("amount_too_large"),
            "line_items",
            "Amount must be no more than $999,999.99",
        )),
    }
}

fn title(form: &Form, name: &str) -> Result<String, Wrong> {
    let title = form.needed(name)?;
    if title.chars().count() > TITLE_CHARS_MAX {
        return Err(wrong(None, name, "At most 250 characters."));
    }
    Ok(title.to_owned())
}
