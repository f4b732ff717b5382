//! `setWebhook`, `deleteWebhook`, `getWebhookInfo`.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::delivery;
use crate::error::ApiError;
use crate::outbox::Webhook;
use crate::params::Params;
use crate::server::Server;

/// Connections to the webhook at once, unless it says otherwise.
const CONNECTIONS_DEFAULT: i64 = 40;
/// The ports a webhook may listen on (<https://core.telegram.org/bots/webhooks>).
const PORTS: [u16; 4] = [443, 80, 88, 8443];

pub(super) fn set(server: &Arc<Server>, params: &Params) -> Result<Value, ApiError> {
    let url = params.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete(server, params));
    }
    check_url(url)?;
    let secret = params.text("secret_token").filter(|secret| !secret.is_empty());
    if secret.is_some_and(|secret| {
        !secret
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    }) {
        return Err(ApiError::bad_request(
            "secret token contains unallowed characters",
        ));
    }
    let max_connections = params.int("max_connections").unwrap_or(CONNECTIONS_DEFAULT);
    let permits = usize::try_from(max_connections).unwrap_or(1);
    let webhook = Webhook {
        url: url.to_owned(),
        secret: secret.map(str::to_owned),
        max_connections,
        connections: Arc::new(Semaphore::new(permits)),
    };
    replace(server, params, Some(webhook));
    Ok(Value::Bool(true))
}

/// HTTPS on one of four ports; a server on this very machine may be plain HTTP on any.
fn check_url(url: &str) -> Result<(), ApiError> {
    let bad = |what: &str| ApiError::bad_request(format!("bad webhook: {what}"));
    let parsed = reqwest::Url::parse(url).map_err(|_| bad("invalid URL host"))?;
    if matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")) {
        return Ok(());
    }
    if parsed.scheme() != "https" {
        return Err(bad("An HTTPS URL must be provided for webhook"));
    }
    if !parsed
        .port_or_known_default()
        .is_some_and(|port| PORTS.contains(&port))
    {
        return Err(bad("Webhook can be set up only on ports 80, 88, 443 or 8443"));
    }
    Ok(())
}

pub(super) fn delete(server: &Arc<Server>, params: &Params) -> Value {
    replace(server, params, None);
    Value::Bool(true)
}

fn replace(server: &Arc<Server>, params: &Params, webhook: Option<Webhook>) {
    server.write(|state| {
        if params.flag("drop_pending_updates") {
            state.outbox.drop_waiting();
        }
        // Left out, the list stays as it was.
        if let Some(allowed) = params.value("allowed_updates").and_then(Value::as_array) {
            state.outbox.allowed = Some(
                allowed
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            );
        }
        state.outbox.webhook = webhook;
        state.outbox.last_error = None;
    });
    server.webhook_changed.send_modify(|count| *count += 1);
    delivery::start(server);
}

pub(super) fn info(server: &Server) -> Value {
    let now_ms = server.now_ms();
    server.peek(|state| {
        let mut info = json!({
            "url": "",
            "has_custom_certificate": false,
            "pending_update_count": state.outbox.waiting(now_ms).count(),
        });
        if let Some(webhook) = &state.outbox.webhook {
            info["url"] = json!(webhook.url);
            info["max_connections"] = json!(webhook.max_connections);
        }
        if let Some(allowed) = state
            .outbox
            .allowed
            .as_ref()
            .filter(|allowed| !allowed.is_empty())
        {
            info["allowed_updates"] = json!(allowed);
        }
        if let Some((at_ms, message)) = &state.outbox.last_error {
            info["last_error_date"] = json!(at_ms.div_euclid(1_000));
            info["last_error_message"] = json!(message);
        }
        info
    })
}
