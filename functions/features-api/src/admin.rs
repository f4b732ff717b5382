//! The operator's side: what everybody goes by, row by row.

mod rows;

pub(crate) use rows::{__path_list_rows, __path_read_row, list_rows, read_row};

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Rows of a page, unless asked otherwise.
const PAGE: u32 = 50;
/// Rows of a page at most.
const PAGE_MAX: u32 = 100;

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[A-Za-z0-9._-]{1,128}$")]
    cursor: Option<String>,
}

impl Paging {
    fn limit(&self) -> Result<u32, crate::problem::Refusal> {
        let limit = self.limit.unwrap_or(PAGE);
        let fits = (1..=PAGE_MAX).contains(&limit);
        fits.then_some(limit)
            .ok_or_else(|| crate::problem::Refusal::Malformed(format!("`limit` is 1 to {PAGE_MAX}")))
    }
}

/// What the settings consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Flags: switches, or definitions in the flagd format.
    Flags,
    /// Rules that several flags share.
    Evaluators,
    /// Limits.
    Limits,
    /// Models with their prices and costs.
    Models,
    /// The registry of features.
    Features,
    /// Tiers, with what each makes of the features.
    Tiers,
    /// Add-ons.
    Addons,
    /// Components of the user interface.
    Components,
    /// Plans.
    Plans,
}

impl Kind {
    /// What the sort keys of its rows begin with.
    fn word(self) -> &'static str {
        match self {
            Self::Flags => "flag",
            Self::Evaluators => "evaluator",
            Self::Limits => "limit",
            Self::Models => "model",
            Self::Features => "feature",
            Self::Tiers => "tier",
            Self::Addons => "addon",
            Self::Components => "component",
            Self::Plans => "plan",
        }
    }

    /// The sort key of a row.
    fn sort(self, key: &str) -> String {
        format!("{}#{key}", self.word())
    }
}
