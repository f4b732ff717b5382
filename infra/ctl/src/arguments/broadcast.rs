//! The grammar of what is written to many customers.

use clap::Subcommand;

use super::said::SaidWhy;
use super::webhook::Bot;
use crate::target::Target;

/// What is written to many customers.
#[derive(Debug, Subcommand)]
pub enum BroadcastCommand {
    /// Makes one; nobody is written to yet
    #[command(after_help = "Examples:
  cargo ctl broadcast make @news.json --why 'the new model' --stack neurocards
  cargo ctl broadcast make '{\"texts\":{\"ru\":\"<b>Новинка</b>\"},\"segment\":{\"inactive_days\":30}}' --why x --local

The body is JSON or YAML: texts by language (Telegram's HTML), and if wanted photo (an address of https, or Telegram's name of a
file), link (url, and labels by language), per_second (1 to 25) and segment, of which everything must fit: users, language,
tier, plan, active_days, inactive_days, credits_min, credits_max, paid. Nothing said is everybody.")]
    Make {
        /// JSON, or @FILE
        body: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Lists them with how far they are, the newest first
    #[command(after_help = "Example:
  cargo ctl broadcast list --stack neurocards")]
    List {
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..=100), value_name = "N")]
        limit: i32,
        /// Go on after this one
        #[arg(long, value_name = "BROADCAST")]
        after: Option<String>,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Shows one: what it says, to whom, and how far it is
    #[command(after_help = "Example:
  cargo ctl broadcast show 1795251600000-abcdef --stack neurocards")]
    Show {
        /// Its name
        broadcast: String,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// A dry run: counts whom it would reach, and whom not
    #[command(after_help = "Example:
  cargo ctl broadcast count 1795251600000-abcdef --stack neurocards

Reads every account: about 0.2 of a million read units for a million of them.")]
    Count {
        /// Its name
        broadcast: String,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Sends it to one person, as customers will see it, in each of its languages
    #[command(after_help = "Example:
  cargo ctl broadcast test 1795251600000-abcdef 700001 --why 'to see it' --stack neurocards")]
    Test {
        /// Its name
        broadcast: String,
        /// Telegram's number of whoever is to see it
        user: i64,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Which bot.
        #[command(flatten)]
        bot: Bot,
    },
    /// Starts it, within a minute; says how many the dry run has found
    #[command(after_help = "Example:
  cargo ctl broadcast start 1795251600000-abcdef --recipients 497 --why 'the new model' --stack neurocards")]
    Start {
        /// Its name
        broadcast: String,
        /// As many as `count` has found
        #[arg(long, value_name = "N")]
        recipients: u64,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Stops it; what is on its way within this second arrives
    #[command(after_help = "Example:
  cargo ctl broadcast stop 1795251600000-abcdef --why 'a typo' --stack neurocards")]
    Stop {
        /// Its name
        broadcast: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Goes on where it was stopped, within a month of its start
    #[command(after_help = "Example:
  cargo ctl broadcast resume 1795251600000-abcdef --why 'it was none' --stack neurocards")]
    Resume {
        /// Its name
        broadcast: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}
