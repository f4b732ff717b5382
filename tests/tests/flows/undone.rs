//! Money that went back and did not arrive, truths that are out of date, money that waits for an operator.

use std::time::Duration;

use app::cashier::{Answer, Refunding};
use domain::payment::{Misfit, PaymentId, Rail, State, Truth};
use domain::purchase::Stage as PurchaseStage;
use domain::time::Millis;
use played_rails::Fault;
use table::Deadline;
use tests::stage::Stage;

use crate::ANNA;

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn customer() -> Stage {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage
}

async fn truth(stage: &Stage, id: &PaymentId) -> Truth {
    match stage.cashier().ask_rail(id, soon()).await.unwrap() {
        Answer::Truth(truth) => truth,
        other => panic!("{other:?}"),
    }
}

/// Available, gone back, owed.
async fn books(stage: &Stage) -> (u32, u32, u32) {
    let balance = stage.account(ANNA).await.balance;
    (balance.available.0, balance.clawed.0, balance.debt.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_fails_after_the_rail_took_it_on_gives_all_of_it_again_and_says_so() {
    let stage = customer().await;
    stage.pay_in_dollars(ANNA, "plan:pro_month").await;
    let (id, before) = (
        stage.payment().await.id().clone(),
        stage.account(ANNA).await.standing.plan,
    );
    stage.stripe.desk().inject(Fault::RefundFails, 1);
    let done = stage.refund(&id).await.unwrap();
    assert!(matches!(done, Refunding::Done(_)), "{done:?}");
    assert_eq!(books(&stage).await, (0, 60, 0));
    stage.pass(Millis::from_mins(2));
    stage.noticed().await;
    let payment = stage.payment().await;
    assert_eq!(
        (payment.payment.state, payment.payment.refunded),
        (State::Credited, 0)
    );
    assert_eq!(books(&stage).await, (60, 0, 0));
    // Two minutes it was gone; what was left then is left now.
    let after = stage.account(ANNA).await.standing.plan.unwrap();
    assert_eq!(
        (after.key.as_str(), after.until),
        (
            "pro_month",
            before.unwrap().until.map(|at| at.after(Millis::from_mins(2)))
        )
    );
    let told = stage.last_text(ANNA);
    for words in [
        "Вернуть $18.99",
        "не получилось",
        "Снова зачислено: подписка на 30 дней + 60 кредитов",
    ] {
        assert!(told.contains(words), "{told}");
    }
    let again = stage.refund(&id).await.unwrap();
    assert!(matches!(again, Refunding::Done(_)), "{again:?}");
    assert_eq!(books(&stage).await, (0, 60, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truth_that_was_read_before_the_money_went_back_gives_nothing() {
    let stage = customer().await;
    stage.pay_in_dollars(ANNA, "pack:pro").await;
    let id = stage.payment().await.id().clone();
    let old = truth(&stage, &id).await;
    stage.refund(&id).await.unwrap();
    let refunded = stage.payment().await;
    assert_eq!(refunded.payment.state, State::Refunded);
    let heard = stage.cashier().hear(&old, soon()).await.unwrap();
    assert!(!heard.changed && !heard.astray, "{heard:?}");
    assert_eq!(stage.payment().await.payment, refunded.payment);

    stage.pass(Millis::from_mins(1));
    stage.pay_in_dollars(ANNA, "pack:starter").await;
    let all = stage.payments().await;
    let second = all.iter().find(|record| *record.id() != id).unwrap().id();
    let old = truth(&stage, second).await;
    stage.stripe.dispute(&second.id).unwrap();
    stage.noticed().await;
    assert_eq!(books(&stage).await, (0, 25, 0));
    stage.cashier().hear(&old, soon()).await.unwrap();
    assert_eq!(books(&stage).await, (0, 25, 0), "the bank has it");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_whose_notice_was_lost_is_seen_before_the_rest_is_given_back() {
    let stage = customer().await;
    let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
    let id = stage.payment().await.id().clone();
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage.yookassa.refund(&payment, 10_000).unwrap();
    stage.noticed().await;
    let done = stage.refund(&id).await.unwrap();
    assert!(matches!(done, Refunding::Done(_)), "{done:?}");
    let mut amounts: Vec<String> = stage
        .yookassa
        .refunds()
        .iter()
        .map(|refund| refund["amount"]["value"].as_str().unwrap().to_owned())
        .collect();
    amounts.sort();
    assert_eq!(amounts, ["100.00", "599.00"]);
    assert_eq!(books(&stage).await, (0, 20, 0));
    stage.minute().await;
    let told = stage.last_text(ANNA);
    for words in ["599\u{a0}₽", "Списано: 18 кредитов"] {
        assert!(told.contains(words), "{told}");
    }
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_back_in_part_says_how_much_and_what_for() {
    let stage = customer().await;
    let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
    stage.yookassa.refund(&payment, 34_950).unwrap();
    stage.noticed().await;
    let told = stage.last_text(ANNA);
    for words in ["349.50\u{a0}₽", "Списано: 10 кредитов", "На счету: 10 кредитов"]
    {
        assert!(told.contains(words), "{told}");
    }
    stage.say(ANNA, "/history").await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("возвращено 349.50\u{a0}₽"), "{shown}");
    // Not a credit's worth: that is said, too.
    stage.yookassa.refund(&payment, 1).unwrap();
    stage.noticed().await;
    assert!(
        stage.last_text(ANNA).contains("Списано: 0 кредитов"),
        "{}",
        stage.last_text(ANNA)
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_operator_is_not_to_be_paid_again() {
    let stage = customer().await;
    stage.yookassa.desk().inject(Fault::OtherAmount, 1);
    stage.pay_in_roubles(ANNA, "pack:pro").await;
    let purchase = stage.only_purchase().await;
    assert_eq!((purchase.stage, purchase.due_at), (PurchaseStage::Held, None));
    stage.press_newest(ANNA, "pd:").await;
    let shown = stage.texts(ANNA);
    assert!(
        shown.iter().any(|text| text.contains("платить ещё раз не нужно")),
        "{shown:?}"
    );
    stage.say(ANNA, "/history").await;
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("проверяется") && !shown.contains("ждёт оплаты"),
        "{shown}"
    );
    assert!(!stage.has_button(ANNA, "pd:"));
    let id = stage.payment().await.id().clone();
    stage.refund(&id).await.unwrap();
    assert_eq!(stage.only_purchase().await.stage, PurchaseStage::Gone);
    stage.say(ANNA, "/history").await;
    let shown = stage.last_text(ANNA);
    assert!(
        shown.contains("возвращено") && !shown.contains("ждёт оплаты"),
        "{shown}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_do_what_they_want_with_a_payment_reads_why() {
    let stage = customer().await;
    let id = PaymentId {
        rail: Rail::YooKassa,
        id: stage.pay_in_roubles(ANNA, "pack:pro").await,
    };
    let accepted = stage.cashier().accept(&id, &[], soon()).await.unwrap_err();
    assert_eq!(
        accepted.to_string(),
        "only a held payment can be accepted: this one is credited"
    );
    stage.yookassa.desk().inject(Fault::RefundPending, 1);
    let begun = stage.refund(&id).await.unwrap();
    assert!(matches!(begun, Refunding::UnderWay(_)), "{begun:?}");
    let again = stage.refund(&id).await.unwrap_err();
    assert_eq!(again.to_string(), "it is being given back already, as olga asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_a_rail_calls_off_later_is_asked_for_by_its_own_name_and_given_up() {
    let stage = customer().await;
    stage.pay_in_roubles(ANNA, "pack:pro").await;
    let id = stage.payment().await.id().clone();
    stage.yookassa.desk().inject(Fault::RefundFails, 1);
    let begun = stage.refund(&id).await.unwrap();
    assert!(matches!(begun, Refunding::UnderWay(_)), "{begun:?}");
    for _ in 0..8 {
        stage.yookassa.tick().await;
        stage.minute().await;
    }
    assert_eq!(stage.payment().await.payment.state, State::Credited);
    assert_eq!(books(&stage).await, (20, 0, 0));
    let told = stage.last_text(ANNA);
    assert!(told.contains("не получилось"), "{told}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_a_plan_that_there_is_no_more_is_held() {
    let stage = customer().await;
    stage.choose(ANNA, "plan:pro_month", "y").await;
    let payment = stage.reference().await;
    stage.pass(Millis::from_mins(1));
    stage
        .change_settings(|settings| {
            settings.plans.remove("pro_month").unwrap();
        })
        .await;
    stage.yookassa.pay(&payment).unwrap();
    stage.noticed().await;
    let record = stage.payment().await.payment;
    assert_eq!(
        (record.state, record.misfit),
        (State::Held, Some(Misfit::PlanGone))
    );
    assert_eq!(stage.only_purchase().await.stage, PurchaseStage::Held);
    let told = stage.last_text(ANNA);
    assert!(told.contains("эта подписка сейчас начаться не может"), "{told}");
    assert_eq!(books(&stage).await, (0, 0, 0));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_card_was_declined_is_told_when_the_offer_is_over() {
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "c").await;
    stage
        .stripe
        .decline(&stage.reference().await, "card_declined")
        .unwrap();
    stage.minute().await;
    let purchase = stage.only_purchase().await;
    assert!(
        purchase.due_at.unwrap() > stage.now(),
        "asked again later, and not at once"
    );
    for _ in 0..3 {
        stage.pass(Millis::from_mins(12 * 60));
        stage.minute().await;
    }
    assert_eq!(stage.only_purchase().await.stage, PurchaseStage::Gone);
    let told = stage.last_text(ANNA);
    assert!(told.contains("закрыт: оплата не пришла"), "{told}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_again_reads_again_what_was_added() {
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "y").await;
    stage.yookassa.pay(&stage.reference().await).unwrap();
    let (message_id, data) = stage.newest_button(ANNA, "pd:");
    for _ in 0..2 {
        stage.telegram.press(ANNA, message_id, &data).unwrap();
    }
    stage.answered().await;
    let shown = stage.last_text(ANNA);
    assert!(shown.contains("Зачислено: 20 кредитов"), "{shown}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_a_bank_is_at_is_waited_for_beyond_the_offer_and_one_that_bounces_is_told() {
    for is_good in [true, false] {
        let stage = customer().await;
        stage.choose(ANNA, "pack:pro", "c").await;
        let session = stage.reference().await;
        stage.stripe.pay_later(&session).unwrap();
        stage.noticed().await;
        let alert = stage.press_newest(ANNA, "pd:").await.unwrap();
        assert!(alert.contains("её проводит ваш банк"), "{alert}");
        for _ in 0..4 {
            stage.pass(Millis::from_mins(12 * 60));
            stage.minute().await;
        }
        assert_eq!(stage.only_purchase().await.stage, PurchaseStage::Open);
        stage.stripe.desk().inject(Fault::Lost, 2);
        stage.stripe.settle(&session, is_good).unwrap();
        stage.noticed().await;
        stage.pass(Millis::from_mins(4 * 60));
        stage.minute().await;
        stage.minute().await;
        let told = stage.last_text(ANNA);
        let (words, credits) = if is_good {
            ("Оплата получена", 20)
        } else {
            ("закрыт: оплата не пришла", 0)
        };
        assert!(told.contains(words), "{told}");
        assert_eq!(books(&stage).await, (credits, 0, 0));
        stage.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_days_of_a_plan_come_back_once_and_a_part_of_the_money_leaves_them_alone() {
    let stage = customer().await;
    stage.pay_in_dollars(ANNA, "plan:pro_month").await;
    let id = stage.payment().await.id().clone();
    let until = async || stage.account(ANNA).await.standing.plan.unwrap().until;
    let before = until().await;
    stage.stripe.desk().inject(Fault::RefundRefused, 1);
    let refused = stage.refund(&id).await.unwrap();
    assert!(matches!(refused, Refunding::Refused { .. }), "{refused:?}");
    assert_eq!(until().await, before);
    stage.stripe.desk().inject(Fault::RefundPending, 1);
    let part = stage.stripe.refund(&id.id, 1_000).unwrap();
    stage.noticed().await;
    assert_eq!(until().await, before);
    stage.stripe.settle_refund(&part, false).unwrap();
    stage.noticed().await;
    assert_eq!((until().await, books(&stage).await), (before, (60, 0, 0)));
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_in_stars_that_nobody_paid_runs_out_and_that_is_told_once() {
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "s").await;
    for _ in 0..3 {
        stage.pass(Millis::from_mins(12 * 60));
        stage.minute().await;
    }
    assert_eq!(stage.only_purchase().await.stage, PurchaseStage::Gone);
    let told = stage.texts(ANNA);
    assert_eq!(
        told.iter()
            .filter(|text| text.contains("закрыт: оплата не пришла"))
            .count(),
        1,
        "{told:?}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_gone_back_without_a_word_is_accepted_by_nobody() {
    let stage = customer().await;
    stage.yookassa.desk().inject(Fault::OtherAmount, 1);
    let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
    let id = stage.payment().await.id().clone();
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage.yookassa.refund(&payment, 69_800).unwrap();
    stage.noticed().await;
    assert_eq!(stage.payment().await.payment.state, State::Held);
    let accepted = stage.cashier().accept(&id, &[], soon()).await.unwrap_err();
    assert_eq!(
        accepted.to_string(),
        "only a held payment can be accepted: this one is refunded"
    );
    assert_eq!(books(&stage).await, (0, 0, 0));
}
