//! What an update needs to know, in one read.

use std::collections::BTreeMap;

use domain::account::Account;
use domain::admission::WindowKey;
use domain::id::{JobId, UserId};
use domain::job::Job;
use table::{Item, Keys, Row};

use crate::admission::counter;
use crate::error::Error;
use crate::{Store, rows};

/// What to read beside the account.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Whose account.
    pub user: UserId,
    /// The counters of the windows that hold now.
    pub windows: Vec<WindowKey>,
    /// A job that the customer speaks of.
    pub job: Option<&'a JobId>,
    /// The settings' table and the key of its version item.
    pub settings: (&'a str, Item),
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The account, if there is one.
    pub account: Option<Account>,
    /// Uses counted; a missing counter is 0.
    pub used: BTreeMap<WindowKey, u32>,
    /// The job, if there is one.
    pub job: Option<Job>,
    /// The settings' version.
    pub version: u64,
}

impl Store {
    /// Reads it all in one `BatchGetItem`.
    pub async fn view(&self, ask: Ask<'_>) -> Result<View, Error> {
        let strong = |table: &str, keys: Vec<Item>| Keys {
            table: table.to_owned(),
            keys,
            consistent: true,
        };
        let (settings_table, version_key) = ask.settings;
        let windows: std::collections::BTreeSet<&WindowKey> = ask.windows.iter().collect();
        let wanted = vec![
            strong(&self.tables.accounts, vec![rows::account_key(ask.user)]),
            strong(
                &self.tables.usage,
                windows
                    .into_iter()
                    .map(|window| rows::usage_key(ask.user, window))
                    .collect(),
            ),
            strong(
                &self.tables.jobs,
                ask.job.into_iter().map(rows::job_key).collect(),
            ),
            strong(settings_table, vec![version_key]),
        ];
        let found = self.db.batch_get(wanted).await?;
        let items = |table: &str| found.get(table).map(Vec::as_slice).unwrap_or_default();
        Ok(View {
            account: items(&self.tables.accounts)
                .first()
                .map(rows::read_account)
                .transpose()?,
            used: items(&self.tables.usage).iter().filter_map(counter).collect(),
            job: items(&self.tables.jobs).first().map(rows::read_job).transpose()?,
            version: items(settings_table)
                .first()
                .and_then(|item| Row(item).n("version").ok())
                .unwrap_or(0),
        })
    }
}
