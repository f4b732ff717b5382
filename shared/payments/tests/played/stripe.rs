//! The account against a played Stripe.

use std::time::Duration;

use domain::money::Currency;
use domain::payment::{Money, Truth};
use payments::stripe::{Account, Notice, Signature};
use payments::{Order, Outcome, Refund, Unanswered};
use played_rails::stripe::{Pretence, Signed};
use played_rails::{Door, Fault, PlayedStripe, Spoilt};

use crate::stage::{LONG, Time, done, order, stripe};

fn pro(number: u32) -> Order {
    order(899, Currency::Usd, number)
}

async fn opened(account: &Account, time: &Time, number: u32) -> String {
    done(account.open(&pro(number), time.in_s(3_600), LONG).await).id
}

/// Opens a session and pays it; gives the session's and the payment's names.
async fn paid(rail: &PlayedStripe, account: &Account, time: &Time, number: u32) -> (String, String) {
    let session = opened(account, time, number).await;
    rail.pay(&session).unwrap();
    let payment = account.session(&session, LONG).await.unwrap().payment.unwrap();
    (session, payment)
}

async fn truth(account: &Account, payment: &str) -> Truth {
    account.payment(payment, LONG).await.unwrap()
}

#[tokio::test]
async fn an_order_is_opened_paid_told_given_back_and_listed() {
    let (rail, account, time) = stripe().await;
    let start = time.now();
    let opened = done(account.open(&pro(0), time.in_s(3_600), LONG).await);
    assert!(opened.url.starts_with("http://127.0.0.1:"), "{}", opened.url);
    let session = account.session(&opened.id, LONG).await.unwrap();
    assert_eq!((session.payment, session.purchase), (None, Some(pro(0).purchase)));
    assert_eq!(session.url, Some(opened.url));
    rail.pay(&opened.id).unwrap();
    let payment = account.session(&opened.id, LONG).await.unwrap().payment.unwrap();
    let arrived = truth(&account, &payment).await;
    assert_eq!(
        (arrived.money, arrived.amount, arrived.is_test),
        (Money::Arrived, pro(0).amount, false)
    );
    assert_eq!(arrived.purchase, Some(pro(0).purchase));
    let refund = Refund {
        payment: payment.clone(),
        amount: pro(0).amount,
        key: "refund.1".to_owned(),
    };
    for _ in 0..2 {
        assert_eq!(account.refund(&refund, LONG).await, Outcome::Done(()));
    }
    let another = Refund {
        key: "refund.2".to_owned(),
        ..refund
    };
    // Whoever asked first was faster: it is gone, which is what was wanted.
    assert_eq!(account.refund(&another, LONG).await, Outcome::Done(()));
    assert_eq!(truth(&account, &payment).await.refunded, 899);
    assert_eq!(rail.cash()[&payment].returned, 899);
    time.pass_s(1);
    let page = account.list((start, time.now()), None, LONG).await.unwrap();
    assert_eq!(
        (page.payments, page.next),
        (vec![truth(&account, &payment).await], None)
    );
    let notices = rail.desk().letters();
    let notices: Vec<_> = notices
        .iter()
        .filter_map(|letter| Notice::read(letter.body.as_bytes()))
        .collect();
    assert_eq!(notices, [Notice::Session(opened.id), Notice::Payment(payment)]);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_found_under_the_same_key() {
    let (rail, account, time) = stripe().await;
    let until = time.in_s(3_600);
    let after = [
        Spoilt::FailedAfter,
        Spoilt::Cut,
        Spoilt::Garbled,
        Spoilt::Withheld,
    ];
    for (number, spoilt) in (0..).zip(after) {
        rail.desk().inject(Fault::Answer(Door::Open, spoilt), 1);
        let first = account
            .open(&pro(number), until, Duration::from_millis(500))
            .await;
        assert!(matches!(first, Outcome::Unknown { .. }), "{spoilt:?} {first:?}");
        let opened = done(account.open(&pro(number), until, LONG).await);
        assert_eq!(rail.sessions()[0]["id"], opened.id.as_str());
        assert_eq!(rail.sessions().len(), usize::try_from(number).unwrap() + 1);
    }
    // Under the same key, nothing else may be asked: not even another end.
    let other = account.open(&pro(0), time.in_s(3_601), LONG).await;
    assert_eq!(
        other,
        Outcome::Refused {
            why: "HTTP 400 idempotency_error".to_owned()
        }
    );
    rail.desk().inject(Fault::Answer(Door::Open, Spoilt::Conflict), 1);
    assert!(matches!(
        account.open(&pro(8), until, LONG).await,
        Outcome::Unknown { .. }
    ));
    // A 500 that Stripe has kept stays one for a day.
    rail.desk()
        .inject(Fault::Answer(Door::Open, Spoilt::FailedForGood), 1);
    for _ in 0..2 {
        assert!(matches!(
            account.open(&pro(9), until, LONG).await,
            Outcome::Unknown { .. }
        ));
    }
}

#[tokio::test]
async fn money_that_takes_days_is_awaited_until_it_arrives() {
    let (rail, account, time) = stripe().await;
    for (number, is_good, money) in [(0, true, Money::Arrived), (1, false, Money::Awaited)] {
        let session = opened(&account, &time, number).await;
        rail.pay_later(&session).unwrap();
        let payment = account.session(&session, LONG).await.unwrap().payment.unwrap();
        assert_eq!(truth(&account, &payment).await.money, Money::Underway);
        rail.settle(&session, is_good).unwrap();
        assert_eq!(truth(&account, &payment).await.money, money);
    }
}

#[tokio::test]
async fn a_declined_card_an_expired_session_a_dispute_and_odd_money_are_seen() {
    let (rail, account, time) = stripe().await;
    let session = opened(&account, &time, 0).await;
    rail.decline(&session, "expired_card").unwrap();
    let payment = account.session(&session, LONG).await.unwrap().payment.unwrap();
    assert_eq!(truth(&account, &payment).await.money, Money::Awaited);
    time.pass_s(3_600);
    let over = account.session(&session, LONG).await.unwrap();
    assert_eq!((over.is_expired, over.url), (true, None));
    assert_eq!(truth(&account, &payment).await.money, Money::Canceled);
    let (_, payment) = paid(&rail, &account, &time, 1).await;
    let dispute = rail.dispute(&payment).unwrap();
    assert_eq!(truth(&account, &payment).await.money, Money::Disputed);
    rail.close_dispute(&dispute, true).unwrap();
    assert_eq!(truth(&account, &payment).await.money, Money::Arrived);
    rail.desk().inject(Fault::TestMoney, 1);
    let (_, payment) = paid(&rail, &account, &time, 2).await;
    assert!(truth(&account, &payment).await.is_test);
    rail.desk().inject(Fault::OtherAmount, 1);
    let (_, payment) = paid(&rail, &account, &time, 3).await;
    assert_eq!(truth(&account, &payment).await.amount.minor, 799);
}

#[tokio::test]
async fn a_refund_that_fails_is_refused_or_taken_off_again() {
    let (rail, account, time) = stripe().await;
    let (_, payment) = paid(&rail, &account, &time, 0).await;
    let ask = async |key: &str| {
        let refund = Refund {
            payment: payment.clone(),
            amount: pro(0).amount,
            key: key.to_owned(),
        };
        account.refund(&refund, LONG).await
    };
    rail.desk().inject(Fault::RefundRefused, 1);
    assert_eq!(
        ask("r1").await,
        Outcome::Refused {
            why: "lost_or_stolen_card".to_owned()
        }
    );
    rail.desk().inject(Fault::RefundFails, 1);
    assert_eq!(ask("r2").await, Outcome::Done(()));
    assert_eq!(truth(&account, &payment).await.refunded, 899);
    time.pass_s(30);
    assert_eq!(truth(&account, &payment).await.refunded, 0);
    rail.desk()
        .inject(Fault::Answer(Door::Refund, Spoilt::FailedAfter), 1);
    assert!(matches!(ask("r3").await, Outcome::Unknown { .. }));
    assert_eq!(ask("r3").await, Outcome::Done(()));
    assert_eq!(rail.cash()[&payment].left(), 0);
}

#[tokio::test]
async fn its_signatures_are_accepted_and_forged_ones_are_not() {
    let (rail, account, time) = stripe().await;
    rail.desk().set_url("http://127.0.0.1:1/");
    rail.roll_secret("whsec_new");
    let (session, _) = paid(&rail, &account, &time, 0).await;
    rail.tick().await;
    for signed in [Signed::Right, Signed::Wrong, Signed::Stale, Signed::Missing] {
        rail.forge(&session, &Pretence::Paid, signed).await;
    }
    let is_of = |secret: &str| {
        let letters = rail.desk().letters();
        let read = letters.iter().map(|letter| {
            let header = letter.tries[0].headers.first().map(|(_, value)| value.as_str());
            let signature = Signature::new(header.unwrap_or_default());
            signature.is_of(letter.body.as_bytes(), secret, time.now().seconds())
        });
        read.collect::<Vec<_>>()
    };
    for secret in ["whsec_played", "whsec_new"] {
        assert_eq!(is_of(secret), [true, true, false, false, false], "{secret}");
    }
    assert_eq!(is_of("whsec_other"), [false; 5]);
}

#[tokio::test]
async fn a_long_list_comes_in_pages_and_questions_that_fail_say_how() {
    let (rail, account, time) = stripe().await;
    let start = time.now();
    for number in 0..104 {
        let mut order = pro(0);
        order.attempt = number;
        let until = time.in_s(3_600);
        let session = done(account.open(&order, until, LONG).await).id;
        rail.pay(&session).unwrap();
        time.pass_s(1);
    }
    let within = (start, time.now());
    let first = account.list(within, None, LONG).await.unwrap();
    let rest = account.list(within, first.next.as_deref(), LONG).await.unwrap();
    assert_eq!(
        (first.payments.len(), rest.payments.len(), rest.next),
        (100, 4, None)
    );
    assert_eq!(account.payment("pi_1", LONG).await, Err(Unanswered::NotFound));
    let stranger = Account::new(reqwest::Client::new(), &rail.api_url(), "sk_other");
    assert_eq!(stranger.payment("pi_1", LONG).await, Err(Unanswered::BadKey));
}
