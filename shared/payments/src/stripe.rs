//! Stripe: Checkout sessions, the events about them, and refunds.
//!
//! Source: docs.stripe.com and stripe-python 16.1.0 (API 2026-10-28); read on 2026-11-21.

mod notice;
mod read;

use std::fmt;
use std::time::Duration;

use domain::payment::{Money, Truth};
use domain::time::Timestamp;
use reqwest::{Method, RequestBuilder};

pub use notice::{Notice, Signature, TOLERANCE_S};
pub use read::Session;

use crate::http::{Answer, send};
use crate::{Opened, Order, Outcome, Page, Refund, Unanswered};

/// How many payments one page of a list has at most.
const PAGE: &str = "100";
/// What has to be told along with a payment intent to know how it stands.
const EXPANDED: &str = "latest_charge";

/// An account at Stripe. Cheap to clone.
#[derive(Clone)]
pub struct Account {
    http: reqwest::Client,
    base: String,
    secret_key: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// An account with this secret key. The base is `https://api.stripe.com/v1`, or a server of one's own.
    pub fn new(http: reqwest::Client, base: &str, secret_key: impl Into<String>) -> Self {
        Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            secret_key: secret_key.into(),
        }
    }

    /// Opens a Checkout session that can be paid until then (30 minutes to 24 hours from now).
    pub async fn open(&self, order: &Order, expires_at: Timestamp, timeout: Duration) -> Outcome<Opened> {
        let purchase = order.purchase.to_string();
        let (amount, expires_at) = (order.amount.minor.to_string(), expires_at.seconds().to_string());
        let currency = order.amount.currency.code().to_ascii_lowercase();
        let form = [
            ("mode", "payment"),
            ("client_reference_id", purchase.as_str()),
            ("metadata[purchase]", &purchase),
            // The session's own metadata does not reach the payment, and it is the payment that we are told of.
            ("payment_intent_data[metadata][purchase]", &purchase),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", &currency),
            ("line_items[0][price_data][unit_amount]", &amount),
            ("line_items[0][price_data][product_data][name]", &order.title),
            ("success_url", &order.return_url),
            ("cancel_url", &order.return_url),
            ("expires_at", &expires_at),
        ];
        let request = self.post("checkout/sessions", &order.key()).form(&form);
        match send(request, timeout).await {
            Ok(answer) => read::opened(&answer, &self.base),
            Err(failed) => failed.into(),
        }
    }

    /// How a session stands.
    pub async fn session(&self, id: &str, timeout: Duration) -> Result<Session, Unanswered> {
        let answer = self
            .get(&format!("checkout/sessions/{}", part(id)?), &[], timeout)
            .await?;
        read::session(&answer.body, &self.base).ok_or_else(|| answer.unanswered())
    }

    /// How a payment stands. Two questions where it was ever disputed: a charge stays marked so when the dispute is won.
    pub async fn payment(&self, id: &str, timeout: Duration) -> Result<Truth, Unanswered> {
        let path = format!("payment_intents/{}", part(id)?);
        let half = timeout.checked_div(2).unwrap_or(timeout);
        let answer = self.get(&path, &[("expand[]", EXPANDED)], half).await?;
        let truth = read::truth(&answer.body).ok_or_else(|| answer.unanswered())?;
        if truth.money != Money::Disputed {
            return Ok(truth);
        }
        let query = [("payment_intent", id), ("limit", PAGE)];
        let answer = self.get("disputes", &query, half).await?;
        let won = read::are_all_won(&answer.body).ok_or_else(|| answer.unanswered())?;
        let money = if won { Money::Arrived } else { Money::Disputed };
        Ok(Truth { money, ..truth })
    }

    /// Gives money back. It is done when the rail's truth says so; `Done` means that it was taken on.
    pub async fn refund(&self, refund: &Refund, timeout: Duration) -> Outcome<()> {
        let amount = refund.amount.minor.to_string();
        let form = [("payment_intent", refund.payment.as_str()), ("amount", &amount)];
        match send(self.post("refunds", &refund.key).form(&form), timeout).await {
            Ok(answer) => read::refunded(&answer),
            Err(failed) => failed.into(),
        }
    }

    /// Payments that were begun within this time, newest first.
    pub async fn list(
        &self,
        (from, until): (Timestamp, Timestamp),
        cursor: Option<&str>,
        timeout: Duration,
    ) -> Result<Page, Unanswered> {
        let (from, until) = (from.seconds().to_string(), until.seconds().to_string());
        let mut query = vec![
            ("created[gte]", from.as_str()),
            ("created[lt]", until.as_str()),
            ("limit", PAGE),
            ("expand[]", "data.latest_charge"),
        ];
        query.extend(cursor.map(|cursor| ("starting_after", cursor)));
        let answer = self.get("payment_intents", &query, timeout).await?;
        read::page(&answer.body).ok_or_else(|| answer.unanswered())
    }

    fn post(&self, path: &str, key: &str) -> RequestBuilder {
        self.request(Method::POST, path).header("Idempotency-Key", key)
    }

    async fn get(&self, path: &str, query: &[(&str, &str)], timeout: Duration) -> Result<Answer, Unanswered> {
        let answer = send(self.request(Method::GET, path).query(query), timeout).await?;
        if answer.status == 200 {
            Ok(answer)
        } else {
            Err(answer.unanswered())
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/{path}", self.base);
        self.http.request(method, url).bearer_auth(&self.secret_key)
    }
}

/// An id as one part of a path. It comes from an event, and must not lead anywhere else.
fn part(id: &str) -> Result<&str, Unanswered> {
    let plain = !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain.then_some(id).ok_or(Unanswered::NotFound)
}

#[cfg(test)]
mod tests;
