//! KIE.AI, as far as a simulation needs it: tasks, their ends, their files, and the reports of their ends.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::faults::Fault;

/// Where it is.
pub const HOST: &str = "http://kie.sim";
/// What an order is called by whoever makes reports up.
pub const FORGED: &str = "forged";
/// How long a render takes.
const RENDER_MS: i64 = 60_000;
/// A slow one.
const SLOW_MS: i64 = 900_000;
/// How long the link of a fresh address holds.
const LINK_MS: i64 = 20 * 60_000;

/// One order.
#[derive(Clone, Debug)]
pub struct Task {
    pub id: String,
    pub callback_url: String,
    pub created_ms: i64,
    pub ends_ms: Option<i64>,
    /// What becomes of it; nothing where it goes well.
    pub fate: Option<Fault>,
    /// When the report of its end is due.
    pub report_ms: Option<i64>,
    pub reports: u32,
}

/// The account.
#[derive(Clone, Debug, Default)]
pub struct Kie {
    pub tasks: BTreeMap<String, Task>,
    /// Reports that somebody else has made up, who knows all of the address but what signs it: each with where it goes.
    pub forged: Vec<(String, Value)>,
    next: u64,
}

impl Task {
    /// Whether it renders still, or has ended in a video that can be delivered.
    pub fn is_live_or_good(&self) -> bool {
        !matches!(
            self.fate,
            Some(
                Fault::RenderFails
                    | Fault::RenderModerated
                    | Fault::RenderWithoutFile
                    | Fault::RenderGarbled
                    | Fault::FileIsAPage
                    | Fault::FileGone
                    | Fault::FileEmpty
                    | Fault::FileCut
            )
        )
    }

    /// The order that it was made for, as its callback's address says.
    pub fn order(&self) -> Option<String> {
        crate::sound::parameter(&self.callback_url, "job")
    }

    fn has_ended(&self, now_ms: i64) -> bool {
        self.ends_ms.is_some_and(|ends| ends <= now_ms)
    }

    fn has_failed(&self) -> bool {
        matches!(self.fate, Some(Fault::RenderFails | Fault::RenderModerated))
    }

    fn record(&self, now_ms: i64) -> Value {
        let ended = self.has_ended(now_ms);
        let state = match (ended, self.has_failed()) {
            (false, _) => "generating",
            (true, true) => "fail",
            (true, false) => "success",
        };
        let failure = match self.fate {
            Some(Fault::RenderModerated) => ("400", "Your prompt was flagged as violating content policies."),
            Some(Fault::RenderFails) => ("500", "Internal Error, Please try again later."),
            _ => ("", ""),
        };
        let result = match self.fate {
            _ if state != "success" => String::new(),
            Some(Fault::RenderWithoutFile) => json!({"resultUrls": []}).to_string(),
            Some(Fault::RenderGarbled) => "{\"resultUrls\":[\"http".to_owned(),
            _ => json!({"resultUrls": [format!("{HOST}/files/{}/0.mp4", self.id)]}).to_string(),
        };
        json!({
            "taskId": self.id, "model": "sim", "state": state, "param": "{}", "resultJson": result,
            "failCode": if ended { failure.0 } else { "" }, "failMsg": if ended { failure.1 } else { "" },
            "createTime": self.created_ms, "completeTime": self.ends_ms.filter(|_| ended),
            "creditsConsumed": if ended && !self.has_failed() { json!(20) } else { Value::Null },
        })
    }

    /// The report of its end.
    pub fn report(&self, now_ms: i64) -> Value {
        let code = if self.has_failed() { 501 } else { 200 };
        json!({"code": code, "msg": "", "data": self.record(now_ms)})
    }
}

/// A file as its host gives it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// A video with so many bytes.
    Video(u64),
    /// A web page.
    Page,
    /// Nothing.
    Empty,
    /// A video that breaks off.
    Cut,
    /// HTTP 404.
    Gone,
    /// HTTP 403.
    Expired,
}

impl Kie {
    /// Takes an order on.
    pub fn create(
        &mut self,
        body: &Value,
        fate: Option<Fault>,
        report: Option<Fault>,
        now_ms: i64,
    ) -> String {
        self.next += 1;
        let id = format!("task{}", self.next);
        let ends_ms = match fate {
            Some(Fault::RenderNever) => None,
            Some(Fault::RenderSlow) => Some(now_ms + SLOW_MS),
            _ if report == Some(Fault::CallbackEarly) => Some(now_ms),
            _ => Some(now_ms + RENDER_MS),
        };
        let report_ms = ends_ms.filter(|_| report != Some(Fault::CallbackLost));
        let late = if report == Some(Fault::CallbackLate) {
            600_000
        } else {
            0
        };
        let task = Task {
            id: id.clone(),
            callback_url: body["callBackUrl"].as_str().unwrap_or_default().to_owned(),
            created_ms: now_ms,
            ends_ms,
            fate,
            report_ms: report_ms.map(|at| at + late),
            reports: if report == Some(Fault::CallbackDoubled) {
                2
            } else {
                1
            },
        };
        self.tasks.insert(id.clone(), task);
        id
    }

    /// Somebody else says that the newest order goes by a name of theirs.
    pub fn forge(&mut self, id: &str, is_signed: bool, now_ms: i64) {
        let Some(task) = self.tasks.get(id) else { return };
        let signed = task.callback_url.split_once("mac=");
        let Some((address, mac)) = signed else { return };
        let other = if mac.starts_with('0') { '1' } else { '0' };
        let rest = mac.get(1..).unwrap_or_default();
        let mut body = task.report(now_ms);
        body["data"]["taskId"] = json!(FORGED);
        let made_up = format!("{address}mac={other}{rest}");
        let url = if is_signed {
            task.callback_url.clone()
        } else {
            made_up
        };
        self.forged.push((url, body));
    }

    /// `recordInfo`.
    pub fn record(&self, id: &str, now_ms: i64) -> Value {
        match self.tasks.get(id) {
            Some(task) => json!({"code": 200, "msg": "success", "data": task.record(now_ms)}),
            None => json!({"code": 422, "msg": "recordInfo is null", "data": null}),
        }
    }

    /// A fresh address of a file.
    pub fn link(&self, url: &str, now_ms: i64) -> Value {
        let id = url
            .strip_prefix(HOST)
            .and_then(|path| path.split('/').nth(2))
            .unwrap_or_default();
        let is_there = self
            .tasks
            .get(id)
            .is_some_and(|task| task.fate != Some(Fault::FileGone));
        if is_there {
            json!({"code": 200, "msg": "success", "data": format!("{HOST}/temp/{id}/{}.mp4", now_ms + LINK_MS)})
        } else {
            json!({"code": 422, "msg": "The file does not exist or was not generated by this account", "data": null})
        }
    }

    /// The file at a path: `/files/<task>/0.mp4`, `/temp/<task>/<until>.mp4`.
    pub fn file(&self, path: &str, now_ms: i64) -> (Option<&Task>, File) {
        let mut parts = path.trim_start_matches('/').split('/');
        let (kind, id, name) = (parts.next(), parts.next().unwrap_or_default(), parts.next());
        let Some(task) = self.tasks.get(id).filter(|task| task.has_ended(now_ms)) else {
            return (None, File::Gone);
        };
        let until = name.and_then(|name| name.strip_suffix(".mp4")?.parse::<i64>().ok());
        let file = match (task.fate, kind) {
            (Some(Fault::FileGone), _) => File::Gone,
            (Some(Fault::FileExpired), Some("files")) => File::Expired,
            (_, Some("temp")) if until.is_none_or(|until| until < now_ms) => File::Expired,
            (Some(Fault::FileIsAPage), _) => File::Page,
            (Some(Fault::FileEmpty), _) => File::Empty,
            (Some(Fault::FileCut), _) => File::Cut,
            (Some(Fault::FileBig), _) => File::Video(25 << 20),
            (Some(Fault::FileHuge), _) => File::Video(60 << 20),
            _ => File::Video(0),
        };
        (Some(task), file)
    }
}
