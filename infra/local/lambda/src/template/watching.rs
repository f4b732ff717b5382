//! Alarms and metric filters.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::resources::typed;
use crate::error::{Error, Result};
use crate::watch::{Alarm, Comparison, LogFilter, Missing, Series, Statistic};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct AlarmProperties {
    namespace: String,
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    statistic: Statistic,
    period: u64,
    evaluation_periods: u64,
    datapoints_to_alarm: Option<u64>,
    threshold: f64,
    comparison_operator: Comparison,
    #[serde(default)]
    treat_missing_data: Missing,
    #[serde(default)]
    alarm_description: String,
    // Nobody is mailed here: how the alarms stand is asked for, and rules bring their changes.
    #[serde(rename = "AlarmActions")]
    _actions: Option<IgnoredAny>,
    #[serde(rename = "OKActions")]
    _ok_actions: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Dimension {
    name: String,
    value: String,
}

pub(super) fn alarm(at: &str, name: String, properties: Value) -> Result<Alarm> {
    let it: AlarmProperties = typed(at, properties)?;
    let dimensions: BTreeMap<String, String> = it
        .dimensions
        .into_iter()
        .map(|dimension| (dimension.name, dimension.value))
        .collect();
    Ok(Alarm {
        name,
        description: it.alarm_description,
        series: Series {
            namespace: it.namespace,
            metric: it.metric_name,
            dimensions,
        },
        statistic: it.statistic,
        period_s: it.period,
        periods: it.evaluation_periods,
        datapoints: it.datapoints_to_alarm.unwrap_or(it.evaluation_periods),
        threshold: it.threshold,
        comparison: it.comparison_operator,
        missing: it.treat_missing_data,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct FilterProperties {
    log_group_name: String,
    filter_pattern: String,
    metric_transformations: Vec<Transformation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transformation {
    #[serde(rename = "MetricNamespace")]
    namespace: String,
    #[serde(rename = "MetricName")]
    metric: String,
    #[serde(rename = "MetricValue")]
    value: String,
}

/// Every transformation of a filter that counts the lines in which a field has a value: `{ $.level = "ERROR" }`.
pub(super) fn filters(at: &str, properties: Value) -> Result<Vec<LogFilter>> {
    let it: FilterProperties = typed(at, properties)?;
    let Some((field, value)) = equation(&it.filter_pattern) else {
        return Err(Error::template(
            format!("{at}.FilterPattern"),
            "only { $.field = \"value\" } is understood",
        ));
    };
    if it.metric_transformations.iter().any(|one| one.value != "1") {
        return Err(Error::template(
            format!("{at}.MetricTransformations"),
            "only a MetricValue of 1 is understood",
        ));
    }
    let filter = |one: Transformation| LogFilter {
        log_group: it.log_group_name.clone(),
        field: field.to_owned(),
        value: value.to_owned(),
        namespace: one.namespace,
        metric: one.metric,
    };
    Ok(it.metric_transformations.into_iter().map(filter).collect())
}

pub(super) fn equation(pattern: &str) -> Option<(&str, &str)> {
    let inner = pattern.trim().strip_prefix('{')?.strip_suffix('}')?;
    let (field, value) = inner.split_once('=')?;
    let field = field.trim().strip_prefix("$.")?;
    let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
    (!field.contains(['.', '[']) && !value.contains(['"', '*'])).then_some((field, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_alarm_without_its_own_word_wants_all_of_its_periods_and_calls_silence_missing() {
        let properties = json!({"Namespace": "AWS/SQS", "MetricName": "Depth", "Statistic": "Maximum", "Period": 60,
            "Dimensions": [{"Name": "QueueName", "Value": "bells"}], "EvaluationPeriods": 3, "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold", "AlarmActions": ["topic"]});
        let read = alarm("Resources.X", "bot-X".to_owned(), properties.clone()).unwrap();
        assert_eq!(
            (read.periods, read.datapoints, read.missing),
            (3, 3, Missing::Missing)
        );
        assert_eq!(
            read.series,
            Series::new("AWS/SQS", "Depth", [("QueueName", "bells")])
        );
        let mut astray = properties;
        astray["Metrics"] = json!([]);
        let why = alarm("Resources.X", "bot-X".to_owned(), astray)
            .unwrap_err()
            .to_string();
        assert!(why.contains("Metrics"), "{why}");
    }

    #[test]
    fn a_filter_that_is_not_understood_is_an_error_and_not_silence() {
        let properties = |pattern: &str, value: &str| {
            json!({"LogGroupName": "logs", "FilterPattern": pattern, "MetricTransformations": [
                {"MetricNamespace": "bot", "MetricName": "Errors", "MetricValue": value}]})
        };
        let read = filters("X", properties(r#"{ $.level = "ERROR" }"#, "1")).unwrap();
        assert_eq!(
            (read[0].field.as_str(), read[0].value.as_str()),
            ("level", "ERROR")
        );
        for pattern in [
            "ERROR",
            r#"{ $.a.b = "x" }"#,
            "{ $.took > 5 }",
            r#"{ $.level = "E*" }"#,
        ] {
            assert!(filters("X", properties(pattern, "1")).is_err(), "{pattern}");
        }
        assert!(filters("X", properties(r#"{ $.level = "ERROR" }"#, "$.took")).is_err());
    }
}
