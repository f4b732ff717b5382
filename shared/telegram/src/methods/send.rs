//! Sending something new, and the small calls around it.

use serde::Serialize;

use super::{InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Method, ParseMode};
use crate::types::{File, Message};

/// Writes a message. Repeating it writes a second one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SendMessage {
    /// Where.
    pub chat_id: i64,
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
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_parameters: Option<ReplyParameters>,
}

/// The message that another one answers; in a forum the answer stands in its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReplyParameters {
    /// Which.
    pub message_id: i64,
    /// Whether the answer is sent if that is gone.
    pub allow_sending_without_reply: bool,
}

impl SendMessage {
    /// A message of HTML without link previews.
    pub fn html(chat_id: i64, text: impl Into<String>) -> Self {
        Self {
            chat_id,
            text: text.into(),
            parse_mode: Some(ParseMode::Html),
            link_preview_options: Some(LinkPreviewOptions::DISABLED),
            reply_markup: None,
            reply_parameters: None,
        }
    }

    /// The same as the answer to a message of the same chat.
    #[must_use]
    pub fn in_reply_to(self, message_id: i64) -> Self {
        let reply = ReplyParameters {
            message_id,
            allow_sending_without_reply: true,
        };
        Self {
            reply_parameters: (message_id > 0).then_some(reply),
            ..self
        }
    }
}

impl Method for SendMessage {
    const NAME: &'static str = "sendMessage";
    type Answer = Message;
}

/// Sends a video (MPEG-4). Repeating it sends a second one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SendVideo {
    /// Where.
    pub chat_id: i64,
    /// The file.
    pub video: InputFile,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// At most 1024 characters after the markup is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How the caption is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
    /// The index stands at the head of the file, so it may play while it loads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports_streaming: Option<bool>,
    /// `true`: no sound on the receiver's device. Right for a vault channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_notification: Option<bool>,
    /// Buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

impl SendVideo {
    /// A video without a caption.
    pub fn new(chat_id: i64, video: InputFile) -> Self {
        Self {
            chat_id,
            video,
            duration: None,
            width: None,
            height: None,
            caption: None,
            parse_mode: None,
            supports_streaming: Some(true),
            disable_notification: None,
            reply_markup: None,
        }
    }
}

impl Method for SendVideo {
    const NAME: &'static str = "sendVideo";
    type Answer = Message;
}

/// Sends a photo. Repeating it sends a second one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SendPhoto {
    /// Where.
    pub chat_id: i64,
    /// The file: width and height together at most 10000 pixels, their ratio at most 20.
    pub photo: InputFile,
    /// At most 1024 characters after the markup is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How the caption is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
    /// Buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

impl SendPhoto {
    /// A photo without a caption.
    pub fn new(chat_id: i64, photo: InputFile) -> Self {
        Self {
            chat_id,
            photo,
            caption: None,
            parse_mode: None,
            reply_markup: None,
        }
    }
}

impl Method for SendPhoto {
    const NAME: &'static str = "sendPhoto";
    type Answer = Message;
}

/// Takes a message away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DeleteMessage {
    /// Where.
    pub chat_id: i64,
    /// Which.
    pub message_id: i64,
}

impl Method for DeleteMessage {
    const NAME: &'static str = "deleteMessage";
    /// Always `true`.
    type Answer = bool;
}

/// Stops the spinner of a pressed button, and may show a short text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerCallbackQuery {
    /// The id of the callback query.
    pub callback_query_id: String,
    /// At most 200 characters, without markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `true`: a box to be dismissed instead of a line that fades.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_alert: Option<bool>,
}

impl AnswerCallbackQuery {
    /// Only stops the spinner.
    pub fn silent(callback_query_id: impl Into<String>) -> Self {
        Self {
            callback_query_id: callback_query_id.into(),
            text: None,
            show_alert: None,
        }
    }

    /// Shows a line that fades.
    pub fn toast(callback_query_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::silent(callback_query_id)
        }
    }

    /// Shows a box to be dismissed.
    pub fn alert(callback_query_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            show_alert: Some(true),
            ..Self::toast(callback_query_id, text)
        }
    }
}

impl Method for AnswerCallbackQuery {
    const NAME: &'static str = "answerCallbackQuery";
    /// Always `true`.
    type Answer = bool;
}

/// Asks where a file can be downloaded, at most 20 MB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GetFile {
    /// Which.
    pub file_id: String,
}

impl GetFile {
    /// Asks for this file.
    pub fn new(file_id: impl Into<String>) -> Self {
        Self {
            file_id: file_id.into(),
        }
    }
}

impl Method for GetFile {
    const NAME: &'static str = "getFile";
    type Answer = File;
}
