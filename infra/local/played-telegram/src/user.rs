//! The user's side: what a person does in a Telegram client.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::PlayedTelegram;
use crate::delivery;
use crate::error::Error;
use crate::files;
use crate::model::{MediaKind, Shown, Source, User};
use crate::state::{Chat, Query, State};
use crate::wire;

impl PlayedTelegram {
    /// A new user, who has not written to the bot yet. An existing one gets the new name and language.
    pub fn create_user(&self, id: i64, first_name: &str, language_code: Option<&str>) -> User {
        self.server.write(|state| {
            let known = state.users.get(&id);
            let user = User {
                id,
                first_name: first_name.to_owned(),
                language_code: language_code.map(str::to_owned),
                blocked: known.is_some_and(|user| user.blocked),
                started: known.is_some_and(|user| user.started),
                deactivated: known.is_some_and(|user| user.deactivated),
            };
            state.users.insert(id, user.clone());
            state.stars.balances.entry(id).or_insert(self.server.config.stars);
            state.chats.entry(id).or_insert_with(|| Chat {
                id,
                ..Chat::default()
            });
            user
        })
    }

    /// The user's client speaks another language from now on.
    pub fn set_language(&self, user_id: i64, language_code: Option<&str>) -> Result<(), Error> {
        self.server.write(|state| {
            let user = state.users.get_mut(&user_id).ok_or(Error::NoSuchUser(user_id))?;
            user.language_code = language_code.map(str::to_owned);
            Ok(())
        })
    }

    /// Everyone there is.
    pub fn users(&self) -> Vec<User> {
        self.server.read(|state| state.users.values().cloned().collect())
    }

    /// A channel; where the bot is its administrator, the bot may post into it. The id should be negative.
    pub fn create_channel(&self, id: i64, title: &str, bot_is_admin: bool) {
        let chat = Chat {
            id,
            title: Some(title.to_owned()),
            bot_is_admin,
            ..Chat::default()
        };
        self.server.write(|state| state.chats.insert(id, chat));
    }

    /// The chat gets another id, as a group does that becomes a supergroup; its messages stay behind.
    pub fn migrate_chat(&self, from: i64, to: i64) {
        self.server.write(|state| {
            let Some(old) = state.chats.get_mut(&from) else {
                return;
            };
            old.migrated_to = Some(to);
            let (title, bot_is_admin) = (old.title.clone(), old.bot_is_admin);
            state.chats.insert(
                to,
                Chat {
                    id: to,
                    title,
                    bot_is_admin,
                    ..Chat::default()
                },
            );
        });
    }

    /// The user writes a message, which starts the bot if it was not started. Returns the message's id.
    pub fn say(&self, user_id: i64, text: &str) -> Result<i64, Error> {
        let shown = Shown {
            text: text.to_owned(),
            raw: text.to_owned(),
            ..Shown::default()
        };
        self.post(user_id, shown)
    }

    /// The user sends a picture (JPEG or PNG) with a caption. Returns the message's id.
    pub async fn send_photo(&self, user_id: i64, bytes: Bytes, caption: &str) -> Result<i64, Error> {
        let decoded = tokio::task::spawn_blocking(move || files::photo(&bytes)).await;
        let sizes = decoded
            .map_err(|source| Error::Start(Box::new(source)))?
            .map_err(Error::NotAPicture)?;
        let media = self
            .server
            .write(|state| state.files.keep(MediaKind::Photo, sizes, &Source::User));
        let text = caption.to_owned();
        self.post(
            user_id,
            Shown {
                raw: text.clone(),
                text,
                media: Some(media),
                ..Shown::default()
            },
        )
    }

    /// The user sends a voice message of so many seconds with a caption: see [`voice`](crate::voice). Returns the message's id.
    pub fn send_voice(&self, user_id: i64, bytes: Bytes, seconds: u32, caption: &str) -> Result<i64, Error> {
        let content = vec![files::voice(bytes, seconds)];
        let media = self
            .server
            .write(|state| state.files.keep(MediaKind::Voice, content, &Source::User));
        self.post(
            user_id,
            Shown {
                text: caption.to_owned(),
                raw: caption.to_owned(),
                media: Some(media),
                ..Shown::default()
            },
        )
    }

    fn post(&self, user_id: i64, shown: Shown) -> Result<i64, Error> {
        let now_ms = self.server.now_ms();
        let message_id = self.server.write(|state| {
            let user = state.users.get_mut(&user_id).ok_or(Error::NoSuchUser(user_id))?;
            if user.blocked {
                return Err(Error::Blocked(user_id));
            }
            user.started = true;
            let message_id = state.post(
                user_id,
                false,
                Shown {
                    since_ms: now_ms,
                    ..shown
                },
            );
            let wire = wire::message(&self.server.config, state, user_id, message_id);
            state.outbox.push("message", user_id, wire, now_ms);
            Ok(message_id)
        })?;
        delivery::start(&self.server);
        Ok(message_id)
    }

    /// The user presses the button with this data. Returns the callback query's id.
    ///
    /// Fails as a real client would have nothing to press: the message is gone, or shows no such button now.
    pub fn press(&self, user_id: i64, message_id: i64, callback_data: &str) -> Result<String, Error> {
        let now_ms = self.server.now_ms();
        let id = self.server.write(|state| {
            if state.users.get(&user_id).is_some_and(|user| user.blocked) {
                return Err(Error::Blocked(user_id));
            }
            let message = state.message(user_id, message_id);
            let message = message.ok_or(Error::NoSuchMessage {
                chat: user_id,
                message_id,
            })?;
            let mut buttons = message.now.buttons.iter().flatten();
            if !buttons.any(|button| button.callback_data.as_deref() == Some(callback_data)) {
                return Err(Error::NoSuchButton {
                    message_id,
                    callback_data: callback_data.to_owned(),
                });
            }
            Ok(self.push_query(state, (user_id, message_id, callback_data), now_ms))
        })?;
        delivery::start(&self.server);
        Ok(id)
    }

    fn push_query(
        &self,
        state: &mut State,
        (user_id, message_id, data): (i64, i64, &str),
        now_ms: i64,
    ) -> String {
        let id = format!(
            "{}",
            4_000_000_000_000_000_000_i64 + i64::try_from(state.queries.len()).unwrap_or(0)
        );
        let query = json!({
            "id": id,
            "from": state.users.get(&user_id).map(wire::user),
            "message": wire::message(&self.server.config, state, user_id, message_id),
            "chat_instance": format!("-{user_id}"),
            "data": data,
        });
        let made = Query {
            user_id,
            message_id,
            data: data.to_owned(),
            made_ms: now_ms,
            answer: None,
        };
        state.queries.insert(id.clone(), made);
        state.outbox.push("callback_query", user_id, query, now_ms);
        id
    }

    /// The user blocks the bot; it hears of it, and can no longer write.
    pub fn block(&self, user_id: i64) -> Result<(), Error> {
        self.set_blocked(user_id, true)
    }

    /// The user lets the bot write again.
    pub fn unblock(&self, user_id: i64) -> Result<(), Error> {
        self.set_blocked(user_id, false)
    }

    fn set_blocked(&self, user_id: i64, blocked: bool) -> Result<(), Error> {
        let now_ms = self.server.now_ms();
        self.server.write(|state| {
            let user = state.users.get_mut(&user_id).ok_or(Error::NoSuchUser(user_id))?;
            if std::mem::replace(&mut user.blocked, blocked) != blocked {
                let change = self.membership(state, user_id, blocked, now_ms);
                state.outbox.push("my_chat_member", user_id, change, now_ms);
            }
            Ok(())
        })?;
        delivery::start(&self.server);
        Ok(())
    }

    /// A `ChatMemberUpdated` about the bot itself.
    fn membership(&self, state: &State, user_id: i64, blocked: bool, now_ms: i64) -> Value {
        let bot = wire::bot(&self.server.config);
        let is = |blocked: bool| {
            if blocked {
                json!({"user": bot, "status": "kicked", "until_date": 0})
            } else {
                json!({"user": bot, "status": "member"})
            }
        };
        json!({
            "chat": state.chats.get(&user_id).map(|chat| wire::chat(state, chat)),
            "from": state.users.get(&user_id).map(wire::user),
            "date": now_ms.div_euclid(1_000),
            "old_chat_member": is(!blocked),
            "new_chat_member": is(blocked),
        })
    }

    /// The user deletes the account: the bot can no longer write, and is not told.
    pub fn deactivate(&self, user_id: i64) -> Result<(), Error> {
        self.server.write(|state| {
            state
                .users
                .get_mut(&user_id)
                .ok_or(Error::NoSuchUser(user_id))?
                .deactivated = true;
            Ok(())
        })
    }

    /// The user deletes a message for both sides; the bot is not told.
    pub fn delete_message(&self, user_id: i64, message_id: i64) -> Result<(), Error> {
        self.server.write(|state| {
            let message = state.message_mut(user_id, message_id);
            message
                .ok_or(Error::NoSuchMessage {
                    chat: user_id,
                    message_id,
                })?
                .deleted = true;
            Ok(())
        })
    }
}
