//! Fixed windows of time in which uses are counted: an hour, a day from 21:00 to 21:00 in Moscow (seed 000), a week.
//!
//! A window is named by when it began, in an integer chosen once, when a job is admitted; the release goes back to that
//! same window, whenever it comes. So neither the stroke of nine nor a skewed clock can count a use in one window and
//! give it back in another.

use crate::time::{Millis, Timestamp};

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day. Windows are cut in local wall time of a fixed offset, so every day has 24 hours.
const DAY_MS: i64 = 24 * HOUR_MS;
/// 1970-01-01 was a Thursday; the first Monday came four days later.
const FIRST_MONDAY_MS: i64 = 4 * DAY_MS;

/// How long a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// 60 minutes, from the anchor's minute.
    Hour,
    /// 24 hours, from the anchor.
    Day,
    /// 7 days, from the anchor on Monday.
    Week,
}

/// A kind of window: its length, when it begins, and in whose time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long each window is.
    pub period: Period,
    /// Minutes after local midnight at which a window begins: 1260 for 21:00.
    pub anchor_minutes: u16,
    /// Minutes by which local time is ahead of UTC: 180 for Moscow, which has had no summer time since 2014.
    pub utc_offset_minutes: i16,
}

/// The day of the seeds' unlimited plans: 21:00 to 21:00 in Moscow.
pub const MOSCOW_DAY: Schedule = Schedule {
    period: Period::Day,
    anchor_minutes: 21 * 60,
    utc_offset_minutes: 3 * 60,
};

/// One window: from `starts_at` up to, and not including, `ends_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first moment.
    pub starts_at: Timestamp,
    /// The first moment after it, when the count is 0 again.
    pub ends_at: Timestamp,
}

impl Schedule {
    /// The window that holds a moment.
    pub fn window_at(self, now: Timestamp) -> Window {
        let length = self.length();
        let origin = self.origin();
        let into = now.0.saturating_sub(origin).rem_euclid(length.0);
        let starts_at = Timestamp(now.0.saturating_sub(into));
        Window {
            starts_at,
            ends_at: starts_at.after(length),
        }
    }

    /// How long each window is.
    pub fn length(self) -> Millis {
        Millis(match self.period {
            Period::Hour => HOUR_MS,
            Period::Day => DAY_MS,
            Period::Week => DAY_MS.saturating_mul(7),
        })
    }

    /// The start of some window, in UTC.
    fn origin(self) -> i64 {
        let anchor = i64::from(self.anchor_minutes).saturating_mul(MINUTE_MS);
        let offset = i64::from(self.utc_offset_minutes).saturating_mul(MINUTE_MS);
        let monday = match self.period {
            Period::Week => FIRST_MONDAY_MS,
            Period::Hour | Period::Day => 0,
        };
        monday.saturating_add(anchor).saturating_sub(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 21:00:00 in Moscow, which is 18:00:00 UTC.
    const NINE_IN_MOSCOW: i64 = 1_795_284_000_000;

    #[test]
    fn the_moscow_day_turns_at_nine_in_the_evening_and_not_a_millisecond_before() {
        let before = MOSCOW_DAY.window_at(Timestamp(NINE_IN_MOSCOW - 1));
        let after = MOSCOW_DAY.window_at(Timestamp(NINE_IN_MOSCOW));
        assert_eq!(before.ends_at, Timestamp(NINE_IN_MOSCOW));
        assert_eq!(after.starts_at, Timestamp(NINE_IN_MOSCOW));
        assert_eq!(after.ends_at, Timestamp(NINE_IN_MOSCOW + DAY_MS));
    }

    #[test]
    fn a_week_begins_on_monday() {
        let week = Schedule {
            period: Period::Week,
            anchor_minutes: 0,
            utc_offset_minutes: 0,
        };
        let saturday_night = Timestamp(NINE_IN_MOSCOW);
        // 2026-11-16 was a Monday.
        assert_eq!(
            week.window_at(saturday_night).starts_at,
            Timestamp(1_794_787_200_000)
        );
    }

    proptest::proptest! {
        #[test]
        fn every_moment_lies_in_exactly_one_window(
            now in -4_000_000_000_000_i64..4_000_000_000_000,
            anchor in 0_u16..1440,
            offset in -840_i16..=840,
            period in 0_u8..3,
        ) {
            let period = [Period::Hour, Period::Day, Period::Week][usize::from(period)];
            let schedule = Schedule { period, anchor_minutes: anchor, utc_offset_minutes: offset };
            let window = schedule.window_at(Timestamp(now));
            proptest::prop_assert!(window.starts_at <= Timestamp(now) && Timestamp(now) < window.ends_at);
            proptest::prop_assert_eq!(window.ends_at.since(window.starts_at), schedule.length());
            // Neighbours meet without a gap, and every moment of a window names the same window.
            proptest::prop_assert_eq!(schedule.window_at(window.ends_at).starts_at, window.ends_at);
            proptest::prop_assert_eq!(schedule.window_at(window.starts_at), window);
            proptest::prop_assert_eq!(schedule.window_at(Timestamp(window.ends_at.0.saturating_sub(1))), window);
        }
    }
}
