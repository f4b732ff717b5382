//! Everything that a function asks of the outside, on its way there and back, and what becomes of it on the way.

use bytes::Bytes;
use domain::audit::violations;
use domain::time::Millis;
use http::header::{CONTENT_RANGE, CONTENT_TYPE};
use http_body_util::BodyExt as _;
use reqwest::{Body, Request};
use serde_json::{Value, json};
use table::played::{Answer, Answered, Ask, Tables};
use table::{Error, Item};
use wire::played::{Carried, Outside};
use wire::{Silence, Unanswered};

use crate::clip::{part_of, whole};
use crate::faults::{Broken, Fault};
use crate::kie::{self, File};
use crate::stripe;
use crate::world::{World, wait};
use crate::yookassa;

/// Where the Bot API is.
pub const TELEGRAM: &str = "http://telegram.sim";
/// The longest that anybody waits for an answer that does not come.
const NEVER: Millis = Millis::from_mins(60);
/// What Telegram fetches by itself at most.
const FETCHED_MAX: u64 = 20 << 20;
/// What may be uploaded to it at most.
const UPLOADED_MAX: u64 = 50 << 20;

/// The three ways in which an answer gets lost, and the rest, of one service.
struct Ways {
    unreachable: Fault,
    lost: Fault,
    silent: Fault,
}

impl Tables for World {
    fn ask(&self, ask: Ask) -> Answered {
        let world = self.clone();
        Box::pin(async move { world.asked(ask).await })
    }
}

impl World {
    async fn asked(&self, ask: Ask) -> Result<Answer, Error> {
        self.may_die(Fault::KilledBefore).await;
        self.passes(self.strikes(Fault::TableSlow)).await;
        let writes = ask.writes();
        if self.strikes(Fault::TableLostBefore) {
            return Err(Error::NoAnswer("the request was lost".into()));
        }
        if self.strikes(Fault::TableThrottled) {
            return Err(Error::Throttled("too much at once".into()));
        }
        if self.strikes(Fault::TableLocked) {
            return Err(Error::NotSetUp("a permission is missing".into()));
        }
        if writes && self.strikes(Fault::TableConflict) {
            return Err(Error::Conflict);
        }
        let unseen = match &ask {
            Ask::Query { query, .. } if query.index.is_some() => self.unseen(Fault::IndexStale),
            Ask::Get {
                consistent: false, ..
            } => self.unseen(Fault::ReadStale),
            Ask::Query { query, .. } if !query.consistent => self.unseen(Fault::ReadStale),
            Ask::Batch(wanted) if wanted.iter().any(|keys| !keys.consistent) => self.unseen(Fault::ReadStale),
            _ => Millis(0),
        };
        let answer = self.carried_out(ask, unseen);
        self.may_die(Fault::KilledAfter).await;
        self.passes(false).await;
        if writes && answer.is_ok() && self.strikes(Fault::TableLostAfter) {
            return Err(Error::NoAnswer("the answer was lost".into()));
        }
        answer
    }

    /// How much of the last moments a reader does not see; nothing where nothing happened in them.
    fn unseen(&self, fault: Fault) -> Millis {
        let now = self.age();
        let mut state = self.state();
        let span = state.dice.u64(1..3_000);
        let since = now.saturating_sub(std::time::Duration::from_millis(span));
        let strikes = state.memory.has_changed_since(since) && state.strikes(fault);
        Millis(if strikes {
            i64::try_from(span).unwrap_or(0)
        } else {
            0
        })
    }

    fn carried_out(&self, ask: Ask, unseen: Millis) -> Result<Answer, Error> {
        let (now, at) = (self.age(), self.now());
        let unseen = std::time::Duration::from_millis(u64::try_from(unseen.0).unwrap_or(0));
        let mut state = self.state();
        let state = &mut *state;
        let what = told(&ask);
        let writes = ask.writes();
        let answer = state.memory.answer(ask, now, unseen);
        if writes {
            let how = match &answer {
                Ok(_) => "written".to_owned(),
                Err(error) => error.to_string(),
            };
            state.note(now, || format!("{what}: {how}"));
            if answer.is_ok() {
                let books = crate::sound::books(state.memory.seen(), at);
                state
                    .found
                    .extend(violations(&books).iter().map(ToString::to_string));
            }
        }
        answer
    }

    async fn carry(self, request: Request) -> Result<http::Response<Body>, Unanswered> {
        let url = request.url().clone();
        let (method, path) = (request.method().clone(), url.path().to_owned());
        let key = request
            .headers()
            .get("idempotence-key")
            .or_else(|| request.headers().get("idempotency-key"))
            .and_then(|key| key.to_str().ok())
            .map(str::to_owned);
        let range = request
            .headers()
            .get("range")
            .and_then(|range| range.to_str().ok())
            .map(str::to_owned);
        let form = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .map(str::to_owned);
        let host = format!("http://{}", url.host_str().unwrap_or_default());
        self.may_die(Fault::KilledBefore).await;
        self.passes(false).await;
        let ways = ways_of(&host);
        if self.strikes(ways.unreachable) {
            return Err(lost(Silence::NotSent));
        }
        let Some(body) = request_body(request).await else {
            return Err(lost(Silence::Broken));
        };
        let answer = match host.as_str() {
            TELEGRAM => self.at_telegram(&path, form.as_deref(), &body),
            kie::HOST if path.starts_with("/api/") => self.at_kie(&path, url.query(), &body),
            kie::HOST => self.file(&path, range.as_deref()),
            stripe::HOST => {
                let path = (path.as_str(), url.query().unwrap_or_default());
                self.at_stripe(method.as_str(), path, key.as_deref(), &body)
            }
            _ => self.at_yookassa(method.as_str(), &path, key.as_deref(), &body),
        };
        self.may_die(Fault::KilledAfter).await;
        if self.strikes(ways.lost) {
            self.sometimes("an effect whose answer was lost");
            return Err(lost(Silence::Broken));
        }
        if self.strikes(ways.silent) {
            wait(std::time::Duration::from_millis(
                u64::try_from(NEVER.0).unwrap_or(0),
            ))
            .await;
        }
        self.passes(false).await;
        Ok(answer)
    }

    fn at_telegram(&self, path: &str, form: Option<&str>, body: &Bytes) -> http::Response<Body> {
        let method = path.rsplit('/').next().unwrap_or_default();
        let refused = [
            (Fault::TelegramFlood, 429, "Too Many Requests: retry after 7"),
            (Fault::TelegramBroken, 502, "Bad Gateway"),
        ];
        for (fault, code, description) in refused {
            if self.strikes(fault) {
                let retry = if code == 429 {
                    json!({"retry_after": 7})
                } else {
                    json!({})
                };
                let answer =
                    json!({"ok": false, "error_code": code, "description": description, "parameters": retry});
                return answered(code, &answer);
            }
        }
        if path.starts_with("/file/") {
            return photo();
        }
        let (call, uploaded) = match form.filter(|form| form.starts_with("multipart/")) {
            Some(form) => crate::form::read(form, body),
            None => (serde_json::from_slice(body).unwrap_or_default(), None),
        };
        let file = self.got(&call, uploaded);
        let told = self.told(method, &call, file, false);
        if self.strikes(Fault::TelegramGarbage) {
            return page(200);
        }
        match told {
            Ok(result) => answered(200, &json!({"ok": true, "result": result})),
            Err((code, description)) => answered(
                code,
                &json!({"ok": false, "error_code": code, "description": description}),
            ),
        }
    }

    /// The file that a call names, if Telegram can get it.
    fn got(&self, call: &Value, uploaded: Option<(String, u64)>) -> Option<String> {
        if self.state().broken == Some(Broken::Files) {
            return Some("another".to_owned());
        }
        if let Some((file, bytes)) = uploaded {
            return (bytes <= UPLOADED_MAX).then_some(file);
        }
        let named = [&call["media"]["media"], &call["video"], &call["photo"]];
        let url = named.iter().find_map(|named| named.as_str())?;
        let path = url.strip_prefix(kie::HOST)?;
        if self.strikes(Fault::TelegramFetchesNothing) {
            return None;
        }
        let now_ms = self.now().0;
        let state = self.state();
        match state.kie.file(path, now_ms) {
            (Some(task), File::Video(bytes)) if bytes <= FETCHED_MAX => Some(task.id.clone()),
            _ => None,
        }
    }

    /// A call as Telegram carries it out.
    pub fn told(
        &self,
        method: &str,
        call: &Value,
        file: Option<String>,
        answered: bool,
    ) -> crate::telegram::Told {
        let (now_ms, at) = (self.now().0, self.age());
        let mut state = self.state();
        let told = state.telegram.call(method, call, file, now_ms, answered);
        if state.broken == Some(Broken::Edits) && method == "editMessageMedia" && told.is_ok() {
            let again = json!({"chat_id": call["chat_id"], "video": call["media"]["media"]});
            let file = Some("again".to_owned());
            let _ = state.telegram.call("sendVideo", &again, file, now_ms, answered);
        }
        let chat = call["chat_id"].as_i64().unwrap_or_default();
        let how = told
            .as_ref()
            .map_or_else(|(_, why)| why.clone(), |_| "done".to_owned());
        state.note(at, || {
            format!("telegram {method} {chat} {}: {how}", call["message_id"])
        });
        drop(state);
        self.has_news();
        told
    }

    fn at_kie(&self, path: &str, query: Option<&str>, body: &Bytes) -> http::Response<Body> {
        let refused = [
            (
                Fault::ProviderFlood,
                429,
                "Your call frequency is too high, please try again later",
            ),
            (
                Fault::ProviderBroken,
                500,
                "Internal Error, please try again later",
            ),
        ];
        for (fault, code, msg) in refused {
            if self.strikes(fault) {
                return answered(200, &json!({"code": code, "msg": msg, "data": null}));
            }
        }
        if self.strikes(Fault::ProviderGateway) {
            return page(503);
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let now_ms = self.now().0;
        let answer = match path {
            "/api/v1/jobs/createTask" if self.strikes(Fault::ProviderEmptyAccount) => {
                json!({"code": 402, "msg": "Credits insufficient", "data": null})
            }
            "/api/v1/jobs/createTask" => {
                let fate = self.one_of(FATES);
                let report = self.one_of(REPORTS);
                let at = self.age();
                let mut state = self.state();
                let id = state.kie.create(&body, fate, report, now_ms);
                let is_signed = state.broken == Some(Broken::Signature);
                if is_signed || state.strikes(Fault::CallbackForged) {
                    state.kie.forge(&id, is_signed, now_ms);
                }
                state.note(at, || format!("kie took {id}: {fate:?} {report:?}"));
                drop(state);
                self.has_news();
                json!({"code": 200, "msg": "success", "data": {"taskId": id}})
            }
            "/api/v1/jobs/recordInfo" => {
                let id = query
                    .and_then(|query| query.strip_prefix("taskId="))
                    .unwrap_or_default();
                self.state().kie.record(id, now_ms)
            }
            "/api/file-stream-upload" => {
                let url = format!("{}/uploads/photo.jpg", kie::HOST);
                json!({"code": 200, "msg": "success", "data": {"downloadUrl": url}})
            }
            "/api/v1/common/download-url" => {
                let url = body["url"].as_str().unwrap_or_default().to_owned();
                self.state().kie.link(&url, now_ms)
            }
            _ => json!({"code": 200, "msg": "success", "data": 1_000_000}),
        };
        if self.strikes(Fault::ProviderGarbage) {
            return page(502);
        }
        answered(200, &answer)
    }

    fn file(&self, path: &str, range: Option<&str>) -> http::Response<Body> {
        let now_ms = self.now().0;
        let state = self.state();
        let (task, file) = state.kie.file(path, now_ms);
        let name = task.map(|task| task.id.clone()).unwrap_or_default();
        drop(state);
        match file {
            File::Gone => page(404),
            File::Expired => page(403),
            File::Page => page(200),
            File::Empty => page(416),
            File::Cut => video(part_of(&name, 0, range, true)),
            File::Video(bytes) if range.is_some() => video(part_of(&name, bytes, range, false)),
            File::Video(bytes) => http::Response::builder()
                .status(200)
                .header(CONTENT_TYPE, "video/mp4")
                .body(whole(&name, bytes))
                .unwrap_or_default(),
        }
    }

    fn at_yookassa(&self, method: &str, path: &str, key: Option<&str>, body: &Bytes) -> http::Response<Body> {
        if self.strikes(Fault::RailBroken) {
            return answered(500, &json!({"type": "error", "code": "internal_server_error"}));
        }
        let (now_ms, at) = (self.now().0, self.age());
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut state = self.state();
        let (status, answer) = state.yookassa.ask(method, path, key, &body, now_ms);
        state.note(at, || format!("yookassa {method} {path}: {status}"));
        drop(state);
        self.has_news();
        answered(status, &answer)
    }

    fn at_stripe(
        &self,
        method: &str,
        path: (&str, &str),
        key: Option<&str>,
        body: &Bytes,
    ) -> http::Response<Body> {
        if self.strikes(Fault::RailBroken) {
            return answered(500, &json!({"error": {"type": "api_error"}}));
        }
        let (now_ms, at) = (self.now().0, self.age());
        let mut state = self.state();
        let (status, answer) = state.stripe.ask(method, path, key, body, now_ms);
        state.note(at, || format!("stripe {method} {}: {status}", path.0));
        drop(state);
        self.has_news();
        answered(status, &answer)
    }
}

const FATES: &[Fault] = &[
    Fault::RenderFails,
    Fault::RenderModerated,
    Fault::RenderSlow,
    Fault::RenderNever,
    Fault::RenderWithoutFile,
    Fault::RenderGarbled,
    Fault::FileIsAPage,
    Fault::FileGone,
    Fault::FileExpired,
    Fault::FileEmpty,
    Fault::FileCut,
    Fault::FileBig,
    Fault::FileHuge,
];

const REPORTS: &[Fault] = &[
    Fault::CallbackLost,
    Fault::CallbackDoubled,
    Fault::CallbackLate,
    Fault::CallbackEarly,
];

/// The outside of one thread.
#[derive(Debug)]
pub struct Streets(pub World);

impl Outside for Streets {
    fn carry(&self, request: Request) -> Carried {
        Box::pin(self.0.clone().carry(request))
    }
}

fn ways_of(host: &str) -> Ways {
    match host {
        TELEGRAM => Ways {
            unreachable: Fault::TelegramUnreachable,
            lost: Fault::TelegramLostAfter,
            silent: Fault::TelegramSilent,
        },
        kie::HOST => Ways {
            unreachable: Fault::ProviderUnreachable,
            lost: Fault::ProviderLostAfter,
            silent: Fault::ProviderSilent,
        },
        yookassa::HOST | stripe::HOST => Ways {
            unreachable: Fault::RailUnreachable,
            lost: Fault::RailLostAfter,
            silent: Fault::RailSilent,
        },
        other => panic!("nobody is at {other}"),
    }
}

async fn request_body(mut request: Request) -> Option<Bytes> {
    let Some(body) = request.body_mut().take() else {
        return Some(Bytes::new());
    };
    body.collect().await.ok().map(http_body_util::Collected::to_bytes)
}

fn lost(silence: Silence) -> Unanswered {
    Unanswered {
        silence,
        why: format!("{silence:?}, as the dice have it"),
    }
}

fn answered(status: u16, body: &Value) -> http::Response<Body> {
    http::Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string().into())
        .unwrap_or_default()
}

/// What a customer has photographed.
fn photo() -> http::Response<Body> {
    let jpeg = [&[0xff, 0xd8, 0xff, 0xe0][..], &[0; 2_000], &[0xff, 0xd9]].concat();
    http::Response::builder()
        .status(200)
        .header(CONTENT_TYPE, "image/jpeg")
        .body(jpeg.into())
        .unwrap_or_default()
}

fn page(status: u16) -> http::Response<Body> {
    http::Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "text/html")
        .body("<html><body><h1>nginx</h1></body></html>".into())
        .unwrap_or_default()
}

fn video((bytes, range): (Bytes, String)) -> http::Response<Body> {
    http::Response::builder()
        .status(206)
        .header(CONTENT_TYPE, "video/mp4")
        .header(CONTENT_RANGE, range)
        .body(bytes.into())
        .unwrap_or_default()
}

/// A request to the tables, for the history.
fn told(ask: &Ask) -> String {
    let write = |write: &table::Write| {
        format!(
            "{} in {} {}",
            write.label(),
            write.table(),
            key(write.addressed())
        )
    };
    match ask {
        Ask::Write(one) => write(one),
        Ask::Transact { writes, .. } => writes.iter().map(write).collect::<Vec<_>>().join(" + "),
        other => other.operation().to_owned(),
    }
}

/// What may be a key of an item, in the order of names.
fn key(item: &Item) -> String {
    let names = [
        "user_id", "job_id", "id", "pk", "sk", "entry", "window", "request",
    ];
    let parts = names.iter().filter_map(|name| match item.get(*name)? {
        table::AttributeValue::S(text) | table::AttributeValue::N(text) => Some(text.as_str()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

impl queue::played::Bell for World {
    fn ring(&self, body: String, delay_s: i32) -> queue::played::Rung {
        let world = self.clone();
        Box::pin(async move {
            world.may_die(Fault::KilledBefore).await;
            world.passes(world.strikes(Fault::RingSlow)).await;
            if world.strikes(Fault::RingRefused) {
                return Err(queue::Error::NotRung("SQS does not answer".into()));
            }
            world.rung(&body, delay_s);
            world.may_die(Fault::KilledAfter).await;
            if world.strikes(Fault::RingAnswerLost) {
                return Err(queue::Error::NotRung("the answer was lost".into()));
            }
            Ok(())
        })
    }
}

impl World {
    fn rung(&self, body: &str, delay_s: i32) {
        let late = if self.strikes(Fault::MessageLate) { 240 } else { 0 };
        let copies = if self.strikes(Fault::MessageLost) {
            0
        } else {
            1 + usize::from(self.strikes(Fault::MessageDoubled))
        };
        let at = self.age();
        let delay = std::time::Duration::from_secs(u64::try_from(delay_s).unwrap_or(0) + late);
        let mut state = self.state();
        state.note(at, || format!("rung in {delay_s} s, {copies} times: {body}"));
        for _ in 0..copies {
            state.bell.put(body.to_owned(), at + delay);
        }
        drop(state);
        self.has_news();
    }
}
