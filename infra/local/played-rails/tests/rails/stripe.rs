//! Stripe's API: who is let in, what is accepted, what a key means, how a list goes on.

use serde_json::{Value, json};

use crate::stage::{Account, DAY_MS, ORDER, START_MS, read};

#[tokio::test]
async fn a_session_is_opened_and_shown_as_the_real_one_is() {
    let account = Account::new().await;
    let (status, body) = account.send("checkout/sessions", "k1", ORDER).await;
    assert_eq!(status, 200, "{body}");
    let id = body["id"].as_str().unwrap();
    assert!(id.starts_with("cs_live_"));
    for (name, value) in [
        ("object", json!("checkout.session")),
        ("status", json!("open")),
        ("payment_status", json!("unpaid")),
        ("amount_total", json!(899)),
        ("currency", json!("usd")),
        ("payment_intent", json!(null)),
        ("client_reference_id", json!("buy-7-2222222222222222")),
        ("metadata", json!({"purchase": "buy-7-2222222222222222"})),
        ("livemode", json!(true)),
        ("created", json!(START_MS / 1_000)),
        ("expires_at", json!((START_MS + DAY_MS) / 1_000)),
        ("url", json!(format!("{}/c/pay/{id}", account.base))),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    assert_eq!(account.get(&format!("checkout/sessions/{id}")).await, (200, body));
}

#[tokio::test]
async fn only_the_account_itself_is_let_in() {
    let account = Account::new().await;
    let url = format!("{}/v1/payment_intents", account.base);
    assert_eq!(
        read(account.client.get(&url).basic_auth("sk_live_played", Some("")))
            .await
            .0,
        200
    );
    for request in [
        account.client.get(&url),
        account.client.get(&url).bearer_auth("sk_live_other"),
        account.client.get(&url).basic_auth("sk_live_other", Some("")),
    ] {
        let (status, body) = read(request).await;
        assert_eq!(
            (status, &body["error"]["type"]),
            (401, &json!("invalid_request_error"))
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let account = Account::new().await;
    for path in [
        "checkout/sessions/cs_1",
        "payment_intents/pi_1",
        "charges/ch_1",
        "refunds/re_1",
        "disputes/dp_1",
    ] {
        let (status, body) = account.get(path).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (404, &json!("resource_missing")),
            "{path}"
        );
    }
    assert_eq!(account.get("customers").await.0, 404);
    assert_eq!(
        account.send("checkout/sessions/cs_1/expire", "e1", &[]).await.0,
        404
    );
    let json = account
        .post("checkout/sessions")
        .json(&json!({"mode": "payment"}));
    assert_eq!(read(json).await.0, 400);
}

/// The order with something else under this name; without it if that is empty.
fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut form: Vec<_> = ORDER
        .iter()
        .copied()
        .filter(|(known, _)| *known != name)
        .collect();
    if !value.is_empty() {
        form.push((name, value));
    }
    form
}

#[tokio::test]
async fn every_parameter_of_a_session_is_looked_at() {
    let account = Account::new().await;
    let bad = [
        ("mode", "", "parameter_missing"),
        ("mode", "subscription", ""),
        ("success_url", "", "parameter_missing"),
        ("success_url", "tg://x", "url_invalid"),
        ("cancel_url", "x", "url_invalid"),
        ("line_items[0][price_data][currency]", "USD", ""),
        (
            "line_items[0][price_data][unit_amount]",
            "8.99",
            "parameter_invalid_integer",
        ),
        ("line_items[0][price_data][unit_amount]", "49", "amount_too_small"),
        (
            "line_items[0][price_data][unit_amount]",
            "100000000",
            "parameter_invalid_integer",
        ),
        (
            "line_items[0][price_data][product_data][name]",
            "",
            "parameter_missing",
        ),
        ("line_items[0][quantity]", "0", ""),
        ("line_item[0][quantity]", "1", "parameter_unknown"),
        ("expires_at", "1760001799", ""),
        ("expires_at", "1760086401", ""),
        ("expires_at", "soon", "parameter_invalid_integer"),
        ("expand[]", "customer", ""),
    ];
    for (name, value, code) in bad {
        // A parameter that was refused may be mended under the same key: nothing was begun.
        let (status, body) = account.send("checkout/sessions", "k1", &with(name, value)).await;
        let error = &body["error"];
        assert_eq!(
            (status, &error["type"]),
            (400, &json!("invalid_request_error")),
            "{name}={value}"
        );
        assert_eq!(
            error["code"].as_str().unwrap_or_default(),
            code,
            "{name}={value} {body}"
        );
        assert!(
            error["message"].is_string() && error["param"].is_string(),
            "{body}"
        );
    }
    for name in ["client_reference_id", "metadata[purchase]"] {
        let long = "x".repeat(501);
        let form: Vec<(&str, &str)> = with(name, "")
            .into_iter()
            .chain([(name, long.as_str())])
            .collect();
        assert_eq!(
            account.send("checkout/sessions", "k2", &form).await.0,
            400,
            "{name}"
        );
    }
    let none: Vec<_> = ORDER
        .iter()
        .copied()
        .filter(|(name, _)| !name.starts_with("line_items"))
        .collect();
    assert_eq!(account.send("checkout/sessions", "k3", &none).await.0, 400);
    assert!(account.rail.sessions().is_empty());
    for at in ["1760001800", "1760086400"] {
        assert_eq!(
            account
                .send("checkout/sessions", at, &with("expires_at", at))
                .await
                .0,
            200
        );
    }
}

#[tokio::test]
async fn a_key_gives_the_same_answer_for_a_day_and_another_order_under_it_is_an_error() {
    let account = Account::new().await;
    let first = account.send("checkout/sessions", "k1", ORDER).await;
    let mut reversed = ORDER.to_vec();
    reversed.reverse();
    let again = account
        .post("checkout/sessions")
        .header("Idempotency-Key", "k1")
        .form(&reversed);
    let again = again.send().await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(again.json::<Value>().await.unwrap(), first.1);
    let other = with("line_items[0][price_data][unit_amount]", "100");
    let (status, body) = account.send("checkout/sessions", "k1", &other).await;
    assert_eq!(
        (status, &body["error"]["type"]),
        (400, &json!("idempotency_error"))
    );
    let long = account.send("checkout/sessions", &"k".repeat(256), ORDER).await;
    assert_eq!(long.0, 400);
    account.time.pass_ms(DAY_MS);
    let later = account.send("checkout/sessions", "k1", ORDER).await;
    assert_ne!(later.1["id"], first.1["id"]);
    // Without a key, every request is a new one.
    for _ in 0..2 {
        assert_eq!(read(account.post("checkout/sessions").form(ORDER)).await.0, 200);
    }
    assert_eq!(account.rail.sessions().len(), 4);
}

#[tokio::test]
async fn a_session_ends_by_hand_or_by_time_and_then_nobody_pays_it() {
    let account = Account::new().await;
    let (one, other) = (account.opened("k1").await, account.opened("k2").await);
    account.rail.decline(&one, "expired_card").unwrap();
    let payment = account.payment_of(&one).await;
    let (status, body) = account
        .send(&format!("checkout/sessions/{one}/expire"), "e1", &[])
        .await;
    assert_eq!(
        (status, &body["status"], &body["url"]),
        (200, &json!("expired"), &json!(null))
    );
    let again = account
        .send(&format!("checkout/sessions/{one}/expire"), "e2", &[])
        .await;
    assert_eq!(again.0, 400);
    assert_eq!(
        account.get(&format!("payment_intents/{payment}")).await.1["status"],
        "canceled"
    );
    account.time.pass_ms(DAY_MS - 1);
    assert_eq!(
        account.get(&format!("checkout/sessions/{other}")).await.1["status"],
        "open"
    );
    account.time.pass_ms(1);
    assert!(account.rail.pay(&other).is_err());
    account.rail.tick().await;
    assert_eq!(
        account.receiver.got("/type"),
        ["checkout.session.expired", "checkout.session.expired"]
    );
    assert_eq!(account.receiver.got("/data/object/id"), [one, other]);
}

#[tokio::test]
async fn a_list_is_newest_first_and_goes_on_after_its_last() {
    let account = Account::new().await;
    let mut payments = Vec::new();
    for number in 0..4 {
        payments.push(account.paid(&format!("k{number}")).await);
        account.time.pass_ms(1_000);
    }
    let list = async |query: &str| {
        let (status, body) = account.get(&format!("payment_intents?{query}")).await;
        assert_eq!((status, &body["object"]), (200, &json!("list")), "{body}");
        let data = body["data"].as_array().unwrap().iter();
        let ids: Vec<String> = data.map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        (ids, body["has_more"].as_bool().unwrap())
    };
    let of = |numbers: &[usize]| {
        numbers
            .iter()
            .map(|number| payments[*number].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(list("limit=3").await, (of(&[3, 2, 1]), true));
    assert_eq!(
        list(&format!("limit=3&starting_after={}", payments[1])).await,
        (of(&[0]), false)
    );
    assert_eq!(
        list("created[gte]=1760000001&created[lt]=1760000003").await.0,
        of(&[2, 1])
    );
    assert_eq!(
        list("created[gt]=1760000001&created[lte]=1760000003").await.0,
        of(&[3, 2])
    );
    for bad in [
        "limit=0",
        "limit=101",
        "starting_after=pi_1",
        "created[gte]=x",
        "status=x",
        "expand[]=data.customer",
    ] {
        assert_eq!(
            account.get(&format!("payment_intents?{bad}")).await.0,
            400,
            "{bad}"
        );
    }
    let (_, body) = account
        .get("payment_intents?expand[]=data.latest_charge&limit=1")
        .await;
    assert_eq!(body["data"][0]["latest_charge"]["object"], "charge");
    let (_, body) = account.get("payment_intents?limit=1").await;
    assert!(body["data"][0]["latest_charge"].is_string());
    let (_, body) = account
        .get(&format!("checkout/sessions?payment_intent={}", payments[2]))
        .await;
    assert_eq!(body["data"].as_array().unwrap().len(), 1);
    let session = body["data"][0]["id"].as_str().unwrap();
    let (_, body) = account
        .get(&format!("checkout/sessions/{session}?expand[]=payment_intent"))
        .await;
    assert_eq!(body["payment_intent"]["id"], payments[2].as_str());
}
