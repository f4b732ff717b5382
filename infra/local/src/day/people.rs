//! What customers do in their chats.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use domain::account::{Account, Draft};
use domain::id::{JobId, UserId};
use domain::job::Job;
use played_telegram::ChatMessage;

use super::plan::{Deed, Wish, is_greedy};
use super::{Stage, seen};
use crate::error::{Error, Result};

/// How long the bot may take to answer on a machine that has a day to do.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a customer watches an order. Some of them take hours of the day, and are left.
const WATCHED: Duration = Duration::from_secs(8);
const LOOK_EVERY: Duration = Duration::from_millis(60);
/// Credits with which nothing that is ordered here is too dear.
const ENOUGH: u32 = 5;
/// Seconds of a long video.
const LONG_S: u32 = 10;
/// Seconds of a voice message.
const VOICE_S: u32 = 3;

/// A button in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Button {
    pub(super) message_id: i64,
    data: String,
}

impl Button {
    /// The newest one whose data is so.
    pub(super) fn find(chat: &[ChatMessage], is: impl Fn(&str) -> bool) -> Option<Self> {
        chat.iter().rev().find_map(|message| {
            let buttons = message.now.buttons.iter().flatten();
            let mut data = buttons.filter_map(|button| button.callback_data.as_deref());
            let data = data.find(|data| is(data))?.to_owned();
            let message_id = message.message_id;
            Some(Self { message_id, data })
        })
    }

    /// The newest one whose data begins and ends so.
    pub(super) fn newest(chat: &[ChatMessage], begins: &str, ends: &str) -> Option<Self> {
        Self::find(chat, |data| data.starts_with(begins) && data.ends_with(ends))
    }
}

impl Stage {
    /// Everything that one customer does in an hour, one thing after the other. What goes otherwise than it should is noted.
    pub(super) async fn live(&self, deeds: Vec<Deed>) {
        for deed in deeds {
            if let Err(error) = self.act(&deed).await {
                crate::locked(&self.stumbles).push(format!("{deed:?}: {}", error.chain()));
            }
        }
    }

    async fn act(&self, deed: &Deed) -> Result<()> {
        let user = deed.user;
        let account = match self.account(user).await? {
            Some(account) => account,
            None => self.arrive(user).await?,
        };
        if account.balance.available.0 < ENOUGH && account.standing.plan.is_none() {
            self.buy(user, "pack:premium").await?;
        }
        match deed.wish {
            Wish::Video { photo, model, long } => {
                self.compose(deed, photo).await?;
                if let Some(model) = model {
                    self.press_one(user, "ms:", "").await?;
                    self.press_one(user, "mo:", &format!(":{model}")).await?;
                }
                if long
                    && self
                        .draft(user)
                        .await?
                        .is_some_and(|draft| draft.duration_s != LONG_S)
                {
                    self.press_one(user, "du:", &format!(":{LONG_S}")).await?;
                }
                self.order(user, "go:").await.map(drop)
            }
            Wish::Image | Wish::Edit | Wish::Music | Wish::Speech => {
                let (kind, model) = match deed.wish {
                    Wish::Music => (":music", "suno-v5"),
                    Wish::Speech => (":speech", "eleven-turbo-2.5"),
                    _ => (":image", "nano-banana-2"),
                };
                self.compose(deed, deed.wish == Wish::Edit).await?;
                // Whoever was refused before has the same kind of draft again, and nothing would change.
                if self
                    .draft(user)
                    .await?
                    .is_some_and(|draft| draft.model.0 != model)
                {
                    self.press_one(user, "ki:", kind).await?;
                }
                self.order(user, "go:").await.map(drop)
            }
            Wish::Improve { then_video } => {
                self.compose(deed, false).await?;
                self.words(user, then_video).await
            }
            Wish::Describe => {
                self.compose(
                    &Deed {
                        words: String::new(),
                        ..deed.clone()
                    },
                    true,
                )
                .await?;
                self.words(user, true).await
            }
            Wish::Voice { then_video } => {
                let sound = played_telegram::voice(&deed.words, VOICE_S);
                let sent = self
                    .telegram
                    .send_voice(user, sound, VOICE_S, "")
                    .map_err(seen(user))?;
                self.answered(user, sent, "wo:").await?;
                self.words(user, then_video).await
            }
        }
    }

    /// A newcomer presses Start and buys something: credits, or a plan.
    pub(super) async fn arrive(&self, user: i64) -> Result<Account> {
        self.telegram.create_user(user, "Аня", Some("ru"));
        self.say(user, "/start")?;
        self.see(user, |chat| {
            chat.iter().any(|message| message.from_bot).then_some(())
        })
        .await?;
        let ware = match user % 40 {
            _ if is_greedy(user, self.operations) => "plan:unlimited_1day",
            7 => "plan:unlimited_7days",
            8 => "plan:unlimited_30days",
            9 => "plan:pro_month",
            one if one % 3 == 0 => "pack:pro",
            _ => "pack:premium",
        };
        self.buy(user, ware).await?;
        let account = self.account(user).await?;
        account.ok_or_else(|| Error::Day(format!("{user} has no account")))
    }

    async fn compose(&self, deed: &Deed, with_photo: bool) -> Result<()> {
        let user = deed.user;
        let sent = if with_photo {
            let sent = self
                .telegram
                .send_photo(user, self.photo.clone(), &deed.words)
                .await;
            sent.map_err(seen(user))?
        } else {
            self.say(user, &deed.words)?
        };
        self.answered(user, sent, "go:").await
    }

    /// Waits for a card below a message.
    async fn answered(&self, user: i64, sent: i64, button: &str) -> Result<()> {
        let card = |chat: &[ChatMessage]| {
            let later = chat
                .iter()
                .filter(|message| message.message_id > sent && message.from_bot);
            later
                .clone()
                .any(|message| message.button(button).is_some())
                .then_some(())
        };
        self.see(user, card).await
    }

    /// Orders words, and what they lead to. The words that come are those of the draft, and those that are rendered.
    async fn words(&self, user: i64, then_video: bool) -> Result<()> {
        let Some(job) = self.order(user, "wo:").await? else {
            return Ok(());
        };
        let Some(answer) = job.answer.map(|answer| answer.text) else {
            return Ok(());
        };
        let draft = self.draft(user).await?;
        if draft.as_ref().is_none_or(|draft| draft.prompt != answer) {
            return Err(Error::Day(format!("{}: its words are not the draft's", job.id)));
        }
        crate::locked(&self.counts).words += 1;
        if !then_video {
            return Ok(());
        }
        let Some(video) = self.order(user, "go:").await? else {
            return Ok(());
        };
        if video.order.prompt != answer {
            return Err(Error::Day(format!("{}: other words are rendered", video.id)));
        }
        crate::locked(&self.counts).words_rendered += 1;
        Ok(())
    }

    /// Orders what the newest card shows, and watches. Gives the order; `None` where it was refused.
    async fn order(&self, user: i64, button: &str) -> Result<Option<Job>> {
        let before = self.open(user).await?;
        let button = self.see(user, |chat| Button::newest(chat, button, "")).await?;
        let nonce = button.data.split(':').nth(1).and_then(domain::id::Nonce::parse);
        let nonce = nonce.ok_or_else(|| Error::Day(format!("{} has no name", button.data)))?;
        let id = JobId {
            user: UserId(user),
            nonce,
        };
        self.press(user, &button).await?;
        let until = tokio::time::Instant::now() + WATCHED;
        while !self.open(user).await?.is_subset(&before) && tokio::time::Instant::now() < until {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let job = self.cloud.store().jobs().get(&id).await;
        let job = job.map_err(Error::broken("reading an order"))?;
        let mut counts = crate::locked(&self.counts);
        match &job {
            None => counts.refused += 1,
            Some(_) => counts.ordered += 1,
        }
        Ok(job)
    }

    async fn open(&self, user: i64) -> Result<BTreeSet<JobId>> {
        let account = self.account(user).await?;
        Ok(account.map(|account| account.active_jobs).unwrap_or_default())
    }

    async fn draft(&self, user: i64) -> Result<Option<Draft>> {
        Ok(self.account(user).await?.and_then(|account| account.draft))
    }

    async fn account(&self, user: i64) -> Result<Option<Account>> {
        let account = self.cloud.store().account(UserId(user)).await;
        account.map_err(Error::broken("reading an account"))
    }

    /// Presses the newest button of a kind, if there is one.
    async fn press_one(&self, user: i64, begins: &str, ends: &str) -> Result<()> {
        match Button::newest(&self.telegram.chat(user), begins, ends) {
            Some(button) => self.press(user, &button).await,
            None => Ok(()),
        }
    }

    /// Presses a button, and waits until the bot has answered.
    pub(super) async fn press(&self, user: i64, button: &Button) -> Result<()> {
        let edits = |chat: &[ChatMessage]| {
            let message = chat
                .iter()
                .find(|message| message.message_id == button.message_id);
            message.map_or(usize::MAX, ChatMessage::edits)
        };
        let before = edits(&self.telegram.chat(user));
        let query = self.telegram.press(user, button.message_id, &button.data);
        let query = query.map_err(seen(user))?;
        let answered = |chat: &[ChatMessage]| {
            let is_answered = edits(chat) != before || self.telegram.callback_answer(&query).is_some();
            is_answered.then_some(())
        };
        self.see(user, answered).await
    }

    pub(super) fn say(&self, user: i64, words: &str) -> Result<i64> {
        self.telegram.say(user, words).map_err(seen(user))
    }

    pub(super) async fn see<T>(&self, user: i64, look: impl Fn(&[ChatMessage]) -> Option<T>) -> Result<T> {
        self.telegram
            .wait_for(user, PATIENCE, look)
            .await
            .map_err(seen(user))
    }
}

/// A photo as small as the models take it.
pub(super) fn photo() -> Result<Bytes> {
    let picture = image::RgbImage::from_fn(320, 340, |x, y| {
        image::Rgb([x, y, x + y].map(|it| u8::try_from(it % 256).unwrap_or_default()))
    });
    let mut file = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut file, image::ImageFormat::Jpeg)
        .map_err(Error::broken("making a photo"))?;
    Ok(Bytes::from(file.into_inner()))
}
