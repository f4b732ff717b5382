//! Buying with Stars: the shop, the checkout, the credits; news that come twice, late, never, or of somebody else's money.

use domain::payment::{Misfit, State};
use domain::purchase::Stage as PurchaseStage;
use domain::time::Millis;
use played_telegram::{CheckoutState, PaymentNews};
use serde_json::json;
use tests::stage::Stage;

use crate::{ANNA, BORIS};

/// What a pack costs in Stars, as the settings say.
fn stars(stage: &Stage, pack: &str) -> i64 {
    let row = serde_json::to_value(&stage.settings().packs[pack]).unwrap();
    row["prices"]["stars"].as_i64().unwrap()
}

async fn chosen(ware: &str) -> (Stage, String) {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    let link = stage.choose(ANNA, ware, "s").await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    (stage, link)
}

#[tokio::test(flavor = "multi_thread")]
async fn stars_become_credits_once_and_the_customer_reads_how_many() {
    let (stage, link) = chosen("pack:pro").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("Про") && shown.contains("20 кредитов"), "{shown}");
    let before = stage.telegram.star_balance(ANNA);
    stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;

    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
    assert_eq!(stage.telegram.star_balance(ANNA), before - stars(&stage, "pro"));
    let told = stage.last_text(ANNA);
    for words in [
        "Оплата получена",
        "Про",
        "Зачислено: 20 кредитов",
        "На счету: 22 кредита",
    ] {
        assert!(told.contains(words), "{told}");
    }
    let payment = stage.payment().await;
    assert_eq!((payment.payment.state, payment.untold), (State::Credited, None));
    assert_eq!(stage.only_purchase().await.stage, PurchaseStage::Paid);
    stage.say(ANNA, "/history").await;
    let history = stage.last_text(ANNA);
    assert!(
        history.contains("зачислено") && history.contains(&payment.id().id),
        "{history}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn news_of_a_payment_that_come_twice_credit_once() {
    let (stage, link) = chosen("pack:starter").await;
    stage.telegram.spoil_payments([PaymentNews::Twice]);
    stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    assert_eq!(stage.balance(ANNA).await, (7, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_paid_by_whom_it_was_made_for_once_while_it_is_open_at_its_price() {
    let (stage, link) = chosen("pack:pro").await;
    stage.newcomer(BORIS).await;
    stage.telegram.give_stars(BORIS, 100_000).unwrap();
    let refused = async |user: i64, words: &str| {
        let query = stage.telegram.pay_link(user, &link).unwrap();
        stage.answered().await;
        let ended = stage.telegram.checkout(&query).unwrap();
        assert!(
            matches!(&ended, CheckoutState::Refused(why) if why.contains(words)),
            "{ended:?}"
        );
    };
    refused(BORIS, "made for somebody else").await;
    stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
    refused(ANNA, "уже оплачен").await;

    let link = stage.choose(ANNA, "pack:pro", "s").await;
    stage.pass(Millis::from_mins(24 * 60));
    let query = stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    let ended = stage.telegram.checkout(&query).unwrap();
    assert!(matches!(&ended, CheckoutState::Refused(_)), "{ended:?}");
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
    assert_eq!(stage.balance(BORIS).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_stays_as_it_was_chosen_and_stars_switched_off_take_nothing() {
    let (stage, link) = chosen("pack:pro").await;
    let dear = json!({"title": {"ru": "Про", "en": "Pro"}, "credits": 20, "prices": {"stars": 9000}});
    stage
        .change_settings(|settings| {
            settings
                .packs
                .insert("pro".to_owned(), serde_json::from_value(dear).unwrap());
        })
        .await;
    let price = stage.telegram.invoice(&link).unwrap().stars;
    stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
    assert_eq!(stage.telegram.star_balance(ANNA), 100_000 + stage_stars() - price);

    let link = stage.choose(ANNA, "pack:starter", "s").await;
    stage
        .change_settings(|settings| settings.selling.as_mut().unwrap().rails = Vec::new())
        .await;
    // A warm Lambda looks at the settings' version every 20 s.
    stage.pass(Millis::from_secs(21));
    let query = stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    let ended = stage.telegram.checkout(&query).unwrap();
    assert!(
        matches!(&ended, CheckoutState::Refused(why) if why.contains("выключена")),
        "{ended:?}"
    );
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
}

/// What a new user of the played Telegram has.
fn stage_stars() -> i64 {
    played_telegram::Config::new("1:a", "http://localhost").stars
}

#[tokio::test(flavor = "multi_thread")]
async fn news_of_money_that_is_nobodys_purchase_wait_for_an_operator_and_credit_nothing() {
    let stage = Stage::new().await;
    stage.newcomer(ANNA).await;
    let paid = |payload: &str, charge: &str, amount: u64| {
        json!({"update_id": 900_000_001, "message": {
            "message_id": 77, "date": 1_795_251_600,
            "from": {"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"},
            "chat": {"id": ANNA, "type": "private", "first_name": "Anna"},
            "successful_payment": {"currency": "XTR", "total_amount": amount, "invoice_payload": payload,
                "telegram_payment_charge_id": charge, "provider_payment_charge_id": ""}}})
    };
    let told = stage.update(&paid("something old", "stxA", 5)).await;
    assert!(told.text().contains("there is no order for it"), "{told:?}");
    let record = stage.payment().await;
    assert_eq!(
        (record.payment.state, record.payment.misfit),
        (State::Held, Some(Misfit::NoPurchase))
    );

    let link = stage.choose(ANNA, "pack:pro", "s").await;
    let purchase = stage.only_purchase().await;
    let told = stage.update(&paid(&purchase.id().to_string(), "stxB", 1)).await;
    assert!(
        told.text().contains("does not match the order"),
        "{told:?} {link}"
    );
    let states: Vec<_> = stage
        .payments()
        .await
        .into_iter()
        .map(|record| record.payment.misfit)
        .collect();
    assert!(states.contains(&Some(Misfit::OtherAmount)), "{states:?}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stars_whose_news_were_lost_are_found_by_the_button_and_by_cleanup() {
    for by_button in [true, false] {
        let (stage, link) = chosen("pack:pro").await;
        stage.telegram.spoil_payments([PaymentNews::Lost]);
        stage.telegram.pay_link(ANNA, &link).unwrap();
        stage.answered().await;
        assert_eq!(stage.payments().await, []);
        if by_button {
            stage.press_newest(ANNA, "pd:").await;
        } else {
            stage.minute().await;
        }
        assert_eq!(
            stage.payment().await.payment.state,
            State::Credited,
            "{by_button}"
        );
        let told = stage.last_text(ANNA);
        assert!(told.contains("Оплата получена"), "{told}");
        stage.assert_sound().await;
    }
}
