//! Plans: what a customer has for a time.

use super::{Model, Prices, Title, Ware, WareId};
use crate::id::ModelId;
use crate::money::Credits;
use crate::payment::Term;

/// What a customer can have for a time: videos that cost no credits, a tier, credits with every payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub key: String,
    /// What customers read.
    pub title: Title,
    /// A sentence about it.
    pub description: Option<Title>,
    /// Videos cost no credits; what holds them is each model's limits for such plans.
    pub unlimited: bool,
    /// The models that it covers; all that have limits for such plans if empty.
    pub models: Vec<ModelId>,
    /// The tier that it brings, if it brings one.
    pub tier: Option<String>,
    /// Credits that come with every payment for it, and stay when it is over.
    pub credits: Credits,
    /// For how many days it is sold, or given where nobody says until when; `None` for ever, which is not sold.
    pub days: Option<u32>,
    /// So many days after its end it still holds, while a renewal is awaited.
    pub grace_days: u32,
    /// Offered as a subscription, paid again each [`RENEWS_EVERY_DAYS`](Self::RENEWS_EVERY_DAYS) days.
    pub renews: bool,
    /// What it costs; nothing if it is only given.
    pub prices: Prices,
    /// Where it stands among the plans on sale, smallest first.
    pub order: u32,
    /// Sold and given to nobody any more; whoever has it keeps it.
    pub is_withdrawn: bool,
}

impl Plan {
    /// The only period that Telegram has for a subscription in Stars, in days.
    pub const RENEWS_EVERY_DAYS: u32 = 30;

    /// Whether videos of a model cost no credits under it.
    pub fn covers(&self, model: &Model) -> bool {
        let among = self.models.is_empty() || self.models.contains(&model.id);
        self.unlimited && among && model.unlimited.is_some()
    }

    /// What is sold of it, at these of its prices; `None` if it is not to be had for money.
    pub(super) fn ware(&self, prices: Prices) -> Option<Ware> {
        let is_sold = WareId::is_key(&self.key) && !self.is_withdrawn && !prices.is_empty();
        let days = self.days.filter(|_| is_sold)?;
        let plan = self.key.clone();
        Some(Ware {
            id: WareId::Plan(plan.clone()),
            title: self.title.clone(),
            description: self.description.clone(),
            credits: self.credits,
            term: Some(Term { plan, days }),
            prices,
            renews: self.renews,
        })
    }
}
