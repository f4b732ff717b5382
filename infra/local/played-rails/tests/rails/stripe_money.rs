//! Stripe's money: paid at once, later or not at all, given back, disputed.

use played_rails::{Cash, Error, Fault};
use serde_json::{Value, json};

use crate::stage::Account;

fn cash(arrived: i64, returned: i64, disputed: i64) -> Cash {
    Cash {
        currency: "USD".to_owned(),
        arrived,
        returned,
        disputed,
    }
}

async fn intent(account: &Account, payment: &str) -> Value {
    account
        .get(&format!("payment_intents/{payment}?expand[]=latest_charge"))
        .await
        .1
}

#[tokio::test]
async fn a_session_that_is_paid_has_a_payment_with_a_charge() {
    let account = Account::new().await;
    let session = account.opened("k1").await;
    account.rail.pay(&session).unwrap();
    let (_, body) = account.get(&format!("checkout/sessions/{session}")).await;
    assert_eq!(
        (&body["status"], &body["payment_status"], &body["url"]),
        (&json!("complete"), &json!("paid"), &json!(null))
    );
    let payment = account.payment_of(&session).await;
    let body = intent(&account, &payment).await;
    assert_eq!(
        (&body["status"], &body["amount_received"]),
        (&json!("succeeded"), &json!(899))
    );
    assert_eq!(body["metadata"]["purchase"], "buy-7-2222222222222222");
    let charge = &body["latest_charge"];
    assert_eq!(
        (
            &charge["paid"],
            &charge["refunded"],
            &charge["disputed"],
            &charge["amount_refunded"]
        ),
        (&json!(true), &json!(false), &json!(false), &json!(0))
    );
    let charge = charge["id"].as_str().unwrap();
    assert_eq!(
        account.get(&format!("charges/{charge}")).await.1["payment_intent"],
        payment.as_str()
    );
    account.rail.tick().await;
    assert_eq!(account.receiver.got("/type"), ["checkout.session.completed"]);
    assert_eq!(account.receiver.got("/data/object/payment_status"), ["paid"]);
    assert_eq!(account.rail.cash()[&payment], cash(899, 0, 0));
    assert!(matches!(account.rail.pay(&session), Err(Error::NotNow { .. })));
    assert!(matches!(account.rail.pay("cs_1"), Err(Error::NoSuch(_))));
}

#[tokio::test]
async fn a_card_that_is_declined_leaves_the_session_open_for_another() {
    let account = Account::new().await;
    let session = account.opened("k1").await;
    account.rail.decline(&session, "insufficient_funds").unwrap();
    let payment = account.payment_of(&session).await;
    let body = intent(&account, &payment).await;
    assert_eq!(
        (&body["status"], &body["amount_received"]),
        (&json!("requires_payment_method"), &json!(0))
    );
    assert_eq!(body["last_payment_error"]["decline_code"], "insufficient_funds");
    assert_eq!(body["latest_charge"]["paid"], false);
    assert_eq!(account.rail.tick().await, 0);
    account.rail.pay(&session).unwrap();
    assert_eq!(account.payment_of(&session).await, payment);
    let (_, charges) = account.get(&format!("charges?payment_intent={payment}")).await;
    assert_eq!(charges["data"].as_array().unwrap().len(), 2);
    assert_eq!(account.rail.cash()[&payment], cash(899, 0, 0));
}

#[tokio::test]
async fn money_that_takes_days_arrives_or_does_not() {
    let account = Account::new().await;
    for (key, is_good) in [("k1", true), ("k2", false)] {
        let session = account.opened(key).await;
        assert!(account.rail.settle(&session, true).is_err(), "nothing was begun");
        account.rail.pay_later(&session).unwrap();
        let payment = account.payment_of(&session).await;
        let body = intent(&account, &payment).await;
        assert_eq!(
            (&body["status"], &body["latest_charge"]["paid"]),
            (&json!("processing"), &json!(false))
        );
        assert_eq!(account.rail.cash()[&payment], cash(0, 0, 0));
        account.rail.settle(&session, is_good).unwrap();
        assert!(account.rail.settle(&session, is_good).is_err());
        let (_, body) = account.get(&format!("checkout/sessions/{session}")).await;
        assert_eq!(body["payment_status"], if is_good { "paid" } else { "unpaid" });
        let status = intent(&account, &payment).await["status"].clone();
        assert_eq!(
            status,
            if is_good {
                "succeeded"
            } else {
                "requires_payment_method"
            }
        );
        assert_eq!(
            account.rail.cash()[&payment].arrived,
            if is_good { 899 } else { 0 }
        );
    }
    account.rail.tick().await;
    let completed = "checkout.session.completed";
    assert_eq!(
        account.receiver.got("/type"),
        [
            completed,
            "checkout.session.async_payment_succeeded",
            completed,
            "checkout.session.async_payment_failed"
        ]
    );
    assert_eq!(
        account.receiver.got("/data/object/payment_status"),
        ["unpaid", "paid", "unpaid", "unpaid"]
    );
}

#[tokio::test]
async fn money_goes_back_in_parts_and_never_more_than_came() {
    let account = Account::new().await;
    let payment = account.paid("k1").await;
    let part = [("payment_intent", payment.as_str()), ("amount", "99")];
    let (status, body) = account.send("refunds", "r1", &part).await;
    assert_eq!(
        (status, &body["object"], &body["status"]),
        (200, &json!("refund"), &json!("succeeded"))
    );
    assert_eq!(account.send("refunds", "r1", &part).await.1, body);
    assert_eq!(
        account
            .get(&format!("refunds/{}", body["id"].as_str().unwrap()))
            .await
            .1,
        body
    );
    let much = [("payment_intent", payment.as_str()), ("amount", "801")];
    let (status, body) = account.send("refunds", "r2", &much).await;
    assert_eq!((status, &body["error"]["param"]), (400, &json!("amount")));
    // What is left, if nothing is said; by its charge as well.
    let charge = intent(&account, &payment).await["latest_charge"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let rest = [("charge", charge.as_str()), ("reason", "requested_by_customer")];
    assert_eq!(account.send("refunds", "r3", &rest).await.1["amount"], 800);
    let (status, body) = account.send("refunds", "r4", &rest).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (400, &json!("charge_already_refunded"))
    );
    let charge = intent(&account, &payment).await["latest_charge"].clone();
    assert_eq!(
        (&charge["refunded"], &charge["amount_refunded"]),
        (&json!(true), &json!(899))
    );
    assert_eq!(account.rail.cash()[&payment], cash(899, 899, 0));
    account.rail.tick().await;
    assert_eq!(
        account.receiver.got("/type")[1..],
        ["charge.refunded", "charge.refunded"]
    );
    for (key, form, status) in [
        ("r5", vec![("payment_intent", "pi_1")], 404),
        ("r6", vec![("amount", "1")], 400),
        (
            "r7",
            vec![("payment_intent", payment.as_str()), ("reason", "whim")],
            400,
        ),
        (
            "r8",
            vec![("payment_intent", payment.as_str()), ("currency", "usd")],
            400,
        ),
    ] {
        assert_eq!(account.send("refunds", key, &form).await.0, status, "{form:?}");
    }
}

#[tokio::test]
async fn a_refund_can_stay_pending_and_come_to_nothing() {
    let account = Account::new().await;
    let payment = account.paid("k1").await;
    let form = [("payment_intent", payment.as_str())];
    account.rail.desk().inject(Fault::RefundRefused, 1);
    let (_, body) = account.send("refunds", "r1", &form).await;
    assert_eq!(
        (&body["status"], &body["failure_reason"]),
        (&json!("failed"), &json!("lost_or_stolen_card"))
    );
    account.rail.desk().inject(Fault::RefundFails, 1);
    assert_eq!(account.send("refunds", "r2", &form).await.1["status"], "pending");
    // Stripe counts it at once, and takes it off again.
    let refunded = async || intent(&account, &payment).await["latest_charge"]["amount_refunded"].clone();
    assert_eq!(
        (refunded().await, account.rail.cash()[&payment].returned),
        (json!(899), 0)
    );
    account.time.pass_ms(30_000);
    assert_eq!(refunded().await, 0);
    account.rail.desk().inject(Fault::RefundPending, 1);
    let (_, body) = account.send("refunds", "r3", &form).await;
    account
        .rail
        .settle_refund(body["id"].as_str().unwrap(), true)
        .unwrap();
    assert_eq!(account.rail.cash()[&payment], cash(899, 899, 0));
    account.rail.tick().await;
    assert_eq!(
        account.receiver.got("/type")[1..],
        [
            "charge.refunded",
            "refund.failed",
            "charge.refunded",
            "refund.updated"
        ]
    );
}

#[tokio::test]
async fn a_bank_takes_money_back_and_gives_it_again_or_not() {
    let account = Account::new().await;
    for (key, is_won) in [("k1", true), ("k2", false)] {
        let payment = account.paid(key).await;
        let dispute = account.rail.dispute(&payment).unwrap();
        assert!(account.rail.dispute(&payment).is_err());
        assert_eq!(
            intent(&account, &payment).await["latest_charge"]["disputed"],
            true
        );
        assert_eq!(account.rail.cash()[&payment], cash(899, 0, 899));
        let form = [("payment_intent", payment.as_str())];
        let (status, body) = account.send("refunds", &format!("{key}r"), &form).await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!("charge_disputed")));
        account.rail.close_dispute(&dispute, is_won).unwrap();
        assert!(account.rail.close_dispute(&dispute, is_won).is_err());
        let (_, list) = account.get(&format!("disputes?payment_intent={payment}")).await;
        assert_eq!(list["data"][0]["status"], if is_won { "won" } else { "lost" });
        assert_eq!(account.rail.cash()[&payment].left(), if is_won { 899 } else { 0 });
        assert_eq!(
            intent(&account, &payment).await["latest_charge"]["disputed"],
            true
        );
    }
    account.rail.tick().await;
    let types = account.receiver.got("/type");
    assert_eq!(types[1..3], ["charge.dispute.created", "charge.dispute.closed"]);
    // Whoever closes it by the API has lost it.
    let payment = account.paid("k3").await;
    let dispute = account.rail.dispute(&payment).unwrap();
    let (status, body) = account
        .send(&format!("disputes/{dispute}/close"), "d1", &[])
        .await;
    assert_eq!((status, &body["status"]), (200, &json!("lost")));
}

#[tokio::test]
async fn money_that_is_not_real_or_of_another_amount_is_told_apart() {
    let account = Account::new().await;
    account.rail.desk().inject(Fault::TestMoney, 1);
    let test = account.paid("k1").await;
    assert_eq!(intent(&account, &test).await["livemode"], false);
    assert_eq!(account.rail.cash()[&test], cash(0, 0, 0));
    account.rail.desk().inject(Fault::OtherAmount, 1);
    let short = account.paid("k2").await;
    assert_eq!(intent(&account, &short).await["amount_received"], 799);
    assert_eq!(account.rail.cash()[&short], cash(799, 0, 0));
    let session = account.opened("k3").await;
    account.rail.pay_amount(&session, 1_000).unwrap();
    let long = account.payment_of(&session).await;
    assert_eq!(
        account
            .rail
            .refund(&long, 1)
            .map(drop)
            .map_err(|error| error.to_string()),
        Ok(())
    );
    assert_eq!(account.rail.cash()[&long], cash(1_000, 1, 0));
}

#[tokio::test]
async fn what_failed_after_it_was_begun_stays_so_under_its_key() {
    let account = Account::new().await;
    let payment = account.paid("k1").await;
    let form = [("payment_intent", payment.as_str())];
    account.rail.desk().inject(Fault::RefundFails, 1);
    assert_eq!(account.send("refunds", "r1", &form).await.0, 200);
    let already = account.send("refunds", "r2", &form).await;
    assert_eq!(already.1["error"]["code"], "charge_already_refunded");
    account.time.pass_ms(30_000);
    assert_eq!(account.send("refunds", "r2", &form).await, already);
    assert_eq!(account.send("refunds", "r3", &form).await.0, 200);
}
