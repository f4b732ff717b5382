//! `rate(...)` and `cron(...)`.
//!
//! Source: Amazon `EventBridge` user guide, "Schedule types": a rate's unit is singular for 1 and plural otherwise; a
//! cron has six fields, of which exactly one of day-of-month and day-of-week is `?`.

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

const MS_PER_S: u64 = 1000;

/// When a schedule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// At a fixed distance.
    Rate {
        /// Seconds between two firings.
        every_s: u64,
    },
    /// On a calendar.
    Cron {
        /// The six fields, as written.
        fields: String,
        /// The calendar's time zone.
        zone: Tz,
    },
}

impl Expression {
    /// Reads an expression; the error says what is wrong with it.
    pub fn parse(text: &str, zone: &str) -> Result<Self, String> {
        let zone: Tz = zone.parse().map_err(|_| format!("{zone:?} is no time zone"))?;
        let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(rate) = inside("rate") {
            return parse_rate(rate);
        }
        let Some(fields) = inside("cron") else {
            return Err(format!("{text:?} is neither rate(...) nor cron(...)"));
        };
        parse_cron(fields)?;
        Ok(Self::Cron {
            fields: fields.to_owned(),
            zone,
        })
    }

    /// The first firing after `now_ms` (epoch milliseconds), or `None` if there is none any more.
    pub fn next_after(&self, now_ms: u64) -> Option<u64> {
        match self {
            Self::Rate { every_s } => now_ms.checked_add(every_s.checked_mul(MS_PER_S)?),
            Self::Cron { fields, zone } => {
                let now: DateTime<Utc> = Utc.timestamp_millis_opt(i64::try_from(now_ms).ok()?).single()?;
                let next = parse_cron(fields)
                    .ok()?
                    .find_next_occurrence(&now.with_timezone(zone), false)
                    .ok()?;
                u64::try_from(next.timestamp_millis()).ok()
            }
        }
    }
}

fn parse_rate(rate: &str) -> Result<Expression, String> {
    let wrong = || format!("rate({rate}) is not understood: rate(1 minute), rate(5 minutes)");
    let (value, unit) = rate.split_once(' ').ok_or_else(wrong)?;
    let value: u64 = value.parse().map_err(|_| wrong())?;
    let seconds = match (unit, value) {
        ("minute", 1) | ("minutes", 2..) => 60,
        ("hour", 1) | ("hours", 2..) => 3600,
        ("day", 1) | ("days", 2..) => 86400,
        _ => return Err(wrong()),
    };
    let every_s = value.checked_mul(seconds).ok_or_else(wrong)?;
    Ok(Expression::Rate { every_s })
}

fn parse_cron(fields: &str) -> Result<Cron, String> {
    let parts: Vec<&str> = fields.split_whitespace().collect();
    let [minute, hour, day, month, weekday, year] = parts[..] else {
        return Err(format!("cron({fields}) must have six fields"));
    };
    if (day == "?") == (weekday == "?") {
        return Err(format!(
            "cron({fields}): exactly one of day-of-month and day-of-week must be ?"
        ));
    }
    let weekday = last_weekday(weekday);
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .alternative_weekdays(true)
        .sloppy_ranges(true)
        .build();
    let pattern = format!("0 {minute} {hour} {day} {month} {weekday} {year}");
    parser.parse(&pattern).map_err(|e| format!("cron({fields}): {e}"))
}

/// `6L`, the last Friday, is written `6#L` by the parser; a lone `L` is Saturday.
fn last_weekday(weekday: &str) -> String {
    match weekday.strip_suffix('L') {
        Some("") => "7".to_owned(),
        Some(day) => format!("{day}#L"),
        None => weekday.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, zone: &str, now: &str) -> String {
        let now = DateTime::parse_from_rfc3339(now).unwrap().timestamp_millis();
        let next = Expression::parse(expression, zone)
            .unwrap()
            .next_after(now.try_into().unwrap())
            .unwrap();
        Utc.timestamp_millis_opt(next.try_into().unwrap())
            .unwrap()
            .format("%Y-%m-%dT%H:%M")
            .to_string()
    }

    #[test]
    fn a_rate_fires_at_its_distance() {
        assert_eq!(
            Expression::parse("rate(5 minutes)", "UTC").unwrap().next_after(1),
            Some(300_001)
        );
        assert_eq!(
            Expression::parse("rate(1 day)", "UTC").unwrap().next_after(0),
            Some(86_400_000)
        );
    }

    #[test]
    fn a_wrong_unit_or_a_wrong_number_is_refused() {
        for wrong in [
            "rate(5 minute)",
            "rate(1 minutes)",
            "rate(0 minutes)",
            "rate(1 second)",
            "every minute",
        ] {
            assert!(Expression::parse(wrong, "UTC").is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_cron_follows_its_time_zone() {
        let expression = "cron(0 21 * * ? *)";
        assert_eq!(
            next(expression, "UTC", "2026-11-21T20:00:00Z"),
            "2026-11-21T21:00"
        );
        assert_eq!(
            next(expression, "Europe/Moscow", "2026-11-21T10:00:00Z"),
            "2026-11-21T18:00"
        );
    }

    #[test]
    fn weekdays_count_from_sunday_as_one() {
        assert_eq!(
            next("cron(0 9 ? * 2 *)", "UTC", "2026-11-21T00:00:00Z"),
            "2026-11-23T09:00"
        );
        assert_eq!(
            next("cron(0 9 ? * MON-FRI *)", "UTC", "2026-11-21T00:00:00Z"),
            "2026-11-23T09:00"
        );
        assert_eq!(
            next("cron(0 9 ? * 6L *)", "UTC", "2026-11-21T00:00:00Z"),
            "2026-11-27T09:00"
        );
    }

    #[test]
    fn days_months_and_years_are_honoured() {
        assert_eq!(
            next("cron(0/15 * * * ? *)", "UTC", "2026-11-21T00:01:00Z"),
            "2026-11-21T00:15"
        );
        assert_eq!(
            next("cron(0 0 L * ? *)", "UTC", "2026-11-21T00:00:00Z"),
            "2026-11-30T00:00"
        );
        assert_eq!(
            next("cron(0 0 1 1 ? 2028)", "UTC", "2026-11-21T00:00:00Z"),
            "2028-01-01T00:00"
        );
    }

    #[test]
    fn a_cron_with_two_days_or_five_fields_is_refused() {
        for wrong in [
            "cron(0 9 1 * MON *)",
            "cron(0 9 ? * ? *)",
            "cron(0 9 * * ?)",
            "cron(61 9 * * ? *)",
        ] {
            assert!(Expression::parse(wrong, "UTC").is_err(), "{wrong}");
        }
    }
}
