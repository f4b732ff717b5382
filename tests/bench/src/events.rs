//! What the functions are asked in a benchmark.

use serde_json::{Value, json};

/// The header in which Telegram repeats the webhook's secret.
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// A request to a function URL.
pub(crate) fn request(method: &str, path: &str, headers: &Value, body: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous", "apiId": "bench", "domainName": "bench", "domainPrefix": "bench",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench",
            },
            "requestId": "bench", "routeKey": "$default", "stage": "$default",
            "time": "23/Nov/2026:00:00:00 +0000", "timeEpoch": 1_795_000_000_000_u64,
        },
        "body": body, "isBase64Encoded": false,
    })
}

/// An update on its way to the webhook.
pub(crate) fn update(secret: &str, update: &Value) -> Value {
    let headers = json!({"content-type": "application/json", SECRET_HEADER: secret});
    request("POST", "/", &headers, &update.to_string())
}

/// Somebody, who writes something.
pub(crate) fn message(update_id: u64, user: u64, text: &str) -> Value {
    let mut message = json!({
        "message_id": update_id, "date": 1_795_000_000,
        "from": person(user), "chat": chat(user), "text": text,
    });
    if text.starts_with('/') {
        message["entities"] = json!([{"type": "bot_command", "offset": 0, "length": text.len()}]);
    }
    json!({"update_id": update_id, "message": message})
}

/// Somebody, who presses a button below a message of the bot's.
pub(crate) fn press(update_id: u64, user: u64, data: &str) -> Value {
    json!({"update_id": update_id, "callback_query": {
        "id": update_id.to_string(), "from": person(user), "chat_instance": "1", "data": data,
        "message": {
            "message_id": 1_000 + update_id, "date": 1_795_000_000, "chat": chat(user), "text": "…",
            "from": {"id": 7_000_000_001_u64, "is_bot": true, "first_name": "bot"},
        },
    }})
}

fn person(user: u64) -> Value {
    json!({"id": user, "is_bot": false, "first_name": "Anna", "language_code": "ru"})
}

fn chat(user: u64) -> Value {
    json!({"id": user, "type": "private", "first_name": "Anna"})
}

/// A doorbell.
pub(crate) fn doorbell(job: &str) -> Value {
    json!({"Records": [{
        "messageId": "00000000-0000-0000-0000-000000000001", "receiptHandle": "bench", "body": job,
        "attributes": {
            "ApproximateReceiveCount": "1", "SentTimestamp": "1795000000000", "SenderId": "bench",
            "ApproximateFirstReceiveTimestamp": "1795000000000",
        },
        "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:bench", "awsRegion": "eu-central-1",
    }]})
}

/// A schedule that fires.
pub(crate) fn schedule() -> Value {
    json!({
        "version": "0", "id": "00000000-0000-0000-0000-000000000001", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "000000000000", "time": "2026-11-23T00:00:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:000000000000:rule/bench"], "detail": {},
    })
}

/// An alarm that no longer rings.
pub(crate) fn alarm() -> Value {
    json!({
        "version": "0", "id": "00000000-0000-0000-0000-000000000001", "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch", "account": "000000000000", "time": "2026-11-23T00:00:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:cloudwatch:eu-central-1:000000000000:alarm:bench"],
        "detail": {
            "alarmName": "bench", "state": {"value": "OK", "timestamp": "2026-11-23T00:00:00.000+0000"},
            "previousState": {"value": "ALARM", "timestamp": "2026-11-22T00:00:00.000+0000"}, "configuration": {},
        },
    })
}

/// The button of an answer whose data begins so.
pub(crate) fn button(answer: &Value, prefix: &str) -> Option<String> {
    let rows = answer["reply_markup"]["inline_keyboard"].as_array()?;
    let mut data = rows
        .iter()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|button| button["callback_data"].as_str());
    data.find(|data| data.starts_with(prefix)).map(str::to_owned)
}
