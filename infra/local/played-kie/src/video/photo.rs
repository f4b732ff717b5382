//! The user's photo: decoded, turned upright, and cut to the clip's shape.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, ImageResult, Limits};

use super::frame::{Frame, Size};
use crate::Error;

/// The longest side a photo may have, in pixels; a larger one is no photo but a trap for the decoder.
const SIDE_MAX: u32 = 12_000;
/// The most memory one decoding may take, in bytes.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;
/// The longer side of a clip that takes its shape from the photo, in pixels.
const CLIP_SIDE: u32 = 640;
/// No clip is more than this many times as long as it is wide.
const RATIO_MAX: u32 = 3;

/// A decoded photo, standing upright.
#[derive(Clone, Debug)]
pub struct Photo(DynamicImage);

impl Photo {
    /// Decodes it and applies its EXIF orientation.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        upright(bytes).map(Self).map_err(Error::NotAPhoto)
    }

    /// Its size when upright.
    pub fn size(&self) -> Size {
        Size {
            width: self.0.width(),
            height: self.0.height(),
        }
    }

    /// The size of a clip that keeps the photo's own shape.
    pub fn clip_size(&self) -> Size {
        let (width, height) = (self.0.width().max(1), self.0.height().max(1));
        let other = |short: u32, long: u32| (CLIP_SIDE * short / long).max(CLIP_SIDE / RATIO_MAX);
        if width >= height {
            Size::even(CLIP_SIDE, other(height, width))
        } else {
            Size::even(other(width, height), CLIP_SIDE)
        }
    }

    /// The middle of the photo, filling all that the camera may see.
    pub fn frame(&self, visible: Size) -> Frame {
        let canvas = visible.canvas();
        let (x, y, width, height) = middle(self.size(), canvas);
        let cut = self
            .0
            .crop_imm(x, y, width, height)
            .thumbnail_exact(canvas.width, canvas.height)
            .into_rgb8();
        Frame::paint(visible, |x, y| cut.get_pixel(x, y).0)
    }
}

/// The largest part of `whole`, around its middle, that has the shape of `target`: x, y, width, height.
fn middle(whole: Size, target: Size) -> (u32, u32, u32, u32) {
    let scaled = |n: u32, of: u32, to: u32| {
        u32::try_from(u64::from(n) * u64::from(of) / u64::from(to.max(1)))
            .unwrap_or(u32::MAX)
            .max(1)
    };
    let width = whole.width.min(scaled(whole.height, target.width, target.height));
    let height = whole.height.min(scaled(whole.width, target.height, target.width));
    (
        (whole.width - width) / 2,
        (whole.height - height) / 2,
        width,
        height,
    )
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    limits
}

fn upright(bytes: &[u8]) -> ImageResult<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    reader.limits(limits());
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}
