//! The letters: `DejaVu` Sans, drawn once by `font/make.py` into cells of one picture, with the advance of each.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;

/// A cell's size, its letters in a row, and where in it a letter begins; as in `font/make.py`.
pub(crate) const CELL_WIDTH: usize = 32;
/// The height of a line.
pub(crate) const LINE: usize = 30;
const COLUMNS: usize = 16;
/// How far a letter begins within its cell.
pub(crate) const LEFT: usize = 3;

static SHEET: &[u8] = include_bytes!("../font/sans.png");
static ADVANCES: &str = include_str!("../font/sans.txt");

static FONT: LazyLock<Font> = LazyLock::new(Font::read);

/// What stands for a letter that there is none of.
const UNKNOWN: char = '?';

#[derive(Default)]
struct Font {
    /// Each letter's place in the sheet, and by how many pixels the next is further right.
    letters: BTreeMap<char, (usize, usize)>,
    /// How much of each pixel is covered, row by row.
    sheet: Vec<u8>,
}

/// A letter to be drawn.
pub(crate) struct Letter {
    place: usize,
    /// By how many pixels the next is further right.
    pub(crate) advance: usize,
}

impl Font {
    /// What cannot be read is a picture without words; the tests see to it that all of it can be.
    fn read() -> Self {
        let read = |line: &str| {
            let (code, advance) = line.split_once(' ')?;
            let letter = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
            Some((letter, advance.parse().ok()?))
        };
        let letters = ADVANCES.lines().filter_map(read).enumerate();
        Self {
            letters: letters
                .map(|(place, (letter, advance))| (letter, (place, advance)))
                .collect(),
            sheet: sheet().unwrap_or_default(),
        }
    }
}

fn sheet() -> Option<Vec<u8>> {
    let mut reader = png::Decoder::new(Cursor::new(SHEET)).read_info().ok()?;
    let mut sheet = vec![0; reader.output_buffer_size()?];
    reader.next_frame(&mut sheet).ok()?;
    Some(sheet)
}

/// A letter, or what stands for it.
pub(crate) fn letter(letter: char) -> Option<Letter> {
    let known = |letter: char| FONT.letters.get(&letter).copied();
    // A space that does not break is as wide as one that does.
    let letter = if letter == '\u{a0}' { ' ' } else { letter };
    let (place, advance) = known(letter).or_else(|| known(UNKNOWN))?;
    Some(Letter { place, advance })
}

impl Letter {
    /// How much of a pixel of its cell is covered, 0 to 255.
    pub(crate) fn covers(&self, x: usize, y: usize) -> u8 {
        let (row, column) = (self.place / COLUMNS, self.place % COLUMNS);
        let at = (row * LINE + y) * COLUMNS * CELL_WIDTH + column * CELL_WIDTH + x;
        FONT.sheet.get(at).copied().unwrap_or(0)
    }
}

/// How wide a text is, in pixels.
pub(crate) fn width(text: &str) -> usize {
    text.chars().filter_map(letter).map(|letter| letter.advance).sum()
}

/// So much of a text as fits, with a sign that some is missing.
pub(crate) fn fitted(text: &str, width_max: usize) -> String {
    if width(text) <= width_max {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let shorter: String = kept.iter().chain(['…'].iter()).collect();
        if width(&shorter) <= width_max {
            return shorter;
        }
    }
    String::new()
}
