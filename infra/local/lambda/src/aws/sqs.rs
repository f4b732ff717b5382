//! SQS: the embedded engine, with what it gets wrong put right.
//!
//! It refuses `MessageGroupId` on standard queues (AWS has taken it since July 2025, for fair queues) and takes delays
//! over 900 seconds. It forgets the `AWSTraceHeader`, which SQS keeps with a message.

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
/// The same for the header of the trace that a message was sent in.
const TRACE: &str = "local.AWSTraceHeader";

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
            "SendMessage" => hide(&mut body),
            "SendMessageBatch" => list(&mut body, "Entries").for_each(hide),
            "ReceiveMessage" => ask_for_hidden(&mut body),
            _ => {}
        }
        let mut answer = self.dispatch(operation, &body).await;
        list(&mut answer.body, "Messages").for_each(show);
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
        let mut body = call.body.clone();
        let header = call
            .headers
            .get(TRACE_HEADER)
            .and_then(|header| header.to_str().ok());
        if let ("SendMessage", Some(header)) = (call.operation.as_str(), header) {
            traced_by(&mut body, header);
        }
        self.run(&call.operation, body).await
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

/// The HTTP header that the SDK sends, where Lambda has told it of a trace.
const TRACE_HEADER: &str = "x-amzn-trace-id";

/// What stands in the message counts; else what the request says ("Amazon SQS and AWS X-Ray").
fn traced_by(message: &mut Value, header: &str) {
    let attributes = &mut message["MessageSystemAttributes"];
    if attributes.get("AWSTraceHeader").is_none() {
        attributes["AWSTraceHeader"] = json!({"DataType": "String", "StringValue": header});
    }
}

/// A message on its way in: its group and its trace become message attributes.
fn hide(message: &mut Value) {
    let fields = message.as_object_mut();
    let system = fields.and_then(|fields| fields.remove("MessageSystemAttributes"));
    if let Some(header) = system.and_then(|mut system| system.get_mut("AWSTraceHeader").map(Value::take)) {
        message["MessageAttributes"][TRACE] = header;
    }
    hide_group(message);
}

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

fn ask_for_hidden(request: &mut Value) {
    match request
        .get_mut("MessageAttributeNames")
        .and_then(Value::as_array_mut)
    {
        Some(names) => names.extend([GROUP, TRACE].map(Value::from)),
        None => request["MessageAttributeNames"] = json!([GROUP, TRACE]),
    }
}

/// A message on its way out: what was hidden becomes system attributes again.
fn show(message: &mut Value) {
    for (hidden, name) in [(GROUP, "MessageGroupId"), (TRACE, "AWSTraceHeader")] {
        let attributes = message
            .get_mut("MessageAttributes")
            .and_then(Value::as_object_mut);
        let Some(hidden) = attributes.and_then(|attributes| attributes.remove(hidden)) else {
            continue;
        };
        if let Some(fields) = message.as_object_mut() {
            // The engine's checksum is of all attributes, ours among them.
            fields.remove("MD5OfMessageAttributes");
        }
        message["Attributes"][name] = hidden["StringValue"].clone();
    }
}
