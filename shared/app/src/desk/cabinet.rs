//! `/cabinet`: the balance, what is held, and what is left of each limit. One read, no write.

use domain::limit::Limit;
use domain::time::Timestamp;
use telegram::html;
use telegram::methods::Reply;

use super::visit::Visit;
use crate::cards::Card;
use crate::{cards, quota, shop, show};

impl Visit<'_> {
    /// `/cabinet`.
    pub(super) fn cabinet(&self) -> Reply {
        self.send_card(self.cabinet_card())
    }

    /// The same in the place of the message whose button was pressed. Videos that wait are still offered.
    pub(super) fn cabinet_instead(&self, message_id: i64) -> Reply {
        self.edit_card(message_id, self.cabinet_card())
    }

    fn cabinet_card(&self) -> Card {
        let parked = !self.account.parked.is_empty();
        Card {
            text: self.cabinet_text(),
            buttons: cards::cabinet_buttons(self.say, parked, self.sells()),
        }
    }

    fn cabinet_text(&self) -> String {
        let (say, balance) = (self.say, self.account.balance);
        let active = u32::try_from(self.account.active_jobs.len()).unwrap_or(u32::MAX);
        let head = say.with(
            "cabinet",
            [
                ("available", show::credits(say, balance.available).into()),
                ("held-count", balance.held.0.into()),
                ("held", show::credits(say, balance.held).into()),
                ("active", active.into()),
                ("active-max", self.snapshot.rules.active_jobs_max.into()),
            ],
        );
        let limits = self.limits_told();
        let shown = limits.iter().filter(|limit| quota::is_shown(limit));
        let lines = shown.map(|limit| self.limit_line(limit));
        let rights = self.held_lines();
        let lines: Vec<String> = [head]
            .into_iter()
            .chain(shop::debt(say, balance))
            .chain(rights)
            .chain([String::new()])
            .chain(lines)
            .collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// The plan and the tier that hold now, each with its end.
    fn held_lines(&self) -> Vec<String> {
        let (standing, locale) = (&self.account.standing, self.say.locale().as_str());
        let plan = self.plan().map(|plan| plan.title.in_locale(locale));
        let tier = standing
            .tier_at(self.now)
            .and_then(|key| self.snapshot.registry.tier(key));
        let tier = tier.map(|row| row.name.in_locale(locale));
        [
            ("cabinet-plan", plan, &standing.plan),
            ("cabinet-tier", tier, &standing.tier),
        ]
        .into_iter()
        .filter_map(|(text, name, held)| {
            let name = html::escape(name?).into_owned();
            let line = self.say.with(text, [("name", name.into())]);
            let end = held.as_ref().and_then(|held| self.end_told(held.until?));
            Some(format!("{line}{}", end.unwrap_or_default()))
        })
        .collect()
    }

    /// Until when something holds; of a plan that has ended, until when its renewal is awaited.
    fn end_told(&self, until: Timestamp) -> Option<String> {
        let (text, until) = if self.now < until {
            ("cabinet-until", until)
        } else {
            ("cabinet-awaited", self.account.standing.plan_grace?)
        };
        let moment = show::until(self.say, until, &self.own_zone(), self.now);
        Some(self.say.with(text, [("moment", moment.into())]))
    }

    fn limit_line(&self, limit: &Limit) -> String {
        let usage = self.usage(limit, 1);
        let zone = self.own_zone();
        quota::line(self.say, &self.snapshot, &usage, &zone, self.now)
    }
}
