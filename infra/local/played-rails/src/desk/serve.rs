//! The way of a request: recorded, admitted, looked up by its key, played, perhaps spoilt.

use std::sync::PoisonError;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Value;

use super::Desk;
use super::journal::{Asked, shown};
use super::keys::Known;
use crate::fault::{Door, Spoilt};

/// The largest body that either rail reads here.
const BODY_BYTES_MAX: usize = 1 << 20;
/// How long a withheld answer takes: longer than any caller waits.
const WITHHELD: Duration = Duration::from_mins(2);

/// A request, read.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The parts of its path after the version.
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn is_post(&self) -> bool {
        self.method == "POST"
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            headers: Vec::new(),
        }
    }
}

/// A rail's own protocol.
pub(crate) trait Api {
    /// The header with the idempotency key.
    const KEY: &'static str;

    /// Which of the doors a request knocks at.
    fn door(&self, request: &Request) -> Door;
    /// Who is turned away whatever they want.
    fn admit(&self, request: &Request) -> Result<(), Reply>;
    /// What two requests have in common that are the same.
    fn fingerprint(&self, request: &Request) -> Vec<u8>;
    /// Under the same key, something else was asked.
    fn other_under_key(&self) -> Reply;
    /// Whether an answer is given again under its key.
    fn is_kept(&self, reply: &Reply) -> bool;
    /// What is said instead of the answer.
    fn spoilt(&self, spoilt: Spoilt) -> Reply;
    /// Does what is asked.
    fn play(&self, request: &Request) -> Reply;
}

impl Desk {
    /// Serves a request from its first byte to its last.
    pub(crate) async fn serve<A: Api>(&self, api: &A, request: axum::extract::Request) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let query = parts.uri.query().unwrap_or_default();
        let request = Request {
            method: parts.method.to_string(),
            path: parts.uri.path().split('/').skip(2).map(str::to_owned).collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: parts.headers,
            body,
        };
        let number = self.record::<A>(&request, parts.uri.to_string());
        let (reply, spoilt) = self.answer(api, &request);
        self.tell(number, reply, spoilt).await
    }

    fn record<A: Api>(&self, request: &Request, path: String) -> usize {
        let asked = Asked {
            at_ms: self.now_ms(),
            method: request.method.clone(),
            path,
            headers: shown(&request.headers),
            key: request.header(A::KEY).map(str::to_owned),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            spoilt: None,
            told: None,
        };
        let mut state = self.state();
        state.asked.push(asked);
        state.asked.len() - 1
    }

    fn answer<A: Api>(&self, api: &A, request: &Request) -> (Reply, Option<Spoilt>) {
        if let Err(refused) = api.admit(request) {
            return (refused, None);
        }
        let spoilt = self.spoilt(api.door(request));
        if let Some(before) = spoilt.filter(|spoilt| spoilt.is_before()) {
            return (api.spoilt(before), spoilt);
        }
        let key = request.header(A::KEY).filter(|_| request.is_post());
        let Some(key) = key else {
            return (instead(api, api.play(request), spoilt), spoilt);
        };
        let (asked, now_ms) = (api.fingerprint(request), self.now_ms());
        let _turn = self.0.keyed.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.state().keys.known(key, &asked, now_ms);
        let reply = match known {
            Known::Other => return (api.other_under_key(), spoilt),
            Known::Same(reply) => replayed(reply),
            Known::New => {
                let reply = api.play(request);
                let kept = match spoilt {
                    Some(Spoilt::FailedForGood) => api.spoilt(Spoilt::FailedForGood),
                    _ => reply.clone(),
                };
                if api.is_kept(&reply) {
                    self.state().keys.keep(key, asked, kept, now_ms);
                }
                reply
            }
        };
        (instead(api, reply, spoilt), spoilt)
    }

    async fn tell(&self, number: usize, reply: Reply, spoilt: Option<Spoilt>) -> Response {
        let told = match spoilt {
            Some(Spoilt::Cut) => None,
            Some(Spoilt::Garbled) => Some(200),
            _ => Some(reply.status),
        };
        if let Some(asked) = self.state().asked.get_mut(number) {
            asked.spoilt = spoilt;
            asked.told = told;
        }
        match spoilt {
            Some(Spoilt::Cut) => cut(),
            Some(Spoilt::Garbled) => "<html><body>nginx</body></html>".into_response(),
            Some(Spoilt::Withheld) => {
                tokio::time::sleep(WITHHELD).await;
                response(reply)
            }
            _ => response(reply),
        }
    }
}

/// The answer, or what is said in its place though everything was done.
fn instead<A: Api>(api: &A, reply: Reply, spoilt: Option<Spoilt>) -> Reply {
    match spoilt {
        Some(after @ (Spoilt::FailedAfter | Spoilt::FailedForGood | Spoilt::Processing)) => api.spoilt(after),
        _ => reply,
    }
}

fn replayed(mut reply: Reply) -> Reply {
    reply.headers.push(("Idempotent-Replayed", "true".to_owned()));
    reply
}

fn response(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(reply.body)).into_response();
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// No answer at all: the body fails before its first byte, so that the connection is dropped with the headers unsent.
fn cut() -> Response {
    let broken =
        futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut off on purpose")) });
    Response::new(Body::from_stream(broken))
}
