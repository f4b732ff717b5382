//! What comes out of an order.

use crate::models::Model;

/// What a model makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// A clip.
    Video,
    /// A picture.
    Picture,
    /// Words, spoken.
    Speech,
    /// A song in two versions, with a book of its own: Suno's.
    Song,
}

/// How long a song plays, in seconds.
pub(crate) const SONG_SECONDS: u32 = 30;
/// Characters of which one second of speech is made.
const CHARS_PER_SECOND: usize = 15;
/// KIE credits for one second of video.
const CREDITS_PER_SECOND: i64 = 10;
/// KIE credits for a picture of 1K.
const PICTURE_CREDITS: i64 = 8;
/// KIE credits for a song.
const SONG_CREDITS: i64 = 12;
/// KIE credits for a thousand characters that are spoken.
const THOUSAND_CHARS_CREDITS: i64 = 6;

impl Product {
    /// Of a model.
    pub(crate) fn of(model: &Model) -> Self {
        match model.name {
            "suno" => Self::Song,
            name if name.starts_with("nano-banana") => Self::Picture,
            name if name.starts_with("elevenlabs/") => Self::Speech,
            _ => Self::Video,
        }
    }

    /// How the names of its files end.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Video => "mp4",
            Self::Picture => "jpg",
            Self::Speech | Self::Song => "mp3",
        }
    }

    /// Their media type.
    pub(crate) fn mime(self) -> &'static str {
        match self {
            Self::Video => "video/mp4",
            Self::Picture => "image/jpeg",
            Self::Speech | Self::Song => "audio/mpeg",
        }
    }

    /// How long it plays, in seconds, where the order does not say.
    pub(crate) fn seconds(self, prompt: &str, model: &Model) -> u32 {
        match self {
            Self::Video => model.default_seconds(),
            Self::Picture => 0,
            Self::Speech => {
                let seconds = prompt.chars().count().div_ceil(CHARS_PER_SECOND);
                u32::try_from(seconds).unwrap_or(u32::MAX)
            }
            Self::Song => SONG_SECONDS,
        }
    }

    /// What it takes of the account.
    pub(crate) fn credits(self, seconds: u32, prompt: &str) -> i64 {
        let thousands = prompt.chars().count().div_ceil(1000);
        match self {
            Self::Video => CREDITS_PER_SECOND * i64::from(seconds),
            Self::Picture => PICTURE_CREDITS,
            Self::Speech => THOUSAND_CHARS_CREDITS * i64::try_from(thousands).unwrap_or(i64::MAX / 8),
            Self::Song => SONG_CREDITS,
        }
    }
}
