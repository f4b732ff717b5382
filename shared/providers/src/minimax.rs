//! MiniMax's own API, second generation. Source: platform.minimax.io, as others quote it; its refusals are those of the
//! first generation (`base_resp`), and what it calls by another code is judged by the HTTP status.
//!
//! It takes no name of ours. Its callbacks want an answer to a challenge, so it is polled.

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
    name: "minimax",
    base: "https://api.minimax.io",
    forms: FORMS,
    finds: false,
    notice: |_| None,
    is_signed: None,
    calls_back: false,
    fault_of_key: |_| None,
    open: |access| Arc::new(MiniMax(access)),
};

const FOUR_TO_FIFTEEN: &[u32] = &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

const FORMS: &[Form] = &[Form {
    name: "MiniMax-H3",
    makes: Makes::Video,
    caps: Caps {
        durations_text_s: FOUR_TO_FIFTEEN,
        durations_image_s: FOUR_TO_FIFTEEN,
        aspects_text: &[Aspect::Portrait, Aspect::Landscape, Aspect::Square],
        image_keeps_its_shape: true,
        prompt_chars_min: 1,
        prompt_chars_max: 2000,
        sound: false,
        qualities: Qualities::Yes,
    },
    retired: false,
}];

/// An account at MiniMax.
#[derive(Debug)]
struct MiniMax(Access);

type Answer = http::Answer<Said>;

impl MiniMax {
    async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<Answer, Failed> {
        http::send(request.bearer_auth(&self.0.key), timeout).await
    }
}

impl Provider for MiniMax {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn submit<'a>(&'a self, order: &'a VideoOrder, timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async move {
            let url = format!("{}/v2/video_generation", self.0.base);
            match request(order) {
                Ok(body) => created(self.send(self.0.http.post(url).json(&body), timeout).await),
                Err(unsupported) => Create::unsupported(unsupported),
            }
        })
    }

    fn look_up<'a>(&'a self, task: TaskRef<'a>, timeout: Duration) -> Coming<'a, Looked> {
        Box::pin(async move {
            let url = format!("{}/v2/query/video_generation/{}", self.0.base, task.id);
            looked(self.send(self.0.http.get(url), timeout).await).into()
        })
    }
}

fn request(order: &VideoOrder) -> Result<Value, Unsupported> {
    ROW.check(order)?;
    let mut content = vec![json!({"type": "text", "text": order.prompt})];
    let mut body = json!({
        "model": order.family,
        "duration": order.duration_s,
        "resolution": if order.quality == Some(Quality::High) { "2K" } else { "768P" },
    });
    match &order.first_frame {
        Some(photo) => content.push(json!({
            "type": "image_url",
            "image_url": {"url": picture(photo)},
            "role": "first_frame",
        })),
        None => body["ratio"] = json!(order.aspect.as_str()),
    }
    body["content"] = json!(content);
    Ok(body)
}

fn picture(photo: &Photo) -> String {
    match photo {
        Photo::Link(url) => url.clone(),
        Photo::Bytes { mime, bytes } => format!("data:{mime};base64,{}", STANDARD.encode(bytes)),
    }
}

/// A task's name, a task, or a refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    task_id: Option<String>,
    task: Option<Task>,
    base_resp: Option<Refusal>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    status_code: i64,
    #[serde(deserialize_with = "or_nothing")]
    status_msg: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Task {
    #[serde(deserialize_with = "or_nothing")]
    status: String,
    content: Option<Content>,
    error: Option<Refusal>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    url: Option<String>,
}

impl Refusal {
    fn reason(&self) -> Reason {
        match self.status_code {
            1002 => Reason::RateLimited,
            1004 | 2049 => Reason::BadKey,
            1008 => Reason::OutOfFunds,
            1026 | 1027 => Reason::Moderation,
            2013 => words::meant(&self.status_msg)
                .filter(|reason| *reason == Reason::Retired)
                .unwrap_or(Reason::BadInput),
            _ => words::meant(&self.status_msg).unwrap_or(Reason::ProviderBroke),
        }
    }

    fn why(&self) -> String {
        format!("{}: {}", self.status_code, shortened(&self.status_msg))
    }
}

fn created(answer: Result<Answer, Failed>) -> Create {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return failed.of_order(),
    };
    let Some(said) = &answer.envelope else {
        return answer.turned_away_order();
    };
    if let Some(task_id) = said.task_id.clone().filter(|id| !id.is_empty()) {
        return Create::Accepted { task_id };
    }
    match said.base_resp.as_ref() {
        Some(refusal) => refused(refusal, answer.retry_after_s),
        None if answer.status == 200 => Create::Unknown {
            why: "accepted without a task id".to_owned(),
        },
        None => answer.turned_away_order(),
    }
}

fn refused(refusal: &Refusal, retry_after_s: Option<u32>) -> Create {
    let why = refusal.why();
    match refusal.status_code {
        1002 => Create::NotAccepted { why, retry_after_s },
        1004 | 1008 | 1026 | 1027 | 2013 | 2049 => Create::Rejected {
            reason: refusal.reason(),
            code: refusal.status_code,
            message: shortened(&refusal.status_msg),
        },
        _ => Create::Unknown { why },
    }
}

fn looked(answer: Result<Answer, Failed>) -> LookUp {
    let unavailable = |why, retry_after_s| LookUp::Unavailable { retry_after_s, why };
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return unavailable(failed.into_why(), None),
    };
    let (strange, retry_after_s) = (answer.strange(), answer.retry_after_s);
    let Some(said) = answer.envelope else {
        return unavailable(strange, retry_after_s);
    };
    match (said.task, said.base_resp) {
        (Some(task), _) => task.outcome(),
        (None, Some(refusal)) if refusal.status_msg.contains("not exist") => LookUp::Absent,
        (None, Some(refusal)) => unavailable(refusal.why(), retry_after_s),
        (None, None) => unavailable(strange, retry_after_s),
    }
}

impl Task {
    fn outcome(self) -> LookUp {
        match self.status.as_str() {
            "queued" | "preparing" | "processing" | "running" | "in_progress" => {
                LookUp::Running { progress: None }
            }
            "succeeded" => http::files(self.content.and_then(|content| content.url).into_iter()),
            "failed" | "cancelled" => {
                let refusal = self.error.unwrap_or_default();
                LookUp::Failed {
                    reason: refusal.reason(),
                    code: refusal.status_code,
                    message: shortened(&refusal.status_msg),
                }
            }
            other => LookUp::Unavailable {
                retry_after_s: None,
                why: format!("a status unknown to us: {}", shortened(other)),
            },
        }
    }
}
