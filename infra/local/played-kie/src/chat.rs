//! A played chat model: the `OpenAI` protocol as far as a prompt builder needs it, with a model that is no model.

mod asked;
mod checks;
mod hear;
mod improve;
mod schema;
mod trouble;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::post;
use axum::{Json, response::IntoResponse};
use serde_json::Value;

use crate::Clock;
use asked::{Asked, Dialect};
pub use checks::{CHECK_WORDS, CheckPlay, CheckRequest, CheckWord};
pub use trouble::{CHAT_WORDS, ChatTrouble, ChatWord};

/// One request as it was understood, for a test to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatRequest {
    /// The model asked for.
    pub model: String,
    /// The system's or developer's words.
    pub instructions: String,
    /// The user's last words; of a voice message, what is said in it.
    pub prompt: String,
    /// Pictures that came along.
    pub pictures: usize,
    /// The status it was answered with; 0 if it was cut off.
    pub status: u16,
}

/// The played chat model; cheap to clone.
#[derive(Clone)]
pub struct ChatModel(Arc<Inner>);

struct Inner {
    api_key: String,
    clock: Clock,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    requests: Vec<ChatRequest>,
    checks: Vec<CheckRequest>,
    waiting: Vec<(ChatTrouble, String, u32)>,
}

impl ChatModel {
    /// A model that accepts this key.
    pub fn new(api_key: impl Into<String>, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            api_key: api_key.into(),
            clock,
            book: Mutex::default(),
        }))
    }

    /// `POST /v1/chat/completions`, `POST /v1/responses`, `POST /v1/audio/transcriptions` and `POST /v1/moderations`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/chat/completions", post(completions))
            .route("/v1/responses", post(responses))
            .route(
                "/v1/audio/transcriptions",
                post(hear::transcriptions).layer(DefaultBodyLimit::max(hear::AUDIO_BYTES_MAX)),
            )
            .route(
                "/v1/moderations",
                post(checks::moderations).layer(DefaultBodyLimit::max(checks::BODY_BYTES_MAX)),
            )
            .with_state(self.clone())
    }

    /// Lets `trouble` befall the next `times` requests whose prompt contains `matching`.
    pub fn inject(&self, trouble: ChatTrouble, matching: &str, times: u32) {
        self.book().waiting.push((trouble, matching.to_owned(), times));
    }

    /// Every request with a right key and body, oldest first.
    pub fn requests(&self) -> Vec<ChatRequest> {
        self.book().requests.clone()
    }

    /// Every check that was asked for with a right key and body, oldest first.
    pub fn checks(&self) -> Vec<CheckRequest> {
        self.book().checks.clone()
    }

    fn take(&self, prompt: &str) -> Option<ChatTrouble> {
        let mut book = self.book();
        let waiting = book
            .waiting
            .iter_mut()
            .find(|(_, matching, _)| prompt.contains(matching.as_str()));
        let injected = waiting.map(|(trouble, _, times)| {
            *times = times.saturating_sub(1);
            *trouble
        });
        book.waiting.retain(|(_, _, times)| *times > 0);
        injected.or_else(|| trouble::spoken(prompt))
    }

    fn answer(&self, headers: &HeaderMap, body: &Value, dialect: Dialect) -> Response {
        if bearer(headers) != Some(self.0.api_key.as_str()) {
            return ChatTrouble::BadKey.answer();
        }
        let asked = match Asked::read(body, dialect) {
            Ok(asked) => asked,
            Err(missing) => return trouble::missing(missing),
        };
        let trouble = self.take(&asked.prompt);
        let number = self.book().requests.len() + 1;
        let created_s = (self.0.clock)() / 1000;
        let answer = match trouble.filter(|trouble| *trouble != ChatTrouble::Incomplete) {
            Some(trouble) => trouble.answer(),
            None => wire::answer(&asked, dialect, number, created_s, trouble.is_some()).into_response(),
        };
        let cut = trouble == Some(ChatTrouble::Cut);
        self.note(asked, if cut { 0 } else { answer.status().as_u16() });
        answer
    }

    fn note(&self, asked: Asked, status: u16) {
        let Asked {
            model,
            instructions,
            prompt,
            pictures,
            ..
        } = asked;
        self.book().requests.push(ChatRequest {
            model,
            instructions,
            prompt,
            pictures,
            status,
        });
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type JsonBody = Result<Json<Value>, JsonRejection>;

async fn completions(State(chat): State<ChatModel>, headers: HeaderMap, body: JsonBody) -> Response {
    body.map_or_else(
        |_| trouble::missing("body"),
        |Json(body)| chat.answer(&headers, &body, Dialect::Completions),
    )
}

async fn responses(State(chat): State<ChatModel>, headers: HeaderMap, body: JsonBody) -> Response {
    body.map_or_else(
        |_| trouble::missing("body"),
        |Json(body)| chat.answer(&headers, &body, Dialect::Responses),
    )
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}
