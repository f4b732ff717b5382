//! Events that Stripe never sent: by somebody without the secret, or with one that leaked.

use serde_json::{Value, json};

use super::signature::header;
use super::{PlayedStripe, show};

/// How a forged event is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// As a real one: the secret has leaked.
    Right,
    /// With another secret.
    Wrong,
    /// Right, but an hour old: a real one, kept and sent again.
    Stale,
    /// Not at all.
    Missing,
}

/// What a forged event claims of a real session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pretence {
    /// It is paid, as it was opened.
    Paid,
    /// It is paid with so much, in the smallest unit.
    Amount(i64),
    /// It is paid in this currency, in small letters.
    Currency(String),
    /// It is paid, and is of this purchase: another user's.
    Reference(String),
    /// All of its money has gone back.
    Refunded,
    /// A bank has taken its money back.
    Disputed,
}

/// How old a stale signature is.
const STALE_S: i64 = 3_600;

impl PlayedStripe {
    /// Sends a forged event about a real session at once. Gives the receiver's status, if it answered; `None` too if there
    /// is no such session, or no payment of it that the event would be about.
    pub async fn forge(&self, session: &str, pretence: &Pretence, signed: Signed) -> Option<u16> {
        let (kind, object) = self.claim(session, pretence)?;
        let now_ms = self.desk().now_ms();
        let id = format!("evt_forged_{now_ms:x}");
        let body = show::event(&id, kind, now_ms, true, &object);
        let headers = self.sign(&body, now_ms / 1_000, signed);
        self.desk().forge(kind, session, body, headers).await
    }

    fn sign(&self, body: &str, now_s: i64, signed: Signed) -> Vec<(String, String)> {
        match signed {
            Signed::Right => self.0.secrets.headers(body.as_bytes(), now_s),
            Signed::Stale => self.0.secrets.headers(body.as_bytes(), now_s - STALE_S),
            Signed::Wrong => vec![header(&["whsec_another".to_owned()], body.as_bytes(), now_s)],
            Signed::Missing => Vec::new(),
        }
    }

    fn claim(&self, session: &str, pretence: &Pretence) -> Option<(&'static str, Value)> {
        let book = self.book();
        let session = book.session(session)?;
        let intent = || book.intent(session.intent.as_deref()?);
        let mut object = show::session(self, session);
        object["status"] = json!("complete");
        object["payment_status"] = json!("paid");
        match pretence {
            Pretence::Paid => {}
            Pretence::Amount(minor) => object["amount_total"] = json!(minor),
            Pretence::Currency(code) => object["currency"] = json!(code),
            Pretence::Reference(purchase) => {
                object["client_reference_id"] = json!(purchase);
                object["metadata"]["purchase"] = json!(purchase);
            }
            Pretence::Refunded => {
                let mut charge = show::charge(&book, book.charge(intent()?.charge.as_deref()?)?);
                charge["amount_refunded"] = charge["amount"].clone();
                charge["refunded"] = json!(true);
                return Some(("charge.refunded", charge));
            }
            Pretence::Disputed => {
                let intent = intent()?;
                let dispute = json!({
                    "id": "dp_forged",
                    "object": "dispute",
                    "amount": intent.amount,
                    "currency": intent.currency,
                    "payment_intent": intent.id,
                    "status": "needs_response",
                });
                return Some(("charge.dispute.created", dispute));
            }
        }
        Some(("checkout.session.completed", object))
    }
}
