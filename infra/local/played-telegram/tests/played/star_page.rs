//! The browser client's doors to Stars.

use played_telegram::PaymentNews;
use serde_json::{Value, json};

use crate::client::{Events, act};
use crate::stars::{invoice, yes};
use crate::world::{ANNA, World};

fn door(what: &str) -> String {
    format!("{ANNA}/{what}")
}

async fn look(world: &World, holds: impl Fn(&Value) -> bool) -> Value {
    Events::open(world, ANNA).await.until(holds).await
}

fn slug(link: &str) -> &str {
    link.strip_prefix("https://t.me/$").unwrap()
}

#[tokio::test]
async fn an_invoice_is_drawn_paid_and_then_shows_a_receipt() {
    let (world, _bot, _) = World::shop(invoice(1)).await;
    let mut body = invoice(250);
    body["chat_id"] = json!(ANNA);
    let message_id = world.ok("sendInvoice", body).await["message_id"].clone();
    let seen = look(&world, |view| view["messages"][1]["invoice"].is_object()).await;
    let offered = seen["messages"][1]["invoice"].clone();
    assert_eq!(
        offered,
        json!({"slug": offered["slug"], "title": "20 credits", "description": "For 20 videos", "stars": 250,
               "monthly": false, "paid": false, "own_button": false})
    );
    assert_eq!(seen["messages"][1]["buttons"][0][0]["pay"], json!(true));
    let pay = json!({"slug": offered["slug"], "message_id": message_id});
    assert_eq!(act(&world, &door("pay"), pay.clone()).await, 200);
    let waits = look(&world, |view| view["stars"]["checkout"]["state"] == "waiting").await;
    let query_id = waits["stars"]["checkout"]["id"].as_str().unwrap();
    world.ok("answerPreCheckoutQuery", yes(query_id)).await;
    let paid = look(&world, |view| view["stars"]["checkout"]["state"] == "paid").await;
    assert_eq!(paid["messages"][1]["invoice"]["paid"], json!(true));
    let service = json!({"kind": "paid", "stars": 250, "title": "20 credits"});
    assert_eq!(
        (&paid["messages"][2]["service"], &paid["stars"]["balance"]),
        (&service, &json!(750))
    );
    assert_eq!(act(&world, &door("pay"), pay).await, 409);
    world.refund(&world.telegram.star_payments()[0]).await;
    let back = look(&world, |view| {
        view["messages"][3]["service"]["kind"] == "refunded"
    })
    .await;
    assert_eq!(back["stars"]["balance"], json!(1_000));
}

#[tokio::test]
async fn a_link_opens_its_invoice_and_only_who_has_the_stars_can_pay() {
    let (world, _bot, link) = World::shop(invoice(1_200)).await;
    let url = format!("{}/client/{}/{}", world.url, door("invoice"), slug(&link));
    let offered: Value = world.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&offered["title"], &offered["stars"]),
        (&json!("20 credits"), &json!(1_200))
    );
    let nothing = format!("{}/client/{}/nothing", world.url, door("invoice"));
    assert_eq!(world.http.get(nothing).send().await.unwrap().status(), 404);
    let pay = json!({"slug": slug(&link)});
    assert_eq!(act(&world, &door("pay"), pay.clone()).await, 409);
    assert_eq!(act(&world, &door("stars"), json!({"stars": 200})).await, 200);
    assert_eq!(act(&world, &door("pay"), pay).await, 200);
    let query_id = world.telegram.checkouts()[0].query_id.clone();
    let no = json!({"pre_checkout_query_id": query_id, "ok": false, "error_message": "sold out"});
    world.ok("answerPreCheckoutQuery", no).await;
    let seen = look(&world, |view| view["stars"]["checkout"]["state"] == "refused").await;
    assert_eq!(
        (&seen["stars"]["checkout"]["why"], &seen["stars"]["balance"]),
        (&json!("sold out"), &json!(1_200))
    );
}

#[tokio::test]
async fn a_checkout_that_nobody_answers_shows_that() {
    let (world, _bot, link) = World::shop(invoice(5)).await;
    act(&world, &door("pay"), json!({"slug": slug(&link)})).await;
    world.pass(10_001);
    look(&world, |view| view["stars"]["checkout"]["state"] == "timed_out").await;
}

#[tokio::test]
async fn a_subscription_can_be_canceled_resumed_and_renewed() {
    let mut monthly = invoice(300);
    monthly["subscription_period"] = json!(2_592_000);
    let (world, _bot, link) = World::shop(monthly).await;
    let charge_id = world.paid(&link).await.charge_id;
    let seen = look(&world, |view| view["stars"]["subscriptions"][0].is_object()).await;
    assert_eq!(
        seen["stars"]["subscriptions"],
        json!([{"charge_id": charge_id, "title": "20 credits", "stars": 300, "paid_until": 1_802_592_000,
                "canceled": false, "canceled_by_bot": false}])
    );
    let want = |renewed: bool| json!({"charge_id": charge_id, "renewed": renewed});
    assert_eq!(act(&world, &door("subscription"), want(true)).await, 409);
    assert_eq!(act(&world, &door("subscription"), want(false)).await, 200);
    look(&world, |view| {
        view["stars"]["subscriptions"][0]["canceled"] == true
    })
    .await;
    assert_eq!(act(&world, &door("subscription"), want(true)).await, 200);
    assert_eq!(act(&world, &door("month"), json!({})).await, 200);
    let seen = look(&world, |view| view["stars"]["balance"] == 400).await;
    let last = seen["messages"].as_array().unwrap().last().unwrap();
    assert_eq!(last["service"]["kind"], "renewed");
    act(&world, &door("subscription"), want(false)).await;
    act(&world, &door("month"), json!({})).await;
    look(&world, |view| view["stars"]["subscriptions"] == json!([])).await;
}

#[tokio::test]
async fn what_happens_to_the_next_news_is_chosen_and_unchosen() {
    let (world, bot, link) = World::shop(invoice(5)).await;
    for (name, news) in [
        ("twice", PaymentNews::Twice),
        ("lost", PaymentNews::Lost),
        ("after_refund", PaymentNews::AfterRefund),
        ("late", PaymentNews::Late),
    ] {
        assert_eq!(act(&world, &door("news"), json!({"news": name})).await, 200);
        let seen = look(&world, |view| view["stars"]["news"] == name).await;
        assert_eq!(seen["stars"]["news"], json!(news));
    }
    world.paid(&link).await;
    world.all_but(1).await;
    assert_eq!(act(&world, &door("news"), json!({"news": null})).await, 200);
    world.all_but(0).await;
    assert_eq!(bot.heard_of("/message/successful_payment").len(), 1);
}
