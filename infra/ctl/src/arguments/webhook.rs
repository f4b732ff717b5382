//! The grammar of the webhook.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::target::Target;

/// Where Telegram delivers its updates.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Tells Telegram the address, its secret header and the kinds of update wanted, and fills the bot's menus
    Set(SetWebhook),
    /// Shows what Telegram says about the delivery, its last error first
    #[command(after_help = "Example:
  cargo ctl webhook show --stack neurocards --secret neurocards/bot")]
    Show(Bot),
    /// Stops the delivery; updates wait at Telegram for up to 24 hours
    #[command(after_help = "Example:
  cargo ctl webhook delete --secret neurocards/bot")]
    Delete {
        /// Forgets the updates that wait
        #[arg(long)]
        drop_waiting: bool,
        /// Which bot.
        #[command(flatten)]
        bot: Bot,
    },
}

/// The arguments of `webhook set`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo ctl webhook set --stack neurocards --secret neurocards/bot --max-connections 5")]
pub struct SetWebhook {
    /// Deliveries at a time, 1 to 100; keep it at or below the webhook function's reserved concurrency
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=100), value_name = "N")]
    pub max_connections: u32,
    /// Forgets the updates that wait
    #[arg(long)]
    pub drop_waiting: bool,
    /// Which bot. Last, as every target: what comes after it would stand under its heading.
    #[command(flatten)]
    pub bot: Bot,
}

/// Which bot, and how to speak for it.
#[derive(Debug, Args)]
pub struct Bot {
    /// The secret's name or ARN in Secrets Manager [default: the stack's]
    #[arg(long, value_name = "NAME", conflicts_with = "secret_file")]
    pub secret: Option<String>,
    /// A file with the secret's JSON instead, as `cargo ctl secret template` begins it
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// The Bot API server [default: the stack's]
    #[arg(long, value_name = "URL", env = "TELEGRAM_API_URL")]
    pub telegram_api_url: Option<String>,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}
