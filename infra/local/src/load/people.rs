//! What customers do in their chats.

use std::time::{Duration, Instant};

use domain::id::{JobId, Nonce, UserId};
use domain::job::Stage as JobStage;
use played_telegram::{ChatMessage, PlayedTelegram};

use super::Stage;
use crate::error::{Error, Result};

/// The first numbers of those of the burst, of those whose orders are open at once, and of those who order on and on.
const BURST: i64 = 6_000_000_000;
pub(super) const OPEN: u64 = 1_000_000;
pub(super) const SOAK: u64 = 2_000_000;
/// How long the bot may take to answer, and an order to come, on a machine that has this to do.
const PATIENCE: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// The button that orders.
const CREATE: &str = "go:";

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Load(error.to_string())
}

/// One update of a burst: newcomers who do everything at once.
pub(super) fn one_of_many(telegram: &PlayedTelegram, customer: u64, number: u64) -> Result<()> {
    let user = BURST + i64::try_from(customer).unwrap_or(0);
    let words = match number {
        0 => {
            telegram.create_user(user, "Аня", Some("ru"));
            "/start"
        }
        1 => "/cabinet",
        2 => "облака плывут над городом",
        3 => "/orders",
        _ => "/help",
    };
    telegram.say(user, words).map(drop).map_err(failed)
}

impl Stage {
    /// A newcomer orders, and watches until the order is at the provider.
    pub(super) async fn order_only(&self, customer: u64) -> Result<()> {
        let user = self.arrive(customer);
        let (_, job) = self.order(user, 0).await?;
        let began = Instant::now();
        while self.stage_of(&job).await? != Some(JobStage::Running) {
            self.patience(user, began, "no order at the provider").await?;
        }
        Ok(())
    }

    /// A newcomer orders again and again, each time until the video stands in the chat.
    pub(super) async fn live(
        &self,
        customer: u64,
        orders: u64,
        since: Instant,
        say: &impl Fn(&str),
    ) -> Result<()> {
        let user = self.arrive(customer);
        for number in 0..orders {
            let done = self.order_and_watch(user, number).await;
            self.count(since, say);
            done?;
        }
        Ok(())
    }

    fn arrive(&self, customer: u64) -> i64 {
        let user = BURST + i64::try_from(customer).unwrap_or(0);
        self.telegram.create_user(user, "Аня", Some("ru"));
        user
    }

    async fn order_and_watch(&self, user: i64, number: u64) -> Result<()> {
        let (card, _) = self.order(user, number).await?;
        let began = Instant::now();
        let shown = || {
            self.telegram
                .message(user, card)
                .is_some_and(|it| it.video().is_some())
        };
        while !shown() {
            self.patience(user, began, "no video").await?;
        }
        Ok(())
    }

    /// Says what is wanted, and presses the card's button. Gives the card and the order.
    async fn order(&self, user: i64, number: u64) -> Result<(i64, JobId)> {
        let words = format!("облака плывут над городом {number}");
        let said = self.telegram.say(user, &words).map_err(failed)?;
        let began = Instant::now();
        let (card, button) = loop {
            if let Some(found) = button(&self.telegram.chat(user), said) {
                break found;
            }
            self.patience(user, began, "no card").await?;
        };
        let nonce = button.split(':').nth(1).and_then(Nonce::parse);
        let nonce = nonce.ok_or_else(|| Error::Load(format!("{button} has no name")))?;
        self.telegram.press(user, card, &button).map_err(failed)?;
        let job = JobId {
            user: UserId(user),
            nonce,
        };
        Ok((card, job))
    }

    async fn stage_of(&self, job: &JobId) -> Result<Option<JobStage>> {
        let job = self.cloud.store().jobs().get(job).await;
        let job = job.map_err(Error::broken("reading an order"))?;
        Ok(job.map(|job| job.stage))
    }

    async fn patience(&self, user: i64, began: Instant, what: &str) -> Result<()> {
        if began.elapsed() > PATIENCE {
            return Err(Error::Load(format!("{user}: {what}")));
        }
        tokio::time::sleep(LOOK_EVERY).await;
        Ok(())
    }
}

/// The card behind a message, and its button.
fn button(chat: &[ChatMessage], said: i64) -> Option<(i64, String)> {
    let mut later = chat.iter().rev().take_while(|message| message.message_id > said);
    later.find_map(|message| Some((message.message_id, message.button(CREATE)?.to_owned())))
}
