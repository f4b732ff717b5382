//! The account against a server of plain TCP, and signatures that are Stripe's own.

use domain::money::{Amount, Currency};
use domain::payment::{Money, PurchaseId};

use one_request::{Then, answer, choose_crypto, serve, serve_in_turn};

use super::*;

fn http() -> reqwest::Client {
    choose_crypto();
    reqwest::Client::new()
}

const LONG: Duration = Duration::from_secs(20);
/// Made by stripe-python 16.1.0, `WebhookSignature.generate_signature_header`.
const SECRET: &str = "whsec_test_secret";
const BODY: &[u8] = br#"{"id":"evt_1","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_test_1","object":"checkout.session","payment_status":"paid"}}}"#;
const AT: i64 = 1_760_000_000;
const GOOD: &str = "1a0227ae27e98e285d5a0ae7f09d566f2faf7117ffdfe1f8f74e3a16f68701b2";

fn order() -> Order {
    Order {
        purchase: PurchaseId::parse("buy-7-2222222222222222").unwrap(),
        amount: Amount {
            minor: 899,
            currency: Currency::Usd,
        },
        title: "Pro: 20 credits".to_owned(),
        return_url: "https://t.me/neurocards_bot".to_owned(),
        attempt: 2,
    }
}

async fn account(then: Then) -> (Account, tokio::task::JoinHandle<String>) {
    let (base, served) = serve(then).await;
    (Account::new(http(), &base, "sk_SECRET"), served)
}

const SESSION: &str = r#"{"id":"cs_1","object":"checkout.session","url":"https://checkout.stripe.com/c/pay/cs_1","status":"open",
    "payment_status":"unpaid","payment_intent":null,"client_reference_id":"buy-7-2222222222222222"}"#;

#[tokio::test]
async fn a_session_is_opened_with_its_key_its_price_and_our_name_on_the_payment() {
    let (account, served) = account(answer("200 OK", SESSION)).await;
    let opened = account.open(&order(), Timestamp::from_seconds(AT), LONG).await;
    assert_eq!(
        opened,
        Outcome::Done(Opened {
            id: "cs_1".to_owned(),
            url: "https://checkout.stripe.com/c/pay/cs_1".to_owned()
        })
    );
    let request = served.await.unwrap();
    assert!(
        request.starts_with("POST /checkout/sessions HTTP/1.1"),
        "{request}"
    );
    for part in [
        "idempotency-key: buy-7-2222222222222222.2",
        "authorization: Bearer sk_SECRET",
        "line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=899",
        "line_items%5B0%5D%5Bprice_data%5D%5Bcurrency%5D=usd",
        "payment_intent_data%5Bmetadata%5D%5Bpurchase%5D=buy-7-2222222222222222",
        "expires_at=1760000000",
    ] {
        assert!(request.contains(part), "{part}: {request}");
    }
}

#[tokio::test]
async fn a_session_that_is_refused_says_why_and_one_that_is_unknown_is_asked_for_again() {
    let open = async |then: Then| {
        let (account, _served) = account(then).await;
        account.open(&order(), Timestamp::from_seconds(AT), LONG).await
    };
    let refused = open(answer(
        "400 Bad Request",
        r#"{"error":{"type":"invalid_request_error","code":"amount_too_small"}}"#,
    ))
    .await;
    assert_eq!(
        refused,
        Outcome::Refused {
            why: "HTTP 400 amount_too_small".to_owned()
        }
    );
    // 409: the same key is being worked on.
    for then in [
        answer("409 Conflict", "{}"),
        answer("500 Oops", "{}"),
        Then::CutTheConnection,
    ] {
        assert!(matches!(open(then).await, Outcome::Unknown { .. }));
    }
}

fn intent(status: &str, charge: &str) -> String {
    format!(
        r#"{{"id":"pi_1","object":"payment_intent","status":"{status}","amount":899,"amount_received":899,"currency":"usd",
        "livemode":true,"metadata":{{"purchase":"buy-7-2222222222222222"}},"latest_charge":{charge}}}"#
    )
}

async fn truth(body: &str) -> Result<Truth, Unanswered> {
    let (account, _served) = account(answer("200 OK", body)).await;
    account.payment("pi_1", LONG).await
}

#[tokio::test]
async fn a_payment_is_what_its_charge_says() {
    let charge = |disputed: bool, refunded: u64| {
        format!(r#"{{"object":"charge","paid":true,"disputed":{disputed},"amount_refunded":{refunded}}}"#)
    };
    let paid = truth(&intent("succeeded", &charge(false, 99))).await.unwrap();
    assert_eq!(
        (paid.money, paid.amount, paid.refunded, paid.is_test),
        (Money::Arrived, order().amount, 99, false)
    );
    assert_eq!(paid.purchase, Some(order().purchase));
    let money = async |body: &str| truth(body).await.map(|truth| truth.money);
    assert_eq!(money(&intent("canceled", "null")).await, Ok(Money::Canceled));
    assert_eq!(money(&intent("processing", "null")).await, Ok(Money::Underway));
    assert_eq!(
        money(&intent("requires_payment_method", "null")).await,
        Ok(Money::Awaited)
    );
    let unpaid = charge(false, 0).replace(r#""paid":true"#, r#""paid":false"#);
    assert_eq!(money(&intent("succeeded", &unpaid)).await, Ok(Money::Awaited));
    // Something else under the payment's address is no payment.
    let other = intent("succeeded", &charge(false, 0))
        .replace(r#""object":"payment_intent""#, r#""object":"charge""#);
    assert!(money(&other).await.is_err());
    // A charge that was not told is no reason to believe anything.
    for charge in ["null", r#""ch_1""#] {
        assert!(money(&intent("succeeded", charge)).await.is_err());
    }
    let test = intent("succeeded", &charge(false, 0)).replace(r#""livemode":true,"#, "");
    assert!(truth(&test).await.unwrap().is_test);
}

#[tokio::test]
async fn a_disputed_charge_is_ours_again_when_every_dispute_is_won() {
    let charge = r#"{"object":"charge","paid":true,"disputed":true,"amount_refunded":0}"#;
    for (disputes, money) in [
        (r#"[{"status":"needs_response"}]"#, Ok(Money::Disputed)),
        (r#"[{"status":"lost"}]"#, Ok(Money::Disputed)),
        (
            r#"[{"status":"won"},{"status":"under_review"}]"#,
            Ok(Money::Disputed),
        ),
        (
            r#"[{"status":"won"},{"status":"warning_closed"}]"#,
            Ok(Money::Arrived),
        ),
        ("[]", Err(())),
    ] {
        let list = format!(r#"{{"object":"list","data":{disputes}}}"#);
        let base = serve_in_turn(vec![intent("succeeded", charge), list]).await;
        let account = Account::new(http(), &base, "sk_SECRET");
        let said = account.payment("pi_1", LONG).await;
        assert_eq!(said.map(|truth| truth.money).map_err(drop), money, "{disputes}");
    }
}

#[tokio::test]
async fn a_session_leads_to_its_payment() {
    let body = SESSION.replace(r#""payment_intent":null"#, r#""payment_intent":"pi_1""#);
    let (account, _served) = account(answer("200 OK", &body)).await;
    let session = account.session("cs_1", LONG).await.unwrap();
    assert_eq!(
        (session.payment.as_deref(), session.is_expired, session.purchase),
        (Some("pi_1"), false, Some(order().purchase))
    );
    for id in ["../refunds", "", "cs/1", "cs-1"] {
        assert_eq!(account.session(id, LONG).await, Err(Unanswered::NotFound), "{id}");
        assert_eq!(account.payment(id, LONG).await, Err(Unanswered::NotFound), "{id}");
    }
}

#[tokio::test]
async fn money_goes_back_once() {
    let refund = Refund {
        payment: "pi_1".to_owned(),
        amount: order().amount,
        key: "refund.pi_1.3".to_owned(),
    };
    let ask = async |status: &str, body: &str| {
        let (account, served) = account(answer(status, body)).await;
        (account.refund(&refund, LONG).await, served.await.unwrap())
    };
    let (done, request) = ask("200 OK", r#"{"status":"succeeded"}"#).await;
    assert_eq!(done, Outcome::Done(()));
    assert!(request.contains("idempotency-key: refund.pi_1.3"), "{request}");
    assert!(request.ends_with("payment_intent=pi_1&amount=899"), "{request}");
    let already = r#"{"error":{"type":"invalid_request_error","code":"charge_already_refunded"}}"#;
    assert_eq!(ask("400 Bad Request", already).await.0, Outcome::Done(()));
    let failed = r#"{"status":"failed","failure_reason":"lost_or_stolen_card"}"#;
    assert_eq!(
        ask("200 OK", failed).await.0,
        Outcome::Refused {
            why: "lost_or_stolen_card".to_owned()
        }
    );
}

#[tokio::test]
async fn a_list_goes_on_after_its_last_payment() {
    let body = format!(
        r#"{{"object":"list","has_more":true,"data":[{}]}}"#,
        intent("processing", "null")
    );
    let (account, served) = account(answer("200 OK", &body)).await;
    let within = (Timestamp::from_seconds(AT), Timestamp::from_seconds(AT + 60));
    let page = account.list(within, None, LONG).await.unwrap();
    assert_eq!((page.payments.len(), page.next.as_deref()), (1, Some("pi_1")));
    assert!(served.await.unwrap().contains("expand%5B%5D=data.latest_charge"));
}

#[test]
fn an_event_says_what_it_is_about() {
    assert_eq!(Notice::read(BODY), Some(Notice::Session("cs_test_1".to_owned())));
    let of = |kind: &str, object: &str| {
        Notice::read(format!(r#"{{"type":"{kind}","data":{{"object":{object}}}}}"#).as_bytes())
    };
    let payment = Some(Notice::Payment("pi_1".to_owned()));
    assert_eq!(
        of(
            "charge.refunded",
            r#"{"object":"charge","payment_intent":"pi_1"}"#
        ),
        payment
    );
    assert_eq!(
        of(
            "charge.dispute.created",
            r#"{"object":"dispute","payment_intent":"pi_1"}"#
        ),
        payment
    );
    assert_eq!(
        of(
            "payment_intent.succeeded",
            r#"{"object":"payment_intent","id":"pi_1"}"#
        ),
        payment
    );
    for (kind, object) in [
        ("customer.created", r#"{"object":"customer","id":"cus_1"}"#),
        ("charge.refunded", r#"{"object":"charge"}"#),
        ("checkout.session.completed", "{}"),
    ] {
        assert_eq!(of(kind, object), None, "{kind}");
    }
    assert_eq!(Notice::read(b"not json"), None);
}

fn is_signed(header: &str, body: &[u8], now_s: i64) -> bool {
    Signature::new(header).is_of(body, SECRET, now_s)
}

#[test]
fn stripes_own_signature_is_accepted_while_it_is_fresh_and_among_others() {
    let good = format!("t={AT},v1={GOOD}");
    for now in [AT, AT + TOLERANCE_S, AT - TOLERANCE_S] {
        assert!(is_signed(&good, BODY, now));
    }
    for now in [AT + TOLERANCE_S + 1, AT - TOLERANCE_S - 1, 0, i64::MIN, i64::MAX] {
        assert!(!is_signed(&good, BODY, now));
    }
    // A secret that is being rolled; what is not v1 is nobody's.
    let zeros = "0".repeat(64);
    assert!(is_signed(
        &format!("t={AT},v1={zeros},v1={GOOD},v0=6ffb"),
        BODY,
        AT
    ));
    assert!(!is_signed(&format!("t={AT},v0={GOOD}"), BODY, AT));
    assert!(!is_signed(&format!("t={AT},t={AT},v1={GOOD}"), BODY, AT));
    assert!(!is_signed(&format!("v1={GOOD}"), BODY, AT));
    assert!(!is_signed("", BODY, AT));
    assert!(!Signature::new(&good).is_of(BODY, "", AT));
    assert!(!Signature::new(&good).is_of(BODY, "whsec_other", AT));
}

#[test]
fn a_secret_that_is_not_set_signs_nothing_and_of_a_header_only_so_many_signatures_are_tried() {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"");
    let signed = [format!("{AT}.").as_bytes(), BODY].concat();
    let tag = ring::hmac::sign(&key, &signed);
    let hex = tag
        .as_ref()
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert!(!Signature::new(&format!("t={AT},v1={hex}")).is_of(BODY, "", AT));
    let zeros = |many: usize| format!(",v1={}", "0".repeat(64)).repeat(many);
    assert!(is_signed(&format!("t={AT}{},v1={GOOD}", zeros(7)), BODY, AT));
    assert!(!is_signed(&format!("t={AT}{},v1={GOOD}", zeros(8)), BODY, AT));
}

#[test]
fn of_ten_thousand_mutations_none_is_accepted() {
    let good = format!("t={AT},v1={GOOD}");
    let mut refused = 0;
    for seed in 0..10_000_usize {
        let (mut header, mut body, mut now) = (good.clone().into_bytes(), BODY.to_vec(), AT);
        let bit = 1_u8 << (seed / 3 % 7);
        match seed % 3 {
            0 => {
                // Within the signature itself or its time; of a name or a comma nothing would be left to be read.
                let at = 2 + seed / 21 % (header.len() - 2);
                header[at] ^= bit;
            }
            1 => {
                let at = seed / 21 % body.len();
                body[at] ^= bit;
            }
            _ => now += TOLERANCE_S + 1 + i64::try_from(seed).unwrap(),
        }
        let Ok(header) = String::from_utf8(header) else {
            continue;
        };
        assert!(!is_signed(&header, &body, now), "{header}");
        refused += 1;
    }
    assert!(refused > 9_900, "{refused}");
}

#[test]
fn nothing_secret_is_printed() {
    let account = Account::new(http(), "https://api.stripe.com/v1", "sk_SECRET");
    assert!(!format!("{account:?}").contains("SECRET"));
}
