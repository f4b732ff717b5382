//! Orders: who is let in, what is accepted, and how an order goes on.

use played_kie::{Size, State, Trouble};
use serde_json::json;

use crate::stage::{RENDER_MS, Stage, kling, png};

#[tokio::test]
async fn an_order_passes_through_its_states_to_a_result() {
    let stage = Stage::new().await;
    let task_id = stage.accepted("кот на луне").await;
    for (at, state) in [(0, "waiting"), (1_000, "queuing"), (5_000, "generating")] {
        stage.pass_ms(at);
        let record = stage.lookup(&task_id).await;
        assert_eq!(record["data"]["state"], state);
        assert_eq!(record["data"]["resultJson"], "");
    }
    stage.pass_ms(RENDER_MS);
    let record = stage.lookup(&task_id).await;
    assert_eq!(record["data"]["state"], "success");
    assert!(record["data"]["resultJson"].is_string(), "JSON inside a string");
    assert_eq!(record["data"]["costTime"], RENDER_MS);
    let tasks = stage.kie.tasks();
    assert_eq!(
        (tasks.len(), tasks[0].state, tasks[0].lookups),
        (1, State::Success, 4)
    );
    assert_eq!(stage.kie.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn an_unknown_task_is_a_422_inside_http_200() {
    let stage = Stage::new().await;
    let record = stage.lookup("task_of_somebody_else").await;
    assert_eq!(
        record,
        json!({"code": 422, "msg": "recordInfo is null", "data": null})
    );
}

#[tokio::test]
async fn a_wrong_key_and_a_nameless_client_are_turned_away() {
    let stage = Stage::new().await;
    let url = format!("{}/api/v1/chat/credit", stage.base);
    let wrong = stage.client.get(&url).bearer_auth("wrong").send().await.unwrap();
    assert_eq!(wrong.status(), 200);
    assert_eq!(wrong.json::<serde_json::Value>().await.unwrap()["code"], 401);
    let nameless = reqwest::Client::new()
        .get(&url)
        .bearer_auth(crate::stage::KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(nameless.status(), 403);
    assert_eq!(nameless.text().await.unwrap(), "error code: 1010");
}

#[tokio::test]
async fn wrong_fields_are_refused_or_written_down() {
    let stage = Stage::new().await;
    let missing = stage
        .create("kling-2.6/text-to-video", json!({"prompt": "a cat"}))
        .await;
    assert_eq!(missing["code"], 500);
    let mut number = kling("a cat");
    number["duration"] = json!(5);
    assert_eq!(stage.create("kling-3.0/video", number).await["code"], 422);
    assert_eq!(stage.kie.tasks().len(), 0);
    let mut misnamed = kling("a cat");
    misnamed["image_url"] = json!("http://127.0.0.1/a.png");
    assert_eq!(stage.create("kling-3.0/video", misnamed).await["code"], 200);
    assert!(
        stage
            .kie
            .complaints()
            .iter()
            .any(|complaint| complaint.contains("`image_url`"))
    );
}

#[tokio::test]
async fn retired_and_unknown_models_are_refused() {
    let stage = Stage::new().await;
    let retired = stage
        .create("sora-2-text-to-video", json!({"prompt": "a cat"}))
        .await;
    assert_eq!(retired["msg"], "This interface is temporarily paused");
    assert_eq!(
        stage.create("kling-9/video", json!({"prompt": "a cat"})).await["code"],
        422
    );
}

#[tokio::test]
async fn the_twenty_first_order_in_ten_seconds_is_not_queued() {
    let stage = Stage::new().await;
    for n in 0..20 {
        stage.accepted(&format!("cat {n}")).await;
    }
    assert_eq!(
        stage.create("kling-3.0/video", kling("cat 20")).await["code"],
        429
    );
    assert_eq!(stage.kie.tasks().len(), 20);
    stage.pass_ms(10_000);
    assert_eq!(
        stage.create("kling-3.0/video", kling("cat 20")).await["code"],
        402,
        "1,000 credits are 20 clips"
    );
}

#[tokio::test]
async fn an_uploaded_photo_gives_the_clip_its_shape() {
    let stage = Stage::new().await;
    let url = stage.upload("фото 1.png", png(300, 400)).await;
    let input =
        json!({"prompt": "оживи", "sound": false, "duration": "3", "mode": "pro", "image_urls": [url]});
    assert_eq!(stage.create("kling-3.0/video", input).await["code"], 200);
    let input = json!({"prompt": "оживи", "duration": 4, "aspect_ratio": "1:1", "first_frame_url": url});
    assert_eq!(stage.create("bytedance/seedance-2", input).await["code"], 200);
    let tasks = stage.kie.tasks();
    assert!(tasks.iter().all(|task| task.from_photo));
    assert_eq!(
        (tasks[0].size, tasks[0].seconds),
        (
            Size {
                width: 480,
                height: 640
            },
            3
        )
    );
    assert_eq!(
        (tasks[1].size, tasks[1].seconds),
        (
            Size {
                width: 480,
                height: 480
            },
            4
        )
    );
    assert_eq!(stage.kie.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_photo_fails_the_render() {
    let stage = Stage::new().await;
    let page = stage
        .upload("photo.jpg", b"<html>not a photo</html>".to_vec())
        .await;
    let gone = format!("{}/uploads/photos/gone.jpg", stage.base);
    let outside = "https://api.telegram.org/file/bot1:secret/photo.jpg".to_owned();
    for url in [page, gone, outside] {
        let input = json!({"prompt": "a cat", "sound": true, "duration": "5", "image_urls": [url]});
        let answer = stage.create("kling-2.6/image-to-video", input).await;
        stage.pass_ms(RENDER_MS);
        let record = stage.lookup(answer["data"]["taskId"].as_str().unwrap()).await;
        assert_eq!(record["data"]["state"], "fail", "{url}");
        assert_eq!(record["data"]["failCode"], "422");
        assert_eq!(record["data"]["creditsConsumed"], 0);
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_an_accepted_task() {
    let stage = Stage::new().await;
    let body = json!({"model": "kling-3.0/video", "input": kling("a cat #lost")});
    assert!(
        stage.create_raw(&body).await.is_err(),
        "the connection breaks before any answer"
    );
    assert_eq!(stage.kie.tasks().len(), 1);
    assert!(stage.kie.tasks()[0].troubles.contains(&Trouble::Lost));
    let body = json!({"model": "kling-3.0/video", "input": kling("a cat #cut")});
    assert!(stage.create_raw(&body).await.is_err());
    assert_eq!(stage.kie.tasks().len(), 1, "cut off before it was accepted");
}
