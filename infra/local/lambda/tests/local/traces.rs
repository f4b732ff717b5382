//! The header of each invocation's trace, the daemon, and what messages say of theirs.

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use local_lambda::{LocalLambda, Service};
use serde_json::{Value, json};

use crate::harness::{Lines, answered, options, stack, stack_with, until};

const HEADER: &str = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";

fn part<'a>(header: &'a str, name: &str) -> &'a str {
    let parts = header.split(';').filter_map(|part| part.split_once('='));
    parts
        .filter(|(key, _)| *key == name)
        .map(|it| it.1)
        .next()
        .unwrap()
}

/// What a function says of the trace that it is in, having told the daemon something of it.
async fn traced(local: &LocalLambda) -> String {
    let outcome = local.invoke("WebFunction", &json!({"do": "trace"})).await;
    answered(outcome.unwrap())["trace"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_a_function_tells_the_daemon_stands_below_what_lambda_tells() {
    let mut stack = stack();
    stack.functions.get_mut("WebFunction").unwrap().traced = true;
    let local = LocalLambda::start(stack, options(&Lines::default()))
        .await
        .unwrap();
    let (one, other) = (traced(&local).await, traced(&local).await);
    assert_ne!(part(&one, "Root"), part(&other, "Root"));
    for header in [one, other] {
        let root = part(&header, "Root");
        assert_eq!(part(&header, "Sampled"), "1");
        until("both are told", async || local.rays().trace(root).len() == 2).await;
        let told = local.rays().trace(root);
        let of = |name: &str| told.iter().find(|it| it["name"] == name).unwrap();
        assert_eq!(of("local-WebFunction")["id"], part(&header, "Parent"));
        assert_eq!(of("told by the function")["parent_id"], part(&header, "Parent"));
    }
    assert_eq!(local.rays().refused(), Vec::<String>::new());
    local.shutdown().await;
}

#[tokio::test]
async fn a_function_that_the_template_does_not_trace_is_told_so() {
    let local = LocalLambda::start(stack(), options(&Lines::default()))
        .await
        .unwrap();
    let header = traced(&local).await;
    assert_eq!(part(&header, "Sampled"), "0");
    assert!(local.rays().orders().is_empty());
    local.shutdown().await;
}

#[test]
fn the_template_says_what_is_traced() {
    let is_traced = |mode: &str| stack_with(&[("Tracing", mode)]).functions["WorkFunction"].traced;
    assert!(is_traced("Active") && !is_traced("PassThrough"));
}

#[tokio::test]
async fn a_message_brings_the_trace_that_it_was_sent_in() {
    let lines = Lines::default();
    let local = LocalLambda::start(stack(), options(&lines)).await.unwrap();
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("WebFunction", "local", None, None, "test"))
        .endpoint_url(local.aws().endpoint(Service::Sqs));
    let client = aws_sdk_sqs::Client::from_conf(config.build());
    let url = &local.stack().functions["WebFunction"].environment["WORK_QUEUE_URL"];
    let send = |body: &str| client.send_message().queue_url(url).message_body(body);
    let own = MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value(HEADER)
        .build()
        .unwrap();
    let name = MessageSystemAttributeNameForSends::AwsTraceHeader;
    let both = send("both").message_system_attributes(name, own);
    for message in [both, send("request")] {
        // As the SDK does by itself in a Lambda.
        let on_its_way = message.customize().mutate_request(|request| {
            request
                .headers_mut()
                .insert("x-amzn-trace-id", "Root=of-the-request");
        });
        on_its_way.send().await.unwrap();
    }
    send("none").send().await.unwrap();
    for (body, header) in [
        ("both", json!(HEADER)),
        ("request", json!("Root=of-the-request")),
        ("none", Value::Null),
    ] {
        let line = format!("traced {body} {header}");
        until("it arrived", async || lines.count("WorkFunction", &line) == 1).await;
    }
    local.shutdown().await;
}
