//! `getUpdates`: long polling, for bots without a webhook.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::error::ApiError;
use crate::params::Params;
use crate::server::Server;

/// As many updates as one answer holds.
const LIMIT_DEFAULT: usize = 100;
/// The longest wait for a first update.
const WAIT_S_MAX: u64 = 50;

pub(super) async fn play(server: &Arc<Server>, params: &Params) -> Result<Value, ApiError> {
    if server.read(|state| state.outbox.webhook.is_some()) {
        return Err(ApiError::conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        ));
    }
    let limit = params
        .int("limit")
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(LIMIT_DEFAULT);
    let wait_s = params
        .int("timeout")
        .and_then(|seconds| u64::try_from(seconds).ok())
        .unwrap_or(0);
    server.write(|state| {
        if let Some(offset) = params.int("offset") {
            state.outbox.confirm_before(offset);
        }
        if let Some(allowed) = params.value("allowed_updates").and_then(Value::as_array) {
            state.outbox.allowed = Some(
                allowed
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            );
        }
    });
    let some = || Some(take(server, limit)).filter(|updates| !updates.is_empty());
    let found = server
        .until(Duration::from_secs(wait_s.min(WAIT_S_MAX)), some)
        .await;
    Ok(Value::Array(found.unwrap_or_default()))
}

fn take(server: &Server, limit: usize) -> Vec<Value> {
    let now_ms = server.now_ms();
    server.peek(|state| {
        state
            .outbox
            .waiting(now_ms)
            .take(limit)
            .map(|record| record.body.clone())
            .collect()
    })
}
