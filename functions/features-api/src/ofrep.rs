//! OFREP: the protocol of the stock OpenFeature clients.
//!
//! Source: github.com/open-feature/protocol, `service/openapi.yaml`; its decision 0005 for answers without a value, which
//! leave it to the caller's default.

mod answer;

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use limits_flags::flags::Context;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::Api;
use crate::auth::{Caller, customer};
use crate::body::Body;
use crate::etag::Cause;
use crate::openapi::Denials;
use crate::problem::Refusal;
use crate::reply;
use crate::seen::Seen;
use answer::{Bulk, Evaluated, Evaluation, Failed};

/// The one whom a rollout sticks to.
const TARGETING_KEY: &str = "targetingKey";

/// What a client asks with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Question {
    /// Whom it is about and what is known of them. `targetingKey` is the customer's Telegram id; what the service knows
    /// of that customer (`tier`, `plan`, `addons`, `roles`, `country`) is put in by the service alone.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"targetingKey": "700001", "platform": "ios"}))]
    context: Map<String, Value>,
}

/// One flag.
#[utoipa::path(post, path = "/ofrep/v1/evaluate/flags/{key}", tag = "ofrep", request_body = Question,
    params(("key" = String, Path, description = "The flag")),
    responses((status = 200, description = "The flag's value", body = Evaluated),
        (status = 400, description = "The context or the flag cannot be evaluated", body = Failed),
        (status = 404, description = "There is no such flag", body = Failed),
        (status = 413, description = "The body is too long"), (status = 415, description = "The body is no JSON"), Denials))]
pub(crate) async fn evaluate_flag(
    State(api): State<Arc<Api>>,
    caller: Caller,
    key: Result<Path<String>, PathRejection>,
    question: Result<Body<Question>, Refusal>,
) -> Result<Response, Fault> {
    let unreadable = |_| Fault::Evaluation(Failed::context("the flag's name cannot be read"));
    let Path(key) = key.map_err(unreadable)?;
    let asked = api
        .asked(&caller, question)
        .await
        .map_err(|fault| fault.about(&key))?;
    Ok(match answer::evaluate(&asked.seen, &key, &asked.at()) {
        Evaluation::Value(value) => reply::Json(value).into_response(),
        Evaluation::Failure(failure) => Fault::Evaluation(failure).into_response(),
    })
}

/// All flags, and where a customer's client hears that it should ask again. What it heard (`flagConfigEtag`,
/// `flagConfigLastModified`) changes nothing: every answer is read from what was last written.
#[utoipa::path(post, path = "/ofrep/v1/evaluate/flags", tag = "ofrep", request_body = Question,
    params(("If-None-Match" = Option<String>, Header, description = "The tag of the answer that the caller has"),
        ("flagConfigEtag" = Option<String>, Query, description = "What the stream said that it is known by now"),
        ("flagConfigLastModified" = Option<String>, Query, description = "What the stream said of when it changed")),
    responses((status = 200, description = "All flags", body = Bulk, headers(("ETag" = String, description = "What the answer is known by"))),
        (status = 304, description = "The caller has this answer already"),
        (status = 400, description = "The context cannot be read", body = Failed),
        (status = 413, description = "The body is too long"), (status = 415, description = "The body is no JSON"), Denials))]
pub(crate) async fn evaluate_flags(
    State(api): State<Arc<Api>>,
    caller: Caller,
    headers: HeaderMap,
    question: Result<Body<Question>, Refusal>,
) -> Result<Response, Fault> {
    let asked = api.asked(&caller, question).await?;
    let json = |error| Fault::Refused(Refusal::Broken(Box::new(error)));
    let user = asked.seen.target.as_deref().and_then(customer);
    let streams = user.map(|user| api.streams.of_user(user, asked.seen.now));
    let bulk = Bulk::of(&asked.seen, &asked.at(), streams.unwrap_or_default());
    let body = serde_json::to_vec(&bulk).map_err(json)?;
    let cause = Cause {
        target: asked.seen.target.as_deref().unwrap_or_default(),
        context: &serde_json::to_string(&asked.context).map_err(json)?,
        version: asked.seen.snapshot.version,
        revision: asked.seen.standing.revision,
    };
    Ok(cause.answer(&headers, body))
}

/// A question with what is known of the one whom it is about.
struct Asked {
    seen: Seen,
    context: Map<String, Value>,
}

impl Asked {
    fn at(&self) -> Context<'_> {
        let at = Context::new(self.seen.now).with_json(&self.context);
        match &self.seen.target {
            Some(target) => at.with_targeting_key(target),
            None => at,
        }
    }
}

impl Api {
    async fn asked(
        &self,
        caller: &Caller,
        question: Result<Body<Question>, Refusal>,
    ) -> Result<Asked, Fault> {
        let Body(Question { mut context }) = question?;
        let key = match context.remove(TARGETING_KEY) {
            None | Some(Value::Null) => None,
            Some(Value::String(key)) => Some(key),
            Some(_) => {
                return Err(Fault::Evaluation(Failed::context(
                    "`targetingKey` must be a text",
                )));
            }
        };
        let seen = self.see(caller, key.as_deref()).await?;
        let context = seen.context(context, caller);
        Ok(Asked { seen, context })
    }
}

/// Why there is no evaluation: in OFREP's words where it has some.
pub(crate) enum Fault {
    /// A flag or a context that cannot be evaluated.
    Evaluation(Failed),
    /// Anything else.
    Refused(Refusal),
}

impl Fault {
    fn about(self, key: &str) -> Self {
        match self {
            Self::Evaluation(failed) => Self::Evaluation(failed.about(key)),
            Self::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed(_) | Refusal::Senseless { .. } => {
                Self::Evaluation(Failed::context(&refusal.to_string()))
            }
            other => Self::Refused(other),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let failed = match self {
            Self::Refused(refusal) => return refusal.into_response(),
            Self::Evaluation(failed) => failed,
        };
        let status = if failed.is_unknown() {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::BAD_REQUEST
        };
        match serde_json::to_vec(&failed) {
            Ok(body) => reply::bytes(status, body),
            Err(error) => Refusal::Broken(Box::new(error)).into_response(),
        }
    }
}
