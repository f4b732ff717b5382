//! What customers buy, by every rail, and what goes back of it.

use std::time::Duration;

use domain::id::UserId;
use domain::payment::{Rail, Record, State};
use domain::purchase;
use played_telegram::ChatMessage;
use store::Bought;

use super::{Stage, people::Button};
use crate::error::{Error, Result};

/// Stars that a customer who pays with them has: more than anything costs.
const STARS: i64 = 100_000;
/// How long the goods may take after the payment.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Which rail a customer always pays by.
fn rail(user: i64) -> Rail {
    match user % 3 {
        0 => Rail::Stars,
        1 => Rail::YooKassa,
        _ => Rail::Stripe,
    }
}

/// Customers who have bought something the day before, and do nothing in the day: those whose money goes back in it, and
/// those whose money goes back after it. Their numbers are far from the others', and say by which rail they pay.
const BEFORE: [&[i64]; 2] = [
    &[7_000_000_000, 7_000_000_001, 7_000_000_003, 7_000_000_004],
    &[7_000_000_006, 7_000_000_007],
];

/// Whether somebody is one of them.
pub(super) fn has_bought_before(user: i64) -> bool {
    BEFORE.into_iter().flatten().any(|one| *one == user)
}

impl Stage {
    /// The customers of the day before come and buy.
    pub(super) async fn buy_before(&self) -> Result<[Vec<i64>; 2]> {
        for user in BEFORE.into_iter().flatten() {
            self.arrive(*user).await?;
        }
        self.rest().await?;
        Ok(BEFORE.map(<[i64]>::to_vec))
    }

    /// Somebody buys a thing, and waits for it.
    pub(super) async fn buy(&self, user: i64, ware: &str) -> Result<()> {
        let before = self.credited(user).await?.len();
        self.say(user, "/buy")?;
        let thing = self.see(user, |chat| Button::newest(chat, "wa:", ware)).await?;
        self.press(user, &thing).await?;
        let rail = rail(user);
        let letter = match rail {
            Rail::Stars => ":s:",
            Rail::YooKassa => ":y:",
            Rail::Stripe => ":c:",
        };
        let pay = self.see(user, |chat| pay_button(chat, letter)).await?;
        self.press(user, &pay).await?;
        let url = self.see(user, |chat| address(chat, pay.message_id)).await?;
        match rail {
            Rail::Stars => {
                self.telegram.give_stars(user, STARS).map_err(super::seen(user))?;
                self.telegram.pay_link(user, &url).map_err(super::seen(user))?;
            }
            Rail::YooKassa => {
                let payment = self.reference(user).await?;
                self.rails
                    .yookassa
                    .pay(&payment)
                    .map_err(Error::broken("paying"))?;
            }
            Rail::Stripe => {
                let session = self.reference(user).await?;
                self.rails.stripe.pay(&session).map_err(Error::broken("paying"))?;
            }
        }
        let until = tokio::time::Instant::now() + PATIENCE;
        while self.credited(user).await?.len() == before {
            if tokio::time::Instant::now() > until {
                return Err(Error::Day(format!("{user} paid for {ware} and got nothing")));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn bought(&self, user: i64) -> Result<Vec<Bought>> {
        let bought = self.payments.all_bought(UserId(user)).await;
        bought.map_err(Error::broken("reading payments"))
    }

    async fn credited(&self, user: i64) -> Result<Vec<Record>> {
        let bought = self.bought(user).await?.into_iter();
        Ok(bought
            .filter_map(|row| match row {
                Bought::Payment(record) => Some(*record),
                Bought::Purchase(_) => None,
            })
            .filter(|record| record.payment.state == State::Credited)
            .collect())
    }

    /// What the rail calls the newest thing that somebody has chosen and not paid.
    async fn reference(&self, user: i64) -> Result<String> {
        let bought = self.bought(user).await?.into_iter();
        let open = bought.filter_map(|row| match row {
            Bought::Purchase(purchase) if purchase.stage == purchase::Stage::Open => Some(*purchase),
            _ => None,
        });
        let newest = open.max_by_key(|purchase| purchase.opened_at);
        let reference = newest.and_then(|purchase| purchase.reference);
        reference.ok_or_else(|| Error::Day(format!("{user} has chosen nothing")))
    }

    /// Some of the money goes back: a part or all of it, at the rail's own desk, or taken by the bank.
    pub(super) async fn give_some_back(&self, users: &[i64]) -> Result<u64> {
        let mut times = 0;
        for (number, user) in (0_u64..).zip(users.iter().filter(|user| *user % 3 != 0)) {
            let Some(record) = self.credited(*user).await?.pop() else {
                continue;
            };
            let minor = i64::try_from(record.amount.minor).unwrap_or(i64::MAX);
            let part = if number % 2 == 0 { minor } else { minor / 3 };
            let name = &record.id().id;
            let done = match record.id().rail {
                Rail::YooKassa => self.rails.yookassa.refund(name, part),
                Rail::Stripe if number % 4 == 3 => self.rails.stripe.dispute(name),
                Rail::Stripe => self.rails.stripe.refund(name, part),
                Rail::Stars => continue,
            };
            done.map_err(Error::broken("giving money back"))?;
            times += 1;
        }
        Ok(times)
    }
}

fn pay_button(chat: &[ChatMessage], letter: &str) -> Option<Button> {
    Button::find(chat, |data| data.starts_with("by:") && data.contains(letter))
}

/// Where a message says that is paid.
fn address(chat: &[ChatMessage], message_id: i64) -> Option<String> {
    let message = chat.iter().find(|message| message.message_id == message_id)?;
    message
        .now
        .buttons
        .iter()
        .flatten()
        .find_map(|button| button.url.clone())
}
