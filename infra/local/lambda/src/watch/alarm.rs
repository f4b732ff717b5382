//! An alarm: a metric's statistic over periods, against a threshold.

use serde::Deserialize;

use super::{Point, Series};

/// What is made of a period's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Statistic {
    /// All together.
    Sum,
    /// The highest.
    Maximum,
    /// The lowest.
    Minimum,
    /// Their mean.
    Average,
    /// How many there are.
    SampleCount,
}

/// When a period is one to alarm for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Comparison {
    /// Above the threshold.
    GreaterThanThreshold,
    /// At the threshold or above.
    GreaterThanOrEqualToThreshold,
    /// Below the threshold.
    LessThanThreshold,
    /// At the threshold or below.
    LessThanOrEqualToThreshold,
}

/// What a period without values counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    /// As one to alarm for.
    Breaching,
    /// As a good one.
    NotBreaching,
    /// As none: the alarm stays as it is.
    Ignore,
    /// As none: without any value the alarm knows nothing.
    #[default]
    Missing,
}

/// How an alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All is well.
    Ok,
    /// It rings.
    Alarm,
    /// There is nothing to go by.
    InsufficientData,
}

impl State {
    /// As `CloudWatch` writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

/// An alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// What it is there for.
    pub description: String,
    /// What it looks at.
    pub series: Series,
    /// What is made of each period's values.
    pub statistic: Statistic,
    /// How long a period is, in seconds.
    pub period_s: u64,
    /// How many periods it looks back.
    pub periods: u64,
    /// How many of them have to be such that it rings.
    pub datapoints: u64,
    /// Against what.
    pub threshold: f64,
    /// How.
    pub comparison: Comparison,
    /// What a period without values counts as.
    pub missing: Missing,
}

impl Alarm {
    /// How it stands at a moment, by its metric's points. The last period is the one that is under way: CloudWatch looks
    /// at that, too, as soon as it has values, and one without any is not waited for.
    pub fn at(&self, points: &[Point], now_ms: u64) -> State {
        let period_ms = self.period_s.saturating_mul(1000).max(1);
        let current = now_ms.checked_div(period_ms).unwrap_or_default();
        let value = |period: u64| self.value(points, period, period_ms);
        let last = if value(current).is_some() {
            current
        } else {
            current.saturating_sub(1)
        };
        let first = last.saturating_add(1).saturating_sub(self.periods);
        let values: Vec<Option<f64>> = (first..=last).map(value).collect();
        if values.iter().all(Option::is_none) && matches!(self.missing, Missing::Missing | Missing::Ignore) {
            return State::InsufficientData;
        }
        let breaching = values.iter().filter(|value| match value {
            Some(value) => self.is_breached_by(*value),
            None => self.missing == Missing::Breaching,
        });
        if u64::try_from(breaching.count()).unwrap_or(u64::MAX) >= self.datapoints {
            State::Alarm
        } else {
            State::Ok
        }
    }

    fn value(&self, points: &[Point], period: u64, period_ms: u64) -> Option<f64> {
        let within = points
            .iter()
            .filter(|point| point.at_ms.checked_div(period_ms) == Some(period));
        let values: Vec<f64> = within.map(|point| point.value).collect();
        let count = u32::try_from(values.len()).map_or(f64::MAX, f64::from);
        let sum: f64 = values.iter().sum();
        (!values.is_empty()).then(|| match self.statistic {
            Statistic::Sum => sum,
            Statistic::Maximum => values.iter().copied().fold(f64::MIN, f64::max),
            Statistic::Minimum => values.iter().copied().fold(f64::MAX, f64::min),
            Statistic::Average => sum / count,
            Statistic::SampleCount => count,
        })
    }

    fn is_breached_by(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::GreaterThanThreshold => value > self.threshold,
            Comparison::GreaterThanOrEqualToThreshold => value >= self.threshold,
            Comparison::LessThanThreshold => value < self.threshold,
            Comparison::LessThanOrEqualToThreshold => value <= self.threshold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm() -> Alarm {
        Alarm {
            name: "bot-Refused".to_owned(),
            description: String::new(),
            series: Series::new("bot", "Refused", []),
            statistic: Statistic::Sum,
            period_s: 60,
            periods: 3,
            datapoints: 2,
            threshold: 2.0,
            comparison: Comparison::GreaterThanOrEqualToThreshold,
            missing: Missing::NotBreaching,
        }
    }

    /// Values, each in the minute of its number.
    fn points(values: &[(u64, f64)]) -> Vec<Point> {
        let point = |&(minute, value): &(u64, f64)| Point {
            at_ms: minute * 60_000 + 5,
            value,
        };
        values.iter().map(point).collect()
    }

    const IN_MINUTE_9: u64 = 9 * 60_000 + 30_000;

    #[test]
    fn it_rings_when_as_many_periods_as_it_wants_are_over_the_threshold() {
        let at = |values: &[(u64, f64)]| alarm().at(&points(values), IN_MINUTE_9);
        assert_eq!(at(&[(9, 1.0), (9, 1.0), (8, 2.0)]), State::Alarm);
        assert_eq!(at(&[(9, 2.0), (7, 2.0)]), State::Alarm);
        assert_eq!(at(&[(9, 2.0), (8, 1.0)]), State::Ok);
        assert_eq!(at(&[(9, 2.0), (6, 2.0)]), State::Ok, "too long ago");
        // The minute under way has none yet.
        assert_eq!(at(&[(8, 2.0), (6, 2.0)]), State::Alarm);
    }

    #[test]
    fn a_statistic_is_made_of_a_whole_period() {
        let values = points(&[(9, 1.0), (9, 4.0), (9, 1.0)]);
        let over = |statistic, threshold| {
            let alarm = Alarm {
                statistic,
                threshold,
                periods: 1,
                datapoints: 1,
                ..alarm()
            };
            alarm.at(&values, IN_MINUTE_9) == State::Alarm
        };
        for (statistic, value) in [
            (Statistic::Sum, 6.0),
            (Statistic::Maximum, 4.0),
            (Statistic::Minimum, 1.0),
            (Statistic::Average, 2.0),
            (Statistic::SampleCount, 3.0),
        ] {
            assert!(
                over(statistic, value) && !over(statistic, value + 0.1),
                "{statistic:?}"
            );
        }
    }

    #[test]
    fn silence_is_what_the_template_says_that_it_is() {
        let silent = |missing| Alarm { missing, ..alarm() }.at(&[], IN_MINUTE_9);
        assert_eq!(silent(Missing::Breaching), State::Alarm);
        assert_eq!(silent(Missing::NotBreaching), State::Ok);
        assert_eq!(silent(Missing::Missing), State::InsufficientData);
        assert_eq!(silent(Missing::Ignore), State::InsufficientData);
    }

    #[test]
    fn each_comparison_has_its_own_idea_of_the_threshold_itself() {
        let rings = |comparison, value| {
            let alarm = Alarm {
                comparison,
                periods: 1,
                datapoints: 1,
                ..alarm()
            };
            alarm.at(&points(&[(9, value)]), IN_MINUTE_9) == State::Alarm
        };
        let [greater, at_least, less, at_most] = [
            Comparison::GreaterThanThreshold,
            Comparison::GreaterThanOrEqualToThreshold,
            Comparison::LessThanThreshold,
            Comparison::LessThanOrEqualToThreshold,
        ]
        .map(|comparison| [1.0, 2.0, 3.0].map(|value| rings(comparison, value)));
        assert_eq!((greater, at_least), ([false, false, true], [false, true, true]));
        assert_eq!((less, at_most), ([true, false, false], [true, true, false]));
    }
}
