//! Luma's Agents API. Source: docs.lumalabs.ai (agents, ray-3.2); that a photo may go along as `data` is known only from
//! a published schema of it.
//!
//! It neither calls back nor takes a name of ours: a video is found by polls, and a lost answer only by waiting.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::catalog::Makes;
use domain::video::Aspect;
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Caps, Coming, Create, Form, LookUp, Looked, Photo, Provider, Qualities, Quality, Reason, TaskRef,
    Unsupported, VideoOrder,
    http::{self, Failed, or_nothing, shortened},
    registry::{Access, Row},
    words,
};

/// Its row.
pub const ROW: Row = Row {
    name: "luma",
    base: "https://agents.lumalabs.ai/v1",
    forms: FORMS,
    finds: false,
    notice: |_| None,
    is_signed: None,
    calls_back: false,
    fault_of_key: |_| None,
    open: |access| Arc::new(Luma(access)),
};

const FORMS: &[Form] = &[Form {
    name: "ray-3.2",
    makes: Makes::Video,
    caps: Caps {
        durations_text_s: &[5, 10],
        durations_image_s: &[5, 10],
        aspects_text: &[Aspect::Portrait, Aspect::Landscape, Aspect::Square],
        image_keeps_its_shape: false,
        prompt_chars_min: 1,
        prompt_chars_max: 6000,
        sound: false,
        qualities: Qualities::Yes,
    },
    retired: false,
}];

/// An account at Luma.
#[derive(Debug)]
struct Luma(Access);

type Answer = http::Answer<Generation>;

impl Luma {
    async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<Answer, Failed> {
        http::send(request.bearer_auth(&self.0.key), timeout).await
    }
}

impl Provider for Luma {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn submit<'a>(&'a self, order: &'a VideoOrder, timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async move {
            let url = format!("{}/generations", self.0.base);
            match request(order) {
                Ok(body) => created(self.send(self.0.http.post(url).json(&body), timeout).await),
                Err(unsupported) => Create::unsupported(unsupported),
            }
        })
    }

    fn look_up<'a>(&'a self, task: TaskRef<'a>, timeout: Duration) -> Coming<'a, Looked> {
        Box::pin(async move {
            let url = format!("{}/generations/{}", self.0.base, task.id);
            looked(self.send(self.0.http.get(url), timeout).await).into()
        })
    }
}

fn request(order: &VideoOrder) -> Result<Value, Unsupported> {
    ROW.check(order)?;
    let high = order.quality == Some(Quality::High);
    let mut video = json!({
        "resolution": if high { "1080p" } else { "720p" },
        "duration": format!("{}s", order.duration_s),
    });
    if let Some(photo) = &order.first_frame {
        video["keyframes"] = json!([picture(photo)]);
        video["keyframe_indexes"] = json!([0]);
    }
    Ok(json!({
        "model": order.family,
        "type": "video",
        "prompt": order.prompt,
        "aspect_ratio": order.aspect.as_str(),
        "video": video,
    }))
}

fn picture(photo: &Photo) -> Value {
    match photo {
        Photo::Link(url) => json!({ "url": url }),
        Photo::Bytes { mime, bytes } => json!({"data": STANDARD.encode(bytes), "media_type": mime}),
    }
}

/// A generation, or the `detail` of a refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Generation {
    id: Option<String>,
    state: Option<String>,
    #[serde(deserialize_with = "or_nothing")]
    output: Vec<Output>,
    failure_reason: Option<String>,
    failure_code: Option<String>,
    detail: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Output {
    url: Option<String>,
}

impl Generation {
    /// A line, or a list of what is wrong with which field; without what stood there, which are a customer's words.
    fn message(&self) -> String {
        let wrong = |one: &Value| {
            let place = one.get("loc")?.as_array()?.iter().filter_map(Value::as_str);
            Some(format!(
                "{}: {}",
                place.collect::<Vec<_>>().join("."),
                one.get("msg")?.as_str()?
            ))
        };
        match &self.detail {
            Value::String(line) => shortened(line),
            Value::Array(list) => shortened(&list.iter().filter_map(wrong).collect::<Vec<_>>().join("; ")),
            _ => String::new(),
        }
    }
}

fn created(answer: Result<Answer, Failed>) -> Create {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return failed.of_order(),
    };
    let retry_after_s = answer.retry_after_s;
    let Some(said) = &answer.envelope else {
        return answer.turned_away_order();
    };
    if let Some(task_id) = said.id.clone().filter(|id| !id.is_empty()) {
        return Create::Accepted { task_id };
    }
    let (status, message) = (answer.status, said.message());
    let bad_input = || {
        words::meant(&message)
            .filter(|reason| *reason == Reason::Moderation)
            .unwrap_or(Reason::BadInput)
    };
    let reason = match status {
        401 | 403 => Reason::BadKey,
        402 => Reason::OutOfFunds,
        404 => Reason::Retired,
        400 | 413 | 422 => bad_input(),
        429 | 503 => {
            let why = format!("{status}: {message}");
            return Create::NotAccepted { why, retry_after_s };
        }
        _ => {
            let why = format!("{status}: {message}");
            return Create::Unknown { why };
        }
    };
    Create::Rejected {
        reason,
        code: i64::from(status),
        message,
    }
}

fn looked(answer: Result<Answer, Failed>) -> LookUp {
    let unavailable = |why, retry_after_s| LookUp::Unavailable { retry_after_s, why };
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return unavailable(failed.into_why(), None),
    };
    let (why, retry_after_s) = (answer.strange(), answer.retry_after_s);
    match answer.envelope {
        Some(said) if answer.status == 200 => said.outcome(),
        // A page of somebody in between is no word about a task; this has the API's own form.
        Some(said) if answer.status == 404 && !said.detail.is_null() => LookUp::Absent,
        Some(said) => unavailable(format!("{}: {}", answer.status, said.message()), retry_after_s),
        None => unavailable(why, retry_after_s),
    }
}

impl Generation {
    fn outcome(self) -> LookUp {
        match self.state.as_deref().unwrap_or_default() {
            "queued" | "processing" | "dreaming" => LookUp::Running { progress: None },
            "completed" => http::files(self.output.into_iter().filter_map(|output| output.url)),
            "failed" => {
                let message = self.failure_reason.unwrap_or_default();
                let reason = match self.failure_code.as_deref() {
                    Some("content_moderated") => Reason::Moderation,
                    Some("budget_exhausted") => Reason::OutOfFunds,
                    _ => words::meant(&message).unwrap_or(Reason::ProviderBroke),
                };
                LookUp::Failed {
                    reason,
                    code: 0,
                    message: shortened(&message),
                }
            }
            other => LookUp::Unavailable {
                retry_after_s: None,
                why: format!("a state unknown to us: {}", shortened(other)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            retry_after_s: None,
            envelope: serde_json::from_str(body).ok(),
        }
    }

    #[test]
    fn what_is_not_there_yet_is_sent_as_null() {
        let body = r#"{"id":"g1","state":"queued","output":null,"failure_reason":null}"#;
        let task_id = "g1".to_owned();
        assert_eq!(created(Ok(answer(201, body))), Create::Accepted { task_id });
        assert_eq!(looked(Ok(answer(200, body))), LookUp::Running { progress: None });
    }

    #[test]
    fn a_refusal_says_which_field_and_not_what_stood_there() {
        let body =
            r#"{"detail":[{"loc":["body","prompt"],"msg":"too long","input":"the customer's words"}]}"#;
        let Create::Rejected { message, reason, .. } = created(Ok(answer(422, body))) else {
            panic!("refused");
        };
        assert_eq!(
            (message.as_str(), reason),
            ("body.prompt: too long", Reason::BadInput)
        );
        let Create::Rejected { message, .. } = created(Ok(answer(400, r#"{"detail":"no"}"#))) else {
            panic!("refused");
        };
        assert_eq!(message, "no");
    }
}
