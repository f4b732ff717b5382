//! What holds one customer's orders, what is used of it, and who pays.

use std::collections::BTreeSet;

use domain::account::Draft;
use domain::admission::{Payer, amount, limits_touched, payer};
use domain::catalog::Model;
use domain::id::ModelId;
use domain::limit::{Limit, Usage, Whose, WindowKey};
use domain::video::Quality;

use super::Error;
use super::visit::Visit;
use crate::quota;

impl Visit<'_> {
    /// Counters of limits that hold for this customer and for nobody else, such as those of a plan. Where there are none,
    /// which is the rule, nothing is read.
    pub(super) async fn count_the_rest(&mut self, read: &BTreeSet<WindowKey>) -> Result<(), Error> {
        let mine = self.limits();
        let mine = mine.iter().filter(|limit| limit.whose == Whose::Each);
        let rest: BTreeSet<WindowKey> = mine.map(|limit| limit.key(self.now, None)).collect();
        let rest: Vec<WindowKey> = rest.difference(read).cloned().collect();
        if !rest.is_empty() {
            let counts = self.desk.store.counts(self.account.user, &rest).await?;
            self.used.extend(counts);
        }
        Ok(())
    }

    /// Who pays for an order of a model, of this length and quality; for one that it does not make, whoever pays for its
    /// shortest.
    pub(super) fn payer(&self, model: &Model, (duration_s, quality): (u32, Quality)) -> Payer<'_> {
        let plan = self.plan();
        let price = model
            .price_row(duration_s, quality)
            .or_else(|| model.prices.first());
        match price {
            Some(price) => payer(
                plan,
                model,
                price,
                self.account.balance.available,
                |limit, amount| self.usage(limit, amount),
            ),
            None => Payer { plan, used_up: None },
        }
    }

    /// Who pays for a draft.
    pub(super) fn payer_of(&self, draft: &Draft) -> Payer<'_> {
        match self.snapshot.model(&draft.model) {
            Some(model) => self.payer(model, (draft.duration_s, draft.quality)),
            None => Payer {
                plan: self.plan(),
                used_up: None,
            },
        }
    }

    /// Models on sale whose videos the customer's plan pays for.
    pub(super) fn paid_by_plan(&self, made: (u32, Quality)) -> Vec<ModelId> {
        let on_sale = self.snapshot.models.iter().filter(|model| model.enabled);
        let paid = on_sale.filter(|model| {
            let plan = self.payer(model, made).plan;
            plan.is_some_and(|plan| plan.covers(model))
        });
        paid.map(|model| model.id.clone()).collect()
    }

    /// Every limit that an order of this customer for a model on sale could touch, each once. Under a plan these are the
    /// model's limits for such plans and, for what is paid with credits beyond them, its own.
    pub(super) fn limits(&self) -> Vec<Limit> {
        self.listed(true)
    }

    /// Those that a customer is told of: under a plan, its own.
    pub(super) fn limits_told(&self) -> Vec<Limit> {
        self.listed(false)
    }

    fn listed(&self, beyond_plan: bool) -> Vec<Limit> {
        self.entitled(|entitled| quota::listed(&self.snapshot, self.plan(), entitled, beyond_plan))
    }

    /// What is used of the limits that a draft touches.
    pub(super) fn usages_of(&self, draft: &Draft) -> Vec<Usage> {
        let model = self.snapshot.model(&draft.model);
        let price = model.and_then(|model| model.price_row(draft.duration_s, draft.quality));
        let features = self.features_of(draft).unwrap_or_default();
        let plan = self.payer_of(draft).plan;
        let touched = limits_touched(&self.snapshot.rules, model, plan, &features);
        touched
            .map(|limit| self.usage(limit, amount(limit.measure, price)))
            .collect()
    }

    /// What is used of a limit, and what so much more would be.
    pub(super) fn usage(&self, limit: &Limit, amount: u64) -> Usage {
        let limit = self.asking(|context| self.snapshot.in_force(limit, context));
        // Whose row is tried first where there are several: each customer begins with another.
        let start = u16::try_from(self.account.user.0.rem_euclid(i64::from(u16::MAX))).unwrap_or(0);
        limit.usage(amount, &self.used, start, self.now)
    }
}
