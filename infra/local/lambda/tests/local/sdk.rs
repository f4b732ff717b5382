//! The AWS SDKs themselves, as the functions use them.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use local_lambda::{Effect, Fault, LocalLambda, Service};

use crate::harness::{Lines, SECRET, options, stack, start, until};

macro_rules! client {
    ($sdk:ident, $local:expr, $service:expr) => {{
        let config = $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("WebFunction", "local", None, None, "test"))
            .endpoint_url($local.aws().endpoint($service));
        $sdk::Client::from_conf(config.build())
    }};
}

fn item(id: &str) -> Put {
    Put::builder()
        .table_name("local-ItemsTable")
        .item("id", AttributeValue::S(id.to_owned()))
        .build()
        .unwrap()
}

async fn transact(client: &aws_sdk_dynamodb::Client, ids: [&str; 2]) -> Result<(), aws_sdk_dynamodb::Error> {
    let parts = ids.map(|id| TransactWriteItem::builder().put(item(id)).build());
    client
        .transact_write_items()
        .set_transact_items(Some(parts.to_vec()))
        .send()
        .await?;
    Ok(())
}

#[tokio::test]
async fn the_sdk_reads_the_reasons_of_a_conflict() {
    let local = start().await;
    let client = client!(aws_sdk_dynamodb, local, Service::DynamoDb);
    local
        .aws()
        .faults()
        .arm(Fault::new(Service::DynamoDb, Effect::Conflict));
    let error = transact(&client, ["a", "b"]).await.unwrap_err();
    let aws_sdk_dynamodb::Error::TransactionCanceledException(canceled) = error else {
        panic!("{error:?}")
    };
    let codes: Vec<_> = canceled
        .cancellation_reasons()
        .iter()
        .map(|it| it.code().unwrap())
        .collect();
    assert_eq!(codes, ["TransactionConflict", "None"]);
    transact(&client, ["a", "b"]).await.unwrap();
    assert_eq!(local.aws().items("ItemsTable").unwrap().len(), 2);
    let count = local.aws().counts().of(Service::DynamoDb, "WebFunction");
    assert_eq!((count.requests, count.write_units_milli), (2, 4000));
    local.shutdown().await;
}

#[tokio::test]
async fn the_sdk_retries_what_was_throttled_and_reports_what_is_forbidden() {
    let local = start().await;
    let client = client!(aws_sdk_dynamodb, local, Service::DynamoDb);
    local
        .aws()
        .faults()
        .arm(Fault::new(Service::DynamoDb, Effect::Throttle));
    transact(&client, ["a", "b"]).await.unwrap();
    assert_eq!(
        local.aws().counts().of(Service::DynamoDb, "WebFunction").requests,
        2
    );
    let refused = client
        .scan()
        .table_name("local-ItemsTable")
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
    local.shutdown().await;
}

#[tokio::test]
async fn the_sdk_sends_a_batch_to_the_address_in_the_environment() {
    let lines = Lines::default();
    let local = LocalLambda::start(stack(), options(&lines)).await.unwrap();
    let client = client!(aws_sdk_sqs, local, Service::Sqs);
    let url = &local.stack().functions["WebFunction"].environment["WORK_QUEUE_URL"];
    let entry = |id: &str| {
        let entry = SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(id)
            .message_group_id("7");
        entry.build().unwrap()
    };
    let sent = client
        .send_message_batch()
        .queue_url(url)
        .entries(entry("one"))
        .entries(entry("two"))
        .send();
    assert_eq!(sent.await.unwrap().successful().len(), 2);
    for body in ["one", "two"] {
        let line = format!("received {body} \"1\" \"7\"");
        until("it arrived", async || lines.count("WorkFunction", &line) == 1).await;
    }
    local.shutdown().await;
}

#[tokio::test]
async fn the_sdk_reads_a_secret() {
    let mut options = options(&Lines::default());
    options.aws.secrets.insert(SECRET.to_owned(), "{}".to_owned());
    let local = LocalLambda::start(stack(), options).await.unwrap();
    let client = client!(aws_sdk_secretsmanager, local, Service::SecretsManager);
    let secret = client.get_secret_value().secret_id(SECRET).send().await.unwrap();
    assert_eq!(secret.secret_string(), Some("{}"));
    local.shutdown().await;
}
