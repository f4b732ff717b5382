//! Alarms: whatever goes wrong in a function, somebody is told.
//!
//! Lambda's own `Errors` counts crashes and time-outs. A handler that deals with its failure (a 503, an apology, a message
//! that goes back) has ended well as far as Lambda knows, so the answers and the logs have to be watched too.

use serde_norway::Value;

use super::Findings;
use super::template::{Resource, Template, list, pointed_to};

pub(super) const ALARM: &str = "AWS::CloudWatch::Alarm";
pub(super) const FILTER: &str = "AWS::Logs::MetricFilter";

/// What the runtime crate's telemetry writes for an error.
const ERROR_LINES: &str = r#"{ $.level = "ERROR" }"#;

/// Every function has an alarm on its failures, on its errors' lines and, where its concurrency is capped or its events
/// can be refused, on what was refused.
pub fn watched(template: &Template) -> Findings {
    template
        .functions()
        .flat_map(|function| {
            let unwatched = needed(function)
                .into_iter()
                .filter(move |metric| !is_watched(template, metric, function.name))
                .map(move |metric| format!("{}: no alarm on its {metric}", function.name));
            unwatched.chain(unheard(template, function))
        })
        .collect()
}

/// A function behind an address answers its caller, failed or not: a crash shows there as a 502 as well.
fn needed(function: Resource<'_>) -> Vec<&'static str> {
    let behind_a_url = function.property(&["FunctionUrlConfig"]).is_some();
    let behind_a_queue = function.events("SQS").next().is_some();
    let failures = if behind_a_url { "Url5xxCount" } else { "Errors" };
    let throttles = (behind_a_url || behind_a_queue).then_some("Throttles");
    std::iter::once(failures).chain(throttles).collect()
}

fn is_watched(template: &Template, metric: &str, function: &str) -> bool {
    template
        .of_type(ALARM)
        .any(|alarm| watches(alarm, metric, function))
}

fn unheard(template: &Template, function: Resource<'_>) -> Option<String> {
    let group = function
        .property(&["LoggingConfig", "LogGroup"])
        .and_then(pointed_to)?;
    let heard = template
        .of_type(FILTER)
        .filter(|filter| filter.property(&["LogGroupName"]).and_then(pointed_to) == Some(group))
        .any(|filter| pattern(filter) == ERROR_LINES && rings(template, filter));
    (!heard).then(|| format!("{}: no alarm on lines of level ERROR in {group}", function.name))
}

fn pattern(filter: Resource<'_>) -> &str {
    filter
        .property(&["FilterPattern"])
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Whether an alarm is on what a filter counts.
fn rings(template: &Template, filter: Resource<'_>) -> bool {
    let counted = list(filter.property(&["MetricTransformations"]));
    counted.into_iter().any(|counted| {
        template.of_type(ALARM).any(|alarm| {
            alarm.property(&["MetricName"]) == counted.get("MetricName")
                && alarm.property(&["Namespace"]) == counted.get("MetricNamespace")
        })
    })
}

/// Whether an alarm is on this metric of this resource.
pub fn watches(alarm: Resource<'_>, metric: &str, resource: &str) -> bool {
    let dimensions = list(alarm.property(&["Dimensions"]));
    alarm.property(&["MetricName"]).and_then(Value::as_str) == Some(metric)
        && dimensions
            .iter()
            .filter_map(|one| one.get("Value"))
            .any(|value| pointed_to(value) == Some(resource))
}
