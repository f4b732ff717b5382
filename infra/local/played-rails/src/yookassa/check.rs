//! What a request may say, as the official `OpenAPI` description has it.

use serde_json::{Map, Value};

use super::PlayedYooKassa;
use super::book::Wish;
use super::receipt;
use crate::money::read_decimal;

const DESCRIPTION_CHARS_MAX: usize = 128;
const REFUND_DESCRIPTION_CHARS_MAX: usize = 250;
const CUSTOMER_CHARS_MAX: usize = 200;
const RETURN_URL_CHARS_MAX: usize = 2_048;
const METADATA_KEYS_MAX: usize = 16;
const METADATA_KEY_CHARS_MAX: usize = 32;
const METADATA_VALUE_CHARS_MAX: usize = 512;

/// What is wrong, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) parameter: String,
    pub(super) why: &'static str,
}

pub(super) fn wrong(parameter: impl Into<String>, why: &'static str) -> Wrong {
    Wrong {
        parameter: parameter.into(),
        why,
    }
}

/// An amount in kopecks, and its currency.
pub(super) fn amount(body: &Value, at: &str) -> Result<(i64, String), Wrong> {
    let field = |name: &str| body.get(name).and_then(Value::as_str);
    let value = field("value").and_then(read_decimal).filter(|minor| *minor > 0);
    let value =
        value.ok_or_else(|| wrong(format!("{at}.value"), "Specify a positive decimal, as a string"))?;
    match field("currency") {
        Some("RUB") => Ok((value, "RUB".to_owned())),
        _ => Err(wrong(format!("{at}.currency"), "The shop takes RUB only")),
    }
}

/// A new payment: how much, and what else.
pub(super) fn payment(shop: &PlayedYooKassa, body: &Value) -> Result<(i64, String, Wish), Wrong> {
    const KNOWN: [&str; 7] = [
        "amount",
        "capture",
        "confirmation",
        "description",
        "metadata",
        "receipt",
        "merchant_customer_id",
    ];
    complain(shop, "payments", body, &KNOWN);
    let (minor, currency) = amount(body.get("amount").unwrap_or(&Value::Null), "amount")?;
    let captures_at_once = match body.get("capture") {
        None => false,
        Some(Value::Bool(capture)) => *capture,
        Some(_) => return Err(wrong("capture", "Specify true or false")),
    };
    let receipt = body.get("receipt").filter(|receipt| !receipt.is_null());
    if let Some(receipt) = receipt {
        receipt::check(receipt, minor)?;
    }
    let wish = Wish {
        captures_at_once,
        return_url: return_url(body.get("confirmation"))?,
        description: text(body, "description", DESCRIPTION_CHARS_MAX)?,
        metadata: metadata(body.get("metadata"))?,
        merchant_customer_id: text(body, "merchant_customer_id", CUSTOMER_CHARS_MAX)?,
        receipt: receipt.cloned(),
    };
    Ok((minor, currency, wish))
}

/// A refund: of which payment, how much, and what else.
pub(super) fn refund(
    shop: &PlayedYooKassa,
    body: &Value,
) -> Result<(String, i64, super::refunds::Asked), Wrong> {
    const KNOWN: [&str; 5] = ["payment_id", "amount", "description", "receipt", "metadata"];
    complain(shop, "refunds", body, &KNOWN);
    let payment = body.get("payment_id").and_then(Value::as_str);
    let payment = payment.ok_or_else(|| wrong("payment_id", "Specify the payment"))?;
    let (minor, _) = amount(body.get("amount").unwrap_or(&Value::Null), "amount")?;
    let receipt = body.get("receipt").filter(|receipt| !receipt.is_null());
    if let Some(receipt) = receipt {
        receipt::check(receipt, minor)?;
    }
    let asked = super::refunds::Asked {
        description: text(body, "description", REFUND_DESCRIPTION_CHARS_MAX)?,
        metadata: metadata(body.get("metadata"))?,
        has_receipt: receipt.is_some(),
    };
    Ok((payment.to_owned(), minor, asked))
}

fn complain(shop: &PlayedYooKassa, of: &str, body: &Value, known: &[&str]) {
    let names = body.as_object().into_iter().flat_map(Map::keys);
    for name in names.filter(|name| !known.contains(&name.as_str())) {
        shop.desk()
            .complain(format!("`{name}` is no field of {of} that is played"));
    }
}

fn return_url(confirmation: Option<&Value>) -> Result<Option<String>, Wrong> {
    let Some(confirmation) = confirmation.filter(|confirmation| !confirmation.is_null()) else {
        return Ok(None);
    };
    if confirmation.get("type").and_then(Value::as_str) != Some("redirect") {
        return Err(wrong("confirmation.type", "Only redirect is played"));
    }
    let url = confirmation.get("return_url").and_then(Value::as_str);
    let url = url.filter(|url| {
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        is_web && url.chars().count() <= RETURN_URL_CHARS_MAX
    });
    let url = url.ok_or_else(|| wrong("confirmation.return_url", "Specify where the customer returns to"))?;
    Ok(Some(url.to_owned()))
}

fn text(body: &Value, name: &str, chars_max: usize) -> Result<Option<String>, Wrong> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= chars_max => Ok(Some(text.clone())),
        Some(_) => Err(wrong(name, "A text, and not as long as this")),
    }
}

fn metadata(metadata: Option<&Value>) -> Result<Map<String, Value>, Wrong> {
    let refused = |why| Err(wrong("metadata", why));
    let metadata = match metadata {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return refused("Specify an object"),
    };
    if metadata.len() > METADATA_KEYS_MAX {
        return refused("At most 16 keys");
    }
    let fits = |text: &str, most| text.chars().count() <= most;
    let is_good = |(key, value): (&String, &Value)| {
        let value = value.as_str();
        fits(key, METADATA_KEY_CHARS_MAX) && value.is_some_and(|value| fits(value, METADATA_VALUE_CHARS_MAX))
    };
    if metadata.iter().all(is_good) {
        Ok(metadata.clone())
    } else {
        refused("Keys of at most 32 characters, values are strings of at most 512")
    }
}
