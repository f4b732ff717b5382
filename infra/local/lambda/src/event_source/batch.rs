//! A batch of messages as an event, and what its answer means.

use bytes::Bytes;
use serde_json::{Map, Value, json};

/// The event of a batch.
pub(super) fn event(messages: &[Value], queue_arn: &str, region: &str) -> Bytes {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| record(message, queue_arn, region))
        .collect();
    Bytes::from(json!({"Records": records}).to_string())
}

fn record(message: &Value, queue_arn: &str, region: &str) -> Value {
    json!({
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes(&message["MessageAttributes"]),
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    })
}

/// SQS writes `StringValue`, Lambda `stringValue`.
fn attributes(sqs: &Value) -> Map<String, Value> {
    let lower = |attribute: &Value| {
        json!({
            "dataType": attribute["DataType"],
            "stringValue": attribute["StringValue"],
            "binaryValue": attribute["BinaryValue"],
            "stringListValues": [],
            "binaryListValues": [],
        })
    };
    sqs.as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), lower(value)))
        .collect()
}

/// The messages that are done, by the function's answer. An answer that cannot be read, or that names a message that
/// was not in the batch, fails the whole batch ("Implementing partial batch responses").
pub(super) fn done<'a>(messages: &'a [Value], answer: &[u8]) -> Vec<&'a Value> {
    let Some(failed) = failures(answer) else {
        return Vec::new();
    };
    let known = |id: &String| messages.iter().any(|message| message["MessageId"] == **id);
    if !failed.iter().all(known) {
        return Vec::new();
    }
    messages
        .iter()
        .filter(|message| !failed.iter().any(|id| message["MessageId"] == **id))
        .collect()
}

/// The ids of the failed messages, or `None` if the answer cannot be read.
fn failures(answer: &[u8]) -> Option<Vec<String>> {
    let answer: Value = if answer.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(answer).ok()?
    };
    match &answer {
        Value::Null => Some(Vec::new()),
        Value::Object(fields) if fields.is_empty() => Some(Vec::new()),
        Value::Object(fields) => match fields.get("batchItemFailures")? {
            Value::Null => Some(Vec::new()),
            Value::Array(items) => items.iter().map(failure).collect(),
            _ => None,
        },
        _ => None,
    }
}

fn failure(item: &Value) -> Option<String> {
    item["itemIdentifier"]
        .as_str()
        .filter(|id| !id.is_empty())
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Vec<Value> {
        vec![json!({"MessageId": "a"}), json!({"MessageId": "b"})]
    }

    fn ids(answer: &str) -> Vec<String> {
        let batch = batch();
        done(&batch, answer.as_bytes())
            .iter()
            .map(|it| it["MessageId"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn an_empty_answer_is_a_success_of_all() {
        for answer in [
            "",
            "null",
            "{}",
            r#"{"batchItemFailures":[]}"#,
            r#"{"batchItemFailures":null}"#,
        ] {
            assert_eq!(ids(answer), ["a", "b"], "{answer}");
        }
    }

    #[test]
    fn all_but_the_named_failures_are_done() {
        assert_eq!(ids(r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#), ["b"]);
    }

    #[test]
    fn an_answer_that_cannot_be_read_fails_the_whole_batch() {
        let answers = [
            "broken",
            "[]",
            r#"{"failures":[]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"id":"a"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"z"}]}"#,
        ];
        for answer in answers {
            assert!(ids(answer).is_empty(), "{answer}");
        }
    }
}
