//! The snapshot that a Lambda keeps.

use std::sync::{Arc, Mutex, PoisonError};

use domain::time::Timestamp;
use table::{Db, Error, Query};

use crate::rows;
use crate::snapshot::Snapshot;

/// After how many milliseconds a Lambda that reads no account looks at the version by itself.
pub const STALE_AFTER_MS: i64 = 20_000;
/// After how many milliseconds without a successful look a snapshot admits no new order any more: half an hour of
/// `DynamoDB` failing for settings, while it serves accounts, is an outage that wants a person.
pub const USELESS_AFTER_MS: i64 = 30 * 60_000;
/// Rows per page; DynamoDB ends a page at 1 MB anyhow.
const PAGE: i32 = 1000;

/// The settings, kept over invocations.
#[derive(Debug)]
pub struct Settings {
    db: Db,
    table: String,
    current: Mutex<Option<Arc<Snapshot>>>,
}

impl Settings {
    /// Over a table; nothing is read yet.
    pub fn new(db: Db, table: String) -> Self {
        Self {
            db,
            table,
            current: Mutex::new(None),
        }
    }

    /// The table's name, for whoever reads the version in a batch.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// What is known, however old; loaded if nothing is.
    pub async fn known(&self, now: Timestamp) -> Result<Arc<Snapshot>, Error> {
        match self.peek() {
            Some(snapshot) => Ok(snapshot),
            None => self.load(now).await,
        }
    }

    /// The settings of the version that was just read beside an account. Loads only if it is not the known one. If that
    /// fails, what is known goes on being used, and its age shows in [`Snapshot::loaded_at`].
    pub async fn refresh(&self, version: u64, now: Timestamp) -> Result<Arc<Snapshot>, Error> {
        let Some(known) = self.peek() else {
            return self.load(now).await;
        };
        if known.version == version {
            return Ok(self.confirm(&known, now));
        }
        match self.load(now).await {
            Ok(snapshot) => Ok(snapshot),
            Err(error) => {
                tracing::warn!(%error, version = known.version, age_ms = now.since(known.loaded_at).0, "settings stay at the last good version");
                Ok(known)
            }
        }
    }

    /// The settings for a Lambda that reads no account: looked at again when they are older than [`STALE_AFTER_MS`].
    pub async fn fresh(&self, now: Timestamp) -> Result<Arc<Snapshot>, Error> {
        let known = self.known(now).await?;
        if now.since(known.loaded_at).0 < STALE_AFTER_MS {
            return Ok(known);
        }
        match self.db.get(&self.table, rows::version_key(), false).await {
            Ok(item) => {
                let version = item
                    .as_ref()
                    .and_then(|item| table::Row(item).n(rows::VERSION_ATTRIBUTE).ok());
                self.refresh(version.unwrap_or(0), now).await
            }
            Err(error) => {
                tracing::warn!(%error, version = known.version, "the settings' version cannot be read");
                Ok(known)
            }
        }
    }

    async fn load(&self, now: Timestamp) -> Result<Arc<Snapshot>, Error> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let query = Query {
                table: self.table.clone(),
                index: None,
                partition: rows::partition_key(),
                up_to: None,
                limit: PAGE,
                start,
                consistent: true,
            };
            let page = self.db.query(query).await?;
            items.extend(page.items);
            start = page.next;
            if start.is_none() {
                break;
            }
        }
        let snapshot = Arc::new(Snapshot::read(&items, now));
        for problem in &snapshot.problems {
            tracing::error!(
                row = problem.row,
                why = problem.why,
                "a settings row cannot be read and is left out"
            );
        }
        self.keep(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// What is known, however old; `None` if nothing was loaded yet.
    pub fn peek(&self) -> Option<Arc<Snapshot>> {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn keep(&self, snapshot: Arc<Snapshot>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
    }

    /// The same settings, known to be true now.
    fn confirm(&self, known: &Arc<Snapshot>, now: Timestamp) -> Arc<Snapshot> {
        // A second's age is not worth a copy.
        if now.since(known.loaded_at).0 < 1000 {
            return Arc::clone(known);
        }
        let confirmed = Arc::new(Snapshot {
            loaded_at: now,
            ..Snapshot::clone(known)
        });
        self.keep(Arc::clone(&confirmed));
        confirmed
    }
}
