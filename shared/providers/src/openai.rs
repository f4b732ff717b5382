//! Chat models and transcription as `OpenAI` offers them, and whoever speaks the same protocol. Sources:
//! platform.openai.com/docs/api-reference (chat, audio) and its published specification.
//!
//! The answer comes with the request, so there is nothing to look up, and nobody calls back. A 429 means two things: too
//! many requests, which passes, and an empty account, which does not.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::catalog::Makes;
use domain::video::Aspect;
use reqwest::RequestBuilder;
use reqwest::multipart::{Form as Multipart, Part};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    About, Ask, Caps, Coming, Create, Form, LookUp, Looked, NO_LENGTH, Photo, Provider, Qualities, Reason,
    TaskRef, Unsupported, VideoOrder, Words,
    http::{self, Failed, or_nothing, shortened},
    registry::{Access, Row},
    words,
};

/// Its row.
pub const ROW: Row = Row {
    name: "openai",
    base: "https://api.openai.com/v1",
    forms: FORMS,
    finds: false,
    notice: |_| None,
    is_signed: None,
    calls_back: false,
    fault_of_key: |_| None,
    open: |access| Arc::new(OpenAi(access)),
};

/// What stands behind the slash is the model's name there.
const CHAT: &str = "chat/";
const AUDIO: &str = "audio/";

const WORDS: Caps = Caps {
    durations_text_s: NO_LENGTH,
    durations_image_s: NO_LENGTH,
    aspects_text: &Aspect::ALL,
    image_keeps_its_shape: false,
    prompt_chars_min: 0,
    prompt_chars_max: 10_000,
    sound: false,
    qualities: Qualities::No,
};

const FORMS: &[Form] = &[
    Form {
        name: CHAT,
        makes: Makes::Prompt,
        caps: WORDS,
        retired: false,
    },
    Form {
        name: AUDIO,
        makes: Makes::Transcript,
        caps: Caps {
            durations_image_s: &[],
            ..WORDS
        },
        retired: false,
    },
];

/// The most that an answer may cost; a description for a video has some 200 tokens, and some models think before.
const TOKENS_MAX: u32 = 2_000;

/// An account there.
#[derive(Debug)]
struct OpenAi(Access);

type Answer = http::Answer<Said>;

impl OpenAi {
    async fn send(&self, request: RequestBuilder, timeout: Duration) -> Result<Answer, Failed> {
        http::send(request.bearer_auth(&self.0.key), timeout).await
    }

    async fn ask(&self, ask: &Ask, timeout: Duration) -> Create {
        let post = |path: &str| self.0.http.post(format!("{}/{path}", self.0.base));
        let request = match &ask.about {
            About::Words {
                instructions,
                words,
                photo,
            } => named(&ask.family, CHAT).map(|model| {
                let body = chat(model, instructions, words, photo.as_ref());
                post("chat/completions").json(&body)
            }),
            About::Voice(voice) => named(&ask.family, AUDIO).and_then(|model| {
                let form = spoken(model, voice)?;
                Some(post("audio/transcriptions").multipart(form))
            }),
        };
        match request {
            Some(request) => answered(self.send(request, timeout).await),
            None => Create::unsupported(Unsupported::Family),
        }
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn submit<'a>(&'a self, _order: &'a VideoOrder, _timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async { Create::unsupported(Unsupported::Family) })
    }

    fn look_up<'a>(&'a self, _task: TaskRef<'a>, _timeout: Duration) -> Coming<'a, Looked> {
        Box::pin(async { LookUp::Absent.into() })
    }

    fn words<'a>(&'a self, ask: &'a Ask, timeout: Duration) -> Coming<'a, Create> {
        Box::pin(self.ask(ask, timeout))
    }
}

/// The model's name behind a form's.
fn named<'f>(family: &'f str, form: &str) -> Option<&'f str> {
    family.strip_prefix(form).filter(|model| !model.is_empty())
}

fn chat(model: &str, instructions: &str, words: &str, photo: Option<&Photo>) -> Value {
    let content = match photo {
        None => json!(words),
        Some(photo) => json!([
            {"type": "text", "text": words},
            {"type": "image_url", "image_url": {"url": address(photo), "detail": "low"}},
        ]),
    };
    json!({
        "model": model,
        "messages": [
            {"role": "system", "content": instructions},
            {"role": "user", "content": content},
        ],
        "max_completion_tokens": TOKENS_MAX,
    })
}

/// A photo as a part of a request names it.
pub(crate) fn address(photo: &Photo) -> String {
    match photo {
        Photo::Link(url) => url.clone(),
        Photo::Bytes { mime, bytes } => format!("data:{mime};base64,{}", STANDARD.encode(bytes)),
    }
}

fn spoken(model: &str, voice: &Bytes) -> Option<Multipart> {
    let length = u64::try_from(voice.len()).ok()?;
    let file = Part::stream_with_length(voice.clone(), length).file_name("voice.ogg");
    let form = Multipart::new()
        .text("model", model.to_owned())
        .text("response_format", "json")
        .part("file", file.mime_str("audio/ogg").ok()?);
    Some(form)
}

/// What any of its answers may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    #[serde(deserialize_with = "or_nothing")]
    choices: Vec<Choice>,
    text: Option<String>,
    #[serde(deserialize_with = "or_nothing")]
    usage: Usage,
    error: Option<Refusal>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Choice {
    #[serde(deserialize_with = "or_nothing")]
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

/// Chat and transcription call the same thing differently.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    #[serde(alias = "input_tokens")]
    prompt_tokens: Option<u64>,
    #[serde(alias = "output_tokens")]
    completion_tokens: Option<u64>,
}

/// An error in its own words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Refusal {
    message: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Value,
}

impl Refusal {
    /// Whether it is of this kind; the word stands now here, now there.
    fn is(&self, word: &str) -> bool {
        self.kind.as_deref() == Some(word) || self.code.as_str() == Some(word)
    }

    /// Its words, for the log.
    pub(crate) fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    /// Why it refuses, where it surely does.
    pub(crate) fn reason(&self, status: u16) -> Option<Reason> {
        let message = self.message.as_deref().unwrap_or_default();
        let code = self.code.as_str().unwrap_or_default();
        Some(match status {
            _ if self.is("insufficient_quota") || status == 402 => Reason::OutOfFunds,
            _ if self.is("model_not_found") || status == 404 => Reason::Retired,
            401 | 403 => Reason::BadKey,
            400 | 413 | 415 | 422 => match words::meant(&format!("{code} {message}")) {
                Some(Reason::Moderation) => Reason::Moderation,
                _ if code.contains("content_policy") || code.contains("content_filter") => Reason::Moderation,
                _ => Reason::BadInput,
            },
            _ => return None,
        })
    }
}

fn answered(answer: Result<Answer, Failed>) -> Create {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return failed.of_order(),
    };
    let (status, retry_after_s) = (answer.status, answer.retry_after_s);
    match &answer.envelope {
        Some(Said {
            error: Some(refusal), ..
        }) => refused(refusal, status, retry_after_s),
        Some(_) if status == 200 => answer.envelope.unwrap_or_default().outcome(),
        _ => answer.turned_away_order(),
    }
}

fn refused(refusal: &Refusal, status: u16, retry_after_s: Option<u32>) -> Create {
    let message = shortened(refusal.message.as_deref().unwrap_or_default());
    if let Some(reason) = refusal.reason(status) {
        return rejected(reason, status, message);
    }
    let why = format!("{status}: {message}");
    match status {
        // Its own word that it has failed; nothing was made, and nothing is charged.
        429 | 500 | 503 => Create::NotAccepted { why, retry_after_s },
        _ => Create::Unknown { why },
    }
}

fn rejected(reason: Reason, status: u16, message: String) -> Create {
    Create::Rejected {
        reason,
        code: i64::from(status),
        message,
    }
}

impl Said {
    /// Whatever it says, it is billed by the tokens that it counts.
    fn outcome(self) -> Create {
        let tokens_in = self.usage.prompt_tokens.unwrap_or(0);
        let tokens_out = self.usage.completion_tokens.unwrap_or(0);
        let done = |text: String| Create::Done {
            words: Words(text),
            tokens_in,
            tokens_out,
        };
        let useless = |reason, message: &str| Create::Useless {
            reason,
            message: message.to_owned(),
            tokens_in,
            tokens_out,
        };
        if let Some(text) = self.text {
            return done(text);
        }
        let Some(choice) = self.choices.into_iter().next() else {
            return useless(Reason::ProviderBroke, "an answer without words");
        };
        let stopped = choice.finish_reason.as_deref();
        if choice.message.refusal.is_some() || stopped == Some("content_filter") {
            return useless(Reason::Moderation, "the model refuses");
        }
        match choice.message.content {
            Some(text) if stopped != Some("length") => done(text),
            Some(_) => useless(Reason::ProviderBroke, "an answer without its end"),
            None => useless(Reason::ProviderBroke, "an answer without words"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> Create {
        answered(Ok(Answer {
            status,
            retry_after_s: Some(7),
            envelope: serde_json::from_str(body).ok(),
        }))
    }

    fn reason(status: u16, body: &str) -> Option<Reason> {
        match said(status, body) {
            Create::Rejected { reason, .. } | Create::Useless { reason, .. } => Some(reason),
            _ => None,
        }
    }

    #[test]
    fn the_two_429_are_told_apart() {
        let quota = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#;
        assert_eq!(reason(429, quota), Some(Reason::OutOfFunds));
        let rate = r#"{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}"#;
        let Create::NotAccepted { retry_after_s, .. } = said(429, rate) else {
            panic!("it passes");
        };
        assert_eq!(retry_after_s, Some(7));
    }

    #[test]
    fn refusals_mean_what_they_say() {
        let error = |kind: &str, code: &str| {
            format!(r#"{{"error":{{"message":"no","type":"{kind}","param":null,"code":{code}}}}}"#)
        };
        for (status, code, expected) in [
            (401, r#""invalid_api_key""#, Some(Reason::BadKey)),
            (402, "null", Some(Reason::OutOfFunds)),
            (404, r#""model_not_found""#, Some(Reason::Retired)),
            (400, r#""content_policy_violation""#, Some(Reason::Moderation)),
            (400, "null", Some(Reason::BadInput)),
            (500, "null", None),
        ] {
            assert_eq!(reason(status, &error("x", code)), expected, "{status} {code}");
        }
        assert!(matches!(
            said(500, &error("server_error", "null")),
            Create::NotAccepted { .. }
        ));
        assert!(matches!(said(502, &error("x", "null")), Create::Unknown { .. }));
        assert!(
            matches!(said(504, "<html>"), Create::Unknown { .. }),
            "it may have been asked"
        );
        assert!(matches!(said(200, "<html>"), Create::Unknown { .. }));
    }

    #[test]
    fn words_come_with_what_they_took_and_half_an_answer_is_none() {
        let body = r#"{"choices":[{"message":{"content":"a cat","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3}}"#;
        let done = Create::Done {
            words: Words("a cat".to_owned()),
            tokens_in: 12,
            tokens_out: 3,
        };
        assert_eq!(said(200, body), done);
        let heard = r#"{"text":"a cat","usage":{"type":"tokens","input_tokens":12,"output_tokens":3}}"#;
        assert_eq!(said(200, heard), done);
        let cut = Create::Useless {
            reason: Reason::ProviderBroke,
            message: "an answer without its end".to_owned(),
            tokens_in: 12,
            tokens_out: 3,
        };
        assert_eq!(said(200, &body.replace("stop", "length")), cut, "it is billed");
        assert_eq!(
            reason(200, &body.replace("stop", "content_filter")),
            Some(Reason::Moderation)
        );
        assert_eq!(
            reason(
                200,
                &body.replace(r#""refusal":null"#, r#""refusal":"I will not""#)
            ),
            Some(Reason::Moderation)
        );
        for nothing in [
            "{}",
            r#"{"choices":[]}"#,
            r#"{"choices":[{"message":{"content":null}}]}"#,
        ] {
            assert_eq!(reason(200, nothing), Some(Reason::ProviderBroke), "{nothing}");
        }
    }

    #[test]
    fn a_form_of_any_model_wants_its_name() {
        assert_eq!(ROW.form("chat/gpt-6-luna").map(|form| form.name), Some(CHAT));
        assert_eq!(ROW.form("audio/whisper-1").map(|form| form.name), Some(AUDIO));
        assert_eq!(named("chat/gpt-6-luna", CHAT), Some("gpt-6-luna"));
        assert_eq!(named("chat/", CHAT), None);
        assert!(ROW.form("chat").is_none() && ROW.form("video/x").is_none());
    }

    #[test]
    fn nothing_that_is_asked_shows() {
        let ask = Ask {
            family: "chat/x".to_owned(),
            about: About::Words {
                instructions: String::new(),
                words: "SECRET".to_owned(),
                photo: None,
            },
        };
        assert!(!format!("{ask:?}").contains("SECRET"));
    }
}
