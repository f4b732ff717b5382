//! Google's Gemini Omni, by the Interactions API. Source: ai.google.dev (interactions, omni), as clients of it that were tried
//! against it quote it.
//!
//! It neither calls back nor takes a name of ours. Its files are given out to the account's key alone, so nobody but us can
//! fetch them: see [`Provider::pass`]. A record holds what was sent along with the order, the photo too.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::catalog::Makes;
use domain::video::Aspect;
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Caps, Coming, Create, Form, LookUp, Looked, Photo, Provider, Qualities, Quality, Reason, TaskRef,
    Unsupported, Upload, UploadError, VideoOrder,
    files::Pass,
    http::{self, Failed, or_nothing, shortened},
    registry::{Access, Row},
    words,
};

/// Its row.
pub const ROW: Row = Row {
    name: "google",
    base: "https://generativelanguage.googleapis.com",
    forms: FORMS,
    finds: false,
    notice: |_| None,
    is_signed: None,
    calls_back: false,
    fault_of_key: |_| None,
    open: |access| Arc::new(Google(access)),
};

/// Where the key is shown. Not in the address, which others get to see.
const KEY_HEADER: &str = "x-goog-api-key";
/// The form of answers that is read here: with `steps`.
const REVISION: (&str, &str) = ("api-revision", "2026-05-20");

/// A photo comes back with each answer about its order, in base64.
const PHOTO_BYTES_MAX: usize = 5 << 20;
/// What an answer may have: such a photo, and the rest.
const ANSWER_BYTES_MAX: usize = 8 << 20;

const THREE_TO_TEN: &[u32] = &[3, 4, 5, 6, 7, 8, 9, 10];

const CAPS: Caps = Caps {
    durations_text_s: THREE_TO_TEN,
    durations_image_s: THREE_TO_TEN,
    aspects_text: &[Aspect::Portrait, Aspect::Landscape],
    image_keeps_its_shape: false,
    prompt_chars_min: 1,
    // None is documented; no customer's wish is longer.
    prompt_chars_max: 4000,
    sound: true,
    qualities: Qualities::Yes,
};

const FORMS: &[Form] = &[
    Form {
        name: "gemini-omni-1.2-flash",
        makes: Makes::Video,
        caps: CAPS,
        retired: false,
    },
    Form {
        name: "gemini-omni-1.1-flash",
        makes: Makes::Video,
        caps: CAPS,
        retired: false,
    },
    // Off since 2026-10-22.
    Form {
        name: "veo-3.1-generate-preview",
        makes: Makes::Video,
        caps: CAPS,
        retired: true,
    },
    Form {
        name: "veo-3.1-fast-generate-preview",
        makes: Makes::Video,
        caps: CAPS,
        retired: true,
    },
];

/// An account at Google.
#[derive(Debug)]
struct Google(Access);

type Answer = http::Answer<Interaction>;

impl Google {
    async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<Answer, Failed> {
        let request = request
            .header(KEY_HEADER, &self.0.key)
            .header(REVISION.0, REVISION.1);
        http::send_up_to(ANSWER_BYTES_MAX, request, timeout).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}/v1beta/interactions{path}", self.0.base)
    }

    fn looked(&self, answer: Result<Answer, Failed>) -> LookUp {
        match looked(answer) {
            LookUp::Succeeded { urls } => LookUp::Succeeded {
                urls: urls.into_iter().map(|url| self.media(url)).collect(),
            },
            other => other,
        }
    }

    /// A file of the API's own is named, and given out under `alt=media`.
    fn media(&self, url: String) -> String {
        let own = url.starts_with(&format!("{}/", self.0.base));
        match url.split_once('?') {
            None if own && url.ends_with(":download") => format!("{url}?alt=media"),
            None if own => format!("{url}:download?alt=media"),
            Some((_, query)) if own && !query.split('&').any(|part| part == "alt=media") => {
                format!("{url}&alt=media")
            }
            _ => url,
        }
    }
}

impl Provider for Google {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn submit<'a>(&'a self, order: &'a VideoOrder, timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async move {
            match request(order) {
                Ok(body) => created(
                    self.send(self.0.http.post(self.url("")).json(&body), timeout)
                        .await,
                ),
                Err(unsupported) => Create::unsupported(unsupported),
            }
        })
    }

    fn look_up<'a>(&'a self, task: TaskRef<'a>, timeout: Duration) -> Coming<'a, Looked> {
        Box::pin(async move {
            let url = self.url(&format!("/{}", task.id));
            let answer = self.send(self.0.http.get(url), timeout).await;
            self.looked(answer).into()
        })
    }

    fn take_photo(&self, photo: Upload, timeout: Duration) -> Coming<'_, Result<Photo, UploadError>> {
        Box::pin(photo.inline(PHOTO_BYTES_MAX, timeout))
    }

    fn pass(&self) -> Option<Pass> {
        Pass::new(self.0.http.clone(), &self.0.base, KEY_HEADER, &self.0.key)
    }
}

/// Without `background` the answer would come only with the video, and a length that is no text is refused.
fn request(order: &VideoOrder) -> Result<Value, Unsupported> {
    ROW.check(order)?;
    let words = json!({"type": "text", "text": order.prompt});
    let input = match &order.first_frame {
        None => json!(order.prompt),
        Some(Photo::Bytes { mime, bytes }) => {
            json!([{"type": "image", "data": STANDARD.encode(bytes), "mime_type": mime}, words])
        }
        Some(Photo::Link(uri)) => json!([{"type": "image", "uri": uri}, words]),
    };
    let high = order.quality == Some(Quality::High);
    Ok(json!({
        "model": order.family,
        "input": input,
        "background": true,
        "response_format": {
            "type": "video",
            "delivery": "uri",
            "aspect_ratio": shape(order.aspect).as_str(),
            "resolution": if high { "1080p" } else { "720p" },
            "duration": format!("{}s", order.duration_s),
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

/// An interaction, or a refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Interaction {
    id: Option<String>,
    status: Option<String>,
    #[serde(deserialize_with = "or_nothing")]
    steps: Vec<Step>,
    error: Option<Refusal>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Step {
    #[serde(rename = "type", deserialize_with = "or_nothing")]
    kind: String,
    #[serde(deserialize_with = "or_nothing")]
    content: Vec<Content>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    #[serde(rename = "type", deserialize_with = "or_nothing")]
    kind: String,
    uri: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    #[serde(deserialize_with = "or_nothing")]
    message: String,
}

impl Interaction {
    fn message(&self) -> &str {
        self.error.as_ref().map_or("", |error| &error.message)
    }
}

/// What a refusal of an order means; `None` where it may have been taken. 429 is an empty account as well as too many at once.
fn refusal(status: u16, message: &str) -> Option<Reason> {
    let text = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    Some(match status {
        400 if has(&["api key", "location is not supported"]) => Reason::BadKey,
        400 if has(&["billing"]) => Reason::OutOfFunds,
        400 | 413 => words::meant(message)
            .filter(|reason| *reason == Reason::Moderation)
            .unwrap_or(Reason::BadInput),
        401 | 403 => Reason::BadKey,
        402 => Reason::OutOfFunds,
        404 => Reason::Retired,
        429 if has(&["credits are depleted", "prepayment", "spending", "spend cap"]) => Reason::OutOfFunds,
        429 => Reason::RateLimited,
        503 => Reason::ProviderBroke,
        _ => return None,
    })
}

fn created(answer: Result<Answer, Failed>) -> Create {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return failed.of_order(),
    };
    let Some(said) = &answer.envelope else {
        return answer.turned_away_order();
    };
    if let Some(task_id) = said.id.clone().filter(|id| is_name(id)) {
        return Create::Accepted { task_id };
    }
    let message = shortened(said.message());
    let why = format!("{}: {message}", answer.status);
    answer.no_order(refusal(answer.status, said.message()), message, why)
}

/// It becomes a part of an address.
fn is_name(id: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=".contains(&byte);
    !id.is_empty() && id.bytes().all(letters)
}

fn looked(answer: Result<Answer, Failed>) -> LookUp {
    let unavailable = |why, retry_after_s| LookUp::Unavailable { retry_after_s, why };
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return unavailable(failed.into_why(), None),
    };
    let (strange, status, retry_after_s) = (answer.strange(), answer.status, answer.retry_after_s);
    let Some(said) = answer.envelope else {
        return unavailable(strange, retry_after_s);
    };
    let message = said.message().to_owned();
    match status {
        200 => said.outcome(),
        // A page of somebody in between is no word about a task; this has the API's own form.
        404 if said.error.is_some() => LookUp::Absent,
        400 if message.to_lowercase().contains("invalid interaction name") => LookUp::Absent,
        _ => unavailable(format!("{status}: {}", shortened(&message)), retry_after_s),
    }
}

impl Interaction {
    fn outcome(self) -> LookUp {
        let failed = |reason, message: &str| LookUp::Failed {
            reason,
            code: 0,
            message: shortened(message),
        };
        match self.status.as_deref().unwrap_or_default() {
            "queued" | "in_progress" => LookUp::Running { progress: None },
            "completed" => self.made(),
            "budget_exceeded" => failed(Reason::OutOfFunds, "budget_exceeded"),
            "failed" => {
                let reason = words::meant(self.message()).filter(|reason| *reason != Reason::BadInput);
                failed(reason.unwrap_or(Reason::ProviderBroke), self.message())
            }
            ended @ ("cancelled" | "incomplete" | "requires_action") => failed(Reason::ProviderBroke, ended),
            other => LookUp::Unavailable {
                retry_after_s: None,
                why: format!("a status unknown to us: {}", shortened(other)),
            },
        }
    }

    /// Who is given words instead of a video was refused.
    fn made(self) -> LookUp {
        let steps = self.steps.into_iter().filter(|step| step.kind == "model_output");
        let made: Vec<Content> = steps.flat_map(|step| step.content).collect();
        let says_only = !made.is_empty() && made.iter().all(|content| content.kind == "text");
        if says_only {
            return LookUp::Failed {
                reason: Reason::Moderation,
                code: 0,
                message: "words instead of a video".to_owned(),
            };
        }
        let videos = made.into_iter().filter(|content| content.kind == "video");
        http::files(videos.filter_map(|video| video.uri))
    }
}

#[cfg(test)]
mod tests;
