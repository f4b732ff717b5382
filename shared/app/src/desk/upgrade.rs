//! What is on sale that would let an order through which a limit or a tier holds back.

use domain::account::Draft;
use domain::catalog::Ware;
use domain::limit::Usage;
use domain::standing::{Held, Standing};
use domain::time::Millis;

use super::visit::Visit;

impl Visit<'_> {
    /// The first plan on sale under which nothing would hold the draft back, if something of this customer's own does: a limit,
    /// or that they lack something, which the caller knows.
    pub(super) fn way_up(&self, draft: &Draft, usages: &[Usage], lacks: bool) -> Option<Ware> {
        let is_held_back = lacks || usages.iter().any(Usage::forbids);
        if !is_held_back || !self.sells() {
            return None;
        }
        let wares = self.snapshot.wares().into_iter();
        wares
            .filter(|ware| ware.term.is_some() && !self.has_plan_of(ware))
            .find(|ware| self.on_plan(ware).is_some_and(|there| !there.holds_back(draft)))
    }

    /// What customers call that plan, where a limit holds the draft back.
    pub(super) fn way_up_called(&self, draft: &Draft, usages: &[Usage]) -> Option<String> {
        let ware = self.way_up(draft, usages, false)?;
        Some(ware.title.in_locale(self.say.locale().as_str()).to_owned())
    }

    fn holds_back(&self, draft: &Draft) -> bool {
        self.denied(draft).is_some() || self.usages_of(draft).iter().any(Usage::forbids)
    }

    fn has_plan_of(&self, ware: &Ware) -> bool {
        let wanted = ware.term.as_ref().map(|term| term.plan.as_str());
        self.plan().is_some_and(|plan| Some(plan.key.as_str()) == wanted)
    }

    /// The same customer with that plan besides; `None` if it is none.
    fn on_plan(&self, ware: &Ware) -> Option<Self> {
        let term = ware.term.as_ref()?;
        let mut there = self.clone();
        there.account.standing = Standing {
            plan: Some(Held {
                key: term.plan.clone(),
                until: Some(self.now.after(Millis::from_mins(1))),
            }),
            ..self.account.standing.clone()
        };
        Some(there)
    }
}
