//! A report as a picture: operations over the time, what models cost, and the money.

use chart::{Bar, Bars, Chart, Column, Columns, Panel, Tone};
use domain::report::{Business, Span, Tally};

use super::figures::{balance, count, date, roubles};
use super::words::title;
use super::zone;
use crate::texts::Say;

/// Models that have a bar.
const MODELS_MAX: usize = 6;

/// The picture.
pub fn chart(say: Say, business: &Business) -> Chart {
    Chart {
        title: plain(&title(say, business)),
        panels: vec![
            Panel::Columns(operations(say, business)),
            Panel::Bars(models(say, business)),
            Panel::Bars(paid(say, business)),
        ],
    }
}

/// Without the marks of HTML and without the little picture in front, which is no letter.
fn plain(text: &str) -> String {
    let text = text.replace("<b>", "").replace("</b>", "");
    text.trim_start_matches(|letter: char| !letter.is_alphanumeric())
        .to_owned()
}

fn operations(say: Say, business: &Business) -> Columns {
    let (heading, label): (&str, fn(String) -> String) = match business.period.span {
        Span::Day => ("report-chart-hours", |hour| hour),
        Span::Week => ("report-chart-days", |day| date(&day).chars().take(5).collect()),
    };
    let zone = zone();
    let column = |(place, tally): (usize, &Tally)| Column {
        label: label(business.period.part_label(place, &zone)),
        counts: vec![tally.completed, tally.failed, tally.canceled, tally.open],
    };
    Columns {
        title: say.text(heading),
        kinds: vec![
            (say.text("report-chart-done"), Tone::Good),
            (say.text("report-chart-failed"), Tone::Bad),
            (say.text("report-chart-canceled"), Tone::Plain),
            (say.text("report-chart-open"), Tone::Open),
        ],
        columns: business.parts.iter().enumerate().map(column).collect(),
    }
}

fn models(say: Say, business: &Business) -> Bars {
    let models = business.sums.dearest().into_iter().take(MODELS_MAX);
    let bar = |(model, tally): (&domain::id::ModelId, &Tally)| Bar {
        name: model.0.clone(),
        size: tally.cost.0,
        figure: format!("{} · {}", cost(say, tally), count(tally.requests)),
        tone: Tone::Plain,
    };
    Bars {
        title: say.text("report-chart-models"),
        bars: models.map(bar).collect(),
        nothing: say.text("report-chart-nothing"),
    }
}

/// What something cost: all of it, what is known of it, or that nothing is.
fn cost(say: Say, tally: &Tally) -> String {
    match tally.whole_kopecks() {
        Some(kopecks) => roubles(kopecks),
        None if tally.kopecks() > 0 => format!("≥ {}", roubles(tally.kopecks())),
        None => say.text("report-unknown"),
    }
}

/// What came and what it cost.
fn paid(say: Say, business: &Business) -> Bars {
    let bar = |name: &str, size: u64, figure: String, tone| Bar {
        name: say.text(name),
        size,
        figure,
        tone,
    };
    let (revenue, all) = (business.revenue(), &business.sums.all);
    let came = revenue.map_or_else(|| say.text("report-unknown"), balance);
    // Where more went back than came there is no bar.
    let revenue = revenue.and_then(|kopecks| u64::try_from(kopecks).ok());
    Bars {
        title: say.text("report-chart-money"),
        bars: vec![
            bar("report-chart-revenue", revenue.unwrap_or(0), came, Tone::Good),
            bar("report-chart-cost", all.kopecks(), cost(say, all), Tone::Bad),
        ],
        nothing: String::new(),
    }
}
