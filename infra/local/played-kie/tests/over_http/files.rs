//! The result host and the upload host.

use serde_json::{Value, json};

use crate::stage::{Stage, png};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_result_is_a_video_readable_by_ranges() {
    let stage = Stage::new().await;
    let url = stage.rendered("a cat").await.remove(0);
    let whole = stage.get(&url).await;
    assert_eq!(whole.headers()["content-type"], "video/mp4");
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    let whole = whole.bytes().await.unwrap();
    assert_eq!(&whole[4..8], b"ftyp");
    let part = stage
        .client
        .get(&url)
        .header("range", "bytes=100-299")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 100-299/{}", whole.len()).as_str()
    );
    assert_eq!(part.bytes().await.unwrap(), whole.slice(100..300));
    let beyond = stage
        .client
        .get(&url)
        .header("range", "bytes=99999999-")
        .send()
        .await
        .unwrap();
    assert_eq!(beyond.status(), 416);
    let head = stage.client.head(&url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], whole.len().to_string().as_str());
    assert_eq!(stage.kie.tasks()[0].downloads, 3, "a HEAD is no download");
}

#[tokio::test]
async fn a_result_is_not_there_before_the_end() {
    let stage = Stage::new().await;
    let task_id = stage.accepted("a cat").await;
    assert_eq!(
        stage
            .get(&format!("{}/files/{task_id}/1.mp4", stage.base))
            .await
            .status(),
        404
    );
}

#[tokio::test]
async fn an_old_link_is_closed_until_a_fresh_one_is_asked_for() {
    let stage = Stage::new().await;
    let url = stage.rendered("a cat").await.remove(0);
    stage.pass_ms(DAY_MS);
    assert_eq!(stage.get(&url).await.status(), 403);
    let fresh = fresh(&stage, &url).await["data"].as_str().unwrap().to_owned();
    assert_eq!(stage.get(&fresh).await.status(), 200);
    stage.pass_ms(20 * 60 * 1000);
    assert_eq!(stage.get(&fresh).await.status(), 403);
    stage.pass_ms(14 * DAY_MS);
    assert_eq!(stage.get(&url).await.status(), 404);
    assert_eq!(self::fresh(&stage, &url).await["code"], 422);
    assert_eq!(
        self::fresh(&stage, "https://elsewhere.example/files/a/1.mp4").await["code"],
        422
    );
}

async fn fresh(stage: &Stage, url: &str) -> Value {
    let answer = stage
        .post("/api/v1/common/download-url")
        .json(&json!({"url": url}))
        .send()
        .await
        .unwrap();
    answer.json().await.unwrap()
}

#[tokio::test]
async fn the_host_of_results_turns_a_nameless_client_away_too() {
    let stage = Stage::new().await;
    let url = stage.rendered("a cat").await.remove(0);
    let nameless = reqwest::Client::new().get(&url).send().await.unwrap();
    assert_eq!(nameless.status(), 403);
    assert_eq!(nameless.text().await.unwrap(), "error code: 1010");
}

#[tokio::test]
async fn a_short_file_plays_for_a_second() {
    let stage = Stage::new().await;
    let mut lengths = Vec::new();
    for prompt in ["a cat", "a cat #short"] {
        let url = stage.rendered(prompt).await.remove(0);
        let file = stage.get(&url).await.bytes().await.unwrap();
        let mvhd = file.windows(4).position(|it| it == b"mvhd").unwrap() + 4;
        let number = |at: usize| u32::from_be_bytes(file[mvhd + at..mvhd + at + 4].try_into().unwrap());
        lengths.push(number(16) / number(12));
    }
    assert_eq!(lengths, [stage.kie.tasks()[0].seconds, 1]);
    let tasks = stage.kie.tasks();
    assert!(tasks.iter().all(|task| task.good == (task.prompt == "a cat")));
}

#[tokio::test]
async fn large_files_have_their_stated_length() {
    let stage = Stage::new().await;
    for (prompt, length) in [("a cat #big", 25_000_000), ("a cat #huge #tail", 60_000_000)] {
        let url = stage.rendered(prompt).await.remove(0);
        let head = stage.client.head(&url).send().await.unwrap();
        assert_eq!(head.headers()["content-length"], length.to_string().as_str());
    }
    let url = stage.rendered("another #big").await.remove(0);
    assert_eq!(stage.get(&url).await.bytes().await.unwrap().len(), 25_000_000);
}

#[tokio::test]
async fn bad_files_are_bad_in_their_own_way() {
    let stage = Stage::new().await;
    let html = stage.get(&stage.rendered("#html").await[0]).await;
    assert_eq!(html.headers()["content-type"], "text/html; charset=utf-8");
    let gone = stage.rendered("#gone").await.remove(0);
    assert_eq!(stage.get(&gone).await.status(), 404);
    assert_eq!(fresh(&stage, &gone).await["code"], 422);
    let expired = stage.rendered("#expired").await.remove(0);
    assert_eq!(stage.get(&expired).await.status(), 403);
    let again = fresh(&stage, &expired).await["data"].as_str().unwrap().to_owned();
    assert_eq!(stage.get(&again).await.status(), 200);
    let empty = stage.get(&stage.rendered("#empty").await[0]).await;
    assert_eq!(empty.bytes().await.unwrap().len(), 0);
}

#[tokio::test]
async fn every_way_of_uploading_gives_a_link_to_the_same_bytes() {
    let stage = Stage::new().await;
    let photo = png(30, 20);
    let first = stage.upload("a.png", photo.clone()).await;
    let encoded = base64(&photo);
    let bodies = [
        (
            "/api/file-base64-upload",
            json!({"base64Data": encoded, "uploadPath": "p", "fileName": "b.png"}),
        ),
        (
            "/api/file-base64-upload",
            json!({"base64Data": format!("data:image/png;base64,{encoded}"), "uploadPath": "p"}),
        ),
        (
            "/api/file-url-upload",
            json!({"fileUrl": first, "uploadPath": "p", "fileName": "c.png"}),
        ),
    ];
    for (path, body) in bodies {
        let answer: Value = stage
            .post(path)
            .json(&body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(
            (&answer["success"], &answer["data"]["mimeType"]),
            (&json!(true), &json!("image/png"))
        );
        let file = stage.get(answer["data"]["downloadUrl"].as_str().unwrap()).await;
        assert_eq!(file.bytes().await.unwrap(), photo);
    }
    stage.pass_ms(DAY_MS);
    assert_eq!(
        stage.get(&first).await.status(),
        404,
        "uploads are kept for a day"
    );
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
