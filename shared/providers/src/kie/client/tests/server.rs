//! A server of one request over plain TCP, which can also misbehave as no HTTP library would.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{Client, KEY};

pub(super) fn client(base: &str) -> Client {
    // Once per process; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new(reqwest::Client::new(), base, base, KEY)
}

/// What the server does once it has read a whole request.
pub(super) enum Then {
    Answer(String),
    CutTheConnection,
    StaySilent,
}

pub(super) fn answer(status: &str, body: &str) -> Then {
    Then::Answer(format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// A server for one request; the task gives the request as it was read.
pub(super) async fn server(then: Then) -> (Client, JoinHandle<String>) {
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
    (client(&base), served)
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
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
