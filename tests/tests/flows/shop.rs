//! The ways to the shop, and what is still to be paid.

use played_rails::Fault;
use tests::stage::Stage;

use crate::ANNA;

async fn customer() -> Stage {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_to_be_paid_is_paid_and_looked_at_from_the_history() {
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "y").await;
    let (card, _) = stage.newest_button(ANNA, "pd:");
    stage.say(ANNA, "/history").await;
    let (history, paid) = stage.newest_button(ANNA, "pd:");
    assert_ne!(history, card);
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage.yookassa.pay(&stage.reference().await).unwrap();
    stage.press(ANNA, history, &paid).await;
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
    assert!(
        stage
            .texts(ANNA)
            .iter()
            .any(|told| told.contains("Оплата получена")),
        "{:?}",
        stage.texts(ANNA)
    );

    // The card on which it was chosen makes place for how it stands, with a way to the purchases.
    stage.press(ANNA, card, &paid).await;
    let (shown, _) = stage.newest_button(ANNA, "his");
    assert_eq!(shown, card, "{:?}", stage.texts(ANNA));
    stage.say(ANNA, "/history").await;
    let (last, _) = stage.newest_button(ANNA, "shp");
    let chat = stage.telegram.chat(ANNA);
    let last = chat.iter().find(|message| message.message_id == last).unwrap();
    assert!(last.button("pd:").is_none(), "nothing waits to be paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_is_one_press_away_wherever_credits_are_spoken_of_and_nowhere_where_nothing_is_sold() {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    let has_shop = |stage: &Stage| {
        let chat = stage.telegram.chat(ANNA);
        chat.last().unwrap().button("shp").is_some()
    };
    for words in ["/start", "/cabinet", "море"] {
        stage.say(ANNA, words).await;
        assert!(has_shop(&stage), "{words}: {}", stage.last_text(ANNA));
    }
    let poor = stage.last_text(ANNA);
    assert!(poor.contains("Пополнить счёт можно в магазине"), "{poor}");
    stage
        .change_settings(|settings| settings.selling.as_mut().unwrap().rails = Vec::new())
        .await;
    for words in ["/start", "/cabinet", "река"] {
        stage.say(ANNA, words).await;
        assert!(!has_shop(&stage), "{words}: {}", stage.last_text(ANNA));
    }
    let poor = stage.last_text(ANNA);
    assert!(poor.contains("магазин закрыт"), "{poor}");
}
