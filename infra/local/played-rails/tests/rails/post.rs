//! How notifications are brought: again and again, doubled, late, out of order, never.

use played_rails::{Fate, Fault};

use crate::stage::{Account, DAY_MS, Shop};

/// Lets the time pass and brings what is due, until so much of it is over; gives how many were sent.
async fn over_days(days: i64, pass_ms: impl Fn(i64), tick: impl AsyncFn() -> usize) -> usize {
    let mut sent = 0;
    for _ in 0..days * 24 * 60 {
        sent += tick().await;
        pass_ms(60_000);
    }
    sent
}

#[tokio::test]
async fn yookassa_tries_for_a_day_until_exactly_200() {
    let shop = Shop::new().await;
    shop.paid("k1").await;
    shop.receiver.answer(&[500, 201, 302, 204]);
    for waits_ms in [5_000, 10_000, 20_000, 40_000] {
        assert_eq!(shop.rail.tick().await, 1);
        shop.time.pass_ms(waits_ms - 1);
        assert_eq!(shop.rail.tick().await, 0);
        shop.time.pass_ms(1);
    }
    assert_eq!(shop.rail.tick().await, 1);
    let letter = shop.rail.desk().letters()[0].clone();
    let statuses: Vec<_> = letter.tries.iter().map(|tried| tried.status.unwrap()).collect();
    assert_eq!(
        (letter.fate, statuses),
        (Fate::Taken, vec![500, 201, 302, 204, 200])
    );
    shop.time.pass_ms(DAY_MS);
    assert_eq!(shop.rail.tick().await, 0);
    shop.paid("k2").await;
    shop.receiver.answer(&[500; 200]);
    let sent = over_days(3, |ms| shop.time.pass_ms(ms), async || shop.rail.tick().await).await;
    assert_eq!(shop.rail.desk().letters()[1].fate, Fate::GivenUp);
    assert!((30..40).contains(&sent), "{sent}");
}

#[tokio::test]
async fn stripe_tries_for_three_days_until_any_2xx_and_signs_each_time_anew() {
    let account = Account::new().await;
    account.paid("k1").await;
    account.receiver.answer(&[500, 204]);
    account.rail.tick().await;
    account.time.pass_ms(5_000);
    account.rail.tick().await;
    let letter = account.rail.desk().letters()[0].clone();
    assert_eq!(letter.fate, Fate::Taken);
    let signatures: Vec<_> = letter
        .tries
        .iter()
        .map(|tried| tried.headers[0].1.clone())
        .collect();
    assert!(signatures[0].starts_with("t=1760000000,v1="), "{signatures:?}");
    assert!(signatures[1].starts_with("t=1760000005,v1="), "{signatures:?}");
    account.rail.roll_secret("whsec_new");
    account.paid("k2").await;
    account.rail.tick().await;
    account.rail.forget_old_secrets();
    account.paid("k3").await;
    account.rail.tick().await;
    let letters = account.rail.desk().letters();
    let signed = |number: usize| letters[number].tries[0].headers[0].1.matches("v1=").count();
    assert_eq!((signed(1), signed(2)), (2, 1));
    account.paid("k4").await;
    account.receiver.answer(&[500; 200]);
    let sent = over_days(
        4,
        |ms| account.time.pass_ms(ms),
        async || account.rail.tick().await,
    )
    .await;
    assert!((75..90).contains(&sent), "{sent}");
}

#[tokio::test]
async fn a_notification_can_come_twice_late_or_never_and_once_more_by_hand() {
    let shop = Shop::new().await;
    let desk = shop.rail.desk();
    desk.inject(Fault::Doubled, 1);
    shop.paid("doubled").await;
    assert_eq!(shop.rail.tick().await, 2);
    let ids = shop.receiver.got("/object/id");
    assert_eq!(ids[0], ids[1]);
    desk.inject(Fault::Delayed, 1);
    shop.paid("delayed").await;
    shop.time.pass_ms(59_999);
    assert_eq!(shop.rail.tick().await, 0);
    shop.time.pass_ms(1);
    assert_eq!(shop.rail.tick().await, 1);
    desk.inject(Fault::Lost, 1);
    shop.paid("lost").await;
    shop.time.pass_ms(DAY_MS);
    assert_eq!(shop.rail.tick().await, 0);
    assert_eq!(desk.letters()[2].fate, Fate::Lost);
    assert!(desk.resend(2));
    assert!(!desk.resend(3));
    assert_eq!(shop.rail.tick().await, 1);
    assert_eq!(shop.receiver.got("/object/id").len(), 4);
    assert!(desk.injected().is_empty());
}

#[tokio::test]
async fn a_notification_can_come_after_the_one_that_follows_it() {
    let shop = Shop::new().await;
    shop.rail.desk().inject(Fault::Reordered, 1);
    let id = shop.paid("k1").await;
    assert_eq!(shop.rail.tick().await, 0);
    shop.rail.refund(&id, 100).unwrap();
    assert_eq!(shop.rail.tick().await, 2);
    assert_eq!(
        shop.receiver.got("/event"),
        ["refund.succeeded", "payment.succeeded"]
    );
    shop.rail.desk().inject(Fault::Reordered, 1);
    shop.rail.refund(&id, 100).unwrap();
    shop.time.pass_ms(30_000);
    assert_eq!(shop.rail.tick().await, 1);
}

#[tokio::test]
async fn without_an_address_nothing_is_sent_and_left_to_itself_the_rail_sends() {
    let shop = Shop::new().await;
    shop.rail.desk().set_url("http://127.0.0.1:1/");
    shop.paid("k1").await;
    assert_eq!(shop.rail.tick().await, 1);
    assert_eq!(shop.rail.desk().letters()[0].tries[0].status, None);
    let quiet = played_rails::PlayedYooKassa::new(played_rails::yookassa::Config::new("http://x")).unwrap();
    assert!(quiet.payments().is_empty());
    let account = Account::new().await;
    let running = tokio::spawn(account.rail.clone().run());
    account.paid("k1").await;
    let told = async {
        while account.receiver.got("/type").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), told)
        .await
        .unwrap();
    running.abort();
}

#[tokio::test]
async fn whoever_looks_at_the_same_time_finds_it_already_on_its_way() {
    let shop = Shop::new().await;
    shop.paid("k1").await;
    let (one, other) = tokio::join!(shop.rail.tick(), shop.rail.tick());
    assert_eq!(one + other, 1);
    assert_eq!(shop.receiver.got("/event"), ["payment.succeeded"]);
}
