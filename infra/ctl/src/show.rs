//! Times as people read them.

use chrono::DateTime;
use domain::time::{Millis, Timestamp};

/// `2026-11-22 00:17:47Z`.
pub(crate) fn time(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).map_or_else(
        || at.0.to_string(),
        |time| time.format("%Y-%m-%d %H:%M:%SZ").to_string(),
    )
}

/// `1.250 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn span(span: Millis) -> String {
    let (seconds, ms) = (span.0.div_euclid(1000), span.0.rem_euclid(1000));
    match seconds {
        ..60 => format!("{seconds}.{ms:03} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `1 credit`, `2 credits`, `2 deliveries`, `2 days`.
pub(crate) fn count(number: impl Into<u64>, noun: &str) -> String {
    let stem = noun
        .strip_suffix('y')
        .filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    match (number.into(), stem) {
        (1, _) => format!("1 {noun}"),
        (number, Some(stem)) => format!("{number} {stem}ies"),
        (number, None) => format!("{number} {noun}s"),
    }
}

/// The length of a list, to be counted.
pub(crate) fn number(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A list, or `none`.
pub(crate) fn list(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1_u32, "credit"), "1 credit");
        assert_eq!(count(0_u32, "credit"), "0 credits");
        assert_eq!(count(1_u32, "delivery"), "1 delivery");
        assert_eq!(count(2_u32, "delivery"), "2 deliveries");
    }

    #[test]
    fn times_and_spans_read_as_people_write_them() {
        assert_eq!(time(Timestamp(1_795_306_667_001)), "2026-11-22 00:17:47Z");
        assert_eq!(span(Millis(1_250)), "1.250 s");
        assert_eq!(span(Millis(200_000)), "3 min 20 s");
        assert_eq!(span(Millis(7_500_000)), "2 h 5 min");
    }
}
