//! Messages, and who and where they come from.

use serde::Deserialize;

use super::{Document, PhotoSize, Video, Voice};

/// Where a message stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Chat {
    /// Positive for a private chat, where it equals the user's id.
    pub id: i64,
    /// `private`, `group`, `supergroup` or `channel`.
    #[serde(rename = "type")]
    pub kind: String,
}

impl Chat {
    /// Whether this is one person talking to the bot.
    pub fn is_private(&self) -> bool {
        self.kind == "private"
    }
}

/// A person or a bot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct User {
    /// At most 52 bits.
    pub id: i64,
    /// Bots do not write to bots; such a message is to be ignored.
    pub is_bot: bool,
    /// User text: escape it before it goes into a message.
    pub first_name: String,
    /// An IETF tag such as `ru` or `pt-br`; absent for some clients.
    pub language_code: Option<String>,
}

/// A message, received, sent or edited. Absent numbers are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Message {
    /// 0 means that the message cannot be named.
    pub message_id: i64,
    /// Unix seconds; 0 for a message that is no longer accessible.
    pub date: i64,
    /// Where it stands.
    pub chat: Chat,
    /// Who wrote it; absent in channels.
    pub from: Option<User>,
    /// Text of a text message.
    pub text: Option<String>,
    /// Text under a photo, video or document.
    pub caption: Option<String>,
    /// Sizes of one photo, from the smallest to the largest.
    pub photo: Vec<PhotoSize>,
    /// A video.
    pub video: Option<Video>,
    /// Any other file, among them pictures sent "as a file".
    pub document: Option<Document>,
    /// A voice message.
    pub voice: Option<Voice>,
    /// The same for every message of an album.
    pub media_group_id: Option<String>,
    /// Service message: the group is now this supergroup.
    pub migrate_to_chat_id: Option<i64>,
}

impl Message {
    /// Whether the message can still be read and edited.
    pub fn is_accessible(&self) -> bool {
        self.date != 0
    }

    /// The photo in its largest size.
    pub fn largest_photo(&self) -> Option<&PhotoSize> {
        self.photo
            .iter()
            .max_by_key(|size| u64::from(size.width) * u64::from(size.height))
    }
}
