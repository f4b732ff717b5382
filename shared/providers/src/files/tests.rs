//! Looking at files over HTTP, at a host of plain TCP that can be slow.
#![allow(
    clippy::disallowed_methods,
    reason = "the host of a test is a task of its own, and takes its time"
)]

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::mp4::tests::{boxed, moov};
use super::*;

const LONG: Duration = Duration::from_secs(20);

fn files() -> Files {
    one_request::choose_crypto();
    Files::new(reqwest::Client::new())
}

/// A host of one file, which takes so long for every answer.
async fn host(file: Vec<u8>, pause: Duration) -> String {
    serve(move |from, to| {
        let part = &file[from..file.len().min(to + 1)];
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\ncontent-type: video/mp4\r\ncontent-range: bytes {from}-{to}/{}\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n",
            file.len(),
            part.len()
        );
        (pause, [head.as_bytes(), part].concat())
    })
    .await
}

async fn serve(answer: impl Fn(usize, usize) -> (Duration, Vec<u8>) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/1.mp4", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (from, to) = asked(&mut stream).await;
            let (pause, bytes) = answer(from, to);
            tokio::time::sleep(pause).await;
            let _ = stream.write_all(&bytes).await;
        }
    });
    url
}

/// The range that is asked for.
async fn asked(stream: &mut TcpStream) -> (usize, usize) {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        assert_ne!(
            stream.read_buf(&mut read).await.unwrap(),
            0,
            "the request ended early"
        );
    }
    let text = String::from_utf8(read).unwrap();
    let range = text
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="))
        .unwrap();
    let (from, to) = range.split_once('-').unwrap();
    (from.parse().unwrap(), to.parse().unwrap())
}

/// A file whose index stands far behind its media, with another box before it.
fn index_last() -> Vec<u8> {
    [
        boxed(*b"ftyp", b"isom0000"),
        boxed(*b"mdat", &vec![0; 200_000]),
        boxed(*b"free", &vec![0; 100_000]),
        moov(*b"vide", 1000, 5000),
    ]
    .concat()
}

#[tokio::test]
async fn an_index_far_behind_the_media_is_found_behind_whatever_stands_there() {
    let file = index_last();
    let bytes = as_u64(file.len());
    let verdict = files().check(&host(file, Duration::ZERO).await, LONG).await;
    let duration_ms = Some(5000);
    assert_eq!(verdict, Verdict::Playable(Checked { bytes, duration_ms }));
}

#[tokio::test]
async fn all_the_reads_of_a_file_have_one_timeout() {
    // Each of the three reads is quick enough by itself.
    let url = host(index_last(), Duration::from_millis(400)).await;
    let verdict = files().check(&url, Duration::from_millis(900)).await;
    assert!(matches!(verdict, Verdict::NoAnswer(_)), "{verdict:?}");
}

#[tokio::test]
async fn only_a_host_that_says_so_has_no_such_file() {
    let table = [
        ("401 Unauthorized", Verdict::Refused),
        ("403 Forbidden", Verdict::Refused),
        ("404 Not Found", Verdict::Gone),
        ("410 Gone", Verdict::Gone),
    ];
    for (status, expected) in table {
        let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        let url = serve(move |_, _| (Duration::ZERO, answer.clone().into_bytes())).await;
        assert_eq!(files().check(&url, LONG).await, expected, "{status}");
    }
}
