//! A service account: what the secret says of it, where it is asked, and how a request is shown its token.

use std::sync::Arc;
use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use ring::signature::RsaKeyPair;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

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
    project: String,
    location: String,
    /// Where all of it is, if it is not Google.
    played: Option<String>,
    storage: String,
    /// `bucket`, or `bucket/folder`.
    pub(super) folder: String,
    pub(super) tokens: Arc<Tokens>,
}

/// The key file of a service account, as Google's console gives it out, with the bucket and maybe the region added.
#[derive(Deserialize)]
pub(super) struct KeyFile {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    project_id: String,
    bucket: String,
    location: Option<String>,
}

impl KeyFile {
    fn folder(&self) -> &str {
        self.bucket.trim_start_matches("gs://").trim_end_matches('/')
    }
}

/// What a key file says, and the private key in it.
pub(super) fn read(key: &str) -> Result<(KeyFile, RsaKeyPair), &'static str> {
    let file: KeyFile = serde_json::from_str(key).map_err(
        |_| "vertex_api_key is no service account's key file with `client_email`, `private_key`, `project_id` and `bucket`",
    )?;
    let location = file.location.as_deref().unwrap_or(LOCATION);
    if !(is_project(&file.project_id) && is_name(location, "") && is_name(file.folder(), "._/")) {
        return Err("vertex_api_key has a `project_id`, `location` or `bucket` that is no name");
    }
    let key = Signer::key(&file.private_key).ok_or("vertex_api_key has no private key that can be read")?;
    Ok((file, key))
}

/// The project and the region of `projects/…/locations/…/…`, which become parts of an address.
fn home(operation: &str) -> Option<(&str, &str)> {
    let (project, rest) = operation.strip_prefix("projects/")?.split_once("/locations/")?;
    let (location, _) = rest.split_once('/')?;
    (is_project(project) && is_name(location, "")).then_some((project, location))
}

impl Account {
    /// Of what the secret says. Nothing of that is quoted.
    pub(super) fn open(access: Access) -> Result<Self, &'static str> {
        let (file, key) = read(&access.key)?;
        // What is played is all at one place.
        let played = (access.base != ROW.base).then_some(access.base);
        let at = |place: &str, path: &str| match &played {
            Some(base) => format!("{base}{path}"),
            None => place.to_owned(),
        };
        Ok(Self {
            storage: at(STORAGE, ""),
            folder: file.folder().to_owned(),
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
            project: file.project_id,
            location: file.location.unwrap_or_else(|| LOCATION.to_owned()),
            played,
        })
    }

    /// Where orders of a form go.
    pub(super) fn url(&self, family: &str, verb: &str) -> String {
        self.url_in(&self.project, &self.location, family, verb)
    }

    /// Where an operation is asked for: in its own project and region, as its name says, so that renders are not lost that run
    /// while the secret is changed.
    pub(super) fn url_of(&self, operation: &str, family: &str) -> String {
        let (project, location) = home(operation).unwrap_or((&self.project, &self.location));
        self.url_in(project, location, family, "fetchPredictOperation")
    }

    fn url_in(&self, project: &str, location: &str, family: &str, verb: &str) -> String {
        let host = match (&self.played, location) {
            (Some(base), _) => base.clone(),
            (None, "global") => ROW.base.to_owned(),
            (None, region) => format!("https://{region}-aiplatform.googleapis.com"),
        };
        format!("{host}/v1/projects/{project}/locations/{location}/publishers/google/models/{family}:{verb}")
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

fn is_project(name: &str) -> bool {
    is_name(name, ".:") && !name.contains("..")
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
