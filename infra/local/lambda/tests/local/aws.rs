use std::sync::Arc;

use local_lambda::aws::ManualClock;
use local_lambda::{Effect, Fault, LocalLambda, Service, Storage};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::harness::{self, Lines, SECRET, options, stack, start};

async fn call(local: &LocalLambda, caller: &str, operation: &str, body: Value) -> Option<Value> {
    harness::call(
        local,
        Service::DynamoDb,
        caller,
        &format!("DynamoDB_20120810.{operation}"),
        body,
    )
    .await
}

fn put(id: &str) -> Value {
    json!({"TableName": "local-ItemsTable", "Item": {"id": {"S": id}}})
}

#[tokio::test]
async fn requests_and_capacity_are_counted_by_caller_and_hidden_from_it() {
    let local = start().await;
    let before = local.aws().counts();
    assert_eq!(
        call(&local, "WebFunction", "PutItem", put("a")).await,
        Some(json!({}))
    );
    let get = json!({"TableName": "local-ItemsTable", "Key": {"id": {"S": "a"}}});
    assert_eq!(
        call(&local, "tester", "GetItem", get).await.unwrap(),
        json!({"Item": {"id": {"S": "a"}}})
    );
    let counts = local.aws().counts().since(&before);
    let web = counts.of(Service::DynamoDb, "WebFunction");
    assert_eq!(
        (
            web.requests,
            web.errors,
            web.write_units_milli,
            web.read_units_milli
        ),
        (1, 0, 1000, 0)
    );
    assert_eq!(counts.of(Service::DynamoDb, "tester").read_units_milli, 500);
    assert_eq!(local.requests_of_functions(Service::DynamoDb).requests, 1);
    local.shutdown().await;
}

#[tokio::test]
async fn a_caller_that_asks_for_capacity_gets_it() {
    let local = start().await;
    let mut body = put("a");
    body["ReturnConsumedCapacity"] = "TOTAL".into();
    let answer = call(&local, "tester", "PutItem", body).await.unwrap();
    assert_eq!(answer["ConsumedCapacity"]["CapacityUnits"], 1.0);
    local.shutdown().await;
}

#[tokio::test]
async fn what_a_functions_policy_does_not_allow_is_refused() {
    let local = start().await;
    let scan = json!({"TableName": "local-ItemsTable"});
    let refused = call(&local, "WebFunction", "Scan", scan.clone()).await.unwrap();
    assert_eq!(
        refused["__type"],
        "com.amazon.coral.service#AccessDeniedException"
    );
    assert_eq!(local.aws().refusals()[0].action, "dynamodb:Scan");
    assert!(call(&local, "operator", "Scan", scan).await.unwrap()["Count"].is_number());
    let by_index = json!({"TableName": "local-ItemsTable", "IndexName": "by-due", "KeyConditionExpression": "lane = :s",
        "ExpressionAttributeValues": {":s": {"S": "0"}}});
    assert_eq!(
        call(&local, "WebFunction", "Query", by_index).await.unwrap()["Count"],
        0
    );
    local.shutdown().await;
}

#[tokio::test]
async fn a_transaction_needs_the_permission_of_each_part() {
    let local = start().await;
    let delete = json!({"TransactItems": [
        {"Put": put("a")},
        {"Delete": {"TableName": "local-ItemsTable", "Key": {"id": {"S": "b"}}}},
    ]});
    let refused = call(&local, "WebFunction", "TransactWriteItems", delete)
        .await
        .unwrap();
    assert_eq!(
        refused["__type"],
        "com.amazon.coral.service#AccessDeniedException"
    );
    assert_eq!(local.aws().refusals()[0].action, "dynamodb:DeleteItem");
    local.shutdown().await;
}

#[tokio::test]
async fn a_refused_request_has_no_effect_and_a_lost_answer_has() {
    let local = start().await;
    let fault = |effect| {
        Fault::new(Service::DynamoDb, effect)
            .operation("PutItem")
            .resource("ItemsTable")
    };
    let cases = [
        (Effect::Throttle, "ThrottlingException"),
        (
            Effect::ThroughputExceeded,
            "ProvisionedThroughputExceededException",
        ),
        (Effect::InternalError, "InternalServerError"),
        (Effect::Conflict, "TransactionConflictException"),
    ];
    for (effect, kind) in cases {
        local.aws().faults().arm(fault(effect));
        let answer = call(&local, "tester", "PutItem", put("refused")).await.unwrap();
        assert!(answer["__type"].as_str().unwrap().ends_with(kind), "{answer}");
    }
    local.aws().faults().arm(fault(Effect::CutBefore));
    assert_eq!(call(&local, "tester", "PutItem", put("cut")).await, None);
    assert!(local.aws().items("ItemsTable").unwrap().is_empty());
    local.aws().faults().arm(fault(Effect::LoseAnswer));
    assert_eq!(call(&local, "tester", "PutItem", put("lost")).await, None);
    assert_eq!(local.aws().items("ItemsTable").unwrap().len(), 1);
    assert_eq!(local.aws().counts().of(Service::DynamoDb, "tester").errors, 6);
    local.shutdown().await;
}

#[tokio::test]
async fn a_fault_strikes_only_what_it_is_meant_for_and_as_often_as_told() {
    let local = start().await;
    let fault = Fault::new(Service::DynamoDb, Effect::Throttle)
        .caller("tester")
        .body(|body| body["Item"]["id"]["S"] == "b")
        .after(1)
        .times(2);
    let armed = local.aws().faults().arm(fault);
    let mut struck = Vec::new();
    for id in ["a", "b", "b", "b", "b"] {
        let answer = call(&local, "tester", "PutItem", put(id)).await.unwrap();
        struck.push(!answer["__type"].is_null());
    }
    assert_eq!(struck, [false, false, true, true, false]);
    assert_eq!(armed.hits(), 2);
    local.shutdown().await;
}

#[tokio::test]
async fn secrets_are_read_by_arn() {
    let mut options = options(&Lines::default());
    options
        .aws
        .secrets
        .insert(SECRET.to_owned(), r#"{"key":"value"}"#.to_owned());
    let local = LocalLambda::start(stack(), options).await.unwrap();
    let get = async |id: &str| {
        let target = "secretsmanager.GetSecretValue";
        harness::call(
            &local,
            Service::SecretsManager,
            "tester",
            target,
            json!({"SecretId": id}),
        )
        .await
        .unwrap()
    };
    assert_eq!(get(SECRET).await["SecretString"], r#"{"key":"value"}"#);
    assert_eq!(get("other").await["__type"], "ResourceNotFoundException");
    local.shutdown().await;
}

#[tokio::test]
async fn tables_kept_in_a_directory_outlive_the_stack() {
    let directory = tempfile::tempdir().unwrap();
    for run in 0..2 {
        let mut options = options(&Lines::default());
        options.aws.storage = Storage::Directory(directory.path().to_owned());
        let local = LocalLambda::start(stack(), options).await.unwrap();
        assert_eq!(local.aws().items("ItemsTable").unwrap().len(), run);
        call(&local, "tester", "PutItem", put("kept")).await.unwrap();
        local.shutdown().await;
    }
}

#[tokio::test]
async fn of_transactions_on_one_item_at_once_some_conflict_and_none_is_lost() {
    let local = start().await;
    let add = json!({"TransactItems": [{"Update": {"TableName": "local-ItemsTable", "Key": {"id": {"S": "sum"}},
        "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}}]});
    let mut racers = JoinSet::new();
    let local = Arc::new(local);
    for _ in 0..32 {
        let (local, add) = (local.clone(), add.clone());
        racers.spawn(async move { call(&local, "tester", "TransactWriteItems", add).await.unwrap() });
    }
    let answers = racers.join_all().await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer["__type"].is_null());
    assert!(
        refused
            .iter()
            .all(|it| it["CancellationReasons"][0]["Code"] == "TransactionConflict"),
        "{refused:?}"
    );
    assert!(!refused.is_empty());
    let items = local.aws().items("ItemsTable").unwrap();
    assert_eq!(items[0]["n"]["N"], done.len().to_string());
}

#[tokio::test]
async fn a_held_request_goes_on_when_told() {
    let local = start().await;
    let gate = Arc::new(Notify::new());
    let armed = local
        .aws()
        .faults()
        .arm(Fault::new(Service::DynamoDb, Effect::Hold(gate.clone())));
    let release = async {
        harness::until("it is held", async || armed.hits() == 1).await;
        assert!(local.aws().items("ItemsTable").unwrap().is_empty());
        gate.notify_one();
    };
    let (answer, ()) = tokio::join!(call(&local, "tester", "PutItem", put("a")), release);
    assert_eq!(answer, Some(json!({})));
    local.shutdown().await;
}

#[tokio::test]
async fn items_expire_by_the_injected_clock() {
    let clock = ManualClock::new(1000);
    let mut options = options(&Lines::default());
    options.aws.clock = Some(clock.arc());
    let local = LocalLambda::start(stack(), options).await.unwrap();
    let mut item = put("a");
    item["Item"]["expires_at"] = json!({"N": "1500"});
    call(&local, "tester", "PutItem", item).await.unwrap();
    assert_eq!(local.aws().sweep_expired().unwrap(), 0);
    clock.set(1501);
    assert_eq!(local.aws().sweep_expired().unwrap(), 1);
    local.shutdown().await;
}
