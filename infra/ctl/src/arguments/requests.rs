//! The grammar of questions to the log of AI operations.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::target::Target;

/// What the log of AI operations has to say.
#[derive(Debug, Subcommand)]
pub enum Requests {
    /// Sums of some days: operations, outcomes, how long they took, what they cost
    #[command(after_help = "Examples:
  cargo ctl requests summary --stack neurocards
  cargo ctl requests summary --day 2026-11-21 --days 7 --json --stack neurocards")]
    Summary {
        /// Which days.
        #[command(flatten)]
        days: Days,
    },
    /// Models by what they cost, the dearest first
    #[command(after_help = "Examples:
  cargo ctl requests top --stack neurocards
  cargo ctl requests top --days 30 --csv --stack neurocards > models.csv")]
    Top {
        /// Which days.
        #[command(flatten)]
        days: Days,
        /// As CSV
        #[arg(long)]
        csv: bool,
    },
    /// What each customer's unlimited plan has cost, the dearest first
    #[command(after_help = "Examples:
  cargo ctl requests unlimited --stack neurocards
  cargo ctl requests unlimited --days 30 --csv --stack neurocards > plans.csv")]
    Unlimited {
        /// Which days.
        #[command(flatten)]
        days: Days,
        /// As CSV
        #[arg(long)]
        csv: bool,
    },
    /// Every operation of some days, one a line; words are not among it
    #[command(after_help = "Examples:
  cargo ctl requests list --csv --stack neurocards > today.csv
  cargo ctl requests list --day 2026-11-21 --status failed --stack neurocards
  cargo ctl requests list --results --csv --stack neurocards > today.csv

It is written as it is read, so that a day may be as long as it likes.")]
    List {
        /// Which days.
        #[command(flatten)]
        days: Days,
        /// Also what came of each, and the provider's name of it, from the rows themselves: half a read unit more for each
        #[arg(long)]
        results: bool,
        /// Only those that stand so, such as `failed`
        #[arg(long, value_parser = crate::requests::status, value_name = "STATUS")]
        status: Option<domain::ai_request::Status>,
        /// As CSV
        #[arg(long)]
        csv: bool,
    },
    /// What a customer has asked for, the latest first
    #[command(after_help = "Examples:
  cargo ctl requests user 700001 --stack neurocards
  cargo ctl requests user 700001 --limit 1000 --csv --stack neurocards > history.csv")]
    User {
        /// Telegram's number of the customer
        user: i64,
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
        limit: u32,
        /// Also the beginnings of their prompts, which are their own business
        #[arg(long)]
        prompts: bool,
        /// As CSV
        #[arg(long)]
        csv: bool,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Some days in a row.
#[derive(Debug, Args)]
pub struct Days {
    /// The last of them, in UTC [default: today]
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
    /// How many; a day of a million operations costs about 42,000 read units, or up to 49,000
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=366), value_name = "N")]
    pub days: u32,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// The arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo ctl report --stack neurocards
  cargo ctl report --week --day 2026-11-21 --picture week.png --stack neurocards
  cargo ctl report --json --stack neurocards

It reads the tables and sends nothing. Money that goes back is counted on the day on which it goes, not on that on which it had come.")]
pub struct DailyReport {
    /// Which day, in Moscow, or which week's [default: the last that is over]
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
    /// Of the week, from Monday to Sunday
    #[arg(long)]
    pub week: bool,
    /// Its language
    #[arg(long, default_value = "ru", value_parser = ["ru", "en"], value_name = "LANGUAGE")]
    pub language: String,
    /// Also its picture, into this file
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}
