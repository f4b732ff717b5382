//! A server of one request over plain TCP, for the tests of what speaks HTTP. It can also misbehave as no HTTP library
//! would: cut the connection, or never say anything.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what goes wrong here fails the test that uses it"
)]

use std::sync::Once;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What the server does once it has read a whole request.
#[derive(Clone, Debug)]
pub enum Then {
    /// It sends these bytes and closes.
    Answer(String),
    /// It closes.
    CutTheConnection,
    /// It waits until the client gives up.
    StaySilent,
}

/// An answer with a body.
pub fn answer(status: &str, body: &str) -> Then {
    answer_with(status, "", body)
}

/// An answer with more headers, each line of which ends with CRLF.
pub fn answer_with(status: &str, headers: &str, body: &str) -> Then {
    Then::Answer(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// Chooses rustls's cryptography for the whole process, as the runtime does; once is enough.
pub fn choose_crypto() {
    static CHOSEN: Once = Once::new();
    CHOSEN.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .unwrap();
    });
}

/// A server for one request: its address, and the request as it will have been read.
#[expect(
    clippy::disallowed_methods,
    reason = "the server of a test is a task of its own"
)]
pub async fn serve(then: Then) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
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
    (base, served)
}

/// A server for so many requests, each on a connection of its own: its address.
#[expect(
    clippy::disallowed_methods,
    reason = "the server of a test is a task of its own"
)]
pub async fn serve_in_turn(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for body in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            if let Then::Answer(bytes) = answer_with("200 OK", "connection: close\r\n", &body) {
                stream.write_all(bytes.as_bytes()).await.unwrap();
            }
        }
    });
    base
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !is_whole(&String::from_utf8_lossy(&read)) {
        let more = stream.read_buf(&mut read).await.unwrap();
        assert_ne!(more, 0, "the request ended early");
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
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let (_, value) = lines.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value)
}
