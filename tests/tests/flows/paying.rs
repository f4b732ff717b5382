//! Buying with roubles and dollars: notices that come, come twice, get lost, are forged, and money that does not fit.

use app::cashier::RefundError;
use domain::payment::{Misfit, PaymentId, Rail, State};
use domain::purchase::Stage as PurchaseStage;
use domain::time::Millis;
use played_rails::{Door, Fault, Spoilt};
use serde_json::json;
use tests::stage::{RailMoney, Stage};

use crate::ANNA;

async fn customer() -> Stage {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn roubles_become_credits_and_the_customer_reads_how_many_without_asking() {
    let stage = customer().await;
    let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
    let told = stage.last_text(ANNA);
    for words in ["Оплата получена", "Про", "699\u{a0}₽", "20 кредитов", &payment]
    {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(stage.payment().await.untold, None);
    assert_eq!(stage.only_purchase().await.stage, PurchaseStage::Paid);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dollars_become_credits_when_the_session_is_paid_and_not_when_it_is_only_completed() {
    let stage = customer().await;
    stage.pay_in_dollars(ANNA, "pack:pro").await;
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));

    stage.pass(Millis::from_mins(1));
    stage.choose(ANNA, "pack:starter", "c").await;
    let session = stage.reference().await;
    stage.stripe.pay_later(&session).unwrap();
    stage.noticed().await;
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0), "completed, and not paid");
    stage.stripe.settle(&session, true).unwrap();
    stage.noticed().await;
    assert_eq!(stage.balance(ANNA).await, (27, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_comes_twice_or_in_another_order_credits_once() {
    let stage = customer().await;
    stage.yookassa.desk().inject(Fault::Doubled, 1);
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    stage.noticed().await;
    assert_eq!(stage.balance(ANNA).await, (7, 0, 0));
    stage.stripe.desk().inject(Fault::Doubled, 1);
    stage.stripe.desk().inject(Fault::Reordered, 1);
    stage.pass(Millis::from_mins(1));
    stage.pay_in_dollars(ANNA, "pack:starter").await;
    stage.pass(Millis::from_mins(2));
    stage.noticed().await;
    assert_eq!(stage.balance(ANNA).await, (12, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_notice_is_found_by_the_button_or_by_cleanup_within_minutes() {
    let stage = customer().await;
    stage.yookassa.desk().inject(Fault::Lost, 2);
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.press_newest(ANNA, "pd:").await;
    assert_eq!(stage.balance(ANNA).await, (7, 0, 0));
    assert!(
        stage.last_text(ANNA).contains("Оплата получена"),
        "{}",
        stage.last_text(ANNA)
    );

    stage.pass(Millis::from_mins(1));
    stage.choose(ANNA, "pack:starter", "y").await;
    let payment = stage.reference().await;
    stage.minute().await;
    stage.yookassa.pay(&payment).unwrap();
    stage.noticed().await;
    stage.minute().await;
    assert_eq!(
        stage.balance(ANNA).await,
        (7, 0, 0),
        "the next poll is after five minutes"
    );
    for _ in 0..4 {
        stage.minute().await;
    }
    assert_eq!(stage.balance(ANNA).await, (12, 0, 0));
    assert!(
        stage.last_text(ANNA).contains("Оплата получена"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_nobody_pays_ends_and_its_customer_is_told_and_late_money_is_still_good() {
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "c").await;
    let session = stage.reference().await;
    assert_eq!(
        stage.press_newest(ANNA, "pd:").await.unwrap_or_default(),
        NOTHING_YET
    );
    stage.pass(Millis::from_mins(24 * 60 + 6));
    stage.sweep().await;
    assert_eq!(stage.only_purchase().await.stage, PurchaseStage::Gone);
    assert!(
        stage.last_text(ANNA).contains("оплата не пришла"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.sweep().await;
    assert_eq!(stage.only_purchase().await.due_at, None);
    assert!(
        stage.stripe.pay(&session).is_err(),
        "the session is over at Stripe too"
    );
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.assert_sound().await;
}

const NOTHING_YET: &str =
    "Деньги пока не пришли. Если вы оплатили, подождите пару минут: мы проверяем сами. Ничего не потеряется.";

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_notice_changes_nothing_whatever_it_says() {
    use played_rails::yookassa::Pretence;
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "y").await;
    let payment = stage.reference().await;
    let others = "buy-1002-2222222222222222".to_owned();
    for pretence in [
        Pretence::Paid,
        Pretence::Amount(1),
        Pretence::Currency("USD".to_owned()),
        Pretence::Metadata("purchase".to_owned(), others),
        Pretence::Shop("666".to_owned()),
        Pretence::Canceled,
        Pretence::Refunded(69_900),
    ] {
        let status = stage.yookassa.forge(&payment, &pretence).await;
        assert_eq!(status, Some(500), "{pretence:?}");
    }
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    let body = stage.yookassa.payments().remove(0);
    let body = json!({"type": "notification", "event": "payment.succeeded", "object": body}).to_string();
    for (source, status) in [("203.0.113.9", 403), ("185.71.76.5", 500)] {
        let said = stage.notify("/yookassa", source, &json!({}), &body).await;
        assert_eq!(said.status, status, "{source}");
    }
    let unknown = body.replace(&payment, "22d6d597-0000-5000-9000-000000000000");
    assert_eq!(
        stage
            .notify("/yookassa", "185.71.76.5", &json!({}), &unknown)
            .await
            .status,
        500
    );
    let headers = json!({"x-forwarded-for": "185.71.76.5"});
    assert_eq!(
        stage
            .notify("/yookassa", "203.0.113.9", &headers, &body)
            .await
            .status,
        403
    );
    for (path, status) in [("/stripe", 400), ("/", 404), ("/yookassa/x", 404)] {
        assert_eq!(
            stage.notify(path, "185.71.76.5", &json!({}), &body).await.status,
            status,
            "{path}"
        );
    }
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert_eq!(stage.payments().await, []);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_stripe_has_not_signed_is_no_event() {
    use played_rails::stripe::{Pretence, Signed};
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "c").await;
    let session = stage.reference().await;
    for signed in [Signed::Right, Signed::Wrong, Signed::Stale, Signed::Missing] {
        for pretence in [
            Pretence::Paid,
            Pretence::Amount(1),
            Pretence::Currency("rub".to_owned()),
            Pretence::Reference("buy-1002-2222222222222222".to_owned()),
        ] {
            let status = stage.stripe.forge(&session, &pretence, signed).await;
            let expected = if signed == Signed::Right { 200 } else { 400 };
            assert_eq!(status, Some(expected), "{pretence:?} {signed:?}");
        }
    }
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert_eq!(stage.payments().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_does_not_fit_is_held_and_told_and_never_guessed() {
    for (fault, misfit) in [
        (Fault::OtherAmount, Misfit::OtherAmount),
        (Fault::OtherShop, Misfit::OtherShop),
        (Fault::TestMoney, Misfit::Test),
    ] {
        let stage = customer().await;
        stage.yookassa.desk().inject(fault, 1);
        let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
        let record = stage.payment().await;
        assert_eq!(
            (record.payment.state, record.payment.misfit),
            (State::Held, Some(misfit))
        );
        assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
        let told = stage.last_text(ANNA);
        assert!(
            told.contains("проверяется вручную") && told.contains(&payment),
            "{told}"
        );
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_taken_for_its_purchase_on_an_operators_word_once() {
    let stage = customer().await;
    stage.yookassa.desk().inject(Fault::OtherAmount, 1);
    let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
    let id = PaymentId {
        rail: Rail::YooKassa,
        id: payment,
    };
    let deadline = table::Deadline::after(std::time::Duration::from_secs(10));
    let accepted = stage.cashier().accept(&id, &[], deadline).await.unwrap();
    assert_eq!(accepted.payment.state, State::Credited);
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
    assert!(stage.cashier().accept(&id, &[], deadline).await.is_err(), "once");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn test_money_is_made_money_by_nobodys_word() {
    let stage = customer().await;
    stage.yookassa.desk().inject(Fault::TestMoney, 1);
    let id = PaymentId {
        rail: Rail::YooKassa,
        id: stage.pay_in_roubles(ANNA, "pack:pro").await,
    };
    let deadline = table::Deadline::after(std::time::Duration::from_secs(10));
    let accepted = stage.cashier().accept(&id, &[], deadline).await;
    assert!(matches!(accepted, Err(RefundError::NoMoney)), "{accepted:?}");
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert_eq!(stage.payment().await.payment.state, State::Held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rail_that_loses_its_answer_opens_one_payment_and_one_that_is_down_none() {
    for spoilt in [
        Spoilt::FailedAfter,
        Spoilt::Garbled,
        Spoilt::Cut,
        Spoilt::Processing,
    ] {
        let stage = customer().await;
        stage.say(ANNA, "/buy").await;
        stage.press_newest(ANNA, "wa:pack:pro").await;
        stage.yookassa.desk().inject(Fault::Answer(Door::Open, spoilt), 1);
        let (message_id, data) = stage.pay_button(ANNA, "y");
        stage.press(ANNA, message_id, &data).await;
        let told = stage.last_text(ANNA);
        assert!(told.contains("Деньги не списаны"), "{spoilt:?} {told}");
        let (message_id, again) = stage.newest_button(ANNA, "by:");
        assert_eq!(again, data, "the same purchase");
        stage.press(ANNA, message_id, &again).await;
        assert_eq!(stage.yookassa.payments().len(), 1, "{spoilt:?}");
        let payment = stage.reference().await;
        stage.yookassa.pay(&payment).unwrap();
        stage.noticed().await;
        assert_eq!(stage.balance(ANNA).await, (22, 0, 0), "{spoilt:?}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_pressed_twice_is_one_purchase_and_test_money_buys_only_where_that_is_wanted() {
    let stage = Stage::with(|setting| setting.money = RailMoney::TestThatBuys).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:pack:pro").await;
    let (message_id, data) = stage.pay_button(ANNA, "c");
    let first = stage.telegram.press(ANNA, message_id, &data).unwrap();
    let second = stage.telegram.press(ANNA, message_id, &data).unwrap();
    assert_ne!(first, second);
    stage.answered().await;
    assert_eq!(stage.stripe.sessions().len(), 1);
    stage.stripe.pay(&stage.reference().await).unwrap();
    stage.noticed().await;
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_receipts_are_wanted_a_customer_is_asked_once_where_they_go() {
    let stage = customer().await;
    let on = json!({"vat_code": 1});
    stage
        .change_settings(|settings| {
            settings.selling.as_mut().unwrap().receipts = serde_json::from_value(on).unwrap();
        })
        .await;
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:pack:pro").await;
    let (message_id, data) = stage.pay_button(ANNA, "y");
    stage.press(ANNA, message_id, &data).await;
    assert!(
        stage.last_text(ANNA).contains("e-mail или телефон"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.yookassa.payments().len(), 0);
    stage.say(ANNA, "anna@example").await;
    assert!(
        stage.last_text(ANNA).contains("не похоже на e-mail"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.say(ANNA, "anna@example.org").await;
    let payment = stage.reference().await;
    let asked = stage.yookassa.desk().journal();
    let opened = asked.iter().find(|asked| asked.method == "POST").unwrap();
    let body = opened.body.as_str();
    assert!(
        body.contains("anna@example.org") && body.contains("vat_code"),
        "{body}"
    );
    stage.yookassa.pay(&payment).unwrap();
    stage.noticed().await;
    assert_eq!(stage.balance(ANNA).await, (22, 0, 0));

    stage.pass(Millis::from_mins(1));
    stage.choose(ANNA, "pack:starter", "y").await;
    stage.say(ANNA, "/receipt").await;
    assert!(
        stage.last_text(ANNA).contains("a…@example.org"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.say(ANNA, "8 (999) 123-45-67").await;
    assert!(
        stage.last_text(ANNA).contains("Готово"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(stage.account(ANNA).await.contact.unwrap().as_str(), "79991234567");
    // Whoever was not asked describes a video.
    stage.say(ANNA, "anna@example.org").await;
    assert!(stage.newest_button(ANNA, "go:").0 > 0);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opens_purchases_without_end() {
    let stage = customer().await;
    for _ in 0..12 {
        stage.choose(ANNA, "pack:starter", "y").await;
        stage.pass(Millis::from_secs(1));
    }
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:pack:starter").await;
    let (message_id, data) = stage.pay_button(ANNA, "y");
    let alert = stage.press(ANNA, message_id, &data).await.unwrap();
    assert!(alert.contains("много неоплаченных заказов"), "{alert}");
    assert_eq!(stage.yookassa.payments().len(), 12);
    stage.pass(Millis::from_mins(61));
    stage.press(ANNA, message_id, &data).await;
    assert_eq!(stage.yookassa.payments().len(), 13);
}
