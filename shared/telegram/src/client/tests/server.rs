//! A server of one request over plain TCP, which can also misbehave as no HTTP library would.

use std::sync::Once;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{Client, TOKEN};

pub(super) fn client(base_url: &str) -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .unwrap();
    });
    Client::new(reqwest::Client::new(), base_url, TOKEN)
}

/// What the server does once it has read a whole request.
pub(super) enum Then {
    Answer(String),
    CutTheConnection,
    StaySilent,
}

pub(super) fn answer(status: &str, headers: &str, body: &str) -> Then {
    Then::Answer(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// A server for one request; the task gives the request as it was read.
pub(super) async fn server(then: Then) -> (Client, JoinHandle<String>) {
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
