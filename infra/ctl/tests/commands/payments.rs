//! Money in and out, with a played YooKassa.

use ctl::{Error, Kind};
use domain::id::{NONCE_CHARS, Nonce};
use domain::payment::Rail;
use domain::purchase::Purchase;
use serde_json::json;

use super::place::{Place, USER, soon};
use super::shop::SHOP;

/// A place where a refund of more than 700 roubles needs two, and a customer with two credits.
async fn place() -> Place {
    let place = Place::new().await;
    let shop = SHOP.replace(
        "selling: { rails: [yookassa, stars] }",
        "selling: { rails: [yookassa, stars], four_eyes_above: { yookassa: \"700.00\" } }",
    );
    assert_ne!(shop, SHOP);
    let file = place.file("selling.yaml", &shop);
    place.ctl(&["settings", "apply", &file]).await.unwrap();
    place.open_account().await;
    place
}

/// A refund of anything needs two.
async fn with_four_eyes(place: &Place) {
    let shop = SHOP.replace(
        "selling: { rails: [yookassa, stars] }",
        "selling: { rails: [yookassa, stars], four_eyes_above: { yookassa: \"1.00\" } }",
    );
    let file = place.file("four-eyes.yaml", &shop);
    place.ctl(&["settings", "apply", &file]).await.unwrap();
}

/// The customer chooses the pack of 20 credits for 699 roubles.
async fn chosen(place: &Place, number: u8) -> Purchase {
    let cashier = place.desk().await.cashier;
    let snapshot = cashier.settings.fresh(cashier.env.now()).await.unwrap();
    let wares = snapshot.wares();
    let wanted = app::cashier::Wanted {
        user: USER,
        nonce: Nonce::from_random([number; NONCE_CHARS]),
        ware: &wares[0],
        rail: Rail::YooKassa,
        locale: "ru",
        selling: &snapshot.selling,
        receipt: None,
    };
    cashier.open(&wanted, soon()).await.unwrap()
}

/// The same, and pays so much less; nobody is told of it. Gives the payment's name, and the purchase's.
async fn paid_less(place: &Place, number: u8, less_minor: i64) -> (String, String) {
    let purchase = chosen(place, number).await;
    let reference = purchase.reference.clone().unwrap();
    place
        .yookassa
        .pay_amount(&reference, 69_900 - less_minor)
        .unwrap();
    (format!("yookassa#{reference}"), purchase.id().to_string())
}

/// The same, and pays.
async fn paid(place: &Place, number: u8) -> (String, String) {
    paid_less(place, number, 0).await
}

/// What stands on the account.
async fn available(place: &Place) -> i64 {
    let account = place.ctl(&["account", "700001"]).await.unwrap();
    account.json["available"].as_i64().unwrap()
}

#[tokio::test]
async fn a_purchase_whose_notice_was_lost_is_credited_by_a_second_look() {
    let place = place().await;
    let (payment, purchase) = paid(&place, 1).await;
    let error = place.ctl(&["payments", "show", &payment]).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    let looked = place.ctl(&["payments", "recheck", &purchase]).await.unwrap();
    assert_eq!(looked.json["changed"], json!(true), "{}", looked.text);
    assert_eq!(available(&place).await, 22);
    let again = place.ctl(&["payments", "recheck", &payment]).await.unwrap();
    assert_eq!(again.json["changed"], json!(false), "{}", again.text);
    assert_eq!(available(&place).await, 22);

    for name in [&payment, &purchase] {
        let shown = place.ctl(&["payments", "show", name]).await.unwrap();
        let payment = &shown.json["payments"][0];
        assert_eq!(payment["ledger"][0]["credits"], json!(20), "{}", shown.text);
        assert_eq!(shown.json["purchase"]["stage"], json!("paid"));
        for words in [
            "the rail   699.00 RUB arrived, 0.00 RUB of it went back",
            "the customer knows how it stands",
        ] {
            assert!(shown.text.contains(words), "{words}: {}", shown.text);
        }
    }
    assert!(place.ctl(&["audit"]).await.unwrap().sound);
}

#[tokio::test]
async fn what_nobody_has_paid_is_awaited_and_what_nobody_knows_is_not_found() {
    let place = place().await;
    let purchase = chosen(&place, 1).await.id().to_string();
    let looked = place.ctl(&["payments", "recheck", &purchase]).await.unwrap();
    assert_eq!(looked.json["found"], json!("awaited"));
    for (name, kind) in [
        ("yookassa#2d1f8a2c-000f-5000-8000-1d3ee7a1c0de", Kind::Refused),
        ("buy-700001-abcdefgh23456789", Kind::Refused),
        // Telegram cannot be asked, and there is no key for Stripe.
        ("stars#charge", Kind::Refused),
        ("stripe#pi_1", Kind::Refused),
        ("nonsense", Kind::Usage),
    ] {
        let error = place.ctl(&["payments", "recheck", name]).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
    }
    let error = place
        .ctl(&["payments", "refund", &purchase, "--why", "x"])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Usage, "{error}");
}

#[tokio::test]
async fn a_refund_takes_the_credits_and_says_who_did_it_and_why() {
    let place = place().await;
    let (payment, purchase) = paid(&place, 1).await;
    place.ctl(&["payments", "recheck", &purchase]).await.unwrap();
    let refund = ["payments", "refund", &payment, "--why"];
    let error = place.ctl(&[&refund[..], &[" "]].concat()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Usage, "{error}");
    assert_eq!(place.yookassa.refunds().len(), 0, "nobody has said why");

    let line = [&refund[..], &["ticket-17"]].concat();
    let done = place.ctl(&line).await.unwrap();
    assert_eq!(done.json["outcome"], json!("done"), "{}", done.text);
    assert!(
        done.text
            .contains("699.00 RUB went back to the customer; taken off: 20 credits"),
        "{}",
        done.text
    );
    assert_eq!(available(&place).await, 2);
    let account = place.ctl(&["account", "700001"]).await.unwrap();
    assert!(
        account.text.contains("money back 0 set aside, 20 gone, 0 owed"),
        "{}",
        account.text
    );
    let error = place.ctl(&line).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Refused, "{error}");
    assert_eq!(place.yookassa.refunds().len(), 1);

    let entity = format!("payment#{payment}");
    let log = place.ctl(&["log", "--entity", &entity]).await.unwrap();
    let entries = log.json["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "what was refused is not there: {}", log.text);
    assert_eq!(
        (&entries[0]["who"], &entries[0]["why"], &entries[0]["action"]),
        (&json!("anna"), &json!("ticket-17"), &json!("refund"))
    );
    assert!(log.text.contains("699.00 RUB"), "{}", log.text);
    assert!(place.ctl(&["audit"]).await.unwrap().sound);
}

#[tokio::test]
async fn much_money_goes_back_only_if_two_people_say_so() {
    let place = place().await;
    with_four_eyes(&place).await;
    let (payment, purchase) = paid(&place, 1).await;
    place.ctl(&["payments", "recheck", &purchase]).await.unwrap();
    let refund = ["payments", "refund", &payment, "--why", "never used"];
    for _ in 0..2 {
        let asked = place.ctl(&refund).await.unwrap();
        assert_eq!(asked.json["outcome"], json!("wants_another"), "{}", asked.text);
        assert!(asked.text.contains("anna (never used)"), "{}", asked.text);
    }
    assert_eq!(place.yookassa.refunds().len(), 0);
    assert_eq!(available(&place).await, 22);
    let waiting = place.ctl(&["payments", "held"]).await.unwrap();
    assert_eq!(waiting.json["payments"][0]["refund_wanted"]["by"], json!("anna"));

    let done = place.ctl_as("boris", &refund).await.unwrap();
    assert_eq!(done.json["outcome"], json!("done"), "{}", done.text);
    assert_eq!(place.yookassa.refunds().len(), 1);
    let waiting = place.ctl(&["payments", "held"]).await.unwrap();
    assert_eq!(waiting.json["payments"], json!([]));
    let entity = format!("payment#{payment}");
    let log = place.ctl(&["log", "--entity", &entity]).await.unwrap();
    let who: Vec<_> = log.json["entries"].as_array().unwrap().iter().collect();
    let who: Vec<_> = who.iter().map(|entry| entry["who"].as_str().unwrap()).collect();
    assert_eq!(who, ["boris", "anna", "anna"]);
}

#[tokio::test]
async fn money_that_does_not_fit_waits_until_somebody_accepts_it() {
    let place = place().await;
    let (payment, purchase) = paid_less(&place, 1, 100).await;
    place.ctl(&["payments", "recheck", &purchase]).await.unwrap();
    assert_eq!(available(&place).await, 2);
    let held = place.ctl(&["payments", "held"]).await.unwrap();
    assert_eq!(held.json["payments"][0]["misfit"], json!("other_amount"));
    let accept = ["payments", "accept", &payment, "--why", "one rouble"];
    let accepted = place.ctl(&accept).await.unwrap();
    assert_eq!(accepted.json["payment"]["state"], json!("credited"));
    assert_eq!(available(&place).await, 22);
    let error = place.ctl(&accept).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Refused, "{error}");
    assert_eq!(available(&place).await, 22);
    let log = place.ctl(&["log", "--person", "anna"]).await.unwrap();
    assert!(
        log.text
            .contains(&format!("anna  accept payment#{payment}  (one rouble)")),
        "{}",
        log.text
    );
}

#[tokio::test]
async fn money_that_does_not_fit_goes_back_as_it_came() {
    let place = place().await;
    let (payment, purchase) = paid_less(&place, 1, 100).await;
    place.ctl(&["payments", "recheck", &purchase]).await.unwrap();
    let refund = ["payments", "refund", &payment, "--why", "other amount"];
    let done = place.ctl(&refund).await.unwrap();
    assert_eq!(done.json["payment"]["state"], json!("refunded"));
    assert!(
        done.text.contains("nothing had been given for it"),
        "{}",
        done.text
    );
    assert_eq!(available(&place).await, 2);
    assert_eq!(place.yookassa.refunds().len(), 1);
    assert!(place.ctl(&["audit"]).await.unwrap().sound);
}

#[tokio::test]
async fn lists_are_the_newest_first_and_go_on_where_a_page_ended() {
    let place = place().await;
    let mut bought = Vec::new();
    for number in 1..=3 {
        let (payment, purchase) = paid_less(&place, number, i64::from(number == 2)).await;
        place.ctl(&["payments", "recheck", &purchase]).await.unwrap();
        bought.push(payment);
    }
    bought.reverse();
    for (list, found) in [
        (&["payments", "list"][..], &bought[..]),
        (&["payments", "list", "--state", "held"], &bought[1..2]),
        (
            &["payments", "list", "--user", "700001", "--state", "credited"],
            &[bought[0].clone(), bought[2].clone()],
        ),
        (&["payments", "list", "--day", "2020-01-01"], &[]),
    ] {
        assert_eq!(ids(&place, list, "200").await, found, "{list:?}");
        assert_eq!(ids(&place, list, "1").await, found, "{list:?}");
    }
    let all = ids(&place, &["payments", "list", "--user", "700001"], "2").await;
    assert_eq!(all.len(), 6, "purchases and payments: {all:?}");
    let error = place
        .ctl(&["payments", "list", "--after", "nonsense"])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Usage, "{error}");
}

/// All the pages of a list.
async fn ids(place: &Place, list: &[&str], limit: &str) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut line = [list, &["--limit", limit]].concat();
        if let Some(after) = &after {
            line.extend(["--after", after]);
        }
        let page = place.ctl(&line).await.unwrap();
        let rows = page.json["payments"].as_array().unwrap();
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        after = page.json["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return ids;
        }
    }
}

#[tokio::test]
async fn a_rail_that_cannot_be_read_whole_is_no_good_news() {
    let place = place().await;
    let done = place.ctl(&["payments", "reconcile"]).await.unwrap();
    assert!(done.sound, "{}", done.text);
    assert_eq!(done.json["rails"].as_array().unwrap().len(), 2, "{}", done.text);
    place.yookassa.desk().inject(
        played_rails::Fault::Answer(played_rails::Door::Ask, played_rails::Spoilt::Failed),
        1,
    );
    let done = place
        .ctl(&["payments", "reconcile", "--days", "1"])
        .await
        .unwrap();
    assert!(!done.sound, "{}", done.text);
}

#[tokio::test]
async fn without_keys_the_tables_are_still_shown_and_no_money_moves() {
    let place = place().await;
    let (payment, purchase) = paid(&place, 1).await;
    place.ctl(&["payments", "recheck", &purchase]).await.unwrap();
    let none = ["--secret-file", "/nowhere.json"];
    let shown = place
        .ctl(&[&["payments", "show", &payment], &none[..]].concat())
        .await;
    let shown = shown.unwrap().text;
    assert!(shown.contains("the rail   not asked"), "{shown}");
    let refund = ["payments", "refund", &payment, "--why", "x"];
    let error = place.ctl(&[&refund[..], &none].concat()).await.unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error}");
}
