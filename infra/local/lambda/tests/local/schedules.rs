use local_lambda::{LocalLambda, LocalOptions};
use serde_json::json;

use crate::harness::{Lines, answered, options, stack, start, until};

#[tokio::test]
async fn a_schedule_runs_faster_than_real_time() {
    let options = LocalOptions {
        schedule_speed: 600,
        ..options(&Lines::default())
    };
    let local = LocalLambda::start(stack(), options).await.unwrap();
    until("it fired three times", async || {
        local.stats("ClockFunction").unwrap().invocations >= 3
    })
    .await;
    local.shutdown().await;
}

#[tokio::test]
async fn a_schedule_fires_on_demand_with_its_services_event() {
    let local = start().await;
    let event = answered(local.trigger_now("ClockFunction").await.unwrap());
    assert_eq!(event["detail-type"], "Scheduled Event");
    // The first schedule by name is the daily one, of EventBridge Scheduler.
    assert_eq!(event["source"], "aws.scheduler");
    assert_eq!(
        event["resources"],
        json!(["arn:aws:scheduler:eu-central-1:000000000000:schedule/default/local-ClockFunctionDaily"])
    );
    assert!(local.trigger_now("WebFunction").await.is_err());
    local.shutdown().await;
}
