//! Messages, and who and where they come from.

use serde::Deserialize;

use super::{Audio, Document, PhotoSize, Present, RefundedPayment, SuccessfulPayment, Video, Voice};

/// Where a message stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Chat {
    /// Positive for a private chat, where it equals the user's id.
    pub id: i64,
    /// `private`, `group`, `supergroup` or `channel`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A channel's direct messages, which look like a supergroup.
    pub is_direct_messages: bool,
}

impl Chat {
    /// Whether this is one person talking to the bot.
    pub fn is_private(&self) -> bool {
        self.kind == "private"
    }

    /// Whether several people talk to each other here: no channel, nor the messages that somebody writes to one.
    pub fn is_group(&self) -> bool {
        matches!(self.kind.as_str(), "group" | "supergroup") && !self.is_direct_messages
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
    /// In the name of which chat it was written, if not in that of `from`: a channel's, or an anonymous administrator's.
    pub sender_chat: Option<Present>,
    /// It was forwarded: somebody else has written it, or somewhere else.
    pub forward_origin: Option<Present>,
    /// A bot has written it for `from`.
    pub via_bot: Option<Present>,
    /// Text of a text message.
    pub text: Option<String>,
    /// Text under a photo, video or document.
    pub caption: Option<String>,
    /// The message that this one answers.
    pub reply_to_message: Option<Box<Message>>,
    /// Sizes of one photo, from the smallest to the largest.
    pub photo: Vec<PhotoSize>,
    /// A video.
    pub video: Option<Video>,
    /// Any other file, among them pictures sent "as a file".
    pub document: Option<Document>,
    /// Music.
    pub audio: Option<Audio>,
    /// A voice message.
    pub voice: Option<Voice>,
    /// The same for every message of an album.
    pub media_group_id: Option<String>,
    /// Service message: the group is now this supergroup.
    pub migrate_to_chat_id: Option<i64>,
    /// Service message: `from` has paid.
    pub successful_payment: Option<SuccessfulPayment>,
    /// Service message: the chat's user got a payment back.
    pub refunded_payment: Option<RefundedPayment>,
    /// A sticker was sent; so with all that follows.
    pub sticker: Option<Present>,
    /// A moving picture.
    pub animation: Option<Present>,
    /// A round video.
    pub video_note: Option<Present>,
    /// A telephone number.
    pub contact: Option<Present>,
    /// A die with a face of Telegram's choice.
    pub dice: Option<Present>,
    /// A game.
    pub game: Option<Present>,
    /// A poll.
    pub poll: Option<Present>,
    /// A place on the map.
    pub location: Option<Present>,
    /// A forwarded story.
    pub story: Option<Present>,
    /// A list of things to do.
    pub checklist: Option<Present>,
    /// Photos and videos that cost Stars.
    pub paid_media: Option<Present>,
}

impl Message {
    /// Whether the message can still be read and edited.
    pub fn is_accessible(&self) -> bool {
        self.date != 0
    }

    /// Whether it tells of a payment, or of one that went back.
    pub fn is_about_money(&self) -> bool {
        self.successful_payment.is_some() || self.refunded_payment.is_some()
    }

    /// Whether somebody sent something to be read or seen. What has none of it tells of an event: a pinned message, a
    /// changed timer, a payment.
    pub fn has_content(&self) -> bool {
        let others = [
            &self.sticker,
            &self.animation,
            &self.video_note,
            &self.contact,
            &self.dice,
            &self.game,
            &self.poll,
            &self.location,
            &self.story,
            &self.checklist,
            &self.paid_media,
        ];
        let media =
            self.video.is_some() || self.document.is_some() || self.voice.is_some() || self.audio.is_some();
        let words = self.text.is_some() || self.caption.is_some();
        words || media || !self.photo.is_empty() || others.into_iter().any(Option::is_some)
    }

    /// The photo in its largest size.
    pub fn largest_photo(&self) -> Option<&PhotoSize> {
        self.photo
            .iter()
            .max_by_key(|size| u64::from(size.width) * u64::from(size.height))
    }
}
