//! What a model is shown by: sent at a press, and told politely where it is gone.

use limits_flags::SampleRow;
use played_telegram::{ApiError, Fault, Happens};
use tests::stage::{Stage, press};

use crate::ANNA;

fn sample(file_id: Option<&str>, url: Option<&str>) -> SampleRow {
    SampleRow {
        file_id: file_id.map(str::to_owned),
        url: url.map(str::to_owned),
        seconds: Some(5),
        credits: Some(1),
    }
}

/// The operator shows a model by a file.
async fn shown_by(stage: &Stage, row: SampleRow) {
    stage
        .change_settings(|document| {
            document.models.get_mut("kling-3.0").unwrap().sample = Some(row.clone());
        })
        .await;
    stage.pass(domain::time::Millis::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_models_cards_send_what_it_is_shown_by_with_its_name_and_price() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    let job = stage.order(ANNA, "кот").await;
    stage.run_until_settled().await;
    let file = stage.job(&job).await.file.unwrap().0;
    stage.draft(ANNA, "ёж").await;
    assert!(!stage.has_button(ANNA, "sa:"), "nobody has chosen one");
    shown_by(&stage, sample(Some(&file), None)).await;
    let card = stage.draft(ANNA, "ёж").await;
    assert!(stage.has_button(ANNA, "sa:kling-3.0"));
    stage.press_newest(ANNA, "ms:").await;
    assert!(stage.has_button(ANNA, "sa:kling-3.0") && !stage.has_button(ANNA, "sa:seedance-2"));
    let before = stage.balance(ANNA).await;
    let answer = stage.press(ANNA, card.message_id, "sa:kling-3.0").await;
    assert_eq!(answer.as_deref(), Some(""), "only the button stops turning");
    let chat = stage.telegram.chat(ANNA);
    let sent = chat.last().unwrap();
    assert!(sent.video().is_some());
    let caption = sent.text();
    assert!(
        caption.contains("Kling 3.0") && caption.contains("5 с") && caption.contains("1 кредит"),
        "{caption}"
    );
    assert_eq!(stage.balance(ANNA).await, before);
    // The card is where it was, and can be ordered from.
    assert!(stage.account(ANNA).await.draft.is_some());
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_that_telegram_does_not_take_is_told_politely() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    for row in [
        sample(Some("BAACAgIAAxNobodyKnowsThisFile"), None),
        sample(None, Some("https://127.0.0.1:9/cat.mp4")),
    ] {
        shown_by(&stage, row).await;
        let card = stage.draft(ANNA, "a hedgehog").await;
        let told = stage.press(ANNA, card.message_id, "sa:kling-3.0").await.unwrap();
        assert!(
            told.contains("cannot be shown now") && told.contains("Nothing was charged"),
            "{told}"
        );
    }
    let card = stage.card(ANNA);
    // A button of a card that was drawn when another model had one.
    let none = stage
        .update(&press(ANNA, card.message_id, "sa:seedance-2", 1))
        .await;
    assert!(none.text().contains("cannot be shown now"), "{none:?}");
    let busy = Happens::Refused(ApiError::too_many(30));
    stage.telegram.fault(Fault::next("sendVideo", busy));
    let later = stage.press(ANNA, card.message_id, "sa:kling-3.0").await.unwrap();
    assert!(later.contains("Press again"), "{later}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_samples_are_sent_in_a_day() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    shown_by(&stage, sample(Some("BAACAgIAAxNobodyKnowsThisFile"), None)).await;
    let card = stage.draft(ANNA, "a hedgehog").await;
    for _ in 0..30 {
        let told = stage.press(ANNA, card.message_id, "sa:kling-3.0").await.unwrap();
        assert!(told.contains("cannot be shown now"), "{told}");
    }
    let told = stage.press(ANNA, card.message_id, "sa:kling-3.0").await.unwrap();
    assert!(told.contains("tomorrow"), "{told}");
    stage.assert_sound().await;
}
