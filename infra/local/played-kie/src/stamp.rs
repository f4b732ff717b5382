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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_at_the_seams_of_the_calendar_are_right() {
        assert_eq!(written(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(written(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(written(1_795_823_471_005), "2026-11-27T23:51:11.005Z");
        assert_eq!(written(1_798_761_599_999), "2026-12-31T23:59:59.999Z");
    }
}
