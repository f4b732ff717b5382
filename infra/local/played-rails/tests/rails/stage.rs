//! A played rail on a free port, a clock that a test turns, and a receiver of notifications.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use played_rails::{Clock, PlayedStripe, PlayedYooKassa, stripe, yookassa};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const START_MS: i64 = 1_760_000_000_000;
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Receives notifications; answers with the statuses set, then with 200.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    pub(crate) got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    pub(crate) answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    /// What came, by this part of it.
    pub(crate) fn got(&self, pointer: &str) -> Vec<String> {
        let got = self.got.lock().unwrap();
        let part = |body: &String| {
            let body: Value = serde_json::from_str(body).unwrap();
            body.pointer(pointer).unwrap().as_str().unwrap().to_owned()
        };
        got.iter().map(|(_, body)| part(body)).collect()
    }

    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }
}

pub(crate) struct Time(Arc<AtomicI64>);

impl Time {
    fn new() -> (Self, Clock) {
        let now = Arc::new(AtomicI64::new(START_MS));
        let clock = Arc::clone(&now);
        (Self(now), Arc::new(move || clock.load(Ordering::Relaxed)))
    }

    pub(crate) fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

/// A played `YooKassa`.
pub(crate) struct Shop {
    pub(crate) rail: PlayedYooKassa,
    pub(crate) client: Client,
    pub(crate) base: String,
    pub(crate) time: Time,
    pub(crate) receiver: Receiver,
}

impl Shop {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut yookassa::Config)) -> Self {
        let (listener, base) = listen().await;
        let (time, clock) = Time::new();
        let mut config = yookassa::Config::new(&base);
        config.clock = clock;
        change(&mut config);
        let rail = PlayedYooKassa::new(config).unwrap();
        serve(listener, rail.router());
        let (receiver, url) = receiver().await;
        rail.desk().set_url(url);
        Self {
            rail,
            client: Client::new(),
            base,
            time,
            receiver,
        }
    }

    pub(crate) fn post(&self, path: &str, key: &str) -> RequestBuilder {
        let url = format!("{}/v3/{path}", self.base);
        let request = self
            .client
            .post(url)
            .basic_auth("100500", Some("played-yookassa-key"));
        request.header("Idempotence-Key", key)
    }

    /// Posts, and gives the status and the body.
    pub(crate) async fn send(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        read(self.post(path, key).json(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}/v3/{path}", self.base);
        read(
            self.client
                .get(url)
                .basic_auth("100500", Some("played-yookassa-key")),
        )
        .await
    }

    /// Opens a payment; gives its name.
    pub(crate) async fn opened(&self, key: &str) -> String {
        let (status, body) = self.send("payments", key, &order()).await;
        assert_eq!(status, 200, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// Opens a payment and pays it.
    pub(crate) async fn paid(&self, key: &str) -> String {
        let id = self.opened(key).await;
        self.rail.pay(&id).unwrap();
        id
    }
}

pub(crate) fn order() -> Value {
    json!({
        "amount": {"value": "699.00", "currency": "RUB"},
        "capture": true,
        "confirmation": {"type": "redirect", "return_url": "https://t.me/neurocards_bot"},
        "description": "Про: 20 кредитов",
        "metadata": {"purchase": "buy-7-2222222222222222"},
    })
}

pub(crate) fn refund(payment: &str, value: &str) -> Value {
    json!({"payment_id": payment, "amount": {"value": value, "currency": "RUB"}})
}

/// A played Stripe.
pub(crate) struct Account {
    pub(crate) rail: PlayedStripe,
    pub(crate) client: Client,
    pub(crate) base: String,
    pub(crate) time: Time,
    pub(crate) receiver: Receiver,
}

impl Account {
    pub(crate) async fn new() -> Self {
        let (listener, base) = listen().await;
        let (time, clock) = Time::new();
        let mut config = stripe::Config::new(&base);
        config.clock = clock;
        let rail = PlayedStripe::new(config).unwrap();
        serve(listener, rail.router());
        let (receiver, url) = receiver().await;
        rail.desk().set_url(url);
        Self {
            rail,
            client: Client::new(),
            base,
            time,
            receiver,
        }
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client
            .post(format!("{}/v1/{path}", self.base))
            .bearer_auth("sk_live_played")
    }

    /// Posts, and gives the status and the body.
    pub(crate) async fn send(&self, path: &str, key: &str, form: &[(&str, &str)]) -> (u16, Value) {
        read(self.post(path).header("Idempotency-Key", key).form(form)).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}/v1/{path}", self.base);
        read(self.client.get(url).bearer_auth("sk_live_played")).await
    }

    /// Opens a session; gives its name.
    pub(crate) async fn opened(&self, key: &str) -> String {
        let (status, body) = self.send("checkout/sessions", key, ORDER).await;
        assert_eq!(status, 200, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// The payment of a session.
    pub(crate) async fn payment_of(&self, session: &str) -> String {
        let (_, body) = self.get(&format!("checkout/sessions/{session}")).await;
        body["payment_intent"].as_str().unwrap().to_owned()
    }

    /// Opens a session and pays it; gives the payment's name.
    pub(crate) async fn paid(&self, key: &str) -> String {
        let session = self.opened(key).await;
        self.rail.pay(&session).unwrap();
        self.payment_of(&session).await
    }
}

pub(crate) const ORDER: &[(&str, &str)] = &[
    ("mode", "payment"),
    ("client_reference_id", "buy-7-2222222222222222"),
    ("metadata[purchase]", "buy-7-2222222222222222"),
    (
        "payment_intent_data[metadata][purchase]",
        "buy-7-2222222222222222",
    ),
    ("line_items[0][quantity]", "1"),
    ("line_items[0][price_data][currency]", "usd"),
    ("line_items[0][price_data][unit_amount]", "899"),
    ("line_items[0][price_data][product_data][name]", "Pro: 20 credits"),
    (
        "success_url",
        "https://t.me/neurocards_bot?paid={CHECKOUT_SESSION_ID}",
    ),
    ("cancel_url", "https://t.me/neurocards_bot"),
];

pub(crate) async fn read(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}

fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(axum::serve(listener, router).into_future());
}

async fn receiver() -> (Receiver, String) {
    let (listener, base) = listen().await;
    let receiver = Receiver::default();
    let router = Router::new()
        .route("/hook", post(receive))
        .with_state(receiver.clone());
    serve(listener, router);
    (receiver, format!("{base}/hook"))
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    receiver.got.lock().unwrap().push((headers, body));
    let answer = receiver.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}
