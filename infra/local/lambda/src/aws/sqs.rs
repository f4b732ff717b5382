//! SQS: the embedded engine, with what it gets wrong put right.
//!
//! It refuses `MessageGroupId` on standard queues (AWS has taken it since July 2025, for fair queues) and takes delays
//! over 900 seconds.

use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_http::dispatch::dispatch_operation;
use rustack_sqs_http::response::error_to_response;
use rustack_sqs_http::router::resolve_operation;
use serde_json::{Value, json};

use super::Depth;
use super::caller::Call;
use super::front::{Answer, Backend};
use crate::error::{Error, Result};
use crate::stack::{Queue, Stack};

/// SQS delays a message by at most 15 minutes.
const DELAY_S_MAX: u64 = 900;
/// The message attribute that carries a standard queue's message group through the engine.
const GROUP: &str = "local.MessageGroupId";

/// A handle on the engine.
#[derive(Debug, Clone)]
pub(crate) struct Sqs {
    handler: Arc<RustackSqsHandler>,
    base: String,
}

impl Sqs {
    pub(crate) async fn start(stack: &Stack, address: SocketAddr) -> Result<Self> {
        let config = SqsConfig {
            default_region: stack.region.clone(),
            account_id: stack.account.clone(),
            host: address.ip().to_string(),
            port: address.port(),
            ..SqsConfig::default()
        };
        let sqs = Self {
            handler: Arc::new(RustackSqsHandler::new(Arc::new(RustackSqs::new(config)))),
            base: format!("http://{address}/{}", stack.account),
        };
        // Dead-letter queues first: the others refer to them.
        let (plain, redriven): (Vec<_>, Vec<_>) =
            stack.queues.values().partition(|queue| queue.redrive.is_none());
        for queue in plain.into_iter().chain(redriven) {
            sqs.call("CreateQueue", create(queue)).await?;
        }
        Ok(sqs)
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }

    /// Calls the engine directly: not counted, and out of reach of faults.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Result<Value> {
        let answer = self.run(operation, body).await;
        if answer.status.is_success() {
            return Ok(answer.body);
        }
        Err(Error::Queue {
            operation: operation.to_owned(),
            answer: answer.body.to_string(),
        })
    }

    pub(crate) async fn depth(&self, url: &str) -> Result<Depth> {
        let request = json!({"QueueUrl": url, "AttributeNames": ["All"]});
        let answer = self.call("GetQueueAttributes", request).await?;
        let number = |name: &str| {
            let text = answer["Attributes"][name].as_str().unwrap_or_default();
            text.parse().unwrap_or_default()
        };
        Ok(Depth {
            visible: number("ApproximateNumberOfMessages"),
            in_flight: number("ApproximateNumberOfMessagesNotVisible"),
            delayed: number("ApproximateNumberOfMessagesDelayed"),
        })
    }

    async fn run(&self, operation: &str, mut body: Value) -> Answer {
        if too_long_a_delay(&body) {
            let message =
                "Value for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.";
            return Answer::error(
                StatusCode::BAD_REQUEST,
                "com.amazonaws.sqs#InvalidParameterValue",
                message,
            );
        }
        match operation {
            "SendMessage" => hide_group(&mut body),
            "SendMessageBatch" => list(&mut body, "Entries").for_each(hide_group),
            "ReceiveMessage" => ask_for_group(&mut body),
            _ => {}
        }
        let mut answer = self.dispatch(operation, &body).await;
        list(&mut answer.body, "Messages").for_each(show_group);
        answer
    }

    async fn dispatch(&self, operation: &str, body: &Value) -> Answer {
        let mut headers = HeaderMap::new();
        if let Ok(target) = HeaderValue::from_str(&format!("AmazonSQS.{operation}")) {
            headers.insert("x-amz-target", target);
        }
        let answered = match resolve_operation(&headers) {
            Ok(operation) => {
                dispatch_operation(self.handler.as_ref(), operation, body.to_string().into()).await
            }
            Err(error) => Err(error),
        };
        let id = crate::new_id();
        let (head, body) = answered
            .unwrap_or_else(|error| error_to_response(&error, &id))
            .into_parts();
        let bytes = body
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({}));
        Answer {
            status: head.status,
            headers: head.headers,
            body,
        }
    }
}

impl Backend for Sqs {
    async fn answer(&self, call: &Call) -> Answer {
        self.run(&call.operation, call.body.clone()).await
    }
}

fn create(queue: &Queue) -> Value {
    let mut attributes = queue.attributes.clone();
    attributes.insert(
        "VisibilityTimeout".to_owned(),
        queue.visibility_timeout_s.to_string(),
    );
    if let Some(redrive) = &queue.redrive {
        // The engine wants maxReceiveCount as a number.
        let policy = json!({"deadLetterTargetArn": redrive.dead_letter_arn, "maxReceiveCount": redrive.max_receive_count});
        attributes.insert("RedrivePolicy".to_owned(), policy.to_string());
    }
    json!({"QueueName": queue.name, "Attributes": attributes})
}

fn too_long_a_delay(body: &Value) -> bool {
    let too_long = |message: &Value| {
        message["DelaySeconds"]
            .as_u64()
            .is_some_and(|delay| delay > DELAY_S_MAX)
    };
    too_long(body)
        || body["Entries"]
            .as_array()
            .is_some_and(|entries| entries.iter().any(too_long))
}

/// A message on its way in: its group becomes a message attribute.
fn hide_group(message: &mut Value) {
    let Some(group) = message
        .as_object_mut()
        .and_then(|fields| fields.remove("MessageGroupId"))
    else {
        return;
    };
    message["MessageAttributes"][GROUP] = json!({"DataType": "String", "StringValue": group});
}

fn list<'a>(object: &'a mut Value, key: &str) -> impl Iterator<Item = &'a mut Value> {
    object
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn ask_for_group(request: &mut Value) {
    match request
        .get_mut("MessageAttributeNames")
        .and_then(Value::as_array_mut)
    {
        Some(names) => names.push(Value::from(GROUP)),
        None => request["MessageAttributeNames"] = json!([GROUP]),
    }
}

/// A message on its way out: its group becomes a system attribute again.
fn show_group(message: &mut Value) {
    let attributes = message
        .get_mut("MessageAttributes")
        .and_then(Value::as_object_mut);
    let Some(hidden) = attributes.and_then(|attributes| attributes.remove(GROUP)) else {
        return;
    };
    if let Some(fields) = message.as_object_mut() {
        // The engine's checksum is of all attributes, ours among them.
        fields.remove("MD5OfMessageAttributes");
    }
    message["Attributes"]["MessageGroupId"] = hidden["StringValue"].clone();
}
