//! Short real videos, made without any encoder library: a still picture with a slow drift of the camera.

mod bitstream;
mod file;
mod frame;
mod h264;
mod mp4;
mod painted;
mod photo;

pub use file::ClipFile;
pub use frame::{Frame, Size};
pub use mp4::Layout;
pub use photo::Photo;

use h264::Drift;

/// What to make a clip of.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The words; they choose the drift, and the picture where there is no photo.
    pub prompt: &'a str,
    /// Length in whole seconds.
    pub seconds: u32,
    /// Where the index stands.
    pub layout: Layout,
    /// The file is padded to this many bytes; 0 for as small as it comes.
    pub at_least: u64,
}

/// A picture made of the prompt alone.
pub fn painted(prompt: &str, size: Size) -> Frame {
    painted::paint(painted::hash(prompt), size)
}

/// A number that stands for the words.
pub(crate) fn seed_of(prompt: &str) -> u64 {
    painted::hash(prompt)
}

/// Makes the MP4.
pub fn clip(frame: &Frame, order: Order<'_>) -> ClipFile {
    let seed = painted::hash(order.prompt);
    let drift = Drift {
        right: seed & 1 == 0,
        down: seed & 2 == 0,
    };
    let stream = h264::encode(frame, order.seconds, drift);
    mp4::mux(&stream, frame.visible, order.layout, order.at_least)
}

#[cfg(test)]
mod tests;
