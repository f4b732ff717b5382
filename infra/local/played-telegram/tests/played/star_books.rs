//! Stars that went back, and the bot's list of transactions.

use played_telegram::Service;
use serde_json::json;

use crate::stars::{BORIS, invoice};
use crate::world::{ANNA, World};

#[tokio::test]
async fn a_refund_gives_the_stars_back_once_and_both_hear_of_it() {
    let (world, bot, link) = World::shop(invoice(250)).await;
    let payment = world.paid(&link).await;
    assert_eq!(world.refund(&payment).await.0, 200);
    assert_eq!(
        (
            world.telegram.star_balance(ANNA),
            world.telegram.bot_star_balance()
        ),
        (1_000, 0)
    );
    world.all_delivered().await;
    let told = bot.heard_of("/message").pop().unwrap();
    assert_eq!(told["from"]["is_bot"], json!(true));
    let news = json!({"currency": "XTR", "total_amount": 250, "invoice_payload": "buy-1",
                      "telegram_payment_charge_id": payment.charge_id});
    assert_eq!(told["refunded_payment"], news);
    let shown = world.telegram.chat(ANNA).pop().unwrap();
    assert_eq!(shown.now.service, Some(Service::Refunded(news)));
    let (status, again) = world.refund(&payment).await;
    assert_eq!(
        (status, again["description"].as_str()),
        (400, Some("Bad Request: CHARGE_ALREADY_REFUNDED"))
    );
    assert_eq!(world.telegram.star_balance(ANNA), 1_000);
    assert!(world.telegram.star_payments()[0].refunded);
}

#[tokio::test]
async fn only_what_this_user_has_paid_can_be_refunded() {
    let (world, _bot, link) = World::shop(invoice(250)).await;
    world.telegram.create_user(BORIS, "Boris", None);
    let payment = world.paid(&link).await;
    let body = |user: i64, charge: &str| json!({"user_id": user, "telegram_payment_charge_id": charge});
    for (body, text) in [
        (body(ANNA, "stx0"), "CHARGE_NOT_FOUND"),
        (body(BORIS, &payment.charge_id), "CHARGE_NOT_FOUND"),
        (body(5, &payment.charge_id), "USER_ID_INVALID"),
        (
            body(ANNA, ""),
            "parameter \"telegram_payment_charge_id\" is required",
        ),
    ] {
        assert_eq!(
            world.refused("refundStarPayment", body).await,
            format!("Bad Request: {text}")
        );
    }
    assert_eq!(world.telegram.star_balance(ANNA), 750);
}

#[tokio::test]
async fn what_the_owner_took_out_cannot_be_refunded_and_stands_on_the_list() {
    let (world, _bot, link) = World::shop(invoice(250)).await;
    let payment = world.paid(&link).await;
    world.telegram.withdraw_stars(1);
    let (status, refused) = world.refund(&payment).await;
    let text = refused["description"].as_str();
    assert_eq!((status, text), (400, Some("Bad Request: BALANCE_TOO_LOW")));
    assert!(!world.telegram.star_payments()[0].refunded);
    assert_eq!(world.telegram.star_balance(ANNA), 750);
    let list = world.ok("getStarTransactions", json!({"offset": 1})).await;
    let taken = &list["transactions"][0];
    assert_eq!(taken["amount"], json!(1));
    assert_eq!(
        taken["receiver"],
        json!({"type": "fragment", "withdrawal_state": {"type": "pending"}})
    );
    assert_eq!(taken.get("source"), None);
}

#[tokio::test]
async fn the_list_has_payments_and_refunds_under_one_id_oldest_first() {
    let (world, _bot, link) = World::shop(invoice(250)).await;
    let one = world.paid(&link).await;
    world.pass(60_000);
    let two = world.paid(&link).await;
    world.pass(60_000);
    world.refund(&one).await;
    let user = json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "ru"});
    let partner = json!({"type": "user", "transaction_type": "invoice_payment", "user": user, "invoice_payload": "buy-1"});
    let list = |from: usize, to: usize| {
        let all = [
            json!({"id": one.charge_id, "date": 1_800_000_000, "amount": 250, "source": partner}),
            json!({"id": two.charge_id, "date": 1_800_000_060, "amount": 250, "source": partner}),
            json!({"id": one.charge_id, "date": 1_800_000_120, "amount": 250, "receiver": partner}),
        ];
        json!({"transactions": all[from..to]})
    };
    assert_eq!(world.ok("getStarTransactions", json!({})).await, list(0, 3));
    let part = json!({"offset": 1, "limit": 1});
    assert_eq!(world.ok("getStarTransactions", part).await, list(1, 2));
    assert_eq!(
        world.ok("getStarTransactions", json!({"offset": 3})).await,
        list(3, 3)
    );
    assert_eq!(
        world.bot("getStarTransactions", json!({"limit": 101})).await.0,
        400
    );
    assert_eq!(
        world.ok("getMyStarBalance", json!({})).await,
        json!({"amount": 250})
    );
}
