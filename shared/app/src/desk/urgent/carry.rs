//! Doing what was confirmed: by the functions that the command line and the admin API call.

use std::collections::BTreeSet;
use std::error::Error as StdError;

use domain::account::Account;
use domain::id::{JobId, UserId};
use domain::money::Credits;
use domain::payment::PaymentId;
use domain::time::{Millis, Timestamp};
use limits_flags::edit::EditError;
use limits_flags::grants::{self, GrantError};
use limits_flags::history::{self, HistoryError};
use limits_flags::holders::Losing;
use limits_flags::{ApplyError, By, apply, throws};

use super::command::Change;
use super::plan::{refund_of, row_of};
use super::{Counter, shown};
use crate::cashier::{RefundError, Refunding};
use crate::{gift, show};

/// Why a change was not made, or is not known to have been.
pub(super) enum Undone {
    /// It was not: this is why.
    Surely(String),
    /// The tables, or a rail, failed in between.
    Perhaps(String),
}

impl Counter<'_> {
    /// Makes a change, and says what came of it.
    pub(super) async fn carry_out(&self, change: &Change, was: Option<&str>, name: &str, by: &By) -> String {
        let done = match change {
            Change::Flag(..) | Change::Model(..) => self.write_row(change, was, by).await,
            Change::RefundOrder(job) => self.refund_order(job, by).await,
            Change::RefundPayment(id) => self.refund(id, by).await,
            Change::Grant(user, credits) => self.give(*user, *credits, &format!("telegram#{name}"), by).await,
            Change::Ban(user, span) => self.ban(*user, Some(*span), by).await,
            Change::Unban(user) => self.ban(*user, None, by).await,
            Change::Ring => self.ring_again(by).await,
            Change::Stop(id) => self.stop_broadcast(id, by).await,
            Change::Undo => self.undo(was, by).await,
        };
        let (say, id, why) = match done {
            Ok(said) => return said,
            Err(Undone::Surely(why)) => (self.help.say, "urgent-refused", why),
            Err(Undone::Perhaps(why)) => (self.help.say, "urgent-unknown", why),
        };
        tracing::warn!(name: "urgent_not_done", why, id, "something urgent was not done, or nobody knows");
        say.with(id, [("why", shown(&why).into())])
    }

    /// Over what was shown, and over nothing else.
    async fn write_row(&self, change: &Change, was: Option<&str>, by: &By) -> Result<String, Undone> {
        let overtaken = || Undone::Surely("nobody knows what stood there".to_owned());
        let (row, on) = row_of(change).ok_or_else(overtaken)?;
        let was = was.ok_or_else(overtaken)?;
        let edited = throws::throw(&self.duty.office, &row, (was, on), by, self.deadline).await;
        let edited = edited.map_err(Undone::of_edit)?;
        let id = if edited.changes.is_empty() {
            "urgent-done-same"
        } else {
            "urgent-done-row"
        };
        Ok(self
            .help
            .say
            .with(id, [("version", edited.version.to_string().into())]))
    }

    /// What an order cost is given once, under the order's name.
    async fn refund_order(&self, id: &JobId, by: &By) -> Result<String, Undone> {
        let job = self.desk.store.jobs().get(id).await.map_err(perhaps)?;
        let job = job.ok_or_else(|| Undone::Surely("there is no such order".to_owned()))?;
        self.give(id.user, job.cost, &refund_of(id), by).await
    }

    async fn give(&self, user: UserId, credits: Credits, request: &str, by: &By) -> Result<String, Undone> {
        let (store, audit) = (&self.desk.store, &self.duty.office.audit);
        let given = gift::give(store, audit, (user, request, credits), by, self.deadline).await;
        let surely = |why: &str| Err(Undone::Surely(why.to_owned()));
        let values = || {
            [
                ("credits", self.credits(credits).into()),
                ("user", user.to_string().into()),
            ]
        };
        match given.map_err(perhaps)? {
            gift::Outcome::Given => Ok(self.help.say.with("urgent-done-grant", values())),
            gift::Outcome::Before(_) => Ok(self.help.say.with("urgent-done-before", values())),
            gift::Outcome::Another(..) => surely("something else was given under this name before"),
            gift::Outcome::TooMuch => surely("it would be more than one customer can ever be given"),
            gift::Outcome::NoAccount => surely("there is no such account"),
        }
    }

    async fn refund(&self, id: &PaymentId, by: &By) -> Result<String, Undone> {
        let done = self.duty.cashier.refund(id, by, self.deadline).await;
        let done = done.map_err(|error| match error {
            RefundError::Failed(_) => perhaps(error),
            error => Undone::Surely(error.to_string()),
        })?;
        let say = self.help.say;
        Ok(match done {
            Refunding::Done(record) => say.with(
                "urgent-done-refund",
                [("amount", record.amount.to_string().into())],
            ),
            Refunding::UnderWay(_) => say.text("urgent-done-refund-later"),
            Refunding::WantsAnother(_) => say.text("urgent-done-refund-second"),
            Refunding::Refused { why, .. } => return Err(Undone::Surely(why)),
        })
    }

    async fn ban(&self, user: UserId, span: Option<Millis>, by: &By) -> Result<String, Undone> {
        let until = span.map(|span| self.now.after(span));
        let change = until.map_or(grants::Change::ClearStrikes, grants::Change::Suspend);
        let changed = grants::change(&self.duty.office, user, &change, by, self.deadline).await;
        changed.map_err(|error| match error {
            GrantError::Table(_) => perhaps(error),
            error => Undone::Surely(error.to_string()),
        })?;
        let (id, until) = match until {
            Some(until) => ("urgent-done-ban", self.moment(until)),
            None => ("urgent-done-unban", String::new()),
        };
        let values = [("user", user.to_string().into()), ("until", until.into())];
        Ok(self.help.say.with(id, values))
    }

    /// The rows of the version before stand again, if nobody has changed anything since.
    async fn undo(&self, was: Option<&str>, by: &By) -> Result<String, Undone> {
        let overtaken = || Undone::Surely("somebody has changed the settings since".to_owned());
        let version: u64 = was.and_then(|was| was.parse().ok()).ok_or_else(overtaken)?;
        let office = &self.duty.office;
        let of_history = |error: HistoryError| match error {
            HistoryError::Apply(error) => Undone::of_apply(error),
            error => Undone::Surely(error.to_string()),
        };
        let plan = history::rollback(office, version.saturating_sub(1)).await;
        let mut plan = plan.map_err(of_history)?;
        if plan.version != version {
            return Err(overtaken());
        }
        // What was shown is what the version changed. If hands have changed a row beside the versions, going back would write
        // what nobody here has seen.
        let record = self.last_change().await.map_err(perhaps)?.ok_or_else(overtaken)?;
        let shown: BTreeSet<&str> = record.changes.iter().map(|change| change.row.as_str()).collect();
        let is_shown = plan
            .changes
            .iter()
            .all(|change| shown.contains(change.row.as_str()));
        if !plan.notes.is_empty() || !is_shown {
            return Err(Undone::Surely(
                "rows were changed by hand; `cargo ctl settings history` tells of them".to_owned(),
            ));
        }
        plan.settle(office, Losing::Refused, by.at)
            .await
            .map_err(Undone::of_apply)?;
        let applied = apply(office, &plan, by, self.deadline)
            .await
            .map_err(Undone::of_apply)?;
        let values = [("version", applied.version.to_string().into())];
        Ok(self.help.say.with("urgent-done-row", values))
    }

    pub(super) fn account_line(&self, account: &Account) -> String {
        let paused = account.standing.strikes.paused_at(self.now);
        let balance = account.balance;
        let values = [
            ("user", account.user.to_string().into()),
            ("available", self.credits(balance.available).into()),
            ("held", self.credits(balance.held).into()),
            ("debt", self.credits(balance.debt).into()),
            (
                "open",
                u32::try_from(account.active_jobs.len())
                    .unwrap_or(u32::MAX)
                    .into(),
            ),
            ("blocked", if account.blocked { "yes" } else { "no" }.into()),
            ("banned", if paused.is_some() { "yes" } else { "no" }.into()),
            (
                "until",
                paused.map(|until| self.moment(until)).unwrap_or_default().into(),
            ),
        ];
        self.help.say.with("urgent-account", values)
    }

    pub(super) fn credits(&self, credits: Credits) -> String {
        show::credits(self.help.say, credits)
    }

    pub(super) fn moment(&self, at: Timestamp) -> String {
        show::moment(self.help.say, at, &crate::report::zone(), self.now)
    }
}

impl Undone {
    fn of_edit(error: EditError) -> Self {
        match error {
            EditError::Apply(error) => Self::of_apply(error),
            error => Self::Surely(error.to_string()),
        }
    }

    fn of_apply(error: ApplyError) -> Self {
        match error {
            ApplyError::Table(_) => perhaps(error),
            error => Self::Surely(error.to_string()),
        }
    }
}

pub(super) fn perhaps(error: impl StdError + 'static) -> Undone {
    Undone::Perhaps(crate::chain(&error))
}
