//! The one secret of the template, made up for this machine. Nothing here protects anything: everything listens on
//! loopback, and the values must only be long enough to be taken for keys.

use serde_json::json;

use crate::options::Options;
use crate::studios;

/// The secret's name, shaped as the template wants it.
pub(crate) const ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:local/bot-000000";
/// The played Telegram knows its one bot by this.
pub(crate) const PLAYED_TOKEN: &str = "7000000001:played-on-this-machine";
/// The played provider knows its one account by this.
pub(crate) const PLAYED_KIE_KEY: &str = "played-kie-key-of-this-machine";
/// The played chat model, which also listens, knows its one account by this.
pub(crate) const PLAYED_CHAT_KEY: &str = "played-chat-key-of-this-machine";
/// The played provider signs its callbacks with this.
pub(crate) const PLAYED_KIE_HMAC_KEY: &str = "played-kie-hmac-key-of-this-machine";
/// What the webhook expects in Telegram's header.
pub(crate) const WEBHOOK_SECRET: &str = "webhook-secret-of-this-machine";
/// The played YooKassa knows its one shop by this.
pub(crate) const PLAYED_SHOP: &str = "100500";
/// And lets it in with this.
pub(crate) const PLAYED_YOOKASSA_KEY: &str = "played-yookassa-key-of-this-machine";
/// The played Stripe lets its one account in with this.
pub(crate) const PLAYED_STRIPE_KEY: &str = "sk_live_played_on_this_machine";
/// And signs its events with this.
pub(crate) const PLAYED_STRIPE_WEBHOOK_SECRET: &str = "whsec_played_on_this_machine";
const CALLBACK_MAC_KEY: &str = "callback-mac-key-of-this-machine";

/// The bot's token.
pub(crate) fn token(options: &Options) -> &str {
    options
        .telegram
        .as_ref()
        .map_or(PLAYED_TOKEN, |real| real.token.as_str())
}

/// The secret's text.
pub(crate) fn text(options: &Options) -> String {
    let mut secret = json!({
        "telegram_bot_token": token(options),
        "telegram_webhook_secret": WEBHOOK_SECRET,
        "kie_api_key": options.kie_key.as_deref().unwrap_or(PLAYED_KIE_KEY),
        "callback_mac_key": CALLBACK_MAC_KEY,
    });
    if options.kie_key.is_none() {
        secret["kie_webhook_hmac_key"] = json!(PLAYED_KIE_HMAC_KEY);
        secret["openai_api_key"] = json!(PLAYED_CHAT_KEY);
        studios::keys_into(&mut secret);
    }
    if options.telegram.is_none() {
        secret["yookassa_secret_key"] = json!(PLAYED_YOOKASSA_KEY);
        secret["stripe_secret_key"] = json!(PLAYED_STRIPE_KEY);
        secret["stripe_webhook_secret"] = json!(PLAYED_STRIPE_WEBHOOK_SECRET);
    }
    secret.to_string()
}
