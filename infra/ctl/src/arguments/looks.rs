//! The grammar of what is looked at and rung again.

use clap::{Args, Subcommand};

use super::rows::Rows;
use crate::target::Target;

/// The arguments of `jobs`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo ctl jobs --stack neurocards
  cargo ctl jobs --due --json --stack neurocards
  cargo ctl jobs --stuck --stack neurocards
  cargo ctl jobs --expired --csv --limit 10000 --stack neurocards > expired.csv

The longest overdue come first. With --csv, one that leaves out some (--limit) ends with 1.")]
pub struct Jobs {
    /// Which of them.
    #[command(flatten)]
    pub which: Which,
    /// As CSV
    #[arg(long)]
    pub csv: bool,
    /// At most so many
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    pub limit: u32,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// Which of the open orders; all of them without.
#[derive(Clone, Copy, Debug, Args)]
pub struct Which {
    /// Only those whose time has come, which a worker or cleanup takes next
    #[arg(long)]
    pub due: bool,
    /// Only those that somebody should have gone on with for three minutes
    #[arg(long, conflicts_with = "due")]
    pub stuck: bool,
    /// Only those whose time is up and that are not settled yet
    #[arg(long, conflicts_with_all = ["due", "stuck"])]
    pub expired: bool,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo ctl explain 700001 hd --stack neurocards
  cargo ctl explain 700001 --model kling-3.0 --photo --stack neurocards
  cargo ctl explain 700001 --model kling-3.0 --seconds 10 --high --stack neurocards
  cargo ctl explain 700001 --json --stack neurocards

It says what each layer says (default, tier, add-on, override), what decides, and what would unlock the feature; with
--model also whether orders are taken, who pays, and what is left of every limit that the order touches.")]
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
    /// With --model: an order in the higher quality
    #[arg(long, requires = "model")]
    pub high: bool,
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
#[command(after_help = "Examples:
  cargo ctl redrive --dry-run --stack neurocards
  cargo ctl redrive --max 10 --json --stack neurocards

Find the cause in the worker's log first: what failed five times fails again. No money hangs on it, for cleanup rings
every job that is due anyway. Each is rung before it is taken away: if it breaks off in between, that one is rung twice,
which harms nobody, for a doorbell only says which job to look at. Say it again for the rest.")]
pub struct Redrive {
    /// At most so many
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    pub max: u32,
    /// Only shows what lies there; for a moment nobody else sees it
    #[arg(long)]
    pub dry_run: bool,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// Limits.
#[derive(Debug, Subcommand)]
pub enum Limits {
    /// What can be done with any row.
    #[command(flatten)]
    Rows(Rows),
    /// Shows how much all customers together have used of each limit that they share, and when it resets
    #[command(after_help = "Examples:
  cargo ctl limits usage --stack neurocards
  cargo ctl limits usage --local --json")]
    Usage {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}
