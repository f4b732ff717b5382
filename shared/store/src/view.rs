//! What an update needs to know, in one read.

use std::collections::BTreeSet;

use domain::account::Account;
use domain::id::{JobId, UserId};
use domain::job::Job;
use domain::limit::{Counts, Limit, Total, WindowKey};
use domain::time::Timestamp;
use table::{Item, Keys, Row};

use crate::error::Error;
use crate::usual::{Usual, is_usual, read_usual, usual_key};
use crate::{Store, rows};

/// Counters that one read takes.
const COUNTERS_MAX: usize = 100;

/// What to read beside the account.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Whose account.
    pub user: UserId,
    /// The counters that tell what is used now.
    pub windows: Vec<WindowKey>,
    /// A job that the customer speaks of.
    pub job: Option<&'a JobId>,
    /// Whether to read how long things usually take.
    pub usual: bool,
    /// The settings' table and the key of its version item.
    pub settings: (&'a str, Item),
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The account, if there is one.
    pub account: Option<Account>,
    /// Uses counted; a missing counter is 0.
    pub used: Counts,
    /// The job, if there is one.
    pub job: Option<Job>,
    /// How long things usually take, if that was asked for.
    pub usual: Option<Usual>,
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
        let mut usage = usage_keys(ask.user, &ask.windows);
        usage.extend(ask.usual.then(usual_key));
        let wanted = vec![
            strong(&self.tables.accounts, vec![rows::account_key(ask.user)]),
            strong(&self.tables.usage, usage),
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
            used: read_counts(items(&self.tables.usage))?,
            usual: ask.usual.then(|| {
                let row = items(&self.tables.usage).iter().find(|item| is_usual(item));
                row.map(read_usual).unwrap_or_default()
            }),
            job: items(&self.tables.jobs).first().map(rows::read_job).transpose()?,
            version: items(settings_table)
                .first()
                .and_then(|item| Row(item).n("version").ok())
                .unwrap_or(0),
        })
    }

    /// What all customers together have used of each of these limits; one read for each 100 of their rows.
    pub async fn totals(&self, limits: &[&Limit], now: Timestamp) -> Result<Vec<Total>, Error> {
        let rows = limits.iter().flat_map(|limit| limit.rows(now));
        let rows: BTreeSet<WindowKey> = rows.collect();
        let rows: Vec<WindowKey> = rows.into_iter().collect();
        let mut counts = Counts::new();
        for some in rows.chunks(COUNTERS_MAX) {
            // Whose they are follows from their names.
            counts.extend(self.counts(UserId(0), some).await?);
        }
        Ok(limits.iter().map(|limit| limit.total(&counts, now)).collect())
    }

    /// What these counters say, read once more; at most 100 of them.
    pub async fn counts(&self, user: UserId, windows: &[WindowKey]) -> Result<Counts, Error> {
        let wanted = Keys {
            table: self.tables.usage.clone(),
            keys: usage_keys(user, windows),
            consistent: true,
        };
        let found = self.db.batch_get(vec![wanted]).await?;
        read_counts(
            found
                .get(&self.tables.usage)
                .map(Vec::as_slice)
                .unwrap_or_default(),
        )
    }
}

/// The keys of the rows that counters stand on, each once.
fn usage_keys(user: UserId, windows: &[WindowKey]) -> Vec<Item> {
    let rows: BTreeSet<(UserId, &str)> = windows.iter().map(|key| (key.owner(user), key.row())).collect();
    rows.into_iter()
        .map(|(owner, row)| rows::usage_key(owner, row))
        .collect()
}

fn read_counts(items: &[Item]) -> Result<Counts, Error> {
    let counts = items.iter().filter(|item| !is_usual(item)).map(rows::read_count);
    Ok(counts.collect::<Result<_, _>>()?)
}
