//! Who else renders a model, as an operator writes it.

use domain::catalog::Route;
use domain::id::ModelId;
use serde::{Deserialize, Serialize};

/// Another way to have a model rendered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RouteRow {
    /// Who renders it: `kling`.
    pub provider: String,
    /// The provider's typed request form.
    pub family: String,
    /// The row of `model_costs` that says what this provider asks. Without it nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
}

impl From<&RouteRow> for Route {
    fn from(row: &RouteRow) -> Self {
        Self {
            provider: row.provider.clone(),
            family: row.family.clone(),
            cost: row.cost.clone().map(ModelId),
        }
    }
}
