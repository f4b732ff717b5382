//! Changing a message that stands. All of these may be repeated: a second time answers "not modified".

use serde::Serialize;

use super::{InlineKeyboardMarkup, InputFile, InputMedia, LinkPreviewOptions, Method, ParseMode};
use crate::types::Message;

/// Changes a text message. Without `reply_markup` the buttons go away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditMessageText {
    /// Where.
    pub chat_id: i64,
    /// Which.
    pub message_id: i64,
    /// 1 to 4096 characters after the markup is taken out.
    pub text: String,
    /// How the text is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
    /// Whether links show a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_preview_options: Option<LinkPreviewOptions>,
    /// Buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

impl EditMessageText {
    /// A text of HTML without link previews and without buttons.
    pub fn html(chat_id: i64, message_id: i64, text: impl Into<String>) -> Self {
        Self {
            chat_id,
            message_id,
            text: text.into(),
            parse_mode: Some(ParseMode::Html),
            link_preview_options: Some(LinkPreviewOptions::DISABLED),
            reply_markup: None,
        }
    }
}

impl Method for EditMessageText {
    const NAME: &'static str = "editMessageText";
    type Answer = Message;
}

/// Changes the caption of a photo, a video, sound or a file. On a text message it fails with `NoCaption`, which makes it the probe
/// for whether an edit into one of them went through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditMessageCaption {
    /// Where.
    pub chat_id: i64,
    /// Which.
    pub message_id: i64,
    /// At most 1024 characters after the markup is taken out; absent takes the caption away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How the caption is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
    /// Buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

impl EditMessageCaption {
    /// A caption of HTML without buttons.
    pub fn html(chat_id: i64, message_id: i64, caption: impl Into<String>) -> Self {
        let caption = Some(caption.into());
        Self {
            chat_id,
            message_id,
            caption,
            parse_mode: Some(ParseMode::Html),
            reply_markup: None,
        }
    }
}

impl Method for EditMessageCaption {
    const NAME: &'static str = "editMessageCaption";
    type Answer = Message;
}

/// Changes only the buttons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditMessageReplyMarkup {
    /// Where.
    pub chat_id: i64,
    /// Which.
    pub message_id: i64,
    /// Buttons; absent takes them away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

impl Method for EditMessageReplyMarkup {
    const NAME: &'static str = "editMessageReplyMarkup";
    type Answer = Message;
}

/// Changes a message, a text too, into a video, a photo, sound or a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditMessageMedia {
    /// Where.
    pub chat_id: i64,
    /// Which.
    pub message_id: i64,
    /// What it becomes.
    pub media: InputMedia,
    /// Buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

impl EditMessageMedia {
    /// An edit without buttons.
    pub fn new(chat_id: i64, message_id: i64, media: impl Into<InputMedia>) -> Self {
        Self {
            chat_id,
            message_id,
            media: media.into(),
            reply_markup: None,
        }
    }
}

impl Method for EditMessageMedia {
    const NAME: &'static str = "editMessageMedia";
    type Answer = Message;
}

/// A video as the new content of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "video")]
pub struct InputMediaVideo {
    /// The file.
    pub media: InputFile,
    /// At most 1024 characters after the markup is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How the caption is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The index stands at the head of the file, so it may play while it loads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports_streaming: Option<bool>,
}

impl InputMediaVideo {
    /// A video without a caption.
    pub fn new(media: InputFile) -> Self {
        Self {
            media,
            caption: None,
            parse_mode: None,
            width: None,
            height: None,
            duration: None,
            supports_streaming: Some(true),
        }
    }
}
