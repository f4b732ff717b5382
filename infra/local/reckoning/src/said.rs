//! The report's words, put together once more by hand from the plain reckoning: each line that must stand in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::figures::{NAMED, brief, clock, cost, listed, rub, spaced, together};
use crate::margins::{margins, plans};
use crate::money::money;
use crate::moved::{shares, whole};
use crate::naive::{Line, Rows, count, distinct, rounded, sum, within};

/// The lines about operations.
fn operations(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let lines = rows.lines(from, until);
    let is = |status: &'static str| move |line: &Line| line.status == status;
    let canceled = count(&lines, |line| line.canceled);
    let (done, failed) = (
        count(&lines, is("completed")),
        count(&lines, is("failed")) - canceled,
    );
    let open = count(&lines, is("pending")) + count(&lines, is("timeout_waiting"));
    let share = (done * 1000).checked_div(done + failed).map_or_else(
        || "неизвестно".to_owned(),
        |share| format!("{}.{}\u{a0}%", share / 10, share % 10),
    );
    let mut said = vec![format!(
        "Всего {}: готово {} ({share} без отменённых), не вышло {}, отменили клиенты {}, в работе {}",
        spaced(done + failed + canceled + open),
        spaced(done),
        spaced(failed),
        spaced(canceled),
        spaced(open)
    )];
    said.push(match (within(&lines, 50), within(&lines, 95)) {
        (Some(median), Some(slow)) => format!(
            "До видео: половина за {}, 95 из 100 за {}",
            clock(median),
            clock(slow)
        ),
        _ => "До видео: неизвестно, готовых не было".to_owned(),
    });
    let kinds = [
        ("text", "улучшений текста"),
        ("text_with_image", "описаний фото"),
        ("image_gen", "картинок"),
        ("image_edit", "правок фото"),
        ("video_gen", "видео"),
        ("audio_gen", "песен"),
        ("transcription", "расшифровок голоса"),
        ("tts", "озвучек"),
    ];
    let counted = kinds.map(|(kind, words)| (words, count(&lines, |line| line.category == kind)));
    let kinds = counted.iter().filter(|(_, times)| *times > 0);
    let kinds: Vec<String> = kinds
        .map(|(words, times)| format!("{words} {}", spaced(*times)))
        .collect();
    if !kinds.is_empty() {
        said.push(format!("По видам: {}", kinds.join(", ")));
    }
    let mut reasons: Vec<(u64, String)> = distinct(&lines, |line| line.error.clone())
        .into_iter()
        .map(|why| (count(&lines, |line| line.error.as_ref() == Some(&why)), why))
        .collect();
    reasons.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let reasons: Vec<String> = reasons
        .iter()
        .take(NAMED)
        .map(|(times, why)| format!("{} ({why}): {}", in_words(why), spaced(*times)))
        .collect();
    if !reasons.is_empty() {
        said.push(format!("Почему не вышло: {}", reasons.join("; ")));
    }
    said
}

/// What the codes of these days' failures are called.
fn in_words(why: &str) -> &'static str {
    match why {
        "moderation" => "сервис отказал по своим правилам",
        "bad-input" => "модель не смогла взять текст или фото",
        "provider" => "неполадки у сервиса",
        "no-file" => "готово, но без файла",
        "unreachable" => "некому доставить",
        "photo-gone" => "фото не открылось",
        "file-gone" => "файл пропал у сервиса",
        "timed-out" => "сервис не ответил вовремя",
        other => panic!("no words for {other}"),
    }
}

/// The lines about customers whose plans cost more than they bring, and about what limits refuse.
fn warnings(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let lines = rows.lines(from, until);
    let mut bearers: Vec<(u64, u64, i64, String)> = Vec::new();
    for (user, plan) in distinct(&lines, |line| Some((line.user, line.plan.clone()?))) {
        let mine = |line: &Line| line.user == user && line.plan.as_ref() == Some(&plan);
        let dear = sum(&lines, |line| {
            if mine(line) {
                line.micro_usd.unwrap_or(0)
            } else {
                0
            }
        });
        bearers.push((dear, count(&lines, mine), user, plan));
    }
    bearers.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then((a.2, &a.3).cmp(&(b.2, &b.3))));
    let are_some = !bearers.is_empty();
    let mut losses: Vec<(u64, i64, String, String)> = Vec::new();
    let mut dark = 0;
    for (_, _, user, plan) in bearers {
        let mine: Vec<&Line> = lines
            .iter()
            .copied()
            .filter(|line| line.user == user && line.plan.as_ref() == Some(&plan))
            .collect();
        // What plans that were not used in this time bring is the used one's: it has taken their place.
        let is_used = |other: &str| {
            let of_other = |line: &Line| line.user == user && line.plan.as_deref() == Some(other);
            count(&lines, of_other) > 0
        };
        let theirs = rows.paid.iter().filter(|one| one.user == Some(user));
        let theirs: BTreeSet<&str> = theirs.filter_map(|one| one.plan.as_deref()).collect();
        let mut brought = BTreeMap::new();
        for counted in theirs.into_iter().filter(|of| *of == plan || !is_used(of)) {
            for (currency, share) in shares(&rows.paid, user, counted, from, until) {
                *brought.entry(currency).or_insert(0) += share;
            }
        }
        let brought = whole(brought);
        let (costs, brings) = (rounded(&mine), together(&brought));
        if costs <= brings && cost(&mine).0.is_none() {
            dark += 1;
        }
        if costs > brings {
            let words = format!(
                "{user}, {plan}: стоит {}, приносит {}, убыток {}",
                brief(&mine),
                listed(&brought),
                rub(costs - brings)
            );
            losses.push((costs - brings, user, plan, words));
        }
    }
    // Of one customer's plans that lose as much the dearer comes first, which nothing here is made to meet.
    losses.sort_by_key(|loss| (std::cmp::Reverse(loss.0), loss.1));
    let mut said = Vec::new();
    if are_some {
        said.push(format!("Безлимиты дороже, чем приносят: {}", losses.len()));
    }
    if losses.len() > NAMED {
        said.push(format!("…и ещё {}", losses.len() - NAMED));
    }
    said.extend(losses.iter().take(NAMED).map(|(_, _, _, words)| words.clone()));
    if dark > 0 {
        said.push(format!(
            "Не с чем сравнить (нет курса или цены, или платежи не прочитаны): {}",
            spaced(dark)
        ));
    }
    said.extend(noted(rows, from, until));
    said
}

/// The lines about what limits refuse and about renders that nobody awaited.
fn noted(rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let mut times: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, what, more) in rows.notes.iter().filter(|note| note.0 >= from && note.0 < until) {
        *times.entry(what).or_insert(0) += more;
    }
    let refused = times.iter();
    let mut refused: Vec<(u64, &str)> = refused
        .filter_map(|(what, times)| Some((*times, what.strip_prefix("refused#")?)))
        .collect();
    refused.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let named = refused.iter().take(NAMED);
    let mut said: Vec<String> = named
        .map(|(times, limit)| format!("{limit}: {}", spaced(*times)))
        .collect();
    if refused.len() > NAMED {
        said.push(format!("…и ещё {}", refused.len() - NAMED));
    }
    if let Some(orphans) = times.get("orphan") {
        said.push(format!(
            "Рендеров, пришедших после отказа от них: {}",
            spaced(*orphans)
        ));
    }
    said
}

/// Every line with figures that the reckoning makes and the report does not say, and every such line of the report that
/// nobody has reckoned. The report is in Russian, and its first line says of which time it is.
pub fn differences(text: &str, rows: &Rows, from: i64, until: i64) -> Vec<String> {
    let mut said = money(rows, from, until);
    said.extend(operations(rows, from, until));
    said.extend(margins(rows, from, until));
    said.extend(plans(rows, from, until));
    said.extend(warnings(rows, from, until));
    compared(&said, text)
}

/// The messages of one report as one text: each but the first begins with a line that says that it goes on.
pub fn joined<'m>(messages: impl Iterator<Item = &'m str>) -> String {
    let rest = |(number, message): (usize, &'m str)| match number {
        0 => message,
        _ => message.split_once('\n').map_or("", |(_, rest)| rest),
    };
    let parts: Vec<&str> = messages.enumerate().map(rest).collect();
    parts.join("\n")
}

/// The same line may be said of two: then it has to stand there twice.
fn compared(said: &[String], text: &str) -> Vec<String> {
    let times = |line: &str| said.iter().filter(|said| said.as_str() == line).count();
    let stands = |line: &str| text.lines().filter(|it| *it == line).count();
    let reckoned: BTreeSet<&str> = said.iter().map(String::as_str).collect();
    let missing = reckoned.iter().filter(|line| stands(line) < times(line));
    let mut found: Vec<String> = missing.map(|line| format!("not said: {line}")).collect();
    let figures: BTreeSet<&str> = text
        .lines()
        .skip(1)
        .filter(|line| line.contains(|letter: char| letter.is_ascii_digit()))
        .collect();
    let more = figures.into_iter().filter(|line| stands(line) > times(line));
    found.extend(more.map(|line| format!("nobody has reckoned: {line}")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_reckoned_twice_stands_there_twice() {
        let said = ["a: 1".to_owned(), "a: 1".to_owned(), "b: 2".to_owned()];
        let none: Vec<String> = Vec::new();
        assert_eq!(compared(&said, "Day 1\na: 1\nb: 2\na: 1\nwords"), none);
        assert_eq!(compared(&said, "Day 1\na: 1\nb: 2"), ["not said: a: 1"]);
        assert_eq!(
            compared(&said, "Day 1\na: 1\nb: 2\na: 1\nb: 2\nc: 3"),
            ["nobody has reckoned: b: 2", "nobody has reckoned: c: 3"]
        );
    }
}
