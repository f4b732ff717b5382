//! What can go wrong between a payment and the bot's hearing of it.

use played_telegram::{Fate, PaymentNews};
use serde_json::{Value, json};

use crate::stars::{invoice, yes};
use crate::world::{ANNA, Bot, World};

const PAID: &str = "/message/successful_payment";

async fn spoilt(news: PaymentNews) -> (World, Bot, String) {
    let (world, bot, link) = World::shop(invoice(250)).await;
    world.all_delivered().await;
    world.telegram.spoil_payments([news]);
    (world, bot, link)
}

/// The kinds of news in the order in which the bot heard them.
fn order(bot: &Bot) -> Vec<&'static str> {
    let kind = |update: Value| {
        let message = &update["message"];
        let kinds = [
            ("paid", message.get("successful_payment")),
            ("refunded", message.get("refunded_payment")),
            (
                "said",
                message.get("text").filter(|text| **text != json!("/start")),
            ),
        ];
        kinds.into_iter().find_map(|(kind, there)| there.map(|_| kind))
    };
    bot.heard().into_iter().filter_map(kind).collect()
}

#[tokio::test]
async fn news_come_twice_under_the_same_number() {
    let (world, bot, link) = spoilt(PaymentNews::Twice).await;
    world.paid(&link).await;
    world.all_delivered().await;
    let heard: Vec<_> = bot
        .heard()
        .into_iter()
        .filter(|update| update.pointer(PAID).is_some())
        .collect();
    assert_eq!((heard.len(), heard.first()), (2, heard.last()));
    assert_eq!(
        (
            world.telegram.star_payments().len(),
            world.telegram.star_balance(ANNA)
        ),
        (1, 750)
    );
    world.paid(&link).await;
    world.all_delivered().await;
    assert_eq!(bot.heard_of(PAID).len(), 3);
    let mut ids: Vec<_> = bot
        .heard()
        .iter()
        .map(|update| update["update_id"].as_i64())
        .collect();
    ids.dedup();
    assert_eq!(ids.len() + 1, bot.heard().len());
}

#[tokio::test]
async fn lost_news_leave_the_list_as_it_would_be() {
    let (world, bot, link) = spoilt(PaymentNews::Lost).await;
    let payment = world.paid(&link).await;
    world.all_delivered().await;
    assert_eq!(bot.heard_of(PAID), Vec::<Value>::new());
    assert_eq!(world.telegram.star_balance(ANNA), 750);
    let list = world.ok("getStarTransactions", json!({})).await;
    assert_eq!(list["transactions"][0]["id"], json!(payment.charge_id));
}

#[tokio::test]
async fn late_news_come_after_what_was_said_later() {
    let (world, bot, link) = spoilt(PaymentNews::Late).await;
    let query_id = world.telegram.pay_link(ANNA, &link).unwrap();
    world.ok("answerPreCheckoutQuery", yes(&query_id)).await;
    // What was asked before the payment does not count as later, even if it arrives later.
    let asked = world.telegram.latest_update(ANNA).unwrap();
    let checkout = world.telegram.update(asked.update_id - 1).unwrap();
    world
        .telegram
        .wait_until(crate::world::SOON, |telegram| {
            let now = telegram.update(checkout.update_id)?;
            (now.fate == Fate::Delivered).then_some(())
        })
        .await
        .unwrap();
    assert_eq!(order(&bot), Vec::<&str>::new());
    world.telegram.say(ANNA, "where are they?").unwrap();
    world.all_delivered().await;
    assert_eq!(order(&bot), ["said", "paid"]);
}

#[tokio::test]
async fn late_news_can_be_sent_on_at_once() {
    let (world, bot, link) = spoilt(PaymentNews::Late).await;
    world.paid(&link).await;
    world.telegram.deliver_late_news();
    world.all_delivered().await;
    assert_eq!(order(&bot), ["paid"]);
}

#[tokio::test]
async fn a_refund_can_be_heard_of_before_its_payment() {
    let (world, bot, link) = spoilt(PaymentNews::AfterRefund).await;
    let payment = world.paid(&link).await;
    world.telegram.say(ANNA, "hello?").unwrap();
    assert_eq!(world.refund(&payment).await.0, 200);
    world.all_delivered().await;
    assert_eq!(order(&bot), ["said", "refunded", "paid"]);
}

#[tokio::test]
async fn faults_that_were_not_used_are_cleared_with_the_others() {
    let (world, bot, link) = spoilt(PaymentNews::Lost).await;
    world.telegram.clear_faults();
    world.paid(&link).await;
    world.all_delivered().await;
    assert_eq!(order(&bot), ["paid"]);
}
