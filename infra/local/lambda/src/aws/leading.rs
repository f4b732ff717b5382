//! Which partitions a request to `DynamoDB` is about: what IAM calls `dynamodb:LeadingKeys`.

use serde_json::Value;

/// The partitions of a request, or of a part of a transaction, in a table whose partition attribute has this name. `None` where
/// that cannot be told: no condition on them holds then.
pub(crate) fn of(part: &Value, partition: &str) -> Option<Vec<String>> {
    let item = ["Key", "Item"].into_iter().find_map(|name| part.get(name));
    if let Some(item) = item {
        return Some(vec![text(item.get(partition)?)?]);
    }
    if let Some(keys) = part["Keys"].as_array() {
        return keys.iter().map(|key| text(key.get(partition)?)).collect();
    }
    queried(part, partition).map(|key| vec![key])
}

/// The partition of a query: what its condition says that the attribute equals.
fn queried(query: &Value, partition: &str) -> Option<String> {
    let condition = query["KeyConditionExpression"].as_str()?;
    condition.split(" AND ").find_map(|term| {
        let (name, value) = term.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let named = query["ExpressionAttributeNames"][name].as_str().unwrap_or(name);
        let value = query["ExpressionAttributeValues"].get(value)?;
        (named == partition).then(|| text(value))?
    })
}

/// A key's value, of whatever type.
fn text(value: &Value) -> Option<String> {
    let (_, value) = value.as_object()?.iter().next()?;
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_about_the_partitions_of_its_keys() {
        let item = json!({"pk": {"S": "live"}, "sk": {"S": "flag#x"}});
        assert_eq!(of(&json!({"Key": item}), "pk").unwrap(), ["live"]);
        assert_eq!(of(&json!({"Item": item}), "pk").unwrap(), ["live"]);
        let other = json!({"pk": {"S": "access"}});
        assert_eq!(
            of(&json!({"Keys": [item, other]}), "pk").unwrap(),
            ["live", "access"]
        );
        let number = json!({"Key": {"user_id": {"N": "7"}}});
        assert_eq!(of(&number, "user_id").unwrap(), ["7"]);
    }

    #[test]
    fn a_query_is_about_what_its_partition_equals_and_nothing_else_is_guessed() {
        let query = |condition: &str| {
            json!({"KeyConditionExpression": condition, "ExpressionAttributeNames": {"#0": "pk", "#1": "sk"},
                "ExpressionAttributeValues": {":0": {"S": "live"}, ":1": {"S": "x"}}})
        };
        assert_eq!(of(&query("#0 = :0"), "pk").unwrap(), ["live"]);
        assert_eq!(of(&query("#1 >= :1 AND #0 = :0"), "pk").unwrap(), ["live"]);
        for unknown in ["#1 = :1", "#0 >= :0", "#0 = :9", ""] {
            assert_eq!(of(&query(unknown), "pk"), None, "{unknown}");
        }
        assert_eq!(of(&json!({"TableName": "t"}), "pk"), None, "a scan");
    }
}
