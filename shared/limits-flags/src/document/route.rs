//! Who else renders a model, as an operator writes it.

use domain::catalog::Route;
use domain::id::ModelId;
use domain::time::Millis;
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
    /// Seconds after which a render there is first asked about, if no callback came before; without it as the model says. A
    /// provider that does not call back needs it short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_after_s: Option<u32>,
}

impl From<&RouteRow> for Route {
    fn from(row: &RouteRow) -> Self {
        Self {
            provider: row.provider.clone(),
            family: row.family.clone(),
            cost: row.cost.clone().map(ModelId),
            poll_after: row
                .poll_after_s
                .map(|seconds| Millis::from_secs(i64::from(seconds))),
        }
    }
}
