//! One order: what was asked for, how it will end, and what is seen of it at a given time.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::product::Product;
use crate::trouble::Trouble;
use crate::video::{ClipFile, Frame, Layout, Order, Size, clip, painted, seed_of};
use crate::{sound, still};

pub(crate) mod song;

/// The states of recordInfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Accepted.
    Waiting,
    /// In the queue.
    Queuing,
    /// Rendering.
    Generating,
    /// Done.
    Success,
    /// Over without a video. The word is `fail`, not `failed`.
    Fail,
}

impl State {
    /// As it is spelled on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Queuing => "queuing",
            Self::Generating => "generating",
            Self::Success => "success",
            Self::Fail => "fail",
        }
    }

    /// Whether it stays.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Success | Self::Fail)
    }
}

const MB: u64 = 1_000_000;
/// 25 MB: over Telegram's 20 MB for a URL.
const BIG: u64 = 25 * MB;
/// 7 MB: over Telegram's 5 MB for a photo's URL.
const BIG_PICTURE: u64 = 7 * MB;
/// 15 MB: over Telegram's 10 MB for a photo.
const VAST: u64 = 15 * MB;
/// 60 MB: over Telegram's 50 MB for an upload.
const HUGE: u64 = 60 * MB;
/// How often a callback is tried until it is answered with 2xx, and the pause before each repetition, in ms.
const CALLBACK_PAUSES_MS: [i64; 3] = [1_000, 5_000, 30_000];

/// What an order asks for, as far as rendering goes.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) prompt: String,
    pub(crate) seconds: u32,
    pub(crate) size: Size,
    /// The photo's picture; painted from the prompt where there is none.
    pub(crate) frame: Option<Arc<Frame>>,
}

/// An accepted order.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) product: Product,
    /// When it is next told that a part of a song is there, and how often it was.
    pub(crate) part_due_ms: Option<i64>,
    pub(crate) parts_sent: u32,
    pub(crate) model: String,
    pub(crate) input: Map<String, Value>,
    pub(crate) wish: Wish,
    pub(crate) callback_url: Option<String>,
    pub(crate) created_at_ms: i64,
    /// `None`: never.
    pub(crate) ends_at_ms: Option<i64>,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) failure: Option<(String, String)>,
    /// When the callback is sent next; `None` when it is not to be sent, or just being sent.
    pub(crate) callback_due_ms: Option<i64>,
    pub(crate) callbacks_sent: u32,
    pub(crate) callback_accepted: bool,
    pub(crate) lookups: u32,
    pub(crate) downloads: u32,
}

impl Task {
    pub(crate) fn has(&self, trouble: Trouble) -> bool {
        self.troubles.contains(&trouble)
    }

    /// The state at `now`: a twentieth of the time waiting, a tenth in the queue, the rest rendering.
    pub(crate) fn state(&self, now_ms: i64) -> State {
        let Some(ends_at_ms) = self.ends_at_ms else {
            return State::Generating;
        };
        if now_ms >= ends_at_ms {
            return if self.failure.is_some() {
                State::Fail
            } else {
                State::Success
            };
        }
        let (passed, whole) = (now_ms - self.created_at_ms, ends_at_ms - self.created_at_ms);
        match passed * 20 / whole.max(1) {
            ..1 => State::Waiting,
            1..3 => State::Queuing,
            _ => State::Generating,
        }
    }

    /// What the account pays: nothing for a failure.
    pub(crate) fn credits(&self) -> i64 {
        if self.failure.is_some() {
            0
        } else {
            self.product.credits(self.wish.seconds, &self.wish.prompt)
        }
    }

    /// Whether it has ended, or will end, in a video that can be delivered.
    pub(crate) fn is_good(&self) -> bool {
        let spoiled = [
            Trouble::NoFile,
            Trouble::NoResult,
            Trouble::BrokenResult,
            Trouble::Html,
            Trouble::Gone,
            Trouble::Empty,
            Trouble::Short,
            Trouble::Truncated,
            Trouble::Never,
        ];
        self.failure.is_none() && !spoiled.iter().any(|trouble| self.has(*trouble))
    }

    /// Notes the outcome of one sending of the callback.
    pub(crate) fn callback_answered(&mut self, accepted: bool, now_ms: i64) {
        self.callback_accepted |= accepted;
        let pause = usize::try_from(self.callbacks_sent)
            .ok()
            .and_then(|sent| CALLBACK_PAUSES_MS.get(sent));
        self.callbacks_sent += 1;
        self.callback_due_ms = pause
            .filter(|_| !self.callback_accepted)
            .map(|pause| now_ms + pause);
    }

    /// How many files it has.
    pub(crate) fn files(&self) -> u32 {
        let two = self.has(Trouble::TwoFiles) || self.product == Product::Song;
        if two { 2 } else { 1 }
    }

    /// The `data` of recordInfo and of the callback; of a song, of its own book.
    pub(crate) fn record(&self, base_url: &str, now_ms: i64) -> Value {
        if self.product == Product::Song {
            return song::record(self, base_url, now_ms);
        }
        let state = self.state(now_ms);
        let ended = self.ends_at_ms.filter(|_| state.is_final());
        let failure = self
            .failure
            .clone()
            .filter(|_| state == State::Fail)
            .unwrap_or_default();
        json!({
            "taskId": self.id,
            "model": self.model,
            "state": state.as_str(),
            "param": self.param(),
            "resultJson": if state == State::Success { self.result_json(base_url) } else { String::new() },
            "failCode": failure.0,
            "failMsg": failure.1,
            "costTime": ended.map(|at| at - self.created_at_ms),
            "completeTime": ended,
            "createTime": self.created_at_ms,
            "updateTime": ended.unwrap_or(now_ms),
            "creditsConsumed": ended.map(|_| self.credits()),
        })
    }

    /// The order as it came, callback address included: JSON inside a string.
    fn param(&self) -> String {
        let mut order = json!({"model": self.model, "input": self.input});
        if let Some(url) = &self.callback_url {
            order["callBackUrl"] = json!(url);
        }
        order.to_string()
    }

    fn result_json(&self, base_url: &str) -> String {
        let url = |n: u32| self.url(base_url, n);
        let urls = match self.troubles.iter().find(|trouble| shapes_result(**trouble)) {
            Some(Trouble::NoResult) => return String::new(),
            Some(Trouble::BrokenResult) => return "{\"resultUrls\":[\"http".to_owned(),
            Some(Trouble::NoFile) => Vec::new(),
            Some(Trouble::TwoFiles) => vec![url(1), url(2)],
            _ => vec![url(1)],
        };
        json!({ "resultUrls": urls }).to_string()
    }

    pub(crate) fn url(&self, base_url: &str, n: u32) -> String {
        format!("{base_url}/files/{}/{n}.{}", self.id, self.product.ending())
    }

    /// Makes the file.
    pub(crate) fn render(&self) -> ClipFile {
        let file = match self.product {
            Product::Video => self.clip(),
            Product::Picture => self.picture(),
            Product::Speech | Product::Song => self.sound(),
        };
        if self.has(Trouble::Truncated) {
            half(&file)
        } else {
            file
        }
    }

    fn picture(&self) -> ClipFile {
        let wish = &self.wish;
        match &wish.frame {
            Some(frame) => still::jpeg(frame, true, self.at_least()),
            None => still::jpeg(&painted(&wish.prompt, wish.size), false, self.at_least()),
        }
    }

    fn sound(&self) -> ClipFile {
        let (seed, seconds) = (seed_of(&self.wish.prompt), self.wish.seconds);
        let piece = sound::piece(seed, seconds, self.product == Product::Speech);
        let zeros = self.at_least().saturating_sub(piece.len());
        ClipFile { zeros, ..piece }
    }

    fn clip(&self) -> ClipFile {
        let layout = if self.has(Trouble::IndexLast) {
            Layout::IndexLast
        } else {
            Layout::IndexFirst
        };
        let wish = &self.wish;
        let order = Order {
            prompt: &wish.prompt,
            seconds: if self.has(Trouble::Short) { 1 } else { wish.seconds },
            layout,
            at_least: self.at_least(),
        };
        match &wish.frame {
            Some(frame) => clip(frame, order),
            None => clip(&painted(&wish.prompt, wish.size), order),
        }
    }

    fn at_least(&self) -> u64 {
        let big = if self.product == Product::Picture {
            BIG_PICTURE
        } else {
            BIG
        };
        let sizes = [(Trouble::Huge, HUGE), (Trouble::Vast, VAST), (Trouble::Big, big)];
        sizes
            .into_iter()
            .find(|(trouble, _)| self.has(*trouble))
            .map_or(0, |(_, bytes)| bytes)
    }
}

fn half(file: &ClipFile) -> ClipFile {
    let mut bytes = file.to_vec();
    bytes.truncate(bytes.len() / 2);
    ClipFile::plain(bytes)
}

fn shapes_result(trouble: Trouble) -> bool {
    matches!(
        trouble,
        Trouble::NoResult | Trouble::BrokenResult | Trouble::NoFile | Trouble::TwoFiles
    )
}

/// What an audit may know about a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskView {
    /// Its id.
    pub id: String,
    /// The model asked for.
    pub model: String,
    /// The prompt asked for.
    pub prompt: String,
    /// Where its end is reported.
    pub callback_url: Option<String>,
    /// Its state now.
    pub state: State,
    /// When it was accepted, in ms since 1970.
    pub created_at_ms: i64,
    /// When it ended, in ms since 1970.
    pub finished_at_ms: Option<i64>,
    /// What its record says that it took of the account; of a song, which has another record, and before its end nothing.
    pub billed: Option<u64>,
    /// What comes out of it.
    pub product: Product,
    /// The file's length in seconds; 0 for a picture.
    pub seconds: u32,
    /// The clip's visible size.
    pub size: Size,
    /// Whether it was made from a photo.
    pub from_photo: bool,
    /// The quality asked for, as its model calls it: `pro`, `720p`.
    pub quality: Option<String>,
    /// Whether it has ended, or will end, in a file that can be delivered.
    pub good: bool,
    /// What was made to go wrong with it.
    pub troubles: Vec<Trouble>,
    /// How often it was looked up.
    pub lookups: u32,
    /// How often its file was read (GET; each range counts).
    pub downloads: u32,
    /// How often its end was reported.
    pub callbacks_sent: u32,
    /// Whether a report was answered with 2xx.
    pub callback_accepted: bool,
}

impl TaskView {
    /// A parameter of the callback URL's query, such as the caller's own job id.
    pub fn callback_parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.callback_url.as_deref()?.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Whether it renders still, or has ended in a video that can be delivered.
    pub fn is_live_or_good(&self) -> bool {
        self.good || !self.state.is_final()
    }

    pub(crate) fn of(task: &Task, now_ms: i64) -> Self {
        let state = task.state(now_ms);
        Self {
            id: task.id.clone(),
            model: task.model.clone(),
            prompt: task.wish.prompt.clone(),
            callback_url: task.callback_url.clone(),
            state,
            created_at_ms: task.created_at_ms,
            finished_at_ms: task.ends_at_ms.filter(|_| state.is_final()),
            billed: (state == State::Success && task.product != Product::Song)
                .then(|| u64::try_from(task.credits()).unwrap_or_default()),
            product: task.product,
            seconds: task.wish.seconds,
            size: task.wish.size,
            from_photo: task.wish.frame.is_some(),
            quality: ["mode", "resolution"]
                .iter()
                .find_map(|name| task.input.get(*name)?.as_str().map(str::to_owned)),
            good: task.is_good(),
            troubles: task.troubles.clone(),
            lookups: task.lookups,
            downloads: task.downloads,
            callbacks_sent: task.callbacks_sent,
            callback_accepted: task.callback_accepted,
        }
    }
}
