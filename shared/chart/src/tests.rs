//! What is drawn is looked at pixel by pixel where it can be told; `tests/tests/report/day.rs` draws pictures for the eye.

use std::io::Cursor;

use super::*;

/// The picture's width and height, and its pixels.
fn read(file: &[u8]) -> (usize, usize, Vec<[u8; 3]>) {
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bytes).unwrap();
    let pixels = bytes
        .chunks(3)
        .map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    let size = |pixels: u32| usize::try_from(pixels).unwrap();
    (size(frame.width), size(frame.height), pixels)
}

fn bars(sizes: &[u64]) -> Chart {
    let bar = |size: &u64| Bar {
        name: String::new(),
        size: *size,
        figure: String::new(),
        tone: Tone::Bad,
    };
    let bars = Bars {
        title: String::new(),
        bars: sizes.iter().map(bar).collect(),
        nothing: "ничего".to_owned(),
    };
    Chart {
        title: String::new(),
        panels: vec![Panel::Bars(bars)],
    }
}

/// How many pixels of the colour of what went wrong there are in each row that has some, each run of equal rows once.
fn red_runs(chart: &Chart) -> Vec<usize> {
    let (width, _, pixels) = read(&chart.png().unwrap());
    let red = |row: &[[u8; 3]]| row.iter().filter(|pixel| **pixel == [214, 73, 73]).count();
    let mut runs: Vec<usize> = pixels.chunks(width).map(red).collect();
    runs.dedup();
    runs.into_iter().filter(|count| *count > 0).collect()
}

#[test]
fn a_bar_is_as_long_as_its_size() {
    let lengths = red_runs(&bars(&[100, 50, 25, 0, 1_000_000_000_000]));
    assert_eq!(lengths.last().copied(), Some(474));
    let lengths = red_runs(&bars(&[100, 50, 25, 0]));
    assert_eq!(lengths, [474, 237, 118]);
    // What is not nothing is seen.
    assert_eq!(red_runs(&bars(&[1_000_000, 1])), [474, 2]);
}

#[test]
fn a_column_is_as_high_as_its_counts_and_kinds_stand_on_each_other() {
    let column = |counts: [u64; 2]| Column {
        label: "1".to_owned(),
        counts: counts.to_vec(),
    };
    let kinds = [("a", Tone::Good), ("b", Tone::Bad)].map(|(name, tone)| (name.to_owned(), tone));
    let columns = Columns {
        title: String::new(),
        kinds: kinds.to_vec(),
        columns: vec![column([30, 10]), column([0, 20])],
    };
    let chart = Chart {
        title: String::new(),
        panels: vec![Panel::Columns(columns)],
    };
    let (width, _, pixels) = read(&chart.png().unwrap());
    let coloured = |x: usize, colour: [u8; 3]| {
        pixels
            .iter()
            .skip(x)
            .step_by(width)
            .filter(|pixel| **pixel == colour)
            .count()
    };
    let (first, second) = (118 + 467 / 2, 118 + 467 + 467 / 2);
    assert_eq!(coloured(first, [46, 160, 104]), 165);
    assert_eq!(coloured(first, [214, 73, 73]), 55);
    assert_eq!(
        (coloured(second, [46, 160, 104]), coloured(second, [214, 73, 73])),
        (0, 110)
    );
}

#[test]
fn every_letter_of_both_languages_is_drawn_and_none_like_another() {
    let letters = "AZaz09АЯаяЁё₽$⭐…—%·№";
    let ink = |letter: char| -> Vec<u8> {
        let letter = font::letter(letter).unwrap();
        (0..30)
            .flat_map(|y| (0..32).map(move |x| (x, y)))
            .map(|(x, y)| letter.covers(x, y))
            .collect()
    };
    let unknown = ink('?');
    for letter in letters.chars().filter(|letter| *letter != '⭐') {
        let drawn = ink(letter);
        assert!(drawn.iter().any(|covered| *covered > 200), "{letter}");
        assert_ne!(drawn, unknown, "{letter}");
    }
    assert_eq!(ink('\u{4e00}'), unknown, "what there is no letter of");
}

#[test]
fn words_that_do_not_fit_are_cut_and_say_so() {
    let cut = font::fitted("очень длинное название модели", 100);
    assert!(cut.ends_with('…') && font::width(&cut) <= 100, "{cut}");
    assert_eq!(font::fitted("ок", 100), "ок");
    assert_eq!(font::fitted("ок", 1), "");
}

#[test]
fn a_picture_of_nothing_is_a_picture() {
    let (width, height, pixels) = read(&bars(&[]).png().unwrap());
    assert_eq!(pixels.len(), width * height);
    let (_, _, pixels) = read(&Chart::default().png().unwrap());
    assert!(pixels.iter().all(|pixel| *pixel == [255, 255, 255]));
}
