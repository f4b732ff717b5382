//! Alarms that change their state: `CloudWatch` says so to `EventBridge`, which brings it to the functions that ask for it.
//!
//! Source: CloudWatch user guide, "Alarm events and EventBridge".

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Alarm, Missing, State, Watch};
use crate::aws::Sqs;
use crate::functions::Pool;
use crate::moment;
use crate::stack::Stack;

/// How often the alarms are looked at. CloudWatch's take up to a minute.
const EVERY: Duration = Duration::from_secs(1);

/// Looks at the alarms for ever, and brings what has become of them to those who ask for it.
pub(crate) async fn bring(watch: Arc<Watch>, sqs: Sqs, stack: Stack, pools: BTreeMap<String, Arc<Pool>>) {
    let mut board = Board::new(moment::now_ms());
    loop {
        let now_ms = moment::now_ms();
        // A queue that does not answer is looked at the next time.
        let _ = watch.measure(&stack, &sqs, now_ms).await;
        for (alarm, before, now) in board.turn(&watch, now_ms) {
            let event = event(&stack, alarm, before, now, now_ms);
            for (id, function) in &stack.functions {
                let is_asked_for = function.rules.iter().any(|rule| rule.pattern.fits(&event));
                let Some(pool) = pools.get(id).filter(|_| is_asked_for) else {
                    continue;
                };
                let (pool, event) = (Arc::clone(pool), Bytes::from(event.to_string()));
                tokio::spawn(async move { pool.invoke(event).await });
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// How the alarms stood the last time; nothing is known of them at first.
struct Board {
    began_ms: u64,
    states: BTreeMap<String, State>,
}

impl Board {
    fn new(began_ms: u64) -> Self {
        Self {
            began_ms,
            states: BTreeMap::new(),
        }
    }

    /// The alarms that stand otherwise now, with how they stood and stand.
    fn turn<'w>(&mut self, watch: &'w Watch, now_ms: u64) -> Vec<(&'w Alarm, State, State)> {
        let mut changed = Vec::new();
        for (id, now) in watch.alarms(now_ms) {
            let Some(alarm) = watch.alarms.get(&id) else {
                continue;
            };
            let now = if self.is_too_early(alarm, watch, now_ms) {
                State::InsufficientData
            } else {
                now
            };
            let before = self.states.insert(id, now).unwrap_or(State::InsufficientData);
            if before != now {
                changed.push((alarm, before, now));
            }
        }
        changed
    }

    /// Silence is alarming only once there has been time to break it.
    fn is_too_early(&self, alarm: &Alarm, watch: &Watch, now_ms: u64) -> bool {
        let window_ms = alarm.period_s.saturating_mul(alarm.periods).saturating_mul(1000);
        let is_young = now_ms < self.began_ms.saturating_add(window_ms);
        is_young && alarm.missing == Missing::Breaching && watch.is_silent(alarm)
    }
}

fn event(stack: &Stack, alarm: &Alarm, before: State, now: State, at_ms: u64) -> Value {
    let at = moment::rfc3339(at_ms);
    let arn = format!(
        "arn:aws:cloudwatch:{}:{}:alarm:{}",
        stack.region, stack.account, alarm.name
    );
    json!({
        "version": "0",
        "id": crate::new_id(),
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": stack.account,
        "time": at,
        "region": stack.region,
        "resources": [arn],
        "detail": {
            "alarmName": alarm.name,
            "configuration": {"description": alarm.description, "metrics": []},
            "previousState": {"value": before.as_str(), "timestamp": at},
            "state": {"value": now.as_str(), "timestamp": at, "reason": "Threshold Crossed"},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Comparison, Point, Series, Statistic};
    use super::*;

    fn alarm(missing: Missing) -> Alarm {
        Alarm {
            name: "bot-RefusedAlarm".to_owned(),
            description: String::new(),
            series: Series::new("bot", "Refused", []),
            statistic: Statistic::Sum,
            period_s: 60,
            periods: 2,
            datapoints: 1,
            threshold: 1.0,
            comparison: Comparison::GreaterThanOrEqualToThreshold,
            missing,
        }
    }

    fn watch(missing: Missing) -> Watch {
        Watch {
            alarms: [("RefusedAlarm".to_owned(), alarm(missing))].into(),
            ..Watch::default()
        }
    }

    fn turned(board: &mut Board, watch: &Watch, at_ms: u64) -> Vec<(State, State)> {
        let turned = board.turn(watch, at_ms).into_iter();
        turned.map(|(_, before, now)| (before, now)).collect()
    }

    #[test]
    fn each_change_is_told_once() {
        let watch = watch(Missing::NotBreaching);
        let mut board = Board::new(0);
        assert_eq!(
            turned(&mut board, &watch, 1),
            [(State::InsufficientData, State::Ok)]
        );
        assert_eq!(turned(&mut board, &watch, 2), []);
        watch.put(Series::new("bot", "Refused", []), Point { at_ms: 3, value: 1.0 });
        assert_eq!(turned(&mut board, &watch, 3), [(State::Ok, State::Alarm)]);
        assert_eq!(turned(&mut board, &watch, 4), []);
        assert_eq!(turned(&mut board, &watch, 240_000), [(State::Alarm, State::Ok)]);
    }

    #[test]
    fn silence_rings_once_there_was_time_to_break_it() {
        let mut board = Board::new(0);
        let watch = watch(Missing::Breaching);
        assert_eq!(turned(&mut board, &watch, 119_999), []);
        assert_eq!(
            turned(&mut board, &watch, 120_000),
            [(State::InsufficientData, State::Alarm)]
        );
    }
}
