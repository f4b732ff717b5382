//! What the users do.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use local_lambda::{Effect, Fault, Service};
use played_telegram::{ChatMessage, PlayedTelegram};
use serde_json::Value;
use tokio::sync::Notify;

use super::cast::{Member, Part};
use super::{Measured, Stage};
use crate::cloud::{WEBHOOK, WORKER};
use crate::error::{Error, Result};

/// How long the bot may take to answer. Generous: twenty users share two processors, and processes start cold.
const PATIENCE: Duration = Duration::from_secs(30);
/// A user who is told that it is too late taps again, but not for ever.
const CANCEL_TAPS_MAX: u32 = 50;
/// How often a table or a played server is looked at that cannot be waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What button data begins with (`app::buttons`).
const CREATE: &str = "go:";
const KIND: &str = "ki:";
const MODELS: &str = "ms:";
const MODEL: &str = "mo:";
const CANCEL: &str = "ca:";

/// A draft's card in the chat.
#[derive(Debug, Clone)]
pub(super) struct Card {
    message_id: i64,
    create: String,
}

impl Stage {
    /// Starts the bot and sends the wish; chooses another model if the user wants one.
    pub(super) async fn compose(&self, member: &Member) -> Result<Card> {
        let user = member.user;
        self.telegram.create_user(user, member.name, member.language());
        self.telegram.say(user, "/start").map_err(seen(member))?;
        let greeting = |chat: &[ChatMessage]| chat.iter().any(|message| message.from_bot).then_some(());
        self.see(member, greeting).await?;
        match member.picture {
            None => {
                self.telegram.say(user, member.words).map_err(seen(member))?;
            }
            Some(picture) => {
                let seed = u32::try_from(user % 100).unwrap_or_default();
                let sent = self
                    .telegram
                    .send_photo(user, picture.file(seed)?, member.words)
                    .await;
                sent.map_err(seen(member))?;
            }
        }
        let card = self.see(member, |chat| card(chat, "")).await?;
        match member.model {
            None => Ok(card),
            Some(model) => self.choose(member, &card, model).await,
        }
    }

    async fn choose(&self, member: &Member, card_before: &Card, model: &str) -> Result<Card> {
        if let Some(kind) = kind_of(model) {
            // The kind brings its first model, which is this one.
            let choice = |chat: &[ChatMessage]| find(chat, KIND, &format!(":{kind}"));
            let (message_id, choice) = self.see(member, choice).await?;
            self.press(member, message_id, &choice)?;
            return self.see(member, |chat| card(chat, &card_before.create)).await;
        }
        let models = |chat: &[ChatMessage]| find(chat, MODELS, "");
        let (message_id, models) = self.see(member, models).await?;
        self.press(member, message_id, &models)?;
        let choice = |chat: &[ChatMessage]| find(chat, MODEL, &format!(":{model}"));
        let (message_id, choice) = self.see(member, choice).await?;
        self.press(member, message_id, &choice)?;
        self.see(member, |chat| card(chat, &card_before.create)).await
    }

    /// Opens the cabinet and orders while nobody else does anything, and counts what both cost; then loses its worker.
    pub(super) async fn order_in_quiet(&self, member: &Member, card: &Card) -> Result<Measured> {
        let cabinet = async {
            let before = self.telegram.chat(member.user).len();
            self.telegram.say(member.user, "/cabinet").map_err(seen(member))?;
            // The question and the answer.
            let answered = |chat: &[ChatMessage]| (chat.len() >= before + 2).then_some(());
            self.see(member, answered).await
        };
        let (answered, cabinet) = self.cloud.measure(WEBHOOK, cabinet).await;
        answered?;
        // The worker waits until the webhook's part is counted.
        let go_on = Arc::new(Notify::new());
        let hold = Fault::new(Service::DynamoDb, Effect::Hold(go_on.clone())).caller(WORKER);
        let armed = self.cloud.local().aws().faults().arm(hold);
        let order = async {
            self.press(member, card.message_id, &card.create)?;
            self.see(member, |chat| find(chat, CANCEL, "")).await
        };
        let (queued, confirm) = self.cloud.measure(WEBHOOK, order).await;
        armed.disarm();
        go_on.notify_one();
        queued?;
        self.kill_worker(member).await?;
        Ok(Measured { cabinet, confirm })
    }

    /// Kills the worker as soon as the provider has accepted the order; its answer is on the way for ever.
    async fn kill_worker(&self, member: &Member) -> Result<()> {
        let accepted = || self.kie.tasks().iter().any(|task| task.prompt == member.words);
        self.look_until(member, "accepted by the provider", accepted)
            .await?;
        let user = format!("{}-", member.user);
        let rings_for = |event: &Value| {
            let bodies = event["Records"].as_array().into_iter().flatten();
            bodies
                .filter_map(|record| record["body"].as_str())
                .any(|body| body.contains(&user))
        };
        match self.cloud.local().kill_running(WORKER, rings_for).await? {
            0 => Err(Error::Demo(format!(
                "{}: no worker was there to be killed",
                member.name
            ))),
            _ => Ok(()),
        }
    }

    /// Orders, and does what else the part asks for.
    pub(super) async fn order(&self, member: &Member, card: &Card) -> Result<()> {
        self.press(member, card.message_id, &card.create)?;
        match member.part {
            Part::UpdateRepeated => self.repeat_update(member).await,
            Part::BlocksTheBot => {
                self.see(member, |chat| find(chat, CANCEL, "")).await?;
                self.telegram.block(member.user).map_err(seen(member))
            }
            Part::Cancels => self.cancel(member).await,
            _ => Ok(()),
        }
    }

    /// The update comes twice more while its first delivery is under way, as after an answer that was lost.
    async fn repeat_update(&self, member: &Member) -> Result<()> {
        let update = self.telegram.latest_update(member.user);
        let update = update.ok_or_else(|| Error::Demo(format!("{}: no update", member.name)))?;
        let twice = join_all((0..2).map(|_| self.telegram.redeliver(update.update_id))).await;
        for status in twice {
            let status = status.map_err(seen(member))?;
            if status != 200 {
                return Err(Error::Demo(format!(
                    "{}: the repeated update got {status}",
                    member.name
                )));
            }
        }
        Ok(())
    }

    /// The provider is busy, so the order is queued again and again; in one of those times it is canceled. A tap that
    /// comes while it is being submitted is told that it is too late, and the user taps again.
    async fn cancel(&self, member: &Member) -> Result<()> {
        let mut told: Vec<String> = Vec::new();
        for _ in 0..CANCEL_TAPS_MAX {
            let (message_id, cancel) = self.see(member, |chat| find(chat, CANCEL, "")).await?;
            let query = self
                .telegram
                .press(member.user, message_id, &cancel)
                .map_err(seen(member))?;
            let answered = |telegram: &PlayedTelegram| {
                let gone = find(&telegram.chat(member.user), CANCEL, "").is_none();
                let told = telegram.callback_answer(&query).map(|answer| answer.text);
                if gone { Some(None) } else { told.map(Some) }
            };
            match self
                .telegram
                .wait_until(PATIENCE, answered)
                .await
                .map_err(seen(member))?
            {
                None => return Ok(()),
                Some(text) => told.push(text),
            }
        }
        Err(Error::Demo(format!("{} could not cancel: {told:?}", member.name)))
    }

    fn press(&self, member: &Member, message_id: i64, data: &str) -> Result<()> {
        let pressed = self.telegram.press(member.user, message_id, data);
        pressed.map(drop).map_err(seen(member))
    }

    async fn see<T>(&self, member: &Member, look: impl Fn(&[ChatMessage]) -> Option<T>) -> Result<T> {
        let found = self.telegram.wait_for(member.user, PATIENCE, look).await;
        found.map_err(seen(member))
    }

    async fn look_until(&self, member: &Member, what: &str, holds: impl Fn() -> bool) -> Result<()> {
        let looking = async {
            while !holds() {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, looking).await;
        in_time.map_err(|_| Error::Demo(format!("{}: not {what}", member.name)))
    }
}

/// What a model makes that makes no videos.
fn kind_of(model: &str) -> Option<&'static str> {
    match model {
        "nano-banana-2" => Some("image"),
        "suno-v5" => Some("music"),
        "eleven-turbo-2.5" => Some("speech"),
        _ => None,
    }
}

/// The card of a draft, in another revision than the one known.
fn card(chat: &[ChatMessage], known: &str) -> Option<Card> {
    let (message_id, create) = find(chat, CREATE, "")?;
    (create != known).then_some(Card { message_id, create })
}

/// The newest message with a button whose data begins and ends so.
fn find(chat: &[ChatMessage], prefix: &str, suffix: &str) -> Option<(i64, String)> {
    chat.iter().rev().find_map(|message| {
        let mut data = message
            .now
            .buttons
            .iter()
            .flatten()
            .filter_map(|it| it.callback_data.as_deref());
        let found = data.find(|data| data.starts_with(prefix) && data.ends_with(suffix))?;
        Some((message.message_id, found.to_owned()))
    })
}

fn seen(member: &Member) -> impl FnOnce(played_telegram::Error) -> Error {
    let name = member.name;
    move |error| Error::Demo(format!("{name}: {error}"))
}
