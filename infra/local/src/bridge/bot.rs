//! Calls to a Bot API server by name, as the bridge passes them on. No text of this module holds the token.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// Longer than Telegram holds a poll open.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Why a call brought nothing.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    /// `error_code`, if Telegram answered.
    pub(super) code: Option<u16>,
    /// When Telegram wants to be asked again.
    pub(super) retry_after: Option<Duration>,
    why: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// A bot at a Bot API server.
#[derive(Clone)]
pub(super) struct Bot {
    http: reqwest::Client,
    base_url: String,
    token: String,
}

impl fmt::Debug for Bot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bot")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Bot {
    pub(super) fn new(http: reqwest::Client, base_url: &str, token: &str) -> Self {
        Self {
            http,
            base_url: base_url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        }
    }

    #[cfg(test)]
    pub(super) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Makes a call and gives its `result`.
    pub(super) async fn call(&self, method: &str, fields: &Value) -> Result<Value, Refused> {
        let url = format!("{}/bot{}/{method}", self.base_url, self.token);
        let request = self.http.post(url).timeout(TIMEOUT).json(fields);
        let answer = match request.send().await {
            Ok(answer) => answer.json().await,
            Err(error) => Err(error),
        };
        let mut answer: Value = answer.map_err(|error| unanswered(&error.without_url()))?;
        if answer["ok"] == Value::Bool(true) {
            return Ok(answer["result"].take());
        }
        Err(refused(&answer))
    }
}

fn unanswered(error: &reqwest::Error) -> Refused {
    let mut why = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        why = format!("{why}: {error}");
        cause = error.source();
    }
    Refused {
        code: None,
        retry_after: None,
        why,
    }
}

fn refused(answer: &Value) -> Refused {
    let code = answer["error_code"]
        .as_u64()
        .and_then(|code| u16::try_from(code).ok());
    let seconds = answer["parameters"]["retry_after"].as_u64();
    Refused {
        code,
        retry_after: seconds.map(Duration::from_secs),
        why: answer["description"]
            .as_str()
            .unwrap_or("an answer that is none")
            .to_owned(),
    }
}
