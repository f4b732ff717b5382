//! Every call about payments, against the Bot API's own description: the played Telegram refuses what the description
//! does not allow, and complains of what it does not know. And what it tells of a payment, read back as its truth.
#![allow(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected should fail there"
)]

use domain::id::UserId;
use domain::payment::{Money, Truth};
use played_telegram::{ApiError, Config, PlayedTelegram};
use serde_json::{Map, Value};
use telegram::methods::{
    AnswerPreCheckoutQuery, CreateInvoiceLink, EditUserStarSubscription, GetMyStarBalance,
    GetStarTransactions, InlineKeyboardButton, InlineKeyboardMarkup, Invoice, Method, RefundStarPayment,
    SendInvoice,
};
use telegram::types::{Message, SubscriptionState};
use telegram::{Reply, Update, UpdateKind, stars};

const ANNA: i64 = 1001;
const PURCHASE: &str = "buy-1001-23456789abcdefgh";

struct World {
    played: PlayedTelegram,
}

impl World {
    fn new() -> Self {
        let mut config = Config::new("5000:TOKEN", "http://telegram.test").quick();
        config.stars = 1_000;
        let played = PlayedTelegram::new(config).unwrap();
        played.create_user(ANNA, "Anna", Some("ru"));
        played.say(ANNA, "/start").unwrap();
        Self { played }
    }

    /// The answer to a call that the description has nothing against.
    async fn call<M: Method>(&self, method: &M) -> M::Answer {
        let told = self.told(M::NAME, object(method)).await.unwrap();
        serde_json::from_value(told).unwrap()
    }

    async fn told(&self, method: &str, body: Map<String, Value>) -> Result<Value, ApiError> {
        let told = self.played.call(method, body).await;
        assert_eq!(self.played.complaints(), Vec::<String>::new());
        told
    }

    async fn reply(&self, reply: impl Into<Reply>) -> Value {
        let mut body = object(&reply.into());
        let method = body.remove("method").unwrap();
        self.told(method.as_str().unwrap(), body).await.unwrap()
    }

    /// Anna pays, and the bot says yes. The charge.
    async fn pays(&self, link: &CreateInvoiceLink) -> String {
        let link = self.call(link).await;
        let query_id = self.played.pay_link(ANNA, &link).unwrap();
        let UpdateKind::PreCheckoutQuery(query) = self.news() else {
            panic!("nobody was asked")
        };
        assert_eq!((query.from.id, &query.id), (ANNA, &query_id));
        assert!(self.call(&AnswerPreCheckoutQuery::yes(query.id)).await);
        self.played.star_payments().pop().unwrap().charge_id
    }

    /// The newest update, as the bot reads it.
    fn news(&self) -> UpdateKind {
        let newest = self.played.latest_update(ANNA).unwrap();
        serde_json::from_value::<Update>(newest.body).unwrap().kind
    }

    fn message(&self) -> Message {
        match self.news() {
            UpdateKind::Message(message) => *message,
            other => panic!("no message: {other:?}"),
        }
    }

    async fn listed(&self) -> Vec<Truth> {
        stars::listed(&self.call(&GetStarTransactions::after(0)).await.transactions)
    }
}

fn object(call: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(call).unwrap() {
        Value::Object(body) => body,
        other => panic!("no object: {other}"),
    }
}

fn invoice(stars: u32) -> Invoice {
    Invoice::new("20 кредитов", "На 20 видео", PURCHASE, stars).unwrap()
}

/// Everything at its limit, in Cyrillic.
fn largest() -> Invoice {
    let text = "Ж".repeat(300);
    Invoice::new(&text, &text, "ж".repeat(64), 10_000).unwrap()
}

#[tokio::test]
async fn the_largest_invoices_are_taken() {
    let world = World::new();
    let pay = InlineKeyboardMarkup::new([vec![InlineKeyboardButton::pay("Pay ⭐10000")]]);
    let mut to_one = SendInvoice::new(ANNA, largest()).with_buttons(pay);
    to_one.start_parameter = Some("shop".into());
    assert!(world.call(&to_one).await.message_id > 0);
    assert!(world.call(&SendInvoice::new(ANNA, largest())).await.message_id > 0);
    let link = world.call(&CreateInvoiceLink::new(largest())).await;
    assert!(link.starts_with("https://"), "{link}");
    let monthly = CreateInvoiceLink::monthly(largest()).unwrap();
    assert_ne!(world.call(&monthly).await, link);
}

#[tokio::test]
async fn a_payment_is_told_alike_by_its_message_and_by_the_list() {
    let world = World::new();
    let charge = world.pays(&CreateInvoiceLink::new(invoice(250))).await;
    let message = world.message();
    let paid = stars::paid(
        &message.successful_payment.unwrap(),
        UserId(message.from.unwrap().id),
    )
    .unwrap();
    assert_eq!(
        (&paid.id.id, paid.money, paid.refunded),
        (&charge, Money::Arrived, 0)
    );
    assert_eq!(paid.purchase.as_ref().unwrap().to_string(), PURCHASE);
    assert_eq!(world.listed().await, [paid]);
    assert_eq!(world.call(&GetMyStarBalance {}).await.amount, 250);
}

#[tokio::test]
async fn a_refund_is_told_alike_by_its_message_and_by_the_list() {
    let world = World::new();
    let refund = RefundStarPayment {
        user_id: ANNA,
        telegram_payment_charge_id: world.pays(&CreateInvoiceLink::new(invoice(250))).await,
    };
    assert!(world.call(&refund).await);
    let message = world.message();
    let refunded = stars::refunded(&message.refunded_payment.unwrap(), UserId(message.chat.id)).unwrap();
    assert_eq!(refunded.refunded, 250);
    assert_eq!(world.listed().await, [refunded]);
    let again = world
        .told(RefundStarPayment::NAME, object(&refund))
        .await
        .unwrap_err();
    assert!(again.description.ends_with("CHARGE_ALREADY_REFUNDED"), "{again}");
}

#[tokio::test]
async fn a_subscription_goes_on_and_ends() {
    let world = World::new();
    let charge = world
        .pays(&CreateInvoiceLink::monthly(invoice(250)).unwrap())
        .await;
    assert!(world.message().successful_payment.unwrap().is_first_recurring);
    world.played.a_month_passes(ANNA).unwrap();
    let renewed = world.message().successful_payment.unwrap();
    assert!(
        renewed.is_recurring && !renewed.is_first_recurring && renewed.telegram_payment_charge_id != charge
    );
    let purchases: Vec<_> = world
        .listed()
        .await
        .into_iter()
        .map(|truth| truth.purchase)
        .collect();
    assert_eq!((purchases.len(), &purchases[0]), (2, &purchases[1]));
    world.played.cancel_subscription(ANNA, &charge).unwrap();
    let UpdateKind::Subscription(told) = world.news() else {
        panic!("nothing was told")
    };
    assert_eq!(
        (told.state, told.invoice_payload.as_str(), told.user.id),
        (SubscriptionState::Canceled, PURCHASE, ANNA)
    );
    let edit = |is_canceled| EditUserStarSubscription {
        user_id: ANNA,
        telegram_payment_charge_id: charge.clone(),
        is_canceled,
    };
    assert!(world.call(&edit(true)).await && world.call(&edit(false)).await);
}

#[tokio::test]
async fn invoices_and_checkouts_can_be_answers_to_the_webhook() {
    let world = World::new();
    assert!(world.reply(SendInvoice::new(ANNA, invoice(5))).await["message_id"].is_i64());
    let message_id = world.played.chat(ANNA).pop().unwrap().message_id;
    let refused = world.played.pay_message(ANNA, message_id).unwrap();
    world
        .reply(AnswerPreCheckoutQuery::no(refused, &"ж".repeat(500)))
        .await;
    let paid = world.played.pay_message(ANNA, message_id).unwrap();
    world.reply(AnswerPreCheckoutQuery::yes(paid)).await;
    assert_eq!(world.played.star_payments().len(), 1);
}
