//! Schedules: fires functions by rate and cron expressions, in real time or faster.

mod expression;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::json;

pub use expression::Expression;

use crate::functions::{Outcome, Pool};
use crate::moment;
use crate::stack::{ScheduledEvent, Stack};

/// Where EventBridge Scheduler puts the time for which an event was scheduled.
const SCHEDULED_TIME: &str = "<aws.scheduler.scheduled-time>";

/// Runs one schedule for ever. With a `speed` of 30, a `rate(1 minute)` fires every two seconds; a cron expression sees
/// its clock run 30 times faster, from now on.
pub(crate) async fn run(pool: Arc<Pool>, schedule: ScheduledEvent, event: EventShape, speed: u32) {
    let (began, began_ms) = (Instant::now(), moment::now_ms());
    let mut due_ms = began_ms;
    while let Some(next_ms) = schedule.expression.next_after(due_ms) {
        due_ms = next_ms;
        let wait_ms = next_ms.saturating_sub(began_ms) / u64::from(speed.max(1));
        tokio::time::sleep_until((began + Duration::from_millis(wait_ms)).into()).await;
        // Lambda queues a schedule's event and runs it beside the others; only its own concurrency limits it.
        let (pool, payload) = (pool.clone(), event.payload(&schedule, due_ms));
        tokio::spawn(async move { pool.invoke(payload).await });
    }
}

/// Fires a function once, as its first schedule would, and waits for the answer.
pub(crate) async fn trigger(pool: &Arc<Pool>, schedule: &ScheduledEvent, event: &EventShape) -> Outcome {
    pool.invoke(event.payload(schedule, moment::now_ms())).await
}

/// The parts of a scheduled event that come from the stack.
#[derive(Debug, Clone)]
pub(crate) struct EventShape {
    account: String,
    region: String,
    rule: String,
}

impl EventShape {
    pub(crate) fn new(stack: &Stack, function: &str, schedule: &ScheduledEvent) -> Self {
        let (account, region) = (stack.account.clone(), stack.region.clone());
        let name = format!("{}-{function}{}", stack.name, schedule.event);
        let rule = match schedule.source {
            "aws.scheduler" => format!("arn:aws:scheduler:{region}:{account}:schedule/default/{name}"),
            _ => format!("arn:aws:events:{region}:{account}:rule/{name}"),
        };
        Self {
            account,
            region,
            rule,
        }
    }

    fn payload(&self, schedule: &ScheduledEvent, at_ms: u64) -> Bytes {
        if let Some(input) = &schedule.input {
            let input = match schedule.source {
                "aws.scheduler" => input.replace(SCHEDULED_TIME, &moment::rfc3339(at_ms)),
                _ => input.clone(),
            };
            return Bytes::from(input);
        }
        let event = json!({
            "version": "0",
            "id": crate::new_id(),
            "detail-type": "Scheduled Event",
            "source": schedule.source,
            "account": self.account,
            "time": moment::rfc3339(at_ms),
            "region": self.region,
            "resources": [self.rule],
            "detail": {},
        });
        Bytes::from(event.to_string())
    }
}
