//! How long things take, and who waits before whom, as customers are told.

use domain::time::Millis;
use played_kie::Trouble;
use tests::stage::{OPERATOR, Stage};

use crate::{ANNA, BORIS};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_measured_yesterday_takes_the_place_of_what_was_guessed() {
    let stage = Stage::with(|setting| {
        setting.gift(20);
        setting.render = Millis::from_mins(5);
    })
    .await;
    stage.newcomer_who_speaks(OPERATOR, "ru").await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    for number in 0..5 {
        stage.draft(ANNA, &format!("кот номер {number}")).await;
        let card = stage.last_text(ANNA);
        assert!(card.contains("Обычно готово за 2 мин"), "{card}");
        stage.press_newest(ANNA, "go:").await;
        stage.run_until_settled().await;
    }
    stage.pass(Millis::from_mins(24 * 60));
    stage.report().await.unwrap();
    stage.draft(ANNA, "кот шестой").await;
    let card = stage.last_text(ANNA);
    let measured = ["Обычно готово за 5 мин", "Обычно готово за 6 мин"];
    assert!(measured.iter().any(|words| card.contains(words)), "{card}");
    stage.press_newest(ANNA, "ms:").await;
    let models = stage.last_text(ANNA);
    assert!(
        models.contains("Kling 3.0") && models.contains("до 2500 знаков"),
        "{models}"
    );
    // Of what nobody has ordered it is what the operator has said.
    assert!(
        models.contains("Kling 2.6: обычно за 3 мин, по тексту и по фото"),
        "{models}"
    );
    assert!(models.contains("не больше 10 за сутки"), "{models}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_is_told_how_many_wait_before_them() {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.newcomer_who_speaks(BORIS, "ru").await;
    stage.kie.inject(Trouble::RateLimited, "", 2);
    let first = stage.order(ANNA, "кот").await;
    stage.drain().await;
    let told = stage.message_of(&first).await.text().to_owned();
    assert!(
        told.contains("первый из тех, кто ждёт") && told.contains("Обычно готово за 2 мин"),
        "{told}"
    );
    let second = stage.order(BORIS, "пёс").await;
    stage.drain().await;
    let told = stage.message_of(&second).await.text().to_owned();
    assert!(told.contains("Перед вами ждут: 1."), "{told}");
    stage.run_until_settled().await;
    stage.assert_sound().await;
}
