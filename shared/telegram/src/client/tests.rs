//! The client against a server of plain TCP, which can also misbehave as no HTTP library would.
#![allow(
    clippy::disallowed_methods,
    reason = "the server of a test is a task of its own"
)]

use std::{error::Error as _, time::Duration};

use tokio::net::TcpListener;

use super::*;
use crate::methods::SendMessage;
use server::{Then, answer, client, server};

mod files;
mod server;

const TOKEN: &str = "5000:SECRET-token";
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(500);
const SENT: &str = r#"{"ok":true,"result":{"message_id":9,"date":1,"chat":{"id":7,"type":"private"}}}"#;

/// Every text that an error could put into a log.
fn every_text(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text} {cause} {cause:?}");
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn a_call_is_posted_as_json_to_the_method_under_the_token() {
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    let sent = client.call(&SendMessage::html(7, "hi"), LONG).await.unwrap();
    assert_eq!((sent.message_id, sent.chat.id), (9, 7));
    let request = served.await.unwrap();
    assert!(
        request.starts_with("POST /bot5000:SECRET-token/sendMessage HTTP/1.1"),
        "{request}"
    );
    assert!(request.contains("content-type: application/json") && request.contains(r#""text":"hi""#));
}

#[tokio::test]
async fn a_refusal_over_http_is_classified() {
    let body = r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#;
    let (client, _served) = server(answer("403 Forbidden", "", body)).await;
    let refused = client.call(&SendMessage::html(7, "hi"), LONG).await;
    assert!(matches!(refused, Err(Error::Unreachable { .. })), "{refused:?}");
}

#[tokio::test]
async fn the_retry_after_header_counts_where_the_body_says_nothing() {
    let (client, _served) = server(answer(
        "429 Too Many Requests",
        "retry-after: 11\r\n",
        "slow down",
    ))
    .await;
    let refused = client.call(&SendMessage::html(7, "hi"), LONG).await;
    assert!(
        matches!(refused, Err(Error::RateLimited { retry_after_s: 11 })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn no_connection_means_surely_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&base_url)
        .call(&SendMessage::html(7, "hi"), LONG)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }), "{error:?}");
    assert!(!every_text(&error).contains("SECRET"), "{}", every_text(&error));
}

#[tokio::test]
async fn a_base_url_that_is_none_means_surely_not_sent() {
    let error = client("not a url")
        .call(&SendMessage::html(7, "hi"), LONG)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }), "{error:?}");
    assert!(!every_text(&error).contains("SECRET"), "{}", every_text(&error));
}

#[tokio::test]
async fn a_connection_cut_after_the_request_leaves_the_effect_unknown() {
    let (client, served) = server(Then::CutTheConnection).await;
    let error = client.call(&SendMessage::html(7, "hi"), LONG).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
    assert!(served.await.unwrap().contains(r#""text":"hi""#));
    assert!(!every_text(&error).contains("SECRET"), "{}", every_text(&error));
}

#[tokio::test]
async fn a_slow_answer_leaves_the_effect_unknown() {
    let (client, served) = server(Then::StaySilent).await;
    let error = client.call(&SendMessage::html(7, "hi"), SHORT).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unknown { why, .. } if why == "no answer in time"),
        "{error:?}"
    );
    assert!(served.await.unwrap().contains(r#""text":"hi""#));
    assert!(!every_text(&error).contains("SECRET"), "{}", every_text(&error));
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_the_effect_unknown() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"ok\":true,".to_owned();
    let (client, _served) = server(Then::Answer(half)).await;
    let error = client.call(&SendMessage::html(7, "hi"), LONG).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let (client, served) = server(answer("200 OK", "", &" ".repeat(ANSWER_BYTES_MAX + 1))).await;
    let error = client.call(&SendMessage::html(7, "hi"), LONG).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
    served.abort();
}

#[tokio::test]
async fn nothing_shown_of_a_client_or_a_download_holds_the_token() {
    let (client, _served) = server(answer("200 OK", "", "photo")).await;
    let file = client.download_file("p", 9, LONG).await.unwrap();
    assert!(
        !format!("{client:?} {file:?}").contains("SECRET"),
        "{client:?} {file:?}"
    );
}
