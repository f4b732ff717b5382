//! Consumed capacity: asked for on every request, and taken out again where the caller did not ask.

use serde_json::{Map, Value};

use super::caller::Call;

/// Operations that can report what they consumed.
const REPORTING: [&str; 10] = [
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
];
const READS: usize = 5;

/// Capacity in thousandths of a unit: an eventually consistent read costs half a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) read_milli: u64,
    pub(crate) write_milli: u64,
}

/// Asks for capacity where the caller did not. Returns whether the answer's must be taken out again.
pub(crate) fn ask(call: &mut Call) -> bool {
    let asked = call.body["ReturnConsumedCapacity"]
        .as_str()
        .is_some_and(|it| it != "NONE");
    if asked || !REPORTING.contains(&call.operation.as_str()) {
        return false;
    }
    if let Some(body) = call.body.as_object_mut() {
        body.insert("ReturnConsumedCapacity".to_owned(), Value::from("TOTAL"));
    }
    true
}

/// Sums an answer's capacity, and takes it out if `hide`.
pub(crate) fn take(operation: &str, answer: &mut Map<String, Value>, hide: bool) -> Units {
    let Some(position) = REPORTING.iter().position(|it| *it == operation) else {
        return Units::default();
    };
    let consumed = answer.get("ConsumedCapacity").cloned().unwrap_or(Value::Null);
    if hide {
        answer.remove("ConsumedCapacity");
    }
    let total = match &consumed {
        Value::Array(parts) => parts.iter().map(milli).sum(),
        one => milli(one),
    };
    if position < READS {
        Units {
            read_milli: total,
            write_milli: 0,
        }
    } else {
        Units {
            read_milli: 0,
            write_milli: total,
        }
    }
}

fn milli(consumed: &Value) -> u64 {
    let units = consumed["CapacityUnits"].to_string();
    let (whole, fraction) = units.split_once('.').unwrap_or((&units, "0"));
    let thousandths: String = format!("{fraction}000").chars().take(3).collect();
    let parse = |text: &str| text.parse::<u64>().unwrap_or_default();
    parse(whole) * 1000 + parse(&thousandths)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_units_are_counted_exactly() {
        let mut answer = json!({"ConsumedCapacity": [{"CapacityUnits": 0.5}, {"CapacityUnits": 12.0}]});
        let units = take("BatchGetItem", answer.as_object_mut().unwrap(), true);
        assert_eq!(
            units,
            Units {
                read_milli: 12_500,
                write_milli: 0
            }
        );
        assert_eq!(answer, json!({}));
    }

    #[test]
    fn a_caller_that_asked_keeps_its_answer() {
        let mut answer = json!({"ConsumedCapacity": {"CapacityUnits": 2}});
        let units = take("PutItem", answer.as_object_mut().unwrap(), false);
        assert_eq!(units.write_milli, 2000);
        assert_eq!(answer["ConsumedCapacity"]["CapacityUnits"], 2);
    }
}
