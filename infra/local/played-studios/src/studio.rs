//! One played account, cheap to clone: orders, troubles, time and callbacks, whatever the protocol.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::future::join_all;
use played_kie::{Caller, Clock, real_clock};
use serde_json::Value;

use crate::task::{Task, Trouble, Wish, is_picture};
use crate::{files, words};

/// The largest request: an order with its photo in base64.
pub(crate) const BODY_BYTES_MAX: usize = 64 << 20;
/// How often [`Studio::run`] looks for callbacks that are due.
const TICK: Duration = Duration::from_millis(100);

/// What is particular to a provider.
#[derive(Debug)]
pub struct Protocol {
    /// Its name.
    pub name: &'static str,
    /// Its paths.
    pub routes: fn() -> Router<Studio>,
    /// What a callback says of a task that has ended; `None` for a provider that does not call back.
    pub report: Option<fn(&Studio, &Task) -> Value>,
    /// The key of an account of this name, in the form in which the secret has it.
    pub key: fn(&str) -> String,
}

/// What a studio is told before it starts.
#[derive(Clone)]
pub struct Config {
    /// The one key that is accepted.
    pub api_key: String,
    /// Where this server is reached, without a slash at the end; begins every address that it hands out.
    pub public_base_url: String,
    /// The time.
    pub clock: Clock,
    /// How long a render takes, in milliseconds of that clock.
    pub render_ms: i64,
}

impl Config {
    /// Real time, and renders of eight seconds.
    pub fn new(public_base_url: impl Into<String>, api_key: impl Into<String>) -> Self {
        Self {
            api_key: api_key.into(),
            public_base_url: public_base_url.into(),
            clock: real_clock(),
            render_ms: 8_000,
        }
    }
}

/// A played account with its API and its result host.
#[derive(Clone)]
pub struct Studio(Arc<Inner>);

struct Inner {
    protocol: &'static Protocol,
    config: Config,
    caller: Caller,
    book: Mutex<Book>,
}

/// Everything that the account remembers.
#[derive(Default)]
struct Book {
    tasks: BTreeMap<String, Task>,
    troubles: Vec<(Trouble, u32)>,
    said: Vec<(Trouble, String)>,
    complaints: Vec<String>,
}

impl Studio {
    /// An account without tasks.
    pub fn new(protocol: &'static Protocol, config: Config) -> Self {
        Self(Arc::new(Inner {
            protocol,
            config,
            caller: Caller::new(),
            book: Mutex::default(),
        }))
    }

    /// Every path: the protocol's own, and the result host's.
    pub fn router(&self) -> Router {
        (self.0.protocol.routes)()
            .route("/files/{task}/{file}", get(files::result))
            .layer(from_fn_with_state(self.clone(), words::heed))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self.clone())
    }

    /// Lets `trouble` befall the next `times` requests that it can befall.
    pub fn inject(&self, trouble: Trouble, times: u32) {
        self.book().troubles.push((trouble, times));
    }

    /// Whether these words ask for this trouble for the first time.
    pub(crate) fn is_said_first(&self, trouble: Trouble, words: &str) -> bool {
        let mut book = self.book();
        let said = (trouble, words.to_owned());
        let is_first = !book.said.contains(&said);
        if is_first {
            book.said.push(said);
        }
        is_first
    }

    /// Nothing goes wrong any more with what comes.
    pub fn forget_troubles(&self) {
        self.book().troubles.clear();
    }

    /// Every task ever accepted, oldest first.
    pub fn tasks(&self) -> Vec<Task> {
        self.book().tasks.values().cloned().collect()
    }

    /// Everything that the real service would have let pass in silence, or refused, because the caller was wrong.
    pub fn complaints(&self) -> Vec<String> {
        self.book().complaints.clone()
    }

    /// Notes what a caller did wrong.
    pub(crate) fn complain(&self, what: String) {
        self.book().complaints.push(what);
    }

    /// A task.
    pub(crate) fn task(&self, id: &str) -> Option<Task> {
        self.book().tasks.get(id).cloned()
    }

    /// A task as somebody asks how it stands; that its end was told is noted.
    pub(crate) fn look(&self, wanted: impl Fn(&Task) -> bool) -> Option<Task> {
        let now_ms = self.now_ms();
        let mut book = self.book();
        let task = book.tasks.values_mut().find(|task| wanted(task))?;
        task.told += u32::from(task.ending(now_ms).is_some());
        Some(task.clone())
    }

    /// Takes the troubles of one order.
    pub(crate) fn troubles_of_order(&self) -> Vec<Trouble> {
        self.take(|trouble| !trouble.is_of_look_up())
    }

    /// Takes the trouble of one question, if there is any.
    pub(crate) fn trouble_of_look_up(&self) -> Option<Trouble> {
        self.take(Trouble::is_of_look_up).first().copied()
    }

    fn take(&self, fits: impl Fn(Trouble) -> bool) -> Vec<Trouble> {
        let mut taken = Vec::new();
        let mut book = self.book();
        for (trouble, times) in &mut book.troubles {
            if fits(*trouble) {
                *times = times.saturating_sub(1);
                taken.push(*trouble);
            }
        }
        book.troubles.retain(|(_, times)| *times > 0);
        taken
    }

    /// Takes an order into the book.
    pub(crate) fn accept(&self, wish: Wish, troubles: Vec<Trouble>) -> Task {
        let now_ms = self.now_ms();
        let mut book = self.book();
        if wish.photo.as_ref().is_some_and(|bytes| !is_picture(bytes)) {
            book.complaints.push("the photo is no picture".to_owned());
        }
        let reports = wish.callback_url.is_some() && self.0.protocol.report.is_some();
        let task = Task {
            id: format!("{}-{now_ms}-{:04}", self.0.protocol.name, book.tasks.len() + 1),
            wish,
            created_at_ms: now_ms,
            ends_at_ms: (!troubles.contains(&Trouble::Never)).then_some(now_ms + self.0.config.render_ms),
            to_report: reports && !troubles.contains(&Trouble::NoCallback),
            troubles,
            told: 0,
        };
        book.tasks.insert(task.id.clone(), task.clone());
        task
    }

    /// The answer to an accepted order, unless it is made to get lost.
    pub(crate) fn answered(task: &Task, answer: Response) -> Response {
        match task.troubles.as_slice() {
            troubles if troubles.contains(&Trouble::Lost) => cut(),
            troubles if troubles.contains(&Trouble::BadGateway) => page(StatusCode::BAD_GATEWAY),
            _ => answer,
        }
    }

    /// What a gateway or a broken line makes of an order before it arrives, if it is made to.
    pub(crate) fn turned_away(troubles: &[Trouble]) -> Option<Response> {
        match troubles {
            _ if troubles.contains(&Trouble::Cut) => Some(cut()),
            _ if troubles.contains(&Trouble::Unavailable) => Some(page(StatusCode::SERVICE_UNAVAILABLE)),
            _ => None,
        }
    }

    /// Whether the caller shows the key in this header.
    pub(crate) fn lets_in_by(&self, header: &str, headers: &HeaderMap) -> bool {
        let shown = headers.get(header).and_then(|value| value.to_str().ok());
        shown == Some(self.0.config.api_key.as_str())
    }

    /// Whether the caller shows the key as a bearer.
    pub(crate) fn lets_in(&self, headers: &HeaderMap) -> bool {
        let shown = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        shown.and_then(|value| value.strip_prefix("Bearer ")) == Some(self.0.config.api_key.as_str())
    }

    /// The one key.
    pub(crate) fn api_key(&self) -> &str {
        &self.0.config.api_key
    }

    /// Where it is reached.
    pub(crate) fn base_url(&self) -> &str {
        &self.0.config.public_base_url
    }

    /// What time it is.
    pub fn now_ms(&self) -> i64 {
        (self.0.config.clock)()
    }

    /// Sends every callback that is due, and waits for the answers. Returns how many were sent.
    pub async fn tick(&self) -> usize {
        let reports = self.due_reports();
        let sent = reports
            .iter()
            .map(|(url, body)| self.0.caller.post(url, &[], body.clone()));
        join_all(sent).await.len()
    }

    /// Ticks for ever, on the machine's time.
    pub async fn run(self) {
        loop {
            let studio = self.clone();
            tokio::spawn(async move { studio.tick().await });
            tokio::time::sleep(TICK).await;
        }
    }

    /// Takes the reports that are due, so that no other tick sends them too.
    fn due_reports(&self) -> Vec<(String, String)> {
        let (now_ms, Some(report)) = (self.now_ms(), self.0.protocol.report) else {
            return Vec::new();
        };
        let mut due = Vec::new();
        for task in self.book().tasks.values_mut() {
            if task.to_report && task.ending(now_ms).is_some() {
                task.to_report = false;
                due.push(task.clone());
            }
        }
        let told = due
            .iter()
            .filter_map(|task| Some((task.wish.callback_url.clone()?, report(self, task).to_string())));
        told.collect()
    }

    /// A panic elsewhere leaves the book whole: every change of it is a single insertion.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a gateway in front of the service answers.
pub(crate) fn page(status: StatusCode) -> Response {
    (status, "<html><body><h1>nginx</h1></body></html>").into_response()
}

/// No answer at all: the body fails before its first byte, so the server drops the connection with the headers unsent.
fn cut() -> Response {
    let broken =
        futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut off on purpose")) });
    Response::new(Body::from_stream(broken))
}
