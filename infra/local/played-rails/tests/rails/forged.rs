//! Notifications that the rails never sent.

use played_rails::stripe::{self, Signed};
use played_rails::{Fate, yookassa};
use serde_json::Value;

use crate::stage::{Account, Shop};

#[tokio::test]
async fn a_forged_notification_claims_what_is_not_so_of_a_real_payment() {
    use yookassa::Pretence;
    let shop = Shop::new().await;
    let id = shop.opened("k1").await;
    let claims = [
        (Pretence::Paid, "/object/amount/value", "699.00"),
        (Pretence::Amount(149_900), "/object/amount/value", "1499.00"),
        (
            Pretence::Currency("USD".to_owned()),
            "/object/amount/currency",
            "USD",
        ),
        (
            Pretence::Metadata("purchase".to_owned(), "buy-8-2222222222222222".to_owned()),
            "/object/metadata/purchase",
            "buy-8-2222222222222222",
        ),
        (
            Pretence::Shop("1".to_owned()),
            "/object/recipient/account_id",
            "1",
        ),
        (Pretence::Canceled, "/event", "payment.canceled"),
        (Pretence::Refunded(69_900), "/event", "refund.succeeded"),
    ];
    for (number, (claim, pointer, said)) in claims.iter().enumerate() {
        shop.receiver.answer(&[500]);
        assert_eq!(shop.rail.forge(&id, claim).await, Some(500));
        let body: Value = serde_json::from_str(&shop.rail.desk().letters()[number].body).unwrap();
        assert_eq!(body.pointer(pointer).unwrap(), said);
    }
    assert_eq!(
        shop.get(&format!("payments/{id}")).await.1["status"],
        "pending",
        "the truth is another"
    );
    // Whoever forges does not come again.
    let letters = shop.rail.desk().letters();
    assert!(
        letters
            .iter()
            .all(|letter| letter.is_forged && letter.fate == Fate::GivenUp)
    );
    assert_eq!(shop.rail.forge("22d6", &Pretence::Paid).await, None);
}

#[tokio::test]
async fn a_forged_event_is_signed_wrongly_late_not_at_all_or_with_a_secret_that_leaked() {
    use stripe::Pretence;
    let account = Account::new().await;
    let session = account.opened("k1").await;
    for signed in [Signed::Right, Signed::Wrong, Signed::Stale, Signed::Missing] {
        assert_eq!(
            account.rail.forge(&session, &Pretence::Paid, signed).await,
            Some(200)
        );
    }
    let letters = account.rail.desk().letters();
    let header = |number: usize| {
        letters[number].tries[0]
            .headers
            .first()
            .map(|(_, value)| value.clone())
    };
    assert_ne!(header(0), header(1));
    assert!(header(1).unwrap().starts_with("t=1760000000,"));
    assert!(header(2).unwrap().starts_with("t=1759996400,"));
    assert_eq!(header(3), None);
    assert_eq!(
        account.get(&format!("checkout/sessions/{session}")).await.1["status"],
        "open"
    );
    assert_eq!(
        account
            .rail
            .forge(&session, &Pretence::Refunded, Signed::Right)
            .await,
        None
    );
    account.rail.pay(&session).unwrap();
    for (claim, pointer) in [
        (Pretence::Amount(1), "/data/object/amount_total"),
        (Pretence::Currency("eur".to_owned()), "/data/object/currency"),
        (
            Pretence::Reference("buy-8-2222222222222222".to_owned()),
            "/data/object/client_reference_id",
        ),
        (Pretence::Refunded, "/data/object/refunded"),
        (Pretence::Disputed, "/data/object/status"),
    ] {
        assert_eq!(
            account.rail.forge(&session, &claim, Signed::Right).await,
            Some(200)
        );
        let letters = account.rail.desk().letters();
        let body: Value = serde_json::from_str(&letters.last().unwrap().body).unwrap();
        let said = body.pointer(pointer).unwrap().to_string();
        let expected = [
            "1",
            "\"eur\"",
            "\"buy-8-2222222222222222\"",
            "true",
            "\"needs_response\"",
        ];
        assert!(expected.contains(&said.as_str()), "{said}");
    }
    let payment = account.payment_of(&session).await;
    assert_eq!(account.rail.cash()[&payment].left(), 899);
}
