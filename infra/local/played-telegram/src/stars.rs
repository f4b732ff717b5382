//! Stars: invoices, checkouts, payments, subscriptions, and the list of the bot's transactions.
//!
//! Rules: <https://core.telegram.org/bots/payments-stars>; tdlib/telegram-bot-api `Client.cpp`; the errors that
//! <https://core.telegram.org/method/payments.sendStarsForm> and its neighbours name.

mod news;
mod pay;
mod settle;
mod subscribe;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::state::State;
use crate::wire;

pub use news::PaymentNews;
pub(crate) use news::{Held, Troubles};
pub(crate) use settle::{answer, refund};
pub(crate) use subscribe::edit;

/// The bot has so long to answer a checkout.
pub const CHECKOUT_MS: i64 = 10_000;
/// What a subscription is paid for: 30 days, in seconds. There is no other period.
pub const SUBSCRIPTION_PERIOD_S: i64 = 2_592_000;
/// What an address of an invoice begins with.
const LINK: &str = "https://t.me/$";

/// An invoice, whoever pays it and however often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// What its address ends with. An invoice sent as a message has one too, but nobody is told.
    pub slug: String,
    /// What is sold.
    pub title: String,
    /// What it is.
    pub description: String,
    /// What comes back to the bot.
    pub payload: String,
    /// The price.
    pub stars: i64,
    /// It is paid anew every 30 days.
    pub monthly: bool,
    /// What a forwarded copy opens the bot with.
    pub start_parameter: String,
}

impl Invoice {
    /// Where everybody can pay it.
    pub fn link(&self) -> String {
        format!("{LINK}{}", self.slug)
    }

    /// The `Invoice` of a message.
    pub(crate) fn wire(&self) -> Value {
        json!({
            "title": self.title,
            "description": self.description,
            "start_parameter": self.start_parameter,
            "currency": "XTR",
            "total_amount": self.stars,
        })
    }
}

/// Somebody who is about to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The id of its `pre_checkout_query`.
    pub query_id: String,
    /// Who.
    pub user_id: i64,
    /// What.
    pub invoice: Invoice,
    /// The message whose button was pressed, if it was one.
    pub message_id: Option<i64>,
    /// When, ms since the epoch.
    pub made_ms: i64,
    pub(crate) answered: Option<CheckoutState>,
}

/// What became of a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutState {
    /// The bot has not answered yet.
    Waiting,
    /// The bot has said no, for this reason; nothing was taken.
    Refused(String),
    /// The bot has not answered in time; nothing was taken.
    TimedOut,
    /// The bot has said yes, and the Stars were gone meanwhile; nothing was taken.
    TooFewStars,
    /// It is paid, as this charge.
    Paid(String),
}

impl Checkout {
    /// What became of it by now.
    pub(crate) fn state(&self, now_ms: i64) -> CheckoutState {
        match &self.answered {
            Some(state) => state.clone(),
            None if now_ms - self.made_ms > CHECKOUT_MS => CheckoutState::TimedOut,
            None => CheckoutState::Waiting,
        }
    }
}

/// Stars that were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarPayment {
    /// `telegram_payment_charge_id`.
    pub charge_id: String,
    /// From whom.
    pub user_id: i64,
    /// For what.
    pub invoice: Invoice,
    /// When, ms since the epoch.
    pub at_ms: i64,
    /// They have gone back.
    pub refunded: bool,
    /// Of a subscription: until when it is paid, Unix seconds, and whether it is the first payment.
    pub paid_until: Option<(i64, bool)>,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarSubscription {
    /// Its first payment, which names it.
    pub charge_id: String,
    /// Whose.
    pub user_id: i64,
    /// What is paid each time.
    pub invoice: Invoice,
    /// Until when it is paid, Unix seconds.
    pub paid_until: i64,
    /// The user does not want it to be renewed.
    pub canceled: bool,
    /// The bot does not want it to be renewed, nor the user to change that.
    pub canceled_by_bot: bool,
    /// It is over: canceled or unpaid at the end of its time.
    pub ended: bool,
}

/// One line of `getStarTransactions`.
#[derive(Debug, Clone)]
struct Transaction {
    id: String,
    what: What,
    at_ms: i64,
}

/// What a transaction was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// A payment of this id.
    Payment,
    /// The refund of the payment of this id.
    Refund,
    /// So many Stars that the bot's owner turned into money.
    Withdrawal(i64),
}

/// Everything about Stars that is remembered.
#[derive(Debug, Default)]
pub(crate) struct Stars {
    pub(crate) invoices: BTreeMap<String, Invoice>,
    pub(crate) balances: BTreeMap<i64, i64>,
    pub(crate) bot_balance: i64,
    pub(crate) checkouts: Vec<Checkout>,
    pub(crate) payments: Vec<StarPayment>,
    pub(crate) subscriptions: Vec<StarSubscription>,
    pub(crate) troubles: Troubles,
    transactions: Vec<Transaction>,
}

impl Stars {
    /// Keeps an invoice under an address of its own, which nobody can guess from another's.
    pub(crate) fn keep(&mut self, mut invoice: Invoice, now_ms: i64) -> Invoice {
        invoice.slug = format!("{:x}{:04x}", now_ms, self.invoices.len());
        self.invoices.insert(invoice.slug.clone(), invoice.clone());
        invoice
    }

    /// The invoice at an address, which may also be only its end.
    pub(crate) fn at(&self, link: &str) -> Option<&Invoice> {
        self.invoices.get(link.strip_prefix(LINK).unwrap_or(link))
    }

    pub(crate) fn balance(&self, user_id: i64) -> i64 {
        self.balances.get(&user_id).copied().unwrap_or_default()
    }

    /// The bot's transactions as `getStarTransactions` tells them, oldest first.
    pub(crate) fn list(&self, state: &State, offset: usize, limit: usize) -> Vec<Value> {
        let asked = self.transactions.iter().skip(offset).take(limit);
        asked.filter_map(|one| self.line(state, one)).collect()
    }

    fn line(&self, state: &State, one: &Transaction) -> Option<Value> {
        let (side, amount, partner) = match one.what {
            What::Withdrawal(stars) => {
                let fragment = json!({"type": "fragment", "withdrawal_state": {"type": "pending"}});
                ("receiver", stars, fragment)
            }
            What::Payment | What::Refund => {
                let mut payments = self.payments.iter();
                let payment = payments.find(|payment| payment.charge_id == one.id)?;
                let side = if one.what == What::Refund {
                    "receiver"
                } else {
                    "source"
                };
                (side, payment.invoice.stars, payer(state, payment))
            }
        };
        let mut line = json!({"id": one.id, "date": one.at_ms.div_euclid(1_000), "amount": amount});
        line[side] = partner;
        Some(line)
    }
}

/// A `TransactionPartnerUser`.
fn payer(state: &State, payment: &StarPayment) -> Value {
    let mut partner = json!({
        "type": "user",
        "transaction_type": "invoice_payment",
        "user": state.users.get(&payment.user_id).map(wire::user),
        "invoice_payload": payment.invoice.payload,
    });
    if payment.invoice.monthly {
        partner["subscription_period"] = json!(SUBSCRIPTION_PERIOD_S);
    }
    partner
}
