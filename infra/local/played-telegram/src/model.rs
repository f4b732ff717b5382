//! What a chat consists of, as the user side sees it.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::html::Entity;
use crate::stars::Invoice;

/// A person with a Telegram client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Telegram's id, which is also the id of the private chat.
    pub id: i64,
    /// The name shown.
    pub first_name: String,
    /// The client's language, an IETF tag; some clients send none.
    pub language_code: Option<String>,
    /// The user has blocked the bot.
    pub blocked: bool,
    /// The user has written to the bot before, so the bot may write to the user.
    pub started: bool,
    /// The account is deleted.
    pub deactivated: bool,
}

/// A message, with everything it has shown so far.
#[derive(Debug, Clone)]
pub struct ChatMessage {
    /// Its number in the chat.
    pub message_id: i64,
    /// The chat it stands in.
    pub chat_id: i64,
    /// Sent by the bot, not by the user.
    pub from_bot: bool,
    /// When it was sent, ms since the epoch.
    pub at_ms: i64,
    /// When it was edited last, ms since the epoch.
    pub edited_ms: Option<i64>,
    /// No longer in the chat.
    pub deleted: bool,
    /// What it shows now.
    pub now: Shown,
    /// What it showed before, oldest first: one entry per edit.
    pub history: Vec<Shown>,
}

/// The content of a message at one time.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Since when, ms since the epoch.
    pub since_ms: i64,
    /// Text or caption, its markup taken out.
    pub text: String,
    /// Text or caption as it was sent, markup included.
    pub raw: String,
    /// The formatting of `text`.
    pub entities: Vec<Entity>,
    /// The photo or other file.
    pub media: Option<Media>,
    /// The invoice.
    pub invoice: Option<Invoice>,
    /// Of an invoice: the charge that has paid it here.
    pub receipt: Option<String>,
    /// What a service message tells.
    pub service: Option<Service>,
    /// The inline buttons, row by row.
    pub buttons: Vec<Vec<Button>>,
    /// The reply markup as it was sent.
    pub(crate) markup: Option<Value>,
}

/// What a service message tells, as the bot reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// `successful_payment`.
    Paid(Value),
    /// `refunded_payment`.
    Refunded(Value),
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// The label.
    pub text: String,
    /// What is sent to the bot when it is pressed.
    pub callback_data: Option<String>,
    /// The page it opens instead.
    pub url: Option<String>,
    /// It pays the invoice that it stands below.
    pub pay: bool,
}

/// Photo, video, music or a file as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// A photo, kept in several sizes.
    Photo,
    /// An MP4 video.
    Video,
    /// Sound, MP3 or M4A.
    Audio,
    /// Anything, as it was sent.
    Document,
}

/// A photo (all its sizes, smallest first) or another file (one).
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// Which of them.
    pub kind: MediaKind,
    pub(crate) files: Vec<Arc<StoredFile>>,
}

/// A file that Telegram keeps.
#[derive(Debug, PartialEq)]
pub struct StoredFile {
    /// What the bot sends it again by.
    pub file_id: String,
    /// The same for the same file under every `file_id`.
    pub unique_id: String,
    /// The file.
    pub bytes: Bytes,
    /// `image/jpeg`, `video/mp4`.
    pub mime: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Whole seconds; 0 for a photo.
    pub duration_s: u32,
    /// Where `getFile` says it can be downloaded.
    pub path: String,
    /// How it got here.
    pub source: Source,
}

/// How a file got to Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A user sent it.
    User,
    /// The bot uploaded it.
    Upload,
    /// Telegram fetched it from this URL.
    Url(String),
}

impl Media {
    /// The file itself; of a photo the largest size.
    pub fn file(&self) -> Option<&Arc<StoredFile>> {
        self.files.last()
    }

    /// Every size, smallest first.
    pub fn sizes(&self) -> &[Arc<StoredFile>] {
        &self.files
    }

    pub(crate) fn same_as(&self, other: &Self) -> bool {
        let unique = |media: &Self| media.file().map(|file| file.unique_id.clone());
        self.kind == other.kind && unique(self) == unique(other)
    }
}

impl Shown {
    /// True if an edit to `other` would change nothing.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        let media = match (&self.media, &other.media) {
            (Some(one), Some(two)) => one.same_as(two),
            (None, None) => true,
            _ => false,
        };
        media && self.text == other.text && self.entities == other.entities && self.markup == other.markup
    }

    /// True if there is no text that an edit could change.
    pub(crate) fn has_no_text(&self) -> bool {
        self.media.is_some() || self.invoice.is_some() || self.service.is_some()
    }

    /// The video it shows.
    pub fn video(&self) -> Option<&Arc<StoredFile>> {
        self.media
            .as_ref()
            .filter(|media| media.kind == MediaKind::Video)?
            .file()
    }

    /// The photo it shows, in its largest size.
    pub fn photo(&self) -> Option<&Arc<StoredFile>> {
        self.media
            .as_ref()
            .filter(|media| media.kind == MediaKind::Photo)?
            .file()
    }

    /// The music it plays.
    pub fn audio(&self) -> Option<&Arc<StoredFile>> {
        self.media
            .as_ref()
            .filter(|media| media.kind == MediaKind::Audio)?
            .file()
    }

    /// The file it gives as it is.
    pub fn document(&self) -> Option<&Arc<StoredFile>> {
        self.media
            .as_ref()
            .filter(|media| media.kind == MediaKind::Document)?
            .file()
    }

    /// The first button whose data begins so.
    pub fn button(&self, data_prefix: &str) -> Option<&str> {
        let mut data = self
            .buttons
            .iter()
            .flatten()
            .filter_map(|button| button.callback_data.as_deref());
        data.find(|data| data.starts_with(data_prefix))
    }
}

impl ChatMessage {
    /// Text or caption shown now, its markup taken out.
    pub fn text(&self) -> &str {
        &self.now.text
    }

    /// The video shown now.
    pub fn video(&self) -> Option<&Arc<StoredFile>> {
        self.now.video()
    }

    /// The first button, shown now, whose data begins so.
    pub fn button(&self, data_prefix: &str) -> Option<&str> {
        self.now.button(data_prefix)
    }

    /// How often it was edited.
    pub fn edits(&self) -> usize {
        self.history.len()
    }

    /// Everything it has ever shown, oldest first.
    pub fn ever_shown(&self) -> impl Iterator<Item = &Shown> {
        self.history.iter().chain([&self.now])
    }
}
