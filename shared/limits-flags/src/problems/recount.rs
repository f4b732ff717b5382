//! What all customers use of a limit together stands on numbered rows, whose names and parts follow from how the limit is
//! written. Written otherwise in the middle of a window, it would count anew, or on rows that hold more than their part: the
//! cap would be passed, and a cap of spending is there so that nothing passes it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Problem;

/// What says where a shared limit is counted. How much it allows, and what happens then, may change at any time.
const COUNTED_BY: [&str; 9] = [
    "shards",
    "measure",
    "period",
    "anchor",
    "zone",
    "utc_offset",
    "sliding_s",
    "provider",
    "id",
];

/// Shared limits that are counted elsewhere than before, by the rows before and after.
pub(crate) fn recounted(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Problem> {
    let both = after
        .iter()
        .filter_map(|(row, after)| Some((row, before.get(row)?, after)));
    let changed = both.filter(|(_, before, after)| before != after);
    let read = |body: &str| serde_json::from_str::<Value>(body).unwrap_or_default();
    let found = changed.filter_map(|(row, before, after)| {
        let field = moved(&read(before), &read(after))?;
        let why = format!(
            "{field}: a limit that all customers share would count anew in the middle of its window, and more than `max` \
             could be used; put one of another name beside it, and delete this one when the next window has begun"
        );
        Some(Problem {
            row: row.clone(),
            why,
        })
    });
    found.collect()
}

/// The first field by which a shared limit, at the same place in both, is counted elsewhere.
fn moved(before: &Value, after: &Value) -> Option<&'static str> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let own = shared(before, after).and_then(|()| {
                let same = |field: &&str| before.get(*field) == after.get(*field);
                COUNTED_BY.into_iter().find(|field| !same(field))
            });
            let mut both = after
                .iter()
                .filter_map(|(name, after)| Some((before.get(name)?, after)));
            own.or_else(|| both.find_map(|(before, after)| moved(before, after)))
        }
        (Value::Array(before), Value::Array(after)) => {
            let mut both = before.iter().zip(after);
            both.find_map(|(before, after)| moved(before, after))
        }
        _ => None,
    }
}

/// Whether both are a limit that all share.
fn shared(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<()> {
    let is = |limit: &Map<String, Value>| limit.get("shards").is_some_and(Value::is_u64);
    (is(before) && is(after)).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let rows = |body: &str| BTreeMap::from([("limit#spend".to_owned(), body.to_owned())]);
        let found = recounted(&rows(before), &rows(after));
        found.into_iter().map(|problem| problem.why).collect()
    }

    const CAP: &str = r#"{"max":900,"measure":"micro_usd","period":"day","anchor":"21:00","zone":"Europe/Moscow","shards":4}"#;

    #[test]
    fn where_a_shared_limit_is_counted_stays_while_it_counts() {
        for (from, to, field) in [
            (r#""shards":4"#, r#""shards":1"#, "shards"),
            (r#""shards":4"#, r#""shards":8"#, "shards"),
            ("day", "hour", "period"),
            ("21:00", "20:00", "anchor"),
            ("Europe/Moscow", "Europe/Berlin", "zone"),
            ("micro_usd", "tokens", "measure"),
        ] {
            let refused = told(CAP, &CAP.replace(from, to));
            assert!(refused[0].starts_with(&format!("{field}: ")), "{refused:?}");
        }
    }

    #[test]
    fn how_much_it_allows_may_change_at_any_time_and_so_may_what_each_customer_has_alone() {
        assert_eq!(told(CAP, &CAP.replace("900", "100")), Vec::<String>::new());
        assert_eq!(
            told(CAP, &CAP.replace(r#","shards":4"#, "")),
            Vec::<String>::new()
        );
        let own = CAP.replace(r#","shards":4"#, "");
        assert_eq!(told(&own, &own.replace("day", "hour")), Vec::<String>::new());
    }

    #[test]
    fn limits_of_features_are_found_where_they_stand() {
        let feature =
            |limit: &str| format!(r#"{{"name":"X","default":{{"enabled":true,"limits":[{limit}]}}}}"#);
        let refused = told(
            &feature(CAP),
            &feature(&CAP.replace(r#""shards":4"#, r#""shards":2"#)),
        );
        assert_eq!(refused.len(), 1);
    }
}
