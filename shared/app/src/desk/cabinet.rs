//! `/cabinet`: the balance, what is held, and what is left of each limit. One read, no write.

use domain::catalog::Limit;
use telegram::html;
use telegram::methods::{EditMessageText, Reply};

use super::visit::Visit;
use crate::{cards, show};

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
        let own = self
            .snapshot
            .models
            .iter()
            .filter(|model| model.enabled)
            .filter_map(|model| model.limit.as_ref());
        let limits = self
            .snapshot
            .rules
            .limits
            .iter()
            .chain(own)
            .map(|limit| self.limit_line(limit));
        let lines: Vec<String> = [head, String::new()].into_iter().chain(limits).collect();
        lines.join("\n").trim_end().to_owned()
    }

    fn limit_line(&self, limit: &Limit) -> String {
        let say = self.say;
        let usage = self.usage(limit.clone(), limit.schedule.window_at(self.now));
        let title = show::limit_title(say, &self.snapshot, limit);
        let reset = show::reset(say, &usage, self.now);
        say.with(
            "cabinet-limit",
            [
                ("title", html::escape(&title).into_owned().into()),
                ("left", usage.left().into()),
                ("max", limit.max.into()),
                ("reset", reset.into()),
            ],
        )
    }
}
