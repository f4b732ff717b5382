//! Kling's own API, the 3.x generation; [`v1`] is the one before. Source: kling.ai/document-api (3-0-omni, error-codes).
//!
//! HTTP 429 is billing as well as rate, so the `code` inside counts. An order carries our own name of it, which is unique
//! at Kling and can be asked for: so a lost answer is found again, or surely never arrived.

pub mod v1;

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::catalog::Makes;
use domain::video::Aspect;
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Caps, Coming, Create, Form, Found, LookUp, Looked, Photo, Provider, Qualities, Quality, Reason,
    TaskFacts, TaskRef, Unsupported, VideoOrder,
    http::{self, Failed, or_nothing, shortened},
    registry::{Access, Notice, Row},
    words,
};

/// Its row.
pub const ROW: Row = Row {
    name: "kling",
    base: "https://api-singapore.klingai.com",
    forms: FORMS,
    finds: true,
    notice,
    is_signed: None,
    calls_back: true,
    fault_of_key: |_| None,
    open: |access| Arc::new(Kling(access)),
};

const CAPS: Caps = Caps {
    durations_text_s: &[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    durations_image_s: &[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    aspects_text: &[Aspect::Portrait, Aspect::Landscape, Aspect::Square],
    image_keeps_its_shape: true,
    prompt_chars_min: 1,
    prompt_chars_max: 3072,
    sound: true,
    qualities: Qualities::Yes,
};

const FORMS: &[Form] = &[
    Form {
        name: "kling-3.0",
        makes: Makes::Video,
        caps: CAPS,
        retired: false,
    },
    Form {
        name: "kling-3.0-turbo",
        makes: Makes::Video,
        caps: Caps { sound: false, ..CAPS },
        retired: false,
    },
];

/// An account at Kling.
#[derive(Debug)]
struct Kling(Access);

type Answer = http::Answer<Envelope>;

impl Kling {
    async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<Answer, Failed> {
        http::send(request.bearer_auth(&self.0.key), timeout).await
    }

    async fn ask(&self, by: &str, name: &str, timeout: Duration) -> Result<Answer, Failed> {
        let url = format!("{}/tasks", self.0.base);
        self.send(self.0.http.get(url).query(&[(by, name)]), timeout)
            .await
    }
}

impl Provider for Kling {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn submit<'a>(&'a self, order: &'a VideoOrder, timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async move {
            match request(order) {
                Ok((path, body)) => {
                    let url = format!("{}/{path}", self.0.base);
                    created(self.send(self.0.http.post(url).json(&body), timeout).await)
                }
                Err(unsupported) => Create::unsupported(unsupported),
            }
        })
    }

    fn look_up<'a>(&'a self, task: TaskRef<'a>, timeout: Duration) -> Coming<'a, Looked> {
        Box::pin(async move { looked(task.id, self.ask("task_ids", task.id, timeout).await) })
    }

    fn find<'a>(&'a self, name: &'a str, timeout: Duration) -> Coming<'a, Found> {
        Box::pin(async move { found(name, self.ask("external_task_ids", name, timeout).await) })
    }
}

/// The path and the body of an order. Without `multi_shot: false` the video is cut into several shots.
fn request(order: &VideoOrder) -> Result<(String, Value), Unsupported> {
    ROW.check(order)?;
    let mut settings = json!({
        "multi_shot": false,
        "resolution": if order.quality == Some(Quality::High) { "1080p" } else { "720p" },
        "duration": order.duration_s,
    });
    if ROW.form(&order.family).is_some_and(|form| form.caps.sound) {
        settings["audio"] = json!(if order.sound { "native" } else { "off" });
    }
    let options = json!({
        "callback_url": order.callback_url,
        "external_task_id": order.name,
        "watermark_info": {"enabled": false},
    });
    let Some(photo) = &order.first_frame else {
        settings["aspect_ratio"] = json!(order.aspect.as_str());
        let body = json!({"prompt": order.prompt, "settings": settings, "options": options});
        return Ok((format!("text-to-video/{}", order.family), body));
    };
    let contents = json!([
        {"type": "prompt", "text": order.prompt},
        {"type": "first_frame", "url": picture(photo)},
    ]);
    let body = json!({"contents": contents, "settings": settings, "options": options});
    Ok((format!("image-to-video/{}", order.family), body))
}

/// An address, or base64 without a prefix.
fn picture(photo: &Photo) -> String {
    match photo {
        Photo::Link(url) => url.clone(),
        Photo::Bytes { bytes, .. } => STANDARD.encode(bytes),
    }
}

/// `{"code":0,"message":"…","data":…}`
#[derive(Debug, Deserialize)]
struct Envelope {
    code: i64,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    data: Value,
}

impl Envelope {
    fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    fn why(&self) -> String {
        format!("{}: {}", self.code, shortened(self.message()))
    }

    /// The tasks that it is about: an object after an order, a list after a question. `None` if one cannot be read: then
    /// nobody knows what it says.
    fn tasks(&self) -> Option<Vec<Task>> {
        self.listed()
            .iter()
            .map(|task| Task::deserialize(task).ok())
            .collect()
    }

    fn listed(&self) -> &[Value] {
        match &self.data {
            Value::Array(tasks) => tasks,
            one => std::slice::from_ref(one),
        }
    }

    /// The name of the first task, whatever else can be read of it.
    fn task_id(&self) -> Option<&str> {
        let mut names = self.listed().iter().filter_map(|task| task.get("id")?.as_str());
        names.find(|name| !name.is_empty())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Task {
    id: String,
    #[serde(deserialize_with = "or_nothing")]
    status: String,
    message: Option<String>,
    external_id: Option<String>,
    #[serde(deserialize_with = "or_nothing")]
    outputs: Vec<Output>,
    #[serde(deserialize_with = "or_nothing")]
    billing: Vec<Bill>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Output {
    #[serde(rename = "type", deserialize_with = "or_nothing")]
    kind: String,
    url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Bill {
    /// A text, or a number.
    amount: Value,
    currency: Option<String>,
}

/// What a code means, for an order.
fn reason_of(code: i64, message: &str) -> Reason {
    match code {
        // 1103: no right to this; 1304: not from this address. Both are set right in the account.
        1000..=1004 | 1103 | 1304 => Reason::BadKey,
        1100..=1102 => Reason::OutOfFunds,
        1203 => Reason::Retired,
        1300 | 1301 => Reason::Moderation,
        1302 | 1303 => Reason::RateLimited,
        1200..=1202 => words::meant(message)
            .filter(|reason| *reason == Reason::Moderation)
            .unwrap_or(Reason::BadInput),
        5001 => Reason::Maintenance,
        _ => Reason::ProviderBroke,
    }
}

fn created(answer: Result<Answer, Failed>) -> Create {
    ordered(answer, Envelope::task_id)
}

/// What the answer to an order means, which names its task so.
fn ordered(answer: Result<Answer, Failed>, named: fn(&Envelope) -> Option<&str>) -> Create {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return failed.of_order(),
    };
    let Some(envelope) = &answer.envelope else {
        return answer.turned_away_order();
    };
    if let Some(task_id) = named(envelope) {
        let task_id = task_id.to_owned();
        return Create::Accepted { task_id };
    }
    let (code, why) = (envelope.code, envelope.why());
    let reason = reason_of(code, envelope.message());
    match code {
        // It has an order of this name already: the answer that said so was lost.
        1200 | 1201 if envelope.message().contains("external_task_id") => Create::Unknown { why },
        1302 | 1303 | 5001 => Create::NotAccepted {
            why,
            retry_after_s: answer.retry_after_s,
        },
        1000..=1304 => Create::Rejected {
            reason,
            code,
            message: shortened(envelope.message()),
        },
        _ => Create::Unknown { why },
    }
}

/// What the answer to a question holds, or why it holds nothing.
fn asked(answer: Result<Answer, Failed>) -> Result<Vec<Task>, (String, Option<u32>)> {
    let answer = answer.map_err(|failed| (failed.into_why(), None))?;
    match &answer.envelope {
        Some(envelope) if envelope.code == 0 && envelope.data.is_array() => {
            let unread = || ("a task that cannot be read".to_owned(), answer.retry_after_s);
            envelope.tasks().ok_or_else(unread)
        }
        Some(envelope) => Err((envelope.why(), answer.retry_after_s)),
        None => Err((answer.strange(), answer.retry_after_s)),
    }
}

fn looked(id: &str, answer: Result<Answer, Failed>) -> Looked {
    // There is no such thing: of a task that there was, that is believed only when no render takes so long. Of a name it
    // is not, for it may be about the model, too.
    let unknown = |answer: &Answer| answer.envelope.as_ref().is_some_and(|said| said.code == 1203);
    if answer.as_ref().is_ok_and(unknown) {
        return LookUp::Absent.into();
    }
    match asked(answer) {
        Ok(tasks) => match tasks.into_iter().find(|task| task.id == id) {
            Some(task) => Looked {
                facts: task.facts(),
                outcome: task.outcome(),
            },
            None => LookUp::Absent.into(),
        },
        Err((why, retry_after_s)) => LookUp::Unavailable { retry_after_s, why }.into(),
    }
}

/// Only an answer without any task says that there is none of this name.
fn found(name: &str, answer: Result<Answer, Failed>) -> Found {
    match asked(answer) {
        Ok(tasks) if tasks.is_empty() => Found::Absent,
        Ok(tasks) => {
            let ours = |task: &Task| task.external_id.as_deref() == Some(name) && !task.id.is_empty();
            match tasks.into_iter().find(ours) {
                Some(task) => Found::Present { task_id: task.id },
                None => Found::Unavailable {
                    retry_after_s: None,
                    why: "an answer about other tasks".to_owned(),
                },
            }
        }
        Err((why, retry_after_s)) => Found::Unavailable { retry_after_s, why },
    }
}

/// How a task stands of this status, with this message and these videos. `succeed` is how the older generation spells it.
fn outcome(status: &str, message: &str, videos: impl Iterator<Item = String>) -> LookUp {
    match status {
        "submitted" | "processing" => LookUp::Running { progress: None },
        "succeeded" | "succeed" => http::files(videos),
        "failed" => LookUp::Failed {
            reason: words::meant(message).unwrap_or(Reason::ProviderBroke),
            code: 0,
            message: shortened(message),
        },
        other => LookUp::Unavailable {
            retry_after_s: None,
            why: format!("a status unknown to us: {}", shortened(other)),
        },
    }
}

impl Task {
    fn outcome(self) -> LookUp {
        let videos = self.outputs.into_iter().filter(|output| output.kind == "video");
        let message = self.message.unwrap_or_default();
        outcome(&self.status, &message, videos.filter_map(|output| output.url))
    }

    fn facts(&self) -> TaskFacts {
        let dollars = self
            .billing
            .iter()
            .filter(|bill| bill.currency.as_deref() == Some("USD"));
        let billed = dollars.filter_map(|bill| match &bill.amount {
            Value::String(amount) => http::millionths(amount),
            amount => http::millionths(&amount.to_string()),
        });
        TaskFacts {
            own_name: self.external_id.clone().filter(|name| !name.is_empty()),
            credits_consumed_milli: billed
                .reduce(u64::saturating_add)
                .map(|micro| micro.div_ceil(1000)),
            ..TaskFacts::default()
        }
    }
}

/// A callback comes with every change of status, in the form of an answer to a question.
fn notice(body: &[u8]) -> Option<Notice> {
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    let status = envelope.listed().first()?.get("status").and_then(Value::as_str);
    Some(Notice {
        is_over: !matches!(status, Some("submitted" | "processing")),
        task_id: envelope.task_id()?.to_owned(),
    })
}

#[cfg(test)]
mod tests;
