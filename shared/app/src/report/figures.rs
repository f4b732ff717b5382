//! Figures as people read them.

use domain::cost::MicroUsd;
use domain::money::{Amount, Currency};
use domain::time::Millis;

/// `12 345`: a space that does not break before each three digits.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}

/// `12 345.67 ₽`, `$1 234.50`, `⭐ 350`.
pub(super) fn money(amount: Amount) -> String {
    let decimal = amount.decimal();
    let (whole, part) = decimal.split_once('.').unwrap_or((&decimal, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    let point = if part.is_empty() { "" } else { "." };
    match amount.currency {
        Currency::Rub => format!("{whole}{point}{part}\u{a0}₽"),
        Currency::Usd => format!("${whole}{point}{part}"),
        Currency::Xtr => format!("⭐\u{a0}{whole}"),
    }
}

/// Kopecks as roubles.
pub(super) fn roubles(kopecks: u64) -> String {
    money(Amount {
        minor: kopecks,
        currency: Currency::Rub,
    })
}

/// Kopecks as roubles, of which there may be less than none: `5.00 ₽`, `−5.00 ₽`.
pub(super) fn balance(kopecks: i64) -> String {
    let sign = if kopecks < 0 { "−" } else { "" };
    format!("{sign}{}", roubles(kopecks.unsigned_abs()))
}

/// What is left, or is missing: `+5.00 ₽`, `−5.00 ₽`.
pub(super) fn difference(kopecks: i64) -> String {
    let sign = if kopecks < 0 { "−" } else { "+" };
    format!("{sign}{}", roubles(kopecks.unsigned_abs()))
}

/// Dollars to the cent, rounded up: what a day costs is never told too low.
pub(super) fn dollars(sum: MicroUsd) -> String {
    money(Amount {
        minor: sum.0.div_ceil(10_000),
        currency: Currency::Usd,
    })
}

/// `95.2 %`, of thousandths.
pub(super) fn percent(permille: u64) -> String {
    format!("{}.{}\u{a0}%", permille / 10, permille % 10)
}

/// `2:05`, `1:02:05`.
pub(super) fn span(span: Millis) -> String {
    let seconds = span.secs_ceil();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// `2026-11-21` as `21.11.2026`.
pub(super) fn date(day: &str) -> String {
    let mut parts: Vec<&str> = day.split('-').collect();
    parts.reverse();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped_and_never_torn_apart() {
        for (number, told) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1\u{a0}000"),
            (1_234_567, "1\u{a0}234\u{a0}567"),
        ] {
            assert_eq!(count(number), told);
        }
        assert_eq!(roubles(1_234_567), "12\u{a0}345.67\u{a0}₽");
        assert_eq!(
            [difference(-5), difference(500)],
            ["−0.05\u{a0}₽", "+5.00\u{a0}₽"]
        );
        assert_eq!([balance(-5), balance(500)], ["−0.05\u{a0}₽", "5.00\u{a0}₽"]);
        assert_eq!(dollars(MicroUsd(10_001)), "$0.02");
        let stars = Amount {
            minor: 1_350,
            currency: Currency::Xtr,
        };
        assert_eq!(money(stars), "⭐\u{a0}1\u{a0}350");
        assert_eq!(percent(952), "95.2\u{a0}%");
        assert_eq!(
            [65, 3_725].map(|s| span(Millis::from_secs(s))),
            ["1:05", "1:02:05"]
        );
        assert_eq!(date("2026-11-21"), "21.11.2026");
    }
}
