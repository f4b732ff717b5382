//! One byte range of a file (RFC 9110, section 14).

use std::ops::Range;

/// What a `Range` header asks of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of it: no range, or one of a kind that may be ignored.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing that the file has.
    Outside,
}

/// Reads the header for a file of `length` bytes. Several ranges at once are ignored, as the RFC allows.
pub(super) fn asked(header: Option<&str>, length: u64) -> Asked {
    let Some((first, last)) = header.and_then(|text| text.strip_prefix("bytes=")?.split_once('-')) else {
        return Asked::Whole;
    };
    let bounds = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(count)) if first.is_empty() => length.saturating_sub(count)..length,
        _ => return Asked::Whole,
    };
    if bounds.is_empty() {
        Asked::Outside
    } else {
        Asked::Part(bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file() {
        let cases = [
            (None, Asked::Whole),
            (Some("bytes=0-9"), Asked::Part(0..10)),
            (Some("bytes=90-900"), Asked::Part(90..100)),
            (Some("bytes=40-"), Asked::Part(40..100)),
            (Some("bytes=-30"), Asked::Part(70..100)),
            (Some("bytes=-300"), Asked::Part(0..100)),
            (Some("bytes=100-"), Asked::Outside),
            (Some("bytes=-0"), Asked::Outside),
            (Some("bytes=9-3"), Asked::Whole),
            (Some("bytes=0-1,3-4"), Asked::Whole),
            (Some("lines=1-2"), Asked::Whole),
        ];
        for (header, expected) in cases {
            assert_eq!(asked(header, 100), expected, "{header:?}");
        }
    }
}
