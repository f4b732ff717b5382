//! Starts the fixture stack.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local_lambda::{Deployment, LocalLambda, LocalOptions, Outcome, Service, Stack, Template};
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:bot";

/// The lines that functions wrote, each with its function's id.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<(String, String)>>>);

impl Lines {
    /// The first line of a function with this text.
    pub(crate) fn first(&self, function: &str, text: &str) -> String {
        let lines = self.0.lock().unwrap();
        let mut lines = lines
            .iter()
            .filter(|(f, line)| f == function && line.contains(text));
        lines.next().unwrap().1.clone()
    }

    pub(crate) fn count(&self, function: &str, text: &str) -> usize {
        self.0
            .lock()
            .unwrap()
            .iter()
            .filter(|(f, line)| f == function && line.contains(text))
            .count()
    }
}

pub(crate) fn stack() -> Stack {
    stack_with(&[])
}

pub(crate) fn stack_with(parameters: &[(&str, &str)]) -> Stack {
    let deployment = Deployment::default().with("SecretArn", SECRET);
    let deployment = parameters.iter().fold(deployment, |deployment, (name, value)| {
        deployment.with(name, value)
    });
    Template::parse(include_str!("../../fixtures/template.yaml"))
        .unwrap()
        .stack(&deployment)
        .unwrap()
}

pub(crate) fn options(lines: &Lines) -> LocalOptions {
    let lines = lines.0.clone();
    LocalOptions {
        binaries: BTreeMap::from([(
            "echo-function".to_owned(),
            env!("CARGO_BIN_EXE_echo-function").into(),
        )]),
        log: Arc::new(move |function, line| {
            lines.lock().unwrap().push((function.to_owned(), line.to_owned()));
        }),
        schedule_speed: 0,
        ..LocalOptions::default()
    }
}

pub(crate) async fn start() -> LocalLambda {
    LocalLambda::start(stack(), options(&Lines::default()))
        .await
        .unwrap()
}

pub(crate) fn answered(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Answered(body) => serde_json::from_slice(&body).unwrap(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn error_type(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed(failure) => failure.error_type,
        other => panic!("{other:?}"),
    }
}

/// Waits until the condition holds, and fails after half a minute.
pub(crate) async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
}

/// One HTTP request over a connection of its own; `None` if the connection was cut.
pub(crate) async fn post(
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<bytes::Bytes>,
) -> Option<Response> {
    let request = headers.iter().fold(Request::post(url), |request, (name, value)| {
        request.header(*name, *value)
    });
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client
        .request(request.body(Full::new(body.into())).unwrap())
        .await
        .ok()?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body)));
    Some(Response {
        status: head.status.as_u16(),
        headers: head.headers,
        body,
    })
}

/// Calls an AWS service as a function or an operator would; `None` if the connection was cut.
pub(crate) async fn call(
    local: &LocalLambda,
    service: Service,
    caller: &str,
    target: &str,
    body: Value,
) -> Option<Value> {
    let credential = format!(
        "AWS4-HMAC-SHA256 Credential={caller}/20260101/eu-central-1/x/aws4_request, SignedHeaders=host, Signature=0"
    );
    let headers = [
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-date", "20260101T000000Z"),
        ("authorization", &credential),
    ];
    Some(
        post(&local.aws().endpoint(service), &headers, body.to_string())
            .await?
            .body,
    )
}
