//! What leads into the chat from elsewhere, and out of it: the link of an order that is to be made again, and the button beside
//! the text field.

use domain::id::NONCE_CHARS;
use played_telegram::{ApiError, Fault, Happens};
use tests::stage::{MINI_APP_URL, Stage};

use crate::{ANNA, BORIS};

/// Somebody who was not here before.
const VERA: i64 = 1003;

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_an_order_opens_a_draft_like_it() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    let order = stage.order(ANNA, "кот на луне").await;
    stage.run_until_settled().await;
    let then = stage.counts();
    let link = format!("/start again_{}", order.nonce.as_str());
    stage.say(ANNA, &link).await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("кот на луне"), "{shown}");
    let reads = stage.operations_since(&then, tests::stage::WEBHOOK);
    let reads = reads.iter().filter(|(operation, _)| operation != "UpdateItem");
    assert_eq!(
        reads.map(|(_, count)| count).sum::<u64>(),
        1,
        "the account's read brings the order"
    );
    let draft = stage.account(ANNA).await.draft.unwrap();
    assert_eq!(
        (draft.prompt.as_str(), draft.nonce == order.nonce),
        ("кот на луне", false)
    );
    // The same again is the same draft, which can be ordered.
    stage.say(ANNA, &link).await;
    assert_eq!(stage.account(ANNA).await.draft.unwrap().nonce, draft.nonce);
    stage.press_newest(ANNA, "go:").await;
    stage.run_until_settled().await;
    assert_eq!(stage.balance(ANNA).await.2, 2);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_order_and_one_of_which_nothing_is_left_lead_nowhere() {
    let stage = Stage::with(|setting| setting.gift(9)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.newcomer_who_speaks(BORIS, "ru").await;
    let order = stage.order(ANNA, "кот на луне").await;
    stage.run_until_settled().await;
    let link = format!("/start again_{}", order.nonce.as_str());
    let none = format!("/start again_{}", "2".repeat(NONCE_CHARS));
    for text in [link.as_str(), none.as_str(), "/start again_", "/start again_zero"] {
        stage.say(BORIS, text).await;
        let told = stage.last_text(BORIS);
        assert!(told.contains("Этого заказа у вас нет"), "{text}: {told}");
        assert_eq!(stage.account(BORIS).await.draft, None, "{text}");
    }
    stage.telegram.create_user(VERA, "Vera", Some("ru"));
    stage.say(VERA, &link).await;
    let told = stage.last_text(VERA);
    assert!(
        told.contains("Этого заказа у вас нет") && told.contains("Как это работает"),
        "{told}"
    );
    assert_eq!(stage.balance(VERA).await, (9, 0, 0));
    stage.say(ANNA, "/delete_my_data").await;
    assert_eq!(stage.press_newest(ANNA, "er:").await, None);
    for _ in 0..3 {
        stage.minute().await;
    }
    stage.say(ANNA, &link).await;
    let told = stage.last_text(ANNA);
    assert!(told.contains("ничего не осталось"), "{told}");
    stage.assert_sound().await;
}

/// What the button in somebody's own chat was last told to say, and to open.
fn button(stage: &Stage, user: i64) -> Option<(String, String)> {
    let calls = stage.telegram.calls().into_iter().rev();
    let mut own = calls.filter(|call| call.method == "setChatMenuButton");
    let call = own.find(|call| call.params.int("chat_id") == Some(user))?;
    let button = call.params.value("menu_button")?;
    let text = |place: &str| Some(button.pointer(place)?.as_str()?.to_owned());
    Some((text("/text")?, text("/web_app/url")?))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_beside_the_text_field_speaks_the_customers_language() {
    let stage = Stage::new().await;
    let says = |text: &str| Some((text.to_owned(), MINI_APP_URL.to_owned()));
    // Most speak what the button says to everybody.
    stage.newcomer_who_speaks(BORIS, "ru").await;
    assert_eq!(button(&stage, BORIS), None);
    stage.newcomer_who_speaks(ANNA, "en").await;
    assert_eq!(button(&stage, ANNA), says("Cabinet"));
    let set = |stage: &Stage| stage.telegram.call_counts()["setChatMenuButton"];
    stage.say(BORIS, "/start").await;
    stage.say(ANNA, "/start").await;
    assert_eq!(set(&stage), 1, "no later start waits for it");
    stage.say(ANNA, "/language").await;
    stage.press_newest(ANNA, "la:ru").await;
    assert_eq!(button(&stage, ANNA), says("Кабинет"));
    stage.press_newest(ANNA, "la:").await;
    // Whatever becomes of the button, the language is chosen.
    let refused = Happens::Refused(ApiError::bad_request("BUTTON_URL_INVALID"));
    stage.telegram.fault(Fault::next("setChatMenuButton", refused));
    stage.say(BORIS, "/language").await;
    assert_eq!(stage.press_newest(BORIS, "la:en").await, None);
    assert!(
        stage.last_text(BORIS).contains("English"),
        "{}",
        stage.last_text(BORIS)
    );
    assert_eq!(stage.account(BORIS).await.language.as_deref(), Some("en"));
    assert_eq!(stage.telegram.faults_left(), 0);
    stage.assert_sound().await;
}
