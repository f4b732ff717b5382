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
    let verdict = files()
        .check(&host(file, Duration::ZERO).await, Makes::Video, LONG)
        .await;
    let duration_ms = Some(5000);
    let expected = Checked {
        format: Format::Mp4,
        bytes,
        duration_ms,
        pixels: None,
    };
    assert_eq!(verdict, Verdict::Playable(expected));
}

async fn checked(file: Vec<u8>, makes: Makes) -> Verdict {
    files()
        .check(&host(file, Duration::ZERO).await, makes, LONG)
        .await
}

/// A JPEG whose head is all that is read of it first, with these last bytes.
fn long_jpeg(end: [u8; 2]) -> Vec<u8> {
    let head = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0x1, 0x68, 0x2, 0x80];
    [&head[..], &vec![7; 90_000], &end].concat()
}

/// A second of silence at 128 kbit/s behind a tag of so many bytes, as one that holds a cover has.
fn tagged_mp3(tag: usize) -> Vec<u8> {
    let mut frame = vec![0; 417];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x00]);
    let part = |shift: u32| u8::try_from((tag >> shift) & 0x7f).unwrap();
    let size = [part(21), part(14), part(7), part(0)];
    [&b"ID3\x04\0\0"[..], &size, &vec![0; tag], &frame.repeat(38)].concat()
}

#[tokio::test]
async fn a_picture_is_looked_at_from_both_ends() {
    let whole = long_jpeg([0xff, 0xd9]);
    let expected = Checked {
        format: Format::Jpeg,
        bytes: as_u64(whole.len()),
        duration_ms: None,
        pixels: Some((640, 360)),
    };
    assert_eq!(checked(whole, Makes::Image).await, Verdict::Playable(expected));
    let cut = checked(long_jpeg([7, 7]), Makes::Image).await;
    assert_eq!(cut, Verdict::Useless("it is cut short"));
}

#[tokio::test]
async fn sound_is_found_behind_a_tag_of_any_size() {
    for tag in [0, 300, 65_530, 100_000] {
        let file = tagged_mp3(tag);
        let bytes = as_u64(file.len());
        let Verdict::Playable(found) = checked(file, Makes::Speech).await else {
            panic!("a tag of {tag}");
        };
        assert_eq!((found.format, found.bytes), (Format::Mp3, bytes));
        let ms = found.duration_ms.unwrap();
        assert!(ms.abs_diff(990) < 2, "{tag}: {ms}");
    }
    let song = [boxed(*b"ftyp", b"M4A 0000"), moov(*b"soun", 1000, 5000)].concat();
    let Verdict::Playable(found) = checked(song, Makes::Music).await else {
        panic!("an MP4 of sound");
    };
    assert_eq!((found.format, found.duration_ms), (Format::M4a, Some(5000)));
}

#[tokio::test]
async fn what_was_not_ordered_is_useless_whatever_it_is() {
    let page = b"<!doctype html><title>Sign in</title>".to_vec();
    let video = [boxed(*b"ftyp", b"isom0000"), moov(*b"vide", 1000, 5000)].concat();
    let picture = long_jpeg([0xff, 0xd9]);
    for (file, makes) in [
        (page.clone(), Makes::Image),
        (video.clone(), Makes::Image),
        (page, Makes::Music),
        (picture.clone(), Makes::Speech),
        (video, Makes::Music),
        (picture, Makes::Video),
        (tagged_mp3(0), Makes::Video),
        (tagged_mp3(0), Makes::Image),
    ] {
        let verdict = checked(file, makes).await;
        assert!(matches!(verdict, Verdict::Useless(_)), "{makes:?}: {verdict:?}");
    }
}

#[tokio::test]
async fn all_the_reads_of_a_file_have_one_timeout() {
    // Each of the three reads is quick enough by itself.
    let url = host(index_last(), Duration::from_millis(400)).await;
    let verdict = files()
        .check(&url, Makes::Video, Duration::from_millis(900))
        .await;
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
        assert_eq!(
            files().check(&url, Makes::Video, LONG).await,
            expected,
            "{status}"
        );
    }
}
