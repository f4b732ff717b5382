//! One update of one customer: who it is, what they have, what holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::account::{Account, Draft};
use domain::admission::Denied;
use domain::catalog::{Model, Plan};
use domain::id::{JobId, ModelId, Nonce, UserId};
use domain::job::Job;
use domain::limit::{Counts, Limit, Usage, Whose, WindowKey};
use domain::time::Timestamp;
use domain::video::Quality;
use limits_flags::features::{Entitlements, Facts};
use limits_flags::flags::Context;
use limits_flags::{Asker, Snapshot, version_key};
use store::{Ask, View};
use table::Deadline;
use telegram::html;
use telegram::limits::CALLBACK_ANSWER_CHARS_MAX;
use telegram::methods::{AnswerCallbackQuery, EditMessageText, Reply, SendMessage};

use super::{Desk, Error};
use crate::cards::{Card, DraftView};
use crate::quota;
use crate::texts::{Locale, Say};

/// One update of one customer, with all that one read brought.
#[derive(Clone)]
pub(super) struct Visit<'a> {
    pub(super) desk: &'a Desk,
    pub(super) say: Say,
    /// What the customer's Telegram speaks.
    pub(super) telegrams: Locale,
    pub(super) chat: i64,
    pub(super) now: Timestamp,
    pub(super) deadline: Deadline,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) account: Account,
    pub(super) used: Counts,
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
        self.visit_by((job, None), user, chat, say, deadline).await
    }

    /// The same for somebody who may come by another's link.
    pub(super) async fn visit_by(
        &self,
        (job, link): (Option<&JobId>, Option<&Nonce>),
        user: UserId,
        chat: i64,
        say: Say,
        deadline: Deadline,
    ) -> Result<Visit<'_>, Error> {
        let now = self.env.now();
        let (
            snapshot,
            View {
                account, used, job, ..
            },
            asked,
        ) = self.read(user, job, now).await?;
        let (account, newcomer) = match account {
            Some(account) => (account, false),
            None => self.open((user, link), &snapshot, say, now, deadline).await?,
        };
        let mut visit = Visit {
            desk: self,
            say: account.language.as_deref().map_or(say, Say::of),
            telegrams: say.locale(),
            chat,
            now,
            deadline,
            snapshot,
            account,
            used,
            job,
            newcomer,
        };
        visit.repay().await?;
        visit.count_the_rest(&asked).await?;
        Ok(visit)
    }

    /// What an update of somebody's would find, for whoever only looks: nothing is opened, paid or written. In the language
    /// that the customer is spoken to. `None` of somebody without an account.
    pub(super) async fn look_at(
        &self,
        user: UserId,
        otherwise: Say,
        deadline: Deadline,
    ) -> Result<Option<Visit<'_>>, Error> {
        let now = self.env.now();
        let (snapshot, View { account, used, .. }, asked) = self.read(user, None, now).await?;
        let Some(mut account) = account else {
            return Ok(None);
        };
        if self.cashier.is_some() {
            // As the customer's next update would leave it.
            account.balance = account.balance.repaid();
        }
        let telegrams = account.locale.as_deref().map_or(otherwise, Say::of);
        let mut visit = Visit {
            desk: self,
            say: account.language.as_deref().map_or(telegrams, Say::of),
            telegrams: telegrams.locale(),
            chat: user.0,
            now,
            deadline,
            snapshot,
            account,
            used,
            job: None,
            newcomer: false,
        };
        visit.count_the_rest(&asked).await?;
        Ok(Some(visit))
    }

    /// Reads the settings that hold, and somebody's rows with the counters that those name.
    async fn read(
        &self,
        user: UserId,
        job: Option<&JobId>,
        now: Timestamp,
    ) -> Result<(Arc<Snapshot>, View, BTreeSet<WindowKey>), Error> {
        let mut snapshot = self.settings.known(now).await?;
        let mut view = self.look(user, job, &snapshot, now).await?;
        // Settings that changed a moment ago hold for this very update; only if they brought new limits is there
        // something to be read again.
        let mut asked = windows(&snapshot, now);
        snapshot = self.settings.refresh(view.version, now).await?;
        let wanted = windows(&snapshot, now);
        if !wanted.is_subset(&asked) {
            asked = wanted;
            view = self.look(user, job, &snapshot, now).await?;
        }
        if let Some(usual) = view.usual.take() {
            self.usual.learn(usual, now);
        }
        Ok((self.usual.over(snapshot), view, asked))
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
                usual: self.usual.is_stale(now),
                settings: (self.settings.table(), version_key()),
            })
            .await?)
    }

    /// Opens an account, if it is known what a newcomer is given. If another update of the same customer was faster, theirs is read.
    async fn open(
        &self,
        (user, link): (UserId, Option<&Nonce>),
        snapshot: &Snapshot,
        say: Say,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<(Account, bool), Error> {
        if !snapshot.has_rules {
            return Err(Error::NoRules);
        }
        let gift = snapshot.rules.signup_credits;
        let account = Account {
            invited_by: self.inviter(link, snapshot).await?,
            ..Account::new(user)
        };
        let opened = self
            .store
            .open_account_for(account, gift, say.locale().as_str(), now, deadline)
            .await?;
        if let Some(account) = opened {
            return Ok((account, true));
        }
        let view = self.look(user, None, snapshot, now).await?;
        Ok((view.account.unwrap_or_else(|| Account::new(user)), false))
    }
}

/// The counters that may be needed of anybody: of limits over all models, of each model's own, and of features'.
fn windows(snapshot: &Snapshot, now: Timestamp) -> BTreeSet<WindowKey> {
    let own = snapshot.models.iter().flat_map(|model| &model.limits);
    let features = snapshot.required_somewhere();
    let features = features
        .into_iter()
        .flat_map(|feature| snapshot.registry.limits_of(feature));
    let all = snapshot.rules.limits.iter().chain(own).chain(features);
    let each = all.filter(|limit| limit.whose == Whose::Each);
    each.map(|limit| limit.key(now, None)).collect()
}

impl Visit<'_> {
    /// Credits may have come free since a bank took money back for them: they pay the debt first.
    async fn repay(&mut self) -> Result<(), Error> {
        let Some(cashier) = &self.desk.cashier else {
            return Ok(());
        };
        let paid = cashier.payments.repay(&self.account, self.deadline).await?;
        if paid > domain::money::Credits::ZERO {
            self.account.balance = self.account.balance.repaid();
        }
        Ok(())
    }

    /// Reads the account again, after something was given.
    pub(super) async fn read_again(&mut self) -> Result<(), Error> {
        if let Some(account) = self.desk.store.account(self.account.user).await? {
            self.account = account;
            self.repay().await?;
        }
        Ok(())
    }

    /// Whether new orders are taken of this customer now.
    pub(super) fn takes_orders(&self) -> bool {
        self.asking(|context| self.snapshot.takes_orders(context))
    }

    /// Asks the flags as this customer.
    pub(super) fn asking<T>(&self, ask: impl FnOnce(&Context<'_>) -> T) -> T {
        let user = self.account.user.to_string();
        let asker = Asker {
            user: &user,
            standing: &self.account.standing,
            locale: self.say.locale().as_str(),
            now: self.now,
        };
        asker.ask(ask)
    }

    /// The plan that the customer is on now.
    pub(super) fn plan(&self) -> Option<&Plan> {
        self.snapshot.plan(&self.account.standing, self.now)
    }

    /// What this customer may do.
    pub(super) fn entitled<T>(&self, ask: impl FnOnce(&Entitlements<'_>) -> T) -> T {
        let user = self.account.user.to_string();
        let facts = Facts {
            user: &user,
            country: None,
            locale: self.say.locale().as_str(),
            now: self.now,
        };
        ask(&self.snapshot.registry.entitlements(&self.account.standing, facts))
    }

    /// What the customer lacks for a draft, if anything; else the limits that come with the features that it needs.
    pub(super) fn features_of(&self, draft: &Draft) -> Result<Vec<Limit>, Denied> {
        let model = self.snapshot.model(&draft.model);
        let made = (draft.duration_s, draft.quality);
        self.needed(model, made, draft.photo.is_some())
    }

    /// The limits that come with the features that an order of a model needs; or what the customer lacks of them.
    pub(super) fn limits_of_features(
        &self,
        model: &Model,
        duration_s: u32,
        with_photo: bool,
    ) -> Result<Vec<Limit>, Denied> {
        self.needed(Some(model), (duration_s, Quality::Standard), with_photo)
    }

    /// What the customer lacks for an order of a model.
    pub(super) fn denied_of(&self, model: &Model, duration_s: u32, with_photo: bool) -> Option<Denied> {
        self.limits_of_features(model, duration_s, with_photo).err()
    }

    fn needed(
        &self,
        model: Option<&Model>,
        made: (u32, Quality),
        with_photo: bool,
    ) -> Result<Vec<Limit>, Denied> {
        let needed = self.snapshot.required(model, made, with_photo);
        self.entitled(|entitled| match entitled.require_all(needed) {
            Ok(limits) => Ok(limits.into_iter().cloned().collect()),
            Err(denial) => Err(Denied {
                feature: denial.feature.unwrap_or_default(),
                reason: denial.reason.as_str(),
                needs_tier: denial.needs_tier,
            }),
        })
    }

    /// What the customer lacks for a draft.
    pub(super) fn denied(&self, draft: &Draft) -> Option<Denied> {
        self.features_of(draft).err()
    }

    /// What the customer lacks, and what would open it, by the names that the operator gave them. Plain words.
    pub(super) fn lacks(&self, denied: &Denied) -> String {
        let (registry, locale) = (&self.snapshot.registry, self.say.locale().as_str());
        let feature = registry.feature(&denied.feature);
        let feature = feature.map_or(denied.feature.as_str(), |row| row.name.in_locale(locale));
        let tier = denied.needs_tier.as_deref();
        let tier = tier
            .and_then(|tier| registry.tier(tier))
            .map(|row| row.name.in_locale(locale));
        quota::denied(self.say, denied.reason, feature, tier)
    }

    /// Models on sale that the customer's tier does not bring.
    pub(super) fn locked(&self) -> Vec<ModelId> {
        let on_sale = self.snapshot.models.iter().filter(|model| model.enabled);
        self.entitled(|entitled| {
            let locked = on_sale.filter(|model| entitled.require_model(model).is_err());
            locked.map(|model| model.id.clone()).collect()
        })
    }

    /// The present draft, if it is the one that a button speaks of.
    pub(super) fn draft(&self, nonce: &Nonce) -> Option<&Draft> {
        self.account.draft.as_ref().filter(|draft| draft.nonce == *nonce)
    }

    /// A card's ingredients.
    pub(super) fn view<'v>(&'v self, draft: &'v Draft, usages: &'v [Usage]) -> DraftView<'v> {
        let denied = self.denied(draft);
        DraftView {
            say: self.say,
            snapshot: &self.snapshot,
            account: &self.account,
            draft,
            payer: self.payer_of(draft),
            by_plan: self.paid_by_plan((draft.duration_s, draft.quality)),
            lacks: denied.as_ref().map(|denied| self.lacks(denied)),
            locked: self.locked(),
            way_up: self.way_up(draft, usages, denied.is_some()),
            sells: self.sells(),
            helped: self.desk.helpdesk.is_some(),
            usages,
            words: self.words_price(draft),
            zone: self.account.zone.as_ref().map(|_| self.own_zone()),
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
