//! The operator's side: what everybody goes by, row by row.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod broadcasts;
pub(crate) mod credits;
pub(crate) mod dead_letters;
pub(crate) mod edit;
pub(crate) mod explain;
pub(crate) mod explain_order;
mod failure;
pub(crate) mod figures;
pub(crate) mod history;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod myself;
pub(crate) mod pause;
pub(crate) mod payments;
pub(crate) mod preview;
pub(crate) mod promos;
pub(crate) mod providers;
pub(crate) mod requests;
pub(crate) mod rows;
pub(crate) mod single;
pub(crate) mod standing;
pub(crate) mod upgrades;
pub(crate) mod usage;

use app::cashier::RefundError;
use domain::id::UserId;
use domain::time::Timestamp;
use limits_flags::By;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::{Operator, customer};
use crate::problem::Refusal;

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

/// How many entries a page has.
fn limit(asked: Option<u32>) -> Result<u32, Refusal> {
    let limit = asked.unwrap_or(PAGE);
    let fits = (1..=PAGE_MAX).contains(&limit);
    let bounds = || Refusal::Malformed(format!("`limit` is 1 to {PAGE_MAX}"));
    fits.then_some(limit).ok_or_else(bounds)
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
    /// Packs of credits.
    Packs,
    /// Promo codes.
    Promos,
}

impl Kind {
    /// Every kind.
    const ALL: [Self; 11] = [
        Self::Flags,
        Self::Evaluators,
        Self::Limits,
        Self::Models,
        Self::Features,
        Self::Tiers,
        Self::Addons,
        Self::Components,
        Self::Plans,
        Self::Packs,
        Self::Promos,
    ];

    /// What it is called in a path.
    fn path(self) -> String {
        format!("{}s", self.word())
    }

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
            Self::Packs => "pack",
            Self::Promos => "promo",
        }
    }

    /// The sort key of a row.
    fn sort(self, key: &str) -> String {
        format!("{}#{key}", self.word())
    }
}

impl Api {
    /// Who changes something, and why.
    fn by(&self, operator: &Operator, why: &str) -> Result<By, Refusal> {
        By::new(&operator.who, why, self.now()).ok_or_else(|| Refusal::Senseless {
            detail: format!("`reason` takes {} bytes", By::WHY_BYTES_MAX),
            pointer: Some("/reason".to_owned()),
        })
    }

    /// The same, of whatever nobody does without a reason: money is moved, or somebody is shut out.
    fn because(&self, operator: &Operator, why: &str) -> Result<By, Refusal> {
        let by = self.by(operator, why)?;
        if by.why.is_empty() {
            return Err(RefundError::NoReason.into());
        }
        Ok(by)
    }
}

/// What a list says to a cursor that cannot have been a page's `next`.
fn no_cursor() -> Refusal {
    Refusal::Malformed("`cursor` is what `next` was".to_owned())
}

/// What a list says to a cursor that has the right letters and cannot have been one of its pages' `next`.
fn foreign_cursor() -> Refusal {
    Refusal::Senseless {
        detail: "`cursor` is what `next` was, of the same list".to_owned(),
        pointer: None,
    }
}

/// The customer whom a path names.
fn user(text: &str) -> Result<UserId, Refusal> {
    customer(text).ok_or_else(|| Refusal::NotFound(format!("`{text}` is no customer's Telegram id")))
}

/// A moment that a body names, as RFC 3339 writes it. The schema says so by a pattern as well: many who generate bodies
/// heed no `format`.
fn moment(text: Option<&str>, pointer: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let unread = || Refusal::Senseless {
        detail: format!("`{text}` is no moment such as 2026-12-31T21:00:00Z"),
        pointer: Some(pointer.to_owned()),
    };
    Timestamp::parse_rfc3339(text).map(Some).ok_or_else(unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_called_in_a_path_as_the_list_of_kinds_says() {
        for kind in Kind::ALL {
            assert_eq!(
                serde_json::to_value(kind).unwrap(),
                serde_json::json!(kind.path())
            );
        }
    }
}
