//! What changes, field by field.

use limits_flags::Change;
use serde_json::{Value, json};

use crate::registry::parsed;

/// One line for a row that comes or goes, and one for every field of a row that changes.
pub(crate) fn text(changes: &[Change]) -> String {
    let lines = changes
        .iter()
        .flat_map(|change| of(&change.row, change.old.as_deref(), change.new.as_deref()));
    lines.collect::<Vec<_>>().join("\n")
}

/// The lines of one row.
pub(crate) fn of(row: &str, old: Option<&str>, new: Option<&str>) -> Vec<String> {
    match (old, new) {
        (None, None) => vec![],
        // What is given to people and taken from them is no row, and small.
        (None, Some(new)) if is_persons(row) => vec![format!("  + {row}: {new}")],
        (Some(old), None) if is_persons(row) => vec![format!("  - {row}: {old}")],
        (None, Some(_)) => vec![format!("  + {row}")],
        (Some(_), None) => vec![format!("  - {row}")],
        (Some(old), Some(new)) => fields(old, new)
            .into_iter()
            .map(|(field, old, new)| format!("  ~ {row} {field}: {old} -> {new}"))
            .collect(),
    }
}

fn is_persons(entity: &str) -> bool {
    entity.starts_with("user#") || entity.starts_with("payment#")
}

/// The changes with what stands in the rows.
pub(crate) fn json(changes: &[Change]) -> Value {
    let value = |body: &Option<String>| body.as_deref().map(parsed);
    let changes = changes
        .iter()
        .map(|change| json!({"row": change.row, "old": value(&change.old), "new": value(&change.new)}));
    changes.collect()
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
        compare(&inner, &member(&olds, name), &member(&news, name), found);
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

fn member(members: &[(String, Value)], name: &str) -> Value {
    let found = members.iter().find(|(member, _)| member == name);
    found.map_or(Value::Null, |(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_price_is_shown_as_just_that() {
        let change = |row: &str, old: Option<&str>, new: Option<&str>| Change {
            row: row.to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        let changes = [
            change(
                "model#kling-3.0",
                Some(r#"{"title":"Kling","prices":[{"seconds":5,"credits":1}]}"#),
                Some(r#"{"title":"Kling","prices":[{"seconds":5,"credits":2}]}"#),
            ),
            change("limit#hourly", None, Some("{}")),
            change("flag#old", Some("{}"), None),
        ];
        assert_eq!(
            text(&changes),
            "  ~ model#kling-3.0 prices.0.credits: 1 -> 2\n  + limit#hourly\n  - flag#old"
        );
    }
}
