//! `/cabinet`: the balance, what is held, and what is left of each limit. One read, no write.

use domain::limit::Limit;
use telegram::methods::{EditMessageText, Reply};

use super::visit::Visit;
use crate::{cards, quota, show};

impl Visit<'_> {
    /// `/cabinet`.
    pub(super) fn cabinet(&self) -> Reply {
        self.send(self.cabinet_text()).into()
    }

    /// The same in the place of the message whose button was pressed. Videos that wait are still offered.
    pub(super) fn cabinet_instead(&self, message_id: i64) -> Reply {
        let parked = !self.account.parked.is_empty();
        EditMessageText::html(self.chat, message_id, self.cabinet_text())
            .with_buttons(cards::cabinet_buttons(self.say, parked))
            .into()
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
        let limits = self.limits();
        let shown = limits.iter().filter(|limit| quota::is_shown(limit));
        let lines = shown.map(|limit| self.limit_line(limit));
        let lines: Vec<String> = [head, String::new()].into_iter().chain(lines).collect();
        lines.join("\n").trim_end().to_owned()
    }

    fn limit_line(&self, limit: &Limit) -> String {
        let usage = self.usage(limit, 1);
        let zone = self.zone(limit);
        quota::line(self.say, &self.snapshot, &usage, &zone, self.now)
    }
}
