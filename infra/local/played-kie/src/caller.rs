//! The calls that the played provider makes itself: callbacks out, and pictures in. Plain HTTP, this machine only.

use std::time::Duration;

use axum::http::{Method, Request, StatusCode, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::Error;

/// How long a callback may take (docs.kie.ai, Veo page: 15 s).
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a picture may take (docs.kie.ai, url upload: 30 s).
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest file taken from a URL (docs.kie.ai, url upload: 100 MB).
const FETCH_BYTES_MAX: usize = 100 * 1024 * 1024;

/// A small HTTP client, for what a played server sends.
#[derive(Clone, Debug)]
pub struct Caller(Client<HttpConnector, Full<Bytes>>);

impl Caller {
    /// One without connections.
    #[allow(clippy::new_without_default, reason = "there is one for each played account")]
    pub fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Posts JSON and gives the status, or nothing if there was no answer.
    pub async fn post(&self, url: &str, headers: &[(&str, String)], body: String) -> Option<StatusCode> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "played-kie");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let sent = self.0.request(request.body(Full::from(body)).ok()?);
        let answer = tokio::time::timeout(CALLBACK_TIMEOUT, sent).await.ok()?;
        answer.ok().map(|answer| answer.status())
    }

    /// Gets a file from this machine.
    pub(crate) async fn fetch(&self, url: &str) -> Result<Bytes, Error> {
        let uri: Uri = url.parse().map_err(|_| Error::NotLocal)?;
        let local = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if !local || uri.scheme_str() != Some("http") {
            return Err(Error::NotLocal);
        }
        let read = async {
            let answer = self
                .0
                .get(uri)
                .await
                .ok()
                .filter(|answer| answer.status() == StatusCode::OK)?;
            let body = Limited::new(answer.into_body(), FETCH_BYTES_MAX)
                .collect()
                .await
                .ok()?;
            Some(body.to_bytes())
        };
        tokio::time::timeout(FETCH_TIMEOUT, read)
            .await
            .ok()
            .flatten()
            .ok_or(Error::Unreachable)
    }
}
