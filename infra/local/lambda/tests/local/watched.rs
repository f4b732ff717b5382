use std::collections::BTreeMap;

use local_lambda::stack::EventRule;
use local_lambda::watch::{Alarm, Comparison, Missing, Pattern, Series, State, Statistic};
use local_lambda::{LocalLambda, LocalOptions, Stack};
use serde_json::{Value, json};

use crate::harness::{Lines, options, post, stack, until};

/// An alarm at the first of something.
fn any(series: Series) -> Alarm {
    Alarm {
        name: format!("local-{}Alarm", series.metric),
        description: "Something is there.".to_owned(),
        series,
        statistic: Statistic::Maximum,
        period_s: 300,
        periods: 1,
        datapoints: 1,
        threshold: 1.0,
        comparison: Comparison::GreaterThanOrEqualToThreshold,
        missing: Missing::NotBreaching,
    }
}

/// The stack with an alarm on everything that Lambda and SQS count.
fn alarmed(change: impl FnOnce(&mut Stack)) -> Stack {
    let mut stack = stack();
    for metric in ["Errors", "Throttles", "Url5xxCount"] {
        let series = Series::new("AWS/Lambda", metric, [("FunctionName", "local-WebFunction")]);
        stack.alarms.insert(metric.to_owned(), any(series));
    }
    let dead = Series::new(
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        [("QueueName", "local-DeadQueue")],
    );
    stack.alarms.insert("Dead".to_owned(), any(dead));
    change(&mut stack);
    stack
}

async fn start(change: impl FnOnce(&mut Stack), environment: &[(&str, &str)]) -> LocalLambda {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = LocalOptions {
        environment: environment.collect(),
        ..options(&Lines::default())
    };
    LocalLambda::start(alarmed(change), options).await.unwrap()
}

async fn ringing(local: &LocalLambda) -> Vec<String> {
    let alarms: BTreeMap<String, State> = local.alarms().await.unwrap();
    let ringing = alarms.into_iter().filter(|(_, state)| *state == State::Alarm);
    ringing.map(|(name, _)| name).collect()
}

#[tokio::test]
async fn a_failed_run_is_an_error_and_a_good_one_rings_nothing() {
    let local = start(|_| (), &[]).await;
    local.invoke("WebFunction", &json!({})).await.unwrap();
    post(local.url("WebFunction").unwrap(), &[], "{}").await.unwrap();
    assert_eq!(ringing(&local).await, Vec::<String>::new());
    local.invoke("WebFunction", &json!({"do": "fail"})).await.unwrap();
    assert_eq!(ringing(&local).await, ["Errors"]);
    local.shutdown().await;
}

#[tokio::test]
async fn a_function_that_does_not_start_shows_at_its_address_too() {
    let local = start(|_| (), &[("FAIL_AT_START", "1")]).await;
    let answer = post(local.url("WebFunction").unwrap(), &[], "{}").await.unwrap();
    assert_eq!(answer.status, 502);
    assert_eq!(ringing(&local).await, ["Errors", "Url5xxCount"]);
    local.shutdown().await;
}

#[tokio::test]
async fn a_call_without_concurrency_is_a_throttle_and_no_error() {
    let none = |stack: &mut Stack| {
        let web = stack.functions.get_mut("WebFunction").unwrap();
        web.reserved_concurrency = Some(0);
    };
    let local = start(none, &[]).await;
    let answer = post(local.url("WebFunction").unwrap(), &[], "{}").await.unwrap();
    assert_eq!(answer.status, 429);
    assert_eq!(ringing(&local).await, ["Throttles"]);
    local.shutdown().await;
}

#[tokio::test]
async fn a_dead_message_rings_until_it_is_gone() {
    let local = start(|_| (), &[]).await;
    local.aws().send("DeadQueue", "x").await.unwrap();
    until("it rings", async || ringing(&local).await == ["Dead"]).await;
    local.shutdown().await;
}

#[tokio::test]
async fn whoever_asks_for_it_is_brought_what_becomes_of_an_alarm() {
    let lines = Lines::default();
    let asks = |stack: &mut Stack| {
        let pattern = json!({"source": ["aws.cloudwatch"], "detail": {"alarmName": [{"prefix": "local-Errors"}],
            "state": {"value": ["ALARM"]}}});
        let clock = stack.functions.get_mut("ClockFunction").unwrap();
        clock.rules.push(EventRule {
            event: "Alarms".to_owned(),
            pattern: Pattern::read(&pattern).unwrap(),
        });
    };
    let local = LocalLambda::start(alarmed(asks), options(&lines)).await.unwrap();
    local.aws().send("DeadQueue", "x").await.unwrap();
    local.invoke("WebFunction", &json!({"do": "fail"})).await.unwrap();
    until("it is brought", async || {
        lines.count("ClockFunction", "brought ") == 1
    })
    .await;
    let brought = lines.first("ClockFunction", "brought ");
    let event: Value = serde_json::from_str(brought.trim_start_matches("brought ")).unwrap();
    assert_eq!(event["detail"]["alarmName"], "local-ErrorsAlarm");
    assert_eq!(
        event["detail"]["configuration"]["description"],
        "Something is there."
    );
    assert_eq!(event["detail"]["state"]["value"], "ALARM");
    local.shutdown().await;
}
