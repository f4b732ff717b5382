//! The grammar of settings as a whole.

use std::path::PathBuf;

use clap::Subcommand;

use super::said::{Said, SaidWhy};
use crate::target::Target;

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
    /// Says what a file may say: every kind of row with its fields
    #[command(after_help = "Example:
  cargo ctl settings fields")]
    Fields,
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

Up to 49 rows change all at once. More go in several versions, each of which can stand; rules come last. A row that the
file has no more is deleted. Is it a tier, a plan or an add-on that customers hold, nothing is written without
--holders-lose-it; `cargo ctl tiers withdraw` takes one off sale and from nobody.")]
    Apply {
        /// Such as infra/settings.yaml
        file: PathBuf,
        /// Also if customers hold a tier, a plan or an add-on that the file has no more: they lose it
        #[arg(long)]
        holders_lose_it: bool,
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
    #[command(after_help = "Examples:
  cargo ctl settings history --limit 5 --stack neurocards
  cargo ctl settings history --after 37 --json --stack neurocards")]
    History {
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200), value_name = "N")]
        limit: u32,
        /// From this version down
        #[arg(long, value_name = "VERSION", conflicts_with = "after")]
        up_to: Option<u64>,
        /// Go on after this version, as the page before says
        #[arg(long, value_name = "VERSION")]
        after: Option<u64>,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Brings an earlier version back, byte for byte, as a new version
    #[command(after_help = "Examples:
  cargo ctl settings rollback 3 --plan --why 'to see' --stack neurocards
  cargo ctl settings rollback 3 --why 'the new prices were wrong' --stack neurocards

A row that somebody has changed past these commands is brought back too, and named; the record of changes keeps what stood
there. More than 49 rows go in several versions; if it breaks off between two, say the same again, and it goes on.")]
    Rollback {
        /// The version, as `settings history` lists it
        version: u64,
        /// Only shows what it would change
        #[arg(long)]
        plan: bool,
        /// Also if customers hold a tier, a plan or an add-on that there was not then: they lose it
        #[arg(long)]
        holders_lose_it: bool,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}
