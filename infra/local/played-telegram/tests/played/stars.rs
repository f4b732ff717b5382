//! Stars: invoices, checkouts, payments.

use axum::Json;
use played_telegram::{CheckoutState, Error, Service, StarPayment};
use serde_json::{Value, json};

use crate::world::{ANNA, Bot, SOON, World};

pub(crate) const BORIS: i64 = 1002;

pub(crate) fn invoice(stars: i64) -> Value {
    json!({"title": "20 credits", "description": "For 20 videos", "payload": "buy-1", "provider_token": "",
           "currency": "XTR", "prices": [{"label": "20 credits", "amount": stars}]})
}

fn with(field: &str, value: Value) -> Value {
    let mut invoice = invoice(250);
    invoice[field] = value;
    invoice
}

pub(crate) fn yes(query_id: &str) -> Value {
    json!({"pre_checkout_query_id": query_id, "ok": true})
}

impl World {
    /// Anna has 1000 Stars and a bot that listens; also the address of an invoice.
    pub(crate) async fn shop(invoice: Value) -> (Self, Bot, String) {
        let (world, bot) = (Self::started().await, Bot::new().await);
        world.set_webhook(&bot).await;
        world.telegram.give_stars(ANNA, 1_000).unwrap();
        let link = world.ok("createInvoiceLink", invoice).await;
        (world, bot, link.as_str().unwrap().to_owned())
    }

    /// Anna pays at the address, and the bot says yes by a call.
    pub(crate) async fn paid(&self, link: &str) -> StarPayment {
        let query_id = self.telegram.pay_link(ANNA, link).unwrap();
        self.ok("answerPreCheckoutQuery", yes(&query_id)).await;
        self.telegram.star_payments().pop().unwrap()
    }

    pub(crate) async fn refund(&self, payment: &StarPayment) -> (u16, Value) {
        let body = json!({"user_id": payment.user_id, "telegram_payment_charge_id": payment.charge_id});
        self.bot("refundStarPayment", body).await
    }

    pub(crate) async fn all_delivered(&self) {
        self.all_but(0).await;
    }

    /// So many updates are left that have not been delivered.
    pub(crate) async fn all_but(&self, waiting: usize) {
        self.telegram
            .wait_until(SOON, |telegram| {
                (telegram.updates_waiting() == waiting).then_some(())
            })
            .await
            .unwrap();
    }
}

impl Bot {
    /// What has come of this: `/message/successful_payment`.
    pub(crate) fn heard_of(&self, pointer: &str) -> Vec<Value> {
        let heard = self.heard().into_iter();
        heard
            .filter_map(|update| update.pointer(pointer).cloned())
            .collect()
    }
}

#[tokio::test]
async fn an_invoice_that_stars_do_not_allow_is_refused_in_telegrams_words() {
    let world = World::started().await;
    let two = json!([{"label": "a", "amount": 1}, {"label": "b", "amount": 2}]);
    for (body, text) in [
        (with("currency", json!("RUB")), "PAYMENT_PROVIDER_INVALID"),
        (with("currency", json!("TXR")), "PAYMENT_PROVIDER_INVALID"),
        (with("provider_token", json!("5:LIVE:1")), "STARS_INVOICE_INVALID"),
        (with("prices", two), "STARS_INVOICE_INVALID"),
        (with("prices", json!([])), "STARS_INVOICE_INVALID"),
        (with("max_tip_amount", json!(5)), "STARS_INVOICE_INVALID"),
        (invoice(0), "CURRENCY_TOTAL_AMOUNT_INVALID"),
        (invoice(-5), "CURRENCY_TOTAL_AMOUNT_INVALID"),
        (with("payload", json!("ж".repeat(65))), "INVOICE_PAYLOAD_INVALID"),
        (with("payload", json!("")), "INVOICE_PAYLOAD_INVALID"),
    ] {
        let refused = world.refused("createInvoiceLink", body.clone()).await;
        assert_eq!(refused, format!("Bad Request: {text}"), "{body}");
        let mut message = body;
        message["chat_id"] = json!(ANNA);
        let refused = world.refused("sendInvoice", message).await;
        assert_eq!(refused, format!("Bad Request: {text}"));
    }
}

#[tokio::test]
async fn titles_are_counted_in_characters_and_payloads_in_bytes() {
    let world = World::started().await;
    for (field, fits, limit) in [("title", 32, 33), ("description", 255, 256), ("payload", 64, 65)] {
        let made = world.bot("createInvoiceLink", with(field, json!("Ж".repeat(fits))));
        assert_eq!(made.await.0, 200, "{field}");
        let refused = world.bot("createInvoiceLink", with(field, json!("Ж".repeat(limit))));
        assert_eq!(refused.await.0, 400, "{field}");
    }
    assert_eq!(world.telegram.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_payment_goes_from_the_link_over_the_bots_yes_to_both_chats() {
    let (world, bot, link) = World::shop(invoice(250)).await;
    world.all_delivered().await;
    let query_id = world.telegram.pay_link(ANNA, &link).unwrap();
    world.all_delivered().await;
    let asked = bot.heard_of("/pre_checkout_query").pop().unwrap();
    assert_eq!(
        asked,
        json!({"id": query_id, "from": {"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "ru"},
               "currency": "XTR", "total_amount": 250, "invoice_payload": "buy-1"})
    );
    assert_eq!(world.telegram.checkout(&query_id), Some(CheckoutState::Waiting));
    assert_eq!(world.telegram.star_balance(ANNA), 1_000);
    world.ok("answerPreCheckoutQuery", yes(&query_id)).await;
    let payment = world.telegram.star_payments().pop().unwrap();
    let paid = Some(CheckoutState::Paid(payment.charge_id.clone()));
    assert_eq!(world.telegram.checkout(&query_id), paid);
    assert_eq!(
        (
            world.telegram.star_balance(ANNA),
            world.telegram.bot_star_balance()
        ),
        (750, 250)
    );
    world.all_delivered().await;
    let told = bot.heard_of("/message").pop().unwrap();
    assert_eq!(
        (&told["from"]["id"], &told["chat"]["id"]),
        (&json!(ANNA), &json!(ANNA))
    );
    let news = &told["successful_payment"];
    assert_eq!(
        *news,
        json!({"currency": "XTR", "total_amount": 250, "invoice_payload": "buy-1",
               "telegram_payment_charge_id": payment.charge_id,
               "provider_payment_charge_id": news["provider_payment_charge_id"]})
    );
    let shown = world.telegram.chat(ANNA).pop().unwrap();
    assert_eq!(shown.now.service, Some(Service::Paid(news.clone())));
    assert_eq!(world.telegram.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_yes_may_stand_in_the_answer_to_the_update() {
    let (world, bot, link) = World::shop(invoice(250)).await;
    world.all_delivered().await;
    let query_id = (5_000_000_000_000_000_000_i64).to_string();
    let mut answer = yes(&query_id);
    answer["method"] = json!("answerPreCheckoutQuery");
    bot.then(Json(answer));
    assert_eq!(world.telegram.pay_link(ANNA, &link).unwrap(), query_id);
    world
        .telegram
        .wait_until(SOON, |telegram| telegram.star_payments().pop())
        .await
        .unwrap();
    assert_eq!(world.telegram.star_balance(ANNA), 750);
}

#[tokio::test]
async fn the_news_come_again_until_the_bot_takes_them() {
    let (world, bot, link) = World::shop(invoice(250)).await;
    world.all_delivered().await;
    let query_id = world.telegram.pay_link(ANNA, &link).unwrap();
    world.all_delivered().await;
    bot.then(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    bot.then(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    world.ok("answerPreCheckoutQuery", yes(&query_id)).await;
    world.all_delivered().await;
    assert_eq!(bot.heard_of("/message/successful_payment").len(), 3);
    assert_eq!(world.telegram.star_payments().len(), 1);
}

#[tokio::test]
async fn a_no_takes_nothing_and_has_to_say_why() {
    let (world, _bot, link) = World::shop(invoice(250)).await;
    let query_id = world.telegram.pay_link(ANNA, &link).unwrap();
    let mute = json!({"pre_checkout_query_id": query_id, "ok": false});
    let refused = world.refused("answerPreCheckoutQuery", mute).await;
    assert_eq!(refused, "Bad Request: parameter \"error_message\" is required");
    let no = json!({"pre_checkout_query_id": query_id, "ok": false, "error_message": "Распродано"});
    world.ok("answerPreCheckoutQuery", no).await;
    let state = world.telegram.checkout(&query_id);
    assert_eq!(state, Some(CheckoutState::Refused("Распродано".into())));
    assert_eq!(
        (world.telegram.star_balance(ANNA), world.telegram.star_payments()),
        (1_000, vec![])
    );
}

const TOO_LATE: &str = "Bad Request: query is too old and response timeout expired or query ID is invalid";

#[tokio::test]
async fn after_ten_seconds_a_checkout_is_given_up() {
    let (world, _bot, link) = World::shop(invoice(250)).await;
    let query_id = world.telegram.pay_link(ANNA, &link).unwrap();
    world.pass(10_000);
    assert_eq!(world.telegram.checkout(&query_id), Some(CheckoutState::Waiting));
    world.pass(1);
    assert_eq!(world.telegram.checkout(&query_id), Some(CheckoutState::TimedOut));
    assert_eq!(
        world.refused("answerPreCheckoutQuery", yes(&query_id)).await,
        TOO_LATE
    );
    assert_eq!(
        (world.telegram.star_balance(ANNA), world.telegram.star_payments()),
        (1_000, vec![])
    );
}

#[tokio::test]
async fn a_bot_that_does_not_ask_for_checkouts_sells_nothing() {
    let (world, bot) = (World::started().await, Bot::new().await);
    let kinds = json!(["message", "callback_query"]);
    let webhook = json!({"url": bot.url, "secret_token": "s3cret", "allowed_updates": kinds});
    world.ok("setWebhook", webhook).await;
    world.telegram.give_stars(ANNA, 5).unwrap();
    let link = world.ok("createInvoiceLink", invoice(5)).await;
    let query_id = world.telegram.pay_link(ANNA, link.as_str().unwrap()).unwrap();
    world.all_delivered().await;
    assert_eq!(bot.heard_of("/pre_checkout_query"), Vec::<Value>::new());
    world.pass(10_001);
    assert_eq!(world.telegram.checkout(&query_id), Some(CheckoutState::TimedOut));
}

#[tokio::test]
async fn a_checkout_is_answered_once() {
    let (world, _bot, link) = World::shop(invoice(250)).await;
    let query_id = world.telegram.pay_link(ANNA, &link).unwrap();
    world.ok("answerPreCheckoutQuery", yes(&query_id)).await;
    assert_eq!(
        world.refused("answerPreCheckoutQuery", yes(&query_id)).await,
        TOO_LATE
    );
    assert_eq!(world.refused("answerPreCheckoutQuery", yes("77")).await, TOO_LATE);
    assert_eq!(world.telegram.star_payments().len(), 1);
}

#[tokio::test]
async fn everybody_can_pay_at_a_link_and_any_number_of_times() {
    let (world, _bot, link) = World::shop(invoice(250)).await;
    world.telegram.create_user(BORIS, "Boris", None);
    world.telegram.give_stars(BORIS, 250).unwrap();
    for user in [ANNA, BORIS, ANNA] {
        let query_id = world.telegram.pay_link(user, &link).unwrap();
        world.ok("answerPreCheckoutQuery", yes(&query_id)).await;
    }
    let payments = world.telegram.star_payments();
    let payers: Vec<_> = payments.iter().map(|payment| payment.user_id).collect();
    assert_eq!(payers, [ANNA, BORIS, ANNA]);
    let mut charges: Vec<_> = payments.iter().map(|payment| &payment.charge_id).collect();
    charges.dedup();
    assert_eq!(charges.len(), 3);
    assert_eq!(
        (
            world.telegram.star_balance(BORIS),
            world.telegram.bot_star_balance()
        ),
        (0, 750)
    );
    // Boris has never written to the bot, but may be written to now.
    world
        .ok("sendMessage", json!({"chat_id": BORIS, "text": "thanks"}))
        .await;
}

#[tokio::test]
async fn who_has_too_few_stars_cannot_pay() {
    let (world, _bot, link) = World::shop(invoice(600)).await;
    let (one, two) = (
        world.telegram.pay_link(ANNA, &link).unwrap(),
        world.telegram.pay_link(ANNA, &link).unwrap(),
    );
    world.ok("answerPreCheckoutQuery", yes(&one)).await;
    world.ok("answerPreCheckoutQuery", yes(&two)).await;
    assert_eq!(world.telegram.checkout(&two), Some(CheckoutState::TooFewStars));
    assert_eq!(
        (
            world.telegram.star_balance(ANNA),
            world.telegram.star_payments().len()
        ),
        (400, 1)
    );
    let refused = world.telegram.pay_link(ANNA, &link);
    assert!(
        matches!(refused, Err(Error::TooFewStars { has: 400, needs: 600 })),
        "{refused:?}"
    );
    assert!(matches!(
        world.telegram.pay_link(ANNA, "https://t.me/$nothing"),
        Err(Error::NoSuchInvoice(_))
    ));
    world.telegram.block(ANNA).unwrap();
    assert!(matches!(
        world.telegram.pay_link(ANNA, &link),
        Err(Error::Blocked(ANNA))
    ));
}

#[tokio::test]
async fn an_invoice_in_the_chat_has_a_button_that_pays_and_then_a_receipt() {
    let (world, _bot, _) = World::shop(invoice(1)).await;
    let mut body = invoice(250);
    body["chat_id"] = json!(ANNA);
    let sent = world.ok("sendInvoice", body).await;
    assert_eq!(
        sent["invoice"],
        json!({"title": "20 credits", "description": "For 20 videos", "start_parameter": "", "currency": "XTR",
               "total_amount": 250})
    );
    let message_id = sent["message_id"].as_i64().unwrap();
    let shown = world.telegram.message(ANNA, message_id).unwrap();
    assert!(shown.now.buttons[0][0].pay && shown.now.buttons[0][0].text == "Pay ⭐250");
    let query_id = world.telegram.pay_message(ANNA, message_id).unwrap();
    world.ok("answerPreCheckoutQuery", yes(&query_id)).await;
    let charge = world.telegram.star_payments().pop().unwrap().charge_id;
    let shown = world.telegram.message(ANNA, message_id).unwrap();
    assert_eq!(shown.now.receipt, Some(charge));
    let again = world.telegram.pay_message(ANNA, message_id);
    assert!(matches!(again, Err(Error::NoSuchButton { .. })), "{again:?}");
    let edit = json!({"chat_id": ANNA, "message_id": message_id, "text": "x"});
    assert_eq!(
        world.refused("editMessageText", edit).await,
        "Bad Request: there is no text in the message to edit"
    );
}

#[tokio::test]
async fn the_button_that_pays_stands_first_below_an_invoice_and_nowhere_else() {
    let world = World::started().await;
    let pay = json!({"text": "Pay", "pay": true});
    let help = json!({"text": "Help", "callback_data": "help"});
    let sent = |rows: Value| {
        let mut body = invoice(250);
        body["chat_id"] = json!(ANNA);
        body["reply_markup"] = json!({"inline_keyboard": rows});
        body
    };
    world.ok("sendInvoice", sent(json!([[pay, help]]))).await;
    for rows in [json!([[help]]), json!([[help, pay]]), json!([[pay], [pay]])] {
        let refused = world.refused("sendInvoice", sent(rows)).await;
        assert_eq!(refused, "Bad Request: REPLY_MARKUP_BUY_EMPTY");
    }
    let text = json!({"chat_id": ANNA, "text": "x", "reply_markup": {"inline_keyboard": [[pay]]}});
    assert_eq!(
        world.refused("sendMessage", text).await,
        "Bad Request: BUTTON_TYPE_INVALID"
    );
}
