//! What a plan changes, field by field.

use limits_flags::Plan;
use serde_json::{Value, json};

/// One line for a row that comes or goes, and one for every field of a row that changes.
pub(super) fn text(plan: &Plan) -> String {
    let lines = plan.changes.iter().flat_map(|(row, old, new)| match (old, new) {
        (None, _) => vec![format!("  + {row}")],
        (_, None) => vec![format!("  - {row}")],
        (Some(old), Some(new)) => fields(old, new)
            .into_iter()
            .map(|(field, old, new)| format!("  ~ {row} {field}: {old} -> {new}"))
            .collect(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn json(plan: &Plan) -> Value {
    let value = |body: &Option<String>| body.as_deref().map(parsed);
    let changes: Vec<Value> = plan
        .changes
        .iter()
        .map(|(row, old, new)| json!({"row": row, "old": value(old), "new": value(new)}))
        .collect();
    json!({"version": plan.version, "changes": changes})
}

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| json!(body))
}

/// The fields that differ: path, old, new.
fn fields(old: &str, new: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    compare("", &parsed(old), &parsed(new), &mut found);
    found
}

fn compare(path: &str, old: &Value, new: &Value, found: &mut Vec<(String, String, String)>) {
    if old == new {
        return;
    }
    let (Some(olds), Some(news)) = (members(old), members(new)) else {
        found.push((path.to_owned(), old.to_string(), new.to_string()));
        return;
    };
    let mut names: Vec<&String> = olds.iter().chain(&news).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    for name in names {
        let inner = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        compare(&inner, &of(&olds, name), &of(&news, name), found);
    }
}

fn members(value: &Value) -> Option<Vec<(String, Value)>> {
    match value {
        Value::Object(members) => Some(members.clone().into_iter().collect()),
        Value::Array(elements) => Some(
            (0..)
                .map(|index: usize| index.to_string())
                .zip(elements.clone())
                .collect(),
        ),
        _ => None,
    }
}

fn of(members: &[(String, Value)], name: &str) -> Value {
    let found = members.iter().find(|(member, _)| member == name);
    found.map_or(Value::Null, |(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_price_is_shown_as_just_that() {
        let plan = Plan {
            version: 3,
            changes: vec![
                (
                    "model#kling-3.0".to_owned(),
                    Some(r#"{"title":"Kling","prices":[{"seconds":5,"credits":1}]}"#.to_owned()),
                    Some(r#"{"title":"Kling","prices":[{"seconds":5,"credits":2}]}"#.to_owned()),
                ),
                ("limit#hourly".to_owned(), None, Some("{}".to_owned())),
                ("flag#old".to_owned(), Some("{}".to_owned()), None),
            ],
            digest: String::new(),
        };
        assert_eq!(
            text(&plan),
            "  ~ model#kling-3.0 prices.0.credits: 1 -> 2\n  + limit#hourly\n  - flag#old"
        );
    }
}
