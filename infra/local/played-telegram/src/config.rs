//! What a test or a runner may choose.

use std::time::Duration;

use crate::clock::{Clock, system_clock};

/// The played Telegram's settings.
#[derive(Clone)]
pub struct Config {
    /// The bot's token; the digits before the colon are the bot's id.
    pub token: String,
    /// Where this server is reached, without a slash at the end. Shown to people; not used for requests.
    pub base_url_public: String,
    /// The bot's name, as a chat's title shows it.
    pub bot_name: String,
    /// The bot's user name, without `@`.
    pub bot_username: String,
    /// What time it is, ms since the epoch.
    pub clock: Clock,
    /// How many messages may be sent how fast; `None` lets everything through.
    pub flood: Option<FloodLimits>,
    /// How updates are delivered.
    pub delivery: Delivery,
    /// Edits still reach a user who has blocked the bot. Telegram documents only that new messages do not; the stricter
    /// reading is the default.
    pub edits_reach_blocked: bool,
    /// How many Stars a new user has.
    pub stars: i64,
    /// How long Telegram waits for a file that it fetches by URL.
    pub fetch_timeout: Duration,
}

/// Flood limits. Telegram publishes no exact algorithm; these are token buckets of the published rates.
///
/// Source: <https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>.
#[derive(Debug, Clone, Copy)]
pub struct FloodLimits {
    /// Messages a second into one private chat.
    pub per_chat_per_s: u32,
    /// How many may come at once into one private chat before that rate counts.
    pub per_chat_burst: u32,
    /// Messages a minute into one group or channel.
    pub per_group_per_min: u32,
    /// Messages a second altogether.
    pub overall_per_s: u32,
}

impl Default for FloodLimits {
    fn default() -> Self {
        Self {
            per_chat_per_s: 1,
            per_chat_burst: 5,
            per_group_per_min: 20,
            overall_per_s: 30,
        }
    }
}

/// Webhook delivery. The first retry comes at once, the following ones after `retry_first`, twice that, and so on.
///
/// Source: tdlib/telegram-bot-api, `WebhookActor.cpp`.
#[derive(Debug, Clone, Copy)]
pub struct Delivery {
    /// The wait before the second retry.
    pub retry_first: Duration,
    /// The longest wait.
    pub retry_max: Duration,
    /// How long the webhook may take to answer.
    pub answer_timeout: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            retry_first: Duration::from_secs(2),
            retry_max: Duration::from_mins(1),
            answer_timeout: Duration::from_mins(1),
        }
    }
}

impl Config {
    /// Telegram's own limits and waits, and the machine's clock.
    pub fn new(token: impl Into<String>, base_url_public: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            base_url_public: base_url_public.into(),
            bot_name: "neurocards".into(),
            bot_username: "neurocards_bot".into(),
            clock: system_clock(),
            flood: Some(FloodLimits::default()),
            delivery: Delivery::default(),
            edits_reach_blocked: false,
            stars: 0,
            fetch_timeout: Duration::from_secs(20),
        }
    }

    /// No flood limits, and retries within milliseconds: for tests that are about something else.
    #[must_use]
    pub fn quick(mut self) -> Self {
        self.flood = None;
        self.delivery.retry_first = Duration::from_millis(20);
        self.delivery.retry_max = Duration::from_millis(200);
        self
    }

    pub(crate) fn bot_id(&self) -> i64 {
        self.token
            .split(':')
            .next()
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(1)
    }
}
