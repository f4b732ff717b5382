//! Answers that are spoilt: what happened all the same, and what the same key tells.

use std::time::Duration;

use played_rails::{Door, Fault, Spoilt};
use serde_json::json;

use crate::stage::{Account, ORDER, Shop, order, refund};

#[tokio::test]
async fn what_is_refused_before_has_not_happened() {
    let shop = Shop::new().await;
    for (spoilt, status) in [(Spoilt::TooMany, 429), (Spoilt::Failed, 500)] {
        shop.rail.desk().inject(Fault::Answer(Door::Open, spoilt), 1);
        assert_eq!(shop.send("payments", "k1", &order()).await.0, status);
        assert!(shop.rail.payments().is_empty());
    }
    assert_eq!(shop.send("payments", "k1", &order()).await.0, 200);
    let account = Account::new().await;
    account
        .rail
        .desk()
        .inject(Fault::Answer(Door::Open, Spoilt::Conflict), 1);
    let (status, body) = account.send("checkout/sessions", "k1", ORDER).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (409, &json!("idempotency_key_in_use"))
    );
    assert!(account.rail.sessions().is_empty());
}

#[tokio::test]
async fn what_is_spoilt_after_has_happened_once_and_the_same_key_tells() {
    let shop = Shop::new().await;
    let after = [
        (Spoilt::FailedAfter, Some(500)),
        (Spoilt::Processing, Some(202)),
        (Spoilt::Garbled, Some(200)),
        (Spoilt::Cut, None),
        (Spoilt::Withheld, None),
    ];
    for (number, (spoilt, status)) in after.into_iter().enumerate() {
        let key = format!("k{number}");
        shop.rail.desk().inject(Fault::Answer(Door::Open, spoilt), 1);
        let request = shop
            .post("payments", &key)
            .json(&order())
            .timeout(Duration::from_millis(500));
        let answer = request.send().await.map(|answer| answer.status().as_u16());
        assert_eq!(answer.ok(), status, "{spoilt:?}");
        assert_eq!(shop.rail.payments().len(), number + 1);
        let (status, body) = shop.send("payments", &key, &order()).await;
        assert_eq!((status, &body["id"]), (200, &shop.rail.payments()[0]["id"]));
        assert_eq!(shop.rail.payments().len(), number + 1);
    }
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_made_once() {
    let shop = Shop::new().await;
    let id = shop.paid("k1").await;
    shop.rail
        .desk()
        .inject(Fault::Answer(Door::Refund, Spoilt::FailedAfter), 2);
    for expected in [500, 500, 200] {
        assert_eq!(
            shop.send("refunds", "r1", &refund(&id, "699.00")).await.0,
            expected
        );
    }
    assert_eq!(shop.rail.cash()[&id].returned, 69_900);
    assert_eq!(shop.rail.refunds().len(), 1);
}

#[tokio::test]
async fn stripe_can_keep_a_500_under_its_key() {
    let account = Account::new().await;
    account
        .rail
        .desk()
        .inject(Fault::Answer(Door::Open, Spoilt::FailedForGood), 1);
    for _ in 0..2 {
        assert_eq!(account.send("checkout/sessions", "k1", ORDER).await.0, 500);
    }
    assert_eq!(account.rail.sessions().len(), 1);
    account
        .rail
        .desk()
        .inject(Fault::Answer(Door::Open, Spoilt::FailedAfter), 1);
    assert_eq!(account.send("checkout/sessions", "k2", ORDER).await.0, 500);
    assert_eq!(account.send("checkout/sessions", "k2", ORDER).await.0, 200);
    assert_eq!(account.rail.sessions().len(), 2);
}

#[tokio::test]
async fn a_fault_is_for_its_own_door_and_for_so_many_or_for_ever() {
    let shop = Shop::new().await;
    let fault = Fault::Answer(Door::Ask, Spoilt::TooMany);
    shop.rail.desk().inject(fault, u32::MAX);
    shop.rail.desk().inject(fault, 0);
    assert_eq!(shop.send("payments", "k1", &order()).await.0, 200);
    for _ in 0..3 {
        assert_eq!(shop.get("payments").await.0, 429);
    }
    assert_eq!(shop.rail.desk().injected(), [(fault, u32::MAX)]);
    shop.rail.desk().withdraw(fault);
    assert_eq!(shop.get("payments").await.0, 200);
}

#[tokio::test]
async fn the_journal_has_every_request_with_its_key_and_no_secret() {
    let shop = Shop::new().await;
    shop.rail.desk().inject(Fault::Answer(Door::Open, Spoilt::Cut), 1);
    let _ = shop.post("payments", "k1").json(&order()).send().await;
    shop.get("payments?limit=1").await;
    let journal = shop.rail.desk().journal();
    let [opened, listed] = &journal[..] else {
        panic!("{journal:?}");
    };
    assert_eq!(
        (opened.method.as_str(), opened.path.as_str()),
        ("POST", "/v3/payments")
    );
    assert_eq!(
        (opened.key.as_deref(), opened.told, opened.spoilt),
        (Some("k1"), None, Some(Spoilt::Cut))
    );
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&opened.body).unwrap(),
        order()
    );
    assert_eq!(opened.headers["authorization"], "Basic");
    assert_eq!(
        (listed.path.as_str(), listed.told),
        ("/v3/payments?limit=1", Some(200))
    );
    let printed = format!("{journal:?} {:?} {:?}", shop.rail, shop.rail.desk());
    // 100500:played-yookassa-key
    for secret in ["played-yookassa-key", "MTAwNTAwOn"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
