//! Attaching to the real Telegram.

use super::{banner, say, stop_wanted, warn};
use crate::bridge::Bridge;
use crate::cloud::{Cloud, set_commands};
use crate::error::Result;
use crate::log::Log;
use crate::options::{Options, RealTelegram};

/// Carries updates over until Ctrl-C, or until Telegram no longer accepts the token.
pub(super) async fn attach(cloud: &Cloud, options: &Options, log: &Log) -> Result<()> {
    let Some(RealTelegram { api_url, token, .. }) = &options.telegram else {
        return Ok(());
    };
    let (webhook_url, secret) = cloud.webhook()?;
    let bridge = Bridge::new(api_url, token, webhook_url, secret)?;
    let attached = bridge.look().await?;
    if let Some(url) = attached.webhook_url {
        warn(&format!(
            "@{} has a webhook at {}. It is taken away now, so that this machine gets the updates; a deployed bot no \
             longer hears its users until its webhook is set again (cargo ctl webhook set).",
            attached.username,
            host(&url)
        ));
        bridge.take_webhook_away().await?;
    }
    set_commands(&cloud.telegram_client(api_url)?).await?;
    say(&banner::real(&attached.username, cloud, options, log));
    tokio::select! {
        error = bridge.run(|trouble| warn(&trouble.to_string())) => Err(error),
        stopped = stop_wanted() => stopped,
    }
}

/// An address without its path, which may be somebody's secret.
fn host(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_of_a_webhook_is_shown() {
        assert_eq!(host("https://example.org/hook/123:token"), "example.org");
        assert_eq!(host("example.org"), "example.org");
    }
}
