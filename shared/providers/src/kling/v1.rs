//! Kling's first API, for accounts that have an access key and a secret key instead of an API key. Source: Kling's own pages
//! on it (text2video, image2video, authentication), as clients of it have copied them.
//!
//! Its paths, its fields and its word for success differ from those of the 3.x generation; its envelope and its codes do not.
//! It keeps a book for videos from words and one for those from a photo, so a task is named with its book. It calls back
//! without saying which book, so it is not asked to. It can be asked by our own name, too, but what it answers where it has
//! none is documented nowhere, and a wrong guess would be a second render: so it is not.

use std::sync::Arc;
use std::time::Duration;

use domain::catalog::Makes;
use domain::video::Aspect;
use reqwest::RequestBuilder;
use ring::hmac;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Output, Row, ordered, outcome, picture};
use crate::{
    Caps, Coming, Create, Form, LookUp, Looked, Provider, Qualities, Quality, TaskFacts, TaskRef,
    Unsupported, VideoOrder,
    http::{self, Failed, or_nothing},
    jwt,
    registry::Access,
};

/// Its row. The key is `access key:secret key`.
pub const ROW: Row = Row {
    name: "klingv1",
    base: "https://api-singapore.klingai.com",
    forms: FORMS,
    finds: false,
    notice: |_| None,
    is_signed: None,
    calls_back: false,
    fault_of_key: |key| parts(key).is_none().then_some(NO_KEY),
    open: |access| Arc::new(KlingV1(access)),
};

const CAPS: Caps = Caps {
    durations_text_s: &[5, 10],
    durations_image_s: &[5, 10],
    aspects_text: &[Aspect::Portrait, Aspect::Landscape, Aspect::Square],
    image_keeps_its_shape: true,
    prompt_chars_min: 1,
    prompt_chars_max: 2500,
    // `kling-v2-6` can, at another price; whoever wants it has the 3.x generation.
    sound: false,
    qualities: Qualities::Yes,
};

const fn form(name: &'static str) -> Form {
    Form {
        name,
        makes: Makes::Video,
        caps: CAPS,
        retired: false,
    }
}

const FORMS: &[Form] = &[form("kling-v2-5-turbo"), form("kling-v2-6")];

/// The two books.
const FROM_WORDS: &str = "text2video";
const FROM_A_PHOTO: &str = "image2video";

/// How long a token holds, in seconds, and for how much its clock may differ from Kling's. Each request has a new one.
const TOKEN_SECONDS: i64 = 1800;
const SKEW_SECONDS: i64 = 5;

/// The access key and the secret key.
fn parts(key: &str) -> Option<(&str, &str)> {
    key.split_once(':')
        .filter(|(access, secret)| !access.is_empty() && !secret.is_empty())
}

/// An account at Kling.
#[derive(Debug)]
struct KlingV1(Access);

impl KlingV1 {
    /// A token of now; `None` if the key has no such two parts.
    fn token(&self) -> Option<String> {
        let (access, secret) = parts(&self.0.key)?;
        let now = (self.0.now)().seconds();
        let claims = json!({
            "iss": access,
            "exp": now.saturating_add(TOKEN_SECONDS),
            "nbf": now.saturating_sub(SKEW_SECONDS),
        });
        jwt::signed(&json!({"alg": "HS256", "typ": "JWT"}), &claims, |text| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            Some(hmac::sign(&key, text).as_ref().to_vec())
        })
    }

    /// `None` if there is nothing to show.
    async fn send(&self, request: RequestBuilder, timeout: Duration) -> Option<Result<Answer, Failed>> {
        let request = request.bearer_auth(self.token()?);
        Some(http::send(request, timeout).await)
    }

    fn url(&self, place: &str) -> String {
        format!("{}/v1/videos/{place}", self.0.base)
    }
}

const NO_KEY: &str = "klingv1_api_key is no `access key:secret key`";

impl Provider for KlingV1 {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn submit<'a>(&'a self, order: &'a VideoOrder, timeout: Duration) -> Coming<'a, Create> {
        Box::pin(async move {
            let (book, body) = match request(order) {
                Ok(request) => request,
                Err(unsupported) => return Create::unsupported(unsupported),
            };
            let request = self.0.http.post(self.url(book)).json(&body);
            match self.send(request, timeout).await {
                Some(answer) => created(book, answer),
                None => Create::Rejected {
                    reason: crate::Reason::BadKey,
                    code: 0,
                    message: NO_KEY.to_owned(),
                },
            }
        })
    }

    fn look_up<'a>(&'a self, task: TaskRef<'a>, timeout: Duration) -> Coming<'a, Looked> {
        Box::pin(async move {
            let Some((_, id)) = task
                .id
                .split_once('/')
                .filter(|(book, id)| [FROM_WORDS, FROM_A_PHOTO].contains(book) && is_name(id))
            else {
                return LookUp::Absent.into();
            };
            match self.send(self.0.http.get(self.url(task.id)), timeout).await {
                Some(answer) => looked(id, answer),
                None => unavailable(NO_KEY.to_owned(), None).into(),
            }
        })
    }
}

/// The book and the body of an order.
fn request(order: &VideoOrder) -> Result<(&'static str, Value), Unsupported> {
    ROW.check(order)?;
    let high = order.quality == Some(Quality::High);
    let mut body = json!({
        "model_name": order.family,
        "prompt": order.prompt,
        "mode": if high { "pro" } else { "std" },
        "duration": order.duration_s.to_string(),
        "external_task_id": order.name,
    });
    if let Some(photo) = &order.first_frame {
        body["image"] = json!(picture(photo));
        return Ok((FROM_A_PHOTO, body));
    }
    body["aspect_ratio"] = json!(order.aspect.as_str());
    Ok((FROM_WORDS, body))
}

/// It becomes a part of an address.
fn is_name(id: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !id.is_empty() && id.bytes().all(letters)
}

fn created(book: &str, answer: Result<Answer, Failed>) -> Create {
    let created = ordered(answer, |said| said.data.get("task_id")?.as_str());
    match created {
        Create::Accepted { task_id } if is_name(&task_id) => Create::Accepted {
            task_id: format!("{book}/{task_id}"),
        },
        Create::Accepted { .. } => Create::Unknown {
            why: "a task's name that is none".to_owned(),
        },
        other => other,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Task {
    #[serde(rename = "task_id")]
    id: String,
    #[serde(rename = "task_status", deserialize_with = "or_nothing")]
    status: String,
    #[serde(rename = "task_status_msg")]
    message: Option<String>,
    #[serde(rename = "task_info", deserialize_with = "or_nothing")]
    info: Info,
    #[serde(rename = "task_result", deserialize_with = "or_nothing")]
    result: Made,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info {
    external_task_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Made {
    #[serde(deserialize_with = "or_nothing")]
    videos: Vec<Output>,
}

fn unavailable(why: String, retry_after_s: Option<u32>) -> LookUp {
    LookUp::Unavailable { retry_after_s, why }
}

fn looked(id: &str, answer: Result<Answer, Failed>) -> Looked {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failed) => return unavailable(failed.into_why(), None).into(),
    };
    let Some(said) = &answer.envelope else {
        return unavailable(answer.strange(), answer.retry_after_s).into();
    };
    let task = match said.code {
        0 => Task::deserialize(&said.data).ok(),
        1203 => return LookUp::Absent.into(),
        _ => return unavailable(said.why(), answer.retry_after_s).into(),
    };
    let Some(task) = task.filter(|task| task.id == id) else {
        return unavailable("an answer about no task, or another".to_owned(), None).into();
    };
    let own_name = task.info.external_task_id;
    let urls = task.result.videos.into_iter().filter_map(|video| video.url);
    Looked {
        facts: TaskFacts {
            own_name: own_name.filter(|name| !name.is_empty()),
            ..TaskFacts::default()
        },
        outcome: outcome(&task.status, &task.message.unwrap_or_default(), urls),
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use domain::time::Timestamp;

    use super::*;
    use crate::{Photo, Reason};

    fn account(key: &str) -> KlingV1 {
        one_request::choose_crypto();
        KlingV1(Access {
            http: reqwest::Client::new(),
            base: "http://127.0.0.1:1".to_owned(),
            uploads: None,
            key: key.to_owned(),
            now: Arc::new(|| Timestamp::from_seconds(1_760_000_000)),
        })
    }

    /// Made by `PyJWT`, whose key order differs.
    const VECTOR: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJha190ZXN0IiwiZXhwIjoxNzYwMDAxODAwLCJuYmYiOjE3NTk5OTk5OTV9.yIVqTelemT4ABSJalu8JfzhRYt7qhBUsvCj-Z4uelE0";
    const SECRET: &str = "sk_test_secret_that_is_long_enough_32b";

    #[test]
    fn a_token_says_what_others_tokens_say_and_is_signed_as_they_are() {
        let part = |token: &str, at: usize| -> Value {
            let part = token.split('.').nth(at).unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        let token = account(&format!("ak_test:{SECRET}")).token().unwrap();
        for at in [0, 1] {
            assert_eq!(part(&token, at), part(VECTOR, at));
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        for token in [token.as_str(), VECTOR] {
            let (text, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            hmac::verify(&key, text.as_bytes(), &signature).unwrap();
        }
    }

    fn order(photo: Option<Photo>) -> VideoOrder {
        VideoOrder {
            family: "kling-v2-5-turbo".into(),
            prompt: "SECRET".into(),
            first_frame: photo,
            aspect: Aspect::Portrait,
            duration_s: 5,
            quality: Some(Quality::High),
            sound: false,
            callback_url: "https://us/klingv1?job=1".into(),
            name: "1-a-1".into(),
        }
    }

    #[test]
    fn an_order_is_said_in_the_first_apis_form() {
        let said = json!({"model_name": "kling-v2-5-turbo", "prompt": "SECRET", "mode": "pro", "duration": "5",
            "external_task_id": "1-a-1"});
        let mut from_words = said.clone();
        from_words["aspect_ratio"] = json!("9:16");
        assert_eq!(request(&order(None)), Ok((FROM_WORDS, from_words)));
        let mut from_a_photo = said;
        from_a_photo["image"] = json!("YSBwaG90bw==");
        let photo = Photo::Bytes {
            mime: "image/png".into(),
            bytes: "a photo".into(),
        };
        assert_eq!(request(&order(Some(photo))), Ok((FROM_A_PHOTO, from_a_photo)));
    }

    #[tokio::test]
    async fn a_key_without_its_secret_is_none_and_is_not_quoted() {
        let account = account("an-access-key-alone");
        let refused = account.submit(&order(None), Duration::from_secs(1)).await;
        let Create::Rejected {
            reason: Reason::BadKey,
            message,
            ..
        } = refused
        else {
            panic!("{refused:?}");
        };
        assert!(!message.contains("alone"), "{message}");
        assert!(!format!("{account:?}").contains("alone"));
    }

    #[test]
    fn a_task_is_named_with_its_book_and_a_name_that_would_lead_elsewhere_is_none() {
        let said = |id: &str| {
            let body = json!({"code": 0, "data": {"task_id": id, "task_status": "submitted"}}).to_string();
            created(
                FROM_A_PHOTO,
                Ok(Answer {
                    status: 200,
                    retry_after_s: None,
                    envelope: serde_json::from_str(&body).ok(),
                }),
            )
        };
        let task_id = "image2video/Cj-1_a".to_owned();
        assert_eq!(said("Cj-1_a"), Create::Accepted { task_id });
        for id in ["", "a/b", "../x", "a?b"] {
            assert!(matches!(said(id), Create::Unknown { .. }), "{id}");
        }
    }
}
