//! The function that the tests run: it does what the event says.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "it plays a function that misbehaves"
)]

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use lambda_runtime::streaming::{Body, channel};
use lambda_runtime::{Error, LambdaEvent, MetadataPrelude, StreamResponse, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if std::env::var_os("FAIL_AT_START").is_some() {
        return Err("the start failed".into());
    }
    if std::env::var_os("STREAMS").is_some() {
        return lambda_runtime::run(service_fn(stream)).await;
    }
    lambda_runtime::run(service_fn(handle)).await
}

/// Says one thing, and another one when the path has been followed.
async fn stream(event: LambdaEvent<Value>) -> Result<StreamResponse<Body>, Error> {
    let path = event.payload["rawPath"].as_str().unwrap_or_default();
    let order = path.trim_start_matches('/').to_owned();
    let (mut to, stream) = channel();
    tokio::spawn(async move {
        to.send_data("one ".into()).await?;
        obey(&order).await?;
        to.send_data("two".into()).await?;
        eprintln!("said all");
        Ok::<_, Error>(())
    });
    let mut metadata_prelude = MetadataPrelude {
        status_code: StatusCode::MULTI_STATUS,
        ..MetadataPrelude::default()
    };
    metadata_prelude
        .headers
        .insert("x-echo", HeaderValue::from_static("yes"));
    Ok(StreamResponse {
        metadata_prelude,
        stream,
    })
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (payload, context) = event.into_parts();
    if payload["requestContext"].is_object() {
        return Ok(echo(&payload));
    }
    if let Some(records) = payload["Records"].as_array() {
        return batch(records).await;
    }
    if let Some(lines) = payload["awslogs"]["data"].as_str() {
        eprintln!("brought {lines}");
    }
    if payload["detail-type"] == "CloudWatch Alarm State Change" {
        eprintln!("brought {payload}");
    }
    if let Some(line) = payload["say"].as_str() {
        eprintln!("{line}");
    }
    match payload["do"].as_str() {
        Some("environment") => Ok(std::env::vars()
            .map(|(name, value)| (name, Value::from(value)))
            .collect()),
        Some("context") => Ok(json!({
            "deadline": context.deadline,
            "arn": context.invoked_function_arn,
            "id": context.request_id,
            "pid": std::process::id(),
        })),
        Some("trace") => tell(&context.xray_trace_id.unwrap_or_default()),
        Some("shout") => Ok(Value::from("x".repeat(7 * 1024 * 1024))),
        Some(order) => obey(order).await,
        None => Ok(payload),
    }
}

/// Tells the daemon of a part of the invocation.
fn tell(header: &str) -> Result<Value, Error> {
    let parts = header.split(';').filter_map(|part| part.split_once('='));
    let part = |name: &str| parts.clone().find(|(key, _)| *key == name).map(|it| it.1);
    let document = json!({
        "name": "told by the function", "id": "00000000000000aa", "type": "subsegment", "start_time": 1.0, "end_time": 2.0,
        "trace_id": part("Root"), "parent_id": part("Parent"),
    });
    if part("Sampled") == Some("1") {
        let daemon = std::env::var("AWS_XRAY_DAEMON_ADDRESS")?;
        let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
        let datagram = format!("{{\"format\": \"json\", \"version\": 1}}\n{document}");
        socket.send_to(datagram.as_bytes(), daemon)?;
    }
    Ok(json!({"trace": header}))
}

fn echo(request: &Value) -> Value {
    let body = json!({"path": request["rawPath"], "body": request["body"], "headers": request["headers"]});
    json!({"statusCode": 201, "headers": {"x-echo": "yes"}, "body": body.to_string()})
}

async fn batch(records: &[Value]) -> Result<Value, Error> {
    let mut failures = Vec::new();
    for record in records {
        let order = record["body"].as_str().unwrap_or_default();
        let (count, group) = (
            &record["attributes"]["ApproximateReceiveCount"],
            &record["attributes"]["MessageGroupId"],
        );
        eprintln!("received {order} {count} {group}");
        eprintln!("traced {order} {}", record["attributes"]["AWSTraceHeader"]);
        if obey(order).await.is_err() {
            failures.push(json!({"itemIdentifier": record["messageId"]}));
        }
    }
    Ok(json!({"batchItemFailures": failures}))
}

async fn obey(order: &str) -> Result<Value, Error> {
    match order {
        "fail" => return Err("as told".into()),
        "exit" => std::process::exit(3),
        "hang" => std::future::pending().await,
        "linger" => tokio::time::sleep(Duration::from_millis(300)).await,
        // Work that is left running after the answer, as no function should.
        "tick" => drop(tokio::spawn(async {
            loop {
                eprintln!("tick");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })),
        _ => {}
    }
    Ok(json!({"did": order}))
}
