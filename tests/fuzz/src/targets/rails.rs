//! What rails and the Bot API answer when they are asked.

use domain::id::{Nonce, UserId};
use domain::money::{Amount, Currency};
use domain::payment::{PurchaseId, Truth};
use domain::time::Timestamp;
use payments::{Outcome, Page, Refund, stripe, yookassa};
use telegram::methods::{GetFile, GetStarTransactions, SendMessage};

use super::Target;
use super::answers::{NOW, SECRETS, keeps, play};
use crate::outside::{Script, TIMEOUT, client};

/// What `YooKassa` answers.
pub const YOOKASSA: Target = Target {
    name: "yookassa",
    reads: "answers of YooKassa",
    run: yookassa_answers,
    bytes_max: 1024,
    words: &["shared/payments/src/yookassa", "shared/payments/src/yookassa.rs"],
    seeds: &[],
};

/// What Stripe answers.
pub const STRIPE: Target = Target {
    name: "stripe",
    reads: "answers of Stripe",
    run: stripe_answers,
    bytes_max: 1024,
    words: &["shared/payments/src/stripe", "shared/payments/src/stripe.rs"],
    seeds: &[],
};

fn wanted(currency: Currency) -> payments::Order {
    payments::Order {
        purchase: PurchaseId {
            user: UserId(42),
            nonce: Nonce::from_random([3; 16]),
        },
        amount: Amount {
            minor: 19_900,
            currency,
        },
        title: "Credits".to_owned(),
        return_url: "https://t.me/the_bot".to_owned(),
        attempt: 1,
    }
}

fn back(currency: Currency) -> Refund {
    Refund {
        payment: "pay_1".to_owned(),
        amount: Amount { minor: 100, currency },
        key: "refund-1".to_owned(),
    }
}

fn yookassa_answers(data: &[u8]) {
    thread_local!(static SHOP: yookassa::Shop = yookassa::Shop::new(client(), "https://api.yookassa.ru/v3", "1", SECRETS[0]));
    let shop = SHOP.with(Clone::clone);
    let Some(script) = Script::of(data) else { return };
    let way = script.way % 5;
    let told = play(script, async move {
        let within = (Timestamp(0), NOW);
        match way {
            0 => opened(shop.open(&wanted(Currency::Rub), None, TIMEOUT).await),
            1 => truth(shop.payment("pay_1", TIMEOUT).await),
            2 => format!("{:?}", shop.url("pay_1", TIMEOUT).await),
            3 => format!(
                "{:?}",
                shop.refund(&back(Currency::Rub), None, "Credits", TIMEOUT).await
            ),
            _ => listed(shop.list(within, None, TIMEOUT).await),
        }
    });
    keeps(&told, data);
}

fn stripe_answers(data: &[u8]) {
    thread_local!(static ACCOUNT: stripe::Account = stripe::Account::new(client(), "https://api.stripe.com/v1", SECRETS[0]));
    let account = ACCOUNT.with(Clone::clone);
    let Some(script) = Script::of(data) else { return };
    let way = script.way % 5;
    let told = play(script, async move {
        let within = (Timestamp(0), NOW);
        match way {
            0 => opened(account.open(&wanted(Currency::Usd), NOW, TIMEOUT).await),
            1 => truth(account.payment("pi_1", TIMEOUT).await),
            2 => format!("{:?}", account.session("cs_1", TIMEOUT).await),
            3 => format!("{:?}", account.refund(&back(Currency::Usd), TIMEOUT).await),
            _ => listed(account.list(within, None, TIMEOUT).await),
        }
    });
    keeps(&told, data);
}

/// Whoever opened something says where it can be paid: nowhere but at the rail.
fn opened(opened: Outcome<payments::Opened>) -> String {
    if let Outcome::Done(opened) = &opened {
        assert!(
            !opened.id.is_empty() && opened.url.starts_with("https://"),
            "{opened:?}"
        );
    }
    format!("{opened:?}")
}

fn truth(truth: Result<Truth, payments::Unanswered>) -> String {
    if let Ok(truth) = &truth {
        holds(truth);
    }
    format!("{truth:?}")
}

fn listed(page: Result<Page, payments::Unanswered>) -> String {
    if let Ok(page) = &page {
        page.payments.iter().for_each(holds);
    }
    format!("{page:?}")
}

/// A truth is about a payment. What a status says that nobody knows is not known: it is awaited, whatever stands beside it.
fn holds(truth: &Truth) {
    assert!(!truth.id.id.is_empty(), "{truth:?}");
}

/// What the Bot API answers.
pub const BOT_API: Target = Target {
    name: "bot-api",
    reads: "answers of the Bot API",
    run: bot_api,
    bytes_max: 1024,
    words: &[
        "shared/telegram/src/client/answer.rs",
        "shared/telegram/src/types",
    ],
    seeds: &[],
};

fn bot_api(data: &[u8]) {
    thread_local!(static BOT: telegram::Client = telegram::Client::new(client(), "https://api.telegram.org", SECRETS[0]));
    let bot = BOT.with(Clone::clone);
    let Some(script) = Script::of(data) else { return };
    let way = script.way % 4;
    let told = play(script, async move {
        match way {
            0 => format!(
                "{:?}",
                bot.call(&SendMessage::html(42, SECRETS[1]), TIMEOUT).await.err()
            ),
            1 => format!("{:?}", bot.call(&GetFile::new("file"), TIMEOUT).await.err()),
            2 => format!(
                "{:?}",
                bot.call(&GetStarTransactions::after(0), TIMEOUT).await.err()
            ),
            _ => match bot
                .file_part("photos/1.jpg", (0, 512), Some(2_048), TIMEOUT)
                .await
            {
                Ok(_) => String::new(),
                Err(error) => format!("{error:?}"),
            },
        }
    });
    keeps(&told, data);
}
