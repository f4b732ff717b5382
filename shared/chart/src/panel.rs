//! What a picture shows: columns over time, and bars.

use crate::canvas::{Canvas, Colour, FAINT, INK, PAPER};
use crate::font::{self, LINE};

/// The picture's width, in pixels.
pub(crate) const WIDTH: usize = 1080;
/// Room at the edges.
pub(crate) const MARGIN: usize = 28;
/// Room between two panels.
pub(crate) const GAP: usize = 22;
/// The height of a panel of columns, its words included.
pub(crate) const COLUMNS_HEIGHT: usize = 2 * LINE + GRAPH + LINE;

/// The height of the highest column.
const GRAPH: usize = 220;
/// Where the columns begin, right of the scale.
const SCALE: usize = 90;
/// Where bars begin, right of their names, and where their figures end.
const NAMES: usize = 300;
const FIGURES: usize = 250;
/// A bar's thickness, and the distance from one to the next.
const BAR: usize = 24;
const BAR_STEP: usize = 38;

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// It went wrong.
    Bad,
    /// It is under way.
    Open,
    /// It is neither.
    Plain,
}

impl Tone {
    fn colour(self) -> Colour {
        match self {
            Self::Good => [46, 160, 104],
            Self::Bad => [214, 73, 73],
            Self::Open => [170, 178, 192],
            Self::Plain => [66, 120, 212],
        }
    }
}

/// One part of a time.
#[derive(Clone, Debug)]
pub struct Column {
    /// What stands below it.
    pub label: String,
    /// How many of each kind, in the order of [`Columns::kinds`], from the bottom up.
    pub counts: Vec<u64>,
}

/// How many of each kind, part by part.
#[derive(Clone, Debug)]
pub struct Columns {
    /// What is counted.
    pub title: String,
    /// The kinds.
    pub kinds: Vec<(String, Tone)>,
    /// The parts.
    pub columns: Vec<Column>,
}

/// A thing with a size.
#[derive(Clone, Debug)]
pub struct Bar {
    /// What it is.
    pub name: String,
    /// How long its bar is, in whatever unit they all have.
    pub size: u64,
    /// Its figure in words.
    pub figure: String,
    /// Its colour.
    pub tone: Tone,
}

/// Things with a size each.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What they are.
    pub title: String,
    /// Them; none is said with [`Bars::nothing`].
    pub bars: Vec<Bar>,
    /// What stands there if there are none.
    pub nothing: String,
}

/// So much of a length as a size is of the largest; what is not nothing is seen.
fn share(size: u64, largest: u64, length: usize) -> usize {
    let wide = u128::from(size) * u128::try_from(length).unwrap_or(0);
    let share = wide.checked_div(u128::from(largest)).unwrap_or(0);
    let share = usize::try_from(share).unwrap_or(length).min(length);
    share.max(usize::from(size > 0) * 2)
}

impl Columns {
    pub(crate) fn draw(&self, canvas: &mut Canvas, top: usize) {
        canvas.text_bold(MARGIN, top, &self.title, WIDTH / 2);
        self.legend(canvas, top);
        let (left, right) = (MARGIN + SCALE, WIDTH - MARGIN);
        let (high, low) = (top + 2 * LINE, top + 2 * LINE + GRAPH);
        let total = |column: &Column| {
            column
                .counts
                .iter()
                .fold(0_u64, |sum, one| sum.saturating_add(*one))
        };
        let largest = self.columns.iter().map(total).max().unwrap_or(0).max(1);
        for (line, value) in [(high, largest), (low - GRAPH / 2, largest / 2), (low, 0)] {
            canvas.fill((left, line), (right - left, 1), FAINT);
            if line != low - GRAPH / 2 || largest % 2 == 0 {
                canvas.text_right(left - 12, line.saturating_sub(LINE / 2), &value.to_string());
            }
        }
        let step = (right - left) / self.columns.len().max(1);
        let named = (LABEL_ROOM / step.max(1)).max(1);
        for (place, column) in self.columns.iter().enumerate() {
            let x = left + place * step;
            let mut bottom = low;
            for (count, (_, tone)) in column.counts.iter().zip(&self.kinds) {
                let height = share(*count, largest, GRAPH).min(bottom - high);
                bottom -= height;
                canvas.fill((x + step / 6, bottom), (step - step / 3, height), tone.colour());
            }
            if place % named == 0 {
                canvas.text_middle(x + step / 2, low + 6, &font::fitted(&column.label, step * named));
            }
        }
        canvas.fill((left, low), (right - left, 1), INK);
    }

    fn legend(&self, canvas: &mut Canvas, top: usize) {
        let widths = self.kinds.iter().map(|(name, _)| font::width(name) + LEGEND_ROOM);
        let mut x = (WIDTH - MARGIN).saturating_sub(widths.sum());
        for (name, tone) in &self.kinds {
            canvas.fill((x, top + 8), (16, 16), tone.colour());
            let width = font::width(name);
            x = canvas.text(x + 24, top, name, width) + LEGEND_ROOM - 24;
        }
    }
}

/// Room of a column's words.
const LABEL_ROOM: usize = 60;
/// Room around a name of a kind.
const LEGEND_ROOM: usize = 48;

impl Bars {
    pub(crate) fn height(&self) -> usize {
        LINE + 8 + self.bars.len().max(1) * BAR_STEP
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas, top: usize) {
        canvas.text_bold(MARGIN, top, &self.title, WIDTH - 2 * MARGIN);
        let mut y = top + LINE + 8;
        if self.bars.is_empty() {
            canvas.text(MARGIN, y, &self.nothing, WIDTH - 2 * MARGIN);
        }
        let largest = self.bars.iter().map(|bar| bar.size).max().unwrap_or(0).max(1);
        let (left, room) = (MARGIN + NAMES, WIDTH - 2 * MARGIN - NAMES - FIGURES);
        for bar in &self.bars {
            canvas.text(MARGIN, y, &bar.name, NAMES - 16);
            let long = share(bar.size, largest, room);
            canvas.fill((left, y + 3), (room, BAR), blend(bar.tone.colour()));
            canvas.fill((left, y + 3), (long, BAR), bar.tone.colour());
            canvas.text_right(WIDTH - MARGIN, y, &font::fitted(&bar.figure, FIGURES - 12));
            y += BAR_STEP;
        }
    }
}

/// A faint form of a colour.
fn blend(colour: Colour) -> Colour {
    let mix = |place: usize| {
        let (of, paper) = (u16::from(colour[place]), u16::from(PAPER[place]));
        u8::try_from((of + 7 * paper) / 8).unwrap_or(u8::MAX)
    };
    [mix(0), mix(1), mix(2)]
}
