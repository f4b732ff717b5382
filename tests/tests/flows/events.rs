//! Captured payloads, handled by the real handlers.

use serde_json::{Value, json};
use tests::stage::Stage;

const DYM: i64 = 5_235_703_016;

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn captured_updates_are_answered() {
    let stage = Stage::new().await;
    stage.telegram.create_user(DYM, "Дым", Some("ru"));
    let start = event(include_str!(
        "../../../functions/telegram-webhook/events/message.json"
    ));
    let answer = stage.webhook_event(&start).await;
    assert_eq!((answer.status, answer.method()), (200, "sendMessage"));
    assert!(answer.text().contains("2 кредита"), "{}", answer.text());
    let photo = event(include_str!(
        "../../../functions/telegram-webhook/events/photo.json"
    ));
    let answer = stage.webhook_event(&photo).await;
    assert!(
        answer.text().contains("облака плывут над городом ☁️"),
        "{}",
        answer.text()
    );
    assert!(answer.body.unwrap()["reply_markup"].to_string().contains("go:"));
    let press = event(include_str!(
        "../../../functions/telegram-webhook/events/callback-query.json"
    ));
    let answer = stage.webhook_event(&press).await;
    assert_eq!((answer.status, answer.method()), (200, "answerCallbackQuery"));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_in_base64_is_read_all_the_same() {
    let stage = Stage::new().await;
    let mut start = event(include_str!(
        "../../../functions/telegram-webhook/events/message.json"
    ));
    let update = start["body"]
        .as_str()
        .unwrap()
        .replace("\"text\": \"/start\"", "\"text\": \"/help\"");
    assert!(update.contains("/help"));
    start["body"] = json!(base64(update.as_bytes()));
    start["isBase64Encoded"] = json!(true);
    let answer = stage.webhook_event(&start).await;
    assert!(answer.text().contains("Как заказать"), "{answer:?}");
    stage.assert_sound().await;
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = three
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for letter in 0..4 {
            let index = usize::try_from(word >> (18 - 6 * letter) & 63).unwrap();
            text.push(if letter <= three.len() {
                char::from(LETTERS[index])
            } else {
                '='
            });
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_captured_batch_only_the_poison_returns() {
    let stage = Stage::new().await;
    let batch = event(include_str!(
        "../../../functions/video-worker/events/batch-with-poison.json"
    ));
    let answer = stage.work_on(&batch, std::time::Duration::from_mins(1)).await;
    let failed: Vec<&str> = answer
        .batch_item_failures
        .iter()
        .map(|it| it.item_identifier.as_str())
        .collect();
    assert_eq!(failed, [batch["Records"][1]["messageId"].as_str().unwrap()]);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_captured_callback_with_a_mac_that_is_not_ours_is_refused() {
    let stage = Stage::new().await;
    let callback = event(include_str!(
        "../../../functions/provider-callback/events/kie-success.json"
    ));
    assert_eq!(stage.callback_event(&callback).await.status, 401);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_run_says_what_it_did() {
    let stage = Stage::new().await;
    let tick = event(include_str!("../../../functions/cleanup/events/schedule.json"));
    let said = stage.sweep_on(&tick).await;
    assert_eq!(
        said,
        json!({"due": 0, "rung": 0, "moved": 0, "failed": 0, "more": false,
            "payments_looked_at": 0, "payments_moved": 0, "payments_failed": 0, "customers_erased": 0})
    );
    stage.assert_sound().await;
}
