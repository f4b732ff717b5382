//! Prices and plans as an operator writes them.

use domain::catalog::{Plan, Price};
use domain::id::ModelId;
use domain::money::Credits;
use serde::{Deserialize, Serialize};

use super::DocumentError;

/// A duration with its price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PriceRow {
    /// Seconds of video.
    pub seconds: u32,
    /// Credits that it costs.
    pub credits: u32,
    /// Tokens as which limits count it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tokens: u64,
    /// What the provider is expected to charge, in millionths of a US dollar.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub micro_usd: u64,
    /// Features that a customer needs for this length.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
}

// serde hands over a reference to what stands in the row.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl From<&PriceRow> for Price {
    fn from(row: &PriceRow) -> Self {
        Self {
            duration_s: row.seconds,
            credits: Credits(row.credits),
            tokens: row.tokens,
            micro_usd: row.micro_usd,
            requires: row.requires.clone(),
        }
    }
}

impl PlanRow {
    /// The plan that this row means.
    pub fn read(&self, key: &str) -> Result<Plan, DocumentError> {
        if self.title.trim().is_empty() {
            return Err(DocumentError::Empty("title"));
        }
        Ok(Plan {
            key: key.to_owned(),
            title: self.title.clone(),
            unlimited: self.unlimited,
            models: self.models.iter().cloned().map(ModelId).collect(),
            tier: self.tier.clone(),
        })
    }
}

/// What customers can have instead of paying for each video.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanRow {
    /// What customers read.
    pub title: String,
    /// Videos cost no credits; each model's `unlimited_daily_limit` and `unlimited_budget_tokens` hold them.
    #[serde(default)]
    pub unlimited: bool,
    /// The models that it covers; every model with limits for such plans if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// The tier that it brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// For how many days it is given, where nobody says until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Given to nobody any more; whoever has it keeps it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_withdrawn: bool,
}
