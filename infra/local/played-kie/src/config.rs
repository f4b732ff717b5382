//! What a played KIE.AI is told before it starts.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from, in milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The machine's own clock.
pub fn real_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// Settings of a [`PlayedKie`](crate::PlayedKie).
#[derive(Clone)]
pub struct Config {
    /// The one key that is accepted as bearer.
    pub api_key: String,
    /// Signs the callbacks if set, as an account does that has generated a webhook key.
    pub webhook_hmac_key: Option<String>,
    /// Where this server is reached, without a slash at the end; begins every URL that it hands out.
    pub public_base_url: String,
    /// The time.
    pub clock: Clock,
    /// How long a render takes, in milliseconds of that clock.
    pub render_ms: i64,
    /// How many tasks may be created within ten seconds: 20 in docs.kie.ai, section 8.
    pub creates_per_window: usize,
    /// The account's balance, in KIE credits.
    pub credits: i64,
}

impl Config {
    /// The settings of a newcomer's first run: real time, renders of eight seconds, plenty of credits.
    pub fn new(public_base_url: impl Into<String>) -> Self {
        Self {
            api_key: "played-kie-key".to_owned(),
            webhook_hmac_key: None,
            public_base_url: public_base_url.into(),
            clock: real_clock(),
            render_ms: 8_000,
            creates_per_window: 20,
            credits: 1_000_000,
        }
    }
}
