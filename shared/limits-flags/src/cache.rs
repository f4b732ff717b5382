//! The snapshot that a Lambda keeps.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use domain::time::Timestamp;
use meter::Gating;
use table::{Db, Error, Item, Query};

use crate::problems::Problem;
use crate::rows;
use crate::snapshot::Snapshot;

/// After how many milliseconds a Lambda that reads no account looks at the version by itself.
pub const STALE_AFTER_MS: i64 = 20_000;
/// How often a mixture of two versions is read again at once. The transaction that is under way ends in milliseconds.
const LOADS_MAX: u32 = 2;
/// Rows per page; DynamoDB ends a page at 1 MB anyhow.
const PAGE: i32 = 1000;

/// The settings, kept over invocations. Copies of it keep one and the same.
#[derive(Clone, Debug)]
pub struct Settings {
    db: Db,
    table: String,
    current: Arc<Mutex<Option<Arc<Snapshot>>>>,
    providers: Arc<OnceLock<BTreeSet<String>>>,
}

impl Settings {
    /// Over a table; nothing is read yet.
    pub fn new(db: Db, table: String) -> Self {
        Self {
            db,
            table,
            current: Arc::default(),
            providers: Arc::default(),
        }
    }

    /// From now on only the models of these providers are offered: for the others' there is no key. May be said after the
    /// settings were loaded, because keys and settings are read at the same time; only once.
    pub fn rendered_by(&self, providers: impl IntoIterator<Item = String>) {
        if self.providers.set(providers.into_iter().collect()).is_ok()
            && let Some(known) = self.peek()
        {
            self.keep(Snapshot::clone(&known));
        }
    }

    /// Whether there is a key of a provider's, as far as [`Self::rendered_by`] was told.
    pub fn has_key_of(&self, provider: &str) -> bool {
        self.providers.get().is_none_or(|keyed| keyed.contains(provider))
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

    /// The settings of the version that was just read beside an account. Loads only if it is not the known one, or if what
    /// is known is a mixture. If that fails, what is known goes on being used; its age and since when it is outdated show
    /// in [`Snapshot::takes_orders`].
    pub async fn refresh(&self, version: u64, now: Timestamp) -> Result<Arc<Snapshot>, Error> {
        let Some(known) = self.peek() else {
            return self.load(now).await;
        };
        let same = known.version == version;
        if same && known.whole {
            return Ok(self.confirm(&known, now));
        }
        // Rows that were changed by hand never add up; they are not read with every update.
        if same && now.since(known.loaded_at).0 < STALE_AFTER_MS {
            return Ok(known);
        }
        match self.load(now).await {
            Ok(snapshot) => Ok(snapshot),
            Err(error) => {
                let age_ms = now.since(known.loaded_at).0;
                meter::settings_age(u64::try_from(age_ms).unwrap_or(0));
                tracing::warn!(name: "settings_unread", error = table::chain(&error), version = known.version, age_ms, "settings stay at the last good version");
                Ok(self.outdate(&known))
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
                meter::gating_failed(Gating::Unread);
                tracing::warn!(name: "settings_unread", error = table::chain(&error), version = known.version, "the settings' version cannot be read");
                Ok(known)
            }
        }
    }

    /// The settings as they stand now, whatever is known.
    pub async fn reload(&self, now: Timestamp) -> Result<Arc<Snapshot>, Error> {
        self.load(now).await
    }

    async fn load(&self, now: Timestamp) -> Result<Arc<Snapshot>, Error> {
        let mut snapshot = Snapshot::read(&self.rows().await?, now);
        for _ in 1..LOADS_MAX {
            if snapshot.whole {
                break;
            }
            snapshot = Snapshot::read(&self.rows().await?, now);
        }
        if !snapshot.whole {
            meter::gating_failed(Gating::Mixed);
            tracing::error!(
                name: "settings_mixed",
                version = snapshot.version,
                "the settings' rows are not those of their version"
            );
        }
        let known = self.peek();
        let (missing, problems) = news(&snapshot, known.as_deref());
        for (flag, taken_as) in missing {
            meter::gating_failed(Gating::Misread);
            tracing::error!(name: "switch_missing", flag, taken_as, "a switch is missing");
        }
        for Problem { row, why } in problems {
            meter::gating_failed(Gating::Misread);
            tracing::error!(
                name: "settings_misread",
                row,
                why,
                "something in a settings row cannot be read and is left out"
            );
        }
        Ok(self.keep(snapshot))
    }

    /// Every row, the version's too.
    async fn rows(&self) -> Result<Vec<Item>, Error> {
        let rows = self.read_rows().await;
        rows.inspect_err(|_| meter::gating_failed(Gating::Unread))
    }

    async fn read_rows(&self) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let query = Query {
                table: self.table.clone(),
                index: None,
                partition: rows::partition_key(),
                from: None,
                up_to: None,
                limit: PAGE,
                start,
                consistent: true,
            };
            let page = self.db.query(query).await?;
            items.extend(page.items);
            start = page.next;
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// What is known, however old; `None` if nothing was loaded yet.
    pub fn peek(&self) -> Option<Arc<Snapshot>> {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn keep(&self, mut snapshot: Snapshot) -> Arc<Snapshot> {
        if let Some(providers) = self.providers.get() {
            snapshot.offer_only_of(providers);
        }
        let snapshot = Arc::new(snapshot);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&snapshot));
        snapshot
    }

    /// The same settings, known to be true now.
    fn confirm(&self, known: &Arc<Snapshot>, now: Timestamp) -> Arc<Snapshot> {
        self.keep(Snapshot {
            loaded_at: now,
            outdated_since: None,
            ..Snapshot::clone(known)
        })
    }

    /// The same settings, known to be no longer true. They may have been so since they were last known to be: an instance
    /// that was not asked for long must not go on for as long again by what it knew then.
    fn outdate(&self, known: &Arc<Snapshot>) -> Arc<Snapshot> {
        if known.outdated_since.is_some() {
            return Arc::clone(known);
        }
        self.keep(Snapshot {
            outdated_since: Some(known.loaded_at),
            ..Snapshot::clone(known)
        })
    }
}

/// The missing switches and broken rows that were not known before: each is logged once, not with every version that still
/// has it.
fn news<'s>(snapshot: &'s Snapshot, known: Option<&Snapshot>) -> (Vec<(String, bool)>, Vec<&'s Problem>) {
    let missed = known.map(Snapshot::missing_switches).unwrap_or_default();
    let missing = snapshot.missing_switches().into_iter();
    let missing = missing.filter(|(flag, _)| !missed.contains_key(flag));
    let broken = known.map(|known| &*known.problems).unwrap_or_default();
    let problems = snapshot
        .problems
        .iter()
        .filter(|problem| !broken.contains(problem));
    (missing.collect(), problems.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;

    fn read(rows: &[(&str, &str)]) -> Snapshot {
        let items: Vec<Item> = rows.iter().map(|(sort, body)| Rows::item(sort, body)).collect();
        Snapshot::read(&items, Timestamp(0))
    }

    #[test]
    fn a_missing_or_broken_flag_is_told_once_and_again_only_if_it_was_well_in_between() {
        let (none, broken) = (read(&[]), read(&[("flag#new_jobs", "nonsense")]));
        let well = read(&[("flag#new_jobs", r#"{"enabled":true}"#)]);
        let told = |snapshot: &Snapshot, known: Option<&Snapshot>| {
            let (missing, problems) = news(snapshot, known);
            (missing.len(), problems.len())
        };
        assert_eq!(told(&none, None), (1, 0));
        assert_eq!(told(&none, Some(&none)), (0, 0));
        assert_eq!(told(&broken, Some(&none)), (0, 1));
        assert_eq!(told(&broken, Some(&broken)), (0, 0));
        assert_eq!(told(&well, Some(&broken)), (0, 0));
        assert_eq!(told(&none, Some(&well)), (1, 0));
        assert_eq!(told(&broken, Some(&well)), (0, 1));
    }
}
