//! What may go wrong between a payment and the bot's hearing of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What happens to the news (`successful_payment`) of a payment. The Stars are taken all the same, and the list of
/// transactions has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentNews {
    /// The update comes twice, as after a lost answer.
    Twice,
    /// The update never comes.
    Lost,
    /// The update comes after the next other one of the same user.
    Late,
    /// The update comes after that of its refund.
    AfterRefund,
}

/// What will happen to the next payments, each thing once.
pub(crate) type Troubles = VecDeque<PaymentNews>;

/// What an update that is held back waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Held {
    /// Any other update of this user that has arrived.
    Other(i64),
    /// The update of the refund of this charge.
    Refund(String),
}

impl Held {
    /// Whether the update that has just arrived is what was waited for.
    pub(crate) fn ends_with(&self, owner: i64, body: &Value) -> bool {
        match self {
            Self::Other(user_id) => *user_id == owner,
            Self::Refund(charge) => {
                let refunded = body.pointer("/message/refunded_payment/telegram_payment_charge_id");
                refunded.and_then(Value::as_str) == Some(charge)
            }
        }
    }
}
