//! Notifications that `YooKassa` never sent. They are not signed, so that anybody can make one up.

use serde_json::{Value, json};

use super::{PlayedYooKassa, show};
use crate::money::decimal;

/// What a forged notification claims of a real payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pretence {
    /// It is paid, as it was opened.
    Paid,
    /// It is paid with so many kopecks.
    Amount(i64),
    /// It is paid in this currency.
    Currency(String),
    /// It is paid, and this is in its metadata under that key: another user's purchase.
    Metadata(String, String),
    /// It is paid to this shop.
    Shop(String),
    /// It is canceled.
    Canceled,
    /// So many kopecks of it have gone back.
    Refunded(i64),
}

impl PlayedYooKassa {
    /// Sends a forged notification about a real payment at once. Gives the receiver's status, if it answered; `None` too if
    /// there is no such payment.
    pub async fn forge(&self, payment: &str, pretence: &Pretence) -> Option<u16> {
        let object = {
            let book = self.book();
            show::payment(self, &book, book.payment(payment)?)
        };
        let (event, object) = claim(object, pretence);
        let body = show::notification(event, &object);
        self.desk().forge(event, payment, body, Vec::new()).await
    }
}

fn claim(mut object: Value, pretence: &Pretence) -> (&'static str, Value) {
    object["status"] = json!("succeeded");
    object["paid"] = json!(true);
    match pretence {
        Pretence::Paid => {}
        Pretence::Amount(minor) => object["amount"]["value"] = json!(decimal(*minor)),
        Pretence::Currency(code) => object["amount"]["currency"] = json!(code),
        Pretence::Metadata(key, value) => object["metadata"][key] = json!(value),
        Pretence::Shop(id) => object["recipient"]["account_id"] = json!(id),
        Pretence::Canceled => {
            object["status"] = json!("canceled");
            object["paid"] = json!(false);
            return ("payment.canceled", object);
        }
        Pretence::Refunded(minor) => {
            let refund = json!({
                "id": object["id"],
                "payment_id": object["id"],
                "status": "succeeded",
                "created_at": object["created_at"],
                "amount": {"value": decimal(*minor), "currency": object["amount"]["currency"]},
            });
            return ("refund.succeeded", refund);
        }
    }
    ("payment.succeeded", object)
}
