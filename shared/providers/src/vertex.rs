//! Google's Veo on Vertex AI. Sources: docs.cloud.google.com (Veo on Vertex AI API; models/veo/3-1-generate), what
//! google-genai reads of its answers, and answers that clients of it have quoted.
//!
//! A service account orders: see `token`. There is no key of an order and no name of ours, so a lost answer is found by
//! waiting alone; it does not call back either. Videos are put into the operator's own bucket in Cloud Storage, because
//! without one they come within the answer, in base64, and a worker has no room for several of that size. The account alone
//! may read the bucket, so nobody but us can fetch them: see [`Provider::pass`].

mod account;
mod token;

use std::sync::Arc;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::catalog::Makes;
use domain::video::Aspect;
use reqwest::Client;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Caps, Coming, Create, Form, LookUp, Looked, Photo, Provider, Qualities, Quality, Reason, TaskRef,
    Unsupported, VideoOrder,
    files::Pass,
    http::{self, or_nothing, shortened},
    registry::Row,
    words,
};

use account::{Account, Stopped};
pub(crate) use token::{NoToken, Tokens};

/// Its row. The host in front of all regions; each region has one of its own.
pub const ROW: Row = Row {
    name: "vertex",
    base: "https://aiplatform.googleapis.com",
    forms: FORMS,
    finds: false,
    notice: |_| None,
    is_signed: None,
    calls_back: false,
    fault_of_key: |key| account::read(key).err(),
    open: |access| {
        Arc::new(Vertex {
            http: access.http.clone(),
            account: Account::open(access),
        })
    },
};

/// gRPC's codes that say something here: google.rpc.Code.
const INVALID_ARGUMENT: i64 = 3;
const NOT_FOUND: i64 = 5;
const PERMISSION_DENIED: i64 = 7;
const UNAUTHENTICATED: i64 = 16;

const FOUR_SIX_EIGHT: &[u32] = &[4, 6, 8];

const CAPS: Caps = Caps {
    durations_text_s: FOUR_SIX_EIGHT,
    durations_image_s: FOUR_SIX_EIGHT,
    aspects_text: &[Aspect::Portrait, Aspect::Landscape],
    image_keeps_its_shape: false,
    prompt_chars_min: 1,
    // None is documented; no customer's wish is longer.
    prompt_chars_max: 4000,
    sound: true,
    qualities: Qualities::Yes,
};

const fn form(name: &'static str, retired: bool) -> Form {
    Form {
        name,
        makes: Makes::Video,
        caps: CAPS,
        retired,
    }
}

const FORMS: &[Form] = &[
    form("veo-3.1-generate-001", false),
    form("veo-3.1-fast-generate-001", false),
    // The previews of what is above, which took their place.
    form("veo-3.1-generate-preview", true),
    form("veo-3.1-fast-generate-preview", true),
];

/// A way to Vertex AI.
#[derive(Debug)]
struct Vertex {
    http: Client,
    /// Or what is wrong with what the secret says of it.
    account: Result<Account, &'static str>,
}

type Answer = http::Answer<Operation>;

impl Provider for Vertex {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn submit<'a>(&'a self, order: &'a VideoOrder, timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async move {
            let account = match &self.account {
                Ok(account) => account,
                Err(why) => return bad_key(0, (*why).to_owned()),
            };
            let url = account.url(&order.family, "predictLongRunning");
            match request(order, &account.folder) {
                Ok(body) => created(account.send(self.http.post(url).json(&body), timeout).await),
                Err(unsupported) => Create::unsupported(unsupported),
            }
        })
    }

    fn look_up<'a>(&'a self, task: TaskRef<'a>, timeout: Duration) -> Coming<'a, Looked> {
        Box::pin(async move {
            let account = match &self.account {
                Ok(account) => account,
                Err(why) => return barred(Reason::BadKey, 0, (*why).to_owned()).into(),
            };
            let url = account.url_of(task.id, task.family);
            let asked = self.http.post(url).json(&json!({"operationName": task.id}));
            account.looked(account.send(asked, timeout).await).into()
        })
    }

    fn pass(&self) -> Option<Pass> {
        let account = self.account.as_ref().ok()?;
        Pass::by_token(self.http.clone(), &account.files(), Arc::clone(&account.tokens))
    }
}

/// Each parameter that has a price is said: the sound, the resolution, how many.
fn request(order: &VideoOrder, folder: &str) -> Result<Value, Unsupported> {
    ROW.check(order)?;
    let mut instance = json!({"prompt": order.prompt});
    match &order.first_frame {
        None => {}
        Some(Photo::Bytes { mime, bytes }) => {
            instance["image"] = json!({"bytesBase64Encoded": STANDARD.encode(bytes), "mimeType": mime});
        }
        // Only what lies in a bucket has an address here.
        Some(Photo::Link(_)) => return Err(Unsupported::Image),
    }
    let high = order.quality == Some(Quality::High);
    Ok(json!({
        "instances": [instance],
        "parameters": {
            "aspectRatio": shape(order.aspect).as_str(),
            "durationSeconds": order.duration_s,
            "resolution": if high { "1080p" } else { "720p" },
            "generateAudio": order.sound,
            "sampleCount": 1,
            "storageUri": format!("gs://{folder}/"),
        },
    }))
}

/// A photo may be square, and no video is: then it is one for a phone.
fn shape(aspect: Aspect) -> Aspect {
    match aspect {
        Aspect::Square => Aspect::Portrait,
        other => other,
    }
}

/// An operation, or a refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Operation {
    name: Option<String>,
    #[serde(deserialize_with = "or_nothing")]
    done: bool,
    error: Option<Refusal>,
    response: Option<Made>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Made {
    #[serde(deserialize_with = "or_nothing")]
    videos: Vec<Video>,
    #[serde(deserialize_with = "or_nothing")]
    rai_media_filtered_count: u64,
    #[serde(deserialize_with = "or_nothing")]
    rai_media_filtered_reasons: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Video {
    gcs_uri: Option<String>,
}

/// In a refusal the HTTP status and a name for it; in an operation gRPC's code, or the HTTP status again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    #[serde(deserialize_with = "or_nothing")]
    code: i64,
    #[serde(deserialize_with = "or_nothing")]
    message: String,
}

impl Operation {
    fn message(&self) -> &str {
        self.error.as_ref().map_or("", |error| &error.message)
    }
}

fn bad_key(code: u16, message: String) -> Create {
    Create::Rejected {
        reason: Reason::BadKey,
        code: i64::from(code),
        message,
    }
}

/// What a refusal of an order means; `None` where it may have been taken.
fn refusal(status: u16, message: &str) -> Option<Reason> {
    let text = message.to_lowercase();
    Some(match status {
        // A new project's own agents are not there yet, or its bill was not paid.
        400 if text.contains("being provisioned") => Reason::RateLimited,
        400 | 403 if text.contains("billing") => Reason::OutOfFunds,
        400 | 413 => bad_input(message),
        401 | 403 => Reason::BadKey,
        402 => Reason::OutOfFunds,
        404 => Reason::Retired,
        429 => Reason::RateLimited,
        503 => Reason::ProviderBroke,
        _ => return None,
    })
}

fn bad_input(message: &str) -> Reason {
    words::meant(message)
        .filter(|reason| *reason == Reason::Moderation)
        .unwrap_or(Reason::BadInput)
}

fn created(answer: Result<Answer, Stopped>) -> Create {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Stopped::Unanswered(failed)) => return failed.of_order(),
        // Without a token nothing was ordered.
        Err(Stopped::NoToken(NoToken::Refused { code, why })) => return bad_key(code, why),
        Err(Stopped::NoToken(NoToken::NotNow { why, retry_after_s })) => {
            return Create::NotAccepted { why, retry_after_s };
        }
    };
    let Some(said) = &answer.envelope else {
        return answer.turned_away_order();
    };
    if let Some(task_id) = said.name.clone().filter(|name| !name.is_empty()) {
        return Create::Accepted { task_id };
    }
    let message = shortened(said.message());
    let why = format!("{}: {message}", answer.status);
    answer.no_order(refusal(answer.status, said.message()), message, why)
}

fn unavailable(why: String, retry_after_s: Option<u32>) -> LookUp {
    LookUp::Unavailable { retry_after_s, why }
}

/// Of a task nothing is known before somebody has acted.
fn barred(reason: Reason, code: u16, message: String) -> LookUp {
    LookUp::Barred {
        reason,
        code: i64::from(code),
        message,
    }
}

impl Account {
    fn looked(&self, answer: Result<Answer, Stopped>) -> LookUp {
        let answer = match answer {
            Ok(answer) => answer,
            Err(Stopped::Unanswered(failed)) => return unavailable(failed.into_why(), None),
            Err(Stopped::NoToken(NoToken::Refused { code, why })) => {
                return barred(Reason::BadKey, code, why);
            }
            Err(Stopped::NoToken(NoToken::NotNow { why, retry_after_s })) => {
                return unavailable(why, retry_after_s);
            }
        };
        let (strange, status, retry_after_s) = (answer.strange(), answer.status, answer.retry_after_s);
        match answer.envelope {
            Some(said) if status == 200 => self.outcome(said),
            // A page of somebody in between is no word about a task; this has the API's own form.
            Some(said) if status == 404 && said.error.is_some() => LookUp::Absent,
            Some(said) => {
                let message = shortened(said.message());
                match refusal(status, &message).filter(|reason| reason.needs_operator()) {
                    Some(reason) if status != 404 => barred(reason, status, message),
                    _ => unavailable(format!("{status}: {message}"), retry_after_s),
                }
            }
            None => unavailable(strange, retry_after_s),
        }
    }

    fn outcome(&self, said: Operation) -> LookUp {
        if let Some(error) = said.error {
            return error.outcome();
        }
        let made = match said.response {
            Some(made) if said.done => made,
            _ if said.done => return LookUp::SucceededWithoutFile,
            _ => return LookUp::Running { progress: None },
        };
        let uris: Vec<String> = made
            .videos
            .into_iter()
            .filter_map(|video| video.gcs_uri)
            .collect();
        let found = http::files(uris.iter().filter_map(|uri| self.media(uri)));
        // It was made, and is paid for; the secret names another bucket by now.
        if found == LookUp::SucceededWithoutFile && uris.iter().any(|uri| uri.starts_with("gs://")) {
            let message = "a video is not in the bucket that vertex_api_key names".to_owned();
            return barred(Reason::BadKey, 0, message);
        }
        let filtered = made.rai_media_filtered_count > 0 || !made.rai_media_filtered_reasons.is_empty();
        match found {
            // Google does not charge for those.
            LookUp::SucceededWithoutFile if filtered => LookUp::Failed {
                reason: Reason::Moderation,
                code: 0,
                message: shortened(&made.rai_media_filtered_reasons.join(" ")),
            },
            found => found,
        }
    }
}

impl Refusal {
    fn outcome(self) -> LookUp {
        let reason = match self.code {
            INVALID_ARGUMENT | 400 => bad_input(&self.message),
            // The bucket is not there, or the account may not write to it.
            NOT_FOUND | PERMISSION_DENIED | UNAUTHENTICATED | 401 | 403 | 404 => Reason::BadKey,
            _ => Reason::ProviderBroke,
        };
        LookUp::Failed {
            reason,
            code: self.code,
            message: shortened(&self.message),
        }
    }
}

#[cfg(test)]
mod tests;
