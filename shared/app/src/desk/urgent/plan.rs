//! What a change would do, told before anybody confirms it.

use domain::id::{JobId, ModelId, UserId};
use domain::job::Stage;
use domain::ledger::Key;
use domain::money::Credits;
use domain::payment::PaymentId;
use limits_flags::edit::EditError;
use limits_flags::history::{self, Record};
use limits_flags::{Stored, throws};

use super::super::Error;
use super::command::Change;
use super::look::values_of;
use super::{Counter, FROM, shown};

/// What a change would do.
pub(super) struct Plan {
    /// In words.
    pub(super) told: String,
    /// What stands there now, where it is written only over that.
    pub(super) was: Option<String>,
}

/// A change that is not to be asked for, and why, in words.
pub(super) type Planned = Result<Plan, String>;

impl Counter<'_> {
    /// What a change would do.
    pub(super) async fn plan(&self, change: &Change) -> Result<Planned, Error> {
        match change {
            Change::Flag(..) | Change::Model(..) => self.plan_row(change).await,
            Change::RefundOrder(job) => self.plan_refund_of_order(job).await,
            Change::RefundPayment(id) => self.plan_refund(id).await,
            Change::Grant(user, credits) => {
                let amount = self.credits(*credits);
                let told = [("credits", amount.into())];
                self.plan_for(*user, "urgent-what-grant", told).await
            }
            Change::Ban(user, span) => {
                let until = self.moment(self.now.after(*span));
                self.plan_for(*user, "urgent-what-ban", [("until", until.into())])
                    .await
            }
            Change::Unban(user) => self.plan_for(*user, "urgent-what-unban", []).await,
            Change::Ring => Ok(self.plan_ring().await),
            Change::Stop(id) => self.plan_stop(id).await,
            Change::Undo => self.plan_undo().await,
        }
    }

    async fn plan_row(&self, change: &Change) -> Result<Planned, Error> {
        let Some((row, on)) = row_of(change) else {
            return Ok(Err(self.help.say.text("urgent-found-nothing")));
        };
        let stored = self.stored().await?;
        let before = match stored.body(&row) {
            Ok(body) => body.to_owned(),
            Err(error) => return Ok(Err(self.refused(&error))),
        };
        let after = match throws::thrown(&row, &before, on) {
            Ok(after) => after,
            Err(error) => return Ok(Err(self.refused(&error))),
        };
        let values = [
            ("row", shown(&row).into()),
            ("before", shown(&throws::brief(&before)).into()),
            ("after", shown(&throws::brief(&after)).into()),
        ];
        let told = self.help.say.with("urgent-what-row", values);
        Ok(Ok(Plan {
            told,
            was: Some(before),
        }))
    }

    async fn plan_refund_of_order(&self, id: &JobId) -> Result<Planned, Error> {
        let say = self.help.say;
        let Some(job) = self.desk.store.jobs().get(id).await? else {
            return Ok(Err(say.text("urgent-found-nothing")));
        };
        let is_paid = matches!(job.stage, Stage::Delivered | Stage::Parked) && job.cost > Credits::ZERO;
        if !is_paid {
            return Ok(Err(
                say.with("urgent-refund-nothing", [("stage", job.stage.as_str().into())])
            ));
        }
        if let Some(given) = self
            .desk
            .store
            .entry(id.user, &Key::Adjust(refund_of(id)))
            .await?
        {
            let values = [
                ("order", id.to_string().into()),
                ("credits", self.credits(given.amount).into()),
                ("at", self.moment(given.at).into()),
            ];
            return Ok(Err(say.with("urgent-refund-before", values)));
        }
        let values = [
            ("order", id.to_string().into()),
            ("credits", self.credits(job.cost).into()),
            ("user", id.user.to_string().into()),
        ];
        let told = say.with("urgent-what-refund-order", values);
        Ok(Ok(Plan { told, was: None }))
    }

    async fn plan_refund(&self, id: &PaymentId) -> Result<Planned, Error> {
        let say = self.help.say;
        let Some(record) = self.duty.cashier.cashier.payments.payment(id).await? else {
            return Ok(Err(say.text("urgent-found-nothing")));
        };
        let told = say.with("urgent-what-refund", values_of(&record));
        Ok(Ok(Plan { told, was: None }))
    }

    /// A change for one customer.
    async fn plan_for(
        &self,
        user: UserId,
        id: &str,
        told: impl IntoIterator<Item = (&'static str, crate::texts::Value<'_>)>,
    ) -> Result<Planned, Error> {
        let say = self.help.say;
        let Some(account) = self.desk.store.account(user).await? else {
            return Ok(Err(say.text("urgent-found-nothing")));
        };
        let values = told.into_iter().chain([("user", user.to_string().into())]);
        let what = say.with(id, values.collect::<Vec<_>>());
        let told = format!("{what}\n{}", self.account_line(&account));
        Ok(Ok(Plan { told, was: None }))
    }

    async fn plan_undo(&self) -> Result<Planned, Error> {
        let say = self.help.say;
        let Some(record) = self.last_change().await? else {
            return Ok(Err(say.text("urgent-undo-nothing")));
        };
        let rows = record.changes.iter().map(|change| {
            let stood = change
                .old
                .as_deref()
                .map_or_else(|| "—".to_owned(), throws::brief);
            let stands = change
                .new
                .as_deref()
                .map_or_else(|| "—".to_owned(), throws::brief);
            format!(
                "<code>{}</code>: {} → {}",
                shown(&change.row),
                shown(&stands),
                shown(&stood)
            )
        });
        let values = [
            ("version", record.version.to_string().into()),
            ("who", shown(&record.by.who).into()),
            ("why", shown(&record.by.why).into()),
            ("rows", rows.take(5).collect::<Vec<_>>().join("\n").into()),
        ];
        let told = say.with("urgent-what-undo", values);
        Ok(Ok(Plan {
            told,
            was: Some(record.version.to_string()),
        }))
    }

    /// The latest version of the settings, if it was made here.
    pub(super) async fn last_change(&self) -> Result<Option<Record>, Error> {
        let records = history::list_records(&self.duty.office, None, 1).await?;
        let made_here = |record: &Record| record.by.why.starts_with(FROM) && record.restores.is_none();
        Ok(records.into_iter().next().filter(made_here))
    }

    async fn stored(&self) -> Result<Stored, Error> {
        let office = &self.duty.office;
        Ok(Stored::read(&office.db, &office.settings).await?)
    }

    fn refused(&self, error: &EditError) -> String {
        self.help
            .say
            .with("urgent-refused", [("why", shown(&error.to_string()).into())])
    }
}

/// What credits are given under that an order has cost: so they are given once.
pub(super) fn refund_of(id: &JobId) -> String {
    format!("refund#{id}")
}

/// The row that is changed, and whether it is switched on.
pub(super) fn row_of(change: &Change) -> Option<(String, bool)> {
    match change {
        Change::Flag(name, on) => Some((format!("flag#{name}"), *on)),
        Change::Model(ModelId(name), on) => Some((format!("model#{name}"), *on)),
        _ => None,
    }
}
