//! Files as the content of a message: what is sent, and what a message is changed into.

use serde::Serialize;

use super::{
    EditMessageMedia, InlineKeyboardMarkup, InputFile, InputMediaVideo, Method, ParseMode, SendPhoto,
    SendVideo,
};
use crate::types::Message;

/// A call that carries one file.
pub trait Carries: Method + Clone {
    /// The same with this file in the place of its own.
    #[must_use]
    fn carrying(self, file: InputFile) -> Self;
}

macro_rules! carries {
    ($($method:ty: $field:ident),+) => {$(
        impl Carries for $method {
            fn carrying(mut self, file: InputFile) -> Self {
                self.$field = file;
                self
            }
        }
    )+};
}

carries!(SendVideo: video, SendPhoto: photo, SendAudio: audio);

impl Carries for EditMessageMedia {
    fn carrying(mut self, file: InputFile) -> Self {
        match &mut self.media {
            InputMedia::Video(media) => media.media = file,
            InputMedia::Photo(media) => media.media = file,
            InputMedia::Audio(media) => media.media = file,
            InputMedia::Document(media) => media.media = file,
        }
        self
    }
}

/// The new content of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum InputMedia {
    /// A video.
    Video(InputMediaVideo),
    /// A photo.
    Photo(InputMediaPhoto),
    /// Sound.
    Audio(InputMediaAudio),
    /// A file as it is.
    Document(InputMediaDocument),
}

/// A photo: at most 10 MB, width and height together at most 10,000 pixels, and neither 20 times the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "photo")]
pub struct InputMediaPhoto {
    /// The file.
    pub media: InputFile,
    /// At most 1024 characters after the markup is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How the caption is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
}

/// Sound (MP3 or M4A), to be played as music is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "audio")]
pub struct InputMediaAudio {
    /// The file.
    pub media: InputFile,
    /// At most 1024 characters after the markup is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How the caption is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// Who plays it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performer: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A file as it is, at most 50 MB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "document")]
pub struct InputMediaDocument {
    /// The file.
    pub media: InputFile,
    /// At most 1024 characters after the markup is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How the caption is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
}

impl InputMediaPhoto {
    /// A photo without a caption.
    pub fn new(media: InputFile) -> Self {
        Self {
            media,
            caption: None,
            parse_mode: None,
        }
    }
}

impl InputMediaDocument {
    /// A file without a caption.
    pub fn new(media: InputFile) -> Self {
        Self {
            media,
            caption: None,
            parse_mode: None,
        }
    }
}

impl InputMediaAudio {
    /// Sound without a caption and without a name.
    pub fn new(media: InputFile) -> Self {
        Self {
            media,
            caption: None,
            parse_mode: None,
            duration: None,
            performer: None,
            title: None,
        }
    }
}

macro_rules! is_media {
    ($($kind:ident($media:ty)),+) => {$(
        impl From<$media> for InputMedia {
            fn from(media: $media) -> Self {
                Self::$kind(media)
            }
        }
    )+};
}

is_media!(
    Video(InputMediaVideo),
    Photo(InputMediaPhoto),
    Audio(InputMediaAudio),
    Document(InputMediaDocument)
);

/// Sends sound (MP3 or M4A). Repeating it sends a second one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SendAudio {
    /// Where.
    pub chat_id: i64,
    /// The file.
    pub audio: InputFile,
    /// At most 1024 characters after the markup is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How the caption is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<ParseMode>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// Who plays it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performer: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboardMarkup>,
}

impl SendAudio {
    /// Sound without a caption and without a name.
    pub fn new(chat_id: i64, audio: InputFile) -> Self {
        Self {
            chat_id,
            audio,
            caption: None,
            parse_mode: None,
            duration: None,
            performer: None,
            title: None,
            reply_markup: None,
        }
    }
}

impl Method for SendAudio {
    const NAME: &'static str = "sendAudio";
    type Answer = Message;
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn placeholder() -> InputFile {
        InputFile::FileId("to be replaced".into())
    }

    fn edited(media: impl Into<InputMedia>) -> Value {
        let edit = EditMessageMedia::new(7, 9, media).carrying(InputFile::Url("https://f/1".into()));
        serde_json::to_value(edit).unwrap()["media"].clone()
    }

    #[test]
    fn a_message_becomes_whatever_the_file_is() {
        let song = InputMediaAudio {
            duration: Some(180),
            performer: Some("Suno".into()),
            title: Some("Rain".into()),
            ..InputMediaAudio::new(placeholder())
        };
        let table = [
            (
                edited(InputMediaVideo::new(placeholder())),
                json!({"type": "video", "media": "https://f/1", "supports_streaming": true}),
            ),
            (
                edited(InputMediaPhoto::new(placeholder()).with_caption_html("ok")),
                json!({"type": "photo", "media": "https://f/1", "caption": "ok", "parse_mode": "HTML"}),
            ),
            (
                edited(song),
                json!({"type": "audio", "media": "https://f/1", "duration": 180, "performer": "Suno", "title": "Rain"}),
            ),
            (
                edited(InputMediaDocument::new(placeholder())),
                json!({"type": "document", "media": "https://f/1"}),
            ),
        ];
        for (written, expected) in table {
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn what_is_sent_carries_its_file_in_its_own_field() {
        let file = || InputFile::Attached("upload".into());
        let field = |call: Value, name: &str| call[name].clone();
        let photo = serde_json::to_value(SendPhoto::new(1, placeholder()).carrying(file())).unwrap();
        let audio = serde_json::to_value(SendAudio::new(1, placeholder()).carrying(file())).unwrap();
        let video = serde_json::to_value(SendVideo::new(1, placeholder()).carrying(file())).unwrap();
        for (call, name) in [(photo, "photo"), (audio, "audio"), (video, "video")] {
            assert_eq!(field(call, name), "attach://upload");
        }
    }
}
