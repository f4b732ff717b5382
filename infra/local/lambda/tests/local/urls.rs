use local_lambda::LocalLambda;
use serde_json::json;

use crate::harness::{Lines, answered, options, post, stack_with, start, until};

#[tokio::test]
async fn a_request_reaches_the_function_and_its_response_comes_back() {
    let local = start().await;
    let url = format!("{}hook?x=1", local.url("WebFunction").unwrap());
    let response = post(
        &url,
        &[("X-Secret", "s"), ("content-type", "application/json")],
        "{}",
    )
    .await
    .unwrap();
    assert_eq!(response.status, 201);
    assert_eq!(response.headers["x-echo"], "yes");
    assert_eq!(
        (&response.body["path"], &response.body["body"]),
        (&json!("/hook"), &json!("{}"))
    );
    assert_eq!(response.body["headers"]["x-secret"], "s");
    local.shutdown().await;
}

#[tokio::test]
async fn a_body_over_six_megabytes_is_refused() {
    let local = start().await;
    let response = post(
        local.url("WebFunction").unwrap(),
        &[],
        vec![b'x'; 6 * 1024 * 1024 + 1],
    )
    .await;
    // The rest of the body is not read, so the client may miss the answer.
    assert!(response.is_none_or(|response| response.status == 413));
    assert_eq!(local.stats("WebFunction").unwrap().invocations, 0);
    local.shutdown().await;
}

#[tokio::test]
async fn requests_over_the_reserved_concurrency_are_throttled() {
    let stack = stack_with(&[("Reserved", "1")]);
    let local = LocalLambda::start(stack, options(&Lines::default()))
        .await
        .unwrap();
    let url = local.url("WebFunction").unwrap();
    let linger = json!({"do": "linger"});
    let (slow, ()) = tokio::join!(local.invoke("WebFunction", &linger), async {
        until("the first runs", async || {
            local.stats("WebFunction").unwrap().invocations == 1
        })
        .await;
        assert_eq!(post(url, &[], "").await.unwrap().status, 429);
    });
    answered(slow.unwrap());
    assert_eq!(local.stats("WebFunction").unwrap().throttles, 1);
    local.shutdown().await;
}

#[tokio::test]
async fn a_function_without_a_url_has_none() {
    let local = start().await;
    assert!(local.url("WorkFunction").is_err());
    assert_eq!(
        local.stack().functions["WebFunction"].environment["OWN_URL"],
        format!("{}hook", local.url("WebFunction").unwrap())
    );
    local.shutdown().await;
}

#[tokio::test]
async fn a_function_that_fails_is_a_bad_gateway() {
    let mut options = options(&Lines::default());
    options
        .environment
        .insert("FAIL_AT_START".to_owned(), "1".to_owned());
    let local = LocalLambda::start(stack_with(&[]), options).await.unwrap();
    assert_eq!(
        post(local.url("WebFunction").unwrap(), &[], "")
            .await
            .unwrap()
            .status,
        502
    );
    local.shutdown().await;
}
