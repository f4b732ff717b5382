//! In which order rows are written where one transaction does not take them all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Change;

/// The kinds, each after those that it may refer to. Tiers and features refer to each other: a tier that names a feature
/// not there yet gives nothing, while a feature whose tier is not there yet would be off for everybody.
const KINDS: [&str; 18] = [
    "tier",
    "feature",
    "addon",
    "component",
    "evaluator",
    "flag_metadata",
    "flag",
    "limit",
    "model_cost",
    "costs",
    "model",
    "plan",
    "pack",
    "selling",
    "moderation",
    "promo",
    "rewards",
    "rules",
];

/// Whatever is written, in the kinds' order, and then whatever goes, in the opposite one. Within a kind, a row comes after
/// those that it names: a feature after what it depends on, a tier after what it inherits from.
pub(super) fn in_order(changes: Vec<Change>) -> Vec<Change> {
    let (written, gone): (Vec<Change>, Vec<Change>) =
        changes.into_iter().partition(|change| change.new.is_some());
    let mut order = sorted(written, |change| change.new.as_deref());
    let mut last = sorted(gone, |change| change.old.as_deref());
    last.reverse();
    order.append(&mut last);
    order
}

fn sorted(mut changes: Vec<Change>, body: impl Fn(&Change) -> Option<&str>) -> Vec<Change> {
    changes.sort_by_cached_key(|change| (place(&change.row), change.row.clone()));
    let named: BTreeMap<String, BTreeSet<String>> = changes
        .iter()
        .map(|change| (change.row.clone(), siblings(&change.row, body(change))))
        .collect();
    let mut waiting: BTreeMap<String, Change> = changes
        .iter()
        .map(|change| (change.row.clone(), change.clone()))
        .collect();
    let mut order = Vec::with_capacity(changes.len());
    for change in &changes {
        emit(&change.row, &named, &mut waiting, &mut order);
    }
    order
}

/// Takes a row out of those that wait, after whatever it names. One that stands on the path already is not waited for, so
/// a circle, which no document has, ends too.
fn emit(
    row: &str,
    named: &BTreeMap<String, BTreeSet<String>>,
    waiting: &mut BTreeMap<String, Change>,
    order: &mut Vec<Change>,
) {
    let mut path = vec![(row.to_owned(), false)];
    let mut seen = BTreeSet::new();
    while let Some((row, ready)) = path.pop() {
        if ready {
            order.extend(waiting.remove(&row));
        } else if waiting.contains_key(&row) && seen.insert(row.clone()) {
            let first = named.get(&row).into_iter().flatten().rev();
            let first: Vec<(String, bool)> = first.map(|row| (row.clone(), false)).collect();
            path.push((row, true));
            path.extend(first);
        }
    }
}

fn place(row: &str) -> usize {
    let kind = row.split('#').next().unwrap_or_default();
    let place = KINDS.iter().position(|known| *known == kind);
    place.unwrap_or(KINDS.len() - 1)
}

/// The rows of the same kind whose names stand in a body as texts.
fn siblings(row: &str, body: Option<&str>) -> BTreeSet<String> {
    let (kind, own) = row.split_once('#').unwrap_or((row, ""));
    let value: Value = body
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_default();
    let mut texts = BTreeSet::new();
    collect(&value, &mut texts);
    texts.remove(own);
    texts.into_iter().map(|name| format!("{kind}#{name}")).collect()
}

fn collect<'v>(value: &'v Value, texts: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) => {
            texts.insert(text);
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(members) => members.values().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(row: &str, old: Option<&str>, new: Option<&str>) -> Change {
        Change {
            row: row.to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        }
    }

    fn rows(changes: Vec<Change>) -> Vec<String> {
        in_order(changes).into_iter().map(|change| change.row).collect()
    }

    #[test]
    fn what_others_refer_to_comes_first_and_goes_last() {
        let some = Some("1");
        let order = rows(vec![
            change("rules", None, some),
            change("model#m", None, some),
            change("feature#old", some, None),
            change("flag#other", some, some),
            change("tier#old", some, None),
            change("feature#new", None, some),
            change("tier#new", None, some),
        ]);
        let wanted = [
            "tier#new",
            "feature#new",
            "flag#other",
            "model#m",
            "rules",
            "feature#old",
            "tier#old",
        ];
        assert_eq!(order, wanted);
    }

    #[test]
    fn within_a_kind_a_row_comes_after_those_that_it_names_and_goes_before_them() {
        let needs = |name: &str| Some(format!(r#"{{"depends_on":["{name}"]}}"#));
        let (b, c) = (needs("b"), needs("c"));
        let writes = vec![
            change("feature#a", None, b.as_deref()),
            change("feature#b", None, c.as_deref()),
            change("feature#c", None, Some("{}")),
        ];
        assert_eq!(rows(writes), ["feature#c", "feature#b", "feature#a"]);
        let deletions = vec![
            change("feature#a", b.as_deref(), None),
            change("feature#b", c.as_deref(), None),
            change("feature#c", Some("{}"), None),
        ];
        assert_eq!(rows(deletions), ["feature#a", "feature#b", "feature#c"]);
        let circle = needs("a");
        let circle = vec![
            change("feature#a", None, b.as_deref()),
            change("feature#b", None, circle.as_deref()),
        ];
        assert_eq!(rows(circle).len(), 2, "each once");
    }
}
