//! What people do with their own hands: pay on the page, and everything else in the cabinet.

use played_rails::{Fault, Rail};
use serde_json::json;

use crate::stage::{Account, Shop, order};

/// A page, read; a form of it, sent.
async fn page(client: &reqwest::Client, url: &str) -> (u16, String) {
    let answer = client.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn press(client: &reqwest::Client, url: &str, fields: &[(&str, &str)]) -> String {
    let answer = client.post(url).form(fields).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_customer_pays_on_yookassas_page_after_a_card_was_declined() {
    let shop = Shop::new().await;
    let mut body = order();
    body["description"] = json!("<b>Про</b>");
    body["receipt"] = json!({"customer": {"email": "a@b.ru"}, "items": [{
        "description": "x", "quantity": 1, "amount": {"value": "699.00", "currency": "RUB"}, "vat_code": 1}]});
    let (_, body) = shop.send("payments", "k1", &body).await;
    let url = body["confirmation"]["confirmation_url"].as_str().unwrap();
    let (_, text) = page(&shop.client, url).await;
    for part in [
        "neurocards",
        "699,00\u{a0}₽",
        "&lt;b&gt;Про",
        "a@b.ru",
        "Заплатить",
        "https://t.me/neurocards_bot",
        r#"lang="ru""#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("<b>Про"));
    let (_, english) = page(&shop.client, &format!("{url}&lang=en")).await;
    assert!(
        english.contains("Pay 699.00") && english.contains(r#"lang="en""#),
        "{english}"
    );
    let text = press(
        &shop.client,
        url,
        &[("do", "decline"), ("reason", "insufficient_funds")],
    )
    .await;
    assert!(
        text.contains("Не хватает денег") && text.contains("Заплатить"),
        "{text}"
    );
    let text = press(&shop.client, url, &[("do", "pay")]).await;
    assert!(
        text.contains("Оплачено") && text.contains(r#"http-equiv="refresh""#),
        "{text}"
    );
    // Pressed twice, it is paid once.
    press(&shop.client, url, &[("do", "pay")]).await;
    assert_eq!(shop.rail.tick().await, 1);
    let nowhere = format!("{}/checkout/payments/v2/contract?orderId=1", shop.base);
    assert_eq!(page(&shop.client, &nowhere).await.0, 404);
}

#[tokio::test]
async fn a_bank_refuses_for_good_and_a_reason_that_nobody_knows_is_none() {
    let shop = Shop::new().await;
    let id = shop.opened("k1").await;
    let url = format!("{}/checkout/payments/v2/contract?orderId={id}", shop.base);
    let text = press(&shop.client, &url, &[("do", "refuse"), ("reason", "<script>")]).await;
    assert!(
        text.contains("Платёж не прошёл") && !text.contains("<script>"),
        "{text}"
    );
    assert_eq!(
        shop.rail.payments()[0]["cancellation_details"]["reason"],
        "general_decline"
    );
}

#[tokio::test]
async fn a_customer_pays_on_stripes_page_at_once_or_by_what_takes_days() {
    let account = Account::new().await;
    let session = account.opened("k1").await;
    let url = format!("{}/c/pay/{session}", account.base);
    let (_, text) = page(&account.client, &url).await;
    for part in ["Pay $8.99", "Pro: 20 credits", "https://t.me/neurocards_bot"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = press(
        &account.client,
        &url,
        &[("do", "decline"), ("reason", "expired_card")],
    )
    .await;
    assert!(text.contains("Your card has expired."), "{text}");
    let text = press(&account.client, &format!("{url}?lang=ru"), &[("do", "pay")]).await;
    assert!(
        text.contains("Оплачено") && text.contains(&format!("?paid={session}")),
        "{text}"
    );
    let later = account.opened("k2").await;
    let text = press(
        &account.client,
        &format!("{}/c/pay/{later}", account.base),
        &[("do", "later")],
    )
    .await;
    assert!(text.contains("the money comes later"), "{text}");
    let over = account.opened("k3").await;
    account.rail.expire(&over).unwrap();
    let (_, text) = page(&account.client, &format!("{}/c/pay/{over}", account.base)).await;
    assert!(
        text.contains("The time to pay is over") && !text.contains("Pay $"),
        "{text}"
    );
    assert_eq!(
        page(&account.client, &format!("{}/c/pay/cs_1", account.base))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn everything_can_be_done_in_yookassas_cabinet() {
    let shop = Shop::new().await;
    let id = shop.opened("k1").await;
    let url = format!("{}/cabinet", shop.base);
    let text = press(&shop.client, &url, &[("do", "pay"), ("id", &id)]).await;
    assert!(
        text.contains("payment.succeeded") && text.contains("POST /v3/payments"),
        "{text}"
    );
    press(
        &shop.client,
        &url,
        &[("do", "always"), ("fault", "refund-pending")],
    )
    .await;
    assert_eq!(shop.rail.desk().injected(), [(Fault::RefundPending, u32::MAX)]);
    press(
        &shop.client,
        &url,
        &[("do", "refund"), ("id", &id), ("amount", "99,5")],
    )
    .await;
    press(&shop.client, &url, &[("do", "off"), ("fault", "refund-pending")]).await;
    assert!(shop.rail.desk().injected().is_empty());
    let refund = shop.rail.refunds()[0].clone();
    assert_eq!(
        (&refund["status"], &refund["amount"]["value"]),
        (&json!("pending"), &json!("99.50"))
    );
    press(
        &shop.client,
        &url,
        &[("do", "settle"), ("id", refund["id"].as_str().unwrap())],
    )
    .await;
    assert_eq!(shop.rail.cash()[&id].returned, 9_950);
    shop.rail.tick().await;
    press(&shop.client, &url, &[("do", "resend"), ("number", "0")]).await;
    assert_eq!(shop.rail.tick().await, 1);
    for what in [
        "paid", "amount", "currency", "user", "shop", "canceled", "refunded", "nonsense",
    ] {
        press(
            &shop.client,
            &url,
            &[("do", "forge"), ("id", &id), ("what", what)],
        )
        .await;
    }
    let forged = shop
        .rail
        .desk()
        .letters()
        .iter()
        .filter(|letter| letter.is_forged)
        .count();
    assert_eq!(forged, 7);
    for fault in Fault::all(Rail::YooKassa) {
        press(&shop.client, &url, &[("do", "once"), ("fault", &fault.name())]).await;
    }
    assert_eq!(
        shop.rail.desk().injected().len(),
        Fault::all(Rail::YooKassa).len()
    );
}

#[tokio::test]
async fn everything_can_be_done_in_stripes_dashboard() {
    let account = Account::new().await;
    let url = format!("{}/cabinet", account.base);
    let act = async |what: &str, id: &str| press(&account.client, &url, &[("do", what), ("id", id)]).await;
    let (one, late, gone) = (
        account.opened("k1").await,
        account.opened("k2").await,
        account.opened("k3").await,
    );
    act("pay", &one).await;
    act("expire", &gone).await;
    account.rail.pay_later(&late).unwrap();
    let text = act("arrive", &late).await;
    assert!(
        text.contains("checkout.session.async_payment_succeeded"),
        "{text}"
    );
    let payment = account.payment_of(&one).await;
    press(
        &account.client,
        &url,
        &[("do", "refund"), ("id", &payment), ("amount", "0.99")],
    )
    .await;
    let text = act("dispute", &payment).await;
    let dispute = &text[text.find("dp_").unwrap()..];
    let dispute = &dispute[..dispute.find(['"', '<']).unwrap()];
    act("win", dispute).await;
    let cash = account.rail.cash()[&payment].clone();
    assert_eq!((cash.arrived, cash.returned, cash.disputed), (899, 99, 0));
    for what in [
        "wrong", "stale", "missing", "paid", "amount", "currency", "user", "refunded", "disputed",
    ] {
        press(
            &account.client,
            &url,
            &[("do", "forge"), ("id", &one), ("what", what)],
        )
        .await;
    }
    let letters = account.rail.desk().letters();
    assert_eq!(letters.iter().filter(|letter| letter.is_forged).count(), 9);
    let (_, text) = page(&account.client, &format!("{url}?lang=ru")).await;
    assert!(
        text.contains("Неполадки") && text.contains("open-500-kept"),
        "{text}"
    );
}
