//! Pictures as people send them.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, RgbImage};

/// A JPEG with something to see in it.
pub fn jpeg(width: u32, height: u32) -> Bytes {
    encoded(width, height, ImageFormat::Jpeg)
}

/// A PNG with something to see in it.
pub fn png(width: u32, height: u32) -> Bytes {
    encoded(width, height, ImageFormat::Png)
}

fn encoded(width: u32, height: u32, format: ImageFormat) -> Bytes {
    let shade = |value: u32| u8::try_from(value % 256).unwrap();
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([shade(x), shade(y), shade(x + y)])
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut file, format)
        .unwrap();
    Bytes::from(file.into_inner())
}
