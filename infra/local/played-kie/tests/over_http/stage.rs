//! A played account on a free port, a clock that a test turns, and a receiver for callbacks.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use played_kie::{Config, PlayedKie};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const KEY: &str = "key-of-the-test";
pub(crate) const HMAC_KEY: &str = "kie-webhook-hmac-key";
pub(crate) const START_MS: i64 = 1_760_000_000_000;
pub(crate) const RENDER_MS: i64 = 10_000;

/// One request that the receiver got.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// Receives callbacks; answers with the statuses set, then with 200.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    pub(crate) got: Arc<Mutex<Vec<Received>>>,
    pub(crate) answers: Arc<Mutex<Vec<u16>>>,
}

pub(crate) struct Stage {
    pub(crate) kie: PlayedKie,
    pub(crate) base: String,
    pub(crate) client: Client,
    pub(crate) receiver: Receiver,
    pub(crate) receiver_url: String,
    clock: Arc<AtomicI64>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(AtomicI64::new(START_MS));
        let kie = PlayedKie::new(config(&base, &clock));
        tokio::spawn(axum::serve(listener, kie.router()).into_future());
        let (receiver, receiver_url) = receiver().await;
        let client = Client::builder().user_agent("neurocards-test").build().unwrap();
        Self {
            kie,
            base,
            client,
            receiver,
            receiver_url,
            clock,
        }
    }

    pub(crate) fn pass_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.base)).bearer_auth(KEY)
    }

    pub(crate) async fn create_raw(&self, body: &Value) -> reqwest::Result<Response> {
        self.post("/api/v1/jobs/createTask").json(body).send().await
    }

    /// Creates a task of this model and input, with a callback; gives the whole envelope.
    pub(crate) async fn create(&self, model: &str, input: Value) -> Value {
        let body = json!({"model": model, "callBackUrl": self.receiver_url, "input": input});
        self.create_raw(&body).await.unwrap().json().await.unwrap()
    }

    /// Creates a text task that is expected to be accepted; gives its id.
    pub(crate) async fn accepted(&self, prompt: &str) -> String {
        let answer = self.create("kling-3.0/video", kling(prompt)).await;
        answer["data"]["taskId"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    pub(crate) async fn lookup(&self, task_id: &str) -> Value {
        let url = format!("{}/api/v1/jobs/recordInfo", self.base);
        let request = self
            .client
            .get(url)
            .query(&[("taskId", task_id)])
            .bearer_auth(KEY);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Renders a prompt to its end; gives the URLs of its result.
    pub(crate) async fn rendered(&self, prompt: &str) -> Vec<String> {
        let task_id = self.accepted(prompt).await;
        self.pass_ms(10 * RENDER_MS);
        result_urls(&self.lookup(&task_id).await)
    }

    pub(crate) async fn get(&self, url: &str) -> Response {
        self.client.get(url).send().await.unwrap()
    }

    pub(crate) async fn upload(&self, name: &str, bytes: Vec<u8>) -> String {
        let file = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new()
            .part("file", file)
            .text("uploadPath", "photos");
        let answer = self
            .post("/api/file-stream-upload")
            .multipart(form)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["data"]["downloadUrl"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }
}

pub(crate) fn kling(prompt: &str) -> Value {
    json!({"prompt": prompt, "sound": false, "duration": "5", "aspect_ratio": "16:9", "mode": "std"})
}

pub(crate) fn result_urls(record: &Value) -> Vec<String> {
    let text = record["data"]["resultJson"].as_str().unwrap();
    let result: Value = serde_json::from_str(text).unwrap();
    serde_json::from_value(result["resultUrls"].clone()).unwrap()
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([10, 200, 30]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn config(base: &str, clock: &Arc<AtomicI64>) -> Config {
    let clock = Arc::clone(clock);
    Config {
        api_key: KEY.to_owned(),
        webhook_hmac_key: Some(HMAC_KEY.to_owned()),
        render_ms: RENDER_MS,
        clock: Arc::new(move || clock.load(Ordering::Relaxed)),
        credits: 1_000,
        ..Config::new(base)
    }
}

async fn receiver() -> (Receiver, String) {
    let receiver = Receiver::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/kie?job=1", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/kie", post(receive))
        .with_state(receiver.clone());
    tokio::spawn(axum::serve(listener, router).into_future());
    (receiver, url)
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let body = serde_json::from_str(&body).unwrap();
    receiver.got.lock().unwrap().push(Received { headers, body });
    let answer = receiver.answers.lock().unwrap().pop().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}
