use local_lambda::{Effect, Fault, LocalLambda, Service};
use serde_json::{Value, json};

use crate::harness::{Lines, call, options, stack, until};

async fn start() -> (LocalLambda, Lines) {
    let lines = Lines::default();
    (LocalLambda::start(stack(), options(&lines)).await.unwrap(), lines)
}

#[tokio::test]
async fn a_message_is_run_once_and_deleted() {
    let (local, lines) = start().await;
    local.aws().send("WorkQueue", "plain").await.unwrap();
    until("the queue is empty", async || {
        local.aws().depth("WorkQueue").await.unwrap().total() == 0
    })
    .await;
    assert_eq!(lines.count("WorkFunction", "received plain"), 1);
    local.shutdown().await;
}

#[tokio::test]
async fn only_the_failed_message_returns_and_in_the_end_is_dead_lettered() {
    let (local, lines) = start().await;
    for body in ["plain", "fail", "other"] {
        local.aws().send("WorkQueue", body).await.unwrap();
    }
    until("it is dead-lettered", async || {
        local.aws().depth("DeadQueue").await.unwrap().visible == 1
    })
    .await;
    until("the queue is empty", async || {
        local.aws().depth("WorkQueue").await.unwrap().total() == 0
    })
    .await;
    until("every line was read", async || {
        lines.count("WorkFunction", "received fail \"2\"") == 1
    })
    .await;
    let counts =
        ["plain", "fail", "other"].map(|body| lines.count("WorkFunction", &format!("received {body}")));
    assert_eq!(counts, [1, 2, 1]);
    local.shutdown().await;
}

#[tokio::test]
async fn a_batch_whose_process_dies_comes_back_whole() {
    let (local, lines) = start().await;
    local.aws().send("WorkQueue", "exit").await.unwrap();
    until("it is dead-lettered", async || {
        local.aws().depth("DeadQueue").await.unwrap().visible == 1
    })
    .await;
    assert_eq!(lines.count("WorkFunction", "received exit"), 2);
    assert_eq!(local.stats("WorkFunction").unwrap().errors, 2);
    local.shutdown().await;
}

#[tokio::test]
async fn no_more_batches_run_at_once_than_the_source_allows() {
    let mut stack = stack();
    stack.functions.get_mut("WorkFunction").unwrap().sources[0].batch_size = 1;
    let local = LocalLambda::start(stack, options(&Lines::default()))
        .await
        .unwrap();
    for _ in 0..6 {
        local.aws().send("WorkQueue", "linger").await.unwrap();
    }
    until("all are done", async || {
        local.aws().depth("WorkQueue").await.unwrap().total() == 0
    })
    .await;
    let stats = local.stats("WorkFunction").unwrap();
    assert_eq!((stats.invocations, stats.cold_starts), (6, 2));
    local.shutdown().await;
}

#[tokio::test]
async fn a_batching_window_gathers_a_larger_batch() {
    let mut stack = stack();
    let source = &mut stack.functions.get_mut("WorkFunction").unwrap().sources[0];
    (source.batch_size, source.window_s) = (25, 2);
    stack.queues.get_mut("WorkQueue").unwrap().visibility_timeout_s = 60;
    let local = LocalLambda::start(stack, options(&Lines::default()))
        .await
        .unwrap();
    for _ in 0..25 {
        local.aws().send("WorkQueue", "plain").await.unwrap();
    }
    until("all are done", async || {
        local.aws().depth("WorkQueue").await.unwrap().total() == 0
    })
    .await;
    assert_eq!(local.stats("WorkFunction").unwrap().invocations, 1);
    local.shutdown().await;
}

async fn send(local: &LocalLambda, mut message: Value) -> Value {
    message["QueueUrl"] = local.aws().queue_url("WorkQueue").unwrap().into();
    call(local, Service::Sqs, "tester", "AmazonSQS.SendMessage", message)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_message_may_be_lost_doubled_or_late() {
    let (local, lines) = start().await;
    let faults = [Effect::Swallow, Effect::Duplicate, Effect::Defer { delay_s: 1 }];
    let armed = faults.map(|effect| {
        local
            .aws()
            .faults()
            .arm(Fault::new(Service::Sqs, effect).resource("WorkQueue"))
    });
    for body in ["lost", "doubled", "late"] {
        assert!(send(&local, json!({"MessageBody": body})).await["MessageId"].is_string());
    }
    until("the late one arrived", async || {
        lines.count("WorkFunction", "received late") == 1
    })
    .await;
    assert_eq!(lines.count("WorkFunction", "received lost"), 0);
    assert_eq!(lines.count("WorkFunction", "received doubled"), 2);
    assert!(armed.iter().all(|armed| armed.hits() == 1));
    assert_eq!(local.aws().counts().of(Service::Sqs, "tester").requests, 3);
    local.shutdown().await;
}

#[tokio::test]
async fn a_message_group_reaches_the_function_from_a_standard_queue() {
    let (local, lines) = start().await;
    assert!(send(&local, json!({"MessageBody": "a", "MessageGroupId": "7"})).await["MessageId"].is_string());
    until("it arrived", async || {
        lines.count("WorkFunction", "received a \"1\" \"7\"") == 1
    })
    .await;
    local.shutdown().await;
}

#[tokio::test]
async fn a_delay_over_900_seconds_is_refused() {
    let (local, _) = start().await;
    let refused = send(&local, json!({"MessageBody": "a", "DelaySeconds": 901})).await;
    assert_eq!(refused["__type"], "com.amazonaws.sqs#InvalidParameterValue");
    assert_eq!(local.aws().depth("WorkQueue").await.unwrap().total(), 0);
    local.shutdown().await;
}
