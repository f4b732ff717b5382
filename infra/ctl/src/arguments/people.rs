//! The grammar of what is settled for single customers, and of who has access.

use clap::{Subcommand, ValueEnum};
use limits_flags::access::{Role, Scope};

use super::said::{Said, SaidWhy, When};
use crate::target::Target;

/// Features settled for single customers.
#[derive(Debug, Subcommand)]
pub enum Overrides {
    /// Lists them, of one feature or of all, or of one customer
    #[command(after_help = "Examples:
  cargo ctl overrides list --feature hd --stack neurocards
  cargo ctl overrides list --user 700001 --stack neurocards")]
    List {
        /// Only this feature's
        #[arg(long, value_name = "FEATURE", conflicts_with = "user")]
        feature: Option<String>,
        /// Only this customer's
        #[arg(long, value_name = "USER")]
        user: Option<i64>,
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
        limit: u32,
        /// Go on after this, as the page before says
        #[arg(long, value_name = "ENTRY", conflicts_with = "user")]
        after: Option<String>,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Settles a feature for a customer, for ever or until a time
    #[command(after_help = "Examples:
  cargo ctl overrides set 700001 hd true --until 7d --why ticket-17 --stack neurocards
  cargo ctl overrides set 700001 chat '{\"limits\":[{\"max\":100,\"period\":\"day\"}]}' --why ticket-18 --local")]
    Set {
        /// Telegram's number of the user
        user: i64,
        /// The feature
        feature: String,
        /// true, false, or JSON in the form that a tier has for the feature
        value: String,
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
    /// Takes it back: the customer has what the tier gives
    #[command(after_help = "Example:
  cargo ctl overrides clear 700001 hd --why 'ticket-17 is closed' --stack neurocards")]
    Clear {
        /// Telegram's number of the user
        user: i64,
        /// The feature
        feature: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Roles of a customer, which rules may ask for.
#[derive(Debug, Subcommand)]
pub enum Roles {
    /// Gives a customer a role
    #[command(after_help = "Example:
  cargo ctl roles add 700001 tester --why 'tries stories' --stack neurocards")]
    Add {
        /// Telegram's number of the user
        user: i64,
        /// The role
        role: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Takes a role from a customer
    #[command(after_help = "Example:
  cargo ctl roles remove 700001 tester --why 'the trial is over' --stack neurocards")]
    Remove {
        /// Telegram's number of the user
        user: i64,
        /// The role
        role: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Refusals of a customer's orders, which add up to a pause.
#[derive(Debug, Subcommand)]
pub enum Strikes {
    /// Forgets them: new orders are taken at once
    #[command(after_help = "Example:
  cargo ctl strikes clear 700001 --why 'the words were harmless, ticket-17' --stack neurocards")]
    Clear {
        /// Telegram's number of the user
        user: i64,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// The country of a customer, which rules may ask for.
#[derive(Debug, Subcommand)]
pub enum Country {
    /// Notes it
    #[command(after_help = "Example:
  cargo ctl country set 700001 DE --why 'said so in ticket-17' --stack neurocards")]
    Set {
        /// Telegram's number of the user
        user: i64,
        /// Two capital letters, as in ISO 3166-1
        country: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Forgets it
    #[command(after_help = "Example:
  cargo ctl country clear 700001 --why 'has moved' --stack neurocards")]
    Clear {
        /// Telegram's number of the user
        user: i64,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Requests for features.
#[derive(Debug, Subcommand)]
pub enum Upgrades {
    /// Lists those that wait, the oldest first, or all of one customer
    #[command(after_help = "Examples:
  cargo ctl upgrades list --stack neurocards
  cargo ctl upgrades list --user 700001 --stack neurocards")]
    List {
        /// All of this customer, decided ones too
        #[arg(long, value_name = "USER")]
        user: Option<i64>,
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000), value_name = "N")]
        limit: u32,
        /// Go on after this, as the page before says
        #[arg(long, value_name = "ENTRY", conflicts_with = "user")]
        after: Option<String>,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Asks for a feature in a customer's name
    #[command(after_help = "Example:
  cargo ctl upgrades ask 700001 hd --note 'wants it for a film' --why ticket-17 --stack neurocards")]
    Ask {
        /// Telegram's number of the user
        user: i64,
        /// The feature
        feature: String,
        /// What the customer says to it
        #[arg(long, default_value = "", value_name = "TEXT")]
        note: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Grants a request: the feature is settled for the customer in the same moment
    #[command(after_help = "Examples:
  cargo ctl upgrades approve 700001 hd --until 30d --why 'a good customer' --stack neurocards
  cargo ctl upgrades approve 700001 chat --value '{\"limits\":[{\"max\":100,\"period\":\"day\"}]}' --why ticket-17 --local")]
    Approve {
        /// Telegram's number of the user
        user: i64,
        /// The feature
        feature: String,
        /// true, or JSON in the form that a tier has for the feature
        #[arg(long, default_value = "true", value_name = "JSON")]
        value: String,
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
    /// Refuses a request
    #[command(after_help = "Example:
  cargo ctl upgrades deny 700001 hd --why 'only with the tier pro' --stack neurocards")]
    Deny {
        /// Telegram's number of the user
        user: i64,
        /// The feature
        feature: String,
        /// Who and why.
        #[command(flatten)]
        said: SaidWhy,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Keys of machines that ask the HTTP API.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Makes one and prints it, this once; only its hash is stored
    #[command(after_help = "Examples:
  cargo ctl keys create website --scope evaluate --stack neurocards
  cargo ctl keys create ci --scope admin:read --scope admin:write --expires 90d --local")]
    Create {
        /// Which machine it is for
        name: String,
        /// What it is good for; several may be said
        #[arg(long, required = true, value_name = "SCOPE")]
        scope: Vec<ScopeWord>,
        /// When it ends
        #[arg(long, value_name = "WHEN", value_parser = When::parse)]
        expires: Option<When>,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Lists them, without what opens
    #[command(after_help = "Example:
  cargo ctl keys list --stack neurocards")]
    List {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Takes one away; it is refused from the next request on
    #[command(after_help = "Example:
  cargo ctl keys revoke 0123456789abcdef --why 'it stood in a log' --stack neurocards")]
    Revoke {
        /// Its id, as `keys list` shows it
        id: String,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// Administrators of the HTTP API.
#[derive(Debug, Subcommand)]
pub enum Admins {
    /// Makes somebody an administrator, or one of another role
    #[command(after_help = "Example:
  cargo ctl admins set 700001 editor --name Anna --why 'is on support now' --stack neurocards")]
    Set {
        /// Telegram's number of the user
        user: i64,
        /// What they may do: viewers read, editors change, owners also say who has access
        role: RoleWord,
        /// Who that is
        #[arg(long, default_value = "", value_name = "NAME")]
        name: String,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Lists them
    #[command(after_help = "Example:
  cargo ctl admins list --stack neurocards")]
    List {
        /// Where.
        #[command(flatten)]
        target: Target,
    },
    /// Makes somebody no administrator any more
    #[command(after_help = "Example:
  cargo ctl admins remove 700001 --why 'has left' --stack neurocards")]
    Remove {
        /// Telegram's number of the user
        user: i64,
        /// Who and why.
        #[command(flatten)]
        said: Said,
        /// Where.
        #[command(flatten)]
        target: Target,
    },
}

/// A role, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    /// Reads everything.
    Viewer,
    /// Changes settings, standings and upgrade requests.
    Editor,
    /// Also says who has access.
    Owner,
}

/// A scope, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScopeWord {
    /// Evaluates flags and features of any customer.
    #[value(name = "evaluate")]
    Evaluate,
    /// Reads what a viewer may read.
    #[value(name = "admin:read")]
    AdminRead,
    /// Changes what an editor may change.
    #[value(name = "admin:write")]
    AdminWrite,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Viewer => Self::Viewer,
            RoleWord::Editor => Self::Editor,
            RoleWord::Owner => Self::Owner,
        }
    }
}

impl From<ScopeWord> for Scope {
    fn from(word: ScopeWord) -> Self {
        match word {
            ScopeWord::Evaluate => Self::Evaluate,
            ScopeWord::AdminRead => Self::AdminRead,
            ScopeWord::AdminWrite => Self::AdminWrite,
        }
    }
}
