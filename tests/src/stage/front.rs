//! Function URLs: HTTP requests become events of payload format 2.0, as captured, and go to the real handlers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use lambda_http::Body as LambdaBody;
use serde_json::{Value, json};
use telegram_webhook::App;
use tracing::Instrument as _;

use super::traces::invocation;
use super::{CALLBACK, Invocations, PAYMENTS, Replies, Stage, WEBHOOK, WEBHOOK_SECRET};

const CAPTURED_UPDATE: &str = include_str!("../../../functions/telegram-webhook/events/message.json");
const CAPTURED_CALLBACK: &str = include_str!("../../../functions/provider-callback/events/kie-success.json");
const BODY_BYTES_MAX: usize = 2 << 20;

/// What a function answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, where there is one.
    pub body: Option<Value>,
}

impl Answer {
    /// The Bot API's method in the body.
    pub fn method(&self) -> &str {
        self.body
            .as_ref()
            .and_then(|body| body["method"].as_str())
            .unwrap_or_default()
    }

    /// The text that the customer reads.
    pub fn text(&self) -> &str {
        let body = self.body.as_ref();
        body.and_then(|body| body["text"].as_str()).unwrap_or_default()
    }

    pub(super) fn of(response: &lambda_http::Response<LambdaBody>) -> Self {
        Self {
            status: response.status().as_u16(),
            body: serde_json::from_slice(response.body().as_ref()).ok(),
        }
    }
}

impl Stage {
    /// Hands an update to the webhook's handler, as Telegram does, but carries no answer out.
    pub async fn update(&self, update: &Value) -> Answer {
        self.update_with(&update.to_string(), WEBHOOK_SECRET).await
    }

    /// The same with any body and any secret.
    pub async fn update_with(&self, body: &str, secret: &str) -> Answer {
        self.invocations.add(WEBHOOK);
        let handled = telegram_webhook::handle(&self.app, request(&update_event(body, secret)));
        let response = handled.instrument(invocation()).await;
        Answer::of(&response)
    }

    /// Hands an event to the callback's handler.
    pub async fn callback_event(&self, event: &Value) -> Answer {
        self.invocations.add(CALLBACK);
        let handled = provider_callback::handle(&self.callback, request(event));
        Answer::of(&handled.instrument(invocation()).await)
    }

    /// Hands an event to the webhook's handler.
    pub async fn webhook_event(&self, event: &Value) -> Answer {
        self.invocations.add(WEBHOOK);
        let handled = telegram_webhook::handle(&self.app, request(event));
        Answer::of(&handled.instrument(invocation()).await)
    }
}

/// The captured update with another body.
fn update_event(body: &str, secret: &str) -> Value {
    let mut event: Value = serde_json::from_str(CAPTURED_UPDATE).unwrap();
    event["headers"]["x-telegram-bot-api-secret-token"] = json!(secret);
    event["body"] = json!(body);
    event
}

pub(super) fn request(event: &Value) -> lambda_http::Request {
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

#[derive(Clone)]
struct Webhook {
    app: Arc<App>,
    replies: Arc<Replies>,
    invocations: Arc<Invocations>,
}

/// The webhook's door.
pub(super) fn webhook(stage: &Stage) -> Router {
    let door = Webhook {
        app: Arc::clone(&stage.app),
        replies: Arc::clone(&stage.replies),
        invocations: Arc::clone(&stage.invocations),
    };
    Router::new().fallback(take_update).with_state(door)
}

async fn take_update(State(webhook): State<Webhook>, request: Request) -> Response {
    let secret = header(&request, "x-telegram-bot-api-secret-token");
    let event = update_event(&text(request).await, &secret);
    webhook.invocations.add(WEBHOOK);
    let handled = telegram_webhook::handle(&webhook.app, self::request(&event));
    let response = handled.instrument(invocation()).await;
    if Answer::of(&response).body.is_some() {
        webhook.replies.given.fetch_add(1, Ordering::SeqCst);
    }
    answered(response)
}

#[derive(Clone)]
struct Callback {
    desk: Arc<app::take_callback::CallbackDesk>,
    invocations: Arc<Invocations>,
}

/// The callback's door.
pub(super) fn callback(stage: &Stage) -> Router {
    let door = Callback {
        desk: Arc::clone(&stage.callback),
        invocations: Arc::clone(&stage.invocations),
    };
    Router::new().fallback(take_callback).with_state(door)
}

async fn take_callback(State(callback): State<Callback>, request: Request) -> Response {
    let mut event: Value = serde_json::from_str(CAPTURED_CALLBACK).unwrap();
    let (path, query) = (
        request.uri().path().to_owned(),
        request.uri().query().unwrap_or_default().to_owned(),
    );
    for name in ["x-webhook-timestamp", "x-webhook-signature"] {
        let headers = event["headers"].as_object_mut().unwrap();
        headers.remove(name);
        // What was not sent is not there, which is something else than empty.
        if request.headers().contains_key(name) {
            headers.insert(name.to_owned(), json!(header(&request, name)));
        }
    }
    event["queryStringParameters"] = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    event["rawPath"] = json!(path);
    event["rawQueryString"] = json!(query);
    event["body"] = json!(text(request).await);
    callback.invocations.add(CALLBACK);
    let handled = provider_callback::handle(&callback.desk, self::request(&event));
    answered(handled.instrument(invocation()).await)
}

#[derive(Clone)]
struct Notices {
    app: Arc<payment_webhook::App>,
    invocations: Arc<Invocations>,
}

/// The door for notices of payments.
pub(super) fn payments(stage: &Stage) -> Router {
    let door = Notices {
        app: Arc::clone(&stage.payments),
        invocations: Arc::clone(&stage.invocations),
    };
    Router::new().fallback(take_notice).with_state(door)
}

async fn take_notice(State(door): State<Notices>, request: Request) -> Response {
    let headers: serde_json::Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap_or_default())))
        .collect();
    let path = request.uri().path().to_owned();
    let body = text(request).await;
    let event = super::paying::notice(&path, "127.0.0.1", &Value::Object(headers), &body);
    door.invocations.add(PAYMENTS);
    answered(payment_webhook::handle(&door.app, self::request(&event)).await)
}

fn header(request: &Request, name: &str) -> String {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

async fn text(request: Request) -> String {
    let bytes = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX)
        .await
        .unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn answered(response: lambda_http::Response<LambdaBody>) -> Response {
    response.map(|body| Body::from(body.as_ref().to_vec()))
}
