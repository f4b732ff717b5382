//! Subscriptions after their first payment.

use serde_json::json;

use super::settle::charge;
use super::{SUBSCRIPTION_PERIOD_S, StarSubscription};
use crate::PlayedTelegram;
use crate::config::Config;
use crate::delivery;
use crate::error::{ApiError, Error};
use crate::state::State;
use crate::wire;

impl PlayedTelegram {
    /// The user's subscriptions, oldest first, the ended ones too.
    pub fn subscriptions(&self, user_id: i64) -> Vec<StarSubscription> {
        self.server.read(|state| {
            let all = state.stars.subscriptions.iter();
            all.filter(|one| one.user_id == user_id).cloned().collect()
        })
    }

    /// The user does not want a subscription to be renewed. What is paid stays paid. The charge is its first payment's.
    pub fn cancel_subscription(&self, user_id: i64, charge_id: &str) -> Result<(), Error> {
        self.want(user_id, charge_id, false)
    }

    /// The user wants it to be renewed after all; not where the bot has canceled it.
    pub fn resume_subscription(&self, user_id: i64, charge_id: &str) -> Result<(), Error> {
        self.want(user_id, charge_id, true)
    }

    fn want(&self, user_id: i64, charge_id: &str, renewed: bool) -> Result<(), Error> {
        let now_ms = self.server.now_ms();
        self.server.write(|state| {
            let changeable = |one: &&mut StarSubscription| {
                one.charge_id == charge_id
                    && one.user_id == user_id
                    && !one.ended
                    && one.canceled == renewed
                    && !(renewed && one.canceled_by_bot)
            };
            let subscription = state.stars.subscriptions.iter_mut().find(changeable);
            let subscription = subscription.ok_or_else(|| Error::NoSuchSubscription(charge_id.to_owned()))?;
            subscription.canceled = !renewed;
            let changed = subscription.clone();
            tell(
                state,
                &changed,
                if renewed { "active" } else { "canceled" },
                now_ms,
            );
            Ok(())
        })?;
        delivery::start(&self.server);
        Ok(())
    }

    /// The paid time of each of the user's subscriptions is over. It is paid for the next 30 days, or ends: silently
    /// where it was canceled, and with an update where there are too few Stars. The clock stays as it is.
    pub fn a_month_passes(&self, user_id: i64) -> Result<(), Error> {
        let now_ms = self.server.now_ms();
        self.server.write(|state| {
            state.users.get(&user_id).ok_or(Error::NoSuchUser(user_id))?;
            let due = state.stars.subscriptions.iter().enumerate();
            let due = due.filter(|(_, one)| one.user_id == user_id && !one.ended);
            let due: Vec<_> = due.map(|(index, one)| (index, one.clone())).collect();
            for (index, before) in due {
                let after = renewed(&self.server.config, state, &before, now_ms);
                if let Some(one) = state.stars.subscriptions.get_mut(index) {
                    *one = after;
                }
            }
            Ok(())
        })?;
        delivery::start(&self.server);
        Ok(())
    }
}

fn renewed(config: &Config, state: &mut State, before: &StarSubscription, now_ms: i64) -> StarSubscription {
    let mut after = before.clone();
    if before.canceled || before.canceled_by_bot {
        after.ended = true;
        return after;
    }
    let until = before.paid_until + SUBSCRIPTION_PERIOD_S;
    let payer = (before.user_id, &before.invoice);
    if charge(config, state, payer, Some((until, false)), now_ms).is_some() {
        after.paid_until = until;
    } else {
        after.ended = true;
        tell(state, &after, "failed", now_ms);
    }
    after
}

/// A `BotSubscriptionUpdated`.
fn tell(state: &mut State, subscription: &StarSubscription, how: &str, now_ms: i64) {
    let told = json!({
        "user": state.users.get(&subscription.user_id).map(wire::user),
        "invoice_payload": subscription.invoice.payload,
        "state": how,
    });
    state
        .outbox
        .push("subscription", subscription.user_id, told, now_ms);
}

/// The bot cancels a subscription, or leaves it to the user again. Nobody is told.
pub(crate) fn edit(
    state: &mut State,
    user_id: i64,
    charge_id: &str,
    is_canceled: bool,
) -> Result<(), ApiError> {
    let mut subscriptions = state.stars.subscriptions.iter_mut();
    let found = subscriptions
        .find(|one| one.charge_id == charge_id && one.user_id == user_id && !one.ended)
        .ok_or_else(|| ApiError::bad_request("CHARGE_ID_INVALID"))?;
    // Once canceled it stays so until the user wants it back; the bot only says whether they may.
    found.canceled_by_bot = is_canceled;
    found.canceled |= is_canceled;
    Ok(())
}
