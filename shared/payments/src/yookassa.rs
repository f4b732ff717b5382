//! `YooKassa`, API v3.
//!
//! Source: yookassa.ru/developers, "Using the API" and the official `OpenAPI` description; read on 2026-11-21.

mod notice;
mod read;

use std::fmt;
use std::time::Duration;

use domain::contact::Contact;
use domain::money::Amount;
use domain::payment::Truth;
use domain::time::Timestamp;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

pub use notice::{Notice, is_known};

use crate::http::{Answer, send};
use crate::{Opened, Order, Outcome, Page, Refund, Unanswered};

/// The longest description of a payment, in characters.
const DESCRIPTION_CHARS_MAX: usize = 128;
/// How many payments one page of a list has at most.
const PAGE: u32 = 100;

/// A receipt, where the operator has to give them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Where it goes.
    pub contact: Contact,
    /// The tax on it: 1 is none.
    pub vat_code: u8,
}

/// A shop at `YooKassa`. Cheap to clone.
#[derive(Clone)]
pub struct Shop {
    http: reqwest::Client,
    base: String,
    id: String,
    secret_key: String,
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop")
            .field("base", &self.base)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Shop {
    /// A shop with this secret key. The base is `https://api.yookassa.ru/v3`, or a server of one's own.
    pub fn new(
        http: reqwest::Client,
        base: &str,
        id: impl Into<String>,
        secret_key: impl Into<String>,
    ) -> Self {
        Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            id: id.into(),
            secret_key: secret_key.into(),
        }
    }

    /// Our name at `YooKassa`, which every payment of ours has to bear.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Opens a payment, to be paid in one step on `YooKassa`'s own page.
    pub async fn open(&self, order: &Order, receipt: Option<&Receipt>, timeout: Duration) -> Outcome<Opened> {
        let request = self.post("payments", &order.key());
        match send(request.json(&payment_body(order, receipt)), timeout).await {
            Ok(answer) => read::opened(&answer, &self.base),
            Err(failed) => failed.into(),
        }
    }

    /// How a payment stands.
    pub async fn payment(&self, id: &str, timeout: Duration) -> Result<Truth, Unanswered> {
        let answer = self.get(&["payments", id], &[], timeout).await?;
        read::truth(&answer.body).ok_or_else(|| answer.unanswered())
    }

    /// Where a payment that waits can be paid.
    pub async fn url(&self, id: &str, timeout: Duration) -> Result<Option<String>, Unanswered> {
        let answer = self.get(&["payments", id], &[], timeout).await?;
        Ok(read::confirmation_url(&answer.body, &self.base))
    }

    /// Gives money back. It is done when the rail's truth says so; `Done` means that it was taken on. One or two requests,
    /// each within half of the time.
    pub async fn refund(
        &self,
        refund: &Refund,
        receipt: Option<&Receipt>,
        title: &str,
        timeout: Duration,
    ) -> Outcome<()> {
        let mut body = json!({
            "payment_id": refund.payment,
            "amount": amount_body(refund.amount),
        });
        if let Some(receipt) = receipt {
            insert(&mut body, "receipt", receipt_body(receipt, title, refund.amount));
        }
        let each = timeout / 2;
        let answer = match send(self.post("refunds", &refund.key).json(&body), each).await {
            Ok(answer) => answer,
            Err(failed) => return failed.into(),
        };
        // A key that was used before brings the first answer again: what has become of the refund says only itself.
        let Some(id) = read::pending(&answer) else {
            return read::refunded(&answer);
        };
        match self.get(&["refunds", &id], &[], each).await {
            Ok(now) => read::refunded(&now),
            Err(_) => read::refunded(&answer),
        }
    }

    /// Payments that were opened within this time, newest first.
    pub async fn list(
        &self,
        (from, until): (Timestamp, Timestamp),
        cursor: Option<&str>,
        timeout: Duration,
    ) -> Result<Page, Unanswered> {
        let (from, until, limit) = (iso(from), iso(until), PAGE.to_string());
        let mut query = vec![
            ("created_at.gte", from.as_str()),
            ("created_at.lt", until.as_str()),
            ("limit", limit.as_str()),
        ];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let answer = self.get(&["payments"], &query, timeout).await?;
        read::page(&answer.body).ok_or_else(|| answer.unanswered())
    }

    fn post(&self, path: &str, key: &str) -> RequestBuilder {
        self.request(Method::POST, &format!("{}/{path}", self.base))
            .header("Idempotence-Key", key)
    }

    async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        timeout: Duration,
    ) -> Result<Answer, Unanswered> {
        // An id comes from a notice, which anybody can send: it must stay one part of the path.
        let plain = |part: &&str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !part.is_empty() && part.bytes().all(allowed)
        };
        if !path.iter().all(plain) {
            return Err(Unanswered::NotFound);
        }
        let url = format!("{}/{}", self.base, path.join("/"));
        let answer = send(self.request(Method::GET, &url).query(query), timeout).await?;
        if answer.status == 200 {
            Ok(answer)
        } else {
            Err(answer.unanswered())
        }
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.http
            .request(method, url)
            .basic_auth(&self.id, Some(&self.secret_key))
    }
}

fn payment_body(order: &Order, receipt: Option<&Receipt>) -> Value {
    let description: String = order.title.chars().take(DESCRIPTION_CHARS_MAX).collect();
    let mut body = json!({
        "amount": amount_body(order.amount),
        "capture": true,
        "confirmation": {"type": "redirect", "return_url": order.return_url},
        "description": description,
        "metadata": {"purchase": order.purchase.to_string()},
        "merchant_customer_id": order.purchase.user.to_string(),
    });
    if let Some(receipt) = receipt {
        insert(
            &mut body,
            "receipt",
            receipt_body(receipt, &order.title, order.amount),
        );
    }
    body
}

fn insert(body: &mut Value, key: &str, value: Value) {
    if let Some(body) = body.as_object_mut() {
        body.insert(key.to_owned(), value);
    }
}

fn amount_body(amount: Amount) -> Value {
    json!({"value": amount.decimal(), "currency": amount.currency.code()})
}

/// One thing at the whole price, paid before it is given: what 54-FZ wants to know of a digital service.
fn receipt_body(receipt: &Receipt, title: &str, amount: Amount) -> Value {
    let customer = match &receipt.contact {
        Contact::Email(email) => json!({"email": email}),
        Contact::Phone(phone) => json!({"phone": phone}),
    };
    let description: String = title.chars().take(DESCRIPTION_CHARS_MAX).collect();
    json!({
        "customer": customer,
        "items": [{
            "description": description,
            "quantity": 1,
            "amount": amount_body(amount),
            "vat_code": receipt.vat_code,
            "payment_subject": "service",
            "payment_mode": "full_prepayment",
            "measure": "piece",
        }],
        "internet": true,
    })
}

/// A time as `2026-11-22T10:00:00.000Z`.
fn iso(at: Timestamp) -> String {
    at.rfc3339().unwrap_or_default()
}

#[cfg(test)]
mod tests;
