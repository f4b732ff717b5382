//! The bridge to the real Telegram: long polling on one side, the local webhook function on the other.
//!
//! A machine at home has no address that Telegram could call, so updates are fetched. Each is handed to the webhook
//! function as Telegram would hand it over, secret header included, and the method in the function's answer is carried
//! out. Updates of one chat stay in order; an update is confirmed only once it was taken or given up.

mod bot;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use futures::future::join_all;
use played_telegram::SECRET_HEADER;
use serde_json::{Value, json};
use telegram::methods::SetWebhook;

use crate::error::{Error, Result};
use bot::{Bot, Refused};

/// Seconds that Telegram holds a poll open.
const POLL_S: u64 = 25;
/// Updates of one poll; Telegram gives at most 100.
const UPDATES_MAX: u64 = 100;
/// The webhook function's own time-out is shorter.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(30);
/// How often an update is handed over before it is given up. Telegram goes on for a day; here a person is watching.
const HAND_OVERS_MAX: u32 = 5;
/// The wait before the first repetition; doubled each time.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest wait.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// What goes wrong on the way, for a person to read. The bridge goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Somebody else polls with this token, or has set a webhook.
    Conflict(String),
    /// Telegram refuses a poll, or does not answer.
    NoUpdates(String),
    /// The webhook function did not take an update.
    NotTaken {
        /// The update's number.
        update_id: i64,
        /// How it answered.
        why: String,
        /// It is not tried again.
        given_up: bool,
    },
    /// Telegram did not carry out what the function answered.
    NotCarriedOut {
        /// The method.
        method: String,
        /// What Telegram said.
        why: String,
    },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(why) => write!(
                f,
                "Telegram gives this bot's updates to somebody else: another program polls with the same token, or has \
                 set a webhook meanwhile. Stop it, or use a bot of your own for trying. ({why})"
            ),
            Self::NoUpdates(why) => write!(f, "Telegram gives no updates, trying again: {why}"),
            Self::NotTaken {
                update_id,
                why,
                given_up: false,
            } => {
                write!(f, "update {update_id} was not taken, trying again: {why}")
            }
            Self::NotTaken {
                update_id,
                why,
                given_up: true,
            } => {
                write!(f, "update {update_id} was not taken and is given up: {why}")
            }
            Self::NotCarriedOut { method, why } => write!(f, "Telegram refuses {method}: {why}"),
        }
    }
}

/// Who the bot is, and what stood in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The bot's user name, without `@`.
    pub username: String,
    /// The webhook that is set; as long as it is, there are no updates to fetch.
    pub webhook_url: Option<String>,
}

/// The bridge between a Bot API server and the local webhook function.
#[derive(Debug, Clone)]
pub struct Bridge {
    bot: Bot,
    webhook_url: String,
    secret: String,
    http: reqwest::Client,
}

impl Bridge {
    /// Between a bot at `api_url` and the webhook function.
    pub fn new(api_url: &str, token: &str, webhook_url: &str, secret: &str) -> Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .build()
            .map_err(Error::broken("making an HTTP client"))?;
        Ok(Self {
            bot: Bot::new(http.clone(), api_url, token),
            webhook_url: webhook_url.to_owned(),
            secret: secret.to_owned(),
            http,
        })
    }

    /// Asks who the bot is and whether a webhook stands in the way.
    pub async fn look(&self) -> Result<Attached> {
        let me = self
            .bot
            .call("getMe", &json!({}))
            .await
            .map_err(no("the token (TELEGRAM_BOT_TOKEN)"))?;
        let info = self
            .bot
            .call("getWebhookInfo", &json!({}))
            .await
            .map_err(no("to tell about the webhook"))?;
        let url = info["url"].as_str().filter(|url| !url.is_empty());
        Ok(Attached {
            username: me["username"].as_str().unwrap_or_default().to_owned(),
            webhook_url: url.map(str::to_owned),
        })
    }

    /// Takes the webhook away; updates that wait are kept.
    pub async fn take_webhook_away(&self) -> Result<()> {
        let deleted = self.bot.call("deleteWebhook", &json!({})).await;
        deleted.map(drop).map_err(no("to take the webhook away"))
    }

    /// Carries updates over until the token is no longer accepted.
    pub async fn run(&self, tell: impl Fn(&Trouble)) -> Error {
        let (mut offset, mut failures) = (None, 0);
        loop {
            match self.poll(offset).await {
                Ok(updates) => {
                    failures = 0;
                    offset = self.carry(updates, &tell).await.or(offset);
                }
                Err(refused) if refused.code == Some(401) => {
                    return no("the token (TELEGRAM_BOT_TOKEN)")(refused);
                }
                Err(refused) => {
                    failures += 1;
                    tell(&match refused.code {
                        Some(409) => Trouble::Conflict(refused.to_string()),
                        _ => Trouble::NoUpdates(refused.to_string()),
                    });
                    tokio::time::sleep(refused.retry_after.unwrap_or_else(|| pause(failures))).await;
                }
            }
        }
    }

    async fn poll(&self, offset: Option<i64>) -> Result<Vec<Value>, Refused> {
        let mut ask = json!({
            "timeout": POLL_S,
            "limit": UPDATES_MAX,
            "allowed_updates": SetWebhook::new("", "").allowed_updates,
        });
        if let Some(offset) = offset {
            ask["offset"] = json!(offset);
        }
        let answer = self.bot.call("getUpdates", &ask).await?;
        Ok(answer.as_array().cloned().unwrap_or_default())
    }

    /// Hands a poll's updates over, those of different chats at the same time. Gives the offset that confirms them.
    async fn carry(&self, updates: Vec<Value>, tell: &impl Fn(&Trouble)) -> Option<i64> {
        let last = updates.iter().filter_map(update_id).max()?;
        let mut chats: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
        for update in updates {
            chats.entry(chat_of(&update)).or_default().push(update);
        }
        let in_order = |updates: Vec<Value>| async move {
            for update in updates {
                self.hand_over(&update, tell).await;
            }
        };
        join_all(chats.into_values().map(in_order)).await;
        Some(last.saturating_add(1))
    }

    async fn hand_over(&self, update: &Value, tell: &impl Fn(&Trouble)) {
        for attempt in 1..=HAND_OVERS_MAX {
            match self.post(update).await {
                Ok(answer) => return self.carry_out(&answer, tell).await,
                Err(why) => {
                    let given_up = attempt == HAND_OVERS_MAX;
                    let update_id = update_id(update).unwrap_or_default();
                    tell(&Trouble::NotTaken {
                        update_id,
                        why,
                        given_up,
                    });
                    if !given_up {
                        tokio::time::sleep(pause(attempt)).await;
                    }
                }
            }
        }
    }

    /// One hand-over. The error says how the function answered.
    async fn post(&self, update: &Value) -> Result<String, String> {
        let request = self
            .http
            .post(&self.webhook_url)
            .header(SECRET_HEADER, &self.secret)
            .timeout(WEBHOOK_TIMEOUT)
            .json(update);
        let answer = request.send().await.map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("the webhook answered {}", answer.status()));
        }
        answer.text().await.map_err(|error| error.to_string())
    }

    /// Carries out the method that an answer names, as Telegram does with a webhook's answer.
    async fn carry_out(&self, answer: &str, tell: &impl Fn(&Trouble)) {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(answer) else {
            return;
        };
        let Some(Value::String(method)) = fields.remove("method") else {
            return;
        };
        if let Err(refused) = self.bot.call(&method, &Value::Object(fields)).await {
            let why = refused.to_string();
            tell(&Trouble::NotCarriedOut { method, why });
        }
    }
}

/// Why it does not go on: Telegram says no, or says nothing.
fn no(doing: &'static str) -> impl FnOnce(Refused) -> Error {
    move |refused| match refused.code {
        Some(_) => Error::Telegram {
            doing,
            why: refused.to_string(),
        },
        None => Error::NoTelegram {
            why: refused.to_string(),
        },
    }
}

fn pause(failures: u32) -> Duration {
    (PAUSE * 2_u32.saturating_pow(failures.saturating_sub(1).min(16))).min(PAUSE_MAX)
}

fn update_id(update: &Value) -> Option<i64> {
    update["update_id"].as_i64()
}

/// The chat or user whose updates must stay in order.
fn chat_of(update: &Value) -> i64 {
    let places = ["/chat/id", "/message/chat/id", "/from/id", "/user/id"];
    let parts = update.as_object().into_iter().flat_map(|fields| fields.values());
    parts
        .filter(|part| part.is_object())
        .find_map(|part| places.iter().find_map(|place| part.pointer(place)?.as_i64()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
