//! Every call about payments, against the Bot API's own description: the played Telegram refuses what the description
//! does not allow, and complains of what it does not know.
#![allow(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected should fail there"
)]

use played_telegram::{ApiError, Config, PlayedTelegram};
use serde_json::Value;
use telegram::Reply;
use telegram::methods::{
    AnswerPreCheckoutQuery, CreateInvoiceLink, EditUserStarSubscription, GetMyStarBalance,
    GetStarTransactions, InlineKeyboardButton, InlineKeyboardMarkup, Invoice, Method, RefundStarPayment,
    SendInvoice,
};

const ANNA: i64 = 1001;

struct World {
    played: PlayedTelegram,
}

impl World {
    fn new() -> Self {
        let config = Config::new("5000:TOKEN", "http://telegram.test").quick();
        let played = PlayedTelegram::new(config).unwrap();
        played.create_user(ANNA, "Anna", Some("ru"));
        played.say(ANNA, "/start").unwrap();
        Self { played }
    }

    /// What the call is told, once the description has nothing against it.
    async fn call<M: Method>(&self, method: &M) -> Result<Value, ApiError> {
        let Value::Object(body) = serde_json::to_value(method).unwrap() else {
            panic!("no object")
        };
        let told = self.played.call(M::NAME, body).await;
        assert_eq!(self.played.complaints(), Vec::<String>::new());
        told
    }
}

/// The largest invoice that we would make: everything at its limit, in Cyrillic.
fn invoice() -> Invoice {
    let text = "Ж".repeat(300);
    Invoice::new(&text, &text, "ж".repeat(64), 10_000).unwrap()
}

/// Not yet played methods are refused only after they have been checked.
fn is_described(told: &Result<Value, ApiError>) -> bool {
    match told {
        Ok(_) => true,
        Err(error) => error.description.ends_with("is not played here"),
    }
}

#[tokio::test]
async fn every_call_about_payments_is_as_the_description_has_it() {
    let world = World::new();
    let pay = InlineKeyboardMarkup::new([vec![InlineKeyboardButton::pay("Pay ⭐10000")]]);
    let mut to_one = SendInvoice::new(ANNA, invoice()).with_buttons(pay);
    to_one.start_parameter = Some("shop".into());
    let charge = || "stx".to_owned();
    let told = [
        world.call(&CreateInvoiceLink::new(invoice())).await,
        world.call(&CreateInvoiceLink::monthly(invoice()).unwrap()).await,
        world.call(&SendInvoice::new(ANNA, invoice())).await,
        world.call(&to_one).await,
        world.call(&AnswerPreCheckoutQuery::yes("1")).await,
        world
            .call(&AnswerPreCheckoutQuery::no("1", &"ж".repeat(500)))
            .await,
        world
            .call(&RefundStarPayment {
                user_id: ANNA,
                telegram_payment_charge_id: charge(),
            })
            .await,
        world.call(&GetStarTransactions::after(100)).await,
        world.call(&GetMyStarBalance {}).await,
        world
            .call(&EditUserStarSubscription {
                user_id: ANNA,
                telegram_payment_charge_id: charge(),
                is_canceled: true,
            })
            .await,
    ];
    for told in told {
        assert!(is_described(&told), "{told:?}");
    }
}

#[tokio::test]
async fn a_reply_of_the_webhook_is_the_same_call() {
    let world = World::new();
    let replies = [
        Reply::from(SendInvoice::new(ANNA, invoice())),
        Reply::from(AnswerPreCheckoutQuery::yes("1")),
    ];
    for reply in replies {
        let Value::Object(mut body) = serde_json::to_value(reply).unwrap() else {
            panic!("no object")
        };
        let method = body.remove("method").unwrap();
        let told = world.played.call(method.as_str().unwrap(), body).await;
        assert!(is_described(&told), "{told:?}");
        assert_eq!(world.played.complaints(), Vec::<String>::new());
    }
}
