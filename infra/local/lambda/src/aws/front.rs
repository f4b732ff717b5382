//! What every request passes on its way to a service: its permission, a fault, and the counts.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::Service;
use super::caller::Call;
use super::capacity;
use super::conflicts::Conflict;
use super::counts::Counter;
use super::faults::{Effect, Faults};
use super::policies::Policies;

/// A service behind the front.
pub(crate) trait Backend: Send + Sync + 'static {
    /// Carries a request out.
    fn answer(&self, call: &Call) -> impl Future<Output = Answer> + Send;
}

/// A service's answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body,
        }
    }

    /// An error of `DynamoDB`'s own namespace.
    pub(crate) fn dynamodb_error(name: &str, message: &str) -> Self {
        Self::error(
            StatusCode::BAD_REQUEST,
            &format!("com.amazonaws.dynamodb.v20120810#{name}"),
            message,
        )
    }

    pub(crate) fn error(status: StatusCode, kind: &str, message: &str) -> Self {
        let body = json!({"__type": kind, "message": message});
        Self {
            status,
            headers: HeaderMap::new(),
            body,
        }
    }
}

/// The HTTP server in front of one service.
#[derive(Debug)]
pub(crate) struct Front<B> {
    pub(crate) service: Service,
    pub(crate) backend: B,
    pub(crate) counter: Arc<Counter>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) policies: Arc<Policies>,
}

impl<B: Backend> Front<B> {
    /// Serves until dropped.
    pub(crate) async fn serve(self, listener: TcpListener) {
        let front = Arc::new(self);
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            while connections.try_join_next().is_some() {}
            let front = front.clone();
            // Small answers must not wait for each other.
            let _ = stream.set_nodelay(true);
            connections.spawn(async move {
                let service = service_fn(|request| front.clone().handle(request));
                // A cut connection is one of the faults, and its error is no news.
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    }

    /// An error cuts the connection.
    async fn handle(self: Arc<Self>, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let mut call = Call::read(self.service, head.headers, &body);
        let hide = self.service == Service::DynamoDb && capacity::ask(&mut call);
        let (mut answer, kept) = self.answer(&mut call).await;
        let units = answer
            .body
            .as_object_mut()
            .map(|body| capacity::take(&call.operation, body, hide));
        let failed = !kept || !answer.status.is_success();
        self.counter.add(&call, failed, units.unwrap_or_default());
        if kept {
            Ok(response(&answer))
        } else {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }

    /// The answer, and whether the caller gets it.
    async fn answer(&self, call: &mut Call) -> (Answer, bool) {
        if let Some(denied) = self.policies.check(call) {
            return (denied, true);
        }
        let Some(effect) = self.faults.strike(call) else {
            return (self.backend.answer(call).await, true);
        };
        match effect {
            Effect::CutBefore => return (Answer::ok(Value::Null), false),
            Effect::LoseAnswer => return (self.backend.answer(call).await, false),
            Effect::Delay(time) => tokio::time::sleep(time).await,
            Effect::Hold(until) => until.notified().await,
            Effect::Duplicate => drop(self.backend.answer(call).await),
            Effect::Swallow => return (swallowed(call), true),
            Effect::Defer { delay_s } => defer(call, delay_s),
            Effect::Throttle | Effect::ThroughputExceeded | Effect::Conflict | Effect::InternalError => {
                return (refusal(call, &effect), true);
            }
        }
        (self.backend.answer(call).await, true)
    }
}

/// The answer of a message that was lost.
fn swallowed(call: &Call) -> Answer {
    let Some(entries) = call.body["Entries"].as_array() else {
        return Answer::ok(json!({"MessageId": crate::new_id()}));
    };
    let sent = |entry: &Value| json!({"Id": entry["Id"], "MessageId": crate::new_id()});
    Answer::ok(json!({"Successful": entries.iter().map(sent).collect::<Vec<_>>(), "Failed": []}))
}

fn defer(call: &mut Call, delay_s: u32) {
    let already = call.body["DelaySeconds"].as_u64().unwrap_or_default();
    if let Some(body) = call.body.as_object_mut() {
        body.insert(
            "DelaySeconds".to_owned(),
            Value::from(already + u64::from(delay_s)),
        );
    }
}

/// Error shapes as the services write them (DynamoDB developer guide, "Error handling"; SQS API reference).
fn refusal(call: &Call, effect: &Effect) -> Answer {
    let bad = StatusCode::BAD_REQUEST;
    let server = StatusCode::INTERNAL_SERVER_ERROR;
    match (call.service, effect) {
        (Service::DynamoDb, Effect::Conflict) => conflict(call),
        (Service::DynamoDb, Effect::ThroughputExceeded) => {
            let message = "The level of configured provisioned throughput for the table was exceeded.";
            Answer::dynamodb_error("ProvisionedThroughputExceededException", message)
        }
        (Service::DynamoDb, Effect::InternalError) => {
            let answer = Answer::dynamodb_error("InternalServerError", "Internal server error");
            Answer {
                status: server,
                ..answer
            }
        }
        (Service::DynamoDb, _) => Answer::error(
            bad,
            "com.amazon.coral.availability#ThrottlingException",
            "Rate exceeded",
        ),
        (Service::Sqs, Effect::InternalError) => {
            Answer::error(server, "com.amazonaws.sqs#InternalFailure", "Internal error")
        }
        (Service::Sqs, _) => Answer::error(bad, "com.amazonaws.sqs#RequestThrottled", "Request throttled"),
        (Service::SecretsManager, Effect::InternalError) => {
            Answer::error(server, "InternalServiceError", "Internal error")
        }
        (Service::SecretsManager, _) => Answer::error(bad, "ThrottlingException", "Rate exceeded"),
    }
}

/// A conflict on the first item of a transaction, or on a single write's item.
fn conflict(call: &Call) -> Answer {
    let conflict = match call.body["TransactItems"].as_array() {
        Some(items) => Conflict::Canceled((0..items.len()).map(|i| i == 0).collect()),
        None => Conflict::Single,
    };
    conflict.answer()
}

fn response(answer: &Answer) -> Response<Full<Bytes>> {
    let body = if answer.body.is_null() {
        String::new()
    } else {
        answer.body.to_string()
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = answer.status;
    // The body was written anew, so its length and checksum are too.
    for (name, value) in &answer.headers {
        if !["content-length", "x-amz-crc32", "transfer-encoding"].contains(&name.as_str()) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    let json = http::HeaderValue::from_static("application/x-amz-json-1.0");
    response
        .headers_mut()
        .entry(http::header::CONTENT_TYPE)
        .or_insert(json);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(body: Value) -> Call {
        Call {
            service: Service::DynamoDb,
            operation: "TransactWriteItems".to_owned(),
            caller: String::new(),
            headers: HeaderMap::new(),
            body,
        }
    }

    #[test]
    fn a_conflict_names_a_reason_for_every_item() {
        let answer = conflict(&call(json!({"TransactItems": [{}, {}, {}]})));
        let codes: Vec<&str> = answer.body["CancellationReasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["Code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["TransactionConflict", "None", "None"]);
        assert!(
            answer.body["Message"]
                .as_str()
                .unwrap()
                .ends_with("[TransactionConflict, None, None]")
        );
    }
}
