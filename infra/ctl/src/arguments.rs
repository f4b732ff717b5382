//! The command line's grammar, and its help.

mod people;
mod rows;
pub mod said;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use people::{Admins, Country, Keys, Overrides, Roles, Upgrades};
pub use rows::{Flags, HeldRows, Models, Prices, Rollout, Rows, Switch};

use crate::target::Target;
use said::{Said, SaidWhy};

/// The operator's command line.
#[derive(Debug, Parser)]
#[command(
    name = "cargo ctl",
    bin_name = "cargo ctl",
    after_help = "Examples:
  cargo ctl settings plan infra/settings.yaml --stack neurocards
  cargo ctl flags set new_jobs off --why 'the provider is down' --stack neurocards
  cargo ctl tiers give 700001 pro --until 30d --why ticket-17 --stack neurocards
  cargo ctl grant 700001 5 --request ticket-17 --why 'video was green' --stack neurocards
  cargo ctl log --local

Ends with 0 when all is well, 1 when something is wrong with what was looked at, 2 when the arguments are, 3 when AWS or
Telegram did not do their part, and 4 when somebody else was changing the same. With --json, results are JSON on the
standard output and errors are JSON on the standard error output. Every change is recorded with who made it (--who, or
NEUROCARDS_OPERATOR, or this machine's user) and why. Credentials and region are found as the AWS command line finds them
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
    /// Switches, rollouts and variants
    #[command(subcommand)]
    Flags(Flags),
    /// Rules that several flags share
    #[command(subcommand)]
    Evaluators(Rows),
    /// What there is to be had: the registry of features
    #[command(subcommand)]
    Features(Rows),
    /// Tiers, and who is in which
    #[command(subcommand)]
    Tiers(HeldRows),
    /// Add-ons, and who has which
    #[command(subcommand)]
    Addons(HeldRows),
    /// Parts of user interfaces that depend on features
    #[command(subcommand)]
    Components(Rows),
    /// Features settled for single customers
    #[command(subcommand)]
    Overrides(Overrides),
    /// Numbers of uses in a time
    #[command(subcommand)]
    Limits(Rows),
    /// Models on and off sale
    #[command(subcommand)]
    Models(Models),
    /// What videos cost
    #[command(subcommand)]
    Prices(Prices),
    /// Plans, such as unlimited ones, and who has which
    #[command(subcommand)]
    Plans(HeldRows),
    /// Roles of a customer, which rules may ask for
    #[command(subcommand)]
    Roles(Roles),
    /// The country of a customer, which rules may ask for
    #[command(subcommand)]
    Country(Country),
    /// Customers' requests for features
    #[command(subcommand)]
    Upgrades(Upgrades),
    /// Keys of machines that ask the HTTP API
    #[command(subcommand)]
    Keys(Keys),
    /// Administrators of the HTTP API
    #[command(subcommand)]
    Admins(Admins),
    /// Says why a customer may or may not use features or a model, step by step
    Explain(Explain),
    /// Lists what operators changed, by whom and why, the latest first
    Log(Log),
    /// Where Telegram delivers its updates
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Reads every table whole and checks the books: prints what is wrong, and ends with 1 if anything is
    #[command(after_help = "Example:
  cargo ctl audit --stack neurocards")]
    Audit {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Lists the open orders, the longest overdue first
    Jobs(Jobs),
    /// Shows one order with everything that has happened to it
    #[command(after_help = "Example:
  cargo ctl job 700001-abcdefgh23456789 --stack neurocards")]
    Job {
        /// Its id, such as 700001-abcdefgh23456789
        job: String,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Shows one customer's balance, open orders, counters, standing and ledger
    #[command(after_help = "Example:
  cargo ctl account 700001 --stack neurocards")]
    Account {
        /// Telegram's number of the user
        user: i64,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Gives credits, once per request name however often it is repeated
    Grant(Grant),
    /// Rings the doorbells of the dead-letter queue once more
    Redrive(Redrive),
    /// The one secret that the functions read
    #[command(subcommand)]
    Secret(SecretCommand),
}

/// Flags, models, prices and limits.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Says what is wrong with a file, without asking anybody
    #[command(after_help = "Example:
  cargo ctl settings check infra/settings.yaml")]
    Check {
        /// Such as infra/settings.yaml
        file: PathBuf,
    },
    /// Shows what a file would change
    #[command(after_help = "Example:
  cargo ctl settings plan infra/settings.yaml --stack neurocards")]
    Plan {
        /// Such as infra/settings.yaml
        file: PathBuf,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Makes the table say what a file says; customers see it with their next update
    #[command(after_help = "Example:
  cargo ctl settings apply infra/settings.yaml --why 'the prices of December' --stack neurocards

Up to 49 rows change all at once. More go in several versions, each of which can stand; rules come last.")]
    Apply {
        /// Such as infra/settings.yaml
        file: PathBuf,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Says where a file and the table differ, or two versions; ends with 1 if they do
    #[command(after_help = "Examples:
  cargo ctl settings diff infra/settings.yaml --stack neurocards
  cargo ctl settings diff --from 3 --to 5 --stack neurocards")]
    Diff {
        /// Such as infra/settings.yaml; without one, versions are compared
        #[arg(conflicts_with_all = ["from", "to"])]
        file: Option<PathBuf>,
        /// The earlier version [default: the one before]
        #[arg(long, value_name = "VERSION")]
        from: Option<u64>,
        /// The later version [default: the latest]
        #[arg(long, value_name = "VERSION")]
        to: Option<u64>,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Prints what stands in the table, or stood there, as a file that can be edited and applied
    #[command(
        alias = "show",
        after_help = "Examples:
  cargo ctl settings export --stack neurocards > settings.yaml
  cargo ctl settings export --version 3 --stack neurocards"
    )]
    Export {
        /// An earlier version
        #[arg(long, value_name = "VERSION")]
        version: Option<u64>,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Lists the versions with what each changed, the latest first
    #[command(after_help = "Example:
  cargo ctl settings history --limit 5 --stack neurocards")]
    History {
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200), value_name = "N")]
        limit: u32,
        /// From this version down
        #[arg(long, value_name = "VERSION")]
        up_to: Option<u64>,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Brings an earlier version back, byte for byte, as a new version
    #[command(after_help = "Examples:
  cargo ctl settings rollback 3 --plan --why 'to see' --stack neurocards
  cargo ctl settings rollback 3 --why 'the new prices were wrong' --stack neurocards")]
    Rollback {
        /// The version, as `settings history` lists it
        version: u64,
        /// Only shows what it would change
        #[arg(long)]
        plan: bool,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// The arguments of `jobs`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo ctl jobs --stack neurocards
  cargo ctl jobs --due --json --stack neurocards")]
pub struct Jobs {
    /// Only those whose time has come, which a worker or cleanup takes next
    #[arg(long)]
    pub due: bool,
    /// At most so many
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    pub limit: u32,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo ctl explain 700001 hd --stack neurocards
  cargo ctl explain 700001 --model kling-3.0 --photo --stack neurocards
  cargo ctl explain 700001 --json --stack neurocards

It says what each layer says (default, tier, add-on, override), what decides, and what would unlock the feature.")]
pub struct Explain {
    /// Telegram's number of the user
    pub user: i64,
    /// Features [default: those that the model needs, or all]
    pub features: Vec<String>,
    /// A model, with every feature that an order of it needs
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// With --model: an order with a photo
    #[arg(long, requires = "model")]
    pub photo: bool,
    /// With --model: an order of this length [default: the shortest]
    #[arg(long, requires = "model", value_name = "N")]
    pub seconds: Option<u32>,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// The arguments of `log`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo ctl log --stack neurocards
  cargo ctl log --entity flag#new_jobs --stack neurocards
  cargo ctl log --entity user#700001 --stack neurocards
  cargo ctl log --person anna --limit 20 --json --stack neurocards")]
pub struct Log {
    /// Of this day in UTC [default: today]
    #[arg(long, value_name = "DAY", conflicts_with_all = ["entity", "person"])]
    pub day: Option<String>,
    /// Of this thing, such as `flag#new_jobs` or `user#700001`
    #[arg(long, value_name = "ENTITY", conflicts_with = "person")]
    pub entity: Option<String>,
    /// By this person
    #[arg(long, value_name = "NAME")]
    pub person: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
    pub limit: u32,
    /// Go on after this entry, as the page before says
    #[arg(long, value_name = "ID")]
    pub after: Option<String>,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// The arguments of `redrive`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cargo ctl redrive --stack neurocards

Find the cause in the worker's log first: what failed five times fails again. No money hangs on it, for cleanup rings
every job that is due anyway.")]
pub struct Redrive {
    /// At most so many
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    pub max: u32,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

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
#[command(after_help = "Example:
  cargo ctl grant 700001 5 --request ticket-17 --why 'the video was green' --stack neurocards")]
pub struct Grant {
    /// Telegram's number of the user
    pub user: i64,
    /// How many credits
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub credits: u32,
    /// What the gift is called, such as a ticket's number: the same name gives only once
    #[arg(long, value_name = "NAME")]
    pub request: String,
    /// Who and why.
    #[command(flatten)]
    pub said: SaidWhy,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// The one secret that the functions read.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// Prints the secret's JSON with our own two keys freshly made, for the operator to fill in the rest
    #[command(after_help = "Example:
  (umask 077 && cargo ctl secret template > secret.json)")]
    Template,
}
