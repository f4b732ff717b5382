//! One still picture in the form the encoder takes: planar YCbCr 4:2:0, limited range, BT.601.

/// Pixels around the visible picture that the camera may drift into.
pub(crate) const MARGIN: u32 = 32;
/// The margin on the left. Players built on `FFmpeg` (Chromium) cut only what leaves the chroma rows on a 32-byte
/// boundary, which is 64 pixels, and show the rest: seen as a picture 672 wide instead of 640.
pub(crate) const MARGIN_LEFT: u32 = 64;

/// The visible size of a clip, in pixels; both numbers even.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// The nearest even size.
    pub fn even(width: u32, height: u32) -> Self {
        Self {
            width: (width & !1).max(2),
            height: (height & !1).max(2),
        }
    }

    /// What the camera may see: the visible size with a margin on every side.
    pub(crate) fn canvas(self) -> Self {
        Self {
            width: self.width + 2 * MARGIN,
            height: self.height + 2 * MARGIN,
        }
    }

    /// The coded size: visible, a margin on every side, rounded up to whole macroblocks.
    pub(crate) fn coded(self) -> Self {
        Self {
            width: (self.width + MARGIN_LEFT + MARGIN).next_multiple_of(16),
            height: (self.height + 2 * MARGIN).next_multiple_of(16),
        }
    }
}

/// A coded picture with its margin.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What a viewer sees of it.
    pub(crate) visible: Size,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

impl Frame {
    /// Takes the colour of every pixel from `colour(x, y)` on the canvas, and repeats its edges outside.
    pub(crate) fn paint(visible: Size, mut colour: impl FnMut(u32, u32) -> [u8; 3]) -> Self {
        let (coded, canvas) = (visible.coded(), visible.canvas());
        let (mut luma, mut blue, mut red) = (Vec::new(), Vec::new(), Vec::new());
        for y in 0..coded.height {
            for x in 0..coded.width {
                let inside = x.saturating_sub(MARGIN_LEFT - MARGIN).min(canvas.width - 1);
                let pixel = colour(inside, y.min(canvas.height - 1));
                luma.push(luma_of(pixel));
                if x % 2 == 0 && y % 2 == 0 {
                    blue.push(chroma(pixel, [-38, -74, 112]));
                    red.push(chroma(pixel, [112, -94, -18]));
                }
            }
        }
        Self {
            visible,
            luma,
            blue,
            red,
        }
    }

    /// The colour of a visible pixel, as far as two numbers for every four pixels tell it.
    pub(crate) fn colour(&self, x: u32, y: u32) -> [u8; 3] {
        let width = self.visible.coded().width;
        let (x, y) = (x + MARGIN_LEFT, y + MARGIN);
        let at = |plane: &[u8], stride: u32, x: u32, y: u32| {
            i32::from(plane.get(index(y * stride + x)).copied().unwrap_or(128))
        };
        let luma = 298 * (at(&self.luma, width, x, y) - 16) + 128;
        let blue = at(&self.blue, width / 2, x / 2, y / 2) - 128;
        let red = at(&self.red, width / 2, x / 2, y / 2) - 128;
        let sums = [luma + 409 * red, luma - 100 * blue - 208 * red, luma + 516 * blue];
        sums.map(|sum| u8::try_from((sum >> 8).clamp(0, 255)).unwrap_or(0))
    }

    /// Macroblocks from left to right and from top to bottom.
    pub(crate) fn macroblocks(&self) -> (u32, u32) {
        let coded = self.visible.coded();
        (coded.width / 16, coded.height / 16)
    }

    /// Appends the 384 samples of one macroblock in the order of `I_PCM`: luma, blue, red.
    pub(crate) fn macroblock(&self, column: u32, row: u32, out: &mut Vec<u8>) {
        let width = self.visible.coded().width;
        block(&self.luma, width, column * 16, row * 16, 16, out);
        block(&self.blue, width / 2, column * 8, row * 8, 8, out);
        block(&self.red, width / 2, column * 8, row * 8, 8, out);
    }
}

fn block(plane: &[u8], stride: u32, left: u32, top: u32, side: u32, out: &mut Vec<u8>) {
    for y in top..top + side {
        let start = index(y * stride + left);
        out.extend_from_slice(&plane[start..start + index(side)]);
    }
}

fn index(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn luma_of([r, g, b]: [u8; 3]) -> u8 {
    let sum = 66 * u32::from(r) + 129 * u32::from(g) + 25 * u32::from(b) + 128;
    u8::try_from((sum >> 8) + 16).unwrap_or(235)
}

fn chroma([r, g, b]: [u8; 3], [kr, kg, kb]: [i32; 3]) -> u8 {
    let sum = kr * i32::from(r) + kg * i32::from(g) + kb * i32::from(b) + 128;
    u8::try_from(((sum >> 8) + 128).clamp(16, 240)).unwrap_or(128)
}
