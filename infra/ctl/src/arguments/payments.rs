//! The grammar of money in and out.

use clap::{Args, Subcommand};
use domain::payment::State;

use super::said::SaidWhy;
use super::webhook::Bot;
use crate::target::Target;

/// Money in and out.
#[derive(Debug, Subcommand)]
pub enum PaymentsCommand {
    /// Lists payments, the newest first: those of a day, or a customer's with the purchases
    List(ListPayments),
    /// Shows a payment or a purchase with its entries in the ledger, what its customer was told, and what its rail says now
    #[command(after_help = "Examples:
  cargo ctl payments show yookassa#2d1f8a2c-000f-5000-8000-1d3ee7a1c0de --stack neurocards
  cargo ctl payments show buy-700001-abcdefgh23456789 --stack neurocards

Nothing follows from what the rail says: that is what `payments recheck` is for. Without the secret the rail is not asked.")]
    Show {
        /// The payment by its rail's name for it (RAIL#ID), or the purchase by ours (buy-...)
        id: String,
        /// Whose keys.
        #[command(flatten)]
        bot: Bot,
    },
    /// Lists what waits for an operator: held payments, and refunds that a second person has to want
    #[command(after_help = "Examples:
  cargo ctl payments held --stack neurocards
  cargo ctl payments held --days 90 --json --stack neurocards

Reads every payment of those days by the index of days: one request per day and per megabyte, half a read unit for each 4
kB. For 30 days with 1000 payments a day that is about 60 requests and 4000 units, a thousandth of a dollar.")]
    Held {
        /// Of so many days
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=400), value_name = "N")]
        days: u32,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Reads the truth at the rail, and does all that follows from it, as its notice would have
    #[command(after_help = "Examples:
  cargo ctl payments recheck yookassa#2d1f8a2c-000f-5000-8000-1d3ee7a1c0de --stack neurocards
  cargo ctl payments recheck buy-700001-abcdefgh23456789 --stack neurocards

Telegram cannot be asked about a single payment in Stars: `payments reconcile` reads its list.")]
    Recheck {
        /// The payment (RAIL#ID) or the purchase (buy-...)
        id: String,
        /// Whose keys.
        #[command(flatten)]
        bot: Bot,
    },
    /// Takes a held payment for the purchase that it names: the customer gets what was bought
    #[command(after_help = "Example:
  cargo ctl payments accept yookassa#2d1f8a2c-000f-5000-8000-1d3ee7a1c0de --why 'paid 1 rouble less, ticket-17' --stack neurocards")]
    Accept {
        /// The payment (RAIL#ID)
        id: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Whose keys.
        #[command(flatten)]
        bot: Bot,
    },
    /// Gives all that is left of a payment back; above the amount in the settings a second person has to say the same
    #[command(after_help = "Example:
  cargo ctl payments refund yookassa#2d1f8a2c-000f-5000-8000-1d3ee7a1c0de --why 'ticket-17: never used' --stack neurocards

What was bought is set aside first, then the rail is asked; it is done when the rail says so. Where it does not answer,
cleanup asks again under the same key. A payment whose credits are spent is not given back.")]
    Refund {
        /// The payment (RAIL#ID)
        id: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Whose keys.
        #[command(flatten)]
        bot: Bot,
    },
    /// Compares the rails' own lists with our payments, as cleanup does every night; ends with 1 if something differs
    #[command(after_help = "Example:
  cargo ctl payments reconcile --days 7 --stack neurocards

What a rail knows and we did not is heard now, as its notice would have been. What stands here and not on the rail's list is
for a person. Telegram's list of Stars is read on from where it was read before, whatever the days.")]
    Reconcile {
        /// So many days back
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=90), value_name = "N")]
        days: u32,
        /// Whose keys.
        #[command(flatten)]
        bot: Bot,
    },
}

/// The arguments of `payments list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo ctl payments list --stack neurocards
  cargo ctl payments list --user 700001 --stack neurocards
  cargo ctl payments list --day 2026-11-22 --state held --json --stack neurocards

With --state a page may be shorter than its limit although others follow; it says where to go on.")]
pub struct ListPayments {
    /// Of this customer, with the purchases
    #[arg(long, value_name = "USER", conflicts_with = "day")]
    pub user: Option<i64>,
    /// First heard of on this day in UTC [default: today]
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
    /// Only payments that stand so: new, credited, held, void, `refund_held`, refunded or `charged_back`
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub state: Option<State>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200), value_name = "N")]
    pub limit: u32,
    /// Go on after this, as the page before says
    #[arg(long, value_name = "PLACE")]
    pub after: Option<String>,
    /// Where.
    #[command(flatten)]
    pub target: Target,
}

fn state(typed: &str) -> Result<State, String> {
    State::parse(typed).ok_or_else(|| {
        let all = State::ALL.map(State::as_str).join(", ");
        format!("{typed:?} is none of {all}")
    })
}
