//! Subscriptions: the first payment, the next ones, and how they end.

use played_telegram::Error;
use serde_json::{Value, json};

use crate::stars::invoice;
use crate::world::{ANNA, Bot, World};

const PERIOD: i64 = 2_592_000;
const FIRST_UNTIL: i64 = 1_800_000_000 + PERIOD;

fn monthly(stars: i64) -> Value {
    let mut invoice = invoice(stars);
    invoice["subscription_period"] = json!(PERIOD);
    invoice
}

/// Anna, who has 1000 Stars, has subscribed for 400; also the charge that names it.
async fn subscribed() -> (World, Bot, String) {
    let (world, bot, link) = World::shop(monthly(400)).await;
    let charge = world.paid(&link).await.charge_id;
    (world, bot, charge)
}

async fn edit(world: &World, charge: &str, is_canceled: bool) -> (u16, Value) {
    let body = json!({"user_id": ANNA, "telegram_payment_charge_id": charge, "is_canceled": is_canceled});
    world.bot("editUserStarSubscription", body).await
}

fn states(bot: &Bot) -> Vec<Value> {
    bot.heard_of("/subscription/state")
}

#[tokio::test]
async fn a_subscription_is_for_thirty_days_and_at_most_ten_thousand() {
    let world = World::started().await;
    assert_eq!(world.bot("createInvoiceLink", monthly(10_000)).await.0, 200);
    let refused = world.refused("createInvoiceLink", monthly(10_001)).await;
    assert_eq!(refused, "Bad Request: CURRENCY_TOTAL_AMOUNT_INVALID");
    let mut weekly = monthly(5);
    weekly["subscription_period"] = json!(604_800);
    let refused = world.refused("createInvoiceLink", weekly).await;
    assert_eq!(refused, "Bad Request: SUBSCRIPTION_PERIOD_INVALID");
    assert_eq!(world.telegram.complaints(), Vec::<String>::new());
    let mut message = monthly(5);
    message["chat_id"] = json!(ANNA);
    world.ok("sendInvoice", message).await;
    assert_eq!(
        world.telegram.complaints(),
        ["sendInvoice: unknown field \"subscription_period\""]
    );
}

#[tokio::test]
async fn the_first_payment_says_so_and_the_next_ones_come_by_themselves() {
    let (world, bot, first) = subscribed().await;
    world.telegram.a_month_passes(ANNA).unwrap();
    world.all_delivered().await;
    let news = bot.heard_of("/message/successful_payment");
    let told: Vec<_> = news
        .iter()
        .map(|news| {
            (
                &news["is_recurring"],
                &news["is_first_recurring"],
                news["subscription_expiration_date"].as_i64(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (&json!(true), &json!(true), Some(FIRST_UNTIL)),
            (&json!(true), &Value::Null, Some(FIRST_UNTIL + PERIOD)),
        ]
    );
    assert_ne!(news[1]["telegram_payment_charge_id"], json!(first));
    // Nobody was asked a second time.
    assert_eq!(bot.heard_of("/pre_checkout_query").len(), 1);
    assert_eq!(
        (
            world.telegram.star_balance(ANNA),
            world.telegram.bot_star_balance()
        ),
        (200, 800)
    );
    let one = world.telegram.subscriptions(ANNA).pop().unwrap();
    assert_eq!(
        (one.charge_id, one.paid_until, one.ended),
        (first, FIRST_UNTIL + PERIOD, false)
    );
    let list = world.ok("getStarTransactions", json!({})).await;
    assert_eq!(
        list["transactions"][1]["source"]["subscription_period"],
        json!(PERIOD)
    );
}

#[tokio::test]
async fn without_stars_the_renewal_fails_and_the_bot_hears_of_it() {
    let (world, bot, _) = subscribed().await;
    for _ in 0..3 {
        world.telegram.a_month_passes(ANNA).unwrap();
    }
    world.all_delivered().await;
    let told = bot.heard_of("/subscription");
    let user = json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "ru"});
    assert_eq!(
        told,
        [json!({"user": user, "invoice_payload": "buy-1", "state": "failed"})]
    );
    assert_eq!(world.telegram.star_payments().len(), 2);
    assert!(world.telegram.subscriptions(ANNA)[0].ended);
}

#[tokio::test]
async fn the_user_cancels_and_takes_it_back() {
    let (world, bot, charge) = subscribed().await;
    world.telegram.cancel_subscription(ANNA, &charge).unwrap();
    let again = world.telegram.cancel_subscription(ANNA, &charge);
    assert!(matches!(again, Err(Error::NoSuchSubscription(_))), "{again:?}");
    world.telegram.resume_subscription(ANNA, &charge).unwrap();
    world.telegram.a_month_passes(ANNA).unwrap();
    assert_eq!(world.telegram.star_payments().len(), 2);
    world.telegram.cancel_subscription(ANNA, &charge).unwrap();
    world.telegram.a_month_passes(ANNA).unwrap();
    world.all_delivered().await;
    assert_eq!(states(&bot), ["canceled", "active", "canceled"]);
    assert_eq!(world.telegram.star_payments().len(), 2);
    assert!(world.telegram.subscriptions(ANNA)[0].ended);
    assert!(world.telegram.resume_subscription(ANNA, &charge).is_err());
}

#[tokio::test]
async fn what_the_bot_cancels_the_user_can_take_back_only_when_the_bot_lets_them() {
    let (world, bot, charge) = subscribed().await;
    assert_eq!(edit(&world, &charge, true).await.0, 200);
    assert!(world.telegram.resume_subscription(ANNA, &charge).is_err());
    assert_eq!(edit(&world, &charge, false).await.0, 200);
    // It is canceled still, until the user wants it back.
    assert!(world.telegram.subscriptions(ANNA)[0].canceled);
    world.telegram.resume_subscription(ANNA, &charge).unwrap();
    assert_eq!(edit(&world, &charge, true).await.0, 200);
    world.telegram.a_month_passes(ANNA).unwrap();
    world.all_delivered().await;
    assert_eq!(states(&bot), ["active"]);
    assert_eq!(world.telegram.star_payments().len(), 1);
    let (status, over) = edit(&world, &charge, false).await;
    assert_eq!(
        (status, over["description"].as_str()),
        (400, Some("Bad Request: CHARGE_ID_INVALID"))
    );
}

#[tokio::test]
async fn a_subscription_is_named_by_its_first_payment_only() {
    let (world, _bot, _) = subscribed().await;
    world.telegram.a_month_passes(ANNA).unwrap();
    let renewal = world.telegram.star_payments().pop().unwrap().charge_id;
    assert_eq!(edit(&world, &renewal, true).await.0, 400);
    assert!(!world.telegram.subscriptions(ANNA)[0].canceled_by_bot);
}

#[tokio::test]
async fn one_user_may_have_two_of_the_same() {
    let (world, _bot, link) = World::shop(monthly(100)).await;
    world.paid(&link).await;
    world.paid(&link).await;
    assert_eq!(world.telegram.subscriptions(ANNA).len(), 2);
    world.telegram.a_month_passes(ANNA).unwrap();
    assert_eq!(
        (
            world.telegram.star_payments().len(),
            world.telegram.star_balance(ANNA)
        ),
        (4, 600)
    );
}
