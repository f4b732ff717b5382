//! Files on their way out and in.

use super::{
    server::{Then, answer, server},
    *,
};
use crate::{
    limits::DOWNLOAD_BYTES_MAX,
    methods::{EditMessageMedia, GetFile, InputMediaVideo, SendAudio, SendVideo},
};

async fn all_of(mut file: Download) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = file.chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn edit() -> EditMessageMedia {
    let media = InputMediaVideo::new(InputFile::FileId("to be replaced".into())).with_caption_html("ok");
    EditMessageMedia::new(7, 9, media)
}

#[tokio::test]
async fn an_edit_by_url_lets_telegram_fetch_the_file() {
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    client
        .send_by_url(&edit(), "https://v/1.mp4", LONG)
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
    client.send_by_upload(&edit(), file, LONG).await.unwrap();
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
        .send_by_upload(&send, Upload::stream(pieces, None, "v.mp4"), LONG)
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
    client.send_by_url(&send, "https://v/1.mp4", LONG).await.unwrap();
    assert!(served.await.unwrap().contains(r#""video":"https://v/1.mp4""#));
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    client
        .send_by_upload(&send, Upload::bytes("whole", "v.mp4"), LONG)
        .await
        .unwrap();
    assert!(served.await.unwrap().contains("\r\n\r\nwhole\r\n"));
}

#[tokio::test]
async fn sound_is_uploaded_as_what_it_is() {
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    let send = SendAudio::new(7, InputFile::FileId("to be replaced".into()));
    let file = Upload::bytes("song", "1.mp3").of_type("audio/mpeg");
    client.send_by_upload(&send, file, LONG).await.unwrap();
    let request = served.await.unwrap();
    assert!(
        request.contains("filename=\"1.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nsong"),
        "{request}"
    );
}

#[tokio::test]
async fn a_source_that_breaks_off_leaves_the_effect_unknown() {
    let (client, served) = server(Then::StaySilent).await;
    let pieces = futures::stream::iter([Ok("one"), Err(std::io::Error::other("the source broke"))]);
    let error = client
        .send_by_upload(&edit(), Upload::stream(pieces, Some(6), "v.mp4"), LONG)
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
    let mut file = client
        .download_file(&path, DOWNLOAD_BYTES_MAX, LONG)
        .await
        .unwrap();
    assert_eq!(file.length(), Some(5));
    assert_eq!(&file.peek(2).await.unwrap()[..2], b"ph");
    assert_eq!(file.peek(12).await.unwrap(), b"photo", "there are no more");
    assert_eq!(all_of(file).await.unwrap(), b"photo", "looked at, not taken");
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
    assert!(matches!(all_of(file).await, Err(Error::TooBig)));
}

const PART: &str = "content-range: bytes 3-6/9\r\n";

#[tokio::test]
async fn a_part_is_asked_for_and_taken_as_it_comes() {
    let (client, served) = server(answer("206 Partial Content", PART, "efgh")).await;
    let part = client
        .file_part("videos/a.mp4", (3, 4), None, LONG)
        .await
        .unwrap();
    assert_eq!((&part.bytes[..], part.total), (&b"efgh"[..], 9));
    let request = served.await.unwrap();
    assert!(
        request.starts_with("GET /file/bot5000:SECRET-token/videos/a.mp4 "),
        "{request}"
    );
    assert!(request.contains("range: bytes=3-6\r\n"), "{request}");
}

#[tokio::test]
async fn of_a_whole_file_that_came_all_the_same_only_the_part_is_taken() {
    let (client, _served) = server(answer("200 OK", "", "abcefghij")).await;
    let part = client.file_part("p", (3, 4), None, LONG).await.unwrap();
    assert_eq!((&part.bytes[..], part.total), (&b"efgh"[..], 9));
    let (client, _served) = server(answer("200 OK", "", "abcefghij")).await;
    let part = client.file_part("p", (8, 4), None, LONG).await.unwrap();
    assert_eq!(&part.bytes[..], b"j", "the end is shorter");
}

#[tokio::test]
async fn another_part_than_was_asked_for_is_no_part_of_ours() {
    for headers in [PART, "content-range: bytes */9\r\n", ""] {
        let (client, _served) = server(answer("206 Partial Content", headers, "efgh")).await;
        let error = client.file_part("p", (0, 4), None, LONG).await.unwrap_err();
        assert!(matches!(error, Error::Unknown { .. }), "{headers}: {error:?}");
        assert!(!every_text(&error).contains("SECRET"), "{}", every_text(&error));
    }
}

#[tokio::test]
async fn what_has_another_length_than_the_file_stands_in_its_place_and_is_not_taken_for_it() {
    let page = "<html>GET /file/bot5000:SECRET-token/p</html>";
    let (client, _served) = server(answer("200 OK", "", page)).await;
    let error = client.file_part("p", (0, 99), Some(9), LONG).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
    let (client, _served) = server(answer("206 Partial Content", PART, "efgh")).await;
    let error = client.file_part("p", (3, 4), Some(10), LONG).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
}

#[tokio::test]
async fn a_part_holds_no_more_than_was_asked_for_and_of_nothing_too_big() {
    let (client, _served) = server(answer("206 Partial Content", PART, "efghijklm")).await;
    let part = client.file_part("p", (3, 4), None, LONG).await.unwrap();
    assert_eq!(&part.bytes[..], b"efgh", "a server that sends more than it says");
    let endless = "HTTP/1.1 200 OK\r\ncontent-length: 20971521\r\n\r\nab".to_owned();
    let (client, _served) = server(Then::Answer(endless)).await;
    let error = client.file_part("p", (0, 1), None, LONG).await.unwrap_err();
    assert!(matches!(error, Error::TooBig), "{error:?}");
    let (client, _served) = server(answer(
        "404 Not Found",
        "",
        r#"{"ok":false,"error_code":404,"description":"Not Found"}"#,
    ))
    .await;
    let error = client.file_part("p", (0, 1), None, LONG).await.unwrap_err();
    assert!(matches!(error, Error::Rejected { code: 404, .. }), "{error:?}");
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
async fn a_download_can_be_passed_on_as_it_comes() {
    let (source, _served) = server(answer("200 OK", "", "a video")).await;
    let file = source.download_file("p", 9, LONG).await.unwrap();
    let length = file.length();
    let (client, served) = server(answer("200 OK", "", SENT)).await;
    let passed_on = Upload::stream(file.into_stream(), length, "v.mp4");
    client.send_by_upload(&edit(), passed_on, LONG).await.unwrap();
    assert!(served.await.unwrap().contains("\r\n\r\na video\r\n"));
}

#[tokio::test]
async fn a_download_that_breaks_off_is_told_from_its_end() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_owned();
    let (client, _served) = server(Then::Answer(half)).await;
    let file = client.download_file("p", 9, LONG).await.unwrap();
    assert!(matches!(all_of(file).await, Err(Error::Unknown { .. })));
}
