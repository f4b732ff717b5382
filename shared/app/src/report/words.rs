//! A report in words, as Telegram HTML. What is not known is said to be unknown, never 0.

mod margins;
mod money;

use domain::cost::Category;
use domain::report::{Business, Span, Tally};
use store::Part;
use telegram::html;
use telegram::limits::TEXT_CHARS_MAX;

use super::figures::{count, date, dollars, percent, roubles, span};
use crate::texts::Say;

/// Models, plans, customers or limits that are named; how many more there are is said.
const NAMED_MAX: usize = 8;

/// The longest message, in characters with all marks: what is put before one that is sent again has room beside it.
const MESSAGE_MAX: usize = TEXT_CHARS_MAX - 256;

/// The report.
pub fn text(say: Say, business: &Business) -> String {
    sections(say, business).join("\n\n")
}

/// The report as messages: what Telegram does not take in one goes on in the next, at most as many as there are parts to
/// note them by.
pub fn messages(say: Say, business: &Business) -> Vec<String> {
    let continued = say.with("report-continued", [("title", title(say, business).into())]);
    let mut messages = packed(&sections(say, business), &continued, MESSAGE_MAX);
    if messages.len() > Part::WORDS.len() {
        messages.truncate(Part::WORDS.len());
        if let Some(last) = messages.last_mut() {
            last.push_str("\n…");
        }
    }
    messages
}

fn sections(say: Say, business: &Business) -> Vec<String> {
    let sections = [
        title(say, business),
        money::paid(say, business),
        operations(say, business),
        rest(say, business),
        margins::models(say, business),
        margins::plans(say, business),
        margins::losses(say, business),
        refusals(say, business),
    ];
    sections
        .into_iter()
        .filter(|section| !section.is_empty())
        .collect()
}

/// Sections in as few messages as they go into, each after the first under a line that says so. A section is parted where
/// it alone is too long, and a line never: marks begin and end in one.
fn packed(sections: &[String], continued: &str, most: usize) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    let fits =
        |message: &str, more: &str| message.chars().count().saturating_add(more.chars().count()) <= most;
    for section in sections {
        let section = format!("\n\n{section}");
        let whole = fits(continued, &section);
        let pieces: Vec<&str> = if whole {
            vec![&section]
        } else {
            section.split_inclusive('\n').collect()
        };
        for piece in pieces {
            match messages.last_mut() {
                Some(message) if fits(message, piece) => message.push_str(piece),
                Some(_) if piece.starts_with('\n') => messages.push(format!("{continued}{piece}")),
                Some(_) => messages.push(format!("{continued}\n{piece}")),
                None => messages.push(piece.to_owned()),
            }
        }
    }
    messages.iter().map(|message| message.trim().to_owned()).collect()
}

/// That there is more to come of its time.
pub fn not_over(say: Say) -> String {
    say.text("report-not-over")
}

/// Of which time it is.
pub(super) fn title(say: Say, business: &Business) -> String {
    let period = &business.period;
    let (first, last) = (date(&period.first), date(&period.last));
    match period.span {
        Span::Day => say.with("report-day", [("day", first.into())]),
        Span::Week => say.with("report-week", [("first", first.into()), ("last", last.into())]),
    }
}

/// What something cost; what is known of it, if that is not all.
fn cost(say: Say, tally: &Tally) -> String {
    let dollars = dollars(tally.cost);
    let whole = tally.whole_kopecks();
    let sums = [("rub", roubles(tally.kopecks()).into()), ("usd", dollars.into())];
    match whole {
        Some(_) => say.with("report-costs", sums),
        None if tally.cost.0 == 0 => say.text("report-unknown"),
        None => {
            let dark = count(tally.unpriced.saturating_add(tally.unrated));
            say.with(
                "report-costs-part",
                sums.into_iter().chain([("count", dark.into())]),
            )
        }
    }
}

/// The same of one thing among others, for which roubles do where all of it is known.
fn briefly(say: Say, tally: &Tally) -> String {
    tally.whole_kopecks().map_or_else(|| cost(say, tally), roubles)
}

fn known(say: Say, figure: Option<String>) -> String {
    figure.unwrap_or_else(|| say.text("report-unknown"))
}

fn operations(say: Say, business: &Business) -> String {
    let all = &business.sums.all;
    let mut lines = vec![say.text("report-operations")];
    lines.push(say.with(
        "report-counts",
        [
            ("all", count(all.requests).into()),
            ("done", count(all.completed).into()),
            ("share", known(say, all.success_permille().map(percent)).into()),
            ("failed", count(all.failed).into()),
            ("canceled", count(all.canceled).into()),
            ("open", count(all.open).into()),
        ],
    ));
    let videos = business.sums.took_by(Category::VideoGen);
    lines.push(match (videos.within(50), videos.within(95)) {
        (Some(median), Some(slow)) => say.with(
            "report-time",
            [("median", span(median).into()), ("slow", span(slow).into())],
        ),
        _ => say.text("report-no-videos"),
    });
    let kinds = business.sums.categories.iter();
    let kinds: Vec<String> = kinds
        .map(|(kind, tally)| format!("{} {}", named(say, *kind), count(tally.requests)))
        .collect();
    if !kinds.is_empty() {
        lines.push(say.with("report-kinds", [("kinds", kinds.join(", ").into())]));
    }
    let mut reasons: Vec<(&String, &u64)> = business.sums.errors.iter().collect();
    reasons.sort_by_key(|(reason, times)| (std::cmp::Reverse(**times), *reason));
    if !reasons.is_empty() {
        let told = reasons.iter().take(NAMED_MAX);
        let told: Vec<String> = told
            .map(|(why, times)| format!("{}: {}", reason(say, why), count(**times)))
            .collect();
        lines.push(say.with("report-reasons", [("reasons", told.join("; ").into())]));
    }
    lines.join("\n")
}

fn named(say: Say, kind: Category) -> String {
    say.text(&format!("report-kind-{}", kind.as_str()))
}

/// Why something failed, with the code by which the log knows it; of a code that nobody has words for, just that.
fn reason(say: Say, code: &str) -> String {
    let words = say.find(&format!("report-why-{code}"), []);
    let code = html::escape(code);
    words.map_or_else(|| code.clone().into_owned(), |words| format!("{words} ({code})"))
}

fn refusals(say: Say, business: &Business) -> String {
    let line = |(limit, times): &(&str, u64)| {
        let limit = html::escape(limit).into_owned();
        say.with(
            "report-refusal",
            [("limit", limit.into()), ("count", count(*times).into())],
        )
    };
    listed(say, say.text("report-refusals"), &business.refusals(), line)
}

fn rest(say: Say, business: &Business) -> String {
    let counts = [
        ("report-orphans", business.orphans),
        ("report-unreadable", business.unreadable),
    ];
    let counts = counts.into_iter().filter(|(_, times)| *times > 0);
    let lines: Vec<String> = counts
        .map(|(id, times)| say.with(id, [("count", count(times).into())]))
        .collect();
    lines.join("\n")
}

/// A heading and a line for each of the first; nothing without any.
fn listed<T>(say: Say, heading: String, all: &[T], line: impl Fn(&T) -> String) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut lines = vec![heading];
    lines.extend(all.iter().take(NAMED_MAX).map(line));
    let more = all.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        let more = count(u64::try_from(more).unwrap_or(u64::MAX));
        lines.push(say.with("report-more", [("count", more.into())]));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed_into(sections: &[&str], most: usize) -> Vec<String> {
        let sections: Vec<String> = sections.iter().map(|section| (*section).to_owned()).collect();
        packed(&sections, "more", most)
    }

    #[test]
    fn sections_go_into_as_few_messages_as_they_fit_and_no_line_is_parted() {
        assert_eq!(packed_into(&["one", "two"], 20), ["one\n\ntwo"]);
        assert_eq!(
            packed_into(&["one", "two", "three"], 13),
            ["one\n\ntwo", "more\n\nthree"]
        );
        let long = ["<b>a</b>", "<b>bb</b>\n<i>ccc</i>\n<i>dddd</i>"];
        let messages = packed_into(&long, 24);
        assert_eq!(
            messages,
            ["<b>a</b>\n\n<b>bb</b>", "more\n<i>ccc</i>", "more\n<i>dddd</i>"]
        );
        assert!(messages.iter().all(|message| message.chars().count() <= 24));
    }
}
