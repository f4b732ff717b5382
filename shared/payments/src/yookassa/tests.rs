//! The shop against a server of plain TCP, and what its answers and notifications mean.

use domain::money::Currency;
use domain::payment::{Money, PurchaseId};
use domain::time::Timestamp;
use one_request::{Then, answer, choose_crypto, serve};
use serde_json::Value;

use super::*;

fn http() -> reqwest::Client {
    choose_crypto();
    reqwest::Client::new()
}

const LONG: Duration = Duration::from_secs(20);

fn order() -> Order {
    Order {
        purchase: PurchaseId::parse("buy-7-2222222222222222").unwrap(),
        amount: Amount {
            minor: 69_900,
            currency: Currency::Rub,
        },
        title: "Про: 20 кредитов".to_owned(),
        return_url: "https://t.me/neurocards_bot".to_owned(),
        attempt: 1,
    }
}

fn payment(status: &str, more: &str) -> String {
    format!(
        r#"{{"id":"22d6d597-000f-5000-9000-145f6df21d6f","status":"{status}","paid":{},"amount":{{"value":"699.00","currency":"RUB"}},
        "confirmation":{{"type":"redirect","confirmation_url":"https://yoomoney.ru/pay"}},"metadata":{{"purchase":"buy-7-2222222222222222"}},
        "recipient":{{"account_id":"100500","gateway_id":"1"}},"refundable":false,"test":false{more}}}"#,
        status == "succeeded"
    )
}

async fn shop(then: Then) -> (Shop, tokio::task::JoinHandle<String>) {
    let (base, served) = serve(then).await;
    (Shop::new(http(), &base, "123456", "SECRET"), served)
}

async fn opened(then: Then) -> Outcome<Opened> {
    let (shop, _served) = shop(then).await;
    shop.open(&order(), None, LONG).await
}

#[tokio::test]
async fn a_payment_is_opened_with_its_key_its_price_and_our_name_of_it() {
    let (shop, served) = shop(answer("200 OK", &payment("pending", ""))).await;
    let receipt = Receipt {
        contact: Contact::Email("a@b.ru".to_owned()),
        vat_code: 1,
    };
    let opened = shop.open(&order(), Some(&receipt), LONG).await;
    assert_eq!(
        opened,
        Outcome::Done(Opened {
            id: "22d6d597-000f-5000-9000-145f6df21d6f".to_owned(),
            url: "https://yoomoney.ru/pay".to_owned()
        })
    );
    let request = served.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /payments HTTP/1.1"), "{head}");
    for line in [
        "idempotence-key: buy-7-2222222222222222.1",
        // 123456:SECRET
        "authorization: Basic MTIzNDU2OlNFQ1JFVA==",
    ] {
        assert!(head.contains(line), "{head}");
    }
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["amount"], json!({"value": "699.00", "currency": "RUB"}));
    assert_eq!(body["metadata"]["purchase"], "buy-7-2222222222222222");
    assert_eq!(body["capture"], true);
    assert_eq!(body["receipt"]["customer"], json!({"email": "a@b.ru"}));
    assert_eq!(body["receipt"]["items"][0]["amount"], body["amount"]);
}

#[tokio::test]
async fn what_was_refused_needs_a_new_key_and_what_nobody_knows_the_same() {
    let refused = opened(answer(
        "400 Bad Request",
        r#"{"type":"error","code":"invalid_request"}"#,
    ))
    .await;
    assert_eq!(
        refused,
        Outcome::Refused {
            why: "HTTP 400 invalid_request".to_owned()
        }
    );
    for then in [
        answer("500 Internal Server Error", "{}"),
        answer("202 Accepted", r#"{"type":"processing","retry_after":1800}"#),
        answer("200 OK", "<html>"),
        Then::CutTheConnection,
    ] {
        assert!(matches!(opened(then).await, Outcome::Unknown { .. }));
    }
    assert!(matches!(
        opened(answer("429 Too Many Requests", "{}")).await,
        Outcome::Later { .. }
    ));
    // The same key, after it was paid: there is no page to be sent to.
    let paid = payment("succeeded", "").replace("confirmation_url", "x");
    assert_eq!(
        opened(answer("200 OK", &paid)).await,
        Outcome::Refused {
            why: "it is succeeded already".to_owned()
        }
    );
    let nowhere = Shop::new(http(), "http://127.0.0.1:1", "1", "SECRET");
    let later = nowhere.open(&order(), None, LONG).await;
    assert!(
        matches!(&later, Outcome::Later { why } if !why.contains("SECRET")),
        "{later:?}"
    );
}

async fn truth(body: &str) -> Result<Truth, Unanswered> {
    let (shop, _served) = shop(answer("200 OK", body)).await;
    shop.payment("22d6", LONG).await
}

#[tokio::test]
async fn a_payment_is_what_it_says_and_whatever_it_does_not_say_is_not_assumed() {
    let paid = truth(&payment(
        "succeeded",
        r#","refunded_amount":{"value":"100.50","currency":"RUB"}"#,
    ))
    .await
    .unwrap();
    assert_eq!(
        (
            paid.money,
            paid.amount.minor,
            paid.refunded,
            paid.shop.as_deref(),
            paid.is_test
        ),
        (Money::Arrived, 69_900, 10_050, Some("100500"), false)
    );
    assert_eq!(paid.purchase, PurchaseId::parse("buy-7-2222222222222222"));
    let money = async |status: &str| truth(&payment(status, "")).await.unwrap().money;
    assert_eq!(money("pending").await, Money::Awaited);
    assert_eq!(money("waiting_for_capture").await, Money::Awaited);
    assert_eq!(money("canceled").await, Money::Canceled);
    let unpaid = payment("succeeded", "").replace(r#""paid":true"#, r#""paid":false"#);
    assert_eq!(truth(&unpaid).await.unwrap().money, Money::Awaited);
    for silent in [r#","test":false"#, r#""test":false"#] {
        let body = payment("succeeded", "").replace(silent, r#""x":0"#);
        if let Ok(truth) = truth(&body).await {
            assert!(truth.is_test, "{body}");
        }
    }
    for bad in [
        payment("succeeded", "").replace("699.00", "699.001"),
        payment("succeeded", "").replace("RUB", "GBP"),
        payment(
            "succeeded",
            r#","refunded_amount":{"value":"1.00","currency":"USD"}"#,
        ),
        "null".to_owned(),
    ] {
        assert!(matches!(truth(&bad).await, Err(Unanswered::Later(_))), "{bad}");
    }
}

#[tokio::test]
async fn a_question_that_is_refused_says_whether_somebody_has_to_act() {
    for (status, expected) in [
        ("401 Unauthorized", Unanswered::BadKey),
        ("404 Not Found", Unanswered::NotFound),
    ] {
        let (shop, _served) = shop(answer(status, "{}")).await;
        assert_eq!(shop.payment("22d6", LONG).await, Err(expected));
    }
}

#[tokio::test]
async fn an_id_from_outside_leads_nowhere_else() {
    let nowhere = Shop::new(http(), "http://127.0.0.1:1", "1", "SECRET");
    for id in ["../refunds", "", "a/b", "a?b", "%2e", "é"] {
        assert_eq!(nowhere.payment(id, LONG).await, Err(Unanswered::NotFound), "{id}");
    }
}

#[tokio::test]
async fn money_goes_back_under_the_key_of_its_refund() {
    let refund = Refund {
        payment: "22d6".to_owned(),
        amount: order().amount,
        key: "refund.22d6.3".to_owned(),
    };
    let ask = async |status: &str, body: &str| {
        let (shop, served) = shop(answer(status, body)).await;
        let outcome = shop.refund(&refund, None, "", LONG).await;
        (outcome, served.await.unwrap())
    };
    let (done, request) = ask("200 OK", r#"{"id":"r1","status":"succeeded"}"#).await;
    assert_eq!(done, Outcome::Done(()));
    assert!(request.contains("idempotence-key: refund.22d6.3"), "{request}");
    assert!(request.contains(r#""payment_id":"22d6""#), "{request}");
    assert_eq!(
        ask("200 OK", r#"{"status":"pending"}"#).await.0,
        Outcome::Done(())
    );
    let canceled = r#"{"status":"canceled","cancellation_details":{"reason":"insufficient_funds"}}"#;
    assert_eq!(
        ask("200 OK", canceled).await.0,
        Outcome::Refused {
            why: "insufficient_funds".to_owned()
        }
    );
    assert!(matches!(ask("500 Oops", "{}").await.0, Outcome::Unknown { .. }));
}

#[tokio::test]
async fn a_list_comes_in_pages_of_a_time() {
    let body = format!(
        r#"{{"type":"list","items":[{},{{"id":"x"}}],"next_cursor":"37a5"}}"#,
        payment("succeeded", "")
    );
    let (shop, served) = shop(answer("200 OK", &body)).await;
    let within = (
        Timestamp::from_seconds(1_795_284_000),
        Timestamp::from_seconds(1_795_287_600),
    );
    let page = shop.list(within, Some("before"), LONG).await.unwrap();
    assert_eq!((page.payments.len(), page.next.as_deref()), (1, Some("37a5")));
    let request = served.await.unwrap();
    for part in ["cursor=before", "limit=100", "created_at.gte=2026-11-2"] {
        assert!(request.contains(part), "{request}");
    }
}

#[test]
fn a_notification_names_its_payment_and_nothing_else_is_believed() {
    let notice = |body: &str| Notice::read(body.as_bytes()).map(|notice| notice.payment);
    let of = |event: &str, object: &str| {
        notice(&format!(
            r#"{{"type":"notification","event":"{event}","object":{object}}}"#
        ))
    };
    assert_eq!(
        of("payment.succeeded", r#"{"id":"22d6"}"#).as_deref(),
        Some("22d6")
    );
    assert_eq!(
        of("payment.canceled", r#"{"id":"22d6"}"#).as_deref(),
        Some("22d6")
    );
    assert_eq!(
        of("refund.succeeded", r#"{"id":"r1","payment_id":"22d6"}"#).as_deref(),
        Some("22d6")
    );
    for (event, object) in [
        ("payment_method.active", r#"{"id":"pm"}"#),
        ("payment.succeeded", r#"{"id":""}"#),
        ("payment.succeeded", "{}"),
        ("nonsense", r#"{"id":"22d6"}"#),
    ] {
        assert_eq!(of(event, object), None, "{event} {object}");
    }
    assert_eq!(notice("not json"), None);
}

#[tokio::test]
async fn what_a_notification_claims_is_held_against_the_truth() {
    let truth = truth(&payment("succeeded", "")).await.unwrap();
    let notice = |event: &str, object: &str| {
        let body = format!(r#"{{"type":"notification","event":"{event}","object":{object}}}"#);
        Notice::read(body.as_bytes()).unwrap()
    };
    let paid = payment("succeeded", "");
    assert!(notice("payment.succeeded", &paid).fits(&truth));
    for (from, to) in [
        ("699.00", "1.00"),
        ("RUB", "USD"),
        ("buy-7-", "buy-8-"),
        ("100500", "666"),
    ] {
        assert!(
            !notice("payment.succeeded", &paid.replace(from, to)).fits(&truth),
            "{to}"
        );
    }
    assert!(!notice("payment.canceled", &paid).fits(&truth));
    let refund = r#"{"id":"r1","payment_id":"22d6","amount":{"value":"1.00","currency":"RUB"}}"#;
    assert!(!notice("refund.succeeded", refund).fits(&truth));
    let refunded = Truth {
        refunded: 100,
        ..truth.clone()
    };
    assert!(notice("refund.succeeded", refund).fits(&refunded));
    let awaited = Truth {
        money: Money::Awaited,
        ..truth
    };
    assert!(!notice("payment.succeeded", &paid).fits(&awaited));
    assert!(
        notice("payment.waiting_for_capture", &paid).fits(&refunded),
        "only late"
    );
}

#[test]
fn notifications_come_from_their_networks_alone() {
    for inside in [
        "185.71.76.0",
        "185.71.76.31",
        "185.71.77.31",
        "77.75.153.127",
        "77.75.156.11",
        "77.75.156.35",
        "77.75.154.128",
        "77.75.154.255",
        "2a02:5180::1",
        "2a02:5180:0:2669::1",
        "::ffff:77.75.156.11",
    ] {
        assert!(is_known(inside.parse().unwrap(), &[]), "{inside}");
    }
    for outside in [
        "185.71.76.32",
        "185.71.75.255",
        "77.75.153.128",
        "77.75.156.12",
        "77.75.154.127",
        "2a02:5181::1",
        "127.0.0.1",
        "::1",
    ] {
        assert!(!is_known(outside.parse().unwrap(), &[]), "{outside}");
    }
    let loopback = ["127.0.0.1/32".parse().unwrap()];
    for (source, known) in [
        ("127.0.0.1", true),
        ("::ffff:127.0.0.1", true),
        ("127.0.0.2", false),
    ] {
        assert_eq!(is_known(source.parse().unwrap(), &loopback), known, "{source}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let shop = Shop::new(http(), "https://api.yookassa.ru/v3", "1", "SECRET");
    let receipt = Receipt {
        contact: Contact::Phone("79990000000".to_owned()),
        vat_code: 1,
    };
    let printed = format!("{shop:?} {receipt:?}");
    assert!(
        !printed.contains("SECRET") && !printed.contains("7999"),
        "{printed}"
    );
}
