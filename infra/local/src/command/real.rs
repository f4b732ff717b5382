//! Attaching to the real Telegram.

use super::{banner, say, stop_wanted, warn};
use crate::bridge::{Attached, Bridge};
use crate::cloud::{Cloud, set_commands};
use crate::error::{Error, Result};
use crate::log::Log;
use crate::options::{Options, RealTelegram};

/// Carries updates over until Ctrl-C, or until Telegram no longer accepts the token.
pub(super) async fn attach(cloud: &Cloud, options: &Options, log: &Log) -> Result<()> {
    let Some(RealTelegram {
        api_url,
        token,
        take_webhook,
        ..
    }) = &options.telegram
    else {
        return Ok(());
    };
    let (webhook_url, secret) = cloud.webhook()?;
    let bridge = Bridge::new(api_url, token, webhook_url, secret)?;
    let attached = make_way(&bridge, *take_webhook).await?;
    set_commands(&cloud.telegram_client(api_url)?).await?;
    say(&banner::real(&attached.username, cloud, options, log));
    tokio::select! {
        error = bridge.run(|trouble| warn(&trouble.to_string())) => Err(error),
        stopped = stop_wanted() => stopped,
    }
}

/// Sees to it that updates can be fetched. A webhook belongs to a deployed bot, whose token may be set here by accident, so
/// it is taken away only on request.
async fn make_way(bridge: &Bridge, take_webhook: bool) -> Result<Attached> {
    let attached = bridge.look().await?;
    let Some(url) = &attached.webhook_url else {
        return Ok(attached);
    };
    let (username, host) = (attached.username.clone(), host(url).to_owned());
    if !take_webhook {
        return Err(Error::WebhookInTheWay { username, host });
    }
    warn(&format!(
        "The webhook of @{username} at {host} is taken away now; a deployed bot no longer hears its users until its webhook \
         is set again (cargo ctl webhook set)."
    ));
    bridge.take_webhook_away().await?;
    Ok(attached)
}

/// An address without its path, which may be somebody's secret.
fn host(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use played_telegram::{Config, PlayedTelegram};
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "7000000001:token-of-the-tests";

    #[tokio::test]
    async fn a_deployed_bots_webhook_is_left_alone_unless_it_may_be_taken() {
        let telegram = PlayedTelegram::new(Config::new(TOKEN, "http://played").quick()).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}", listener.local_addr().unwrap());
        let router = telegram.router();
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await });
        let hook = json!({"url": "https://bot.example.org/hook"});
        telegram
            .call("setWebhook", hook.as_object().unwrap().clone())
            .await
            .unwrap();
        let bridge = Bridge::new(&api_url, TOKEN, "http://unused", "secret").unwrap();

        let refused = make_way(&bridge, false).await.unwrap_err().to_string();
        assert!(
            refused.contains("bot.example.org") && refused.contains("--take-webhook"),
            "{refused}"
        );
        assert!(bridge.look().await.unwrap().webhook_url.is_some());

        make_way(&bridge, true).await.unwrap();
        assert_eq!(bridge.look().await.unwrap().webhook_url, None);
    }

    #[test]
    fn only_the_host_of_a_webhook_is_shown() {
        assert_eq!(host("https://example.org/hook/123:token"), "example.org");
        assert_eq!(host("example.org"), "example.org");
    }
}
