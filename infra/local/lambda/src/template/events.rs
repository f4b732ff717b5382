//! A function's events: queues, schedules, logs and rules.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::resources::typed;
use super::watching::equation;
use crate::error::{Error, Result};
use crate::schedule::Expression;
use crate::stack::{EventRule, Function, LogSource, QueueSource, ScheduledEvent};
use crate::watch::Pattern;

/// Lambda takes at most this many messages in a batch without a batching window.
const BATCH_WITHOUT_WINDOW_MAX: u32 = 10;
const DEFAULT_BATCH_SIZE: u32 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Event {
    r#type: String,
    properties: Value,
}

pub(super) fn add(function: &mut Function, at: &str, name: String, event: Event) -> Result<()> {
    let at = format!("{at}.Properties");
    match event.r#type.as_str() {
        "SQS" => function.sources.push(queue_source(&at, name, event.properties)?),
        "Schedule" => function.schedules.push(rule(&at, name, event.properties)?),
        "CloudWatchLogs" => function.logs.push(log_source(&at, name, event.properties)?),
        "EventBridgeRule" => function.rules.push(event_rule(&at, name, event.properties)?),
        "ScheduleV2" => function.schedules.push(scheduler(&at, name, event.properties)?),
        kind => {
            return Err(Error::template(
                at,
                format!("an event of type {kind} is not understood"),
            ));
        }
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct QueueEvent {
    queue: String,
    batch_size: Option<u32>,
    maximum_batching_window_in_seconds: Option<u32>,
    #[serde(default)]
    function_response_types: Vec<String>,
    scaling_config: Option<ScalingConfig>,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ScalingConfig {
    maximum_concurrency: u32,
}

fn queue_source(at: &str, event: String, properties: Value) -> Result<QueueSource> {
    let it: QueueEvent = typed(at, properties)?;
    let batch_size = it.batch_size.unwrap_or(DEFAULT_BATCH_SIZE);
    let window_s = it.maximum_batching_window_in_seconds.unwrap_or_default();
    if batch_size > BATCH_WITHOUT_WINDOW_MAX && window_s == 0 {
        return Err(Error::template(
            at,
            "a BatchSize over 10 needs MaximumBatchingWindowInSeconds",
        ));
    }
    let maximum_concurrency = it.scaling_config.map(|config| config.maximum_concurrency);
    if maximum_concurrency.is_some_and(|n| !(2..=1000).contains(&n)) {
        return Err(Error::template(
            format!("{at}.ScalingConfig.MaximumConcurrency"),
            "must be 2 to 1000",
        ));
    }
    Ok(QueueSource {
        event,
        queue_arn: it.queue,
        batch_size,
        window_s,
        reports_failures: it
            .function_response_types
            .iter()
            .any(|it| it == "ReportBatchItemFailures"),
        maximum_concurrency,
        enabled: it.enabled.unwrap_or(true),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct LogEvent {
    log_group_name: String,
    filter_pattern: String,
}

fn log_source(at: &str, event: String, properties: Value) -> Result<LogSource> {
    let it: LogEvent = typed(at, properties)?;
    let Some((field, value)) = equation(&it.filter_pattern) else {
        return Err(Error::template(
            format!("{at}.FilterPattern"),
            "only `{ $.field = \"value\" }` is understood",
        ));
    };
    Ok(LogSource {
        event,
        log_group: it.log_group_name,
        field: field.to_owned(),
        value: value.to_owned(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PatternEvent {
    pattern: Value,
    #[serde(rename = "RetryPolicy")]
    _retry: Option<IgnoredAny>,
}

fn event_rule(at: &str, event: String, properties: Value) -> Result<EventRule> {
    let it: PatternEvent = typed(at, properties)?;
    let pattern = Pattern::read(&it.pattern).map_err(|why| Error::template(format!("{at}.Pattern"), why))?;
    Ok(EventRule { event, pattern })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RuleEvent {
    schedule: String,
    input: Option<String>,
    enabled: Option<bool>,
    state: Option<String>,
    #[serde(rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "RetryPolicy")]
    _retry: Option<IgnoredAny>,
}

fn rule(at: &str, event: String, properties: Value) -> Result<ScheduledEvent> {
    let it: RuleEvent = typed(at, properties)?;
    Ok(ScheduledEvent {
        event,
        expression: expression(&format!("{at}.Schedule"), &it.schedule, None)?,
        input: it.input,
        source: "aws.events",
        enabled: it.enabled.unwrap_or(true) && it.state.as_deref() != Some("DISABLED"),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SchedulerEvent {
    schedule_expression: String,
    schedule_expression_timezone: Option<String>,
    input: Option<String>,
    state: Option<String>,
    #[serde(rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "FlexibleTimeWindow")]
    _window: Option<IgnoredAny>,
    #[serde(rename = "RetryPolicy")]
    _retry: Option<IgnoredAny>,
}

fn scheduler(at: &str, event: String, properties: Value) -> Result<ScheduledEvent> {
    let it: SchedulerEvent = typed(at, properties)?;
    let zone = it.schedule_expression_timezone.as_deref();
    Ok(ScheduledEvent {
        event,
        expression: expression(&format!("{at}.ScheduleExpression"), &it.schedule_expression, zone)?,
        input: it.input,
        source: "aws.scheduler",
        enabled: it.state.as_deref() != Some("DISABLED"),
    })
}

fn expression(at: &str, text: &str, zone: Option<&str>) -> Result<Expression> {
    Expression::parse(text, zone.unwrap_or("UTC")).map_err(|why| Error::template(at, why))
}
