//! `YooKassa`'s API: who is let in, what is accepted, what a key means, how a list goes on.

use serde_json::{Value, json};

use crate::stage::{DAY_MS, Shop, order, read};

#[tokio::test]
async fn a_payment_is_opened_and_shown_as_the_real_one_is() {
    let shop = Shop::new().await;
    let (status, body) = shop.send("payments", "k1", &order()).await;
    assert_eq!(status, 200);
    assert_eq!(body["status"], "pending");
    assert_eq!(body["amount"], json!({"value": "699.00", "currency": "RUB"}));
    assert_eq!(
        (&body["paid"], &body["test"], &body["refundable"]),
        (&json!(false), &json!(false), &json!(false))
    );
    assert_eq!(body["recipient"]["account_id"], "100500");
    assert_eq!(body["metadata"]["purchase"], "buy-7-2222222222222222");
    assert_eq!(body["created_at"], "2025-10-09T08:53:20.000Z");
    let id = body["id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    let url = format!("{}/checkout/payments/v2/contract?orderId={id}", shop.base);
    assert_eq!(body["confirmation"]["confirmation_url"], url);
    assert_eq!(shop.get(&format!("payments/{id}")).await, (200, body));
    assert!(shop.rail.desk().complaints().is_empty());
}

#[tokio::test]
async fn only_the_shop_itself_is_let_in() {
    let shop = Shop::new().await;
    let url = format!("{}/v3/payments", shop.base);
    for (id, key) in [("100500", "wrong"), ("100501", "played-yookassa-key")] {
        let (status, body) = read(shop.client.get(&url).basic_auth(id, Some(key))).await;
        assert_eq!((status, &body["code"]), (401, &json!("invalid_credentials")));
        assert_eq!(body["type"], "error");
    }
    assert_eq!(read(shop.client.get(&url)).await.0, 401);
    assert_eq!(
        read(shop.client.get(&url).bearer_auth("played-yookassa-key"))
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn what_is_not_there_or_not_meant_so_is_said_to_be() {
    let shop = Shop::new().await;
    for path in ["payments/22d6", "refunds/22d6", "nothing", "payments/1/2/3"] {
        let (status, body) = shop.get(path).await;
        let expected = if path.starts_with("payments/1") {
            (405, "method_not_allowed")
        } else {
            (404, "not_found")
        };
        assert_eq!((status, body["code"].as_str().unwrap()), expected, "{path}");
    }
    let (status, body) = read(
        shop.post("payments", "k")
            .header("content-type", "text/plain")
            .body("{}"),
    )
    .await;
    assert_eq!((status, &body["code"]), (415, &json!("unsupported_media_type")));
}

#[tokio::test]
async fn a_payment_needs_a_key_of_at_most_64_plain_characters() {
    let shop = Shop::new().await;
    let url = format!("{}/v3/payments", shop.base);
    let without = shop
        .client
        .post(url)
        .basic_auth("100500", Some("played-yookassa-key"))
        .json(&order());
    let (status, body) = read(without).await;
    assert_eq!((status, &body["parameter"]), (400, &json!("Idempotence-Key")));
    for key in ["", "a b", "ключ", &"k".repeat(65), "k/1"] {
        let request = shop
            .client
            .post(format!("{}/v3/payments", shop.base))
            .basic_auth("100500", Some("played-yookassa-key"))
            .header("Idempotence-Key", key.as_bytes())
            .json(&order());
        assert_eq!(read(request).await.0, 400, "{key}");
    }
    assert_eq!(shop.send("payments", &"k".repeat(64), &order()).await.0, 200);
    assert_eq!(shop.rail.payments().len(), 1);
}

#[tokio::test]
async fn a_key_gives_the_same_answer_for_a_day_and_then_a_new_payment() {
    let shop = Shop::new().await;
    let first = shop.send("payments", "k1", &order()).await;
    shop.rail.pay(first.1["id"].as_str().unwrap()).unwrap();
    // The order of the members is nothing that was asked.
    let again = shop
        .post("payments", "k1")
        .header("content-type", "application/json");
    let text = r#"{"metadata":{"purchase":"buy-7-2222222222222222"},"description":"Про: 20 кредитов","capture":true,
        "confirmation":{"return_url":"https://t.me/neurocards_bot","type":"redirect"},
        "amount":{"currency":"RUB","value":"699.00"}}"#;
    assert_eq!(read(again.body(text)).await, first);
    shop.time.pass_ms(DAY_MS - 1);
    assert_eq!(shop.send("payments", "k1", &order()).await, first);
    shop.time.pass_ms(1);
    let later = shop.send("payments", "k1", &order()).await;
    assert_ne!(later.1["id"], first.1["id"]);
    assert_eq!(shop.rail.payments().len(), 2);
}

#[tokio::test]
async fn another_body_or_place_under_the_same_key_is_refused() {
    let shop = Shop::new().await;
    let id = shop.paid("k1").await;
    let mut other = order();
    other["amount"]["value"] = json!("1.00");
    let refund = crate::stage::refund(&id, "1.00");
    for (path, body) in [("payments", &other), ("refunds", &refund)] {
        let (status, body) = shop.send(path, "k1", body).await;
        assert_eq!(
            (status, &body["parameter"]),
            (400, &json!("Idempotence-Key")),
            "{path}"
        );
    }
    assert_eq!((shop.rail.payments().len(), shop.rail.refunds().len()), (1, 0));
    // What was refused stays refused under its key, too.
    let bad = json!({"amount": {"value": "0.00", "currency": "RUB"}});
    assert_eq!(shop.send("payments", "k2", &bad).await.0, 400);
    assert_eq!(shop.send("payments", "k2", &order()).await.0, 400);
    assert_eq!(shop.send("payments", "k3", &order()).await.0, 200);
}

/// The order with something else at this place.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = order();
    body["receipt"] = receipt();
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

fn receipt() -> Value {
    json!({
        "customer": {"email": "a@b.ru"},
        "items": [{
            "description": "Про", "quantity": 1, "amount": {"value": "699.00", "currency": "RUB"},
            "vat_code": 1, "payment_subject": "service", "payment_mode": "full_prepayment", "measure": "piece",
        }],
    })
}

#[tokio::test]
async fn every_field_of_a_payment_is_looked_at() {
    let shop = Shop::new().await;
    let long = |count| json!("я".repeat(count));
    let bad = [
        ("/amount", json!(null), "amount.value"),
        ("/amount/value", json!(699), "amount.value"),
        ("/amount/value", json!("0.00"), "amount.value"),
        ("/amount/value", json!("1.001"), "amount.value"),
        ("/amount/currency", json!("USD"), "amount.currency"),
        ("/capture", json!("yes"), "capture"),
        ("/confirmation/type", json!("embedded"), "confirmation.type"),
        (
            "/confirmation/return_url",
            json!("tg://x"),
            "confirmation.return_url",
        ),
        ("/description", long(129), "description"),
        ("/metadata", json!([]), "metadata"),
        ("/metadata", json!({"k".repeat(33): "v"}), "metadata"),
        ("/metadata", json!({"k": "v".repeat(513)}), "metadata"),
        ("/metadata", json!({"k": 1}), "metadata"),
        ("/receipt/customer", json!({}), "receipt.customer"),
        (
            "/receipt/customer",
            json!({"phone": "+79990000000"}),
            "receipt.customer",
        ),
        ("/receipt/items", json!([]), "receipt.items"),
        (
            "/receipt/items/0/description",
            long(129),
            "receipt.items[0].description",
        ),
        ("/receipt/items/0/quantity", json!(0), "receipt.items[0].quantity"),
        ("/receipt/items/0/quantity", json!(2), "receipt.items"),
        ("/receipt/items/0/amount/value", json!("698.99"), "receipt.items"),
        (
            "/receipt/items/0/vat_code",
            json!(13),
            "receipt.items[0].vat_code",
        ),
        (
            "/receipt/items/0/payment_subject",
            json!("nothing"),
            "receipt.items[0].payment_subject",
        ),
        (
            "/receipt/items/0/payment_mode",
            json!("nothing"),
            "receipt.items[0].payment_mode",
        ),
    ];
    for (number, (pointer, value, parameter)) in bad.into_iter().enumerate() {
        let (status, body) = shop
            .send("payments", &format!("bad{number}"), &with(pointer, value))
            .await;
        assert_eq!(
            (status, &body["parameter"]),
            (400, &json!(parameter)),
            "{pointer} {body}"
        );
    }
    let keys: serde_json::Map<String, Value> = (0..17).map(|key| (key.to_string(), json!("v"))).collect();
    assert_eq!(
        shop.send("payments", "keys", &with("/metadata", keys.into()))
            .await
            .0,
        400
    );
    assert_eq!(
        read(
            shop.post("payments", "none")
                .header("content-type", "application/json")
                .body("[")
        )
        .await
        .0,
        400
    );
    assert!(shop.rail.payments().is_empty());
}

#[tokio::test]
async fn a_receipt_may_have_several_items_and_fractions_of_them() {
    let shop = Shop::new().await;
    let (status, body) = shop
        .send(
            "payments",
            "one",
            &with("/receipt/customer", json!({"phone": "79990000000"})),
        )
        .await;
    assert_eq!((status, &body["receipt_registration"]), (200, &json!("pending")));
    let mut body = with("/receipt/items/0/amount/value", json!("199.00"));
    let mut half = body["receipt"]["items"][0].clone();
    half["quantity"] = json!("2.5");
    half["amount"]["value"] = json!("200.00");
    body["receipt"]["items"].as_array_mut().unwrap().push(half);
    assert_eq!(shop.send("payments", "two", &body).await.0, 200);
    // A misnamed field is passed over by the real one.
    let mut odd = order();
    odd["capturee"] = json!(true);
    assert_eq!(shop.send("payments", "odd", &odd).await.0, 200);
    assert_eq!(shop.rail.desk().complaints().len(), 1);
}

#[tokio::test]
async fn a_list_is_newest_first_and_goes_on_at_its_cursor() {
    let shop = Shop::new().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(shop.opened(&format!("k{number}")).await);
        shop.time.pass_ms(1_000);
    }
    shop.rail.pay(&ids[3]).unwrap();
    let list = async |query: &str| {
        let (status, body) = shop.get(&format!("payments?{query}")).await;
        assert_eq!((status, &body["type"]), (200, &json!("list")), "{body}");
        let items = body["items"].as_array().unwrap().iter();
        let items: Vec<String> = items
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect();
        (items, body["next_cursor"].as_str().map(str::to_owned))
    };
    let (first, cursor) = list("limit=2").await;
    assert_eq!(first, [ids[4].clone(), ids[3].clone()]);
    let (second, cursor) = list(&format!("limit=2&cursor={}", cursor.unwrap())).await;
    assert_eq!(second, [ids[2].clone(), ids[1].clone()]);
    let (third, cursor) = list(&format!("limit=2&cursor={}", cursor.unwrap())).await;
    assert_eq!((third, cursor), (vec![ids[0].clone()], None));
    let times = "created_at.gte=2025-10-09T08:53:21.000Z&created_at.lt=2025-10-09T08:53:23.000Z";
    assert_eq!(list(times).await.0, [ids[2].clone(), ids[1].clone()]);
    let times = "created_at.gt=2025-10-09T08:53:21Z&created_at.lte=2025-10-09T11:53:23.000%2B03:00";
    assert_eq!(list(times).await.0, [ids[3].clone(), ids[2].clone()]);
    let paid = [ids[3].clone()];
    assert_eq!(list("status=succeeded").await.0, paid);
    assert_eq!(list("payment_method=bank_card").await.0, paid);
    let captured = "captured_at.gte=2025-10-09T08:53:25Z&captured_at.lt=2025-10-09T08:53:26Z";
    assert_eq!(list(captured).await.0, paid);
    let captured = "captured_at.gt=2025-10-09T08:53:25Z&captured_at.lte=2025-10-09T08:53:26Z";
    assert!(list(captured).await.0.is_empty());
    for bad in [
        "limit=0",
        "limit=101",
        "created_at.gte=yesterday",
        "cursor=22d6",
        "created=1",
    ] {
        assert_eq!(shop.get(&format!("payments?{bad}")).await.0, 400, "{bad}");
    }
}
