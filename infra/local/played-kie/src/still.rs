//! Pictures as the account makes them: painted from the words, or a photo turned into its negative, so that an edit is
//! seen at once.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, RgbImage};

use crate::video::{ClipFile, Frame};

/// The end of a JPEG, which stands behind the padding too.
const END: &[u8] = &[0xff, 0xd9];

/// A JPEG of at least so many bytes.
pub(crate) fn jpeg(frame: &Frame, negative: bool, at_least: u64) -> ClipFile {
    let (width, height) = (frame.visible.width, frame.visible.height);
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let [r, g, b] = frame.colour(x, y);
        image::Rgb(if negative {
            [255 - r, 255 - g, 255 - b]
        } else {
            [r, g, b]
        })
    });
    let mut file = Cursor::new(Vec::new());
    if DynamicImage::ImageRgb8(picture)
        .write_to(&mut file, ImageFormat::Jpeg)
        .is_err()
    {
        return ClipFile::default();
    }
    let head = Bytes::from(file.into_inner());
    let there = u64::try_from(head.len() + END.len()).unwrap_or(u64::MAX);
    ClipFile {
        head,
        zeros: at_least.saturating_sub(there),
        tail: Bytes::from_static(END),
    }
}
