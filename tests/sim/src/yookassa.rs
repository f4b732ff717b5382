//! YooKassa, as far as a simulation needs it: payments under keys, money that comes and goes back, and notices of it.

use std::collections::BTreeMap;

use domain::time::Timestamp;
use serde_json::{Value, json};

/// Where it is.
pub const HOST: &str = "http://yookassa.sim";
/// Our shop.
pub const SHOP: &str = "100500";

/// A payment.
#[derive(Clone, Debug)]
pub struct Payment {
    pub id: String,
    pub kopecks: i64,
    pub purchase: String,
    pub created_ms: i64,
    pub paid: bool,
    pub canceled: bool,
    pub refunded: i64,
}

/// The shop.
#[derive(Clone, Debug, Default)]
pub struct YooKassa {
    pub payments: BTreeMap<String, Payment>,
    /// Answers by key: a key brings the first one again.
    keys: BTreeMap<String, (u16, Value)>,
    refunds: BTreeMap<String, Value>,
    /// Notices, each with when it is due.
    pub notices: Vec<(i64, Value)>,
    next: u64,
}

/// How long a payment waits for its customer.
const WAITS_MS: i64 = 3_600_000;

impl Payment {
    fn show(&self) -> Value {
        let status = match (self.paid, self.canceled) {
            (true, _) => "succeeded",
            (_, true) => "canceled",
            _ => "pending",
        };
        let mut shown = json!({
            "id": self.id, "status": status, "paid": self.paid, "amount": amount(self.kopecks), "test": false,
            "created_at": Timestamp(self.created_ms).rfc3339(), "metadata": {"purchase": self.purchase},
            "recipient": {"account_id": SHOP, "gateway_id": "1"}, "refundable": self.paid && self.refunded < self.kopecks,
        });
        if self.refunded > 0 {
            shown["refunded_amount"] = amount(self.refunded);
        }
        if status == "pending" {
            let url = format!("{HOST}/pay/{}", self.id);
            shown["confirmation"] = json!({"type": "redirect", "confirmation_url": url});
        }
        shown
    }
}

fn amount(kopecks: i64) -> Value {
    json!({"value": format!("{}.{:02}", kopecks / 100, kopecks % 100), "currency": "RUB"})
}

fn kopecks(amount: &Value) -> i64 {
    let text = amount["value"].as_str().unwrap_or_default().replace('.', "");
    text.parse().unwrap_or_default()
}

impl YooKassa {
    /// Carries a request out.
    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &Value,
        now_ms: i64,
    ) -> (u16, Value) {
        if let Some(known) = key.and_then(|key| self.keys.get(key)) {
            return known.clone();
        }
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let answer = match (method, parts.as_slice()) {
            ("POST", ["payments"]) => self.open(body, now_ms),
            ("GET", ["payments"]) => {
                let items: Vec<Value> = self.payments.values().rev().map(Payment::show).collect();
                (200, json!({"type": "list", "items": items}))
            }
            ("GET", ["payments", id]) => {
                self.run_out(now_ms);
                self.payments
                    .get(*id)
                    .map_or_else(nothing, |payment| (200, payment.show()))
            }
            ("POST", ["refunds"]) => {
                let id = body["payment_id"].as_str().unwrap_or_default();
                self.give_back(id, kopecks(&body["amount"]), now_ms)
            }
            ("GET", ["refunds", id]) => self
                .refunds
                .get(*id)
                .map_or_else(nothing, |refund| (200, refund.clone())),
            _ => nothing(),
        };
        if let Some(key) = key {
            self.keys.insert(key.to_owned(), answer.clone());
        }
        answer
    }

    fn open(&mut self, body: &Value, now_ms: i64) -> (u16, Value) {
        self.next += 1;
        let payment = Payment {
            id: format!("{:032x}", self.next),
            kopecks: kopecks(&body["amount"]),
            purchase: body["metadata"]["purchase"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            created_ms: now_ms,
            paid: false,
            canceled: false,
            refunded: 0,
        };
        let shown = payment.show();
        self.payments.insert(payment.id.clone(), payment);
        (200, shown)
    }

    fn run_out(&mut self, now_ms: i64) {
        for payment in self.payments.values_mut() {
            payment.canceled |= !payment.paid && payment.created_ms + WAITS_MS < now_ms;
        }
    }

    /// The customer pays on the rail's page.
    pub fn pay(&mut self, id: &str, now_ms: i64) {
        self.run_out(now_ms);
        let Some(payment) = self
            .payments
            .get_mut(id)
            .filter(|payment| !payment.canceled && !payment.paid)
        else {
            return;
        };
        payment.paid = true;
        let shown = payment.show();
        self.notices.push((
            now_ms,
            json!({"type": "notification", "event": "payment.succeeded", "object": shown}),
        ));
    }

    /// Money goes back, by our own request or by a hand at the rail.
    pub fn give_back(&mut self, id: &str, kopecks: i64, now_ms: i64) -> (u16, Value) {
        let Some(payment) = self.payments.get_mut(id) else {
            return nothing();
        };
        if !payment.paid || payment.refunded + kopecks > payment.kopecks || kopecks <= 0 {
            return (
                400,
                json!({"type": "error", "code": "invalid_request", "description": "Nothing to be refunded"}),
            );
        }
        payment.refunded += kopecks;
        self.next += 1;
        let refund = json!({"id": format!("r{:031x}", self.next), "payment_id": id, "status": "succeeded", "created_at": Timestamp(now_ms).rfc3339(), "amount": amount(kopecks)});
        self.refunds.insert(
            refund["id"].as_str().unwrap_or_default().to_owned(),
            refund.clone(),
        );
        self.notices.push((
            now_ms,
            json!({"type": "notification", "event": "refund.succeeded", "object": refund.clone()}),
        ));
        (200, refund)
    }

    /// What is ours of a payment.
    pub fn left(&self, id: &str) -> i64 {
        let payment = self.payments.get(id).filter(|payment| payment.paid);
        payment.map_or(0, |payment| payment.kopecks - payment.refunded)
    }
}

fn nothing() -> (u16, Value) {
    (
        404,
        json!({"type": "error", "code": "not_found", "description": "No such thing"}),
    )
}
