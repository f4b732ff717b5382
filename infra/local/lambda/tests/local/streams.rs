use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local_lambda::{LocalLambda, Outcome};
use serde_json::json;

use crate::harness::{Lines, options, stack, until};

const STREAM: &str = "StreamFunction";

async fn started(lines: &Lines) -> LocalLambda {
    LocalLambda::start(stack(), options(lines)).await.unwrap()
}

async fn open(local: &LocalLambda, path: &str) -> Response<Incoming> {
    let url = format!("{}{path}", local.url(STREAM).unwrap());
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::get(url).body(Empty::<Bytes>::new()).unwrap();
    client.request(request).await.unwrap()
}

async fn piece(body: &mut Incoming) -> Option<Bytes> {
    let frame = body.frame().await?.ok()?;
    frame.into_data().ok()
}

#[tokio::test]
async fn a_streamed_response_has_its_status_headers_and_body() {
    let local = started(&Lines::default()).await;
    let response = open(&local, "at-once").await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-echo"]),
        (207, &"yes".parse().unwrap())
    );
    assert_eq!(
        response.headers()["content-type"],
        "application/octet-stream",
        "which the runtime puts there"
    );
    assert_eq!(response.collect().await.unwrap().to_bytes(), "one two");
    let next = open(&local, "at-once").await;
    assert_eq!(next.collect().await.unwrap().to_bytes(), "one two");
    let stats = local.stats(STREAM).unwrap();
    assert_eq!((stats.invocations, stats.cold_starts, stats.errors), (2, 1, 0));
    local.shutdown().await;
}

#[tokio::test]
async fn a_piece_comes_while_the_rest_is_not_said_and_the_stream_ends_with_its_time() {
    let local = started(&Lines::default()).await;
    let mut body = open(&local, "hang").await.into_body();
    assert_eq!(piece(&mut body).await.unwrap(), "one ");
    assert_eq!(local.running(STREAM).unwrap(), 1);
    // The function hangs until its two seconds are over.
    assert_eq!(piece(&mut body).await, None);
    until("it counts as cut off", async || {
        local.stats(STREAM).unwrap().timeouts == 1
    })
    .await;
    local.shutdown().await;
}

#[tokio::test]
async fn a_stream_goes_on_to_its_end_though_nobody_listens() {
    let lines = Lines::default();
    let local = started(&lines).await;
    let mut body = open(&local, "linger").await.into_body();
    assert_eq!(piece(&mut body).await.unwrap(), "one ");
    drop(body);
    until("all was said", async || lines.count(STREAM, "said all") == 1).await;
    until("it is over", async || local.running(STREAM).unwrap() == 0).await;
    let stats = local.stats(STREAM).unwrap();
    assert_eq!((stats.errors, stats.timeouts), (0, 0));
    assert!(stats.billed_ms >= 300, "{} ms: it is paid for", stats.billed_ms);
    local.shutdown().await;
}

#[tokio::test]
async fn a_process_that_dies_ends_its_stream() {
    let local = started(&Lines::default()).await;
    let mut body = open(&local, "exit").await.into_body();
    let ended = tokio::time::timeout(Duration::from_secs(30), async {
        while piece(&mut body).await.is_some() {}
    });
    ended.await.unwrap();
    until("the failure is counted", async || {
        local.stats(STREAM).unwrap().errors == 1
    })
    .await;
    local.shutdown().await;
}

#[tokio::test]
async fn an_invocation_that_wants_it_whole_gets_it_whole() {
    let local = started(&Lines::default()).await;
    let outcome = local
        .invoke(STREAM, &json!({"rawPath": "/at-once"}))
        .await
        .unwrap();
    let Outcome::Answered(body) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(body.ends_with(b"\0\0\0\0\0\0\0\0one two"), "{body:?}");
    local.shutdown().await;
}
