//! `YooKassa`'s money: paid, captured, let go, given back.

use played_rails::{Cash, Error, Fault};
use serde_json::json;

use crate::stage::{DAY_MS, Shop, order, read, refund};

fn cash(arrived: i64, returned: i64) -> Cash {
    Cash {
        currency: "RUB".to_owned(),
        arrived,
        returned,
        disputed: 0,
    }
}

#[tokio::test]
async fn a_payment_that_is_paid_says_so_to_everybody() {
    let shop = Shop::new().await;
    let id = shop.paid("k1").await;
    let (_, body) = shop.get(&format!("payments/{id}")).await;
    assert_eq!(
        (&body["status"], &body["paid"]),
        (&json!("succeeded"), &json!(true))
    );
    assert_eq!(body["captured_at"], "2025-10-09T08:53:20.000Z");
    assert_eq!(body["income_amount"]["value"], "674.54");
    assert_eq!(body["refunded_amount"]["value"], "0.00");
    assert_eq!(body["refundable"], true);
    let card = &body["payment_method"]["card"];
    assert_eq!(
        (&card["first6"], &card["last4"]),
        (&json!("555555"), &json!("4477"))
    );
    assert_eq!(body["confirmation"], json!(null));
    assert_eq!(shop.rail.tick().await, 1);
    assert_eq!(shop.receiver.got("/event"), ["payment.succeeded"]);
    assert_eq!(shop.receiver.got("/object/id"), std::slice::from_ref(&id));
    assert_eq!(shop.rail.cash()[&id], cash(69_900, 0));
    assert!(matches!(shop.rail.pay(&id), Err(Error::NotNow { .. })));
    assert!(matches!(shop.rail.pay("22d6"), Err(Error::NoSuch(_))));
}

#[tokio::test]
async fn a_refused_card_changes_nothing_and_a_refused_payment_is_over() {
    let shop = Shop::new().await;
    let id = shop.opened("k1").await;
    shop.rail.decline_once(&id, "insufficient_funds").unwrap();
    assert_eq!(shop.rail.tick().await, 0);
    shop.rail.decline(&id, "insufficient_funds").unwrap();
    let (_, body) = shop.get(&format!("payments/{id}")).await;
    assert_eq!(
        body["cancellation_details"],
        json!({"party": "payment_network", "reason": "insufficient_funds"})
    );
    assert_eq!(shop.rail.tick().await, 1);
    assert_eq!(shop.receiver.got("/event"), ["payment.canceled"]);
    assert!(matches!(shop.rail.pay(&id), Err(Error::NotNow { .. })));
    assert_eq!(shop.rail.cash()[&id], cash(0, 0));
}

#[tokio::test]
async fn nobody_pays_after_the_hour() {
    let shop = Shop::new().await;
    let id = shop.opened("k1").await;
    shop.time.pass_ms(3_599_999);
    assert_eq!(shop.get(&format!("payments/{id}")).await.1["status"], "pending");
    shop.time.pass_ms(1);
    let (_, body) = shop.get(&format!("payments/{id}")).await;
    assert_eq!(body["status"], "canceled");
    assert_eq!(
        body["cancellation_details"],
        json!({"party": "yoo_money", "reason": "expired_on_confirmation"})
    );
    assert!(shop.rail.pay(&id).is_err());
    assert_eq!(shop.rail.tick().await, 1);
    assert_eq!(shop.receiver.got("/event"), ["payment.canceled"]);
}

#[tokio::test]
async fn money_that_was_only_authorized_is_captured_let_go_or_lost() {
    let shop = Shop::new().await;
    let mut held = order();
    held["capture"] = json!(false);
    let mut ids = Vec::new();
    for key in ["k1", "k2", "k3"] {
        let id = shop.send("payments", key, &held).await.1["id"]
            .as_str()
            .unwrap()
            .to_owned();
        // Before it is paid there is nothing to be captured or let go.
        assert_eq!(
            shop.send(&format!("payments/{id}/capture"), &format!("{key}c"), &json!({}))
                .await
                .0,
            400
        );
        shop.rail.pay(&id).unwrap();
        ids.push(id);
    }
    let capture = json!({"amount": {"value": "100.00", "currency": "RUB"}});
    let (status, body) = shop
        .send(&format!("payments/{}/capture", ids[0]), "c1", &capture)
        .await;
    assert_eq!(
        (status, &body["status"], &body["amount"]["value"]),
        (200, &json!("succeeded"), &json!("100.00"))
    );
    let more = json!({"amount": {"value": "699.01", "currency": "RUB"}});
    assert_eq!(
        shop.send(&format!("payments/{}/capture", ids[1]), "c2", &more)
            .await
            .0,
        400
    );
    // It needs no body.
    let (status, body) = read(shop.post(&format!("payments/{}/cancel", ids[1]), "c3")).await;
    assert_eq!(
        (status, &body["cancellation_details"]["party"]),
        (200, &json!("merchant"))
    );
    assert_eq!(shop.send("payments/22d6/cancel", "c4", &json!({})).await.0, 404);
    shop.time.pass_ms(7 * DAY_MS);
    let (_, body) = shop.get(&format!("payments/{}", ids[2])).await;
    assert_eq!(body["cancellation_details"]["reason"], "expired_on_capture");
    let cash: Vec<i64> = ids.iter().map(|id| shop.rail.cash()[id].arrived).collect();
    assert_eq!(cash, [10_000, 0, 0]);
    shop.rail.tick().await;
    assert!(
        shop.receiver
            .got("/event")
            .contains(&"payment.waiting_for_capture".to_owned())
    );
}

#[tokio::test]
async fn money_goes_back_in_parts_and_never_more_than_came() {
    let shop = Shop::new().await;
    let id = shop.paid("k1").await;
    let (status, body) = shop.send("refunds", "r1", &refund(&id, "99.00")).await;
    assert_eq!(
        (status, &body["status"], &body["payment_id"]),
        (200, &json!("succeeded"), &json!(id))
    );
    let first = body["id"].as_str().unwrap().to_owned();
    assert_eq!(shop.get(&format!("refunds/{first}")).await.1, body);
    // The same key gives nothing back twice.
    assert_eq!(shop.send("refunds", "r1", &refund(&id, "99.00")).await.1, body);
    let (status, body) = shop.send("refunds", "r2", &refund(&id, "600.01")).await;
    assert_eq!((status, &body["parameter"]), (400, &json!("amount.value")));
    assert_eq!(shop.send("refunds", "r3", &refund(&id, "600.00")).await.0, 200);
    assert_eq!(shop.send("refunds", "r4", &refund(&id, "0.01")).await.0, 400);
    let (_, payment) = shop.get(&format!("payments/{id}")).await;
    assert_eq!(
        (
            &payment["status"],
            &payment["refunded_amount"]["value"],
            &payment["refundable"]
        ),
        (&json!("succeeded"), &json!("699.00"), &json!(false))
    );
    assert_eq!(shop.rail.cash()[&id], cash(69_900, 69_900));
    let (_, list) = shop.get(&format!("refunds?payment_id={id}")).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(list["items"][1]["id"], first);
    shop.rail.tick().await;
    let expected = ["payment.succeeded", "refund.succeeded", "refund.succeeded"];
    assert_eq!(shop.receiver.got("/event"), expected);
}

#[tokio::test]
async fn only_what_was_paid_goes_back_and_a_refund_is_looked_at_as_a_payment_is() {
    let shop = Shop::new().await;
    let open = shop.opened("k1").await;
    for (number, payment) in [open.as_str(), "22d6"].into_iter().enumerate() {
        let (status, body) = shop
            .send("refunds", &format!("r{number}"), &refund(payment, "1.00"))
            .await;
        assert_eq!((status, &body["parameter"]), (400, &json!("payment_id")));
    }
    let id = shop.paid("k2").await;
    let mut long = refund(&id, "1.00");
    long["description"] = json!("x".repeat(251));
    let mut unequal = refund(&id, "1.00");
    unequal["receipt"] = json!({"customer": {"email": "a@b.ru"}, "items": [{
        "description": "x", "quantity": 1, "amount": {"value": "2.00", "currency": "RUB"}, "vat_code": 1}]});
    for (key, body, parameter) in [("r5", &long, "description"), ("r6", &unequal, "receipt.items")] {
        let (status, body) = shop.send("refunds", key, body).await;
        assert_eq!((status, &body["parameter"]), (400, &json!(parameter)));
    }
    unequal["receipt"]["items"][0]["amount"]["value"] = json!("1.00");
    assert_eq!(
        shop.send("refunds", "r7", &unequal).await.1["receipt_registration"],
        "succeeded"
    );
}

#[tokio::test]
async fn a_refund_can_stay_pending_and_come_to_nothing() {
    let shop = Shop::new().await;
    let id = shop.paid("k1").await;
    let ask = async |key: &str| shop.send("refunds", key, &refund(&id, "699.00")).await.1;
    shop.rail.desk().inject(Fault::RefundRefused, 1);
    let refused = ask("r1").await;
    assert_eq!(
        (&refused["status"], &refused["cancellation_details"]["reason"]),
        (&json!("canceled"), &json!("insufficient_funds"))
    );
    shop.rail.desk().inject(Fault::RefundFails, 1);
    let failing = ask("r2").await;
    assert_eq!(failing["status"], "pending");
    // While it is under way, its money is spoken for and has not gone.
    assert_eq!(shop.send("refunds", "r3", &refund(&id, "0.01")).await.0, 400);
    assert_eq!(shop.rail.cash()[&id], cash(69_900, 0));
    shop.time.pass_ms(30_000);
    let failing = format!("refunds/{}", failing["id"].as_str().unwrap());
    assert_eq!(shop.get(&failing).await.1["status"], "canceled");
    shop.rail.desk().inject(Fault::RefundPending, 1);
    let pending = ask("r4").await["id"].as_str().unwrap().to_owned();
    shop.time.pass_ms(DAY_MS);
    assert_eq!(
        shop.get(&format!("refunds/{pending}")).await.1["status"],
        "pending"
    );
    shop.rail.settle_refund(&pending, true).unwrap();
    assert!(shop.rail.settle_refund(&pending, false).is_err());
    assert_eq!(shop.rail.cash()[&id], cash(69_900, 69_900));
    shop.rail.tick().await;
    assert_eq!(
        shop.receiver.got("/event"),
        ["payment.succeeded", "refund.succeeded"]
    );
}

#[tokio::test]
async fn money_that_is_not_ours_or_not_real_never_comes() {
    let shop = Shop::new().await;
    for (fault, pointer, expected) in [
        (Fault::OtherShop, "/recipient/account_id", json!("1005001")),
        (Fault::TestMoney, "/test", json!(true)),
    ] {
        shop.rail.desk().inject(fault, 1);
        let id = shop.paid(&fault.name()).await;
        let (_, body) = shop.get(&format!("payments/{id}")).await;
        assert_eq!(body.pointer(pointer), Some(&expected));
        assert_eq!(shop.rail.cash()[&id], cash(0, 0));
    }
    shop.rail.desk().inject(Fault::OtherAmount, 1);
    let id = shop.paid("short").await;
    assert_eq!(
        shop.get(&format!("payments/{id}")).await.1["amount"]["value"],
        "698.00"
    );
    assert_eq!(shop.rail.cash()[&id], cash(69_800, 0));
    let id = shop.opened("long").await;
    shop.rail.pay_amount(&id, 70_000).unwrap();
    assert_eq!(shop.rail.cash()[&id].left(), 70_000);
    assert!(shop.rail.desk().injected().is_empty());
}

#[tokio::test]
async fn a_shop_can_be_a_test_shop_and_have_another_account() {
    let shop = Shop::with(|config| {
        config.is_test = true;
        config.account_id = Some("7".to_owned());
    })
    .await;
    let (_, body) = shop.send("payments", "k1", &order()).await;
    assert_eq!(
        (&body["test"], &body["recipient"]["account_id"]),
        (&json!(true), &json!("7"))
    );
}

#[tokio::test]
async fn the_shops_people_give_back_by_hand() {
    let shop = Shop::new().await;
    let id = shop.paid("k1").await;
    assert!(matches!(
        shop.rail.refund(&id, 69_901),
        Err(Error::Amount { left: 69_900 })
    ));
    assert!(matches!(shop.rail.refund(&id, 0), Err(Error::Amount { .. })));
    let refund = shop.rail.refund(&id, 100).unwrap();
    assert_eq!(shop.rail.refunds()[0]["id"], json!(refund));
    assert_eq!(shop.rail.cash()[&id], cash(69_900, 100));
}

#[tokio::test]
async fn a_payment_is_given_back_within_three_years() {
    let shop = Shop::new().await;
    let id = shop.paid("k1").await;
    shop.time.pass_ms(3 * 365 * DAY_MS);
    assert_eq!(shop.send("refunds", "r1", &refund(&id, "1.00")).await.0, 200);
    shop.time.pass_ms(1);
    assert_eq!(shop.send("refunds", "r2", &refund(&id, "1.00")).await.0, 400);
}
