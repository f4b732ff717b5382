use std::time::Duration;

use local_lambda::{LocalLambda, LocalOptions, Outcome};
use serde_json::{Value, json};

use crate::harness::{Lines, answered, error_type, options, stack, start, until};

#[tokio::test]
async fn a_function_sees_the_templates_environment_and_nothing_of_ours() {
    let local = start().await;
    let environment = answered(
        local
            .invoke("WebFunction", &json!({"do": "environment"}))
            .await
            .unwrap(),
    );
    assert_eq!(environment["WORD"], "hello");
    assert_eq!(environment["ITEMS_TABLE"], "local-ItemsTable");
    assert_eq!(
        environment["WORK_QUEUE_URL"],
        local.aws().queue_url("WorkQueue").unwrap()
    );
    assert_eq!(environment["AWS_LAMBDA_FUNCTION_NAME"], "local-WebFunction");
    assert_eq!(environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "256");
    assert_eq!(environment["AWS_ACCESS_KEY_ID"], "WebFunction");
    assert_eq!(environment["CARGO_MANIFEST_DIR"], Value::Null);
    local.shutdown().await;
}

#[tokio::test]
async fn a_warm_process_takes_the_next_event() {
    let local = start().await;
    for n in 0..3 {
        assert_eq!(
            answered(local.invoke("WebFunction", &json!({"n": n})).await.unwrap()),
            json!({"n": n})
        );
    }
    let stats = local.stats("WebFunction").unwrap();
    assert_eq!((stats.invocations, stats.cold_starts, stats.errors), (3, 1, 0));
    assert!(stats.billed_ms >= 3 && stats.rss_max_kb > 0, "{stats:?}");
    local.shutdown().await;
}

#[tokio::test]
async fn events_at_once_get_processes_of_their_own_up_to_the_cap() {
    let options = LocalOptions {
        processes_max: 2,
        ..options(&Lines::default())
    };
    let local = LocalLambda::start(stack(), options).await.unwrap();
    let linger = json!({"do": "linger"});
    let one = || local.invoke("WebFunction", &linger);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    for outcome in [a, b, c, d] {
        answered(outcome.unwrap());
    }
    let stats = local.stats("WebFunction").unwrap();
    assert_eq!((stats.invocations, stats.cold_starts), (4, 2));
    local.shutdown().await;
}

#[tokio::test]
async fn an_invocation_whose_caller_goes_away_runs_to_its_end() {
    let local = start().await;
    let linger = json!({"do": "linger"});
    let given_up =
        tokio::time::timeout(Duration::from_millis(100), local.invoke("WebFunction", &linger)).await;
    assert!(given_up.is_err());
    assert_eq!(local.running("WebFunction").unwrap(), 1);
    let billed = async || local.stats("WebFunction").unwrap().billed_ms >= 300;
    until("it ran to its end", billed).await;
    answered(local.invoke("WebFunction", &json!({})).await.unwrap());
    assert_eq!(local.stats("WebFunction").unwrap().cold_starts, 1);
    local.shutdown().await;
}

#[tokio::test]
async fn the_deadline_is_the_timeout_from_now() {
    let local = start().await;
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let context = answered(
        local
            .invoke("WebFunction", &json!({"do": "context"}))
            .await
            .unwrap(),
    );
    let left = u128::from(context["deadline"].as_u64().unwrap()) - now;
    assert!((5000..15000).contains(&left), "{left}");
    assert_eq!(
        context["arn"],
        "arn:aws:lambda:eu-central-1:000000000000:function:local-WebFunction"
    );
    local.shutdown().await;
}

#[tokio::test]
async fn a_function_that_hangs_is_killed_at_its_timeout() {
    let local = start().await;
    let outcome = local
        .invoke("WorkFunction", &json!({"do": "hang"}))
        .await
        .unwrap();
    assert_eq!(error_type(outcome), "Sandbox.Timedout");
    answered(local.invoke("WorkFunction", &json!({})).await.unwrap());
    let stats = local.stats("WorkFunction").unwrap();
    assert_eq!((stats.timeouts, stats.errors, stats.cold_starts), (1, 1, 2));
    local.shutdown().await;
}

#[tokio::test]
async fn an_error_and_a_crash_fail_one_invocation() {
    let local = start().await;
    let outcome = local.invoke("WebFunction", &json!({"do": "fail"})).await.unwrap();
    assert!(
        matches!(&outcome, Outcome::Failed(failure) if failure.message == "as told"),
        "{outcome:?}"
    );
    let outcome = local.invoke("WebFunction", &json!({"do": "exit"})).await.unwrap();
    assert_eq!(error_type(outcome), "Runtime.ExitError");
    answered(local.invoke("WebFunction", &json!({})).await.unwrap());
    assert_eq!(local.stats("WebFunction").unwrap().cold_starts, 2);
    local.shutdown().await;
}

#[tokio::test]
async fn a_response_over_six_megabytes_fails_the_invocation() {
    let local = start().await;
    let outcome = local
        .invoke("WebFunction", &json!({"do": "shout"}))
        .await
        .unwrap();
    assert_eq!(error_type(outcome), "Function.ResponseSizeTooLarge");
    answered(local.invoke("WebFunction", &json!({})).await.unwrap());
    local.shutdown().await;
}

#[tokio::test]
async fn a_process_that_cannot_start_fails_the_invocation() {
    let mut options = options(&Lines::default());
    options
        .environment
        .insert("FAIL_AT_START".to_owned(), "1".to_owned());
    let local = LocalLambda::start(stack(), options).await.unwrap();
    let outcome = local.invoke("WebFunction", &json!({})).await.unwrap();
    assert_eq!(error_type(outcome), "Runtime.ExitError");
    local.shutdown().await;
}

#[tokio::test]
async fn only_the_process_that_runs_the_wanted_event_is_killed() {
    let local = start().await;
    let (doomed, other) = (json!({"do": "hang", "job": 1}), json!({"do": "linger", "job": 2}));
    let kill = async || {
        local
            .kill_running("WebFunction", |event| event["job"] == 1)
            .await
            .unwrap()
            == 1
    };
    let (died, lived, ()) = tokio::join!(
        local.invoke("WebFunction", &doomed),
        local.invoke("WebFunction", &other),
        until("it is killed", kill),
    );
    assert_eq!(error_type(died.unwrap()), "Runtime.ExitError");
    answered(lived.unwrap());
    local.shutdown().await;
}

#[tokio::test]
async fn a_frozen_process_does_nothing_between_events() {
    let lines = Lines::default();
    let local = LocalLambda::start(
        stack(),
        LocalOptions {
            freeze: true,
            ..options(&lines)
        },
    )
    .await
    .unwrap();
    answered(local.invoke("WebFunction", &json!({"do": "tick"})).await.unwrap());
    // It still runs until it asks for the next event; then the ticks must stand still.
    let ticks = || lines.count("WebFunction", "tick");
    until("the ticks stand still", async || {
        let before = ticks();
        tokio::time::sleep(Duration::from_millis(100)).await;
        ticks() == before
    })
    .await;
    let frozen = ticks();
    answered(
        local
            .invoke("WebFunction", &json!({"do": "linger"}))
            .await
            .unwrap(),
    );
    until("the ticks go on", async || ticks() > frozen + 5).await;
    local.shutdown().await;
}

#[tokio::test]
async fn shutdown_and_drop_end_every_process() {
    for drops in [false, true] {
        let local = start().await;
        let environment = answered(
            local
                .invoke("WebFunction", &json!({"do": "context"}))
                .await
                .unwrap(),
        );
        assert!(environment["id"].is_string());
        let stream = environment["pid"].as_u64().unwrap();
        if drops {
            drop(local);
        } else {
            local.shutdown().await;
        }
        let gone = async || {
            let status = std::fs::read_to_string(format!("/proc/{stream}/status")).unwrap_or_default();
            status.is_empty() || status.contains("State:\tZ")
        };
        until("the process is gone", gone).await;
    }
}
