//! What CloudWatch sees: metrics from the functions' own lines (in the embedded metric format, or counted by the template's
//! filters), from Lambda and from SQS; and the template's alarms on them.
//!
//! Sources: CloudWatch user guide, "Specification: Embedded metric format", "Using Amazon CloudWatch alarms" and "Filter
//! pattern syntax"; Lambda and SQS developer guides on their metrics.

mod alarm;
pub(crate) mod changes;
mod emf;
mod pattern;
mod point;

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::Value;

pub use alarm::{Alarm, Comparison, Missing, State, Statistic};
pub use pattern::Pattern;
pub use point::{Point, Series};

use crate::aws::{Depth, Sqs};
use crate::error::Result;
use crate::stack::Stack;

/// How long points are kept: longer than any alarm looks back.
const KEPT_MS: u64 = 3 * 60 * 60 * 1000;

/// Counts the lines of a log group in which a field of the JSON has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter {
    /// The log group's name.
    pub log_group: String,
    /// The field, without `$.`.
    pub field: String,
    /// Its value.
    pub value: String,
    /// Where it is counted.
    pub namespace: String,
    /// As what.
    pub metric: String,
}

/// The metrics of one stack, and its alarms.
#[derive(Debug, Default)]
pub struct Watch {
    points: Mutex<BTreeMap<Series, Vec<Point>>>,
    /// Queues that are not empty, by name, with the moment at which that was first seen.
    filled_since: Mutex<BTreeMap<String, u64>>,
    filters: Vec<LogFilter>,
    /// Log groups by the function's logical id.
    log_groups: BTreeMap<String, String>,
    alarms: BTreeMap<String, Alarm>,
}

impl Watch {
    /// With a stack's filters and alarms, and no metrics yet.
    pub fn new(stack: &Stack) -> Self {
        let log_groups = stack
            .functions
            .iter()
            .filter_map(|(id, function)| Some((id.clone(), function.log_group.clone()?)));
        Self {
            points: Mutex::default(),
            filled_since: Mutex::default(),
            filters: stack.filters.clone(),
            log_groups: log_groups.collect(),
            alarms: stack.alarms.clone(),
        }
    }

    /// A line that a function has written.
    pub fn heard(&self, function: &str, line: &str, at_ms: u64) {
        let Ok(document) = serde_json::from_str::<Value>(line) else {
            return;
        };
        for (series, point) in emf::points(&document) {
            self.put(series, point);
        }
        let group = self.log_groups.get(function);
        for filter in self
            .filters
            .iter()
            .filter(|filter| Some(&filter.log_group) == group)
        {
            if document[&filter.field] == *filter.value {
                let series = Series::new(&filter.namespace, &filter.metric, []);
                self.put(series, Point { at_ms, value: 1.0 });
            }
        }
    }

    /// Something that Lambda counts of a function, by the function's name.
    pub fn lambda(&self, function: &str, metric: &str, value: f64, at_ms: u64) {
        let series = Series::new("AWS/Lambda", metric, [("FunctionName", function)]);
        self.put(series, Point { at_ms, value });
    }

    /// How many messages a queue has now, by its name, as SQS tells CloudWatch every minute. How old the oldest is, the local
    /// queue does not say; how long it has not been empty stands for that, which is never less.
    pub fn depth(&self, queue: &str, depth: Depth, at_ms: u64) {
        let count = |messages: u64| u32::try_from(messages).map_or(f64::MAX, f64::from);
        self.sqs(
            queue,
            "ApproximateNumberOfMessagesVisible",
            count(depth.visible),
            at_ms,
        );
        let mut filled = crate::locked(&self.filled_since);
        let since = if depth.total() == 0 {
            filled.remove(queue);
            at_ms
        } else {
            *filled.entry(queue.to_owned()).or_insert(at_ms)
        };
        let age_s = at_ms.saturating_sub(since) / 1000;
        self.sqs(queue, "ApproximateAgeOfOldestMessage", count(age_s), at_ms);
    }

    /// Something that SQS counts of a queue, by the queue's name.
    pub fn sqs(&self, queue: &str, metric: &str, value: f64, at_ms: u64) {
        let series = Series::new("AWS/SQS", metric, [("QueueName", queue)]);
        self.put(series, Point { at_ms, value });
    }

    fn put(&self, series: Series, point: Point) {
        let mut all = crate::locked(&self.points);
        let points = all.entry(series).or_default();
        let since = point.at_ms.saturating_sub(KEPT_MS);
        points.retain(|old| old.at_ms >= since);
        points.push(point);
    }

    /// Every metric's last value.
    pub fn latest(&self) -> Vec<(Series, Point)> {
        let all = crate::locked(&self.points);
        let latest = all
            .iter()
            .filter_map(|(series, points)| Some((series.clone(), *points.last()?)));
        latest.collect()
    }

    /// A metric's sum since the start, or since it was forgotten.
    pub fn sum(&self, series: &Series) -> f64 {
        let all = crate::locked(&self.points);
        all.get(series)
            .into_iter()
            .flatten()
            .map(|point| point.value)
            .sum()
    }

    /// Measures the queues of a stack as they are now.
    pub(crate) async fn measure(&self, stack: &Stack, sqs: &Sqs, at_ms: u64) -> Result<()> {
        for queue in stack.queues.values() {
            let depth = sqs.depth(&sqs.url(&queue.name)).await?;
            self.depth(&queue.name, depth, at_ms);
        }
        Ok(())
    }

    /// Whether an alarm's metric has no value at all.
    fn is_silent(&self, alarm: &Alarm) -> bool {
        crate::locked(&self.points).get(&alarm.series).is_none()
    }

    /// How the alarms stand at a moment, by their logical ids.
    pub fn alarms(&self, now_ms: u64) -> BTreeMap<String, State> {
        let all = crate::locked(&self.points);
        let stands = |(id, alarm): (&String, &Alarm)| {
            let points = all.get(&alarm.series).map(Vec::as_slice).unwrap_or_default();
            (id.clone(), alarm.at(points, now_ms))
        };
        self.alarms.iter().map(stands).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch() -> Watch {
        Watch {
            filters: vec![LogFilter {
                log_group: "web-logs".to_owned(),
                field: "level".to_owned(),
                value: "ERROR".to_owned(),
                namespace: "bot".to_owned(),
                metric: "ErrorLines".to_owned(),
            }],
            log_groups: [("Web", "web-logs"), ("Work", "work-logs")]
                .map(|(id, group)| (id.to_owned(), group.to_owned()))
                .into(),
            ..Watch::default()
        }
    }

    #[test]
    fn only_the_lines_that_a_filter_means_are_counted() {
        let watch = watch();
        watch.heard("Web", r#"{"level":"ERROR","message":"x"}"#, 1);
        watch.heard("Web", r#"{"level":"WARN"}"#, 2);
        watch.heard("Work", r#"{"level":"ERROR"}"#, 3);
        watch.heard("Web", "ERROR, and no JSON", 4);
        let lines = Series::new("bot", "ErrorLines", []);
        assert!((watch.sum(&lines) - 1.0).abs() < f64::EPSILON);
        assert_eq!(watch.latest().len(), 1);
    }

    #[test]
    fn a_queue_is_as_old_as_it_is_not_empty() {
        let (watch, age) = (
            watch(),
            Series::new(
                "AWS/SQS",
                "ApproximateAgeOfOldestMessage",
                [("QueueName", "bells")],
            ),
        );
        let depth = |delayed| Depth {
            delayed,
            ..Depth::default()
        };
        for (messages, at_ms) in [(1, 10_000), (3, 70_000), (0, 80_000), (2, 90_000)] {
            watch.depth("bells", depth(messages), at_ms);
        }
        let all = crate::locked(&watch.points);
        let ages: Vec<u64> = all[&age].iter().map(|point| point.value.to_bits()).collect();
        assert_eq!(ages, [0.0, 60.0, 0.0, 0.0].map(f64::to_bits));
    }

    #[test]
    fn what_is_older_than_any_alarm_looks_back_is_forgotten() {
        let watch = watch();
        watch.sqs("bells", "Depth", 1.0, 0);
        watch.sqs("bells", "Depth", 5.0, KEPT_MS + 1);
        let depth = Series::new("AWS/SQS", "Depth", [("QueueName", "bells")]);
        assert!((watch.sum(&depth) - 5.0).abs() < f64::EPSILON);
    }
}
