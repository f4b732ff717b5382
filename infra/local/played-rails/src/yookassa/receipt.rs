//! A receipt (54-FZ), as the official `OpenAPI` description has it.

use serde_json::Value;

use super::check::{Wrong, amount, wrong};

const ITEMS_MAX: usize = 80;
const DESCRIPTION_CHARS_MAX: usize = 128;
const SUBJECTS: [&str; 14] = [
    "commodity",
    "excise",
    "job",
    "service",
    "gambling_bet",
    "gambling_prize",
    "lottery",
    "lottery_prize",
    "intellectual_activity",
    "payment",
    "agent_commission",
    "property_right",
    "composite",
    "another",
];
const MODES: [&str; 7] = [
    "full_prepayment",
    "partial_prepayment",
    "advance",
    "full_payment",
    "partial_payment",
    "credit",
    "credit_payment",
];

/// Looks at a receipt over so many kopecks.
pub(super) fn check(receipt: &Value, minor: i64) -> Result<(), Wrong> {
    customer(receipt)?;
    let items = receipt.get("items").and_then(Value::as_array);
    let items = items.filter(|items| (1..=ITEMS_MAX).contains(&items.len()));
    let items = items.ok_or_else(|| wrong("receipt.items", "From 1 to 80 items"))?;
    let mut sum = 0_i64;
    for (number, one) in items.iter().enumerate() {
        sum = sum.saturating_add(item(one, &format!("receipt.items[{number}]"))?);
    }
    in_range(
        receipt,
        "tax_system_code",
        1..=6,
        "receipt.tax_system_code",
        false,
    )?;
    // In thousandths of a kopeck, as quantities have three digits.
    if sum != minor.saturating_mul(1_000) {
        return Err(wrong("receipt.items", "The items' sum is not the amount"));
    }
    Ok(())
}

fn customer(receipt: &Value) -> Result<(), Wrong> {
    let of = |name: &str| receipt.get("customer")?.get(name)?.as_str();
    let email = of("email").filter(|email| {
        email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
    });
    let phone = of("phone")
        .filter(|phone| (5..=15).contains(&phone.len()) && phone.bytes().all(|byte| byte.is_ascii_digit()));
    if email.is_none() && phone.is_none() {
        return Err(wrong(
            "receipt.customer",
            "Specify an e-mail address, or a telephone number in digits",
        ));
    }
    Ok(())
}

/// One item; gives its price times its quantity, in thousandths of a kopeck.
fn item(item: &Value, at: &str) -> Result<i64, Wrong> {
    let description = item
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !(1..=DESCRIPTION_CHARS_MAX).contains(&description.chars().count()) {
        return Err(wrong(format!("{at}.description"), "From 1 to 128 characters"));
    }
    let quantity = item.get("quantity").and_then(quantity);
    let quantity = quantity.ok_or_else(|| wrong(format!("{at}.quantity"), "Specify a positive number"))?;
    let (price, _) = amount(
        item.get("amount").unwrap_or(&Value::Null),
        &format!("{at}.amount"),
    )?;
    in_range(item, "vat_code", 1..=12, &format!("{at}.vat_code"), true)?;
    for (name, known) in [("payment_subject", &SUBJECTS[..]), ("payment_mode", &MODES[..])] {
        let said = item.get(name);
        if said.is_some_and(|said| !said.as_str().is_some_and(|said| known.contains(&said))) {
            return Err(wrong(format!("{at}.{name}"), "An unknown value"));
        }
    }
    if !item.get("measure").is_none_or(Value::is_string) {
        return Err(wrong(format!("{at}.measure"), "An unknown value"));
    }
    Ok(price.saturating_mul(quantity))
}

/// In thousandths. It is a number; the official Python package sends a string.
fn quantity(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part) && part.trim_end_matches('0').len() <= 3).then_some(())?;
    let thousandths = format!("{whole}{:0<3}", part.get(..part.len().min(3)).unwrap_or_default());
    thousandths.parse().ok().filter(|quantity| *quantity > 0)
}

fn in_range(
    body: &Value,
    name: &str,
    range: std::ops::RangeInclusive<i64>,
    at: &str,
    is_needed: bool,
) -> Result<(), Wrong> {
    let is_good = match body.get(name) {
        None => !is_needed,
        Some(value) => value.as_i64().is_some_and(|value| range.contains(&value)),
    };
    is_good.then_some(()).ok_or_else(|| wrong(at, "An unknown code"))
}
