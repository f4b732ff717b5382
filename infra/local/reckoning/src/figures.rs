//! Figures as the report has them, by hand.

use std::collections::BTreeMap;

use crate::moved::Moved;
use crate::naive::{Line, count, rounded, sum};

/// Kopecks for a dollar, as the settings of whoever checks must have them.
pub const USD: u64 = 8_000;
/// The same for a Star.
pub const STAR: u64 = 104;

pub(crate) fn spaced(number: u64) -> String {
    let digits: Vec<char> = number.to_string().chars().rev().collect();
    let groups: Vec<String> = digits
        .chunks(3)
        .map(|group| group.iter().rev().collect())
        .collect();
    groups.into_iter().rev().collect::<Vec<String>>().join("\u{a0}")
}

pub(crate) fn rub(kopecks: u64) -> String {
    format!("{}.{:02}\u{a0}₽", spaced(kopecks / 100), kopecks % 100)
}

pub(crate) fn signed(kopecks: i128) -> String {
    let sign = if kopecks < 0 { "−" } else { "+" };
    format!("{sign}{}", rub(u64::try_from(kopecks.abs()).unwrap()))
}

pub(crate) fn price(currency: &str, minor: u64) -> String {
    match currency {
        "RUB" => rub(minor),
        "USD" => format!("${}.{:02}", spaced(minor / 100), minor % 100),
        _ => format!("⭐\u{a0}{}", spaced(minor)),
    }
}

pub(crate) fn kopecks(currency: &str, minor: u64) -> u64 {
    match currency {
        "RUB" => minor,
        "USD" => (minor * USD + 50) / 100,
        _ => minor * STAR,
    }
}

/// How many of a list are named.
pub(crate) const NAMED: usize = 8;

/// What sums by currency are together.
pub(crate) fn together(sums: &BTreeMap<String, u64>) -> u64 {
    sums.iter()
        .map(|(currency, minor)| kopecks(currency, *minor))
        .sum()
}

pub(crate) fn listed(sums: &BTreeMap<String, u64>) -> String {
    if sums.is_empty() {
        return "0".to_owned();
    }
    // Roubles, dollars, Stars: as the product has its currencies.
    let order = ["RUB", "USD", "XTR"];
    let sums = order
        .iter()
        .filter_map(|currency| Some(price(currency, *sums.get(*currency)?)));
    sums.collect::<Vec<_>>().join(" + ")
}

/// What lines cost, and in words; `None` where that is not known of all.
pub(crate) fn cost(lines: &[&Line]) -> (Option<u64>, String) {
    let micro_usd = sum(lines, |line| line.micro_usd.unwrap_or(0));
    let kopecks = rounded(lines);
    let dark = count(lines, |line| {
        line.is_part || (line.status == "completed" && line.micro_usd.is_none())
    }) + count(lines, |line| {
        !line.is_part && line.micro_usd.is_some() && line.per_usd.is_none()
    });
    let cents = micro_usd.div_ceil(10_000);
    let usd = format!("${}.{:02}", spaced(cents / 100), cents % 100);
    if dark == 0 {
        (Some(kopecks), format!("{} ({usd})", rub(kopecks)))
    } else if micro_usd == 0 {
        (None, "неизвестно".to_owned())
    } else {
        (
            None,
            format!(
                "не меньше {} ({usd}), неизвестна у {}",
                rub(kopecks),
                spaced(dark)
            ),
        )
    }
}

/// The same in words without dollars, where all of it is known.
pub(crate) fn brief(lines: &[&Line]) -> String {
    let (whole, words) = cost(lines);
    whole.map_or(words, rub)
}

pub(crate) fn known(difference: Option<i128>) -> String {
    difference.map_or_else(|| "неизвестно".to_owned(), signed)
}

/// What money moved, by currency.
pub(crate) fn by_currency<'a>(moved: impl Iterator<Item = &'a Moved>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for one in moved {
        *sums.entry(one.currency.clone()).or_insert(0) += one.minor;
    }
    sums
}

/// Kopecks of which there may be less than none.
pub(crate) fn balance(kopecks: i128) -> String {
    signed(kopecks).trim_start_matches('+').to_owned()
}

pub(crate) fn clock(seconds: u64) -> String {
    if seconds >= 3600 {
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}
