//! HTTP with KIE.AI, and the three ways in which a request can end.

use std::{error::Error, fmt, time::Duration};

use reqwest::{RequestBuilder, Response, header::RETRY_AFTER};

use super::{
    balance::{self, Balance},
    create::{self, Create},
    envelope::Envelope,
    look_up::{self, Looked},
    registry::TaskOrder,
    upload::{self, Upload, UploadError},
};
use crate::Reason;

/// Answers are a few kilobytes; whatever is larger is not the API's.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// An account at KIE.AI. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    api_base: String,
    upload_base: String,
    api_key: String,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            api_base,
            upload_base,
            ..
        } = self;
        f.debug_struct("Client")
            .field("api_base", api_base)
            .field("upload_base", upload_base)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// An account with this key. `http` must send a User-Agent, without which both hosts answer 403, and should keep no
    /// idle connections across a freeze of the Lambda: an order written to a dead one ends as [`Create::Unknown`], and
    /// its customer waits for nothing. The bases are `https://api.kie.ai` and `https://kieai.redpandaai.co`, or servers
    /// of one's own.
    pub fn new(http: reqwest::Client, api_base: &str, upload_base: &str, api_key: impl Into<String>) -> Self {
        let base = |text: &str| text.trim_end_matches('/').to_owned();
        Self {
            http,
            api_base: base(api_base),
            upload_base: base(upload_base),
            api_key: api_key.into(),
        }
    }

    /// Orders a video. There is no idempotency key: a second call is a second, billed video, so [`Create::Unknown`] is
    /// not to be answered with another call before its callback and the look-ups had their time.
    pub async fn create_task(&self, order: &TaskOrder, timeout: Duration) -> Create {
        let request = match order.request() {
            Ok(request) => request,
            Err(unsupported) => return Create::unsupported(unsupported),
        };
        let url = format!("{}/api/v1/jobs/createTask", self.api_base);
        create::outcome(self.send(self.http.post(url).json(&request), timeout).await)
    }

    /// Asks how a task stands. Free and harmless.
    pub async fn look_up(&self, task_id: &str, timeout: Duration) -> Looked {
        let url = format!("{}/api/v1/jobs/recordInfo", self.api_base);
        look_up::outcome(
            self.send(self.http.get(url).query(&[("taskId", task_id)]), timeout)
                .await,
        )
    }

    /// Hands a photo over, and gives the address under which the models can fetch it for the next 24 h. Repeating it
    /// is harmless: the same file name overwrites.
    pub async fn upload(&self, file: Upload, timeout: Duration) -> Result<String, UploadError> {
        let url = format!("{}/api/file-stream-upload", self.upload_base);
        let request = self.http.post(url).multipart(file.form()?);
        upload::outcome(self.send(request, timeout).await)
    }

    /// A new address, good for 20 minutes, for a result whose own has run out. [`UploadError::Rejected`] says that there
    /// is no such file, or that KIE.AI did not make it, and nothing else.
    pub async fn fresh_link(&self, url: &str, timeout: Duration) -> Result<String, UploadError> {
        let endpoint = format!("{}/api/v1/common/download-url", self.api_base);
        let request = self.http.post(endpoint).json(&serde_json::json!({ "url": url }));
        upload::link_outcome(self.send(request, timeout).await)
    }

    /// Asks what is left of the account's credits. Free and harmless.
    pub async fn balance(&self, timeout: Duration) -> Balance {
        let url = format!("{}/api/v1/chat/credit", self.api_base);
        balance::outcome(self.send(self.http.get(url), timeout).await)
    }

    async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<Answer, Failed> {
        let request = request.timeout(timeout).bearer_auth(&self.api_key);
        Answer::read(request.send().await.map_err(Failed::from)?).await
    }
}

/// An answer as it came, with its envelope if it has one.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after_s: Option<u32>,
    pub(super) envelope: Option<Envelope>,
}

impl Answer {
    async fn read(mut response: Response) -> Result<Self, Failed> {
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let retry_after_s = retry_after.and_then(|seconds| seconds.trim().parse().ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Failed::Unanswered("an answer of more than 1 MiB".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status,
            retry_after_s,
            envelope: Envelope::read(&body),
        })
    }

    /// For an answer that is not the API's own.
    pub(super) fn strange(&self) -> String {
        format!("HTTP {} with an unreadable body", self.status)
    }

    /// The reason in the HTTP status alone, for the few statuses that a proxy gives and that can mean nothing else
    /// than that the request went no further. 503 says that the request is not handled (RFC 9110, 15.6.4); 502 and 504
    /// say only that the server's answer was lost. KIE.AI stands behind Cloudflare, whose 521, 523, 525 and 526 mean
    /// that it had no connection to the server; 520, 522 and 524 can come after the request was passed on.
    pub(super) fn turned_away(&self) -> Option<Reason> {
        match self.status {
            401 => Some(Reason::BadKey),
            404 | 405 | 413 => Some(Reason::BadInput),
            403 | 429 => Some(Reason::RateLimited),
            503 | 521 | 523 | 525 | 526 => Some(Reason::ProviderBroke),
            _ => None,
        }
    }
}

/// There was no answer.
#[derive(Debug)]
pub(super) enum Failed {
    /// Nothing was sent.
    NotSent(String),
    /// It may have arrived.
    Unanswered(String),
}

impl Failed {
    pub(super) fn into_why(self) -> String {
        match self {
            Self::NotSent(why) | Self::Unanswered(why) => why,
        }
    }
}

impl From<reqwest::Error> for Failed {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let unsent = error.is_connect() || error.is_builder();
        let why = if error.is_timeout() && !unsent {
            "no answer in time".to_owned()
        } else {
            chain(&error)
        };
        if unsent {
            Self::NotSent(why)
        } else {
            Self::Unanswered(why)
        }
    }
}

fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
