//! What people send, and who they are.

use serde_json::{Value, json};
use tests::stage::{Stage, WEBHOOK_SECRET, jpeg, message, press};

use crate::{ANNA, BORIS};

fn with(fields: &Value) -> Value {
    let mut update = message(ANNA, "", 1);
    let body = update["message"].as_object_mut().unwrap();
    body.remove("text");
    body.extend(fields.as_object().unwrap().clone());
    update
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_is_answered_politely_and_costs_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let document = |mime: &str, size: i64| json!({"document": {"file_id": "D", "file_unique_id": "d", "mime_type": mime, "file_size": size}});
    let cases = [
        (
            json!({"sticker": {"file_id": "S", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1}}),
            "I understand text and photos",
        ),
        (
            json!({"audio": {"file_id": "A", "file_unique_id": "a", "duration": 1}}),
            "only voice messages",
        ),
        (
            json!({"video_note": {"file_id": "N", "file_unique_id": "n", "length": 240, "duration": 1}}),
            "only voice messages",
        ),
        (
            json!({"video": {"file_id": "V", "file_unique_id": "v", "width": 1, "height": 1, "duration": 1}}),
            "do not change videos and GIFs",
        ),
        (
            json!({"animation": {"file_id": "G", "file_unique_id": "g", "width": 1, "height": 1, "duration": 1},
                "document": {"file_id": "G", "file_unique_id": "g", "mime_type": "video/mp4", "file_size": 1000}}),
            "do not change videos and GIFs",
        ),
        (
            json!({"location": {"latitude": 1.5, "longitude": 2.5}}),
            "I understand text and photos",
        ),
        (json!({"text": "/nonsense"}), "I do not know this command"),
        (json!({"text": "/"}), "/cabinet — balance and limits"),
        (json!({"text": "/HELP"}), "Ordering a video"),
        (json!({"text": "/Cabinet@neurocards_bot"}), "Balance: "),
        (document("application/pdf", 1_000), "only JPEG and PNG"),
        (document("image/heic", 1_000), "only JPEG and PNG"),
        (document("image/png", 30_000_000), "larger than 10 MB"),
        (document("image/png", 300_000), "New video"),
    ];
    for (fields, words) in cases {
        let answer = stage.update(&with(&fields)).await;
        assert_eq!((answer.status, answer.method()), (200, "sendMessage"), "{fields}");
        assert!(answer.text().contains(words), "{fields}: {}", answer.text());
    }
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tells_of_an_event_is_passed_over_in_silence() {
    let stage = Stage::new().await;
    for fields in [
        json!({"pinned_message": {"message_id": 5, "date": 1, "chat": {"id": ANNA, "type": "private"}, "text": "card"}}),
        json!({"message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400}}),
        json!({"new_chat_members": [{"id": 9, "is_bot": false, "first_name": "X"}]}),
        json!({"write_access_allowed": {"from_request": true}}),
        json!({"chat_background_set": {"type": {"type": "fill"}}}),
    ] {
        let answer = stage.update(&with(&fields)).await;
        assert_eq!((answer.status, answer.body), (200, None), "{fields}");
    }
    assert!(stage.store.read_books().await.unwrap().accounts.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_below_a_photo_describes_no_video() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let document = json!({"file_id": "D", "file_unique_id": "d", "mime_type": "image/png", "file_size": 9});
    let answer = stage
        .update(&with(&json!({"document": document, "caption": "/start"})))
        .await;
    let card = answer.text();
    assert!(
        card.contains("Want to describe the motion?") && !card.contains("/start"),
        "{card}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cabinet_and_help_take_the_place_of_the_message_whose_button_is_pressed() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let place = stage.newest_button(ANNA, "cab").0;
    for (data, words) in [
        ("cab", "Balance"),
        ("hlp", "Ordering a video"),
        ("cab", "Balance"),
    ] {
        assert_eq!(stage.press_newest(ANNA, data).await, None);
        let shown = stage.last_text(ANNA);
        assert!(shown.contains(words), "{shown}");
        assert_eq!(stage.texts(ANNA).len(), 1);
    }
    assert_eq!(stage.newest_button(ANNA, "hlp").0, place);
    stage.assert_sound().await;
}

/// A picture sent as a file, with what Telegram tells of its shape.
fn wide_file(caption: &str) -> Value {
    let small = json!({"file_id": "T", "file_unique_id": "t", "width": 320, "height": 180});
    let document = json!({"file_id": "D", "file_unique_id": "d", "mime_type": "image/png", "file_size": 9,
        "thumbnail": small});
    with(&json!({"document": document, "caption": caption}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_sent_as_a_file_sets_the_shape_where_the_model_keeps_none() {
    let stage = Stage::with(|setting| {
        for (name, model) in &mut setting.settings.models {
            model.enabled = name == "seedance-2";
        }
    })
    .await;
    stage.newcomer(ANNA).await;
    let card = stage.update(&wide_file("the sea")).await;
    assert!(card.text().contains("5 s · 16:9"), "{card:?}");
    let buttons = card.body.unwrap()["reply_markup"].to_string();
    assert!(buttons.contains("● 16:9"), "{buttons}");
    let square = buttons
        .split('"')
        .find(|data| data.starts_with("as:") && data.ends_with("1:1"));
    let chosen = stage.update(&press(ANNA, 7, square.unwrap(), 2)).await;
    assert!(chosen.text().contains("5 s · 1:1"), "{chosen:?}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_keeps_its_shape_where_the_model_keeps_it() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let card = stage.update(&wide_file("the sea")).await;
    assert!(card.text().contains("5 s · as the photo"), "{card:?}");
    let buttons = card.body.unwrap()["reply_markup"].to_string();
    assert!(!buttons.contains("as:"), "{buttons}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_photo_of_an_album_is_answered() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let size =
        json!({"file_id": "P", "file_unique_id": "p", "width": 640, "height": 480, "file_size": 9_000});
    for _ in 0..3 {
        let part = with(&json!({"media_group_id": "13", "photo": [size]}));
        assert!(stage.update(&part).await.text().contains("New video"));
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_only_pretends_to_be_a_picture_fails_and_costs_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    // Telegram gives the file, and it is no picture: played by a photo whose file has gone.
    let answer = stage
        .update(&with(
            &json!({"photo": [{"file_id": "gone", "file_unique_id": "p", "width": 640, "height": 480}]}),
        ))
        .await;
    let data = answer.body.unwrap()["reply_markup"].to_string();
    let create = data
        .split('"')
        .find(|part| part.starts_with("go:"))
        .unwrap()
        .to_owned();
    stage
        .telegram
        .call(
            "sendMessage",
            json!({"chat_id": ANNA, "text": "card"})
                .as_object()
                .unwrap()
                .clone(),
        )
        .await
        .unwrap();
    let place = stage.telegram.chat(ANNA).last().unwrap().message_id;
    assert_eq!(
        stage.update(&press(ANNA, place, &create, 3)).await.method(),
        "editMessageText"
    );
    stage.run_until_settled().await;
    assert!(stage.kie.tasks().is_empty());
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert!(
        stage.last_text(ANNA).contains("back"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_with_markup_and_emoji_arrives_as_it_was_written() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let prompt = "<b>кот</b> & \"dog\" 🐈‍⬛ </blockquote>";
    let job = stage.order(ANNA, prompt).await;
    assert!(stage.message_of(&job).await.text().contains(prompt));
    stage.run_until_settled().await;
    assert_eq!(stage.kie.tasks()[0].prompt, prompt);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_photo_and_an_endless_prompt_are_answered() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.send_photo(ANNA, jpeg(4_000, 300), "a panorama").await;
    assert!(stage.last_text(ANNA).contains("New video"));
    stage.say(ANNA, &"long ".repeat(800)).await;
    let card = stage.card(ANNA);
    let alert = stage.press(ANNA, card.message_id, &card.create).await.unwrap();
    assert!(alert.contains("too long"), "{alert}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reads_their_own_language() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.newcomer_who_speaks(BORIS, "en-GB").await;
    assert!(
        stage.last_text(ANNA).contains("2 кредита"),
        "{}",
        stage.last_text(ANNA)
    );
    assert!(
        stage.last_text(BORIS).contains("2 credits"),
        "{}",
        stage.last_text(BORIS)
    );
    for user in [ANNA, BORIS] {
        stage.order(user, "ёж #moderation").await;
    }
    stage.run_until_settled().await;
    assert!(
        stage.last_text(ANNA).contains("кредит"),
        "{}",
        stage.last_text(ANNA)
    );
    assert!(
        stage.last_text(BORIS).contains("credit"),
        "{}",
        stage.last_text(BORIS)
    );
    stage.say(ANNA, "/help").await;
    stage.say(BORIS, "/help").await;
    assert!(stage.last_text(ANNA).contains("Как заказать"));
    assert!(stage.last_text(BORIS).contains("Ordering a video"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_of_old_messages_are_answered_and_change_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    for (number, data) in [
        "",
        "v0:order:17",
        "go:2222222222222222:1",
        "ca:2222222222222222",
        "ag:2222222222222222",
        "pn:2222222222222222",
        "mo:2222222222222222:kling-3.0",
        "pk",
    ]
    .into_iter()
    .enumerate()
    {
        let number = i64::try_from(number).unwrap();
        let answer = stage.update(&press(ANNA, 7, data, number)).await;
        assert_eq!(
            (answer.status, answer.method()),
            (200, "answerCallbackQuery"),
            "{data}"
        );
        assert!(!answer.text().is_empty(), "{data}");
    }
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_refused_before_anything_is_read() {
    let stage = Stage::new().await;
    let body = message(ANNA, "/start", 1).to_string();
    let before = stage.counts();
    for secret in ["", "wrong", &WEBHOOK_SECRET[1..], &format!("{WEBHOOK_SECRET} ")] {
        assert_eq!(stage.update_with(&body, secret).await.status, 401, "{secret}");
    }
    assert!(stage.counts().since(&before).entries.is_empty());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_in_a_document_is_taken_like_a_photo() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    stage.send_photo(ANNA, jpeg(640, 480), "").await;
    let file = stage
        .telegram
        .chat(ANNA)
        .iter()
        .rev()
        .find_map(|it| it.now.photo().cloned())
        .unwrap();
    let document = json!({"document": {"file_id": file.file_id, "file_unique_id": "d", "mime_type": "image/jpeg", "file_size": file.bytes.len()}, "caption": "in full"});
    let answer = stage.update(&with(&document)).await;
    let data = answer.body.unwrap()["reply_markup"].to_string();
    let create = data
        .split('"')
        .find(|part| part.starts_with("go:"))
        .unwrap()
        .to_owned();
    let place = stage.telegram.chat(ANNA).last().unwrap().message_id;
    stage.update(&press(ANNA, place, &create, 3)).await;
    stage.run_until_settled().await;
    assert!(stage.kie.tasks()[0].from_photo);
    assert_eq!(stage.balance(ANNA).await, (1, 0, 1));
    stage.assert_sound().await;
}
