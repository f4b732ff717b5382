//! Stars: letting somebody pay, giving back, looking at what came.

use serde::Serialize;

use super::Method;
use crate::html::truncate;
use crate::limits::{CHECKOUT_ERROR_CHARS_MAX, STAR_TRANSACTIONS_MAX};
use crate::types::{StarAmount, StarTransactions};

/// Says whether somebody who is about to pay may. It must arrive within 10 s, or nothing is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerPreCheckoutQuery {
    pre_checkout_query_id: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
}

impl AnswerPreCheckoutQuery {
    /// They may.
    pub fn yes(pre_checkout_query_id: impl Into<String>) -> Self {
        Self {
            pre_checkout_query_id: pre_checkout_query_id.into(),
            ok: true,
            error_message: None,
        }
    }

    /// They may not, and read why: plain text, cut at 200 characters.
    pub fn no(pre_checkout_query_id: impl Into<String>, why: &str) -> Self {
        Self {
            ok: false,
            error_message: Some(truncate(why, CHECKOUT_ERROR_CHARS_MAX).into_owned()),
            ..Self::yes(pre_checkout_query_id)
        }
    }

    /// Whether they may.
    pub fn is_yes(&self) -> bool {
        self.ok
    }
}

impl Method for AnswerPreCheckoutQuery {
    const NAME: &'static str = "answerPreCheckoutQuery";
    /// Always `true`.
    type Answer = bool;
}

/// Gives a payment back, all of it. Repeating it fails with [`crate::Error::AlreadyRefunded`], which Telegram has also
/// said of a first time that worked (tdlib/telegram-bot-api, issue 690).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefundStarPayment {
    /// Who had paid.
    pub user_id: i64,
    /// Which payment.
    pub telegram_payment_charge_id: String,
}

impl Method for RefundStarPayment {
    const NAME: &'static str = "refundStarPayment";
    /// Always `true`.
    type Answer = bool;
}

/// Asks for a part of the bot's transactions, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GetStarTransactions {
    /// How many to leave out at the beginning.
    pub offset: u32,
    /// How many at most, 1 to 100.
    pub limit: u32,
}

impl GetStarTransactions {
    /// As many as one answer has, after so many.
    pub fn after(offset: u32) -> Self {
        Self {
            offset,
            limit: STAR_TRANSACTIONS_MAX,
        }
    }
}

impl Method for GetStarTransactions {
    const NAME: &'static str = "getStarTransactions";
    type Answer = StarTransactions;
}

/// Asks how many Stars the bot has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GetMyStarBalance {}

impl Method for GetMyStarBalance {
    const NAME: &'static str = "getMyStarBalance";
    type Answer = StarAmount;
}

/// Cancels a subscription's renewal in its customer's place, or leaves it to them again. What is paid stays paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditUserStarSubscription {
    /// Whose.
    pub user_id: i64,
    /// The first payment of the subscription, which names it.
    pub telegram_payment_charge_id: String,
    /// `true`: it is not renewed, and the customer cannot change that. `false`: they can again; until they do, it is not.
    pub is_canceled: bool,
}

impl Method for EditUserStarSubscription {
    const NAME: &'static str = "editUserStarSubscription";
    /// Always `true`.
    type Answer = bool;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::methods::Reply;

    #[test]
    fn a_checkout_is_answered_in_the_response_to_its_update() {
        let yes = Reply::from(AnswerPreCheckoutQuery::yes("q1"));
        assert_eq!(
            serde_json::to_value(yes).unwrap(),
            json!({"method": "answerPreCheckoutQuery", "pre_checkout_query_id": "q1", "ok": true})
        );
        let no = Reply::from(AnswerPreCheckoutQuery::no("q1", "Распродано"));
        assert_eq!(
            serde_json::to_value(no).unwrap(),
            json!({"method": "answerPreCheckoutQuery", "pre_checkout_query_id": "q1", "ok": false,
                   "error_message": "Распродано"})
        );
    }

    #[test]
    fn a_long_reason_is_cut() {
        let no = AnswerPreCheckoutQuery::no("q1", &"ж".repeat(500));
        assert_eq!(no.error_message.map(|message| message.chars().count()), Some(200));
    }
}
