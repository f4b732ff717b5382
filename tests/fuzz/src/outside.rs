//! The outside, played within the process: whatever is asked for, the input is the answer.

use std::cell::RefCell;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Request;
use tokio::runtime::Runtime;
use wire::played::{Carried, Outside, play};

/// As long as anything may take here: nothing waits.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Between two answers of one input.
const BETWEEN: &[u8] = b"\n===\n";

/// How the present input answers a request.
type Answering = Box<dyn FnMut(&Request) -> http::Response<Bytes>>;

thread_local! {
    static ANSWERING: RefCell<Option<Answering>> = const { RefCell::new(None) };
    static RUNTIME: Runtime = started();
}

fn started() -> Runtime {
    // It lasts as long as the thread.
    std::mem::forget(play(Arc::new(Input)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.expect("a runtime without anything outside is always to be had")
}

/// Whoever plays the outside.
struct Input;

impl Outside for Input {
    fn carry(&self, request: Request) -> Carried {
        let answer = ANSWERING.with_borrow_mut(|answering| match answering {
            Some(answering) => answering(&request),
            None => http::Response::new(Bytes::new()),
        });
        Box::pin(async move { Ok(answer.map(reqwest::Body::from)) })
    }
}

/// Does something while requests are answered so.
pub fn answered<T>(
    answering: impl FnMut(&Request) -> http::Response<Bytes> + 'static,
    doing: impl Future<Output = T>,
) -> T {
    ANSWERING.set(Some(Box::new(answering)));
    let done = RUNTIME.with(|runtime| runtime.block_on(doing));
    ANSWERING.set(None);
    done
}

/// The statuses that are worth telling apart.
const STATUSES: [u16; 12] = [200, 200, 201, 400, 401, 402, 404, 409, 422, 429, 500, 503];

/// What an input says: which of some ways, and answers. Its first letter is the way and its second the status of each
/// answer, so that inputs are texts: `a0{"code":200}`.
pub struct Script {
    /// The way.
    pub way: usize,
    status: u16,
    answers: Vec<Bytes>,
}

impl Script {
    /// Reads an input.
    pub fn of(data: &[u8]) -> Option<Self> {
        let (way, rest) = data.split_first()?;
        let (status, rest) = rest.split_first()?;
        let place = usize::from(status.wrapping_sub(b'0')) % STATUSES.len();
        let mut answers = Vec::new();
        let mut rest = rest;
        while let Some(at) = rest.windows(BETWEEN.len()).position(|here| here == BETWEEN) {
            answers.push(Bytes::copy_from_slice(&rest[..at]));
            rest = &rest[at + BETWEEN.len()..];
        }
        answers.push(Bytes::copy_from_slice(rest));
        Some(Self {
            way: usize::from(way.wrapping_sub(b'a')),
            status: STATUSES[place],
            answers,
        })
    }

    /// Answers with one after the other, and with the last for ever.
    pub fn answering(self) -> impl FnMut(&Request) -> http::Response<Bytes> {
        let mut next = 0;
        move |_| {
            let place = next.min(self.answers.len() - 1);
            next += 1;
            let mut answer = http::Response::new(self.answers[place].clone());
            *answer.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
            let json = http::HeaderValue::from_static("application/json");
            answer.headers_mut().insert(http::header::CONTENT_TYPE, json);
            answer
        }
    }
}

/// A client, which is asked for nothing but to build requests.
pub fn client() -> reqwest::Client {
    choose_crypto();
    reqwest::Client::new()
}

/// Chooses who encrypts: nothing is encrypted here, but a client wants to know.
pub fn choose_crypto() {
    // Somebody else may have done so before, and it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
