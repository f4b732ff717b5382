//! The shop against a played `YooKassa`.

use std::time::Duration;

use domain::contact::Contact;
use domain::money::{Amount, Currency};
use domain::payment::{Money, Truth};
use payments::yookassa::{Notice, Receipt, Shop};
use payments::{Order, Outcome, Refund, Unanswered};
use played_rails::{Door, Fault, Spoilt};

use crate::stage::{LONG, done, order, yookassa};

fn pro(number: u32) -> Order {
    order(69_900, Currency::Rub, number)
}

async fn truth(shop: &Shop, id: &str) -> Truth {
    shop.payment(id, LONG).await.unwrap()
}

#[tokio::test]
async fn an_order_is_opened_paid_told_given_back_and_listed() {
    let (rail, shop, time) = yookassa().await;
    let receipt = Receipt {
        contact: Contact::Email("a@b.ru".to_owned()),
        vat_code: 1,
    };
    let opened = done(shop.open(&pro(0), Some(&receipt), LONG).await);
    assert!(opened.url.starts_with("http://127.0.0.1:"), "{}", opened.url);
    assert_eq!(shop.url(&opened.id, LONG).await, Ok(Some(opened.url.clone())));
    let waiting = truth(&shop, &opened.id).await;
    assert_eq!((waiting.money, waiting.amount), (Money::Awaited, pro(0).amount));
    assert_eq!(waiting.purchase, Some(pro(0).purchase));
    assert_eq!(
        (waiting.shop.as_deref(), waiting.is_test),
        (Some(shop.id()), false)
    );
    rail.pay(&opened.id).unwrap();
    assert_eq!(truth(&shop, &opened.id).await.money, Money::Arrived);
    assert_eq!(shop.url(&opened.id, LONG).await, Ok(None));
    let refund = Refund {
        payment: opened.id.clone(),
        amount: Amount {
            minor: 9_900,
            currency: Currency::Rub,
        },
        key: "refund.1".to_owned(),
    };
    for _ in 0..2 {
        assert_eq!(
            shop.refund(&refund, Some(&receipt), "Про", LONG).await,
            Outcome::Done(())
        );
    }
    let paid = truth(&shop, &opened.id).await;
    assert_eq!((paid.money, paid.refunded), (Money::Arrived, 9_900));
    let page = shop
        .list((time.in_s(-60), time.in_s(60)), None, LONG)
        .await
        .unwrap();
    assert_eq!((page.payments, page.next), (vec![paid], None));
    let cash = rail.cash()[&opened.id].clone();
    assert_eq!((cash.arrived, cash.returned), (69_900, 9_900));
    let notices = rail.desk().letters();
    let notices = notices
        .iter()
        .map(|letter| Notice::read(letter.body.as_bytes()).unwrap().payment);
    assert_eq!(notices.collect::<Vec<_>>(), [opened.id.clone(), opened.id]);
    assert!(
        rail.desk().complaints().is_empty(),
        "{:?}",
        rail.desk().complaints()
    );
}

#[tokio::test]
async fn an_answer_that_was_lost_is_found_under_the_same_key() {
    let (rail, shop, _) = yookassa().await;
    let after = [
        Spoilt::FailedAfter,
        Spoilt::Processing,
        Spoilt::Cut,
        Spoilt::Garbled,
        Spoilt::Withheld,
    ];
    for (number, spoilt) in (0..).zip(after) {
        rail.desk().inject(Fault::Answer(Door::Open, spoilt), 1);
        let first = shop.open(&pro(number), None, Duration::from_millis(500)).await;
        assert!(matches!(first, Outcome::Unknown { .. }), "{spoilt:?} {first:?}");
        let opened = done(shop.open(&pro(number), None, LONG).await);
        assert_eq!(rail.payments()[0]["id"], opened.id.as_str(), "{spoilt:?}");
        assert_eq!(rail.payments().len(), usize::try_from(number).unwrap() + 1);
    }
    rail.desk().inject(Fault::Answer(Door::Open, Spoilt::TooMany), 1);
    assert!(matches!(
        shop.open(&pro(9), None, LONG).await,
        Outcome::Later { .. }
    ));
    assert_eq!(rail.payments().len(), 5);
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_goes_back_once() {
    let (rail, shop, _) = yookassa().await;
    let opened = done(shop.open(&pro(0), None, LONG).await);
    rail.pay(&opened.id).unwrap();
    let refund = |key: &str| Refund {
        payment: opened.id.clone(),
        amount: pro(0).amount,
        key: key.to_owned(),
    };
    rail.desk()
        .inject(Fault::Answer(Door::Refund, Spoilt::FailedAfter), 1);
    let lost = shop.refund(&refund("r1"), None, "", LONG).await;
    assert!(matches!(lost, Outcome::Unknown { .. }), "{lost:?}");
    assert_eq!(
        shop.refund(&refund("r1"), None, "", LONG).await,
        Outcome::Done(())
    );
    let again = shop.refund(&refund("r2"), None, "", LONG).await;
    assert!(matches!(again, Outcome::Refused { .. }), "{again:?}");
    assert_eq!(rail.cash()[&opened.id].left(), 0);
}

#[tokio::test]
async fn a_refund_that_comes_to_nothing_is_refused_and_a_pending_one_shows_in_the_truth() {
    let (rail, shop, time) = yookassa().await;
    let opened = done(shop.open(&pro(0), None, LONG).await);
    rail.pay(&opened.id).unwrap();
    let ask = async |key: &str| {
        let refund = Refund {
            payment: opened.id.clone(),
            amount: pro(0).amount,
            key: key.to_owned(),
        };
        shop.refund(&refund, None, "", LONG).await
    };
    rail.desk().inject(Fault::RefundRefused, 1);
    assert_eq!(
        ask("r1").await,
        Outcome::Refused {
            why: "insufficient_funds".to_owned()
        }
    );
    rail.desk().inject(Fault::RefundFails, 1);
    assert_eq!(ask("r2").await, Outcome::Done(()));
    assert_eq!(truth(&shop, &opened.id).await.refunded, 0);
    time.pass_s(30);
    assert_eq!(truth(&shop, &opened.id).await.refunded, 0);
    assert_eq!(ask("r3").await, Outcome::Done(()));
    assert_eq!(truth(&shop, &opened.id).await.refunded, 69_900);
}

#[tokio::test]
async fn what_does_not_fit_is_seen_in_the_truth() {
    let (rail, shop, time) = yookassa().await;
    let opened = async |number| done(shop.open(&pro(number), None, LONG).await).id;
    rail.desk().inject(Fault::OtherShop, 1);
    let foreign = opened(0).await;
    assert_ne!(truth(&shop, &foreign).await.shop.as_deref(), Some(shop.id()));
    rail.desk().inject(Fault::TestMoney, 1);
    assert!(truth(&shop, &opened(1).await).await.is_test);
    let short = opened(2).await;
    rail.desk().inject(Fault::OtherAmount, 1);
    rail.pay(&short).unwrap();
    assert_eq!(truth(&shop, &short).await.amount.minor, 69_800);
    let refused = opened(3).await;
    rail.decline(&refused, "general_decline").unwrap();
    assert_eq!(truth(&shop, &refused).await.money, Money::Canceled);
    let late = opened(4).await;
    time.pass_s(3_600);
    assert_eq!(truth(&shop, &late).await.money, Money::Canceled);
}

#[tokio::test]
async fn a_long_list_comes_in_pages_and_questions_that_fail_say_how() {
    let (rail, shop, time) = yookassa().await;
    let start = time.now();
    for number in 0..77 {
        let mut order = pro(number);
        order.attempt = number;
        done(shop.open(&order, None, LONG).await);
        order.attempt = number + 1_000;
        done(shop.open(&order, None, LONG).await);
        time.pass_s(1);
    }
    let within = (start, time.now());
    let first = shop.list(within, None, LONG).await.unwrap();
    let rest = shop.list(within, first.next.as_deref(), LONG).await.unwrap();
    assert_eq!(
        (first.payments.len(), rest.payments.len(), rest.next),
        (100, 54, None)
    );
    assert_eq!(shop.payment("22d6", LONG).await, Err(Unanswered::NotFound));
    rail.desk().inject(Fault::Answer(Door::Ask, Spoilt::Garbled), 1);
    assert!(matches!(
        shop.payment("22d6", LONG).await,
        Err(Unanswered::Later(_))
    ));
    let stranger = Shop::new(reqwest::Client::new(), &rail.api_url(), "100500", "wrong");
    assert_eq!(stranger.payment("22d6", LONG).await, Err(Unanswered::BadKey));
}
