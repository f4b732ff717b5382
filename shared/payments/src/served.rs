//! A server of one request over plain TCP, for tests. It can also misbehave as no HTTP library would.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A client as the functions have it.
pub(crate) fn http() -> reqwest::Client {
    // Once per process; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// What the server does once it has read a whole request.
pub(crate) enum Then {
    Answer(String),
    CutTheConnection,
}

pub(crate) fn answer(status: &str, body: &str) -> Then {
    Then::Answer(format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// Its address, and the request as it will have been read.
#[expect(
    clippy::disallowed_methods,
    reason = "the server of a test is a task of its own"
)]
pub(crate) async fn server(then: Then) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read(&mut stream).await;
        if let Then::Answer(bytes) = then {
            stream.write_all(bytes.as_bytes()).await.unwrap();
        }
        request
    });
    (base, served)
}

async fn read(stream: &mut TcpStream) -> String {
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
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
