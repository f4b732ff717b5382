//! An explanation as it is printed.

use domain::limit::{Mode, Usage};
use domain::money::Credits;
use serde_json::{Value, json};

use super::{Found, Touched, is_shared};
use crate::Report;
use crate::show::time;

impl Found<'_> {
    pub(super) fn report(&self) -> Report {
        let held = [("tier", self.tier), ("plan", self.plan)];
        let held = held.map(|(what, name)| format!("{what} {}", name.unwrap_or("none")));
        let mut lines = vec![format!("user {}, {}", self.account.user, held.join(", "))];
        if let Some((model, _)) = self.model {
            let sold = if model.enabled {
                "on sale"
            } else {
                "off sale, by its own row or by its provider's flag"
            };
            lines.push(format!("model {}: {sold}", model.id.0));
        }
        if self.model.is_some() {
            lines.extend(self.order_lines());
        }
        for (explanation, check) in &self.features {
            lines.push(explanation.to_string().trim_end().to_owned());
            if explanation.check.has_access && !check.has_access {
                lines.push(format!("  but {}: its limits are used up", check.reason));
            }
        }
        lines.extend(self.limits.iter().map(Touched::line));
        Report::new(lines.join("\n"), self.json())
    }

    /// What an order needs besides rights and limits: that orders are taken, a free place, and somebody who pays.
    fn order_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.takes_orders {
            lines.push(
                "orders: none are taken of this customer now (new_jobs, rules, or settings too old)"
                    .to_owned(),
            );
        }
        let (open, max) = (self.account.active_jobs.len(), self.active_jobs_max);
        let full = if self.has_place() { "" } else { "; refuses" };
        lines.push(format!("open orders: {open} of {max}{full}"));
        if let Some(payer) = &self.payer
            && let Some(usage) = &payer.used_up
        {
            let resets = usage.resets_at.map(|at| format!(" until {}", time(at)));
            let (limit, resets) = (&usage.limit.id, resets.unwrap_or_default());
            lines.push(format!(
                "paid with credits: {limit} of the plan is used up{resets}"
            ));
        }
        if self.owes() {
            let debt = self.account.balance.debt;
            lines.push(format!("owed: {debt} for money that went back; refuses"));
        }
        lines.extend(self.cost().map(|cost| {
            let available = self.account.balance.available;
            let poor = if available < cost { "; refuses" } else { "" };
            format!("price in credits: {cost}, available: {available}{poor}")
        }));
        lines
    }

    /// What the order would cost in credits: nothing where a plan pays.
    fn cost(&self) -> Option<Credits> {
        let (model, price) = self.model?;
        let plan = self.payer.as_ref()?.plan;
        let covered = plan.is_some_and(|plan| plan.covers(model));
        Some(if covered { Credits::ZERO } else { price?.credits })
    }

    fn has_place(&self) -> bool {
        let open = u32::try_from(self.account.active_jobs.len());
        open.is_ok_and(|open| open < self.active_jobs_max)
    }

    /// Whether credits are owed: nothing is ordered before they are paid, not even with a plan.
    fn owes(&self) -> bool {
        self.account.balance.debt > Credits::ZERO
    }

    /// Whether an order could be paid and placed; so it is where none was asked for.
    fn is_payable(&self) -> bool {
        let rich = self
            .cost()
            .is_none_or(|cost| self.account.balance.available >= cost);
        self.model.is_none() || (self.takes_orders && self.has_place() && rich && !self.owes())
    }

    fn json(&self) -> Value {
        let features = self.features.iter().map(|(explanation, check)| {
            let mut told = json!(explanation);
            told["check"] = json!(check);
            told
        });
        let model = self.model.map(|(model, price)| {
            json!({"id": model.id.0, "enabled": model.enabled, "requires": model.requires,
                "seconds": price.map(|price| price.duration_s)})
        });
        json!({
            "user": self.account.user.0,
            "tier": self.tier,
            "plan": self.plan,
            "model": model,
            "takes_orders": self.takes_orders,
            "open_orders": self.account.active_jobs.len(),
            "open_orders_max": self.active_jobs_max,
            "cost": self.cost().map(|cost| cost.0),
            "available": self.account.balance.available.0,
            "debt": self.account.balance.debt.0,
            "plan_used_up": self.payer.as_ref().and_then(|payer| Some(as_json(payer.used_up.as_deref()?))),
            "granted": self.granted(),
            "features": features.collect::<Vec<Value>>(),
            "limits": self.limits.iter().map(Touched::as_json).collect::<Vec<Value>>(),
            "at_ms": self.now.0,
        })
    }

    /// Whether nothing of what was looked at stands in the way.
    fn granted(&self) -> bool {
        let on_sale = self.model.is_none_or(|(model, _)| model.enabled);
        let entitled = self.features.iter().all(|(_, check)| check.has_access);
        on_sale && entitled && self.is_payable() && !self.limits.iter().any(Touched::forbids)
    }
}

impl Touched {
    fn forbids(&self) -> bool {
        self.whole.limit.mode == Mode::Hard && !self.has_room
    }

    fn line(&self) -> String {
        let usage = &self.whole;
        let resets = usage.resets_at.map(|at| format!(", more at {}", time(at)));
        let shared = if is_shared(&usage.limit) {
            ", shared by all"
        } else {
            ""
        };
        let verdict = match (self.has_room, usage.limit.mode) {
            (true, _) => "",
            (false, Mode::Hard) => "; refuses",
            (false, Mode::Soft) => "; warns",
            (false, Mode::Monitor) => "; is watched",
        };
        let (id, used, max) = (&usage.limit.id, usage.used, usage.max);
        format!(
            "limit {id}: {used} of {max} used{}{shared}{verdict}",
            resets.unwrap_or_default()
        )
    }

    fn as_json(&self) -> Value {
        let mut told = as_json(&self.whole);
        told["forbids"] = json!(self.forbids());
        told
    }
}

fn as_json(usage: &Usage) -> Value {
    json!({
        "limit": usage.limit.id,
        "used": usage.used,
        "max": usage.max,
        "remaining": usage.left(),
        "reset_at_ms": usage.resets_at.map(|at| at.0),
        "forbids": usage.forbids(),
    })
}
