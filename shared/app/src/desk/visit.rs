//! One update of one customer: who it is, what they have, what holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::account::{Account, Draft};
use domain::admission::{Usage, WindowKey, limits_touched};
use domain::catalog::Limit;
use domain::id::{JobId, Nonce, UserId};
use domain::job::Job;
use domain::time::Timestamp;
use domain::window::Window;
use limits_flags::{Snapshot, version_key};
use store::{Ask, View};
use table::Deadline;
use telegram::html;
use telegram::limits::CALLBACK_ANSWER_CHARS_MAX;
use telegram::methods::{AnswerCallbackQuery, EditMessageText, Reply, SendMessage};

use super::{Desk, Error};
use crate::cards::{Card, DraftView};
use crate::texts::Say;

/// One update of one customer, with all that one read brought.
pub(super) struct Visit<'a> {
    pub(super) desk: &'a Desk,
    pub(super) say: Say,
    pub(super) chat: i64,
    pub(super) now: Timestamp,
    pub(super) deadline: Deadline,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) account: Account,
    pub(super) used: std::collections::BTreeMap<WindowKey, u32>,
    pub(super) job: Option<Job>,
    /// The account was opened by this very update.
    pub(super) newcomer: bool,
}

impl Desk {
    /// Reads what an update needs, and opens an account for a newcomer.
    pub(super) async fn visit(
        &self,
        user: UserId,
        chat: i64,
        say: Say,
        job: Option<&JobId>,
        deadline: Deadline,
    ) -> Result<Visit<'_>, Error> {
        let now = self.env.now();
        let mut snapshot = self.settings.known(now).await?;
        let mut view = self.look(user, job, &snapshot, now).await?;
        // Settings that changed a moment ago hold for this very update; only if they brought new limits is there
        // something to be read again.
        let before = windows(&snapshot, now);
        snapshot = self.settings.refresh(view.version, now).await?;
        if !windows(&snapshot, now).is_subset(&before) {
            view = self.look(user, job, &snapshot, now).await?;
        }
        let View {
            account, used, job, ..
        } = view;
        let (account, newcomer) = match account {
            Some(account) => (account, false),
            None => self.open(user, &snapshot, say, now, deadline).await?,
        };
        Ok(Visit {
            desk: self,
            say,
            chat,
            now,
            deadline,
            snapshot,
            account,
            used,
            job,
            newcomer,
        })
    }

    async fn look(
        &self,
        user: UserId,
        job: Option<&JobId>,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Result<View, Error> {
        let windows = windows(snapshot, now).into_iter().collect();
        Ok(self
            .store
            .view(Ask {
                user,
                windows,
                job,
                settings: (self.settings.table(), version_key()),
            })
            .await?)
    }

    /// Opens an account, if it is known what a newcomer is given. If another update of the same customer was faster, theirs is read.
    async fn open(
        &self,
        user: UserId,
        snapshot: &Snapshot,
        say: Say,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<(Account, bool), Error> {
        if !snapshot.has_rules {
            return Err(Error::NoRules);
        }
        let gift = snapshot.rules.signup_credits;
        let opened = self
            .store
            .open_account(user, gift, say.locale().as_str(), now, deadline)
            .await?;
        if let Some(account) = opened {
            return Ok((account, true));
        }
        let view = self.look(user, None, snapshot, now).await?;
        Ok((view.account.unwrap_or_else(|| Account::new(user)), false))
    }
}

/// The counters of every limit there is: those over all models, and each model's own.
fn windows(snapshot: &Snapshot, now: Timestamp) -> BTreeSet<WindowKey> {
    let own = snapshot.models.iter().filter_map(|model| model.limit.as_ref());
    let limits = snapshot.rules.limits.iter().chain(own);
    limits
        .map(|limit| WindowKey::new(limit, limit.schedule.window_at(now)))
        .collect()
}

impl Visit<'_> {
    /// Whether new orders are taken now.
    pub(super) fn takes_orders(&self) -> bool {
        self.snapshot.takes_orders(self.now)
    }

    /// The counts of the limits that a draft touches.
    pub(super) fn usages_of(&self, draft: &Draft) -> Vec<Usage> {
        let touched = limits_touched(&self.snapshot.rules, self.snapshot.model(&draft.model), self.now);
        touched
            .into_iter()
            .map(|(limit, window)| self.usage(limit, window))
            .collect()
    }

    pub(super) fn usage(&self, limit: Limit, window: Window) -> Usage {
        let used = self
            .used
            .get(&WindowKey::new(&limit, window))
            .copied()
            .unwrap_or(0);
        Usage { limit, window, used }
    }

    /// The present draft, if it is the one that a button speaks of.
    pub(super) fn draft(&self, nonce: &Nonce) -> Option<&Draft> {
        self.account.draft.as_ref().filter(|draft| draft.nonce == *nonce)
    }

    /// A card's ingredients.
    pub(super) fn view<'v>(&'v self, draft: &'v Draft, usages: &'v [Usage]) -> DraftView<'v> {
        DraftView {
            say: self.say,
            snapshot: &self.snapshot,
            account: &self.account,
            draft,
            usages,
            now: self.now,
        }
    }

    pub(super) fn send(&self, text: String) -> SendMessage {
        SendMessage::html(self.chat, text)
    }

    pub(super) fn send_card(&self, card: Card) -> Reply {
        SendMessage::html(self.chat, card.text)
            .with_buttons(card.buttons)
            .into()
    }

    pub(super) fn edit_card(&self, message_id: i64, card: Card) -> Reply {
        EditMessageText::html(self.chat, message_id, card.text)
            .with_buttons(card.buttons)
            .into()
    }

    /// A note over the chat that has to be read and closed. Telegram refuses a longer one, which may come of what an
    /// operator calls a model.
    pub(super) fn alert(query_id: &str, text: &str) -> Reply {
        let text = html::truncate(text, CALLBACK_ANSWER_CHARS_MAX);
        AnswerCallbackQuery::alert(query_id, text).into()
    }
}
