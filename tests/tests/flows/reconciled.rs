//! The rails' own books against ours, every night.

use std::time::Duration;

use app::cashier::{Difference, Refunding};
use domain::money::Credits;
use domain::payment::{PaymentId, Rail, State};
use domain::time::Millis;
use played_rails::{Door, Fault, Spoilt};
use played_telegram::PaymentNews;
use serde_json::{Value, json};
use table::Deadline;
use tests::stage::{OPERATOR, Stage};

use crate::ANNA;

/// The schedule's event of the night.
fn night() -> Value {
    json!({"task": "reconcile"})
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn sold() -> Stage {
    let stage = Stage::new().await;
    stage.newcomer(OPERATOR).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.telegram.give_stars(ANNA, 10_000).unwrap();
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_in_which_everything_agrees_tells_nobody() {
    let stage = sold().await;
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    stage.pass(Millis::from_mins(1));
    stage.pay_in_dollars(ANNA, "pack:starter").await;
    stage.pay_in_stars(ANNA, "pack:starter").await;
    stage.pass(Millis::from_mins(60));
    let said = stage.sweep_on(&night()).await;
    let told = said["reconciled"].to_string();
    for rail in ["stars", "yookassa", "stripe"] {
        assert!(
            told.contains(&format!("{rail}: 1 listed (0 foreign), 1 ours, 0 differ")),
            "{told}"
        );
    }
    assert!(
        !stage.last_text(OPERATOR).contains("differ"),
        "{}",
        stage.last_text(OPERATOR)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_notice_and_poll_has_missed_is_found_credited_and_told() {
    let stage = sold().await;
    stage.yookassa.desk().inject(Fault::Lost, 1);
    let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
    stage.telegram.spoil_payments([PaymentNews::Lost]);
    stage.pay_in_stars(ANNA, "pack:starter").await;
    assert_eq!(stage.balance(ANNA).await, (2, 0, 0));
    stage.pass(Millis::from_mins(60));
    stage.sweep_on(&night()).await;
    assert_eq!(stage.balance(ANNA).await, (27, 0, 0));
    let told = stage.last_text(OPERATOR);
    for words in [
        "stars: 1 listed",
        "1 differ",
        &format!("yookassa#{payment}: its notice was lost; done now"),
    ] {
        assert!(told.contains(words), "{told}");
    }
    // Each customer is told by the next runs of cleanup.
    stage.minute().await;
    assert!(
        stage.last_text(ANNA).contains("Оплата получена"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_we_know_of_and_what_could_not_be_compared_is_for_a_person() {
    let stage = sold().await;
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    let mut made_up = stage.payment().await;
    let id = PaymentId {
        rail: Rail::YooKassa,
        id: "made-up-by-nobody".to_owned(),
    };
    made_up.payment.id = id.clone();
    made_up.version = 1;
    stage
        .cashier()
        .payments
        .put_payment(&made_up, soon())
        .await
        .unwrap();
    stage.pass(Millis::from_mins(60));
    stage
        .stripe
        .desk()
        .inject(Fault::Answer(Door::Ask, Spoilt::Failed), 1);
    let all = stage.cashier().reconcile(3, soon()).await.unwrap();
    let of = |rail: Rail| all.iter().find(|done| done.rail == rail).unwrap();
    assert_eq!(
        of(Rail::YooKassa).differences,
        [Difference::NotBooked(id.clone()), Difference::NotListed(id)]
    );
    assert!(of(Rail::Stripe).unfinished.is_some(), "{all:?}");
    assert_eq!(of(Rail::Stars).troubles(), 0);
    assert_eq!(made_up.payment.state, State::Credited);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_we_have_written_down_as_given_back_and_the_rail_has_is_for_a_person() {
    let stage = sold().await;
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    let paid = stage.payment().await;
    let mut given_back = paid.told();
    given_back.payment.state = State::Refunded;
    given_back.goods.credits = Credits(6);
    let payments = &stage.cashier().payments;
    payments.put_payment(&given_back, soon()).await.unwrap();
    stage.pass(Millis::from_mins(60));
    let all = stage.cashier().reconcile(3, soon()).await.unwrap();
    let yookassa = all.iter().find(|done| done.rail == Rail::YooKassa).unwrap();
    let id = paid.id().clone();
    let expected = [Difference::NotBooked(id.clone()), Difference::NotReturned(id)];
    assert_eq!(yookassa.differences, expected);
    assert_eq!(stage.payment().await, given_back, "nothing is guessed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_back_and_what_nothing_was_given_for_agree_with_the_rails() {
    let stage = sold().await;
    stage.yookassa.desk().inject(Fault::OtherAmount, 1);
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    stage.pass(Millis::from_mins(1));
    let session = stage.pay_in_dollars(ANNA, "pack:starter").await;
    stage.pay_in_stars(ANNA, "pack:starter").await;
    for payment in stage.payments().await {
        if payment.id().rail != Rail::YooKassa {
            let refund = stage.refund(payment.id()).await;
            assert!(matches!(refund, Ok(Refunding::Done(_))), "{session}: {refund:?}");
        }
    }
    stage.pass(Millis::from_mins(60));
    let all = stage.cashier().reconcile(3, soon()).await.unwrap();
    assert_eq!(all.len(), 3);
    for done in all {
        assert_eq!((done.ours, done.troubles()), (1, 0), "{done}");
    }
    stage.assert_sound().await;
}
