#![allow(clippy::disallowed_methods, reason = "the server of a test has its own task")]

use std::sync::{Arc, Mutex};

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

use super::*;

/// An answer as the API reference shows it.
const DESCRIBED: &str = r#"<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult><Stacks><member>
    <StackName>neurocards</StackName>
    <Parameters><member><ParameterKey>Architecture</ParameterKey><ParameterValue>arm64</ParameterValue></member></Parameters>
    <Outputs>
      <member><OutputKey>JobsTable</OutputKey><OutputValue>neurocards-JobsTable-1</OutputValue></member>
      <member><OutputKey>WebhookUrl</OutputKey><OutputValue>https://x.lambda-url.eu-central-1.on.aws/</OutputValue></member>
    </Outputs>
  </member></Stacks></DescribeStacksResult>
</DescribeStacksResponse>"#;

const UNKNOWN: &str = r#"<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id nowhere does not exist</Message></Error>
</ErrorResponse>"#;

type Seen = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// CloudFormation with one stack. Gives its address and what it was asked.
async fn cloudformation() -> (String, Seen) {
    let seen: Seen = Arc::default();
    let asked = seen.clone();
    let answer = move |headers: HeaderMap, body: String| async move {
        let known = body.contains("StackName=neurocards");
        asked.lock().unwrap().push((headers, body));
        if known {
            (StatusCode::OK, DESCRIBED)
        } else {
            (StatusCode::BAD_REQUEST, UNKNOWN)
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, seen)
}

fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI", None, None, "test");
    SdkConfig::builder()
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

#[tokio::test]
async fn outputs_are_read_with_a_signed_request() {
    let (endpoint, seen) = cloudformation().await;
    let outputs = describe(&config(&endpoint), "neurocards").await.unwrap();
    assert_eq!(outputs.get("JobsTable"), Some("neurocards-JobsTable-1"));
    assert_eq!(outputs.get("Architecture"), None, "a parameter is no output");
    let (headers, _) = seen.lock().unwrap().pop().unwrap();
    let authorization = headers["authorization"].to_str().unwrap();
    assert!(
        authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"),
        "{authorization}"
    );
    assert!(
        authorization.contains("/eu-central-1/cloudformation/aws4_request"),
        "{authorization}"
    );
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_told_in_awss_words() {
    let (endpoint, _) = cloudformation().await;
    let error = describe(&config(&endpoint), "nowhere").await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("Stack with id nowhere does not exist"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_stack_name_is_not_sent() {
    let error = describe(&config("http://127.0.0.1:9"), "a&Action=DeleteStack").await;
    assert!(matches!(error, Err(Error::Usage(_))), "{error:?}");
}

#[test]
fn china_has_a_domain_of_its_own() {
    assert_eq!(
        public_endpoint("eu-central-1"),
        "https://cloudformation.eu-central-1.amazonaws.com/"
    );
    assert_eq!(
        public_endpoint("cn-north-1"),
        "https://cloudformation.cn-north-1.amazonaws.com.cn/"
    );
}
