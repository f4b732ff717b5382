//! One call, one attempt.

mod answer;
mod download;
mod part;
mod upload;

use std::time::Duration;

use reqwest::{RequestBuilder, Response, header::RETRY_AFTER};

use crate::{
    Error,
    methods::{Carries, InputFile, Method},
};
use answer::Answer;
pub use download::Download;
pub use part::Part;
pub use upload::Upload;

/// Answers are a few kilobytes; whatever is larger is not the Bot API's.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A bot at a Bot API server. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    token: String,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A bot with this token at `base_url`: `https://api.telegram.org`, or a server of one's own.
    pub fn new(http: reqwest::Client, base_url: &str, token: impl Into<String>) -> Self {
        Self {
            http,
            base_url: base_url.trim_end_matches('/').to_owned(),
            token: token.into(),
        }
    }

    /// Makes a call. `timeout` covers everything from the connection to the last byte of the answer.
    pub async fn call<M: Method>(&self, method: &M, timeout: Duration) -> Result<M::Answer, Error> {
        let request = self
            .http
            .post(self.method_url(M::NAME))
            .timeout(timeout)
            .json(method);
        answer_to(request).await?.read()
    }

    /// Makes a call with the file at a URL that Telegram fetches by itself (at most 20 MB, a photo 5 MB). The file that
    /// the call names is replaced.
    pub async fn send_by_url<M: Carries>(
        &self,
        call: &M,
        url: &str,
        timeout: Duration,
    ) -> Result<M::Answer, Error> {
        let call = call.clone().carrying(InputFile::Url(url.to_owned()));
        self.call(&call, timeout).await
    }

    /// Makes a call with a file that is uploaded with it (at most 50 MB, a photo 10 MB). The file that the call names is
    /// replaced.
    pub async fn send_by_upload<M: Carries>(
        &self,
        call: &M,
        file: Upload,
        timeout: Duration,
    ) -> Result<M::Answer, Error> {
        let call = call
            .clone()
            .carrying(InputFile::Attached(upload::PART.to_owned()));
        self.upload(&call, file, timeout).await
    }

    /// Opens the file that `getFile` named. Its address holds the token, so the bytes are passed on, never the
    /// address. More than `bytes_max` fails with [`Error::TooBig`], at the latest on the way.
    pub async fn download_file(
        &self,
        file_path: &str,
        bytes_max: u64,
        timeout: Duration,
    ) -> Result<Download, Error> {
        let url = format!("{}/file/bot{}/{file_path}", self.base_url, self.token);
        let request = self.http.get(url).timeout(timeout);
        let response = wire::send(request).await.map_err(Error::unanswered)?;
        match response.status().as_u16() {
            200 => Download::open(response, bytes_max),
            // Here a 404 is about the file, whose address is good for an hour only.
            404 => Err(Error::Rejected {
                code: 404,
                description: "no such file".to_owned(),
            }),
            _ => Err(refusal_in(response).await),
        }
    }

    async fn upload<M: Method>(
        &self,
        method: &M,
        file: Upload,
        timeout: Duration,
    ) -> Result<M::Answer, Error> {
        let form = file.form(method)?;
        let request = self
            .http
            .post(self.method_url(M::NAME))
            .timeout(timeout)
            .multipart(form);
        answer_to(request).await?.read()
    }

    fn method_url(&self, name: &str) -> String {
        format!("{}/bot{}/{name}", self.base_url, self.token)
    }
}

async fn answer_to(request: RequestBuilder) -> Result<Answer, Error> {
    read_answer(wire::send(request).await.map_err(Error::unanswered)?).await
}

async fn read_answer(mut response: Response) -> Result<Answer, Error> {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    let retry_after_s = retry_after.and_then(|seconds| seconds.trim().parse().ok());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Error::unanswered)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Error::unreadable("an answer of more than 1 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        retry_after_s,
        body,
    })
}

async fn refusal_in(response: Response) -> Error {
    let answer = match read_answer(response).await {
        Ok(answer) => answer,
        Err(error) => return error,
    };
    match answer.read::<serde::de::IgnoredAny>() {
        Ok(_) => Error::unreadable("an answer where a file should be"),
        Err(error) => error,
    }
}

#[cfg(test)]
mod tests;
