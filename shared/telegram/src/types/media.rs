//! Files as Telegram describes them.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// Something that was sent, and of which nothing more is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present;

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(sent: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(sent).map(|_| Self)
    }
}

/// One size of a photo. Telegram lists them from the smallest to the largest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PhotoSize {
    /// Names the file for `getFile` and for sending it again.
    pub file_id: String,
    /// The same for every bot and for ever; cannot be used to download.
    pub file_unique_id: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bytes.
    pub file_size: Option<u64>,
}

/// A video.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Video {
    /// Names the file for `getFile` and for sending it again.
    pub file_id: String,
    /// The same for every bot and for ever; cannot be used to download.
    pub file_unique_id: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Seconds.
    pub duration: u32,
    /// As the sender stated it.
    pub mime_type: Option<String>,
    /// Bytes.
    pub file_size: Option<u64>,
}

/// A file sent as such; an uncompressed picture arrives this way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Document {
    /// Names the file for `getFile` and for sending it again.
    pub file_id: String,
    /// The name on the sender's device.
    pub file_name: Option<String>,
    /// As the sender stated it.
    pub mime_type: Option<String>,
    /// Bytes.
    pub file_size: Option<u64>,
    /// Of a picture: it made small, in the same shape.
    pub thumbnail: Option<PhotoSize>,
}

/// Music, or other sound with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Audio {
    /// Names the file for `getFile` and for sending it again.
    pub file_id: String,
    /// Seconds.
    pub duration: u32,
}

/// A voice message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Voice {
    /// Names the file for `getFile`.
    pub file_id: String,
    /// Seconds.
    pub duration: u32,
}

/// The answer of `getFile`. The path is good for at least an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct File {
    /// Names the file.
    pub file_id: String,
    /// Bytes.
    pub file_size: Option<u64>,
    /// Where [`crate::Client::download_file`] finds it.
    pub file_path: Option<String>,
}
