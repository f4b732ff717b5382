//! The API.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::form::{Form, Wrong};
use super::give_back::Refused;
use super::list::list;
use super::{PlayedStripe, show};
use crate::desk::{Api, Reply, Request};
use crate::error::Error;
use crate::fault::{Door, Spoilt};

/// The longest idempotency key.
const KEY_CHARS_MAX: usize = 255;
const REFUND: [&str; 6] = [
    "payment_intent",
    "charge",
    "amount",
    "reason",
    "metadata[*]",
    "expand[]",
];
const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

pub(super) fn router(account: &PlayedStripe) -> Router {
    Router::new()
        .route("/v1/{*path}", any(serve))
        .with_state(account.clone())
}

async fn serve(State(account): State<PlayedStripe>, request: axum::extract::Request) -> Response {
    account.desk().serve(&account, request).await
}

impl Api for PlayedStripe {
    const KEY: &'static str = "Idempotency-Key";

    fn door(&self, request: &Request) -> Door {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        match (request.is_post(), path.as_slice()) {
            (true, ["checkout", "sessions"]) => Door::Open,
            (true, ["refunds"]) => Door::Refund,
            _ => Door::Ask,
        }
    }

    fn admit(&self, request: &Request) -> Result<(), Reply> {
        if !self.knows(request) {
            return Err(error(
                401,
                "invalid_request_error",
                None,
                "Invalid API Key provided",
                None,
            ));
        }
        let is_form = |kind: &str| kind.starts_with("application/x-www-form-urlencoded");
        let has_body = request.is_post() && !request.body.is_empty();
        if has_body && !request.header("content-type").is_some_and(is_form) {
            let why = "Invalid request: send the parameters as application/x-www-form-urlencoded";
            return Err(error(400, "invalid_request_error", None, why, None));
        }
        let key = request.header(Self::KEY).unwrap_or_default();
        if key.chars().count() > KEY_CHARS_MAX {
            let why = "Idempotency keys have at most 255 characters";
            return Err(error(400, "invalid_request_error", None, why, None));
        }
        Ok(())
    }

    fn fingerprint(&self, request: &Request) -> Vec<u8> {
        let mut pairs: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
        pairs.sort();
        format!("{} {pairs:?}", request.path.join("/")).into_bytes()
    }

    fn other_under_key(&self) -> Reply {
        let why = "Keys for idempotent requests can only be used with the same parameters they were first used with.";
        error(400, "idempotency_error", None, why, None)
    }

    /// What fails before anything is begun may be tried again under its key, and mended.
    fn is_kept(&self, reply: &Reply) -> bool {
        let code = reply.body.pointer("/error/code").and_then(Value::as_str);
        reply.status < 400 || code.is_some_and(|code| code.starts_with("charge_"))
    }

    fn spoilt(&self, spoilt: Spoilt) -> Reply {
        let too_many = "Too many requests";
        match spoilt {
            Spoilt::TooMany => error(429, "invalid_request_error", Some("rate_limit"), too_many, None),
            Spoilt::Conflict => {
                let why = "There is currently another in-progress request using this Idempotent Key.";
                error(
                    409,
                    "idempotency_error",
                    Some("idempotency_key_in_use"),
                    why,
                    None,
                )
            }
            _ => error(500, "api_error", None, "An unknown error occurred", None),
        }
    }

    fn play(&self, request: &Request) -> Reply {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["checkout", "sessions"]) => self.open(request),
            ("GET", ["checkout", "sessions"]) => listed(self, "checkout/sessions", request),
            ("GET", ["checkout", "sessions", id]) => self.show_session(id, request),
            ("POST", ["checkout", "sessions", id, "expire"]) => self.answer_expire(id, request),
            ("POST", ["refunds"]) => self.answer_refund(request),
            ("POST", ["disputes", id, "close"]) => {
                // Whoever closes a dispute by the API has lost it.
                let _ = self.close_dispute(id, false);
                self.show_one("disputes", id, request)
            }
            ("GET", [of @ ("payment_intents" | "charges" | "refunds" | "disputes")]) => {
                listed(self, of, request)
            }
            ("GET", [of @ ("payment_intents" | "charges" | "refunds" | "disputes"), id]) => {
                self.show_one(of, id, request)
            }
            (method, _) => {
                let why = format!("Unrecognized request URL ({method}: /v1/{}).", path.join("/"));
                error(404, "invalid_request_error", None, &why, None)
            }
        }
    }
}

impl PlayedStripe {
    fn knows(&self, request: &Request) -> bool {
        let key = &self.config().secret_key;
        let Some((scheme, said)) = request
            .header("authorization")
            .and_then(|said| said.split_once(' '))
        else {
            return false;
        };
        let expected = match scheme {
            "Bearer" => key.clone(),
            "Basic" => STANDARD.encode(format!("{key}:")),
            _ => return false,
        };
        said.as_bytes().ct_eq(expected.as_bytes()).into()
    }

    fn show_session(&self, id: &str, request: &Request) -> Reply {
        let form = Form::new(request.query.clone());
        let expanded = match form
            .only(&["expand[]"])
            .and_then(|()| form.expanded(&["payment_intent"]))
        {
            Ok(expanded) => expanded,
            Err(wrong) => return refusal(&wrong),
        };
        let book = self.book();
        let Some(session) = book.session(id) else {
            return missing("checkout.session", id);
        };
        let mut shown = show::session(self, session);
        let intent = session.intent.as_deref().and_then(|intent| book.intent(intent));
        if let (Some(shown), Some(intent), false) = (shown.as_object_mut(), intent, expanded.is_empty()) {
            shown.insert("payment_intent".to_owned(), show::intent(&book, intent, false));
        }
        Reply::new(200, shown)
    }

    fn show_one(&self, of: &str, id: &str, request: &Request) -> Reply {
        let form = Form::new(request.query.clone());
        let allowed: &[&str] = if of == "payment_intents" {
            &["latest_charge"]
        } else {
            &[]
        };
        let expanded = match form.only(&["expand[]"]).and_then(|()| form.expanded(allowed)) {
            Ok(expanded) => !expanded.is_empty(),
            Err(wrong) => return refusal(&wrong),
        };
        let book = self.book();
        let refund = || book.refunds.iter().find(|refund| refund.id == id);
        let dispute = || book.disputes.iter().find(|dispute| dispute.id == id);
        let (name, shown) = match of {
            "payment_intents" => {
                let intent = book.intent(id);
                (
                    "payment_intent",
                    intent.map(|intent| show::intent(&book, intent, expanded)),
                )
            }
            "charges" => (
                "charge",
                book.charge(id).map(|charge| show::charge(&book, charge)),
            ),
            "refunds" => ("refund", refund().map(show::refund)),
            _ => ("dispute", dispute().map(show::dispute)),
        };
        shown.map_or_else(|| missing(name, id), |shown| Reply::new(200, shown))
    }

    fn answer_expire(&self, id: &str, request: &Request) -> Reply {
        match self.expire(id) {
            Ok(()) => self.show_session(id, request),
            Err(Error::NoSuch(_)) => missing("checkout.session", id),
            Err(_) => {
                let why = r#"Only Checkout Sessions with a status in ["open"] can be expired."#;
                error(400, "invalid_request_error", None, why, None)
            }
        }
    }

    fn answer_refund(&self, request: &Request) -> Reply {
        let form = Form::read(&request.body);
        let asked = form.only(&REFUND).and_then(|()| {
            form.expanded(&[])?;
            let of = form.get("payment_intent").or(form.get("charge"));
            let of = of.map_or_else(|| form.needed("payment_intent"), Ok)?;
            Ok((of, form.integer("amount")?, form.metadata("metadata")?))
        });
        let (of, minor, metadata) = match asked {
            Ok(asked) => asked,
            Err(wrong) => return refusal(&wrong),
        };
        let reason = form.get("reason");
        if reason.is_some_and(|reason| !REASONS.contains(&reason)) {
            return error(
                400,
                "invalid_request_error",
                None,
                "Invalid reason",
                Some("reason"),
            );
        }
        match self.give_back(of, minor, metadata, reason.map(str::to_owned)) {
            Ok(refund) => Reply::new(200, show::refund(&refund)),
            Err(refused) => refused.reply(of),
        }
    }
}

impl Refused {
    fn reply(self, of: &str) -> Reply {
        let invalid = |code, why: &str, param| error(400, "invalid_request_error", code, why, param);
        match self {
            Self::NoSuch => missing("payment_intent", of),
            Self::NotPaid => {
                let why = "This PaymentIntent does not have a successful charge to refund.";
                invalid(None, why, Some("payment_intent"))
            }
            Self::AlreadyRefunded => invalid(
                Some("charge_already_refunded"),
                "Charge has already been refunded.",
                None,
            ),
            Self::Disputed => invalid(Some("charge_disputed"), "Charge has been charged back.", None),
            Self::TooMuch { left } => {
                let why = format!("Refund amount is greater than unrefunded amount on charge ({left})");
                invalid(None, &why, Some("amount"))
            }
        }
    }
}

fn listed(account: &PlayedStripe, of: &str, request: &Request) -> Reply {
    list(account, of, request).map_or_else(|wrong| refusal(&wrong), |list| Reply::new(200, list))
}

pub(super) fn refusal(wrong: &Wrong) -> Reply {
    error(
        400,
        "invalid_request_error",
        wrong.code,
        &wrong.why,
        Some(&wrong.param),
    )
}

fn missing(what: &str, id: &str) -> Reply {
    let why = format!("No such {what}: '{id}'");
    error(
        404,
        "invalid_request_error",
        Some("resource_missing"),
        &why,
        Some("id"),
    )
}

fn error(status: u16, kind: &str, code: Option<&str>, message: &str, param: Option<&str>) -> Reply {
    let mut error = json!({"type": kind, "message": message});
    if let Some(error) = error.as_object_mut() {
        let said = [("code", code), ("param", param)];
        let said = said
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
        error.extend(said);
    }
    Reply::new(status, json!({ "error": error }))
}
