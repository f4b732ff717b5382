//! Packs of credits and plans, as an operator writes them.

use domain::catalog::{Pack, Plan};
use domain::id::ModelId;
use domain::money::Credits;
use serde::{Deserialize, Serialize};

use super::{DocumentError, PricesRow};
use crate::features::Texts;

/// Credits at a price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PackRow {
    /// What customers read.
    pub title: Texts,
    /// A sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Texts>,
    /// How many.
    pub credits: u32,
    /// What they cost, by rail.
    pub prices: PricesRow,
    /// Where it stands among the packs, smallest first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub order: u32,
}

/// What customers can have for a time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanRow {
    /// What customers read.
    pub title: Texts,
    /// A sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Texts>,
    /// Videos cost no credits; each model's `unlimited_daily_limit` and `unlimited_budget_tokens` hold them.
    #[serde(default)]
    pub unlimited: bool,
    /// The models that it covers; every model with limits for such plans if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// The tier that it brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Credits that come with every payment for it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub credits: u32,
    /// For how many days it is sold, or given where nobody says until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// For how many days after its end it still holds, while its renewal is awaited.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub grace_days: u32,
    /// Offered as a subscription in Telegram Stars.
    #[serde(default, skip_serializing_if = "is_false")]
    pub renews: bool,
    /// What it costs, by rail; without one it is only given.
    #[serde(default, skip_serializing_if = "PricesRow::is_empty")]
    pub prices: PricesRow,
    /// Where it stands among the plans on sale, smallest first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub order: u32,
    /// Sold and given to nobody any more; whoever has it keeps it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_withdrawn: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl PackRow {
    /// The pack that this row means.
    pub fn read(&self, key: &str) -> Result<Pack, DocumentError> {
        check_title(&self.title)?;
        Ok(Pack {
            key: key.to_owned(),
            title: (&self.title).into(),
            description: self.description.as_ref().map(Into::into),
            credits: Credits(self.credits),
            prices: self.prices.prices()?,
            order: self.order,
        })
    }
}

impl PlanRow {
    /// The plan that this row means.
    pub fn read(&self, key: &str) -> Result<Plan, DocumentError> {
        check_title(&self.title)?;
        Ok(Plan {
            key: key.to_owned(),
            title: (&self.title).into(),
            description: self.description.as_ref().map(Into::into),
            unlimited: self.unlimited,
            models: self.models.iter().cloned().map(ModelId).collect(),
            tier: self.tier.clone(),
            credits: Credits(self.credits),
            days: self.days,
            grace_days: self.grace_days,
            renews: self.renews,
            prices: self.prices.prices()?,
            order: self.order,
            is_withdrawn: self.is_withdrawn,
        })
    }
}

/// Something to read, in one language at least.
fn check_title(title: &Texts) -> Result<(), DocumentError> {
    let is_blank = title.ru.trim().is_empty() && title.en.trim().is_empty();
    (!is_blank).then_some(()).ok_or(DocumentError::Empty("title"))
}
