//! Photos as phones make them: real files, odd sizes, one of them turned by its EXIF data.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::error::{Error, Result};

/// A photo to be made. Sizes are pixels as the file stores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    /// A JPEG file.
    Jpeg { width: u32, height: u32 },
    /// A JPEG file that is to be shown turned by 90 degrees.
    TurnedJpeg { width: u32, height: u32 },
    /// A PNG file.
    Png { width: u32, height: u32 },
}

/// Begins every JPEG file.
const START_OF_IMAGE: [u8; 2] = [0xff, 0xd8];
/// EXIF orientation 6: turn clockwise to show (JEITA CP-3451, tag 0x0112), as an APP1 segment with one TIFF entry.
const TURN_CLOCKWISE: [u8; 36] = [
    0xff, 0xe1, 0x00, 0x22, b'E', b'x', b'i', b'f', 0, 0, // APP1, its 34 bytes, its name
    b'I', b'I', 0x2a, 0, 8, 0, 0, 0, // TIFF, little-endian, the directory follows
    1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, // one entry: orientation, a short, once, 6
    0, 0, 0, 0, // no further directory
];

impl Picture {
    /// The file. `seed` makes one user's picture different from another's.
    pub(super) fn file(self, seed: u32) -> Result<Bytes> {
        match self {
            Self::Jpeg { width, height } => encoded(width, height, seed, ImageFormat::Jpeg).map(Bytes::from),
            Self::Png { width, height } => encoded(width, height, seed, ImageFormat::Png).map(Bytes::from),
            Self::TurnedJpeg { width, height } => {
                let plain = encoded(width, height, seed, ImageFormat::Jpeg)?;
                let rest = plain.strip_prefix(&START_OF_IMAGE).unwrap_or(&plain);
                Ok([&START_OF_IMAGE[..], &TURN_CLOCKWISE, rest].concat().into())
            }
        }
    }
}

fn encoded(width: u32, height: u32, seed: u32, format: ImageFormat) -> Result<Vec<u8>> {
    let shade = |value: u32| u8::try_from(value % 256).unwrap_or_default();
    let picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([shade(x / 3 + seed), shade(y / 2), shade((x + y) / 4 + seed * 7)])
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut file, format)
        .map_err(Error::broken("making a picture"))?;
    Ok(file.into_inner())
}

#[cfg(test)]
mod tests {
    use image::ImageDecoder as _;
    use image::metadata::Orientation;

    use super::*;

    #[test]
    fn the_turned_picture_says_so_in_its_exif_data() {
        let file = Picture::TurnedJpeg {
            width: 31,
            height: 17,
        }
        .file(1)
        .unwrap();
        let mut decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(file)).unwrap();
        assert_eq!(decoder.orientation().unwrap(), Orientation::Rotate90);
        assert_eq!(decoder.dimensions(), (31, 17));
    }

    #[test]
    fn files_are_what_their_names_say() {
        let jpeg = Picture::Jpeg { width: 9, height: 7 }.file(1).unwrap();
        let png = Picture::Png { width: 9, height: 7 }.file(1).unwrap();
        assert_eq!(image::guess_format(&jpeg).unwrap(), ImageFormat::Jpeg);
        assert_eq!(image::guess_format(&png).unwrap(), ImageFormat::Png);
    }
}
