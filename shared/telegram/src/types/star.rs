//! The bot's Stars: what came, what went, and to whom.

use serde::Deserialize;

use super::User;

/// A part of the list of transactions, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StarTransactions {
    /// What is on it.
    pub transactions: Vec<StarTransaction>,
}

/// Stars that came or went. A refund is a transaction of its own, under the id of the payment that goes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StarTransaction {
    /// Of a customer's payment: its `telegram_payment_charge_id`.
    pub id: String,
    /// Whole Stars, whichever way they went.
    pub amount: u64,
    /// Besides, in thousand-millionths of a Star. Customers pay whole Stars.
    pub nanostar_amount: u32,
    /// Unix seconds.
    pub date: i64,
    /// Who they came from; absent where they went away.
    pub source: Option<TransactionPartner>,
    /// Who they went to; absent where they came in.
    pub receiver: Option<TransactionPartner>,
}

/// The other side of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TransactionPartner {
    /// A user.
    User(PartnerUser),
    /// A chat that was sent a gift.
    Chat,
    /// The program that pays commissions.
    AffiliateProgram,
    /// Where Stars are turned into money.
    Fragment,
    /// Paid for advertising.
    TelegramAds,
    /// Paid for messages beyond the free limits.
    TelegramApi,
    /// Nobody that we know.
    #[default]
    #[serde(other)]
    Other,
}

/// A user at the other side of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PartnerUser {
    /// `invoice_payment`, `paid_media_payment`, `gift_purchase`, `premium_purchase`, `business_account_transfer`.
    pub transaction_type: String,
    /// Who.
    pub user: User,
    /// Of an invoice: what we had written into it.
    pub invoice_payload: Option<String>,
    /// Of a subscription: the seconds that one payment is for.
    pub subscription_period: Option<i64>,
}

/// So many Stars. Below zero after a chargeback that what was left did not cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StarAmount {
    /// Whole Stars.
    pub amount: i64,
    /// Besides, in thousand-millionths of a Star, with the same sign.
    pub nanostar_amount: i32,
}
