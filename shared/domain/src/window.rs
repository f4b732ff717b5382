//! Windows of time in which uses are counted: an hour, a day from 21:00 to 21:00 in Moscow (seed 000), a week, a month;
//! and windows that slide.
//!
//! A window is named by when it began, in an integer chosen once, when a job is admitted; the release goes back to that
//! same window, whenever it comes. So neither the stroke of nine nor a skewed clock can count a use in one window and
//! give it back in another.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use crate::time::{Millis, Timestamp};

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// How long a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// 60 minutes, from the anchor's minute.
    Hour,
    /// A day, from the anchor. Where clocks are changed, two days of the year have 23 or 25 hours.
    Day,
    /// 7 days, from the anchor on Monday.
    Week,
    /// A month, from the anchor on the first.
    Month,
}

/// Whose wall clock is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A kind of window: its length, when it begins, and in whose time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long each window is.
    pub period: Period,
    /// Minutes after local midnight at which a window begins: 1260 for 21:00.
    pub anchor_minutes: u16,
    /// Whose wall clock.
    pub zone: Zone,
}

/// One window: from `starts_at` up to, and not including, `ends_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first moment.
    pub starts_at: Timestamp,
    /// The first moment after it, when the count is 0 again.
    pub ends_at: Timestamp,
}

/// A window that slides: what was used within the last `length` counts. It is counted in steps, and a step counts until
/// all of it is older than that, so that no window of this length, wherever it is laid, holds more than is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sliding {
    /// How far back uses count.
    pub length: Millis,
    /// How finely they are counted.
    pub step: Millis,
}

impl Zone {
    /// A zone by its name in the tz database (`Europe/Moscow`); `None` if it knows none of that name.
    pub fn named(name: &str) -> Option<Self> {
        let zones = jiff::tz::db();
        zones.get(name).ok().map(Self)
    }

    /// A fixed distance from UTC, in minutes; `None` beyond a day.
    pub fn fixed(offset_minutes: i16) -> Option<Self> {
        let seconds = i32::from(offset_minutes).checked_mul(60)?;
        Offset::from_seconds(seconds)
            .ok()
            .map(|offset| Self(TimeZone::fixed(offset)))
    }

    /// UTC.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Its name in the tz database, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.0.iana_name()
    }

    /// By how many minutes its clocks are ahead of UTC at a moment.
    pub fn offset_minutes(&self, at: Timestamp) -> i32 {
        self.offset(at).seconds().div_euclid(60)
    }

    /// What its clocks show at a moment.
    pub fn wall(&self, at: Timestamp) -> DateTime {
        self.offset(at).to_datetime(instant(at))
    }

    /// The moment at which its clocks show this. A time that is left out when clocks go forward is the moment that much
    /// after the change; of a time that comes twice, the first is meant.
    pub(crate) fn moment(&self, wall: DateTime) -> Timestamp {
        let instant = self.0.to_timestamp(wall);
        Timestamp(instant.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
    }

    fn offset(&self, at: Timestamp) -> Offset {
        self.0.to_offset(instant(at))
    }
}

/// A moment in the words of the time library, which knows the years from -9999 to 9999.
fn instant(at: Timestamp) -> jiff::Timestamp {
    let nearest = if at.0 < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(nearest)
}

impl Schedule {
    /// The day of the seeds' unlimited plans: 21:00 to 21:00 in Moscow.
    pub fn moscow_day() -> Self {
        Self {
            period: Period::Day,
            anchor_minutes: 21 * 60,
            // Moscow has had no summer time since 2014.
            zone: Zone::named("Europe/Moscow").unwrap_or_else(Zone::utc),
        }
    }

    /// The window that holds a moment.
    pub fn window_at(&self, now: Timestamp) -> Window {
        match self.period {
            Period::Hour => self.hour_at(now),
            Period::Day | Period::Week | Period::Month => self.days_at(now),
        }
    }

    /// Hours are of even length, whatever clocks are changed to.
    fn hour_at(&self, now: Timestamp) -> Window {
        let anchor = i64::from(self.anchor_minutes).saturating_mul(MINUTE_MS);
        let offset = i64::from(self.zone.offset_minutes(now)).saturating_mul(MINUTE_MS);
        let origin = anchor.saturating_sub(offset);
        let into = now.0.saturating_sub(origin).rem_euclid(HOUR_MS);
        let starts_at = Timestamp(now.0.saturating_sub(into));
        Window {
            starts_at,
            ends_at: starts_at.after(Millis(HOUR_MS)),
        }
    }

    fn days_at(&self, now: Timestamp) -> Window {
        let today = self.first_day(self.zone.wall(now).date());
        let starts_at = self.begins(today);
        if now < starts_at {
            let before = self.first_day(today.yesterday().unwrap_or(Date::MIN));
            return Window {
                starts_at: self.begins(before),
                ends_at: starts_at,
            };
        }
        Window {
            starts_at,
            ends_at: self.begins(self.next(today)),
        }
    }

    /// The first day of the period that holds a day.
    fn first_day(&self, day: Date) -> Date {
        match self.period {
            Period::Hour | Period::Day => day,
            Period::Week => {
                let since_monday = i64::from(day.weekday().to_monday_zero_offset());
                day.saturating_sub(since_monday.days())
            }
            Period::Month => day.first_of_month(),
        }
    }

    /// The first day of the period after the one that begins on this day.
    fn next(&self, first: Date) -> Date {
        match self.period {
            Period::Hour | Period::Day => first.saturating_add(1.day()),
            Period::Week => first.saturating_add(7.days()),
            Period::Month => first.saturating_add(1.month()),
        }
    }

    /// When the period that begins on this day begins.
    fn begins(&self, day: Date) -> Timestamp {
        let (hour, minute) = (self.anchor_minutes / 60, self.anchor_minutes % 60);
        let small = |number: u16| i8::try_from(number).unwrap_or(0);
        let time = Time::new(small(hour), small(minute), 0, 0).unwrap_or(Time::midnight());
        self.zone.moment(day.to_datetime(time))
    }
}

impl Sliding {
    /// When the step began that holds a moment.
    pub fn step_at(self, now: Timestamp) -> Timestamp {
        let into = now.0.checked_rem_euclid(self.step.0).unwrap_or(0);
        Timestamp(now.0.saturating_sub(into))
    }

    /// When a step counts no more.
    pub fn forgets_at(self, step: Timestamp) -> Timestamp {
        step.after(self.step).after(self.length)
    }
}

#[cfg(test)]
mod tests;
