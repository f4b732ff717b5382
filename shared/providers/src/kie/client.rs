//! An account at KIE.AI.

use std::{fmt, time::Duration};

use reqwest::RequestBuilder;

use super::{
    balance::{self, Balance},
    create,
    envelope::Envelope,
    link, look_up,
    registry::{Family, TaskOrder},
};
use crate::{
    Coming, Create, Looked, Photo, Provider, TaskRef, Upload, UploadError, VideoOrder,
    http::{self, Failed},
};

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

    /// Orders what the family makes. There is no idempotency key: a second call is a second, billed render, so [`Create::Unknown`] is
    /// not to be answered with another call before its callback and the look-ups had their time.
    pub async fn create_task(&self, order: &TaskOrder, timeout: Duration) -> Create {
        let request = match order.request() {
            Ok(request) => request,
            Err(unsupported) => return Create::unsupported(unsupported),
        };
        let url = format!("{}{}", self.api_base, request.path());
        create::outcome(self.send(self.http.post(url).json(&request), timeout).await)
    }

    /// Asks how a task of the market stands. Free and harmless.
    pub async fn look_up(&self, task_id: &str, timeout: Duration) -> Looked {
        look_up::outcome(self.ask("/api/v1/jobs/recordInfo", task_id, timeout).await)
    }

    /// Asks how one of Suno's songs stands, which has a record of its own. Free and harmless.
    pub async fn look_up_song(&self, task_id: &str, timeout: Duration) -> Looked {
        look_up::song(self.ask("/api/v1/generate/record-info", task_id, timeout).await)
    }

    async fn ask(&self, path: &str, task_id: &str, timeout: Duration) -> Result<Answer, Failed> {
        let url = format!("{}{path}", self.api_base);
        self.send(self.http.get(url).query(&[("taskId", task_id)]), timeout)
            .await
    }

    /// Hands a photo over, and gives the address under which the models can fetch it for the next 24 h. Repeating it
    /// is harmless: the same file name overwrites.
    pub async fn upload(&self, file: Upload, timeout: Duration) -> Result<String, UploadError> {
        let url = format!("{}/api/file-stream-upload", self.upload_base);
        let request = self.http.post(url).multipart(link::form(file)?);
        link::outcome(self.send(request, timeout).await)
    }

    /// A new address, good for 20 minutes, for a result whose own has run out. [`UploadError::Rejected`] says that there
    /// is no such file, or that KIE.AI did not make it, and nothing else.
    pub async fn fresh_link(&self, url: &str, timeout: Duration) -> Result<String, UploadError> {
        let endpoint = format!("{}/api/v1/common/download-url", self.api_base);
        let request = self.http.post(endpoint).json(&serde_json::json!({ "url": url }));
        link::link_outcome(self.send(request, timeout).await)
    }

    /// Asks what is left of the account's credits. Free and harmless.
    pub async fn balance(&self, timeout: Duration) -> Balance {
        let url = format!("{}/api/v1/chat/credit", self.api_base);
        balance::outcome(self.send(self.http.get(url), timeout).await)
    }

    async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<Answer, Failed> {
        http::send(request.bearer_auth(&self.api_key), timeout).await
    }
}

impl Provider for Client {
    fn name(&self) -> &'static str {
        super::ROW.name
    }

    fn submit<'a>(&'a self, order: &'a VideoOrder, timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async move {
            match TaskOrder::of(order) {
                Ok(order) => self.create_task(&order, timeout).await,
                Err(unsupported) => Create::unsupported(unsupported),
            }
        })
    }

    fn look_up<'a>(&'a self, task: TaskRef<'a>, timeout: Duration) -> Coming<'a, Looked> {
        Box::pin(async move {
            if Family::parse(task.family) == Some(Family::SunoV5) {
                self.look_up_song(task.id, timeout).await
            } else {
                self.look_up(task.id, timeout).await
            }
        })
    }

    fn take_photo(&self, photo: Upload, timeout: Duration) -> Coming<'_, Result<Photo, UploadError>> {
        Box::pin(async move { self.upload(photo, timeout).await.map(Photo::Link) })
    }

    fn fresh_link<'a>(
        &'a self,
        _task: TaskRef<'a>,
        url: &'a str,
        timeout: Duration,
    ) -> Coming<'a, Result<String, UploadError>> {
        Box::pin(self.fresh_link(url, timeout))
    }
}

/// What KIE.AI answers.
pub(super) type Answer = http::Answer<Envelope>;

#[cfg(test)]
mod tests;
