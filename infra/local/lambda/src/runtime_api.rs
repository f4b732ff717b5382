//! The Lambda Runtime API, one server per process.
//!
//! Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes".

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};

use crate::functions::Ice;
use crate::moment;
use crate::streamed::{self, Taker};

/// What a function said to an event.
#[derive(Debug)]
pub(crate) enum Said {
    /// `POST /invocation/{id}/response`.
    Response(Bytes),
    /// `POST /invocation/{id}/error`.
    Error(Bytes),
}

/// An event on its way to a process.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) payload: Bytes,
    /// The header of its trace.
    pub(crate) trace: String,
    /// Told when the process has fetched the event: the invocation begins.
    pub(crate) fetched: oneshot::Sender<Instant>,
    pub(crate) said: oneshot::Sender<Said>,
    /// Who wants the response as it comes.
    pub(crate) taker: Option<Taker>,
}

/// A process's seat at the Runtime API: the events for it and what it says.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) ice: Ice,
    events: AsyncMutex<mpsc::Receiver<Event>>,
    running: Mutex<Option<Running>>,
    /// How often the process has asked for an event.
    asked: watch::Sender<u64>,
    init_error: Mutex<Option<Value>>,
    arn: String,
    timeout: Duration,
}

#[derive(Debug)]
struct Running {
    id: String,
    payload: Bytes,
    said: oneshot::Sender<Said>,
    taker: Option<Taker>,
}

impl Seat {
    /// A seat, and the way to send it events.
    pub(crate) fn new(arn: String, timeout: Duration) -> (Arc<Self>, mpsc::Sender<Event>) {
        let (sender, events) = mpsc::channel(1);
        let seat = Self {
            ice: Ice::new(),
            events: AsyncMutex::new(events),
            running: Mutex::new(None),
            asked: watch::Sender::new(0),
            init_error: Mutex::new(None),
            arn,
            timeout,
        };
        (Arc::new(seat), sender)
    }

    /// The event that runs now.
    pub(crate) fn running(&self) -> Option<Bytes> {
        crate::locked(&self.running)
            .as_ref()
            .map(|running| running.payload.clone())
    }

    /// Counts how often the process has asked for an event.
    pub(crate) fn asked(&self) -> watch::Receiver<u64> {
        self.asked.subscribe()
    }

    /// What the process reported of a failed start.
    pub(crate) fn init_error(&self) -> Option<Value> {
        crate::locked(&self.init_error).clone()
    }

    /// Forgets the running event, which nobody waits for any more.
    pub(crate) fn clear(&self) {
        crate::locked(&self.running).take();
    }
}

/// Serves one seat until dropped.
pub(crate) async fn serve(listener: TcpListener, seat: Arc<Seat>) {
    const BASE: &str = "/2018-06-01/runtime";
    let router = Router::new()
        .route(&format!("{BASE}/invocation/next"), get(next))
        .route(&format!("{BASE}/invocation/{{id}}/response"), post(response))
        .route(&format!("{BASE}/invocation/{{id}}/error"), post(error))
        .route(&format!("{BASE}/init/error"), post(init_error))
        .layer(axum::extract::DefaultBodyLimit::max(RESPONSE_MAX))
        .with_state(seat);
    drop(axum::serve(listener, router).await);
}

type Sent = Result<Bytes, BytesRejection>;

/// A buffered response may hold 6 MB ("Lambda quotas").
pub(crate) const RESPONSE_MAX: usize = 6 * 1024 * 1024;

async fn next(State(seat): State<Arc<Seat>>) -> Response<Body> {
    seat.asked.send_modify(|asked| *asked += 1);
    seat.ice.waits();
    let event = seat.events.lock().await.recv().await;
    seat.ice.served();
    let Some(Event {
        id,
        payload,
        trace,
        fetched,
        said,
        taker,
    }) = event
    else {
        return answer(
            StatusCode::GONE,
            &json!({"errorMessage": "the local Lambda has stopped"}),
        );
    };
    let deadline_ms = moment::now_ms() + moment::whole_ms(seat.timeout);
    let response = Response::builder()
        .header("Lambda-Runtime-Aws-Request-Id", &id)
        .header("Lambda-Runtime-Deadline-Ms", deadline_ms)
        .header("Lambda-Runtime-Invoked-Function-Arn", &seat.arn)
        .header("Lambda-Runtime-Trace-Id", &trace)
        .header("Content-Type", "application/json")
        .body(Body::from(payload.clone()));
    *crate::locked(&seat.running) = Some(Running {
        id,
        payload,
        said,
        taker,
    });
    // Nobody waits for the event any more when this fails; the process may run it all the same.
    let _ = fetched.send(Instant::now());
    response.unwrap_or_default()
}

async fn response(
    State(seat): State<Arc<Seat>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("lambda-runtime-function-response-mode") == Some("streaming") {
        let kind = header("content-type").unwrap_or_default().to_owned();
        return stream(&seat, &id, kind, body).await;
    }
    match to_bytes(body, RESPONSE_MAX).await {
        Ok(body) => say(&seat, &id, Said::Response(body)),
        Err(_) => too_large(&seat, &id),
    }
}

/// The event runs until its response has come to its end.
async fn stream(seat: &Seat, id: &str, kind: String, body: Body) -> Response<Body> {
    let taker = match &*crate::locked(&seat.running) {
        Some(running) if running.id == id => running.taker.clone(),
        _ => None,
    };
    match streamed::pass(body, kind, taker).await {
        Some(said) => say(seat, id, said),
        None => answer(
            StatusCode::BAD_REQUEST,
            &json!({"errorMessage": "the response was cut off"}),
        ),
    }
}

async fn error(State(seat): State<Arc<Seat>>, Path(id): Path<String>, body: Sent) -> Response<Body> {
    match body {
        Ok(body) => say(&seat, &id, Said::Error(body)),
        Err(_) => too_large(&seat, &id),
    }
}

/// Lambda answers 413 and fails the invocation.
fn too_large(seat: &Seat, id: &str) -> Response<Body> {
    let message =
        format!("Response payload size exceeded maximum allowed payload size ({RESPONSE_MAX} bytes).");
    let report = json!({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message});
    let mut response = say(seat, id, Said::Error(Bytes::from(report.to_string())));
    *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
    response
}

fn say(seat: &Seat, id: &str, said: Said) -> Response<Body> {
    let running = crate::locked(&seat.running).take_if(|running| running.id == id);
    let Some(running) = running else {
        let body = json!({"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"});
        return answer(StatusCode::BAD_REQUEST, &body);
    };
    let _ = running.said.send(said);
    answer(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

async fn init_error(State(seat): State<Arc<Seat>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let kind = headers
        .get("lambda-runtime-function-error-type")
        .and_then(|kind| kind.to_str().ok());
    let report = serde_json::from_slice(&body).unwrap_or_else(|_| json!({"errorType": kind}));
    *crate::locked(&seat.init_error) = Some(report);
    answer(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
}
