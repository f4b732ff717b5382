//! A limit as an operator writes it.

use domain::limit::{Limit, Measure, Mode, Span, Whose};
use domain::time::Millis;
use domain::window::{Period, Schedule, Sliding, Zone};
use serde::{Deserialize, Serialize};

use super::DocumentError;

/// How many steps a sliding window is counted in, if nothing else is said.
const STEPS: u32 = 24;
/// How many it may have: each is a number on the counter's row.
const STEPS_MAX: u32 = 60;
/// The longest sliding window: releases come up to 30 days after.
const SLIDING_S_MAX: u32 = 31 * 24 * 3600;
/// The most rows for what all use together: they are read at once where one is full.
const SHARDS_MAX: u16 = 64;
/// The longest name of a limit, in bytes: it stands in every counter's name.
const NAME_BYTES_MAX: usize = 48;

/// How much of something may be used, and within what time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LimitRow {
    /// Among a feature's limits, what tells it from another that counts the same: its counter is called by it. Other
    /// limits are called by the key that they stand under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is counted: `requests` (the default), `tokens`, `micro_usd`, or `concurrent` orders.
    #[serde(default, skip_serializing_if = "is_requests")]
    pub measure: MeasureName,
    /// How much is allowed at once or in one window.
    pub max: u64,
    /// `hour`, `day`, `week` or `month`, by the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<PeriodName>,
    /// Instead of a period: the number of seconds just past within which uses count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding_s: Option<u32>,
    /// Into how many steps a sliding window is divided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
    /// When a window begins, as local wall time: `21:00`. Midnight if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// Whose wall clock, by its name in the tz database: `Europe/Moscow`. UTC if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Instead of a zone: how far local time is ahead of UTC: `+03:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_offset: Option<String>,
    /// `hard` refuses (the default), `soft` tells the customer, `monitor` tells the operator.
    #[serde(default, skip_serializing_if = "is_hard")]
    pub mode: ModeName,
    /// From which share of `max` on the customer is warned, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_percent: Option<u8>,
    /// Everybody's uses are counted together, on so many rows that none is hot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<u16>,
    /// Only orders that this provider makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureName {
    /// Orders.
    #[default]
    Requests,
    /// Tokens of the price's row.
    Tokens,
    /// What the provider is expected to charge, of the price's row.
    MicroUsd,
    /// Orders that are open.
    Concurrent,
}

/// How long a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeriodName {
    /// 60 minutes.
    Hour,
    /// A day.
    Day,
    /// 7 days, from Monday.
    Week,
    /// A month, from the first.
    Month,
}

/// What happens when there is no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModeName {
    /// The order is refused.
    #[default]
    Hard,
    /// The order is taken, and the customer told.
    Soft,
    /// The order is taken, and the operator told.
    Monitor,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_requests(measure: &MeasureName) -> bool {
    *measure == MeasureName::Requests
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_hard(mode: &ModeName) -> bool {
    *mode == ModeName::Hard
}

/// Whether a limit in a feature's list can be called so: what follows the last `-` of a counter's name is the limit's, and
/// what stands before it the feature's, which may have hyphens.
pub(crate) fn check_id(id: &str) -> Result<(), DocumentError> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let good = id.starts_with(|first: char| first.is_ascii_lowercase()) && id.bytes().all(letter);
    good.then_some(())
        .ok_or_else(|| DocumentError::LimitId(id.to_owned()))
}

/// Whether counters can be called so.
pub(crate) fn check_name(id: &str) -> Result<(), DocumentError> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let good = !id.is_empty() && id.len() <= NAME_BYTES_MAX && id.bytes().all(letter);
    good.then_some(())
        .ok_or_else(|| DocumentError::LimitName(id.to_owned()))
}

/// A day from a wall time to the same, in a zone of the tz database.
pub(super) fn day(anchor: &str, zone: &str) -> Result<Schedule, DocumentError> {
    Ok(Schedule {
        period: Period::Day,
        anchor_minutes: time_of_day(anchor)?,
        zone: self::zone(zone).ok_or_else(|| DocumentError::Zone(zone.to_owned()))?,
    })
}

impl LimitRow {
    /// So many orders in a day from `anchor` to the same, in a zone of the tz database.
    pub fn per_day(max: u64, anchor: &str, zone: &str) -> Self {
        Self {
            id: None,
            measure: MeasureName::Requests,
            max,
            period: Some(PeriodName::Day),
            sliding_s: None,
            steps: None,
            anchor: Some(anchor.to_owned()),
            zone: Some(zone.to_owned()),
            utc_offset: None,
            mode: ModeName::Hard,
            warn_percent: None,
            shards: None,
            provider: None,
        }
    }

    /// The limit that this row means, where it stands under a key.
    pub fn read(&self, key: &str) -> Result<Limit, DocumentError> {
        if self.id.is_some() {
            return Err(DocumentError::Senseless(
                "id",
                "only a limit in a feature's list has one; this one is called by its key",
            ));
        }
        self.called(key)
    }

    /// The limit that this row means, under a name for its counters.
    pub(crate) fn called(&self, id: &str) -> Result<Limit, DocumentError> {
        check_name(id)?;
        if self
            .warn_percent
            .is_some_and(|percent| percent == 0 || percent > 100)
        {
            return Err(DocumentError::Senseless("warn_percent", "not from 1 to 100"));
        }
        let span = self.span()?;
        Ok(Limit {
            id: id.to_owned(),
            measure: match self.measure {
                MeasureName::Requests | MeasureName::Concurrent => Measure::Requests,
                MeasureName::Tokens => Measure::Tokens,
                MeasureName::MicroUsd => Measure::MicroUsd,
            },
            max: self.max,
            whose: self.whose(&span)?,
            span,
            mode: match self.mode {
                ModeName::Hard => Mode::Hard,
                ModeName::Soft => Mode::Soft,
                ModeName::Monitor => Mode::Monitor,
            },
            warn_percent: self.warn_percent,
            provider: self.provider.clone(),
        })
    }

    fn span(&self) -> Result<Span, DocumentError> {
        let clocks = [&self.anchor, &self.zone, &self.utc_offset];
        let by_clock = clocks.into_iter().any(Option::is_some);
        match (self.measure, self.period, self.sliding_s) {
            (MeasureName::Concurrent, None, None) if !by_clock => Ok(Span::Open),
            (MeasureName::Concurrent, ..) => Err(DocumentError::Senseless(
                "concurrent",
                "what is open is counted at no time: no period, sliding_s, anchor or zone",
            )),
            (_, Some(period), None) => self.fixed(period).map(Span::Fixed),
            (_, None, Some(seconds)) if !by_clock => self.sliding(seconds).map(Span::Sliding),
            (_, None, Some(_)) => Err(DocumentError::Senseless(
                "sliding_s",
                "a sliding window has no anchor and no zone",
            )),
            _ => Err(DocumentError::Senseless(
                "period",
                "a limit has either a period (hour, day, week, month) or sliding_s",
            )),
        }
    }

    fn fixed(&self, period: PeriodName) -> Result<Schedule, DocumentError> {
        let zone = match (&self.zone, &self.utc_offset) {
            (Some(_), Some(_)) => {
                return Err(DocumentError::Senseless("utc_offset", "there is a zone as well"));
            }
            (Some(name), None) => zone(name).ok_or_else(|| DocumentError::Zone(name.clone()))?,
            (None, Some(text)) => offset(text)
                .and_then(Zone::fixed)
                .ok_or_else(|| DocumentError::Offset(text.clone()))?,
            (None, None) => Zone::utc(),
        };
        Ok(Schedule {
            period: match period {
                PeriodName::Hour => Period::Hour,
                PeriodName::Day => Period::Day,
                PeriodName::Week => Period::Week,
                PeriodName::Month => Period::Month,
            },
            anchor_minutes: self.anchor.as_deref().map_or(Ok(0), time_of_day)?,
            zone,
        })
    }

    fn sliding(&self, seconds: u32) -> Result<Sliding, DocumentError> {
        let steps = self.steps.unwrap_or(STEPS);
        let fits = (1..=STEPS_MAX).contains(&steps) && (1..=SLIDING_S_MAX).contains(&seconds);
        if !fits || !seconds.is_multiple_of(steps) {
            return Err(DocumentError::Senseless(
                "sliding_s",
                "it must be at most 31 days, and a whole number of seconds in each of at most 60 steps (24 if none are named)",
            ));
        }
        let step = seconds.checked_div(steps).unwrap_or(seconds);
        Ok(Sliding {
            length: Millis::from_secs(i64::from(seconds)),
            step: Millis::from_secs(i64::from(step)),
        })
    }

    fn whose(&self, span: &Span) -> Result<Whose, DocumentError> {
        let Some(shards) = self.shards else {
            return Ok(Whose::Each);
        };
        if !matches!(span, Span::Fixed(_)) {
            return Err(DocumentError::Senseless(
                "shards",
                "what all use together is counted in windows by the clock",
            ));
        }
        if shards == 0 || shards > SHARDS_MAX || self.max < u64::from(shards) {
            return Err(DocumentError::Senseless(
                "shards",
                "from 1 to 64, and not more than max: each row takes its part of it",
            ));
        }
        Ok(Whose::All { shards })
    }
}

fn time_of_day(text: &str) -> Result<u16, DocumentError> {
    let day = minutes(text).filter(|minutes| *minutes < 24 * 60);
    day.ok_or_else(|| DocumentError::TimeOfDay(text.to_owned()))
}

/// `21:00` as minutes after midnight.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok())
    };
    let (hours, minutes) = (two_digits(hours)??, two_digits(minutes)??);
    (minutes < 60).then_some(hours.checked_mul(60)?.checked_add(minutes)?)
}

/// A zone by its name in the tz database, or by how far it is ahead of UTC: `+03:00`.
pub(crate) fn zone(text: &str) -> Option<Zone> {
    Zone::named(text).or_else(|| offset(text).and_then(Zone::fixed))
}

/// `+03:00` as minutes.
fn offset(text: &str) -> Option<i16> {
    let (sign, rest) = if let Some(rest) = text.strip_prefix('+') {
        (1, rest)
    } else {
        (-1, text.strip_prefix('-')?)
    };
    let minutes = i16::try_from(minutes(rest)?).ok()?;
    (minutes <= 14 * 60).then_some(sign * minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Limit, DocumentError> {
        serde_json::from_str::<LimitRow>(json).unwrap().read("videos")
    }

    #[test]
    fn times_and_offsets_are_read_strictly() {
        assert_eq!(minutes("21:00"), Some(1260));
        assert_eq!(offset("+03:00"), Some(180));
        assert_eq!(offset("-09:30"), Some(-570));
        for text in ["9:00", "21:60", "21", "21:0", "+1:00", ""] {
            assert_eq!(minutes(text), None, "{text}");
        }
        for text in ["03:00", "+15:00", "+3"] {
            assert_eq!(offset(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_in_moscow_may_be_written_by_zone_or_by_offset() {
        let at = domain::time::Timestamp(1_795_284_000_000);
        for clock in [r#""zone":"Europe/Moscow""#, r#""utc_offset":"+03:00""#] {
            let limit = read(&format!(r#"{{"max":3,"period":"day","anchor":"21:00",{clock}}}"#)).unwrap();
            assert_eq!(limit.window_at(at).unwrap().starts_at, at, "{clock}");
        }
    }

    #[test]
    fn every_measure_mode_and_span_is_read() {
        let open = read(r#"{"measure":"concurrent","max":2}"#).unwrap();
        assert_eq!((open.span, open.measure), (Span::Open, Measure::Requests));
        let spend = read(r#"{"measure":"micro_usd","max":900,"period":"month","shards":8,"provider":"kie"}"#)
            .unwrap();
        assert_eq!(spend.whose, Whose::All { shards: 8 });
        assert_eq!(
            (spend.measure, spend.provider.as_deref()),
            (Measure::MicroUsd, Some("kie"))
        );
        let slow = read(
            r#"{"measure":"tokens","max":9,"sliding_s":3600,"steps":6,"mode":"soft","warn_percent":80}"#,
        );
        let slow = slow.unwrap();
        assert_eq!((slow.mode, slow.warn_percent), (Mode::Soft, Some(80)));
        assert!(matches!(slow.span, Span::Sliding(sliding) if sliding.step == Millis::from_mins(10)));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for json in [
            r#"{"max":1}"#,
            r#"{"max":1,"period":"day","sliding_s":60}"#,
            r#"{"max":1,"period":"day","zone":"Europe/Moscow","utc_offset":"+03:00"}"#,
            r#"{"max":1,"period":"day","zone":"Europe/Moskow"}"#,
            r#"{"max":1,"period":"day","anchor":"24:00"}"#,
            r#"{"max":1,"period":"day","warn_percent":101}"#,
            r#"{"max":1,"measure":"concurrent","period":"day"}"#,
            r#"{"max":1,"measure":"concurrent","zone":"Europe/Moscow"}"#,
            r#"{"max":1,"sliding_s":60,"anchor":"21:00"}"#,
            r#"{"max":1,"sliding_s":61}"#,
            r#"{"max":1,"sliding_s":120,"steps":61}"#,
            r#"{"max":1,"sliding_s":120,"steps":0}"#,
            r#"{"max":7,"period":"day","shards":8}"#,
            r#"{"max":70,"sliding_s":120,"shards":8}"#,
            r#"{"max":1,"period":"day","id":"warning"}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        let row = LimitRow::per_day(1, "21:00", "Europe/Moscow");
        for name in ["", "a#b", "a~", "a@1", "a*2", &"a".repeat(49)] {
            assert_eq!(row.read(name), Err(DocumentError::LimitName(name.to_owned())));
        }
    }
}
