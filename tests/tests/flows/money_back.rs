//! Money back: by an operator, by a rail's cabinet, by a bank; and what of it is debt.

use std::time::Duration;

use app::cashier::{RefundError, Refunding};
use domain::id::JobId;
use domain::money::Credits;
use domain::payment::{PaymentId, Rail, RefundWanted, State};
use domain::time::{Millis, Timestamp};
use played_rails::{Door, Fault, Spoilt};
use table::Deadline;
use tests::stage::Stage;

use crate::ANNA;

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn wanted(by: &str) -> RefundWanted {
    RefundWanted {
        by: by.to_owned(),
        why: "asked for it".to_owned(),
        at: Timestamp(1),
    }
}

fn yookassa(id: String) -> PaymentId {
    PaymentId {
        rail: Rail::YooKassa,
        id,
    }
}

async fn customer() -> Stage {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage
}

pub(crate) async fn refund(stage: &Stage, id: &PaymentId, by: &str) -> Result<Refunding, RefundError> {
    let snapshot = stage.cashier().settings.reload(stage.now()).await.unwrap();
    stage
        .cashier()
        .refund(id, &wanted(by), &snapshot.selling, &[], soon())
        .await
}

async fn state(stage: &Stage, id: &PaymentId) -> State {
    stage.payment_named(id).await.unwrap().payment.state
}

/// Available, set aside, gone back, owed.
async fn books(stage: &Stage) -> (u32, u32, u32, u32) {
    let balance = stage.account(ANNA).await.balance;
    let [available, aside, clawed, debt] =
        [balance.available, balance.aside, balance.clawed, balance.debt].map(|credits: Credits| credits.0);
    (available, aside, clawed, debt)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_refund_takes_the_credits_and_brings_the_money_back_once() {
    let stage = customer().await;
    let id = yookassa(stage.pay_in_roubles(ANNA, "pack:pro").await);
    let done = refund(&stage, &id, "anna").await.unwrap();
    assert!(
        matches!(&done, Refunding::Done(record) if record.payment.state == State::Refunded),
        "{done:?}"
    );
    assert_eq!(books(&stage).await, (0, 0, 20, 0));
    let cash = stage.yookassa.cash();
    assert_eq!(cash[&id.id].left(), 0);
    stage.noticed().await;
    stage.pass(Millis::from_mins(2));
    stage.sweep().await;
    assert!(
        stage.last_text(ANNA).contains("возвращены"),
        "{}",
        stage.last_text(ANNA)
    );
    let again = refund(&stage, &id, "anna").await;
    assert!(
        matches!(again, Err(RefundError::Stands(State::Refunded))),
        "{again:?}"
    );
    assert_eq!(stage.yookassa.refunds().len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_is_lost_is_asked_for_again_under_the_same_key() {
    for spoilt in [
        Spoilt::FailedAfter,
        Spoilt::Failed,
        Spoilt::Cut,
        Spoilt::Processing,
        Spoilt::TooMany,
    ] {
        let stage = customer().await;
        let id = yookassa(stage.pay_in_roubles(ANNA, "pack:pro").await);
        stage
            .yookassa
            .desk()
            .inject(Fault::Answer(Door::Refund, spoilt), 1);
        stage.yookassa.desk().inject(Fault::Lost, 1);
        let begun = refund(&stage, &id, "anna").await.unwrap();
        assert!(matches!(begun, Refunding::UnderWay(_)), "{spoilt:?} {begun:?}");
        assert_eq!(books(&stage).await, (0, 20, 0, 0), "{spoilt:?}");
        // The customer is told that it has begun, and then it goes on.
        for _ in 0..2 {
            stage.pass(Millis::from_mins(2));
            stage.sweep().await;
        }
        assert_eq!(state(&stage, &id).await, State::Refunded, "{spoilt:?}");
        assert_eq!(books(&stage).await, (0, 0, 20, 0), "{spoilt:?}");
        assert_eq!(stage.yookassa.refunds().len(), 1, "{spoilt:?}");
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rail_does_not_give_back_is_the_customers_again() {
    let stage = customer().await;
    let id = yookassa(stage.pay_in_roubles(ANNA, "pack:pro").await);
    stage.yookassa.desk().inject(Fault::RefundRefused, 1);
    let refused = refund(&stage, &id, "anna").await.unwrap();
    assert!(matches!(refused, Refunding::Refused { .. }), "{refused:?}");
    assert_eq!(books(&stage).await, (20, 0, 0, 0));
    stage.pass(Millis::from_mins(2));
    stage.sweep().await;
    assert!(
        stage.last_text(ANNA).contains("не получилось"),
        "{}",
        stage.last_text(ANNA)
    );
    let done = refund(&stage, &id, "anna").await.unwrap();
    assert!(matches!(done, Refunding::Done(_)), "{done:?}");
    assert_eq!(books(&stage).await, (0, 0, 20, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_that_are_spent_are_not_refunded_and_much_money_wants_two_people() {
    let stage = customer().await;
    let id = yookassa(stage.pay_in_roubles(ANNA, "pack:starter").await);
    stage.order(ANNA, "видео").await;
    stage.run_until_settled().await;
    let spent = refund(&stage, &id, "anna").await;
    assert!(
        matches!(
            spent,
            Err(RefundError::Spent {
                needed: Credits(5),
                available: Credits(4)
            })
        ),
        "{spent:?}"
    );
    stage.pass(Millis::from_mins(1));
    stage
        .change_settings(|settings| {
            let above = serde_json::json!({"yookassa": "100.00"});
            let selling = settings.selling.as_mut().unwrap();
            selling.four_eyes_above = serde_json::from_value(above).unwrap();
        })
        .await;
    let id = yookassa(stage.pay_in_roubles(ANNA, "pack:pro").await);
    for by in ["anna", "Anna"] {
        let first = refund(&stage, &id, by).await.unwrap();
        assert!(matches!(first, Refunding::WantsAnother(_)), "{first:?}");
        assert_eq!(state(&stage, &id).await, State::Credited);
    }
    let second = refund(&stage, &id, "boris").await.unwrap();
    assert!(matches!(second, Refunding::Done(_)), "{second:?}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_goes_back_from_the_rails_own_cabinet_takes_its_share_of_the_credits() {
    let stage = customer().await;
    let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
    stage.yookassa.refund(&payment, 34_950).unwrap();
    stage.noticed().await;
    assert_eq!(books(&stage).await, (10, 0, 10, 0));
    assert!(
        stage.last_text(ANNA).contains("Часть денег"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.yookassa.refund(&payment, 34_950).unwrap();
    stage.noticed().await;
    assert_eq!(books(&stage).await, (0, 0, 20, 0));
    assert_eq!(state(&stage, &yookassa(payment)).await, State::Refunded);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_takes_money_back_for_what_is_spent_makes_debt_that_the_next_purchase_pays_first() {
    let stage = customer().await;
    let session = stage.pay_in_dollars(ANNA, "pack:starter").await;
    stage.order(ANNA, "видео").await;
    stage.run_until_settled().await;
    assert_eq!(books(&stage).await, (4, 0, 0, 0));
    let payment = stage.payment().await.id().clone();
    let dispute = stage.stripe.dispute(&payment.id).unwrap();
    stage.noticed().await;
    assert_eq!(books(&stage).await, (0, 0, 5, 1), "{session}");
    assert_eq!(state(&stage, &payment).await, State::ChargedBack);
    let told = stage.last_text(ANNA);
    for words in ["Банк отозвал", "Списано: 5 кредитов", "Ваш долг: 1 кредит."]
    {
        assert!(told.contains(words), "{told}");
    }
    for command in ["/cabinet", "/buy"] {
        stage.say(ANNA, command).await;
        let told = stage.last_text(ANNA);
        assert!(told.contains("Ваш долг: 1 кредит."), "{told}");
    }

    let card = stage.draft(ANNA, "ещё").await;
    let alert = stage
        .press(ANNA, card.message_id, &card.create)
        .await
        .unwrap_or_default();
    assert!(
        alert.contains("Ваш долг: 1 кредит."),
        "{alert} {}",
        stage.last_text(ANNA)
    );
    stage.pass(Millis::from_mins(1));
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    assert_eq!(books(&stage).await, (4, 0, 5, 0));
    let told = stage.last_text(ANNA);
    assert!(told.contains("на долг ушло: 1 кредит."), "{told}");
    stage.order(ANNA, "теперь можно").await;
    stage.run_until_settled().await;
    assert_eq!(books(&stage).await, (3, 0, 5, 0));

    stage.stripe.close_dispute(&dispute, true).unwrap();
    stage.noticed().await;
    assert_eq!(books(&stage).await, (8, 0, 0, 0), "the bank has decided for us");
    assert_eq!(state(&stage, &payment).await, State::Credited);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stars_go_back_and_if_telegram_tells_of_that_first_nothing_is_credited() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 10_000).unwrap();
    let before = stage.telegram.star_balance(ANNA);
    let link = stage.choose(ANNA, "pack:pro", "s").await;
    stage.telegram.pay_link(ANNA, &link).unwrap();
    stage.answered().await;
    let id = stage.payment().await.id().clone();
    let done = refund(&stage, &id, "anna").await.unwrap();
    assert!(matches!(done, Refunding::Done(_)), "{done:?}");
    stage.answered().await;
    assert_eq!(stage.telegram.star_balance(ANNA), before);
    assert_eq!(books(&stage).await, (0, 0, 20, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_used_goes_back_for_the_asking_where_the_operator_allows_that() {
    let stage = customer().await;
    let hours = |hours: u32| {
        move |settings: &mut limits_flags::Document| {
            settings.selling.as_mut().unwrap().refund_unused_hours = hours;
        }
    };
    stage.pay_in_roubles(ANNA, "pack:pro").await;
    stage.say(ANNA, "/history").await;
    assert!(!stage.has_button(ANNA, "gb:"), "not allowed by itself");
    stage.change_settings(hours(2)).await;
    stage.say(ANNA, "/history").await;
    stage.press_newest(ANNA, "gb:").await;
    assert!(
        stage.last_text(ANNA).contains("Вернуть 699\u{a0}₽ за «Про»?"),
        "{}",
        stage.last_text(ANNA)
    );
    assert_eq!(books(&stage).await, (20, 0, 0, 0));
    let (message_id, yes) = stage.newest_button(ANNA, "gb:");
    stage.press(ANNA, message_id, &yes).await;
    assert_eq!(books(&stage).await, (0, 0, 20, 0));
    let payment = stage.payment().await;
    assert_eq!(payment.payment.state, State::Refunded);
    assert_eq!(stage.yookassa.cash()[&payment.id().id].left(), 0);

    stage.pass(Millis::from_mins(1));
    stage.pay_in_roubles(ANNA, "pack:pro").await;
    stage.say(ANNA, "/history").await;
    let (message_id, ask) = stage.newest_button(ANNA, "gb:");
    stage.pass(Millis::from_mins(121));
    let alert = stage.press(ANNA, message_id, &ask).await.unwrap();
    assert!(alert.contains("время вышло"), "{alert}");
    assert_eq!(books(&stage).await, (20, 0, 20, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_did_not_fit_can_be_given_back_and_nothing_was_ever_credited() {
    let stage = customer().await;
    stage.yookassa.desk().inject(Fault::OtherAmount, 1);
    let id = yookassa(stage.pay_in_roubles(ANNA, "pack:pro").await);
    assert_eq!(state(&stage, &id).await, State::Held);
    stage.yookassa.desk().inject(Fault::RefundRefused, 1);
    let refused = refund(&stage, &id, "anna").await.unwrap();
    assert!(matches!(refused, Refunding::Refused { .. }), "{refused:?}");
    assert_eq!(state(&stage, &id).await, State::Held, "it waits as before");
    let done = refund(&stage, &id, "anna").await.unwrap();
    assert!(matches!(done, Refunding::Done(_)), "{done:?}");
    assert_eq!(
        (state(&stage, &id).await, books(&stage).await),
        (State::Refunded, (0, 0, 0, 0))
    );
    assert_eq!(stage.yookassa.cash()[&id.id].left(), 0);
    stage.minute().await;
    assert!(
        stage.last_text(ANNA).contains("не начислялись"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_nobody_shared_for_a_week_is_forgotten() {
    let stage = customer().await;
    stage
        .change_settings(|settings| {
            let above = serde_json::json!({"yookassa": "100.00"});
            let selling = settings.selling.as_mut().unwrap();
            selling.four_eyes_above = serde_json::from_value(above).unwrap();
        })
        .await;
    let id = yookassa(stage.pay_in_roubles(ANNA, "pack:pro").await);
    let selling = stage
        .cashier()
        .settings
        .reload(stage.now())
        .await
        .unwrap()
        .selling
        .clone();
    let later = Millis::from_mins(8 * 24 * 60);
    for (by, after, goes) in [
        ("anna", Millis::ZERO, false),
        ("boris", later, false),
        ("vera", later, true),
    ] {
        let at = Timestamp(1).after(after);
        let wanted = RefundWanted { at, ..wanted(by) };
        let cashier = stage.cashier();
        let refund = cashier.refund(&id, &wanted, &selling, &[], soon()).await.unwrap();
        assert_eq!(matches!(refund, Refunding::Done(_)), goes, "{by}: {refund:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_in_debt_is_sold_no_plan_whose_days_would_go_by_for_nothing() {
    let stage = customer().await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    let early = stage.choose(ANNA, "plan:unlimited_1day", "s").await;
    stage.pass(Millis::from_mins(1));
    stage.pay_in_dollars(ANNA, "pack:starter").await;
    stage.order(ANNA, "видео").await;
    stage.run_until_settled().await;
    let payment = stage.payment().await.id().clone();
    stage.stripe.dispute(&payment.id).unwrap();
    stage.noticed().await;
    assert_eq!(books(&stage).await, (0, 0, 5, 1));
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:plan:unlimited_1day").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("Сначала закройте долг: 1 кредит."), "{shown}");
    assert!(!stage.has_button(ANNA, "by:"), "{shown}");
    // Nor by an invoice that was made before. One that brings enough credits pays the debt, and is sold.
    let query = stage.telegram.pay_link(ANNA, &early).unwrap();
    stage.answered().await;
    let ended = stage.telegram.checkout(&query).unwrap();
    assert!(
        matches!(&ended, played_telegram::CheckoutState::Refused(_)),
        "{ended:?}"
    );
    stage.pass(Millis::from_mins(1));
    stage.pay_in_roubles(ANNA, "plan:pro_month").await;
    assert_eq!(books(&stage).await, (59, 0, 5, 0));
}

/// She takes an order back; what its message says then.
async fn canceled(stage: &Stage, job: &JobId) -> String {
    let place = stage.message_of(job).await.message_id;
    let button = format!("ca:{}", job.nonce.as_str());
    stage.press(ANNA, place, &button).await;
    stage.message_of(job).await.text().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_to_whoever_owes_goes_there_and_they_read_it() {
    let stage = customer().await;
    stage.pay_in_dollars(ANNA, "pack:starter").await;
    let orders = [stage.order(ANNA, "одно").await, stage.order(ANNA, "другое").await];
    let payment = stage.payment().await.id().clone();
    stage.stripe.dispute(&payment.id).unwrap();
    stage.noticed().await;
    // Five are gone, two of them set aside for the orders.
    assert_eq!(books(&stage).await, (0, 0, 5, 2));
    let shown = canceled(&stage, &orders[0]).await;
    assert!(shown.contains("Возвращено: 1 кредит"), "{shown}");
    assert!(
        shown.contains("На счету: 0 кредитов") && shown.contains("Ваш долг: 1 кредит"),
        "{shown}"
    );
    stage.say(ANNA, "/cabinet").await;
    assert!(
        stage.last_text(ANNA).contains("Ваш долг: 1 кредит"),
        "and so it is later"
    );
    let shown = canceled(&stage, &orders[1]).await;
    assert!(
        shown.contains("На счету: 0 кредитов") && !shown.contains("Ваш долг"),
        "{shown}"
    );
}
