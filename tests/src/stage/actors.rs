//! What people on the stage do.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use domain::id::{JobId, Nonce, UserId};
use played_telegram::{ChatMessage, Via};
use serde_json::{Value, json};

use super::Stage;

/// Longer than any answer takes on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// A draft's card in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Whose.
    pub user: i64,
    /// The message.
    pub message_id: i64,
    /// The data of its button that orders.
    pub create: String,
}

impl Card {
    /// The draft's nonce.
    pub fn nonce(&self) -> Nonce {
        Nonce::parse(self.create.split(':').nth(1).unwrap()).unwrap()
    }

    /// The job that the draft becomes.
    pub fn job(&self) -> JobId {
        JobId {
            user: UserId(self.user),
            nonce: self.nonce(),
        }
    }

    /// The press of the button as an update of its own: another device, another finger.
    pub fn press(&self, number: i64) -> Value {
        press(self.user, self.message_id, &self.create, number)
    }
}

/// The press of a button as an update.
pub fn press(user: i64, message_id: i64, data: &str, number: i64) -> Value {
    let from = json!({"id": user, "is_bot": false, "first_name": "Anna", "language_code": "en"});
    let chat = json!({"id": user, "type": "private", "first_name": "Anna"});
    let bot = json!({"id": 123_456, "is_bot": true, "first_name": "neurocards"});
    let message =
        json!({"message_id": message_id, "from": bot, "chat": chat, "date": 1_795_251_600, "text": "card"});
    let query = json!({"id": format!("77{number}"), "from": from, "message": message, "chat_instance": "1", "data": data});
    json!({"update_id": 800_000_000 + number, "callback_query": query})
}

/// A text as an update.
pub fn message(user: i64, text: &str, number: i64) -> Value {
    let from = json!({"id": user, "is_bot": false, "first_name": "Anna", "language_code": "en"});
    let chat = json!({"id": user, "type": "private", "first_name": "Anna"});
    json!({"update_id": 810_000_000 + number, "message": {
        "message_id": 90_000 + number, "from": from, "chat": chat, "date": 1_795_251_600, "text": text,
    }})
}

impl Stage {
    /// Somebody who speaks English presses Start.
    pub async fn newcomer(&self, user: i64) {
        self.newcomer_who_speaks(user, "en").await;
    }

    /// Somebody presses Start.
    pub async fn newcomer_who_speaks(&self, user: i64, language: &str) {
        self.telegram.create_user(user, "Anna", Some(language));
        self.say(user, "/start").await;
    }

    /// Somebody writes, and reads the answer.
    pub async fn say(&self, user: i64, text: &str) {
        self.telegram.say(user, text).unwrap();
        self.answered().await;
    }

    /// Somebody sends a photo, and reads the answer.
    pub async fn send_photo(&self, user: i64, photo: Bytes, caption: &str) {
        self.telegram.send_photo(user, photo, caption).await.unwrap();
        self.answered().await;
    }

    /// Somebody says something in a voice message, and reads the answer.
    pub async fn say_aloud(&self, user: i64, words: &str, seconds: u32) {
        let voice = played_telegram::voice(words, seconds);
        self.telegram.send_voice(user, voice, seconds, "").unwrap();
        self.answered().await;
    }

    /// Somebody presses a button, and sees what comes of it. Gives the alert, if there is one.
    pub async fn press(&self, user: i64, message_id: i64, data: &str) -> Option<String> {
        let query = self.telegram.press(user, message_id, data).unwrap();
        self.answered().await;
        self.telegram.callback_answer(&query).map(|answer| answer.text)
    }

    /// Somebody presses the newest button whose data begins so.
    pub async fn press_newest(&self, user: i64, prefix: &str) -> Option<String> {
        let (message_id, data) = self.newest_button(user, prefix);
        self.press(user, message_id, &data).await
    }

    /// The newest button in a chat whose data begins so.
    pub fn newest_button(&self, user: i64, prefix: &str) -> (i64, String) {
        let chat = self.telegram.chat(user);
        let found = chat
            .iter()
            .rev()
            .find_map(|message| Some((message.message_id, message.button(prefix)?.to_owned())));
        found.unwrap_or_else(|| panic!("no button {prefix}: {:?}", self.texts(user)))
    }

    /// Whether the newest message of a chat has a button whose data begins so.
    pub fn has_button(&self, user: i64, prefix: &str) -> bool {
        let chat = self.telegram.chat(user);
        chat.last()
            .is_some_and(|message| message.button(prefix).is_some())
    }

    /// What the buttons of the newest message of a chat say to the bot.
    pub fn buttons(&self, user: i64) -> Vec<String> {
        let chat = self.telegram.chat(user);
        let buttons = chat
            .last()
            .into_iter()
            .flat_map(|message| message.now.buttons.iter().flatten());
        buttons
            .filter_map(|button| button.callback_data.clone())
            .collect()
    }

    /// Everything that was sent has been handled, and its answers carried out.
    pub async fn answered(&self) {
        let done = |telegram: &played_telegram::PlayedTelegram| {
            let given = self.replies.given.load(Ordering::SeqCst);
            let lost = self.replies.lost.load(Ordering::SeqCst);
            let calls = telegram.calls();
            let carried_out = calls
                .iter()
                .filter(|call| call.via == Via::WebhookAnswer && call.told.is_some());
            (telegram.updates_waiting() == 0 && carried_out.count() + lost >= given).then_some(())
        };
        self.telegram.wait_until(SOON, done).await.unwrap();
    }

    /// Somebody writes what the video shall show; the card comes.
    pub async fn draft(&self, user: i64, prompt: &str) -> Card {
        self.say(user, prompt).await;
        self.card(user)
    }

    /// The newest card in a chat.
    pub fn card(&self, user: i64) -> Card {
        let (message_id, create) = self.newest_button(user, "go:");
        Card {
            user,
            message_id,
            create,
        }
    }

    /// Somebody orders a video from words.
    pub async fn order(&self, user: i64, prompt: &str) -> JobId {
        let card = self.draft(user, prompt).await;
        self.confirm(&card).await
    }

    /// Somebody orders a video from a photo.
    pub async fn order_photo(&self, user: i64, photo: Bytes, caption: &str) -> JobId {
        self.send_photo(user, photo, caption).await;
        let card = self.card(user);
        self.confirm(&card).await
    }

    /// Somebody orders what a card shows.
    pub async fn confirm(&self, card: &Card) -> JobId {
        let alert = self.press(card.user, card.message_id, &card.create).await;
        assert_eq!(alert, None, "the order was not accepted");
        card.job()
    }

    /// What the bot has said to somebody, as it stands now.
    pub fn texts(&self, user: i64) -> Vec<String> {
        let chat = self.telegram.chat(user);
        let bot = chat.iter().filter(|message| message.from_bot);
        bot.map(|message| message.text().to_owned()).collect()
    }

    /// The newest thing that the bot has said to somebody.
    pub fn last_text(&self, user: i64) -> String {
        self.texts(user).pop().unwrap_or_default()
    }

    /// The message in which an order shows its progress.
    pub async fn message_of(&self, job: &JobId) -> ChatMessage {
        let place = self.job(job).await.place;
        let messages = self.telegram.chat_with_deleted(place.chat.0);
        messages
            .into_iter()
            .find(|message| message.message_id == place.message.0)
            .unwrap()
    }
}
