//! An explanation as it is printed.

use domain::limit::{Mode, Usage};
use serde_json::{Value, json};

use super::{Found, is_shared};
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
        for (explanation, check) in &self.features {
            lines.push(explanation.to_string().trim_end().to_owned());
            if explanation.check.has_access && !check.has_access {
                lines.push(format!("  but {}: its limits are used up", check.reason));
            }
        }
        lines.extend(self.limits.iter().map(line));
        Report::new(lines.join("\n"), self.json())
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
            "granted": self.granted(),
            "features": features.collect::<Vec<Value>>(),
            "limits": self.limits.iter().map(as_json).collect::<Vec<Value>>(),
            "at_ms": self.now.0,
        })
    }

    /// Whether nothing of what was looked at stands in the way.
    fn granted(&self) -> bool {
        let on_sale = self.model.is_none_or(|(model, _)| model.enabled);
        let entitled = self.features.iter().all(|(_, check)| check.has_access);
        on_sale && entitled && !self.limits.iter().any(Usage::forbids)
    }
}

fn line(usage: &Usage) -> String {
    let resets = usage.resets_at.map(|at| format!(", more at {}", time(at)));
    let shared = if is_shared(&usage.limit) {
        ", shared by all"
    } else {
        ""
    };
    let verdict = match (usage.has_room(), usage.limit.mode) {
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
