//! The client against a server of plain TCP, which can also misbehave as no HTTP library would.
#![allow(
    clippy::disallowed_methods,
    reason = "the server of a test is a task of its own"
)]

use std::{error::Error as _, sync::Once, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::*;
use crate::{
    limits::DOWNLOAD_BYTES_MAX,
    methods::{GetFile, InputMediaVideo, SendMessage},
};

const TOKEN: &str = "5000:SECRET-token";
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(50);
const SENT: &str = r#"{"ok":true,"result":{"message_id":9,"date":1,"chat":{"id":7,"type":"private"}}}"#;

fn client(base_url: &str) -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .unwrap();
    });
    Client::new(reqwest::Client::new(), base_url, TOKEN)
}

/// What the server does once it has read a whole request.
enum Then {
    Answer(String),
    CutTheConnection,
    StaySilent,
}

fn answer(status: &str, headers: &str, body: &str) -> Then {
    Then::Answer(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// A server for one request; the task gives the request as it was read.
async fn server(then: Then) -> (Client, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        match then {
            Then::Answer(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
            Then::CutTheConnection => {}
            Then::StaySilent => {
                // Until the client gives up and closes its end.
                let _ = stream.read(&mut [0; 1]).await;
            }
        }
        request
    });
    (client(&base_url), served)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !is_whole(&String::from_utf8_lossy(&read)) {
        assert_ne!(
            stream.read_buf(&mut read).await.unwrap(),
            0,
            "the request ended early"
        );
    }
    String::from_utf8_lossy(&read).into_owned()
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    match header(head, "content-length") {
        Some(length) => body.len() >= length.parse::<usize>().unwrap(),
        None => header(head, "transfer-encoding").is_none() || body.ends_with("0\r\n\r\n"),
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines
        .into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

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

fn edit() -> EditMessageMedia {
    let media = InputMediaVideo::new(InputFile::FileId("to be replaced".into())).with_caption_html("ok");
    EditMessageMedia::new(7, 9, media)
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
async fn an_edit_by_url_lets_telegram_fetch_the_file() {
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    client
        .edit_media_by_url(&edit(), "https://v/1.mp4", LONG)
        .await
        .unwrap();
    let request = served.await.unwrap();
    assert!(request.starts_with("POST /bot5000:SECRET-token/editMessageMedia "));
    assert!(
        request.contains(r#""media":{"type":"video","media":"https://v/1.mp4","caption":"ok""#),
        "{request}"
    );
}

#[tokio::test]
async fn a_streamed_edit_states_its_length_and_attaches_the_file() {
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    let pieces = futures::stream::iter(["one-", "two"].map(Ok::<_, std::io::Error>));
    let file = Upload::stream(pieces, Some(7), "video.mp4");
    client.edit_media_by_upload(&edit(), file, LONG).await.unwrap();
    let request = served.await.unwrap();
    assert!(
        request.contains("content-length: ") && !request.contains("transfer-encoding"),
        "{request}"
    );
    for part in [
        "name=\"chat_id\"\r\n\r\n7\r\n",
        "name=\"message_id\"\r\n\r\n9\r\n",
        "\"media\":\"attach://upload\"",
        "name=\"upload\"; filename=\"video.mp4\"\r\nContent-Type: video/mp4\r\n\r\none-two\r\n",
    ] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
}

#[tokio::test]
async fn a_stream_of_unknown_length_goes_out_in_chunks() {
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    let pieces = futures::stream::iter(["one"].map(Ok::<_, std::io::Error>));
    let send = SendVideo::new(7, InputFile::FileId("to be replaced".into()));
    client
        .send_video_by_upload(&send, Upload::stream(pieces, None, "v.mp4"), LONG)
        .await
        .unwrap();
    let request = served.await.unwrap();
    assert!(request.contains("transfer-encoding: chunked"), "{request}");
    for part in ["\r\nattach://upload\r\n", "\r\ntrue\r\n", "filename=\"v.mp4\""] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
}

#[tokio::test]
async fn a_video_is_sent_by_url_and_from_memory() {
    let send = SendVideo::new(-100, InputFile::FileId("to be replaced".into())).with_caption_html("ok");
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    client
        .send_video_by_url(&send, "https://v/1.mp4", LONG)
        .await
        .unwrap();
    assert!(served.await.unwrap().contains(r#""video":"https://v/1.mp4""#));
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    client
        .send_video_by_upload(&send, Upload::bytes("whole", "v.mp4"), LONG)
        .await
        .unwrap();
    assert!(served.await.unwrap().contains("\r\n\r\nwhole\r\n"));
}

#[tokio::test]
async fn a_source_that_breaks_off_leaves_the_effect_unknown() {
    let (client, served) = server(Then::StaySilent).await;
    let pieces = futures::stream::iter([Ok("one"), Err(std::io::Error::other("the source broke"))]);
    let error = client
        .edit_media_by_upload(&edit(), Upload::stream(pieces, Some(6), "v.mp4"), LONG)
        .await;
    assert!(matches!(error, Err(Error::Unknown { .. })), "{error:?}");
    served.abort();
}

#[tokio::test]
async fn a_file_is_found_and_downloaded() {
    let found = r#"{"ok":true,"result":{"file_id":"F","file_size":5,"file_path":"photos/file_1.jpg"}}"#;
    let (client, _served) = server(answer("200 OK", "", found)).await;
    let path = client
        .call(&GetFile::new("F"), LONG)
        .await
        .unwrap()
        .file_path
        .unwrap();
    let (client, served) = server(answer("200 OK", "", "photo")).await;
    let file = client
        .download_file(&path, DOWNLOAD_BYTES_MAX, LONG)
        .await
        .unwrap();
    assert_eq!(file.length(), Some(5));
    assert_eq!(file.into_bytes().await.unwrap(), b"photo");
    assert!(
        served
            .await
            .unwrap()
            .starts_with("GET /file/bot5000:SECRET-token/photos/file_1.jpg ")
    );
}

#[tokio::test]
async fn a_file_over_the_cap_is_refused_whether_it_announces_its_length_or_not() {
    let (client, _served) = server(answer("200 OK", "", "photo")).await;
    assert!(matches!(
        client.download_file("p", 4, LONG).await,
        Err(Error::TooBig)
    ));
    let unannounced = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nphoto".to_owned();
    let (client, _served) = server(Then::Answer(unannounced)).await;
    let file = client.download_file("p", 4, LONG).await.unwrap();
    assert_eq!(file.length(), None);
    assert!(matches!(file.into_bytes().await, Err(Error::TooBig)));
}

#[tokio::test]
async fn a_file_that_is_no_longer_there_is_not_taken_for_a_wrong_token() {
    let body = r#"{"ok":false,"error_code":404,"description":"Not Found"}"#;
    let (client, _served) = server(answer("404 Not Found", "", body)).await;
    let error = client.download_file("p", 4, LONG).await.unwrap_err();
    assert!(matches!(error, Error::Rejected { code: 404, .. }), "{error:?}");
    let body = r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#;
    let (client, _served) = server(answer("401 Unauthorized", "", body)).await;
    assert!(matches!(
        client.download_file("p", 4, LONG).await,
        Err(Error::Unauthorized)
    ));
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
