//! Pixels: boxes, words, and the file.

use crate::font::{self, CELL_WIDTH, LEFT, LINE};

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

pub(crate) const PAPER: Colour = [255, 255, 255];
pub(crate) const INK: Colour = [38, 42, 51];
pub(crate) const FAINT: Colour = [226, 229, 235];

/// A picture being drawn. What lies outside of it is not drawn.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            pixels: vec![PAPER; width * height],
        }
    }

    fn pixel(&mut self, x: usize, y: usize) -> Option<&mut Colour> {
        let inside = x < self.width && y < self.height;
        let at = inside.then(|| y * self.width + x)?;
        self.pixels.get_mut(at)
    }

    /// A filled box.
    pub(crate) fn fill(
        &mut self,
        (left, top): (usize, usize),
        (width, height): (usize, usize),
        colour: Colour,
    ) {
        for y in top..top + height {
            for x in left..left + width {
                if let Some(pixel) = self.pixel(x, y) {
                    *pixel = colour;
                }
            }
        }
    }

    /// A line of words, as far as it fits; gives where it ends.
    pub(crate) fn text(&mut self, left: usize, top: usize, text: &str, width_max: usize) -> usize {
        let mut x = left;
        for letter in font::fitted(text, width_max).chars().filter_map(font::letter) {
            self.letter(x, top, &letter);
            x += letter.advance;
        }
        x
    }

    /// The same, twice beside itself.
    pub(crate) fn text_bold(&mut self, left: usize, top: usize, text: &str, width_max: usize) {
        self.text(left, top, text, width_max);
        self.text(left + 1, top, text, width_max);
    }

    /// A line of words that ends there.
    pub(crate) fn text_right(&mut self, right: usize, top: usize, text: &str) {
        let width = font::width(text);
        self.text(right.saturating_sub(width), top, text, width);
    }

    /// A line of words around a middle.
    pub(crate) fn text_middle(&mut self, middle: usize, top: usize, text: &str) {
        let width = font::width(text);
        self.text(middle.saturating_sub(width / 2), top, text, width);
    }

    fn letter(&mut self, left: usize, top: usize, letter: &font::Letter) {
        for y in 0..LINE {
            for x in 0..CELL_WIDTH {
                let covered = letter.covers(x, y);
                let at = (left + x).checked_sub(LEFT);
                if let Some(pixel) = at.filter(|_| covered > 0).and_then(|at| self.pixel(at, top + y)) {
                    *pixel = over(*pixel, covered);
                }
            }
        }
    }

    /// The file.
    pub(crate) fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let size = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, size(self.width), size(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        Ok(file)
    }
}

/// Ink over a colour, so much of it.
fn over(below: Colour, covered: u8) -> Colour {
    let mix = |(below, ink): (u8, u8)| {
        let (below, ink, covered) = (u32::from(below), u32::from(ink), u32::from(covered));
        u8::try_from((below * (255 - covered) + ink * covered) / 255).unwrap_or(u8::MAX)
    };
    let [red, green, blue] = below;
    [mix((red, INK[0])), mix((green, INK[1])), mix((blue, INK[2]))]
}
