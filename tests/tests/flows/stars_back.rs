//! Stars that Telegram tells us have gone back: the news are the bot's own message, and may come before the payment's.

use domain::payment::State;
use played_telegram::{PaymentNews, StarPayment};
use serde_json::{Value, json};
use tests::stage::Stage;

use crate::ANNA;

const SOON: std::time::Duration = std::time::Duration::from_secs(20);

/// A customer pays for 20 credits, and somebody with the bot's token gives it back by hand.
async fn paid_and_given_back(news: Option<PaymentNews>) -> Stage {
    let stage = Stage::new().await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    let link = stage.choose(ANNA, "pack:pro", "s").await;
    stage.telegram.spoil_payments(news);
    stage.telegram.pay_link(ANNA, &link).unwrap();
    let paid = |telegram: &played_telegram::PlayedTelegram| telegram.star_payments().pop();
    let payment = stage.telegram.wait_until(SOON, paid).await.unwrap();
    if news.is_none() {
        stage.answered().await;
        assert_eq!(stage.balance(ANNA).await, (22, 0, 0));
    }
    give_back(&stage, &payment).await;
    stage.answered().await;
    assert_eq!(stage.telegram.star_balance(ANNA), 100_000);
    stage
}

async fn give_back(stage: &Stage, payment: &StarPayment) {
    let refund = json!({"user_id": ANNA, "telegram_payment_charge_id": payment.charge_id});
    let Value::Object(refund) = refund else {
        panic!("no object")
    };
    stage.telegram.call("refundStarPayment", refund).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_go_when_telegram_tells_that_their_stars_went_back() {
    let stage = paid_and_given_back(None).await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert_eq!(stage.payment().await.payment.state, State::Refunded);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_is_heard_of_before_its_payment_leaves_nothing_to_credit() {
    let stage = paid_and_given_back(Some(PaymentNews::AfterRefund)).await;
    let kinds = stage
        .telegram
        .updates()
        .into_iter()
        .filter(|update| update.kind == "message");
    let refunded =
        |update: &played_telegram::UpdateRecord| update.body["message"]["refunded_payment"].is_object();
    assert_eq!(kinds.filter(refunded).count(), 1);
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    assert_eq!(stage.payment().await.payment.state, State::Refunded);
    stage.assert_sound().await;
}
