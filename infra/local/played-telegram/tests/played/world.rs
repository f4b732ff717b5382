//! A played Telegram on a port of its own, a bot's client, a bot's webhook, and a host of files.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use played_telegram::{Config, PlayedTelegram, SECRET_HEADER};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const TOKEN: &str = "123456:test-token";
pub(crate) const SOON: Duration = Duration::from_secs(10);
pub(crate) const ANNA: i64 = 1001;

pub(crate) struct World {
    pub(crate) telegram: PlayedTelegram,
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    now_ms: Arc<AtomicI64>,
}

pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    url
}

impl World {
    /// Without flood limits, with quick retries, and with a user who has started the bot.
    pub(crate) async fn new() -> Self {
        Self::with(Config::quick).await
    }

    pub(crate) async fn with(change: impl FnOnce(Config) -> Config) -> Self {
        let now_ms = Arc::new(AtomicI64::new(1_800_000_000_000));
        let clock = Arc::clone(&now_ms);
        let mut config = Config::new(TOKEN, "http://telegram.test");
        config.clock = Arc::new(move || clock.load(Ordering::SeqCst));
        let telegram = PlayedTelegram::new(change(config)).unwrap();
        telegram.create_user(ANNA, "Anna", Some("ru"));
        let url = serve(telegram.router()).await;
        Self {
            telegram,
            http: reqwest::Client::new(),
            url,
            now_ms,
        }
    }

    pub(crate) async fn started() -> Self {
        let world = Self::new().await;
        world.telegram.say(ANNA, "/start").unwrap();
        world
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn method(&self, method: &str) -> String {
        format!("{}/bot{TOKEN}/{method}", self.url)
    }

    pub(crate) async fn bot(&self, method: &str, body: Value) -> (u16, Value) {
        let answer = self
            .http
            .post(self.method(method))
            .json(&body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn ok(&self, method: &str, body: Value) -> Value {
        let (status, mut answer) = self.bot(method, body).await;
        assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{answer}");
        answer["result"].take()
    }

    pub(crate) async fn refused(&self, method: &str, body: Value) -> String {
        let (status, answer) = self.bot(method, body).await;
        assert_eq!(
            (json!(status), &answer["ok"]),
            (answer["error_code"].clone(), &json!(false)),
            "{answer}"
        );
        answer["description"].as_str().unwrap().to_owned()
    }

    /// A message of the bot, and its id.
    pub(crate) async fn sent(&self, text: &str) -> i64 {
        self.ok("sendMessage", json!({"chat_id": ANNA, "text": text}))
            .await["message_id"]
            .as_i64()
            .unwrap()
    }

    pub(crate) async fn set_webhook(&self, bot: &Bot) {
        self.ok("setWebhook", json!({"url": bot.url, "secret_token": "s3cret"}))
            .await;
    }
}

/// A bot's webhook: it remembers what came, and answers what it was told to, then 200.
#[derive(Clone, Default)]
pub(crate) struct Bot {
    pub(crate) url: String,
    pub(crate) came: Arc<Mutex<Vec<Value>>>,
    pub(crate) answers: Arc<Mutex<VecDeque<Response>>>,
}

impl Bot {
    pub(crate) async fn new() -> Self {
        let mut bot = Self::default();
        let router = Router::new().route("/", post(hear)).with_state(bot.clone());
        bot.url = serve(router).await + "/";
        bot
    }

    pub(crate) fn then(&self, answer: impl IntoResponse) {
        self.answers.lock().unwrap().push_back(answer.into_response());
    }

    pub(crate) fn heard(&self) -> Vec<Value> {
        self.came.lock().unwrap().clone()
    }
}

async fn hear(State(bot): State<Bot>, headers: HeaderMap, Json(update): Json<Value>) -> Response {
    assert_eq!(headers.get(SECRET_HEADER).unwrap(), "s3cret");
    bot.came.lock().unwrap().push(update);
    bot.answers
        .lock()
        .unwrap()
        .pop_front()
        .unwrap_or_else(|| StatusCode::OK.into_response())
}

/// A host that answers one file at `/file`, as this content type.
pub(crate) async fn host(content_type: &'static str, bytes: impl Into<Bytes>) -> String {
    let bytes = bytes.into();
    let file = move || async move { ([("content-type", content_type)], bytes) };
    serve(Router::new().route("/file", get(file))).await + "/file"
}

/// The skeleton of an MP4 of so many seconds: right boxes, no pictures.
pub(crate) fn mp4(seconds: u32, padding: usize) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], body: &[u8]| {
        let size = u32::try_from(body.len() + 8).unwrap();
        [&size.to_be_bytes(), kind.as_slice(), body].concat()
    };
    let mut mvhd = vec![0; 100];
    mvhd[12..16].copy_from_slice(&1_u32.to_be_bytes());
    mvhd[16..20].copy_from_slice(&seconds.to_be_bytes());
    let mut tkhd = vec![0; 84];
    tkhd[76..80].copy_from_slice(&(640_u32 << 16).to_be_bytes());
    tkhd[80..84].copy_from_slice(&(360_u32 << 16).to_be_bytes());
    let trak = boxed(b"trak", &boxed(b"tkhd", &tkhd));
    let moov = boxed(b"moov", &[boxed(b"mvhd", &mvhd), trak].concat());
    [
        boxed(b"ftyp", b"isom\0\0\0\0"),
        moov,
        boxed(b"mdat", &vec![7; padding]),
    ]
    .concat()
}

pub(crate) fn picture(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let mut encoded = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height)
        .write_to(&mut encoded, format)
        .unwrap();
    encoded.into_inner()
}
