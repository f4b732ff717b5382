//! Charts as a PNG picture, for a chat: columns over time, and bars with a name and a figure each.
//!
//! All of it is whole numbers and pixels. The letters were drawn once (`font/make.py`), so nothing that runs needs a font.

mod canvas;
mod font;
mod panel;

pub use panel::{Bar, Bars, Column, Columns, Tone};

use canvas::Canvas;
use panel::{GAP, MARGIN, WIDTH};

/// A picture of some panels, one below the other.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// What it is of.
    pub title: String,
    /// What it shows.
    pub panels: Vec<Panel>,
}

/// A part of a picture.
#[derive(Clone, Debug)]
pub enum Panel {
    /// How many of each kind, part by part of a time.
    Columns(Columns),
    /// Things with a size each.
    Bars(Bars),
}

/// The picture could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be written")]
pub struct Error(#[from] png::EncodingError);

impl Chart {
    /// Draws it.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        let heights = self.panels.iter().map(|panel| panel.height() + GAP);
        let mut canvas = Canvas::new(WIDTH, MARGIN + font::LINE + GAP + heights.sum::<usize>());
        canvas.text_bold(MARGIN, MARGIN, &self.title, WIDTH - 2 * MARGIN);
        let mut top = MARGIN + font::LINE + GAP;
        for panel in &self.panels {
            match panel {
                Panel::Columns(columns) => columns.draw(&mut canvas, top),
                Panel::Bars(bars) => bars.draw(&mut canvas, top),
            }
            top += panel.height() + GAP;
        }
        Ok(canvas.png()?)
    }
}

impl Panel {
    fn height(&self) -> usize {
        match self {
            Self::Columns(_) => panel::COLUMNS_HEIGHT,
            Self::Bars(bars) => bars.height(),
        }
    }
}

#[cfg(test)]
mod tests;
