//! One order: what was asked for, how it will end, and what is seen of it at a given time.

use bytes::Bytes;
use played_kie::video::{ClipFile, Layout, Order, Photo, Size, clip, painted};

/// What a file has that is too large, in bytes.
const HUGE: u64 = 60_000_000;

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// An order is turned away: too many. Nothing was accepted.
    Busy,
    /// An order is turned away: the account is empty.
    Unpaid,
    /// An order is turned away: there is no such model any more.
    Retired,
    /// An order is turned away: such a thing is not rendered.
    Refused,
    /// An order is turned away by a gateway, HTTP 503: nothing was accepted.
    Unavailable,
    /// An order is cut off before anything was accepted.
    Cut,
    /// An order is accepted, and a gateway answers HTTP 502, having lost its server's answer.
    BadGateway,
    /// An order is accepted, and cut off before the answer.
    Lost,
    /// An order is turned away: what opened the account until now does not any more. Nothing was accepted.
    SignedOut,
    /// The render fails.
    Failed,
    /// The render is refused by moderation after it was accepted.
    Moderated,
    /// Success without a file.
    NoFile,
    /// The render never ends.
    Never,
    /// No callback.
    NoCallback,
    /// The first address of the result answers 403; the next look-up names another.
    Expired,
    /// Every address of the result answers 403: whoever has ordered it may not read it any more.
    Withheld,
    /// The result's address answers 404.
    Gone,
    /// The file has 60 MB: more than a bot may upload.
    Huge,
    /// A look-up answers HTTP 500 with a page.
    LookUpDown,
    /// A look-up is turned away: too many.
    LookUpBusy,
}

impl Trouble {
    /// Whether it befalls a question and not an order.
    pub(crate) fn is_of_look_up(self) -> bool {
        matches!(self, Self::LookUpDown | Self::LookUpBusy)
    }
}

/// What an order asks for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The model.
    pub model: String,
    /// The words.
    pub prompt: String,
    /// The length in seconds.
    pub seconds: u32,
    /// The shape, as `16:9`.
    pub aspect: Option<String>,
    /// The photo it begins with.
    pub photo: Option<Bytes>,
    /// Where its end is reported.
    pub callback_url: Option<String>,
    /// The caller's own name of it.
    pub own_name: Option<String>,
}

/// How an order has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a file.
    Video,
    /// With success and no file.
    Nothing,
    /// Not at all well.
    Failed,
    /// Refused by moderation.
    Moderated,
}

/// An accepted order.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// What was asked for.
    pub wish: Wish,
    /// When it was accepted, in ms since 1970.
    pub created_at_ms: i64,
    /// When it ends; `None`: never.
    pub ends_at_ms: Option<i64>,
    /// What was made to go wrong with it.
    pub troubles: Vec<Trouble>,
    /// How often its end was told to somebody who asked.
    pub told: u32,
    /// Whether its end is still to be reported.
    pub(crate) to_report: bool,
}

impl Task {
    /// Whether this was made to go wrong with it.
    pub fn has(&self, trouble: Trouble) -> bool {
        self.troubles.contains(&trouble)
    }

    /// How it has ended by now; `None` while it renders.
    pub fn ending(&self, now_ms: i64) -> Option<Ending> {
        self.ends_at_ms.filter(|at| now_ms >= *at)?;
        Some(if self.has(Trouble::Failed) {
            Ending::Failed
        } else if self.has(Trouble::Moderated) {
            Ending::Moderated
        } else if self.has(Trouble::NoFile) {
            Ending::Nothing
        } else {
            Ending::Video
        })
    }

    /// Whether it renders still, or has ended in a video that can be delivered.
    pub fn is_live_or_good(&self, now_ms: i64) -> bool {
        let good = self.ending(now_ms) == Some(Ending::Video) && !self.has(Trouble::Gone);
        good || (self.ending(now_ms).is_none() && !self.has(Trouble::Never))
    }

    /// The address of its file, as it is told this time.
    pub fn url(&self, base_url: &str) -> String {
        format!("{base_url}/files/{}/{}.mp4", self.id, self.serial())
    }

    /// The how manieth address it is that is told now: another one each time where the first has run out.
    pub(crate) fn serial(&self) -> u32 {
        if self.has(Trouble::Expired) {
            self.told.max(1)
        } else {
            1
        }
    }

    /// Makes the file.
    pub(crate) fn render(&self) -> ClipFile {
        let order = Order {
            prompt: &self.wish.prompt,
            seconds: self.wish.seconds,
            layout: Layout::IndexFirst,
            at_least: if self.has(Trouble::Huge) { HUGE } else { 0 },
        };
        let photo = self
            .wish
            .photo
            .as_ref()
            .and_then(|bytes| Photo::decode(bytes).ok());
        match photo {
            Some(photo) => clip(&photo.frame(photo.clip_size()), order),
            None => clip(&painted(&self.wish.prompt, self.size()), order),
        }
    }

    fn size(&self) -> Size {
        let (width, height) = match self.wish.aspect.as_deref() {
            Some("9:16") => (360, 640),
            Some("1:1") => (480, 480),
            _ => (640, 360),
        };
        Size { width, height }
    }
}

/// Whether these bytes are a picture that can be rendered from.
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    Photo::decode(bytes).is_ok()
}
