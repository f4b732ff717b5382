//! What a payment does to a customer's plan.

use domain::account::Account;
use domain::payment::{Record, Settlement, TermEffect};
use domain::standing::{Held, Standing};
use domain::time::Millis;

use super::Cashier;

impl Cashier {
    /// The standing after a settlement; `None` if it stays as it is.
    pub(super) fn standing_after(
        &self,
        settlement: Settlement,
        after: &Record,
        account: &Account,
    ) -> Option<Standing> {
        let term = after.goods.term.as_ref()?;
        let effect = settlement.term(&after.payment)?;
        let now = self.env.now();
        let days = Millis::from_mins(i64::from(term.days).saturating_mul(24 * 60));
        let held = account
            .standing
            .plan
            .as_ref()
            .filter(|held| held.key == term.plan);
        let ends = held.map(|held| held.until.map(|until| until.max(now)));
        let until = match (effect, ends) {
            // For ever is longer than anything that is bought.
            (_, Some(None)) | (TermEffect::Withdraw, None) => return None,
            (TermEffect::Begin | TermEffect::Restore, ends) => ends.flatten().unwrap_or(now).after(days),
            (TermEffect::Withdraw, Some(Some(ends))) => ends.after(Millis(days.0.saturating_neg())),
        };
        let plan = (until > now).then(|| Held {
            key: term.plan.clone(),
            until: Some(until),
        });
        Some(Standing {
            plan,
            ..account.standing.clone()
        })
    }
}
