//! What operators do about money over HTTP.

use domain::payment::State;
use domain::time::Millis;
use limits_flags::access::{Role, Scope};
use played_rails::{Door, Fault, Spoilt};
use serde_json::{Value, json};
use tests::stage::{Ask, Said, Stage};

use crate::{ANNA, BORIS};

/// A customer, who buys.
const CLARA: i64 = 1003;

/// A stage with two owners and a customer. A refund of more than so many roubles needs both.
async fn stage(four_eyes_above: &str) -> Stage {
    let above = json!({ "yookassa": four_eyes_above });
    let stage = Stage::with(|setting| {
        if let (Some(selling), Ok(above)) = (&mut setting.settings.selling, serde_json::from_value(above)) {
            selling.four_eyes_above = above;
        }
    })
    .await;
    stage.admit(ANNA, Role::Owner).await;
    stage.admit(BORIS, Role::Owner).await;
    stage.newcomer_who_speaks(CLARA, "ru").await;
    stage
}

/// The payment's name, as it stands in a path.
async fn bought(stage: &Stage) -> String {
    let payment = stage.pay_in_roubles(CLARA, "pack:pro").await;
    format!("yookassa%23{payment}")
}

async fn post(stage: &Stage, who: i64, path: &str, body: Value) -> Said {
    // Nobody is to be held up for asking too often.
    stage.pass(Millis::from_secs(2));
    stage.ask(Ask::post(path).user(stage, who).json(&body)).await
}

async fn get(stage: &Stage, path: &str) -> Said {
    stage.pass(Millis::from_secs(2));
    stage.ask(Ask::get(path).user(stage, ANNA)).await
}

fn why() -> Value {
    json!({"reason": "ticket-17"})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_gives_money_back_and_the_audit_says_who_and_why() {
    let stage = stage("5000.00").await;
    let before = stage.balance(CLARA).await.0;
    let id = bought(&stage).await;
    let refund = format!("/admin/payments/{id}/refund");
    for reasonless in [json!({}), json!({"reason": "  "})] {
        let said = post(&stage, ANNA, &refund, reasonless).await;
        assert_eq!(
            (said.status, &said.body["pointer"]),
            (422, &json!("/reason")),
            "{said:?}"
        );
    }
    assert_eq!(stage.yookassa.refunds().len(), 0);
    let said = post(&stage, ANNA, &refund, why()).await;
    assert_eq!(
        (said.status, &said.body["outcome"]),
        (200, &json!("done")),
        "{said:?}"
    );
    assert_eq!(said.body["payment"]["state"], json!("refunded"));
    assert_eq!(stage.balance(CLARA).await.0, before);
    assert!(
        stage.last_text(CLARA).contains("возвращены"),
        "{}",
        stage.last_text(CLARA)
    );
    let again = post(&stage, BORIS, &refund, why()).await;
    assert_eq!(
        (again.status, &again.body["title"]),
        (409, &json!("Conflict")),
        "{again:?}"
    );
    assert_eq!(stage.yookassa.refunds().len(), 1);

    let log = get(&stage, &format!("/admin/audit/entities/payment%23{id}")).await;
    let entries = log.body["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{log:?}");
    assert_eq!(
        (&entries[0]["who"], &entries[0]["reason"], &entries[0]["action"]),
        (
            &json!(format!("user#{ANNA}")),
            &json!("ticket-17"),
            &json!("refund")
        )
    );
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn much_money_goes_back_only_if_two_people_ask_for_it_and_no_machine_is_one() {
    let stage = stage("1.00").await;
    let id = bought(&stage).await;
    let refund = format!("/admin/payments/{id}/refund");
    for _ in 0..2 {
        let said = post(&stage, ANNA, &refund, why()).await;
        assert_eq!(said.body["outcome"], json!("wants_another"), "{said:?}");
        assert_eq!(
            said.body["payment"]["refund_wanted"]["who"],
            json!(format!("user#{ANNA}"))
        );
    }
    let key = stage
        .new_key(3, &[Scope::AdminRead, Scope::AdminWrite], None)
        .await;
    let said = stage.ask(Ask::post(&refund).key(&key).json(&why())).await;
    assert_eq!(said.status, 403, "{said:?}");
    assert_eq!(stage.yookassa.refunds().len(), 0);
    let said = post(&stage, BORIS, &refund, why()).await;
    assert_eq!(said.body["outcome"], json!("done"), "{said:?}");
    assert_eq!(stage.yookassa.refunds().len(), 1);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_does_not_fit_is_accepted_with_a_reason_and_once() {
    let stage = stage("5000.00").await;
    stage.choose(CLARA, "pack:pro", "y").await;
    let payment = stage.reference().await;
    stage.yookassa.pay_amount(&payment, 69_800).unwrap();
    stage.noticed().await;
    assert_eq!(stage.payment().await.payment.state, State::Held);
    let before = stage.balance(CLARA).await.0;
    let path = format!("/admin/payments/yookassa%23{payment}");
    let listed = get(&stage, "/admin/payments?state=held").await;
    assert_eq!(
        listed.body["payments"][0]["misfit"],
        json!("other_amount"),
        "{listed:?}"
    );
    let said = post(&stage, ANNA, &format!("{path}/accept"), json!({})).await;
    assert_eq!(said.status, 422, "{said:?}");
    for status in [200, 409] {
        let said = post(&stage, ANNA, &format!("{path}/accept"), why()).await;
        assert_eq!(said.status, status, "{said:?}");
    }
    assert_eq!(stage.balance(CLARA).await.0, before + 20);
    stage.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_look_does_what_a_lost_notice_would_have_done() {
    let stage = stage("5000.00").await;
    stage.choose(CLARA, "pack:pro", "y").await;
    let payment = stage.reference().await;
    let purchase = stage.only_purchase().await.id().to_string();
    let (by_purchase, by_payment) = (
        format!("/admin/payments/{purchase}/recheck"),
        format!("/admin/payments/yookassa%23{payment}/recheck"),
    );
    let said = post(&stage, ANNA, &by_purchase, json!({})).await;
    assert_eq!(said.body["found"], json!("awaited"), "{said:?}");
    let before = stage.balance(CLARA).await.0;
    stage.yookassa.pay(&payment).unwrap();
    stage
        .yookassa
        .desk()
        .inject(Fault::Answer(Door::Ask, Spoilt::Failed), 1);
    let said = post(&stage, ANNA, &by_payment, json!({})).await;
    assert_eq!(said.status, 503, "{said:?}");
    assert!(
        said.body["detail"].as_str().unwrap().contains("payment rail"),
        "{said:?}"
    );
    for changed in [true, false] {
        let said = post(&stage, ANNA, &by_payment, json!({})).await;
        assert_eq!(said.body["changed"], json!(changed), "{said:?}");
        assert_eq!(stage.balance(CLARA).await.0, before + 20);
    }
    let shown = get(&stage, &format!("/admin/payments/{purchase}")).await;
    assert_eq!(shown.body["payment"]["state"], json!("credited"), "{shown:?}");
    assert_eq!(shown.body["purchase"]["stage"], json!("paid"), "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_payment_is_refused_and_lists_say_where_they_go_on() {
    let stage = stage("5000.00").await;
    stage.choose(CLARA, "pack:pro", "y").await;
    stage.pass(Millis::from_secs(1));
    stage.yookassa.pay(&stage.reference().await).unwrap();
    stage.noticed().await;
    for (path, status) in [
        ("/admin/payments/nonsense", 404),
        ("/admin/payments/yookassa%23none", 404),
        ("/admin/payments/buy-1003-abcdefgh23456789", 404),
        ("/admin/payments?user=1003&day=2026-11-22", 422),
        ("/admin/payments?state=lost", 400),
        ("/admin/payments?day=2026-13-01", 422),
        ("/admin/payments?cursor=nonsense", 422),
        ("/admin/payments?user=nobody", 404),
    ] {
        assert_eq!(get(&stage, path).await.status, status, "{path}");
    }
    for (path, status) in [
        ("/admin/payments/stars%23charge/recheck", 409),
        ("/admin/payments/yookassa%23none/recheck", 404),
        ("/admin/payments/buy-1003-abcdefgh23456789/refund", 404),
    ] {
        assert_eq!(post(&stage, ANNA, path, why()).await.status, status, "{path}");
    }
    let first = get(&stage, "/admin/payments?user=1003&limit=1").await;
    let next = first.body["next"].as_str().unwrap().replace('#', "%23");
    let second = get(
        &stage,
        &format!("/admin/payments?user=1003&limit=1&cursor={next}"),
    )
    .await;
    assert_eq!(second.status, 200, "{second:?}");
    let kinds = [&first, &second].map(|page| page.body["payments"][0]["kind"].as_str().unwrap().to_owned());
    assert_eq!(kinds, ["payment", "purchase"], "{first:?} {second:?}");
}
