//! Guards that matter only where something else has gone wrong already: a rail that has forgotten whose a payment is, news
//! that are faster than an answer, a deployment without the keys of what its settings offer.

use std::time::Duration;

use app::cashier::{Cashier, Refunding};
use app::rails::{Ask, Coming, GivenBack, Look, Rails, Taker};
use domain::payment::{Money, PaymentId, Rail, Record, RefundWanted, State, Till, Truth};
use domain::purchase::{Renewal, Stage as PurchaseStage};
use domain::time::{Millis, Timestamp};
use payments::yookassa::Receipt;
use payments::{Opened, Outcome, Page, Unanswered};
use played_rails::{Door, Fault, Spoilt};
use played_telegram::CheckoutState;
use serde_json::{Map, Value, json};
use table::Deadline;
use tests::stage::{Setting, Stage, press};

use crate::ANNA;

/// One of YooKassa's own addresses.
const OF_YOOKASSA: &str = "185.71.76.5";

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn customer() -> Stage {
    customer_with(|_| ()).await
}

async fn customer_with(change: impl FnOnce(&mut Setting)) -> Stage {
    let stage = Stage::with(|setting| {
        setting.gift(0);
        change(setting);
    })
    .await;
    stage.newcomer_who_speaks(ANNA, "ru").await;
    stage.telegram.give_stars(ANNA, 100_000).unwrap();
    stage
}

/// Somebody has paid at `YooKassa`, which tells nobody. Gives what it would have said.
async fn paid_unheard(stage: &Stage, forgotten: bool) -> String {
    stage.choose(ANNA, "pack:pro", "y").await;
    let payment = stage.reference().await;
    if forgotten {
        stage.yookassa.forget(&payment).unwrap();
    }
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage.yookassa.pay(&payment).unwrap();
    stage.noticed().await;
    let object = stage.yookassa.payments().remove(0);
    json!({"type": "notification", "event": "payment.succeeded", "object": object}).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rail_has_forgotten_the_owner_of_is_asked_about_later_and_is_foreign_at_night() {
    let stage = customer().await;
    paid_unheard(&stage, true).await;
    for _ in 0..2 {
        stage.pass(Millis::from_mins(10));
        stage.minute().await;
        let purchase = stage.only_purchase().await;
        assert_eq!(purchase.stage, PurchaseStage::Open);
        assert!(purchase.due_at.unwrap() > stage.now(), "{purchase:?}");
    }
    stage.pass(Millis::from_mins(30));
    let all = stage.cashier().reconcile(1, soon()).await.unwrap();
    let yookassa = all.iter().find(|done| done.rail == Rail::YooKassa).unwrap();
    assert_eq!(
        (yookassa.listed, yookassa.foreign, yookassa.troubles()),
        (1, 1, 0)
    );
    assert_eq!(stage.payments().await, []);
}

/// A rail whose news of a refund somebody else has heard, and told nobody yet, when its own answer comes.
#[derive(Debug)]
struct NewsFirst {
    rails: Rails,
    other: Cashier,
}

impl NewsFirst {
    fn stars(&self) -> &dyn Taker {
        self.rails.get(Rail::Stars).unwrap()
    }
}

impl Taker for NewsFirst {
    fn rail(&self) -> Rail {
        Rail::Stars
    }

    fn till(&self) -> Till {
        self.stars().till()
    }

    fn open<'a>(&'a self, ask: &'a Ask, timeout: Duration) -> Coming<'a, Outcome<Opened>> {
        self.stars().open(ask, timeout)
    }

    fn look<'a>(&'a self, reference: &'a str, timeout: Duration) -> Coming<'a, Result<Look, Unanswered>> {
        self.stars().look(reference, timeout)
    }

    fn truth<'a>(&'a self, id: &'a str, timeout: Duration) -> Coming<'a, Result<Option<Truth>, Unanswered>> {
        self.stars().truth(id, timeout)
    }

    fn give_back<'a>(
        &'a self,
        record: &'a Record,
        receipt: Option<&'a Receipt>,
        timeout: Duration,
    ) -> Coming<'a, Outcome<GivenBack>> {
        Box::pin(async move {
            let gone = Truth {
                id: record.id().clone(),
                money: Money::Arrived,
                amount: record.amount,
                refunded: record.amount.minor,
                shop: None,
                purchase: record.purchase.clone(),
                payer: record.payer,
                is_test: false,
            };
            assert!(self.other.hear(&gone, soon()).await.unwrap().changed);
            self.stars().give_back(record, receipt, timeout).await
        })
    }

    fn list<'a>(
        &'a self,
        within: (Timestamp, Timestamp),
        cursor: Option<&'a str>,
        timeout: Duration,
    ) -> Coming<'a, Result<Page, Unanswered>> {
        self.stars().list(within, cursor, timeout)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hears_of_a_refund_first_tells_of_it_and_nobody_else() {
    let stage = customer().await;
    let paid = stage.pay_in_stars(ANNA, "pack:pro").await;
    assert!(matches!(paid, CheckoutState::Paid(_)), "{paid:?}");
    let id = stage.payment().await.id().clone();
    let other = stage.cashier().clone();
    let rail = NewsFirst {
        rails: other.rails.clone(),
        other: other.clone(),
    };
    let cashier = Cashier {
        rails: Rails::new(vec![std::sync::Arc::new(rail)]),
        ..other
    };
    let wanted = RefundWanted {
        by: "olga".to_owned(),
        why: "asked for it".to_owned(),
        at: stage.now(),
    };
    let done = cashier
        .refund(&id, &wanted, &domain::catalog::Selling::default(), &[], soon())
        .await;
    let Ok(Refunding::Done(record)) = done else {
        panic!("{done:?}")
    };
    assert_eq!((record.payment.state, record.untold), (State::Refunded, None));
    stage.answered().await;
    assert!(
        stage.payment().await.untold.is_some(),
        "who heard it is to tell it"
    );
    stage.minute().await;
    let texts = stage.texts(ANNA);
    let told = texts
        .iter()
        .filter(|text| text.contains("возвращены тем же способом"));
    assert_eq!(told.count(), 1, "{texts:?}");
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rail_refuses_because_it_has_gone_back_already_is_done_and_not_put_back() {
    let stage = customer().await;
    let payment = stage.pay_in_roubles(ANNA, "pack:pro").await;
    let id = stage.payment().await.id().clone();
    stage.yookassa.desk().inject(Fault::Lost, 1);
    stage.yookassa.refund(&payment, 69_900).unwrap();
    stage.noticed().await;
    // Nor is it seen when the refund begins.
    stage
        .yookassa
        .desk()
        .inject(Fault::Answer(Door::Ask, Spoilt::Failed), 1);
    let done = stage.refund(&id).await;
    let Ok(Refunding::Done(record)) = done else {
        panic!("{done:?}")
    };
    assert_eq!(record.payment.state, State::Refunded);
    assert_eq!(stage.yookassa.refunds().len(), 1);
    stage.minute().await;
    let texts = stage.texts(ANNA);
    assert!(
        texts
            .iter()
            .any(|text| text.contains("возвращены тем же способом"))
            && !texts.iter().any(|text| text.contains("не получилось")),
        "{texts:?}"
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_renewal_has_failed_may_still_take_money_and_no_other_is_sold() {
    let stage = customer().await;
    stage.pay_in_stars(ANNA, "plan:pro_month").await;
    let id = stage.only_purchase().await.id().clone();
    let update = json!({"update_id": 900_000_004, "subscription": {
        "user": {"id": ANNA, "is_bot": false, "first_name": "Anna"},
        "invoice_payload": id.to_string(), "state": "failed"}});
    stage.update(&update).await;
    assert_eq!(stage.purchase(&id).await.renewal, Some(Renewal::Failed));
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:plan:unlimited_1day").await;
    assert!(
        stage.last_text(ANNA).contains("продлевается сама"),
        "{}",
        stage.last_text(ANNA)
    );
    assert!(!stage.has_button(ANNA, "by:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn stars_that_came_and_went_on_two_pages_of_the_list_agree_with_ours() {
    let stage = customer().await;
    stage.pay_in_stars(ANNA, "pack:pro").await;
    let id = stage.payment().await.id().clone();
    stage.pass(Millis::from_mins(1));
    stage.pay_in_stars(ANNA, "pack:pro").await;
    for _ in 0..98 {
        stage.telegram.withdraw_stars(1);
    }
    let done = stage.refund(&id).await;
    assert!(matches!(done, Ok(Refunding::Done(_))), "{done:?}");
    stage.answered().await;
    stage.pass(Millis::from_mins(60));
    let all = stage.cashier().reconcile(1, soon()).await.unwrap();
    let stars = all.iter().find(|done| done.rail == Rail::Stars).unwrap();
    assert_eq!(
        (stars.listed, stars.ours),
        (3, 2),
        "the refund is a line of its own"
    );
    assert_eq!(stars.differences, []);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_settings_offer_is_sold_by_the_rails_that_there_are_keys_for() {
    let stage = customer_with(|setting| setting.keyless = vec![Rail::YooKassa]).await;
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:pack:pro").await;
    let buttons = stage.buttons(ANNA);
    let rails: Vec<&str> = buttons
        .iter()
        .filter(|data| data.starts_with("by:"))
        .filter_map(|data| data.split(':').nth(2))
        .collect();
    assert!(
        rails.contains(&"s") && rails.contains(&"c") && !rails.contains(&"y"),
        "{buttons:?}"
    );

    let all = vec![Rail::Stars, Rail::YooKassa, Rail::Stripe];
    let stage = customer_with(|setting| setting.keyless = all).await;
    stage.say(ANNA, "/buy").await;
    assert!(
        stage.last_text(ANNA).contains("ничего не продаётся"),
        "{}",
        stage.last_text(ANNA)
    );
    // A card from before the keys were taken away.
    let answer = stage.update(&press(ANNA, 50, "wa:pack:pro", 1)).await;
    assert_eq!(answer.method(), "answerCallbackQuery", "{answer:?}");
    assert!(answer.text().contains("not sold any more"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_rail_that_is_switched_off_nobody_is_asked_where_receipts_go() {
    let stage = customer().await;
    stage.say(ANNA, "/buy").await;
    stage.press_newest(ANNA, "wa:pack:pro").await;
    let (message_id, data) = stage.pay_button(ANNA, "y");
    stage
        .change_settings(|settings| {
            let selling = settings.selling.as_mut().unwrap();
            selling.rails = vec!["stars".to_owned()];
            selling.receipts = serde_json::from_value(json!({"vat_code": 1})).unwrap();
        })
        .await;
    stage.pass(Millis::from_mins(1));
    let alert = stage.press(ANNA, message_id, &data).await.unwrap_or_default();
    assert!(alert.contains("не продаётся"), "{alert}: {:?}", stage.texts(ANNA));
    assert_eq!(stage.bought().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_is_not_posted_is_none_however_true_it_is() {
    let stage = customer().await;
    let body = paid_unheard(&stage, false).await;
    let none = json!({});
    for (method, status, credits) in [("GET", 405, 0), ("PUT", 405, 0), ("POST", 200, 20)] {
        let said = stage
            .notify_by(method, "/yookassa", OF_YOOKASSA, (&none, &body))
            .await;
        assert_eq!(said.status, status, "{method}");
        assert_eq!(stage.balance(ANNA).await, (credits, 0, 0), "{method}");
    }

    let stage = customer().await;
    // Nobody is where Stripe brings it.
    stage.stripe.desk().set_url("http://127.0.0.1:9/stripe");
    stage.pay_in_dollars(ANNA, "pack:pro").await;
    let letter = stage.stripe.desk().letters().remove(0);
    let signed = letter.tries.first().unwrap().headers.iter();
    let headers: Map<String, Value> = signed
        .map(|(name, value)| (name.to_lowercase(), json!(value)))
        .collect();
    let headers = Value::Object(headers);
    for (method, status, credits) in [("GET", 405, 0), ("POST", 200, 20)] {
        let said = stage
            .notify_by(method, "/stripe", OF_YOOKASSA, (&headers, &letter.body))
            .await;
        assert_eq!(said.status, status, "{method}");
        assert_eq!(stage.balance(ANNA).await, (credits, 0, 0), "{method}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_of_what_somebody_else_has_heard_a_moment_ago_tells_nobody() {
    let stage = customer().await;
    let body = paid_unheard(&stage, false).await;
    let id = PaymentId {
        rail: Rail::YooKassa,
        id: stage.reference().await,
    };
    let heard = stage.cashier().notice(&id, soon()).await.unwrap().unwrap();
    assert!(heard.changed);
    let before = stage.texts(ANNA);
    let said = stage.notify("/yookassa", OF_YOOKASSA, &json!({}), &body).await;
    assert_eq!((said.status, stage.texts(ANNA)), (200, before));
    assert_eq!(stage.payment().await.untold, heard.record.unwrap().untold);
    // Whoever heard it has stopped in the middle: it stays due.
    stage.minute().await;
    let told = stage.last_text(ANNA);
    assert!(told.contains("Оплата получена"), "{told}");
    assert_eq!(stage.payment().await.untold, None);
    stage.assert_sound().await;
}
