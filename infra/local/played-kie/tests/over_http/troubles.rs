//! Troubles by word and by code.

use played_kie::{State, Trouble, WORDS};
use serde_json::{Value, json};

use crate::stage::{KEY, RENDER_MS, Stage, kling, result_urls};

#[tokio::test]
async fn a_refusing_word_refuses_the_first_order_only() {
    let stage = Stage::new().await;
    for (word, code) in [("#429", 429), ("#500", 500), ("#455", 455)] {
        let prompt = format!("a cat {word}");
        assert_eq!(
            stage.create("kling-3.0/video", kling(&prompt)).await["code"],
            code
        );
        assert_eq!(stage.create("kling-3.0/video", kling(&prompt)).await["code"], 200);
    }
    let accepted = stage.kie.tasks().len();
    for (word, status, tasks) in [("#503", 503, 0), ("#502", 502, 1)] {
        let body = json!({"model": "kling-3.0/video", "input": kling(&format!("a cat {word}"))});
        assert_eq!(stage.create_raw(&body).await.unwrap().status(), status);
        assert_eq!(stage.kie.tasks().len(), accepted + tasks, "{word}");
    }
}

#[tokio::test]
async fn a_counted_word_ends_after_its_attempts() {
    let stage = Stage::new().await;
    for state in ["fail", "fail", "success"] {
        let task_id = stage.accepted("a cat #failx2").await;
        stage.pass_ms(RENDER_MS);
        assert_eq!(stage.lookup(&task_id).await["data"]["state"], state);
    }
}

#[tokio::test]
async fn a_success_may_have_no_usable_result() {
    let stage = Stage::new().await;
    assert_eq!(stage.rendered("#nofile").await.len(), 0);
    assert_eq!(stage.rendered("#two").await.len(), 2);
    for (word, text) in [("#noresult", ""), ("#badresult", "{\"resultUrls\":[\"http")] {
        let task_id = stage.accepted(word).await;
        stage.pass_ms(RENDER_MS);
        let record = stage.lookup(&task_id).await;
        assert_eq!(
            (&record["data"]["state"], &record["data"]["resultJson"]),
            (&json!("success"), &json!(text))
        );
    }
    let good: Vec<bool> = stage.kie.tasks().iter().map(|task| task.good).collect();
    assert_eq!(good, [false, true, false, false]);
}

#[tokio::test]
async fn slow_renders_take_ten_times_as_long_and_some_never_end() {
    let stage = Stage::new().await;
    let (slow, never) = (stage.accepted("#slow").await, stage.accepted("#never").await);
    stage.pass_ms(10 * RENDER_MS - 1);
    assert_eq!(stage.lookup(&slow).await["data"]["state"], "generating");
    stage.pass_ms(1);
    assert_eq!(result_urls(&stage.lookup(&slow).await).len(), 1);
    stage.pass_ms(1_000 * RENDER_MS);
    assert_eq!(stage.lookup(&never).await["data"]["state"], "generating");
}

#[tokio::test]
async fn lookups_uploads_and_downloads_can_fail_by_code() {
    let stage = Stage::new().await;
    let task_id = stage.accepted("a cat").await;
    let lookup = || {
        stage
            .client
            .get(format!("{}/api/v1/jobs/recordInfo?taskId={task_id}", stage.base))
            .bearer_auth(KEY)
    };
    stage.kie.inject(Trouble::LookupLimited, "cat", 1);
    assert_eq!(stage.lookup(&task_id).await["code"], 429);
    stage.kie.inject(Trouble::LookupDown, "", 1);
    assert_eq!(lookup().send().await.unwrap().status(), 500);
    stage.kie.inject(Trouble::LookupCut, "", 1);
    assert!(lookup().send().await.is_err());
    stage.pass_ms(RENDER_MS);
    let url = result_urls(&stage.lookup(&task_id).await).remove(0);
    stage.kie.inject(Trouble::DownloadDown, "", 1);
    assert_eq!(stage.get(&url).await.status(), 500);
    stage.kie.inject(Trouble::DownloadCut, "", 1);
    assert!(stage.get(&url).await.bytes().await.is_err());
    assert!(stage.get(&url).await.bytes().await.is_ok());
    stage.kie.inject(Trouble::UploadDown, "photos", 1);
    let body = json!({"base64Data": "AAAA", "uploadPath": "photos"});
    let answer = stage
        .post("/api/file-base64-upload")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["success"], false);
}

#[tokio::test]
async fn every_word_is_understood_by_the_server() {
    let stage = Stage::new().await;
    for word in WORDS.iter().filter(|word| word.trouble != Trouble::Hung) {
        let body = json!({"model": "kling-3.0/video", "input": kling(&format!("a cat {}", word.word))});
        let accepted = stage.kie.tasks().len();
        let _ = stage.create_raw(&body).await;
        stage.pass_ms(20 * RENDER_MS);
        let tasks = stage.kie.tasks();
        let felt = tasks.len() == accepted || tasks[accepted].troubles == [word.trouble];
        assert!(felt, "{}", word.word);
    }
    assert!(stage.kie.tasks().iter().any(|task| task.state == State::Fail));
}
