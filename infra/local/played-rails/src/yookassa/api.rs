//! The API, version 3.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::PlayedYooKassa;
use super::book::{Payment, Status};
use super::check::{self, Wrong};
use super::{list, show};
use crate::desk::{Api, Reply, Request};
use crate::error::Error;
use crate::fault::{Door, Fault, Spoilt};

/// The longest idempotency key.
const KEY_CHARS_MAX: usize = 64;
/// What a 202 says to wait, in ms.
const RETRY_AFTER_MS: u32 = 1_800;

pub(super) fn router(shop: &PlayedYooKassa) -> Router {
    Router::new()
        .route("/v3/{*path}", any(serve))
        .with_state(shop.clone())
}

async fn serve(State(shop): State<PlayedYooKassa>, request: axum::extract::Request) -> Response {
    shop.desk().serve(&shop, request).await
}

impl Api for PlayedYooKassa {
    const KEY: &'static str = "Idempotence-Key";

    fn door(&self, request: &Request) -> Door {
        match (request.is_post(), request.path.first().map(String::as_str)) {
            (true, Some("payments")) => Door::Open,
            (true, Some("refunds")) => Door::Refund,
            _ => Door::Ask,
        }
    }

    fn admit(&self, request: &Request) -> Result<(), Reply> {
        if !self.knows(request) {
            return Err(error(
                401,
                "invalid_credentials",
                "Authentication by given credentials failed",
                None,
            ));
        }
        if !request.is_post() {
            return Ok(());
        }
        let is_json = |kind: &str| kind.to_ascii_lowercase().starts_with("application/json");
        // Canceling a payment needs no body at all.
        if !request.body.is_empty() && !request.header("content-type").is_some_and(is_json) {
            return Err(error(
                415,
                "unsupported_media_type",
                "Specify application/json",
                None,
            ));
        }
        let key = request.header(Self::KEY).unwrap_or_default();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-_.".contains(&byte);
        if (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(allowed) {
            return Ok(());
        }
        Err(invalid(
            "Idempotence key is missing, too long or has other characters",
            Some(Self::KEY),
        ))
    }

    fn fingerprint(&self, request: &Request) -> Vec<u8> {
        // As a value: the order of its members is nothing that was asked.
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        format!("{} {body}", request.path.join("/")).into_bytes()
    }

    fn other_under_key(&self) -> Reply {
        invalid(
            "Idempotence key duplicated: another request was made with it",
            Some(Self::KEY),
        )
    }

    fn is_kept(&self, reply: &Reply) -> bool {
        reply.status < 500
    }

    fn spoilt(&self, spoilt: Spoilt) -> Reply {
        match spoilt {
            Spoilt::TooMany => error(429, "too_many_requests", "Too many requests", None),
            Spoilt::Processing => Reply::new(
                202,
                json!({"type": "processing", "description": "Request accepted, but not processed yet. Retry with the same key.", "retry_after": RETRY_AFTER_MS}),
            ),
            _ => error(500, "internal_server_error", "Internal server error", None),
        }
    }

    fn play(&self, request: &Request) -> Reply {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["payments"]) => self.open(request),
            ("GET", ["payments"]) => answer(list::payments(self, request)),
            ("GET", ["payments", id]) => self.show(id),
            ("POST", ["payments", id, "capture"]) => self.answer_capture(id, request),
            ("POST", ["payments", id, "cancel"]) => self.after(id, &self.release(id)),
            ("POST", ["refunds"]) => self.answer_refund(request),
            ("GET", ["refunds"]) => answer(list::refunds(self, request)),
            ("GET", ["refunds", id]) => self.show_refund(id),
            (_, ["payments" | "refunds", ..]) => error(405, "method_not_allowed", "Method not allowed", None),
            _ => error(404, "not_found", "No such resource", None),
        }
    }
}

impl PlayedYooKassa {
    fn knows(&self, request: &Request) -> bool {
        let expected = STANDARD.encode(format!("{}:{}", self.config().shop_id, self.config().secret_key));
        let said = request
            .header("authorization")
            .and_then(|said| said.strip_prefix("Basic "));
        said.is_some_and(|said| said.as_bytes().ct_eq(expected.as_bytes()).into())
    }

    fn open(&self, request: &Request) -> Reply {
        let (amount, currency, wish) = match body(request).and_then(|body| check::payment(self, &body)) {
            Ok(asked) => asked,
            Err(wrong) => return refusal(&wrong),
        };
        let now_ms = self.desk().now_ms();
        let account_id = self.account_id();
        let mut book = self.book();
        let payment = Payment {
            id: book.next_id(now_ms),
            created_ms: now_ms,
            expires_ms: now_ms + self.config().pay_within_ms,
            captured_ms: None,
            status: Status::Pending,
            amount,
            currency,
            wish,
            account_id: if self.desk().befalls(Fault::OtherShop) {
                format!("{account_id}1")
            } else {
                account_id
            },
            is_test: self.desk().befalls(Fault::TestMoney) || self.config().is_test,
            cancellation: None,
            declined: None,
        };
        book.payments.push(payment.clone());
        Reply::new(200, show::payment(self, &book, &payment))
    }

    fn show(&self, id: &str) -> Reply {
        let book = self.book();
        match book.payment(id) {
            Some(payment) => Reply::new(200, show::payment(self, &book, payment)),
            None => missing("Payment"),
        }
    }

    fn show_refund(&self, id: &str) -> Reply {
        let book = self.book();
        let refund = book.refunds.iter().find(|refund| refund.id == id);
        refund.map_or_else(
            || missing("Refund"),
            |refund| Reply::new(200, show::refund(refund)),
        )
    }

    fn answer_capture(&self, id: &str, request: &Request) -> Reply {
        let minor = body(request).and_then(|body| match body.get("amount") {
            None => Ok(None),
            Some(amount) => check::amount(amount, "amount").map(|(minor, _)| Some(minor)),
        });
        match minor {
            Ok(minor) => self.after(id, &self.capture(id, minor)),
            Err(wrong) => refusal(&wrong),
        }
    }

    fn answer_refund(&self, request: &Request) -> Reply {
        let asked = body(request).and_then(|body| check::refund(self, &body));
        let (payment, minor, asked) = match asked {
            Ok(asked) => asked,
            Err(wrong) => return refusal(&wrong),
        };
        match self.give_back(&payment, minor, asked) {
            Ok(refund) => Reply::new(200, show::refund(&refund)),
            Err(Error::Amount { .. }) => invalid("More than is left of the payment", Some("amount.value")),
            Err(_) => invalid("Not a payment that can be refunded", Some("payment_id")),
        }
    }

    /// The payment after something was done with it, or why it was not.
    fn after(&self, id: &str, done: &Result<(), Error>) -> Reply {
        match done {
            Ok(()) => self.show(id),
            Err(Error::NoSuch(_)) => missing("Payment"),
            Err(Error::Amount { .. }) => invalid("More than was authorized", Some("amount.value")),
            Err(_) => invalid("The payment's status does not allow it", None),
        }
    }
}

fn body(request: &Request) -> Result<Value, Wrong> {
    let body: Option<Value> = serde_json::from_slice(&request.body).ok();
    body.filter(Value::is_object)
        .ok_or_else(|| check::wrong("", "Not a JSON object"))
}

fn answer(list: Result<Value, Wrong>) -> Reply {
    list.map_or_else(|wrong| refusal(&wrong), |list| Reply::new(200, list))
}

fn refusal(wrong: &Wrong) -> Reply {
    invalid(
        wrong.why,
        Some(&wrong.parameter)
            .filter(|at| !at.is_empty())
            .map(String::as_str),
    )
}

fn invalid(description: &str, parameter: Option<&str>) -> Reply {
    error(400, "invalid_request", description, parameter)
}

fn missing(what: &str) -> Reply {
    error(
        404,
        "not_found",
        &format!("{what} doesn't exist or access denied"),
        None,
    )
}

fn error(status: u16, code: &str, description: &str, parameter: Option<&str>) -> Reply {
    let mut body = json!({
        "type": "error",
        "id": "ab5a11cd-13cc-4e33-af8b-75a74e18dd09",
        "code": code,
        "description": description,
    });
    if let (Some(body), Some(parameter)) = (body.as_object_mut(), parameter) {
        body.insert("parameter".to_owned(), parameter.into());
    }
    Reply::new(status, body)
}
