//! The grammar of what the settings hold: the same four commands for every kind of row, and a few more for some.

use clap::{Args, Subcommand};

use super::said::{Said, SaidWhy, When};
use crate::target::Target;

/// What can be done with rows of any kind. The examples in their help are each kind's own: see [`crate::fields`].
#[derive(Debug, Subcommand)]
pub enum Rows {
    /// Lists them
    List {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Shows one as it stands
    Show {
        /// Its name
        name: String,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Says what such a row may say: every field, with what it takes and means
    Fields,
    /// Writes one, new or in the place of what stands there; refused if the settings would not go together
    Put {
        /// Its name
        name: String,
        /// What is to stand there, in JSON or YAML, or @FILE
        body: String,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Deletes one; refused if others refer to it, or if customers hold it
    Delete {
        /// Its name
        name: String,
        /// Also if customers hold it: they lose it. To take it from nobody, withdraw it instead
        #[arg(long)]
        holders_lose_it: bool,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Flags.
#[derive(Debug, Subcommand)]
pub enum Flags {
    /// What can be done with any row.
    #[command(flatten)]
    Rows(Rows),
    /// Gives everybody the same: on, off, or one of the flag's variants
    #[command(after_help = "Examples:
  cargo ctl flags set new_jobs off --why 'the provider is down' --stack neurocards
  cargo ctl flags set button-colour green --local

A flag with rules loses them (settings history has them still): whoever throws a switch wants it thrown for everybody.")]
    Set {
        /// The flag
        name: String,
        /// on, off, or a variant's name
        state: String,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Turns a flag on for a share of the users, or for a time, or little by little
    Rollout(Rollout),
    /// Divides users between variants, each one staying with theirs: an A/B test
    #[command(after_help = "Examples:
  cargo ctl flags split welcome-text short=50 long=50 --why 'which one sells?' --stack neurocards
  cargo ctl flags split button-colour red=90 green=10 --local")]
    Split {
        /// The flag
        name: String,
        /// Variants with their weights; the first is for whoever has no name
        #[arg(required = true, num_args = 2.., value_name = "VARIANT=WEIGHT")]
        weights: Vec<String>,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// The arguments of `flags rollout`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo ctl flags rollout stories --percent 10 --why 'a tenth first' --stack neurocards
  cargo ctl flags rollout sale --from 2026-12-24 --until 2026-12-27 --local
  cargo ctl flags rollout stories --progressive --from 2026-12-01 --until 2026-12-08 --local
  cargo ctl flags rollout stories --step 2026-12-01=1 --step 2026-12-03=10 --step 2026-12-05=100 --local

Whoever has got the flag keeps it while the share grows. Users are told apart by their number, so each stays on one side.")]
pub struct Rollout {
    /// The flag
    pub name: String,
    /// The share of all users, 0 to 100 [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100), conflicts_with_all = ["progressive", "step"])]
    pub percent: Option<u32>,
    /// Nobody before this
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    pub from: Option<When>,
    /// Nobody from then on; with --progressive, everybody
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    pub until: Option<When>,
    /// Grows evenly from nobody at --from to everybody at --until
    #[arg(long, requires = "from", requires = "until", conflicts_with = "step")]
    pub progressive: bool,
    /// A share from a moment on; several make a stair
    #[arg(long, value_name = "WHEN=PERCENT", conflicts_with_all = ["from", "until"])]
    pub step: Vec<String>,
    /// Who and why.
    #[command(flatten)]
    pub said: Said,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// What customers hold: tiers, add-ons, plans.
#[derive(Debug, Subcommand)]
pub enum HeldRows {
    /// What can be done with any row.
    #[command(flatten)]
    Rows(Rows),
    /// Lists the customers who hold it now; reads every account
    #[command(after_help = "Examples:
  cargo ctl tiers holders pro --stack neurocards
  cargo ctl plans holders unlimited_1day --limit 1000 --json --stack neurocards

It costs what reading the whole table of accounts costs: a cent for some 80 000 customers.")]
    Holders {
        /// Its name
        name: String,
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
        limit: u32,
        /// Go on after this customer, as the page before says
        #[arg(long, value_name = "USER")]
        after: Option<i64>,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Gives it to nobody any more; whoever has it keeps it
    #[command(after_help = "Example:
  cargo ctl tiers withdraw pro --why 'gold comes instead' --stack neurocards

It is not named to customers any more either. When its last holder is gone, it can be deleted.")]
    Withdraw {
        /// Its name
        name: String,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Lets it be given again
    #[command(after_help = "Example:
  cargo ctl tiers restore pro --stack neurocards")]
    Restore {
        /// Its name
        name: String,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Gives it to a customer, for ever or until a time
    #[command(after_help = "Examples:
  cargo ctl tiers give 700001 pro --until 30d --why ticket-17 --stack neurocards
  cargo ctl addons give 700001 hd --why 'won the contest' --local
  cargo ctl plans give 700001 unlimited_1day --until 1d --why ticket-18 --local")]
    Give {
        /// Telegram's number of the user
        user: i64,
        /// Its name
        name: String,
        /// When it ends
        #[arg(long, value_name = "WHEN", value_parser = When::parse)]
        until: Option<When>,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Takes it from a customer
    #[command(after_help = "Example:
  cargo ctl tiers take 700001 pro --why 'the refund of ticket-17' --stack neurocards")]
    Take {
        /// Telegram's number of the user
        user: i64,
        /// Its name
        name: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Models.
#[derive(Debug, Subcommand)]
pub enum Models {
    /// What can be done with any row.
    #[command(flatten)]
    Rows(Rows),
    /// Puts one on sale
    #[command(after_help = "Example:
  cargo ctl models enable kling-3.0 --stack neurocards")]
    Enable(Switch),
    /// Takes one off sale; what was ordered goes on
    #[command(after_help = "Example:
  cargo ctl models disable kling-3.0 --why 'renders green' --stack neurocards")]
    Disable(Switch),
    /// Shows customers something that it has made: an order of an administrator's own
    #[command(after_help = "Example:
  cargo ctl models sample kling-3.0 --order 700001-abcdefgh23456789 --stack neurocards
  cargo ctl models sample kling-3.0 --none --local

A file that lies elsewhere is written into the settings file, as `sample: { url: … }`.")]
    Sample(Sample),
}

/// What a model is to be shown by.
#[derive(Debug, Args)]
pub struct Sample {
    /// The model
    pub name: String,
    /// The order that was made by it for an administrator, as /orders or the log calls it
    #[arg(
        long,
        value_name = "ORDER",
        required_unless_present = "none",
        conflicts_with = "none"
    )]
    pub order: Option<String>,
    /// By nothing from now on
    #[arg(long)]
    pub none: bool,
    /// Who and why.
    #[command(flatten)]
    pub said: Said,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// A model to be switched.
#[derive(Debug, Args)]
pub struct Switch {
    /// The model
    pub name: String,
    /// Who and why.
    #[command(flatten)]
    pub said: Said,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

/// Prices of the models; those of packs and plans stand in their own rows.
#[derive(Debug, Subcommand)]
pub enum Prices {
    /// Lists what every model costs in credits, and every pack and plan in money
    #[command(after_help = "Example:
  cargo ctl prices list --stack neurocards")]
    List {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Sets what a length costs
    #[command(after_help = "Example:
  cargo ctl prices set kling-3.0 10 3 --why 'the provider asks more' --stack neurocards
  cargo ctl prices set kling-3.0 15 4 --tokens 150000 --micro-usd 750000 --local")]
    Set {
        /// The model
        model: String,
        /// Seconds of video
        seconds: u32,
        /// Credits that they cost
        credits: u32,
        /// Tokens as which limits count it [default: as it stands]
        #[arg(long, value_name = "N")]
        tokens: Option<u64>,
        /// What the provider is expected to charge, in millionths of a US dollar [default: as it stands]
        #[arg(long, value_name = "N")]
        micro_usd: Option<u64>,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Takes a length off sale
    #[command(after_help = "Example:
  cargo ctl prices remove kling-3.0 10 --stack neurocards")]
    Remove {
        /// The model
        model: String,
        /// Seconds of video
        seconds: u32,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// What can be done with a row that is alone of its kind. The examples in their help are each kind's own.
#[derive(Debug, Subcommand)]
pub enum Single {
    /// Shows it as it stands
    Show {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Says what may be said of it: every field, with what it takes and means
    Fields,
    /// Says all of it anew, in the place of what stands there
    Put {
        /// What is to stand there, in JSON or YAML, or @FILE
        body: String,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// How packs and plans are sold.
#[derive(Debug, Subcommand)]
pub enum Selling {
    /// What can be done with any row that is alone of its kind.
    #[command(flatten)]
    Single(Single),
    /// Says which rails are offered, in this order, and leaves the rest as it is; without one nothing is sold
    #[command(after_help = "Examples:
  cargo ctl selling rails stars stripe --why 'YooKassa is down' --stack neurocards
  cargo ctl selling rails --why 'nothing until the prices are right' --stack neurocards

What has been offered can still be paid: an offer on a rail that is taken out stands until its time is over.")]
    Rails {
        /// stars, yookassa, stripe
        rails: Vec<String>,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}
