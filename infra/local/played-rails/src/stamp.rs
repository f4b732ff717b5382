//! Times as texts.

const DAY_MS: i64 = 86_400_000;

/// `2026-09-02T10:11:12.345Z`.
pub(crate) fn written(ms: i64) -> String {
    let (year, month, day) = date(ms.div_euclid(DAY_MS));
    let left = ms.rem_euclid(DAY_MS);
    let (hour, minute, second) = (left / 3_600_000, left / 60_000 % 60, left / 1_000 % 60);
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
        left % 1_000
    )
}

/// Reads `2026-09-02T10:11:12.345Z`, with or without a fraction, and with an offset instead of the `Z`.
pub(crate) fn read(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let (time, offset_min) = zone(time)?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    in_range.then_some(())?;
    let ms: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let minutes = hour * 60 + minute - offset_min;
    Some(day_number(year, month, day) * DAY_MS + minutes * 60_000 + second * 1_000 + ms)
}

/// Cuts the zone off; gives it in minutes east of Greenwich.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some((time, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let (time, offset) = time.split_at_checked(at)?;
    let [hours, minutes] = numbers(offset.get(1..)?, ':')?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    Some((time, sign * (hours * 60 + minutes)))
}

fn numbers<const N: usize>(text: &str, between: char) -> Option<[i64; N]> {
    let number = |part: &str| {
        let digits = !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    let parts: Vec<i64> = text.split(between).map(number).collect::<Option<_>>()?;
    parts.try_into().ok()
}

/// The Gregorian date of a day counted from 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date
/// algorithms": years begin in March, so that the leap day is the last one).
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// The way back, of the same source.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_at_the_seams_of_the_calendar_are_right_both_ways() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_823_471_005, "2026-11-27T23:51:11.005Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(written(ms), text);
            assert_eq!(read(text), Some(ms));
        }
    }

    #[test]
    fn a_time_may_have_another_zone_and_no_fraction_and_nonsense_is_none() {
        assert_eq!(read("1970-01-01T03:00:01+03:00"), Some(1_000));
        assert_eq!(read("1970-01-01T00:00:00.5Z"), Some(500));
        for text in [
            "",
            "1970-01-01",
            "1970-13-01T00:00:00Z",
            "1970-01-01T00:00:00",
            "1970-01-01T0x:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
