//! The time that a report is about: a day, or a week from Monday on, of the calendar.
//!
//! Not the day of the limits, which runs from 21:00 to 21:00: that is when quotas turn. Whoever reads a report holds it
//! against the rails' and the bank's days, which are the calendar's; and at nine in the morning either is over.

use jiff::ToSpan;
use jiff::civil::{Date, Time};

use crate::time::{Millis, Timestamp};
use crate::window::Zone;

/// How long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// A day.
    Day,
    /// Seven, from Monday on.
    Week,
}

impl Span {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Day, Self::Week];

    /// Its name in keys and events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// Reads a name; `None` if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == name)
    }
}

/// A day or a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// How long it is.
    pub span: Span,
    /// Its first day, as `2026-11-21`.
    pub first: String,
    /// Its last day.
    pub last: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
    /// When each of its parts begins: of a day the hours, of a week the days.
    pub parts: Vec<Timestamp>,
}

impl Period {
    /// The last one that was over at a moment. `None` at the ends of time.
    pub fn ended(span: Span, zone: &Zone, now: Timestamp) -> Option<Self> {
        let today = zone.wall(now).date();
        let within = match span {
            Span::Day => today.yesterday().ok()?,
            Span::Week => today.checked_sub(7.days()).ok()?,
        };
        Self::holding(span, zone, within)
    }

    /// The one that holds a day, as `2026-11-21`; `None` if that is none.
    pub fn of(span: Span, zone: &Zone, day: &str) -> Option<Self> {
        Self::holding(span, zone, day.parse().ok()?)
    }

    fn holding(span: Span, zone: &Zone, day: Date) -> Option<Self> {
        let (first, days) = match span {
            Span::Day => (day, 1),
            Span::Week => {
                let into = i32::from(day.weekday().to_monday_zero_offset());
                (day.checked_sub(into.days()).ok()?, 7)
            }
        };
        let begins = |day: Date| zone.moment(day.to_datetime(Time::midnight()));
        let after = first.checked_add(days.days()).ok()?;
        let parts = match span {
            Span::Day => (0..24).map(|hour| zone.moment(first.at(hour, 0, 0, 0))).collect(),
            Span::Week => (0..days)
                .filter_map(|more: i32| first.checked_add(more.days()).ok())
                .map(begins)
                .collect(),
        };
        Some(Self {
            span,
            first: first.to_string(),
            last: after.yesterday().ok()?.to_string(),
            from: begins(first),
            until: begins(after),
            parts,
        })
    }

    /// Its name in keys: `day#2026-11-21`, `week#2026-11-16`.
    pub fn key(&self) -> String {
        format!("{}#{}", self.span.as_str(), self.first)
    }

    /// Whether a moment is in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        (self.from..self.until).contains(&at)
    }

    /// In which of its parts a moment is, from 0; `None` if it is in none.
    pub fn part(&self, at: Timestamp) -> Option<usize> {
        let begun = self.parts.partition_point(|begins| *begins <= at);
        begun.checked_sub(1).filter(|_| self.holds(at))
    }

    /// The day of a part, as `2026-11-21`, or its hour, as `14`.
    pub fn part_label(&self, part: usize, zone: &Zone) -> String {
        let wall = self.parts.get(part).map(|begins| zone.wall(*begins));
        let label = wall.map(|wall| match self.span {
            Span::Day => wall.hour().to_string(),
            Span::Week => wall.date().to_string(),
        });
        label.unwrap_or_default()
    }

    /// A moment of each day of UTC that it touches, the first first.
    pub fn utc_days(&self) -> Vec<Timestamp> {
        utc_days(self.from, self.until)
    }
}

/// A moment of each day of UTC between two, the first first.
pub(super) fn utc_days(from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let day = Millis::from_mins(24 * 60);
    let midnight = from.0.saturating_sub(from.0.rem_euclid(day.0));
    let days = std::iter::successors(Some(Timestamp(midnight)), |at| Some(at.after(day)));
    days.take_while(|at| *at < until).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moscow() -> Zone {
        Zone::named("Europe/Moscow").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn at_nine_in_the_morning_the_day_before_is_over() {
        let day = Period::ended(Span::Day, &moscow(), at("2026-11-22T06:00:00Z")).unwrap();
        assert_eq!(
            (day.key().as_str(), day.last.as_str()),
            ("day#2026-11-21", "2026-11-21")
        );
        assert_eq!(
            (day.from, day.until),
            (at("2026-11-20T21:00:00Z"), at("2026-11-21T21:00:00Z"))
        );
        assert_eq!(day.parts.len(), 24);
        assert_eq!(
            [
                day.part(day.from),
                day.part(Timestamp(day.until.0 - 1)),
                day.part(day.until)
            ],
            [Some(0), Some(23), None]
        );
        assert_eq!(day.part(Timestamp(day.from.0 - 1)), None);
        assert_eq!(day.part_label(14, &moscow()), "14");
        assert_eq!(
            day.utc_days(),
            [at("2026-11-20T00:00:00Z"), at("2026-11-21T00:00:00Z")]
        );
    }

    #[test]
    fn just_before_and_just_after_midnight_it_is_another_day() {
        let of = |now: &str| Period::ended(Span::Day, &moscow(), at(now)).unwrap().first;
        assert_eq!(of("2026-11-21T20:59:59Z"), "2026-11-20");
        assert_eq!(of("2026-11-21T21:00:00Z"), "2026-11-21");
    }

    #[test]
    fn a_week_runs_from_monday_and_the_last_one_that_is_over_is_meant() {
        for now in [
            "2026-11-23T06:00:00Z",
            "2026-11-25T06:00:00Z",
            "2026-11-29T20:59:59Z",
        ] {
            let week = Period::ended(Span::Week, &moscow(), at(now)).unwrap();
            assert_eq!(
                (week.key().as_str(), week.last.as_str()),
                ("week#2026-11-16", "2026-11-22"),
                "{now}"
            );
        }
        let week = Period::of(Span::Week, &moscow(), "2026-11-19").unwrap();
        assert_eq!(week.key(), "week#2026-11-16");
        assert_eq!(week.part(at("2026-11-17T21:00:00Z")), Some(2));
        assert_eq!(week.part_label(2, &moscow()), "2026-11-18");
        assert_eq!(week.utc_days().len(), 8);
        assert_eq!(Period::of(Span::Day, &moscow(), "yesterday"), None);
    }

    #[test]
    fn a_day_on_which_clocks_are_changed_has_an_hour_less() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let day = Period::of(Span::Day, &zone, "2026-03-29").unwrap();
        assert_eq!(day.until.since(day.from), Millis::from_mins(23 * 60));
        assert_eq!(day.part(Timestamp(day.until.0 - 1)), Some(23));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        assert!(
            Span::ALL
                .into_iter()
                .all(|span| Span::parse(span.as_str()) == Some(span))
        );
    }
}
