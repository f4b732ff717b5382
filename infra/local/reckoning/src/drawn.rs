//! The report's picture, with the reckoning's own figures.

use chart::{Bar, Bars, Chart, Column, Panel, Tone};

use crate::figures::{balance, cost, rub, spaced};
use crate::money::revenue;
use crate::naive::{Line, Rows, count, distinct, rounded, sum};

/// Models that have a bar.
const BARS: usize = 6;

/// What stands over and below the columns, and when each of them begins.
#[derive(Debug, Clone)]
pub struct Columns {
    /// The picture's title.
    pub title: String,
    /// What the columns are: `Операции по часам`.
    pub heading: &'static str,
    /// Each column's label and its first moment, in ms; the last one ends with the time.
    pub parts: Vec<(String, i64)>,
}

/// The picture of a time, in Russian.
pub fn chart(columns: &Columns, rows: &Rows, from: i64, until: i64) -> Chart {
    Chart {
        title: columns.title.clone(),
        panels: vec![
            operations(columns, rows, until),
            models(rows, from, until),
            money(rows, from, until),
        ],
    }
}

fn operations(columns: &Columns, rows: &Rows, until: i64) -> Panel {
    let column = |(place, (label, begins)): (usize, &(String, i64))| {
        let ends = columns.parts.get(place + 1).map_or(until, |next| next.1);
        let lines = rows.lines(*begins, ends);
        let of = |states: &[&str]| count(&lines, |line| states.contains(&line.status.as_str()));
        Column {
            label: label.clone(),
            counts: vec![
                of(&["completed"]),
                of(&["failed"]) - count(&lines, |line| line.canceled),
                count(&lines, |line| line.canceled),
                of(&["pending", "timeout_waiting"]),
            ],
        }
    };
    Panel::Columns(chart::Columns {
        title: columns.heading.to_owned(),
        kinds: vec![
            ("готово".to_owned(), Tone::Good),
            ("не вышло".to_owned(), Tone::Bad),
            ("отменено".to_owned(), Tone::Plain),
            ("в работе".to_owned(), Tone::Open),
        ],
        columns: columns.parts.iter().enumerate().map(column).collect(),
    })
}

fn models(rows: &Rows, from: i64, until: i64) -> Panel {
    let lines = rows.lines(from, until);
    let mut models: Vec<(u64, u64, String)> = Vec::new();
    let mut figures = Vec::new();
    for model in distinct(&lines, |line| Some(line.model.clone())) {
        let of_model: Vec<&Line> = lines.iter().copied().filter(|line| line.model == model).collect();
        let dear = sum(&of_model, |line| line.micro_usd.unwrap_or(0));
        let number = u64::try_from(of_model.len()).unwrap();
        figures.push((
            model.clone(),
            format!("{} · {}", figure(&of_model), spaced(number)),
        ));
        models.push((dear, number, model));
    }
    models.sort_by_key(|model| std::cmp::Reverse((model.0, model.1)));
    let bar = |(dear, _, model): (u64, u64, String)| {
        let figure = figures.iter().find(|(of, _)| *of == model).unwrap();
        Bar {
            name: model,
            size: dear,
            figure: figure.1.clone(),
            tone: Tone::Plain,
        }
    };
    Panel::Bars(Bars {
        title: "Себестоимость по моделям (и число операций)".to_owned(),
        bars: models.into_iter().take(BARS).map(bar).collect(),
        nothing: "Операций не было.".to_owned(),
    })
}

/// What lines cost: all of it, what is known of it, or that nothing is.
fn figure(lines: &[&Line]) -> String {
    let kopecks = rounded(lines);
    match cost(lines).0 {
        Some(kopecks) => rub(kopecks),
        None if kopecks > 0 => format!("≥ {}", rub(kopecks)),
        None => "неизвестно".to_owned(),
    }
}

fn money(rows: &Rows, from: i64, until: i64) -> Panel {
    let lines = rows.lines(from, until);
    let revenue = revenue(rows, from, until);
    let bar = |name: &str, size: u64, figure: String, tone| Bar {
        name: name.to_owned(),
        size,
        figure,
        tone,
    };
    let costs = rounded(&lines);
    Panel::Bars(Bars {
        title: "Деньги".to_owned(),
        bars: vec![
            bar(
                "Выручка",
                u64::try_from(revenue).unwrap_or(0),
                balance(revenue),
                Tone::Good,
            ),
            bar("Себестоимость", costs, figure(&lines), Tone::Bad),
        ],
        nothing: String::new(),
    })
}
