//! The files Telegram keeps, and the pictures it makes of what is sent.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, ImageReader};

use crate::error::ApiError;
use crate::model::{Media, MediaKind, Source, StoredFile};
use crate::mp4;

/// A photo's width and height together (<https://core.telegram.org/bots/api#sendphoto>).
const PHOTO_SIDES_MAX: u32 = 10_000;
/// How many times longer than wide a photo may be.
const PHOTO_RATIO_MAX: u32 = 20;
/// The longer side of a photo's small size.
const SMALL_SIDE_PX: u32 = 320;
const JPEG_MIME: &str = "image/jpeg";

#[derive(Default)]
pub(crate) struct Files {
    by_id: HashMap<String, Media>,
    by_path: HashMap<String, Arc<StoredFile>>,
    by_url: HashMap<String, Media>,
    count: u64,
    /// How often addresses have run out.
    hours: u32,
    /// Whoever asks for a part gets the whole.
    pub(crate) only_whole: bool,
}

/// A file whose content is known, not stored yet.
pub(crate) struct Content {
    pub(crate) bytes: Bytes,
    width: u32,
    height: u32,
    duration_s: u32,
}

impl Files {
    /// Keeps a photo's sizes (smallest first) or a video's one file.
    ///
    /// A URL fetched again with the same content is the same file, as in Telegram's own cache.
    pub(crate) fn keep(&mut self, kind: MediaKind, contents: Vec<Content>, source: &Source) -> Media {
        if let Some(known) = self.known_url(source, &contents) {
            return known;
        }
        let files = contents
            .into_iter()
            .map(|content| Arc::new(self.named(kind, content, source.clone())));
        let media = Media {
            kind,
            files: files.collect(),
        };
        for file in &media.files {
            self.by_id.insert(file.file_id.clone(), media.clone());
            self.by_path.insert(file.path.clone(), Arc::clone(file));
        }
        if let Source::Url(url) = source {
            self.by_url.insert(url.clone(), media.clone());
        }
        media
    }

    fn known_url(&self, source: &Source, contents: &[Content]) -> Option<Media> {
        let Source::Url(url) = source else { return None };
        let known = self.by_url.get(url)?;
        (known.file()?.bytes == contents.last()?.bytes).then(|| known.clone())
    }

    fn named(&mut self, kind: MediaKind, content: Content, source: Source) -> StoredFile {
        self.count += 1;
        let number = self.count;
        let (prefix, folder, extension, mime) = match kind {
            MediaKind::Photo => ("AgACAgIAAxkB", "photos", "jpg", JPEG_MIME),
            MediaKind::Video => ("BAACAgIAAxkB", "videos", "mp4", "video/mp4"),
            MediaKind::Audio => ("CQACAgIAAxkB", "music", "mp3", "audio/mpeg"),
            MediaKind::Document => ("BQACAgIAAxkB", "documents", "jpg", "application/octet-stream"),
            MediaKind::Voice => ("AwACAgIAAxkB", "voice", "oga", "audio/ogg"),
        };
        StoredFile {
            file_id: format!("{prefix}AAIC{number:012x}NgQ"),
            unique_id: format!("AQAD{number:08x}"),
            path: format!("{folder}/file_{number}.{extension}"),
            bytes: content.bytes,
            width: content.width,
            height: content.height,
            duration_s: content.duration_s,
            mime,
            source,
        }
    }

    /// The media that any of its files' ids stands for.
    pub(crate) fn by_id(&self, file_id: &str) -> Option<&Media> {
        self.by_id.get(file_id)
    }

    /// Exactly the file (of a photo: exactly that size).
    pub(crate) fn file(&self, file_id: &str) -> Option<&Arc<StoredFile>> {
        self.by_id
            .get(file_id)?
            .files
            .iter()
            .find(|file| file.file_id == file_id)
    }

    /// Where `getFile` says that a file is, now.
    pub(crate) fn path_of(&self, file: &StoredFile) -> String {
        match self.hours {
            0 => file.path.clone(),
            hours => format!("{hours}/{}", file.path),
        }
    }

    /// The file at an address that still holds.
    pub(crate) fn by_path(&self, path: &str) -> Option<&Arc<StoredFile>> {
        let hour = format!("{}/", self.hours);
        let path = match self.hours {
            0 => path,
            _ => path.strip_prefix(&hour)?,
        };
        self.by_path.get(path)
    }

    /// The hour for which addresses hold is over.
    pub(crate) fn an_hour_passes(&mut self) {
        self.hours = self.hours.saturating_add(1);
    }
}

/// Sound, of so many seconds as the bot says: MP3 by its tag or its first frame, or an M4A.
pub(crate) fn sound(bytes: Bytes, duration_s: u32) -> Option<Content> {
    let begins = |mark: &[u8]| bytes.starts_with(mark);
    let frame = matches!(bytes.get(..2), Some([0xff, second]) if second & 0xe6 == 0xe2);
    let m4a = mp4::has_magic(&bytes);
    (frame || begins(b"ID3") || m4a).then_some(Content {
        bytes,
        width: 0,
        height: 0,
        duration_s,
    })
}

/// Anything, as it is.
pub(crate) fn as_it_is(bytes: Bytes) -> Content {
    Content {
        bytes,
        width: 0,
        height: 0,
        duration_s: 0,
    }
}

/// Reads a video's length and size.
pub(crate) fn video(bytes: Bytes) -> Option<Content> {
    let facts = mp4::facts(&bytes)?;
    Some(Content {
        bytes,
        width: facts.width,
        height: facts.height,
        duration_s: facts.duration_s,
    })
}

/// A voice message of so many seconds.
pub(crate) fn voice(bytes: Bytes, duration_s: u32) -> Content {
    Content {
        bytes,
        width: 0,
        height: 0,
        duration_s,
    }
}

/// A photo in two sizes, both JPEG.
///
/// Telegram encodes every photo anew and at most 2560 pixels long. Here a JPEG stays byte for byte what was sent, so
/// that a test knows its bytes again, and its EXIF orientation stays with it.
pub(crate) fn photo(bytes: &Bytes) -> Result<Vec<Content>, image::ImageError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let is_jpeg = reader.format() == Some(ImageFormat::Jpeg);
    let picture = reader.decode()?;
    let large = if is_jpeg { bytes.clone() } else { jpeg(&picture)? };
    let is_small = picture.width().max(picture.height()) <= SMALL_SIDE_PX;
    let small = if is_small {
        picture.clone()
    } else {
        picture.thumbnail(SMALL_SIDE_PX, SMALL_SIDE_PX)
    };
    let (width, height) = (picture.width(), picture.height());
    Ok(vec![
        Content {
            bytes: jpeg(&small)?,
            width: small.width(),
            height: small.height(),
            duration_s: 0,
        },
        Content {
            bytes: large,
            width,
            height,
            duration_s: 0,
        },
    ])
}

/// A photo sent by the bot must keep to Telegram's limits.
pub(crate) fn photo_of_bot(bytes: &Bytes) -> Result<Vec<Content>, ApiError> {
    let sizes = photo(bytes).map_err(|_| ApiError::bad_request("IMAGE_PROCESS_FAILED"))?;
    let fits = sizes.last().is_some_and(|Content { width, height, .. }| {
        let (long, short) = (*width.max(height), *width.min(height));
        long + short <= PHOTO_SIDES_MAX && long <= short * PHOTO_RATIO_MAX
    });
    if fits {
        Ok(sizes)
    } else {
        Err(ApiError::bad_request("PHOTO_INVALID_DIMENSIONS"))
    }
}

fn jpeg(picture: &DynamicImage) -> Result<Bytes, image::ImageError> {
    let mut encoded = Cursor::new(Vec::new());
    DynamicImage::from(picture.to_rgb8()).write_to(&mut encoded, ImageFormat::Jpeg)?;
    Ok(encoded.into_inner().into())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Bytes {
        let mut encoded = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut encoded, format)
            .unwrap();
        encoded.into_inner().into()
    }

    #[test]
    fn a_jpeg_stays_as_sent_and_a_png_becomes_one() {
        let original = picture(640, 333, ImageFormat::Jpeg);
        let sizes = photo(&original).unwrap();
        assert_eq!((sizes[0].width, sizes[0].height), (320, 167));
        assert_eq!(
            (sizes[1].width, sizes[1].height, &sizes[1].bytes),
            (640, 333, &original)
        );
        let sizes = photo(&picture(31, 17, ImageFormat::Png)).unwrap();
        assert_eq!(image::guess_format(&sizes[1].bytes).unwrap(), ImageFormat::Jpeg);
    }

    #[test]
    fn a_photo_too_long_is_refused() {
        let refused = photo_of_bot(&picture(410, 20, ImageFormat::Png)).err().unwrap();
        assert_eq!(refused.description, "Bad Request: PHOTO_INVALID_DIMENSIONS");
        assert!(photo_of_bot(&picture(400, 20, ImageFormat::Png)).is_ok());
    }

    #[test]
    fn the_same_url_with_the_same_content_is_the_same_file() {
        let mut files = Files::default();
        let mut keep = |url: &str, seconds: u32| {
            let video = video(mp4::tests::skeleton(seconds * 1_000, 16, 16).into()).unwrap();
            files.keep(MediaKind::Video, vec![video], &Source::Url(url.into()))
        };
        let first = keep("http://a/1", 5);
        assert!(first.same_as(&keep("http://a/1", 5)));
        assert!(!first.same_as(&keep("http://a/1", 6)));
        assert!(!first.same_as(&keep("http://a/2", 5)));
    }
}
