//! The command line's grammar, and its help.

mod broadcast;
mod looks;
mod payments;
mod people;
mod requests;
mod rewards;
mod rows;
pub mod said;
mod settings;
mod webhook;

use std::ffi::OsString;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use broadcast::BroadcastCommand;
pub use looks::{Explain, Jobs, Limits, Log, Redrive, Which};
pub use payments::{ListPayments, PaymentsCommand};
pub use people::{Admins, Country, Keys, Overrides, Roles, Strikes, Upgrades};
pub use requests::{DailyReport, Days, Requests};
pub use rewards::Promos;
pub use rows::{Flags, HeldRows, Models, Prices, Rollout, Rows, Sample, Selling, Single, Switch};
pub use settings::SettingsCommand;
pub use webhook::{Bot, SetWebhook, WebhookCommand};

use crate::target::Target;
use said::SaidWhy;

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

/// The grammar, with every kind's own help.
pub fn grammar() -> clap::Command {
    crate::fields::explained(Arguments::command())
}

impl Arguments {
    /// Reads a line, whose first word is the program.
    pub fn read(line: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        let mut grammar = grammar();
        let matches = grammar.try_get_matches_from_mut(line)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut grammar))
    }
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
    Limits(Limits),
    /// Models on and off sale
    #[command(subcommand)]
    Models(Models),
    /// What videos cost, and what packs and plans do
    #[command(subcommand)]
    Prices(Prices),
    /// Packs of credits that are sold
    #[command(subcommand)]
    Packs(Rows),
    /// How packs and plans are sold: on which rails, with which receipts
    #[command(subcommand)]
    Selling(Selling),
    /// What providers ask for the models' operations, and from when on
    #[command(name = "model_costs", alias = "model-costs", subcommand)]
    ModelCosts(Rows),
    /// The rate of the rouble, the units of providers' bills, and what the log of AI operations keeps
    #[command(subcommand)]
    Costs(Single),
    /// Words that nobody may order anything with
    #[command(subcommand)]
    Moderation(Single),
    /// Promo codes, and how often each was used
    #[command(subcommand)]
    Promos(Promos),
    /// What an invitation brings, and the bonus of a day
    #[command(subcommand)]
    Rewards(Single),
    /// Plans, such as unlimited ones, and who has which
    #[command(subcommand)]
    Plans(HeldRows),
    /// Roles of a customer, which rules may ask for
    #[command(subcommand)]
    Roles(Roles),
    /// Refusals of a customer's orders, which add up to a pause
    #[command(subcommand)]
    Strikes(Strikes),
    /// The country of a customer, which rules may ask for
    #[command(subcommand)]
    Country(Country),
    /// Customers' requests for features
    #[command(subcommand)]
    Upgrades(Upgrades),
    /// What is written to many customers at once: made, counted, tried, started, stopped
    #[command(subcommand)]
    Broadcast(BroadcastCommand),
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
  cargo ctl job 700001-abcdefgh23456789 --stack neurocards
  cargo ctl job x3f0c5d1e9a7b2468-abcdefgh23456789 --stack neurocards
  cargo ctl job 700001-abcdefgh23456789 --log-name --stack neurocards")]
    Job {
        /// Its id, such as 700001-abcdefgh23456789, or what the functions' logs call it
        job: String,
        /// Say what the logs call it and its customer, and nothing else
        #[arg(long)]
        log_name: bool,
        /// Whose key seals the names in logs.
        #[command(flatten)]
        bot: Bot,
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
    /// Money in and out: what was paid, what waits for an operator, and money back
    #[command(subcommand)]
    Payments(PaymentsCommand),
    /// The log of AI operations: what was asked for, how it ended, and what it cost
    #[command(subcommand)]
    Requests(Requests),
    /// The report of a day or a week, as the bot sends it every morning
    Report(DailyReport),
    /// Gives credits, once per request name however often it is repeated
    Grant(Grant),
    /// Rings the doorbells of the dead-letter queue once more
    Redrive(Redrive),
    /// The one secret that the functions read
    #[command(subcommand)]
    Secret(SecretCommand),
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
