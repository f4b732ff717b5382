//! What is looked at before money moves, and who is believed.

use std::time::Duration;

use app::cashier::{Cashier, Difference, Looked, RefundError, Refunding, Renewed};
use app::rails::Rails;
use domain::catalog::Selling;
use domain::payment::{Misfit, Money, PaymentId, Rail, RefundWanted, State, Truth};
use domain::purchase::{Renewal, Stage as PurchaseStage};
use domain::time::Millis;
use played_rails::{Door, Fault, Spoilt};
use played_telegram::CheckoutState;
use serde_json::json;
use table::Deadline;
use tests::stage::Stage;

use crate::{ANNA, BORIS};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn customer() -> Stage {
    let stage = Stage::with(|setting| setting.gift(0)).await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    stage
}

/// What `YooKassa` would say of a payment.
fn truth(id: &str, money: Money, minor: u64, stage_purchase: &domain::purchase::Purchase) -> Truth {
    let mut amount = stage_purchase.offer.price;
    amount.minor = minor;
    Truth {
        id: PaymentId {
            rail: Rail::YooKassa,
            id: id.to_owned(),
        },
        money,
        amount,
        refunded: 0,
        shop: None,
        purchase: Some(stage_purchase.id().clone()),
        payer: None,
        is_test: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_arrived_counts_and_not_what_was_on_its_way() {
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "y").await;
    let (cashier, purchase) = (stage.cashier(), stage.only_purchase().await);
    let mut arrived = truth("22d6", Money::Arrived, 69_900, &purchase);
    arrived.shop = cashier.rails.get(Rail::YooKassa).unwrap().till().shop;
    // Nothing is kept of what is awaited, and of what was canceled only that.
    let awaited = truth("22d6", Money::Awaited, 69_900, &purchase);
    let heard = cashier.hear(&awaited, soon()).await.unwrap();
    assert_eq!((heard.record, heard.changed), (None, false));
    let canceled = truth("22d6", Money::Canceled, 1, &purchase);
    let heard = cashier.hear(&canceled, soon()).await.unwrap();
    assert_eq!(heard.record.unwrap().payment.state, State::Void);
    let heard = cashier.hear(&arrived, soon()).await.unwrap();
    let record = heard.record.unwrap();
    assert_eq!(
        (record.payment.state, record.amount.minor),
        (State::Credited, 69_900)
    );
    // A rail that takes back its word is for a person.
    let heard = cashier.hear(&awaited, soon()).await.unwrap();
    assert!(heard.astray && !heard.changed);
    assert_eq!(stage.balance(ANNA).await, (20, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_was_declined_for_good_is_given_up_once() {
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "y").await;
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage
        .yookassa
        .decline(&stage.reference().await, "expired_on_confirmation")
        .unwrap();
    let (cashier, id) = (stage.cashier(), stage.only_purchase().await.id().clone());
    let looked = cashier.look(&id, soon()).await.unwrap();
    let Looked::Gone(gone) = looked else {
        panic!("{looked:?}")
    };
    assert_eq!(gone.stage, PurchaseStage::Gone);
    let again = cashier.look(&id, soon()).await.unwrap();
    assert_eq!(again, Looked::Gone(gone.clone()));
    assert_eq!(stage.only_purchase().await, *gone, "written once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_purchase_is_opened_once_at_its_rail_and_not_after_its_time() {
    let stage = customer().await;
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:pack:pro").await;
    let (message_id, data) = stage.pay_button(ANNA, "y");
    for _ in 0..2 {
        stage.telegram.press(ANNA, message_id, &data).unwrap();
    }
    stage.answered().await;
    let opened = |stage: &Stage| {
        let journal = stage.yookassa.desk().journal();
        journal.iter().filter(|asked| asked.method == "POST").count()
    };
    assert_eq!(opened(&stage), 1);
    assert!(
        stage.last_text(ANNA).contains("К оплате"),
        "{}",
        stage.last_text(ANNA)
    );
    // The same card, long after: it may not be opened again.
    let late = customer().await;
    late.say(ANNA, "/buy").await;
    late.press_newest(ANNA, "wa:pack:pro").await;
    let (message_id, data) = late.pay_button(ANNA, "y");
    late.yookassa
        .desk()
        .inject(Fault::Answer(Door::Open, Spoilt::Failed), 9);
    late.telegram.press(ANNA, message_id, &data).unwrap();
    late.answered().await;
    let again = late.newest_button(ANNA, "by:");
    let before = opened(&late);
    // YooKassa's offers last an hour; it would remember the attempt for longer.
    late.pass(Millis::from_mins(2 * 60));
    late.press(ANNA, again.0, &again.1).await;
    assert_eq!(opened(&late), before);
    assert!(
        late.last_text(ANNA).contains("заказ закрыт"),
        "{}",
        late.last_text(ANNA)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_nobody_knows_the_end_of_is_not_repeated_when_the_rail_may_have_forgotten_it() {
    let stage = customer().await;
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:pack:pro").await;
    let (message_id, data) = stage.pay_button(ANNA, "c");
    stage
        .stripe
        .desk()
        .inject(Fault::Answer(Door::Open, Spoilt::FailedAfter), 9);
    stage.press(ANNA, message_id, &data).await;
    let again = stage.newest_button(ANNA, "by:");
    stage.pass(Millis::from_mins(13 * 60));
    let before = stage.stripe.sessions().len();
    stage.press(ANNA, again.0, &again.1).await;
    assert_eq!(stage.stripe.sessions().len(), before);
    assert!(
        stage.last_text(ANNA).contains("заказ закрыт"),
        "{}",
        stage.last_text(ANNA)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_has_no_name_before_it_is_paid() {
    let stage = customer().await;
    stage.choose(ANNA, "pack:pro", "s").await;
    let purchase = stage.only_purchase().await;
    assert_eq!((purchase.reference, purchase.url.is_some()), (None, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_for_a_rail_nothing_of_it_is_sold_or_given_back() {
    let stage = customer().await;
    let id = PaymentId {
        rail: Rail::YooKassa,
        id: stage.pay_in_roubles(ANNA, "pack:pro").await,
    };
    let keyless = Cashier {
        rails: Rails::default(),
        ..stage.cashier().clone()
    };
    let before = stage.payment().await;
    let wanted = RefundWanted {
        by: "olga".to_owned(),
        why: "asked for it".to_owned(),
        at: stage.now(),
    };
    let refund = keyless
        .refund(&id, &wanted, &Selling::default(), &[], soon())
        .await;
    assert!(matches!(refund, Err(RefundError::NoRail)), "{refund:?}");
    assert_eq!(stage.payment().await, before);
    // What is under way when a rail's news is that it is under way is asked for again later.
    stage.yookassa.desk().inject(Fault::RefundPending, 1);
    let begun = stage.refund(&id).await;
    let Ok(Refunding::UnderWay(record)) = begun else {
        panic!("{begun:?}")
    };
    assert_eq!(record.refund_tries, 1);
    assert!(record.due_at.unwrap() > stage.now());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_bought_as_a_subscription_renews_and_only_for_whom_it_was() {
    let stage = customer().await;
    stage.newcomer(BORIS).await;
    stage.pay_in_roubles(ANNA, "pack:pro").await;
    let pack = stage.only_purchase().await;
    let renewing = stage
        .cashier()
        .renewing(pack.id(), Renewal::Canceled, soon())
        .await
        .unwrap();
    assert_eq!(renewing, Renewed::Unknown);
    assert_eq!(stage.only_purchase().await, pack);
    stage.pass(Millis::from_mins(1));
    assert!(matches!(
        stage.pay_in_stars(ANNA, "plan:pro_month").await,
        CheckoutState::Paid(_)
    ));
    let payments = stage.payments().await;
    let stars = payments.iter().find(|record| record.renews).unwrap();
    let id = stars.purchase.clone().unwrap();
    let update = json!({"update_id": 900_000_003, "subscription": {
        "user": {"id": BORIS, "is_bot": false, "first_name": "Boris"},
        "invoice_payload": id.to_string(), "state": "canceled"}});
    stage.update(&update).await;
    assert_eq!(stage.purchase(&id).await.renewal, Some(Renewal::Active));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_compares_what_has_settled_within_its_days_and_only_that() {
    let stage = customer().await;
    stage.pay_in_roubles(ANNA, "pack:starter").await;
    stage.pass(Millis::from_mins(5));
    let of = async |days: u32| {
        let all = stage.cashier().reconcile(days, soon()).await.unwrap();
        let yookassa = all.into_iter().find(|done| done.rail == Rail::YooKassa).unwrap();
        (yookassa.ours, yookassa.differences)
    };
    assert_eq!(of(1).await.0, 0, "too fresh");
    stage.pass(Millis::from_mins(30));
    assert_eq!(of(1).await, (1, vec![]));
    stage.pass(Millis::from_mins(24 * 60));
    assert_eq!(of(1).await.0, 0, "of the day before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_hears_of_disputes_and_knows_what_is_no_difference() {
    let stage = customer().await;
    stage.pay_in_dollars(ANNA, "pack:starter").await;
    let id = stage.payment().await.id().clone();
    stage.stripe.desk().inject(Fault::Lost, 1);
    stage.stripe.dispute(&id.id).unwrap();
    stage.noticed().await;
    stage.pass(Millis::from_mins(1));
    // One that nobody paid, of which no notice came; one of ours that came to nothing and is on no list.
    stage.choose(ANNA, "pack:pro", "y").await;
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage
        .yookassa
        .decline(&stage.reference().await, "card_expired")
        .unwrap();
    let mut void = stage.payment().await.told();
    void.payment.id = PaymentId {
        rail: Rail::YooKassa,
        id: "came-to-nothing".to_owned(),
    };
    (void.payment.state, void.payment.granted, void.version) = (State::Void, false, 1);
    let payments = &stage.cashier().payments;
    payments.put_payment(&void, soon()).await.unwrap();
    stage.pass(Millis::from_mins(60));
    let all = stage.cashier().reconcile(3, soon()).await.unwrap();
    let of = |rail: Rail| {
        all.iter()
            .find(|done| done.rail == rail)
            .unwrap()
            .differences
            .clone()
    };
    assert_eq!(of(Rail::Stripe), [Difference::FoundLate(id.clone())]);
    assert_eq!(
        stage.payment_named(&id).await.unwrap().payment.state,
        State::ChargedBack
    );
    assert_eq!(of(Rail::YooKassa), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_says_what_a_rail_takes_back_and_which_stars_telegram_does_not_know_of() {
    let stage = customer().await;
    let link = stage.choose(ANNA, "pack:starter", "s").await;
    stage.pay_invoice(ANNA, &link).await;
    let credited = stage.payment().await;
    stage.pass(Millis::from_mins(1));
    stage.choose(ANNA, "pack:pro", "y").await;
    let reference = stage.reference().await;
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage.yookassa.decline(&reference, "card_expired").unwrap();
    let mut all = stage.bought().await.into_iter();
    let purchase = all.find_map(|row| match row {
        store::Bought::Purchase(purchase) if purchase.offer.rail == Rail::YooKassa => Some(*purchase),
        _ => None,
    });
    let mut made_up = credited.told();
    made_up.payment.id = PaymentId {
        rail: Rail::YooKassa,
        id: reference,
    };
    (made_up.purchase, made_up.version) = (purchase.map(|purchase| purchase.id().clone()), 1);
    let payments = &stage.cashier().payments;
    payments.put_payment(&made_up, soon()).await.unwrap();
    // As if Telegram's list had never had the first.
    payments.set_cursor("stars-compared", "1", soon()).await.unwrap();
    stage.pass(Millis::from_mins(60));
    let all = stage.cashier().reconcile(3, soon()).await.unwrap();
    let of = |rail: Rail| all.iter().find(|done| done.rail == rail).unwrap();
    let astray = Difference::Astray(made_up.id().clone());
    assert!(of(Rail::YooKassa).differences.contains(&astray), "{all:?}");
    assert_eq!((of(Rail::Stars).listed, of(Rail::Stars).ours), (0, 1));
    assert_eq!(
        of(Rail::Stars).differences,
        [Difference::NotListed(credited.id().clone())]
    );
    let cursor = payments.cursor("stars-compared").await.unwrap();
    assert_eq!(
        cursor.as_deref(),
        Some("1"),
        "what is fresh is read again the next night"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_for_a_plan_is_refused_where_the_plan_could_not_begin_or_another_takes_money() {
    let stage = customer().await;
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:plan:unlimited_30days").await;
    let (message_id, data) = stage.pay_button(ANNA, "y");
    let early = stage.choose(ANNA, "plan:unlimited_1day", "s").await;
    stage.pass(Millis::from_mins(1));
    assert!(matches!(
        stage.pay_in_stars(ANNA, "plan:pro_month").await,
        CheckoutState::Paid(_)
    ));
    let refused = stage.pay_invoice(ANNA, &early).await;
    assert!(matches!(refused, CheckoutState::Refused(_)), "{refused:?}");
    // Nor is a purchase opened by a card from before.
    let alert = stage.press(ANNA, message_id, &data).await.unwrap();
    assert!(alert.contains("продлевается сама"), "{alert}");
    assert_eq!(stage.yookassa.payments().len(), 0);

    let stage = customer().await;
    let early = stage.choose(ANNA, "plan:unlimited_1day", "s").await;
    stage.pass(Millis::from_mins(1));
    stage
        .change_settings(|settings| {
            settings.plans.remove("unlimited_1day").unwrap();
        })
        .await;
    let refused = stage.pay_invoice(ANNA, &early).await;
    assert!(matches!(refused, CheckoutState::Refused(_)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_no_more_is_neither_shown_nor_opened_by_an_old_card() {
    let stage = customer().await;
    stage.say(ANNA, "/buy").await;
    let (shelf, ware) = stage.newest_button(ANNA, "wa:pack:pro");
    stage.press(ANNA, shelf, &ware).await;
    let (message_id, data) = stage.pay_button(ANNA, "y");
    stage.say(ANNA, "/buy").await;
    let (shelf, ware) = stage.newest_button(ANNA, "wa:pack:pro");
    stage.pass(Millis::from_mins(1));
    stage
        .change_settings(|settings| settings.selling.as_mut().unwrap().rails.clear())
        .await;
    for (message_id, data) in [(message_id, data), (shelf, ware)] {
        let alert = stage.press(ANNA, message_id, &data).await.unwrap_or_default();
        assert!(alert.contains("не продаётся"), "{data}: {alert}");
    }
    assert_eq!(stage.bought().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn stars_that_go_back_to_whom_nothing_was_given_say_nothing_and_a_letter_too_long_is_no_notice() {
    let stage = customer().await;
    let update = json!({"update_id": 900_000_002, "message": {
        "message_id": 78, "date": 1_795_251_600,
        "from": {"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"},
        "chat": {"id": ANNA, "type": "private", "first_name": "Anna"},
        "refunded_payment": {"currency": "XTR", "total_amount": 5, "invoice_payload": "something old",
            "telegram_payment_charge_id": "stxA", "provider_payment_charge_id": ""}}});
    let answer = stage.update(&update).await;
    assert_eq!(answer.text(), "", "{answer:?}");
    let long = "x".repeat((256 << 10) + 1);
    let answer = stage.notify("/yookassa", "185.71.76.1", &json!({}), &long).await;
    assert_eq!(answer.status, 413);
    assert_eq!(
        stage
            .payments()
            .await
            .iter()
            .filter(|record| record.payment.misfit == Some(Misfit::NoPurchase))
            .count(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_is_asked_about_no_more_whoever_had_just_planned_that() {
    let stage = customer().await;
    let link = stage.choose(ANNA, "pack:pro", "s").await;
    let paid = stage.pay_invoice(ANNA, &link).await;
    assert!(matches!(paid, CheckoutState::Paid(_)), "{paid:?}");
    let mut planned = stage.only_purchase().await.resting();
    planned.due_at = Some(stage.now());
    let payments = &stage.cashier().payments;
    payments.put_purchase(&planned, soon()).await.unwrap();
    // As if what was paid had been read from the list a moment too early, and then as it is.
    payments.set_cursor("stars-heard", "1", soon()).await.unwrap();
    stage.minute().await;
    let rests = stage.only_purchase().await;
    assert_eq!((rests.stage, rests.due_at), (PurchaseStage::Paid, None));
    let mut planned = rests.resting();
    planned.due_at = Some(stage.now());
    payments.put_purchase(&planned, soon()).await.unwrap();
    payments.set_cursor("stars-heard", "0", soon()).await.unwrap();
    stage.minute().await;
    let rests = stage.only_purchase().await;
    assert_eq!((rests.stage, rests.due_at), (PurchaseStage::Paid, None));
    stage.assert_sound().await;
}
