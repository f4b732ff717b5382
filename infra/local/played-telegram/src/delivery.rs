//! Brings updates to the webhook: every queue in order, several at once, again and again until one is taken.
//!
//! Rules: tdlib/telegram-bot-api, `WebhookActor.cpp`; the cloud may differ.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;

use crate::error::Error;
use crate::journal::Via;
use crate::outbox::{QueueKey, Webhook};
use crate::params::Params;
use crate::server::{Server, Told};

/// The header that proves an update to come from Telegram.
pub const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";
/// The longest wait that a webhook may ask for by `Retry-After`.
const RETRY_AFTER_S_MAX: u64 = 3_600;
/// Methods that are not executed from a webhook's answer; nor are those beginning with `get`.
const NOT_IN_ANSWERS: [&str; 4] = ["setWebhook", "deleteWebhook", "close", "logOut"];
/// Errors that a bot may well expect, so that nobody need hear of them.
const EXPECTED: [&str; 4] = ["not modified", "query is too old", "chat not found", "not found"];

/// Starts work on every queue that has updates and nobody working on it.
pub(crate) fn start(server: &Arc<Server>) {
    let idle = server.peek(|state| state.outbox.start_idle_queues());
    for key in idle {
        tokio::spawn(work_on(Arc::clone(server), key));
    }
}

async fn work_on(server: Arc<Server>, key: QueueKey) {
    let mut failures = 0;
    let mut webhooks = server.webhook_changed.subscribe();
    loop {
        let now_ms = server.now_ms();
        let Some((index, webhook)) = server.write(|state| state.outbox.first_of(key, now_ms)) else {
            return;
        };
        match deliver(&server, &webhook, index).await {
            Ok(()) => failures = 0,
            Err(asked_for) => {
                failures += 1;
                let wait = asked_for.unwrap_or_else(|| backoff(&server, failures));
                // A new webhook is tried at once.
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    _ = webhooks.changed() => failures = 0,
                }
            }
        }
    }
}

/// The first retry comes at once, the second after the first wait, then twice as long each time.
fn backoff(server: &Server, failures: u32) -> Duration {
    let delivery = &server.config.delivery;
    match failures.checked_sub(2) {
        None => Duration::ZERO,
        Some(doublings) => {
            (delivery.retry_first * 2_u32.saturating_pow(doublings.min(16))).min(delivery.retry_max)
        }
    }
}

/// One delivery, or two at once if a test wants that. The error is the wait that the webhook asked for, if any.
async fn deliver(server: &Arc<Server>, webhook: &Webhook, index: usize) -> Result<(), Option<Duration>> {
    let (doubled, lost) =
        server.peek(|state| (state.sabotage.take_doubled(), state.sabotage.take_answer_lost()));
    let answer = if doubled {
        let (one, other) = tokio::join!(attempt(server, webhook, index), attempt(server, webhook, index));
        one.or(other)
    } else {
        attempt(server, webhook, index).await
    };
    let wrong = match answer {
        Ok(answer) if answer.is_success() && !lost => {
            server.write(|state| state.outbox.arrived(index));
            execute(server, answer).await;
            start(server);
            return Ok(());
        }
        Ok(answer) if lost => (None, format!("Read timeout expired after {}", answer.status)),
        Ok(answer) => (
            answer.retry_after,
            format!("Wrong response from the webhook: {}", answer.status),
        ),
        Err(Error::NoAnswer(source)) => (None, format!("Webhook connection closed: {source}")),
        Err(other) => (None, other.to_string()),
    };
    let now_ms = server.now_ms();
    server.write(|state| state.outbox.last_error = Some((now_ms, wrong.1)));
    Err(wrong.0)
}

/// What the webhook answered.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    content_type: String,
    body: String,
}

impl Answer {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

async fn attempt(server: &Server, webhook: &Webhook, index: usize) -> Result<Answer, Error> {
    let update = server.read(|state| state.outbox.records.get(index).map(|record| record.body.clone()));
    // The semaphore is never closed, so there is always a permit in the end.
    let _connection = webhook.connections.acquire().await.ok();
    let answer = post(server, webhook, &update.unwrap_or_default()).await;
    let status = answer.as_ref().map_or(0, |answer| answer.status);
    server.write(|state| {
        if let Some(record) = state.outbox.records.get_mut(index) {
            record.answers.push(status);
        }
    });
    answer
}

async fn post(server: &Server, webhook: &Webhook, update: &Value) -> Result<Answer, Error> {
    let mut request = server
        .http
        .post(&webhook.url)
        .json(update)
        .timeout(server.config.delivery.answer_timeout);
    if let Some(secret) = &webhook.secret {
        request = request.header(SECRET_HEADER, secret);
    }
    let answer = request.send().await.map_err(Error::NoAnswer)?;
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after = header(RETRY_AFTER).and_then(|seconds| seconds.parse::<u64>().ok());
    Ok(Answer {
        status: answer.status().as_u16(),
        retry_after: retry_after.map(|seconds| Duration::from_secs(seconds.min(RETRY_AFTER_S_MAX))),
        content_type: header(CONTENT_TYPE).unwrap_or_default().to_owned(),
        body: answer.text().await.map_err(Error::NoAnswer)?,
    })
}

/// Executes the method that an answer may carry; its result goes nowhere.
async fn execute(server: &Arc<Server>, answer: Answer) {
    let Some((method, params)) = method_in(&answer) else {
        return;
    };
    if method.starts_with("get") || NOT_IN_ANSWERS.contains(&method.as_str()) {
        return complain(server, format!("{method}: not executed from a webhook's answer"));
    }
    if let Told::Answer(Err(error)) = server.call(&method, params, Via::WebhookAnswer).await
        && error.code < 429
        && error.code != 403
        && !EXPECTED.iter().any(|text| error.description.contains(text))
    {
        complain(server, format!("{method} in a webhook's answer: {error}"));
    }
}

fn complain(server: &Server, what: String) {
    server.write(|state| state.journal.complaints.push(what));
}

fn method_in(answer: &Answer) -> Option<(String, Params)> {
    if answer.content_type.starts_with("application/json") {
        let Ok(Value::Object(mut values)) = serde_json::from_str(&answer.body) else {
            return None;
        };
        let method = values.remove("method")?.as_str()?.to_owned();
        return Some((method, Params::from_json(values)));
    }
    if answer
        .content_type
        .starts_with("application/x-www-form-urlencoded")
    {
        let (method, rest): (Vec<_>, Vec<_>) = crate::http::form_pairs(&answer.body)
            .into_iter()
            .partition(|(name, _)| name == "method");
        let method = method.into_iter().next()?.1;
        return Some((method, Params::from_text(rest, std::collections::HashMap::new())));
    }
    None
}

/// Delivers an update once more, whatever became of it before, and says how the webhook answered.
pub(crate) async fn redeliver(server: &Arc<Server>, update_id: i64) -> Result<u16, Error> {
    let (index, webhook) = server.read(|state| {
        let index = state
            .outbox
            .records
            .iter()
            .position(|record| record.update_id == update_id);
        (index, state.outbox.webhook.clone())
    });
    let index = index.ok_or(Error::NoSuchUpdate(update_id))?;
    let answer = attempt(server, &webhook.ok_or(Error::NoWebhook)?, index).await?;
    let status = answer.status;
    if answer.is_success() {
        execute(server, answer).await;
    }
    Ok(status)
}
