//! Photos and videos: by upload, by URL, by id, and back again.

use image::ImageFormat::{Jpeg, Png};
use played_telegram::{MediaKind, Source};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::world::{ANNA, TOKEN, World, host, mp4, picture};

const MB: usize = 1 << 20;

async fn upload(world: &World, method: &str, form: Form) -> (u16, Value) {
    let answer = world
        .http
        .post(world.method(method))
        .multipart(form)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn video_form(bytes: Vec<u8>) -> Form {
    Form::new()
        .text("chat_id", ANNA.to_string())
        .part("video", Part::bytes(bytes).file_name("video.mp4"))
}

#[tokio::test]
async fn a_text_becomes_a_video_that_telegram_fetched_itself() {
    let world = World::started().await;
    let id = world.sent("100 %").await;
    let file = mp4(5, 5_000);
    let url = host("video/mp4", file.clone()).await;
    let media = json!({"type": "video", "media": url, "caption": "<b>Готово</b>", "parse_mode": "HTML"});
    let body = json!({"chat_id": ANNA, "message_id": id, "media": media});
    let edited = world.ok("editMessageMedia", body.clone()).await;
    assert_eq!(
        (&edited["video"]["duration"], &edited["video"]["width"]),
        (&json!(5), &json!(640))
    );
    assert_eq!(
        (&edited["caption"], &edited["text"]),
        (&json!("Готово"), &json!(null))
    );

    let message = &world.telegram.chat(ANNA)[1];
    let video = message.video().unwrap();
    assert_eq!(
        (video.bytes.as_ref(), &video.source),
        (file.as_slice(), &Source::Url(url))
    );
    assert!(message.history[0].media.is_none());
    // A repeat is harmless: Telegram knows the file.
    assert!(
        world
            .refused("editMessageMedia", body)
            .await
            .contains("message is not modified")
    );
    let caption = json!({"chat_id": ANNA, "message_id": id, "caption": "Видео"});
    assert_eq!(world.ok("editMessageCaption", caption).await["caption"], "Видео");
    let text = json!({"chat_id": ANNA, "message_id": id, "text": "x"});
    assert_eq!(
        world.refused("editMessageText", text).await,
        "Bad Request: there is no text in the message to edit"
    );
}

#[tokio::test]
async fn a_file_id_sends_the_same_file_again() {
    let world = World::started().await;
    world.telegram.create_channel(-100, "vault", true);
    let url = host("video/mp4", mp4(5, 100)).await;
    let kept = world
        .ok("sendVideo", json!({"chat_id": -100, "video": url}))
        .await;
    let file_id = kept["video"]["file_id"].as_str().unwrap();
    let sent = world
        .ok(
            "sendVideo",
            json!({"chat_id": ANNA, "video": file_id, "caption": "here"}),
        )
        .await;
    assert_eq!(sent["video"]["file_unique_id"], kept["video"]["file_unique_id"]);
    let refused = world
        .refused("sendPhoto", json!({"chat_id": ANNA, "photo": file_id}))
        .await;
    assert_eq!(refused, "Bad Request: can't use file of type Video as Photo");
    let refused = world
        .refused("sendVideo", json!({"chat_id": ANNA, "video": "BAACxyz"}))
        .await;
    assert_eq!(
        refused,
        "Bad Request: wrong remote file identifier specified: Wrong string length"
    );
}

#[tokio::test]
async fn a_url_that_is_no_video_is_refused() {
    let world = World::started().await;
    let refused = async |url: &str| {
        world
            .refused("sendVideo", json!({"chat_id": ANNA, "video": url}))
            .await
    };
    let wrong_type = "Bad Request: wrong type of the web page content";
    let failed = "Bad Request: failed to get HTTP URL content";
    assert_eq!(refused(&host("text/html", "<html>").await).await, wrong_type);
    assert_eq!(refused(&host("video/mp4", "<html>").await).await, wrong_type);
    assert_eq!(refused(&host("video/mp4", "").await).await, wrong_type);
    assert_eq!(
        refused(&host("video/mp4", mp4(5, 100)[..200].to_vec()).await).await,
        wrong_type
    );
    assert_eq!(
        refused(&(host("video/mp4", mp4(5, 100)).await + "/gone")).await,
        failed
    );
    assert_eq!(refused("http://127.0.0.1:1/x").await, failed);
    assert_eq!(refused("http://").await, "Bad Request: wrong HTTP URL specified");
    assert_eq!(refused(&host("video/mp4", mp4(5, 20 * MB)).await).await, failed);
    assert_eq!(world.telegram.chat(ANNA).len(), 1);
}

#[tokio::test]
async fn larger_files_are_uploaded_up_to_50_mb() {
    let world = World::started().await;
    let (status, answer) = upload(&world, "sendVideo", video_form(mp4(5, 30 * MB))).await;
    assert_eq!(status, 200, "{answer}");
    let file_id = answer["result"]["video"]["file_id"].clone();
    assert_eq!(
        world.refused("getFile", json!({"file_id": file_id})).await,
        "Bad Request: file is too big"
    );
    let (status, _) = upload(&world, "sendVideo", video_form(mp4(5, 51 * MB))).await;
    assert_eq!(status, 413);
    let (status, answer) = upload(&world, "sendVideo", video_form(Vec::new())).await;
    assert_eq!(
        (status, answer["description"].as_str()),
        (400, Some("Bad Request: file must be non-empty"))
    );
}

#[tokio::test]
async fn an_edit_may_name_an_uploaded_part() {
    let world = World::started().await;
    let id = world.sent("100 %").await;
    let form = |media: &str| {
        let form = Form::new()
            .text("chat_id", ANNA.to_string())
            .text("message_id", id.to_string());
        let form = form.text("media", media.to_owned());
        form.part("clip", Part::bytes(mp4(5, 100)).file_name("clip.mp4"))
    };
    let (_, answer) = upload(
        &world,
        "editMessageMedia",
        form(r#"{"type":"video","media":"attach://x"}"#),
    )
    .await;
    assert_eq!(
        answer["description"],
        "Bad Request: file not found in the request"
    );
    let (_, answer) = upload(
        &world,
        "editMessageMedia",
        form(r#"{"type":"video","media":"attach://clip"}"#),
    )
    .await;
    assert_eq!(answer["result"]["video"]["duration"], 5, "{answer}");
    assert_eq!(world.telegram.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_photo_of_a_user_reaches_the_bot_byte_for_byte() {
    let world = World::started().await;
    let original = picture(777, 333, Jpeg);
    world
        .telegram
        .send_photo(ANNA, original.clone().into(), "оживи 🐈")
        .await
        .unwrap();
    world
        .telegram
        .send_photo(ANNA, picture(31, 17, Png).into(), "")
        .await
        .unwrap();
    assert!(world.telegram.send_photo(ANNA, "text".into(), "").await.is_err());

    let updates = world.ok("getUpdates", json!({})).await;
    let message = &updates[1]["message"];
    assert_eq!(message["caption"], "оживи 🐈");
    let largest = message["photo"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&largest["width"], &largest["height"]),
        (&json!(777), &json!(333))
    );
    let file = world.ok("getFile", json!({"file_id": largest["file_id"]})).await;
    let url = format!(
        "{}/file/bot{TOKEN}/{}",
        world.url,
        file["file_path"].as_str().unwrap()
    );
    let bytes = world.http.get(url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes, original);
    assert_eq!(
        world
            .http
            .get(format!("{}/file/bot{TOKEN}/none", world.url))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn a_photo_of_the_bot_keeps_to_the_limits() {
    let world = World::started().await;
    let url = host("image/png", picture(40, 30, Png)).await;
    world
        .ok(
            "sendPhoto",
            json!({"chat_id": ANNA, "photo": url, "caption": "x".repeat(1024)}),
        )
        .await;
    let media = world.telegram.chat(ANNA)[1].now.media.clone().unwrap();
    assert_eq!((media.kind, media.sizes().len()), (MediaKind::Photo, 2));
    let long = world
        .refused(
            "sendPhoto",
            json!({"chat_id": ANNA, "photo": url, "caption": "x".repeat(1025)}),
        )
        .await;
    assert_eq!(long, "Bad Request: message caption is too long");
    let form = Form::new().text("chat_id", ANNA.to_string());
    let form = form.part("photo", Part::bytes(picture(420, 20, Png)).file_name("p.png"));
    let (_, answer) = upload(&world, "sendPhoto", form).await;
    assert_eq!(answer["description"], "Bad Request: PHOTO_INVALID_DIMENSIONS");
}
