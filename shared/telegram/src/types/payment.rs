//! Payments: what a customer is about to pay, has paid, got back, and pays each month.

use serde::Deserialize;

use super::User;

/// Somebody is about to pay. Nothing was taken yet; without a yes within 10 s nothing will be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PreCheckoutQuery {
    /// For `answerPreCheckoutQuery`.
    pub id: String,
    /// Who is about to pay: not always whom the invoice was made for, since links and forwarded invoices work for all.
    pub from: User,
    /// `XTR` for Stars.
    pub currency: String,
    /// In the smallest unit of the currency; Stars have no smaller one.
    pub total_amount: u64,
    /// What we had written into the invoice.
    pub invoice_payload: String,
}

/// Service message: the chat's user has paid. It may come twice, and after the word of its refund.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SuccessfulPayment {
    /// `XTR` for Stars.
    pub currency: String,
    /// In the smallest unit of the currency; Stars have no smaller one.
    pub total_amount: u64,
    /// What we had written into the invoice.
    pub invoice_payload: String,
    /// Telegram's name of this payment, also in the list of transactions. Each renewal has its own.
    pub telegram_payment_charge_id: String,
    /// The provider's name of it.
    pub provider_payment_charge_id: String,
    /// Of a subscription: until when it is paid, in Unix seconds.
    pub subscription_expiration_date: Option<i64>,
    /// Paid for a subscription.
    pub is_recurring: bool,
    /// The first payment of a subscription; the following ones come without anybody doing anything.
    pub is_first_recurring: bool,
}

/// Service message: the chat's user got a payment back. Stars go back as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RefundedPayment {
    /// Always `XTR`.
    pub currency: String,
    /// How many Stars.
    pub total_amount: u64,
    /// What we had written into the invoice.
    pub invoice_payload: String,
    /// The payment that went back.
    pub telegram_payment_charge_id: String,
}

/// A customer's subscription changed by their hand, or for lack of Stars (Bot API 10.2, `BotSubscriptionUpdated`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Subscription {
    /// Who pays for it.
    pub user: User,
    /// What we had written into its invoice. No payment is named.
    pub invoice_payload: String,
    /// How it stands now.
    pub state: SubscriptionState,
}

/// How a subscription stands. What is paid stays paid until its time is over, whatever the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionState {
    /// The customer has canceled it: it will not be paid again.
    Canceled,
    /// The customer has taken the cancelation back.
    Active,
    /// The renewal could not be paid.
    Failed,
    /// A state that we do not know.
    #[default]
    #[serde(other)]
    Other,
}
