//! The command line's grammar, and its help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::target::Target;

/// The operator's command line.
#[derive(Debug, Parser)]
#[command(
    name = "cargo ctl",
    bin_name = "cargo ctl",
    after_help = "Examples:
  cargo ctl settings check infra/settings.yaml
  cargo ctl settings plan infra/settings.yaml --stack neurocards
  cargo ctl webhook set --stack neurocards --secret neurocards/bot
  cargo ctl grant 700001 5 --request ticket-17 --why 'video was green' --stack neurocards
  cargo ctl audit --local

Ends with 0 when all is well, 1 when something is wrong with what was looked at, 2 when the arguments are, and 3 when
AWS or Telegram did not do their part. Credentials and region are found as the AWS command line finds them
(AWS_PROFILE, AWS_REGION); for a sign-in that only the AWS command line knows, such as SSO:
  eval \"$(aws configure export-credentials --format env)\""
)]
pub struct Arguments {
    /// Prints JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Flags, models, prices and limits
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Where Telegram delivers its updates
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Reads every table whole and checks the books: prints what is wrong, and ends with 1 if anything is
    Audit {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Shows one order with everything that has happened to it
    Job {
        /// Its id, such as 700001-abcdefgh23456789
        job: String,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Shows one customer's balance, open orders, counters and ledger
    Account {
        /// Telegram's number of the user
        user: i64,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Gives credits, once per request name however often it is repeated
    Grant(Grant),
    /// The one secret that the functions read
    #[command(subcommand)]
    Secret(SecretCommand),
}

/// Flags, models, prices and limits.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Says what is wrong with a file, without asking anybody
    Check {
        /// Such as infra/settings.yaml
        file: PathBuf,
    },
    /// Shows what a file would change
    Plan {
        /// Such as infra/settings.yaml
        file: PathBuf,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Makes the table say what a file says, all at once; customers see it with their next update
    Apply {
        /// Such as infra/settings.yaml
        file: PathBuf,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Prints what stands in the table, as a file that can be edited and applied
    Show {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Where Telegram delivers its updates.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Tells Telegram the address, its secret header and the kinds of update wanted, and fills the bot's menus
    Set(SetWebhook),
    /// Shows what Telegram says about the delivery, its last error first
    Show(Bot),
    /// Stops the delivery; updates wait at Telegram for up to 24 hours
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
    /// The secret's name or ARN in Secrets Manager [default: the local cloud's, with --local]
    #[arg(long, value_name = "NAME", conflicts_with = "secret_file")]
    pub secret: Option<String>,
    /// A file with the secret's JSON instead, as `cargo ctl secret template` begins it
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// The Bot API server [default: Telegram's, or the local cloud's with --local]
    #[arg(long, value_name = "URL", env = "TELEGRAM_API_URL")]
    pub telegram_api_url: Option<String>,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// The arguments of `grant`.
#[derive(Debug, Args)]
pub struct Grant {
    /// Telegram's number of the user
    pub user: i64,
    /// How many credits
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub credits: u32,
    /// What the gift is called, such as a ticket's number: the same name gives only once
    #[arg(long, value_name = "NAME")]
    pub request: String,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// The one secret that the functions read.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// Prints the secret's JSON with our own two keys freshly made, for the operator to fill in the rest
    Template,
}
