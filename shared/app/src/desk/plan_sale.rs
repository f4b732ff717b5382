//! What buying a plan would make of the customer's own, and when it is not sold to them.

use domain::catalog::Ware;
use domain::payment::Rail;
use domain::payment::term::{Begun, Deal, NotBegun, begin};
use telegram::html;

use super::Error;
use super::visit::Visit;
use crate::show;

impl Visit<'_> {
    /// The customer's plan that goes on taking money by itself, where another is to be bought.
    pub(super) async fn renewing(&self, ware: &Ware) -> Result<Option<String>, Error> {
        match &self.desk.cashier {
            Some(cashier) if ware.term.is_some() => {
                Ok(cashier.renewing_plan(self.account.user, None).await?)
            }
            _ => Ok(None),
        }
    }

    /// Why a plan is not sold to this customer by a rail, if it is not.
    pub(super) fn hindered(&self, ware: &Ware, rail: Rail, renewing: Option<&str>) -> Option<String> {
        if let Some(Err(why)) = self.begun(ware, rail) {
            return Some(self.not_begun_told(&why));
        }
        // Whoever is in debt orders nothing, and the days of a plan would run out.
        let debt = self.account.balance.debt;
        if ware.term.is_some() && debt > ware.credits {
            let debt = show::credits(self.say, debt);
            return Some(self.say.with("plan-debt", [("debt", debt.into())]));
        }
        let (term, renewing) = (ware.term.as_ref()?, renewing?);
        let taken_twice = renewing != term.plan || ware.renews_on(rail);
        taken_twice.then(|| {
            let plan = self.plan_title(renewing);
            self.say.with("plan-renews", [("plan", plan.into())])
        })
    }

    /// What paying for a plan now would make of the customer's own; `None` if it is no plan.
    fn begun(&self, ware: &Ware, rail: Rail) -> Option<Result<Begun, NotBegun>> {
        let term = ware.term.as_ref()?;
        let renews = ware.renews_on(rail);
        let deal = Deal { term, rail, renews };
        Some(begin(
            &self.account.standing,
            deal,
            self.snapshot.shelf(),
            self.now,
        ))
    }

    /// Until when the plan would last, and what of the one that runs now goes into it.
    pub(super) fn begun_told(&self, ware: &Ware, rail: Rail) -> Option<String> {
        let begun = self.begun(ware, rail)?.ok()?;
        let until = begun.standing.plan.as_ref()?.until?;
        let until = show::until(self.say, until, &self.own_zone(), self.now);
        let Some(replaced) = &begun.replaces else {
            return Some(self.say.with("plan-until", [("moment", until.into())]));
        };
        let old = self.plan_title(replaced);
        let minutes = begun.bonus.0 / 60_000;
        let bonus = show::rest(self.say, minutes);
        Some(self.say.with(
            "plan-exchanged",
            [
                ("plan", old.into()),
                ("bonus", bonus.into()),
                ("moment", until.into()),
            ],
        ))
    }

    fn not_begun_told(&self, why: &NotBegun) -> String {
        match why {
            NotBegun::Gone(_) => self.say.text("shop-not-sold"),
            NotBegun::Endless(plan) => {
                let plan = self.plan_title(plan);
                self.say.with("plan-endless", [("plan", plan.into())])
            }
            NotBegun::Running { plan, until } => {
                let until = show::until(self.say, *until, &self.own_zone(), self.now);
                let plan = self.plan_title(plan);
                self.say
                    .with("plan-running", [("plan", plan.into()), ("moment", until.into())])
            }
        }
    }

    pub(super) fn plan_title(&self, key: &str) -> String {
        let plan = self.snapshot.plans.iter().find(|plan| plan.key == key);
        let title = plan.map_or(key, |plan| plan.title.in_locale(self.say.locale().as_str()));
        html::escape(title).into_owned()
    }
}
