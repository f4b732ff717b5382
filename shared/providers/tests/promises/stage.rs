//! A played provider on a free port, a clock that a promise turns, a receiver for callbacks, and our client.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::post;
use bytes::Bytes;
use domain::catalog::Makes;
use domain::time::Timestamp;
use domain::video::Aspect;
use futures::future::BoxFuture;
use providers::files::Files;
use providers::registry::{Access, Now, Row, row};
use providers::{Create, LookUp, Photo, Provider, Providers, TaskRef, Upload, VideoOrder};
use tokio::net::TcpListener;

pub(crate) const KEY: &str = "SECRET-key-of-the-test";
pub(crate) const LONG: Duration = Duration::from_secs(20);
pub(crate) const RENDER_MS: i64 = 60_000;

/// What a played provider can be made to do to the next that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// An order is turned away: too many.
    Busy,
    /// An order is turned away: the account is empty.
    Unpaid,
    /// An order is turned away: the model is gone.
    Retired,
    /// The order is accepted and the answer lost.
    Lost,
    /// The order is cut off before it arrives.
    Cut,
    /// A gateway turns the order away.
    Unavailable,
    /// A gateway loses the answer to an accepted order.
    BadGateway,
    /// The render fails.
    Failed,
    /// The render is refused after all.
    Moderated,
    /// Success without a file.
    NoFile,
    /// The result's first address has run out.
    Expired,
    /// A question is answered with a server's error.
    LookUpDown,
    /// A question is turned away.
    LookUpBusy,
}

type Told<T> = Box<dyn Fn() -> T + Send + Sync>;
/// Sends what is due, and tells how many that were.
pub(crate) type Calling = Box<dyn Fn() -> BoxFuture<'static, usize> + Send + Sync>;
type Calls = Arc<Mutex<Vec<(String, Bytes)>>>;

/// What a promise is tried on.
pub(crate) struct Stage {
    pub(crate) row: &'static Row,
    pub(crate) providers: Providers,
    pub(crate) stranger: Providers,
    /// What our account is opened with.
    pub(crate) key: String,
    pub(crate) family: &'static str,
    pub(crate) retired: Option<&'static str>,
    pub(crate) files: Files,
    pub(crate) complaints: Told<Vec<String>>,
    pub(crate) accepted: Told<usize>,
    pub(crate) cause: Box<dyn Fn(Mishap) + Send + Sync>,
    /// Sends the callbacks that are due, if it calls back.
    pub(crate) call: Option<Calling>,
    pub(crate) calls: Calls,
    pub(crate) receiver: String,
    pub(crate) clock: Arc<AtomicI64>,
}

/// The clock as a played server reads it.
pub(crate) fn ticking(clock: &Arc<AtomicI64>) -> played_kie::Clock {
    let clock = Arc::clone(clock);
    Arc::new(move || clock.load(Ordering::SeqCst))
}

/// The same as our own clock.
fn told(clock: &Arc<AtomicI64>) -> Now {
    let clock = Arc::clone(clock);
    Arc::new(move || Timestamp(clock.load(Ordering::SeqCst)))
}

/// A free port, and its address.
pub(crate) async fn door() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}

pub(crate) fn serve(listener: TcpListener, router: Router) {
    tokio::spawn(axum::serve(listener, router).into_future());
}

/// Receives callbacks.
pub(crate) async fn receiver() -> (Calls, String) {
    let calls = Calls::default();
    let (listener, base) = door().await;
    let take = async |State(calls): State<Calls>, uri: Uri, body: Bytes| {
        calls.lock().unwrap().push((uri.path().to_owned(), body));
    };
    let router = Router::new().fallback(post(take)).with_state(calls.clone());
    serve(listener, router);
    (calls, base)
}

/// An HTTP client as the worker has one.
pub(crate) fn http() -> reqwest::Client {
    one_request::choose_crypto();
    let client = reqwest::Client::builder().user_agent("neurocards-test");
    let client = client.redirect(reqwest::redirect::Policy::none());
    client.pool_max_idle_per_host(0).build().unwrap()
}

/// An account there, with this key and this clock.
pub(crate) fn account(name: &str, base: &str, key: &str, clock: &Arc<AtomicI64>) -> Providers {
    let access = |row: &Row| {
        (row.name == name).then(|| Access {
            http: http(),
            base: base.to_owned(),
            uploads: Some(base.to_owned()),
            key: key.to_owned(),
            now: told(clock),
        })
    };
    Providers::open(access)
}

impl Stage {
    pub(crate) fn provider(&self) -> &dyn Provider {
        self.providers.get(self.row.name).unwrap()
    }

    pub(crate) fn pass_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn cause(&self, mishap: Mishap) {
        (self.cause)(mishap);
    }

    pub(crate) fn accepted(&self) -> usize {
        (self.accepted)()
    }

    /// A task of the family that is tried.
    pub(crate) fn named<'t>(&'t self, id: &'t str) -> TaskRef<'t> {
        let family = self.family;
        TaskRef { family, id }
    }

    /// What the family makes.
    pub(crate) fn makes(&self) -> Makes {
        self.row.form(self.family).unwrap().makes
    }

    /// An order in words, by this name of ours.
    pub(crate) fn order(&self, name: &str) -> VideoOrder {
        let form = self.row.form(self.family).unwrap();
        VideoOrder {
            family: self.family.to_owned(),
            prompt: "SECRET wish of a customer".to_owned(),
            first_frame: None,
            aspect: Aspect::Landscape,
            duration_s: form.caps.durations_text_s[0],
            quality: None,
            sound: form.caps.sound,
            callback_url: format!("{}/{}?job=1-a&fence=1&mac=SECRET", self.receiver, self.row.name),
            name: name.to_owned(),
        }
    }

    pub(crate) async fn submit(&self, order: &VideoOrder) -> Create {
        self.provider().submit(order, LONG).await
    }

    /// An order that is expected to be accepted; gives its task.
    pub(crate) async fn task(&self, name: &str) -> String {
        match self.submit(&self.order(name)).await {
            Create::Accepted { task_id } => task_id,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn look_up(&self, task: &str) -> LookUp {
        self.provider().look_up(self.named(task), LONG).await.outcome
    }

    /// The first address of a finished task.
    pub(crate) async fn url(&self, task: &str) -> String {
        match self.look_up(task).await {
            LookUp::Succeeded { urls } => urls[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    /// A photo as the provider takes it.
    pub(crate) async fn photo(&self) -> Photo {
        let picture = Bytes::from_static(include_bytes!("../../fixtures/photo.png"));
        let stream = futures::stream::iter([Ok::<_, std::io::Error>(picture)]);
        let upload = Upload::stream(stream, None, "image/png", "1-a.png");
        self.provider().take_photo(upload, LONG).await.unwrap()
    }
}

/// The row of a provider that there is.
pub(crate) fn known(name: &str) -> &'static Row {
    row(name).unwrap()
}
