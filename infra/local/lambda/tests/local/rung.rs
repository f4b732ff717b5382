//! What only AWS counts, and lines that stand in a log: every alarm of the project's template on these is made to ring by
//! what this Lambda and this SQS do themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use local_lambda::watch::{Alarm, State};
use local_lambda::{AwsOptions, Deployment, LocalLambda, LocalOptions, Stack, Template};
use serde_json::json;

use crate::harness::{Lines, SECRET, options, post, until};

/// How often something goes wrong: more often than any alarm here needs.
const TIMES: usize = 3;

/// The project's stack. Nobody waits: an alarm looks at one period, a queue is old after a second, and a message is dead as
/// soon as it has been received as often as it may.
fn project() -> Stack {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../template.yaml");
    let deployment = Deployment::default()
        .with("BotSecretArn", SECRET)
        .with("OperatorChatId", "7")
        .with("LiveStreams", "6");
    let mut stack = Template::read(&path).unwrap().stack(&deployment).unwrap();
    for alarm in stack.alarms.values_mut() {
        (alarm.periods, alarm.datapoints) = (1, 1);
        if alarm.series.metric == "ApproximateAgeOfOldestMessage" {
            alarm.threshold = 0.5;
        }
    }
    for queue in stack.queues.values_mut() {
        queue.visibility_timeout_s = 1;
    }
    stack
}

/// The alarms that are this test's.
fn counted_here(stack: &Stack) -> BTreeMap<String, Alarm> {
    let is_here = |alarm: &Alarm| {
        let lines = stack
            .filters
            .iter()
            .any(|filter| filter.metric == alarm.series.metric);
        lines || alarm.series.namespace.starts_with("AWS/")
    };
    let alarms = stack.alarms.iter().filter(|(_, alarm)| is_here(alarm));
    alarms
        .map(|(name, alarm)| (name.clone(), alarm.clone()))
        .collect()
}

async fn start(stack: Stack, environment: &[(&str, &str)]) -> LocalLambda {
    let usual = options(&Lines::default());
    let echo = usual.binaries.values().next().unwrap().clone();
    let binaries = stack
        .functions
        .values()
        .map(|function| (function.binary.clone(), echo.clone()));
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = LocalOptions {
        aws: AwsOptions {
            secrets: [(SECRET.to_owned(), "{}".to_owned())].into(),
            ..AwsOptions::default()
        },
        binaries: binaries.collect(),
        environment: environment.collect(),
        ..usual
    };
    LocalLambda::start(stack, options).await.unwrap()
}

async fn ringing(local: &LocalLambda) -> BTreeSet<String> {
    let alarms = local.alarms().await.unwrap().into_iter();
    alarms
        .filter(|(_, state)| *state == State::Alarm)
        .map(|(name, _)| name)
        .collect()
}

/// The function that a metric of Lambda's is of.
fn function<'a>(stack: &'a Stack, alarm: &Alarm) -> &'a str {
    let name = &alarm.series.dimensions["FunctionName"];
    let found = stack
        .functions
        .iter()
        .find(|(_, function)| function.name == *name);
    found
        .unwrap_or_else(|| panic!("{}: of no function", alarm.series))
        .0
}

/// The names of the alarms on a metric, each with its function.
fn of_metric<'a>(stack: &'a Stack, alarms: &BTreeMap<String, Alarm>, metric: &str) -> Vec<(String, &'a str)> {
    let alarms = alarms.iter().filter(|(_, alarm)| alarm.series.metric == metric);
    alarms
        .map(|(name, alarm)| (name.clone(), function(stack, alarm)))
        .collect()
}

async fn call(local: &LocalLambda, function: &str) {
    match local.url(function) {
        Ok(url) => drop(post(url, &[], "{}").await),
        Err(_) => drop(local.invoke(function, &json!({})).await.unwrap()),
    }
}

#[tokio::test]
async fn every_alarm_on_what_lambda_sqs_and_logs_count_rings_by_what_they_count() {
    let stack = project();
    let alarms = counted_here(&stack);
    let mut rung = BTreeSet::new();

    // Runs that fail, lines of level ERROR, doorbells that fail until they are dead. Nothing has run before.
    let local = start(stack.clone(), &[]).await;
    let silent = ringing(&local).await;
    assert_eq!(
        silent,
        BTreeSet::from(["CleanupSilentAlarm".to_owned()]),
        "before anything ran"
    );
    rung.extend(silent);
    let failing = of_metric(&stack, &alarms, "Errors");
    for (_, function) in &failing {
        for _ in 0..TIMES {
            local.invoke(function, &json!({"do": "fail"})).await.unwrap();
        }
    }
    for function in stack.functions.keys() {
        let line = json!({"say": r#"{"level":"ERROR","message":"as told"}"#});
        local.invoke(function, &line).await.unwrap();
    }
    local.aws().send("DoorbellQueue", "fail").await.unwrap();
    let of_queues = alarms
        .iter()
        .filter(|(_, alarm)| alarm.series.namespace == "AWS/SQS");
    let of_queues: Vec<&String> = of_queues.map(|(name, _)| name).collect();
    let seen = std::cell::RefCell::new(BTreeSet::new());
    until("every queue's alarm rings", async || {
        let now = ringing(&local).await;
        seen.borrow_mut().extend(now);
        of_queues.iter().all(|name| seen.borrow().contains(*name))
    })
    .await;
    rung.extend(seen.into_inner());
    assert!(
        !ringing(&local).await.contains("CleanupSilentAlarm"),
        "it has run"
    );
    local.shutdown().await;

    // Functions that do not start, behind their addresses.
    let local = start(stack.clone(), &[("FAIL_AT_START", "1")]).await;
    for (_, function) in of_metric(&stack, &alarms, "Url5xxCount") {
        for _ in 0..TIMES {
            call(&local, function).await;
        }
    }
    rung.extend(ringing(&local).await);
    local.shutdown().await;

    // Functions without concurrency.
    let mut crowded = stack.clone();
    crowded
        .functions
        .values_mut()
        .for_each(|function| function.reserved_concurrency = Some(0));
    let local = start(crowded, &[]).await;
    for (_, function) in of_metric(&stack, &alarms, "Throttles") {
        for _ in 0..TIMES {
            call(&local, function).await;
        }
    }
    rung.extend(ringing(&local).await);
    local.shutdown().await;

    let all: BTreeSet<String> = alarms.into_keys().collect();
    let missing: Vec<&String> = all.difference(&rung).collect();
    assert_eq!(
        missing,
        Vec::<&String>::new(),
        "{} of {} rang",
        rung.len(),
        all.len()
    );
}
