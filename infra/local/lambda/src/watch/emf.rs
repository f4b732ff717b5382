//! The embedded metric format: which numbers of a document are metrics.

use serde_json::Value;

use super::{Point, Series};

/// Every value that a document tells of; none for a line that is not in the format.
pub(super) fn points(document: &Value) -> Vec<(Series, Point)> {
    let Some(at_ms) = document["_aws"]["Timestamp"].as_u64() else {
        return Vec::new();
    };
    let directives = document["_aws"]["CloudWatchMetrics"]
        .as_array()
        .into_iter()
        .flatten();
    directives
        .flat_map(|directive| of_directive(document, directive, at_ms))
        .collect()
}

fn of_directive(document: &Value, directive: &Value, at_ms: u64) -> Vec<(Series, Point)> {
    let namespace = directive["Namespace"].as_str().unwrap_or_default();
    let sets = directive["Dimensions"].as_array().into_iter().flatten();
    let mut found = Vec::new();
    for set in sets {
        let Some(dimensions) = dimensions(document, set) else {
            continue;
        };
        for metric in directive["Metrics"].as_array().into_iter().flatten() {
            let name = metric["Name"].as_str().unwrap_or_default();
            let series = Series::new(namespace, name, dimensions.iter().copied());
            let values = values(&document[name]).into_iter();
            found.extend(values.map(|value| (series.clone(), Point { at_ms, value })));
        }
    }
    found
}

/// A set's names with their values; `None` where one has none, and then CloudWatch leaves the metric out.
fn dimensions<'d>(document: &'d Value, set: &'d Value) -> Option<Vec<(&'d str, &'d str)>> {
    let names = set.as_array()?.iter();
    names
        .map(|name| {
            let name = name.as_str()?;
            Some((name, document[name].as_str()?))
        })
        .collect()
}

/// A number, or up to a hundred of them.
fn values(target: &Value) -> Vec<f64> {
    match target {
        Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
        value => value.as_f64().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_metric_is_read_for_every_set_of_dimensions() {
        let document = json!({
            "_aws": {"Timestamp": 7, "CloudWatchMetrics": [{
                "Namespace": "bot", "Dimensions": [["Model"], []],
                "Metrics": [{"Name": "Videos"}, {"Name": "Took", "Unit": "Seconds"}, {"Name": "Absent"}],
            }]},
            "Model": "kling", "Videos": 2, "Took": [1.5, 3],
        });
        let kling = || [("Model", "kling")];
        let found = points(&document);
        let expected: Vec<(Series, f64)> = vec![
            (Series::new("bot", "Videos", kling()), 2.0),
            (Series::new("bot", "Took", kling()), 1.5),
            (Series::new("bot", "Took", kling()), 3.0),
            (Series::new("bot", "Videos", []), 2.0),
            (Series::new("bot", "Took", []), 1.5),
            (Series::new("bot", "Took", []), 3.0),
        ];
        let expected: Vec<(Series, Point)> = expected
            .into_iter()
            .map(|(series, value)| (series, Point { at_ms: 7, value }))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_dimension_without_a_value_leaves_the_metric_out() {
        let directive =
            json!({"Namespace": "bot", "Dimensions": [["Model"]], "Metrics": [{"Name": "Videos"}]});
        let document = json!({"_aws": {"Timestamp": 7, "CloudWatchMetrics": [directive]}, "Videos": 2});
        assert_eq!(points(&document), []);
        assert_eq!(points(&json!({"level": "INFO", "Videos": 2})), []);
    }
}
