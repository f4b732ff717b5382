//! The grammar of promo codes.

use clap::Subcommand;

use super::rows::Rows;
use super::said::Said;
use crate::target::Target;

/// Promo codes.
#[derive(Debug, Subcommand)]
pub enum Promos {
    /// What can be done with any row.
    #[command(flatten)]
    Rows(Rows),
    /// Lists how often each was used, and what it has given
    #[command(after_help = "Example:
  cargo ctl promos uses --stack neurocards")]
    Uses {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Ends one; what it has brought stays
    #[command(after_help = "Example:
  cargo ctl promos stop WELCOME --why 'it is on a coupon site' --stack neurocards")]
    Stop {
        /// The code
        name: String,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}
