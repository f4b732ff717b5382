//! A service account: what the secret says of it, where it is asked, and how a request is shown its token.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::token::{NoToken, Signer, TOKEN_PLACE, Tokens};
use super::{Answer, ROW};
use crate::http::{self, Failed};
use crate::registry::Access;

/// Where buckets are.
const STORAGE: &str = "https://storage.googleapis.com";
/// Where Veo is rendered, if the key's entry in the secret says nothing.
const LOCATION: &str = "us-central1";
/// The part of a call's time that a new token may take.
const TOKEN_SHARE: u32 = 4;

/// A service account, with the bucket that it may write to.
#[derive(Debug)]
pub(super) struct Account {
    /// The region's host, with project and region behind it.
    place: String,
    storage: String,
    /// `bucket`, or `bucket/folder`.
    pub(super) folder: String,
    pub(super) tokens: Arc<Tokens>,
}

/// The key file of a service account, as Google's console gives it out, with the bucket and maybe the region added.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    project_id: String,
    bucket: String,
    location: Option<String>,
}

impl Account {
    /// Of what the secret says. Nothing of that is quoted.
    pub(super) fn open(access: Access) -> Result<Self, &'static str> {
        let file: KeyFile = serde_json::from_str(&access.key).map_err(
            |_| "vertex_api_key is no service account's key file with `client_email`, `private_key`, `project_id` and `bucket`",
        )?;
        let location = file.location.as_deref().unwrap_or(LOCATION);
        let folder = file.bucket.trim_start_matches("gs://").trim_end_matches('/');
        if !(is_name(&file.project_id, ".:") && is_name(location, "") && is_name(folder, "._/")) {
            return Err("vertex_api_key has a `project_id`, `location` or `bucket` that is no name");
        }
        let key =
            Signer::key(&file.private_key).ok_or("vertex_api_key has no private key that can be read")?;
        let moved = access.base != ROW.base;
        let host = match location {
            _ if moved => access.base.clone(),
            "global" => ROW.base.to_owned(),
            region => format!("https://{region}-aiplatform.googleapis.com"),
        };
        let at = |place: &str, path: &str| {
            if moved {
                format!("{}{path}", access.base)
            } else {
                place.to_owned()
            }
        };
        Ok(Self {
            place: format!("{host}/v1/projects/{}/locations/{location}", file.project_id),
            storage: at(STORAGE, ""),
            folder: folder.to_owned(),
            tokens: Arc::new(Tokens {
                http: access.http,
                place: at(TOKEN_PLACE, "/token"),
                signer: Signer {
                    email: file.client_email,
                    key_id: file.private_key_id,
                    key,
                },
                now: access.now,
                held: Mutex::default(),
            }),
        })
    }

    pub(super) fn url(&self, family: &str, verb: &str) -> String {
        format!("{}/publishers/google/models/{family}:{verb}", self.place)
    }

    /// Sends a request with a token; once more with another if that one is not taken any more, which is surely not what
    /// somebody says who has carried it out.
    pub(super) async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<Answer, Stopped> {
        let begun = Instant::now();
        let left = || timeout.saturating_sub(begun.elapsed());
        let again = request.try_clone();
        let bearer = self.tokens.bearer(left() / TOKEN_SHARE).await?;
        let answer = show(&bearer, request, left()).await?;
        let Some(again) = again.filter(|_| answer.status == 401) else {
            return Ok(answer);
        };
        self.tokens.forget(&bearer).await;
        let bearer = self.tokens.bearer(left() / TOKEN_SHARE).await?;
        show(&bearer, again, left()).await
    }

    /// Where all files of the bucket are.
    pub(super) fn files(&self) -> String {
        let bucket = self.folder.split('/').next().unwrap_or_default();
        format!("{}/storage/v1/b/{bucket}/o/", self.storage)
    }

    /// The address of a file that is called `gs://bucket/object`; `None` if it is not in our bucket.
    pub(super) fn media(&self, uri: &str) -> Option<String> {
        let (bucket, object) = uri.strip_prefix("gs://")?.split_once('/')?;
        let ours = self.folder.split('/').next() == Some(bucket);
        (ours && !object.is_empty()).then(|| format!("{}{}?alt=media", self.files(), escaped(object)))
    }
}

async fn show(bearer: &HeaderValue, request: RequestBuilder, timeout: Duration) -> Result<Answer, Stopped> {
    let request = request.header(AUTHORIZATION, bearer);
    http::send(request, timeout).await.map_err(Stopped::Unanswered)
}

/// Letters, digits and hyphens, and these: it becomes a part of an address.
fn is_name(name: &str, others: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || others.contains(letter);
    !name.is_empty() && name.chars().all(allowed)
}

/// An object's name as one part of a path.
fn escaped(object: &str) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    object.bytes().map(letter).collect()
}

/// Why a request has no answer.
pub(super) enum Stopped {
    NoToken(NoToken),
    Unanswered(Failed),
}

impl From<NoToken> for Stopped {
    fn from(no: NoToken) -> Self {
        Self::NoToken(no)
    }
}
