//! What a stream of changes reads every two seconds, and the places of a customer's streams.
//!
//! One `BatchGetItem` of three rows, eventually consistent: half a read unit each (an account is below 4 KB), so 1.5 for a
//! look and 2,700 for an hour of an open page. The places stand among the counters as a note, which counts nothing.

use domain::id::{Nonce, UserId};
use domain::live::{Marks, Place, Places};
use domain::time::{Millis, Timestamp};
use limits_flags::{VERSION_ATTRIBUTE, version_key};
use table::{Condition, Db, Deadline, Item, Keys, Row, Write, list, n, s};

use crate::error::Error;
use crate::rows;

const PLACES: &str = "streams";
const REVISION: &str = "revision";
const TAKEN: &str = "taken";
/// How often it is tried to take a place while others of the same customer do.
const TRIES_MAX: u32 = 4;
/// How long a row of places is kept after its last stream.
const KEPT: Millis = Millis::from_mins(60);

/// What a look saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What tells whether something has changed.
    pub marks: Marks,
    /// The customer's streams.
    pub places: Places,
}

/// The tables, as a stream sees them.
#[derive(Clone, Debug)]
pub struct Live {
    db: Db,
    accounts: String,
    usage: String,
    settings: String,
}

impl Live {
    /// Over the tables of accounts, of counters, and of settings.
    pub fn new(db: Db, accounts: String, usage: String, settings: String) -> Self {
        Self {
            db,
            accounts,
            usage,
            settings,
        }
    }

    /// Reads what a stream goes by, a moment old perhaps.
    pub async fn look(&self, user: UserId) -> Result<Look, Error> {
        let wanted = [
            (&self.accounts, rows::account_key(user)),
            (&self.usage, places_key(user)),
            (&self.settings, version_key()),
        ];
        let wanted = wanted.map(|(table, key)| Keys {
            table: table.clone(),
            keys: vec![key],
            consistent: false,
        });
        let found = self.db.batch_get(wanted.into()).await?;
        let item = |table: &str| found.get(table).and_then(|items| items.first());
        let account = item(&self.accounts).map(rows::read_account).transpose()?;
        let version = item(&self.settings).and_then(|item| Row(item).n(VERSION_ATTRIBUTE).ok());
        Ok(Look {
            marks: Marks::of(version.unwrap_or(0), account.as_ref()),
            places: item(&self.usage).map_or_else(Places::default, read_places),
        })
    }

    /// Takes a place, if need be that of whoever came first; gives the places with it, by which it is known later whether
    /// it was lost. `seen` may be old: what holds is decided on the row as it is.
    pub async fn enter(
        &self,
        user: UserId,
        seen: Places,
        place: &Place,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Places, Error> {
        let mut seen = seen;
        for _ in 0..TRIES_MAX {
            let next = seen.entered(place.clone(), now);
            match self.write(user, &seen, &next, deadline).await? {
                None => return Ok(next),
                Some(stands) => seen = stands,
            }
        }
        Err(Error::Table(table::Error::Conflict))
    }

    /// Frees a place, if it is still held.
    pub async fn leave(
        &self,
        user: UserId,
        seen: Places,
        stream: &Nonce,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let mut seen = seen;
        for _ in 0..TRIES_MAX {
            let Some(next) = seen.left(stream) else {
                return Ok(());
            };
            match self.write(user, &seen, &next, deadline).await? {
                None => return Ok(()),
                Some(stands) => seen = stands,
            }
        }
        Err(Error::Table(table::Error::Conflict))
    }

    /// Writes the places if they are still as they were seen; else gives them as they are.
    async fn write(
        &self,
        user: UserId,
        seen: &Places,
        next: &Places,
        deadline: Deadline,
    ) -> Result<Option<Places>, Error> {
        let revision = |places: &Places| n(i64::try_from(places.revision).unwrap_or(i64::MAX));
        let last = next.taken.iter().map(|place| place.until).max();
        let taken = next
            .taken
            .iter()
            .map(|place| s(format!("{} {}", place.stream.as_str(), place.until.0)));
        let write = Write::update(PLACES, &self.usage, places_key(user))
            .when(Condition::AbsentOrEquals(REVISION, revision(seen)))
            .set(REVISION, revision(next))
            .set(TAKEN, list(taken))
            .set("expires_at", n(last.unwrap_or_default().after(KEPT).seconds()))
            .set("schema", n(rows::SCHEMA));
        let Err(error) = self.db.write(write, deadline).await else {
            return Ok(None);
        };
        let Some(refused) = error.refused(PLACES) else {
            return Err(error.into());
        };
        let stands = refused.item.as_ref();
        Ok(Some(stands.map_or_else(Places::default, read_places)))
    }
}

fn places_key(user: UserId) -> Item {
    rows::note_key(format!("{PLACES}#{user}"))
}

/// What cannot be read is no place: a stream more or less is no harm.
fn read_places(item: &Item) -> Places {
    let row = Row(item);
    let place = |text: &str| {
        let (stream, until) = text.split_once(' ')?;
        Some(Place {
            stream: Nonce::parse(stream)?,
            until: Timestamp(until.parse().ok()?),
        })
    };
    let taken = row.list(TAKEN).iter();
    let taken = taken.filter_map(|value| place(value.as_s().ok()?)).collect();
    Places {
        revision: row.n_or_zero(REVISION).unwrap_or(0),
        taken,
    }
}
