//! Uses that are counted by themselves, without an order: the use's own row and every counter in one transaction, and in
//! another all of it given back. The row's key makes each happen once.

use domain::limit::{Counted, Reservation};
use domain::time::{Millis, Timestamp};
use domain::uses::{Use, UseId};
use table::{Condition, Deadline, Item, Keys, Token, Write, n, s};

use crate::admission::KEEP_AFTER;
use crate::changes::{label, only_windows};
use crate::error::Error;
use crate::{Store, op, rows};

const USE: &str = "use";
/// The longest time from a use to the end of a window that it is counted in: a month's.
const WINDOW_MAX: Millis = Millis::from_mins(32 * 24 * 60);

/// How much longer than its counters the row of a use is kept: `DynamoDB` deletes what has aged out within two days, in
/// whatever order.
const LONGER: Millis = Millis::from_mins(3 * 24 * 60);

/// What became of a use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Using {
    /// It is counted on every limit.
    Counted,
    /// One of this name was told of before; here it is. Nothing was counted again.
    Before(Box<Use>),
    /// One of the limits has no room any more, or was counted on since it was read: whoever asks reads and decides again.
    Full,
}

/// What became of giving a use back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenBack {
    /// Its counters have it again.
    Now,
    /// It was given back before; here is how it stands. Nothing was given back again.
    Before(Box<Use>),
    /// There is no such use, or it is so old that nothing is known of it any more.
    Unknown,
}

impl Store {
    /// Counts a use on every limit or on none, once for its name. `how` says under what condition on each of the counters
    /// that are noted in the use.
    ///
    /// The row stands for at least 35 days after the last window that it is counted in, and one that is counted as open
    /// until it is given back: so long it is known again, and can be given back.
    pub async fn count_use(
        &self,
        noted: &Use,
        how: &[Reservation],
        deadline: Deadline,
    ) -> Result<Using, Error> {
        let mut writes = vec![self.note_write(noted, how)];
        writes.extend(how.iter().map(|one| self.reserve_write(noted.user, one)));
        let token = Token::of(&format!("use {} {}", noted.id, op::mark()));
        let Err(error) = self.db.transact(&token, writes, deadline).await else {
            return Ok(Using::Counted);
        };
        match (&error, error.refused(USE)) {
            (_, Some(refused)) => Ok(Using::Before(Box::new(there(refused.item.as_ref())?))),
            (table::Error::Refused(_), None) => Ok(Using::Full),
            _ => Err(error.into()),
        }
    }

    /// A use as it stands.
    pub async fn find_use(&self, id: &UseId) -> Result<Option<Use>, Error> {
        let wanted = Keys {
            table: self.tables.usage.clone(),
            keys: vec![rows::use_key(id)],
            consistent: true,
        };
        let mut found = self.db.batch_get(vec![wanted]).await?;
        let items = found.remove(&self.tables.usage).unwrap_or_default();
        Ok(items.first().map(rows::read_use).transpose()?)
    }

    /// A use is over: what it counts as open is free again, once. The rest stays counted, and can still be given back.
    pub async fn end_use(&self, noted: &Use, now: Timestamp, deadline: Deadline) -> Result<(), Error> {
        let is_open = |counted: &&Counted| counted.key.is_open();
        let open: Vec<&Counted> = noted.counted.iter().filter(is_open).collect();
        if open.is_empty() {
            return Ok(());
        }
        let writes = [self.ended_write(noted, now)].into_iter();
        let writes = writes.chain(self.window_writes(noted.user, &open, now));
        let token = Token::of(&format!("end {} {}", noted.id, op::mark()));
        match self.db.transact(&token, writes.collect(), deadline).await {
            Ok(()) => Ok(()),
            // It was over already, or was given back.
            Err(error) if error.refused(USE).is_some() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a use back to the very counters that it came from, once, whatever windows have begun since; where it is over,
    /// to those that are left.
    pub async fn release_use(
        &self,
        noted: &Use,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<GivenBack, Error> {
        match self.release_as_read(noted, now, deadline).await? {
            GivenBack::Before(ended) if ended.still_counts() => {
                self.release_as_read(&ended, now, deadline).await
            }
            other => Ok(other),
        }
    }

    async fn release_as_read(
        &self,
        noted: &Use,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<GivenBack, Error> {
        let counters: Vec<&Counted> = noted.counted.iter().collect();
        match self.give_back(noted, &counters, now, deadline).await {
            // A counter whose row has aged out, or was lost, must not keep the others from having theirs back.
            Err(Error::Table(error)) if only_windows(&error) => {
                let there = counters.into_iter().enumerate();
                let there = there.filter(|(index, _)| error.refused(label(*index)).is_none());
                let there: Vec<&Counted> = there.map(|(_, counted)| counted).collect();
                self.give_back(noted, &there, now, deadline).await
            }
            other => other,
        }
    }

    async fn give_back(
        &self,
        noted: &Use,
        counters: &[&Counted],
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<GivenBack, Error> {
        let mut writes = vec![self.released_write(noted, now)];
        writes.extend(self.window_writes(noted.user, counters, now));
        let token = Token::of(&format!("give back {} {}", noted.id, op::mark()));
        let Err(error) = self.db.transact(&token, writes, deadline).await else {
            return Ok(GivenBack::Now);
        };
        match error.refused(USE) {
            Some(refused) if refused.item.is_none() => Ok(GivenBack::Unknown),
            Some(refused) => Ok(GivenBack::Before(Box::new(there(refused.item.as_ref())?))),
            None => Err(Error::Table(error)),
        }
    }

    /// The use's own row: there is none of its name.
    fn note_write(&self, noted: &Use, how: &[Reservation]) -> Write {
        let write = Write::update(USE, &self.tables.usage, rows::use_key(&noted.id))
            .when(Condition::Absent("state"))
            .set_or_remove("expires_at", forgotten_at(noted, how).map(|at| n(at.seconds())));
        let attributes = rows::use_attributes(noted).into_iter();
        attributes.fold(write, |write, (name, value)| write.set(name, value))
    }

    /// It is counted where it was read to be, and from now on not as open.
    fn ended_write(&self, noted: &Use, now: Timestamp) -> Write {
        let rest = noted.counted.iter().filter(|counted| !counted.key.is_open());
        let forgotten_at = now.after(WINDOW_MAX).after(KEEP_AFTER).after(LONGER);
        Write::update(USE, &self.tables.usage, rows::use_key(&noted.id))
            .when(Condition::Equals("state", s(rows::COUNTED)))
            .when(Condition::Equals(rows::WINDOWS, rows::windows(&noted.counted)))
            .set(rows::WINDOWS, rows::windows(rest))
            .set("expires_at", n(forgotten_at.seconds()))
    }

    fn released_write(&self, noted: &Use, now: Timestamp) -> Write {
        let write = Write::update(USE, &self.tables.usage, rows::use_key(&noted.id))
            .when(Condition::Equals("state", s(rows::COUNTED)))
            .when(Condition::Equals(rows::WINDOWS, rows::windows(&noted.counted)))
            .set("state", s(rows::RELEASED))
            .set("released_at", n(now.0));
        if is_open(noted) {
            write.set("expires_at", n(now.after(KEEP_AFTER).seconds()))
        } else {
            write
        }
    }
}

/// When the row of a use may be forgotten; never by itself while it is counted as open.
fn forgotten_at(noted: &Use, how: &[Reservation]) -> Option<Timestamp> {
    let ends = how.iter().map(|one| one.ends_at).max().unwrap_or(noted.at);
    (!is_open(noted)).then(|| ends.max(noted.at).after(KEEP_AFTER).after(LONGER))
}

/// Whether it is counted among what is open.
fn is_open(noted: &Use) -> bool {
    noted.counted.iter().any(|counted| counted.key.is_open())
}

/// The use that stands where a write was refused.
fn there(item: Option<&Item>) -> Result<Use, Error> {
    let gone = || Error::Unsound {
        what: "a use refuses and is not there".to_owned(),
    };
    Ok(rows::read_use(item.ok_or_else(gone)?)?)
}
