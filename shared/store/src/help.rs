//! Questions to the operator: who is about to ask one, and how many anybody has asked in a day.

use domain::id::UserId;
use domain::time::{Millis, Timestamp};
use table::{Condition, Deadline, Write, n};

use crate::error::Error;
use crate::{Store, rows};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// How long a count is kept: the day that it is of, and another.
const KEPT: Millis = Millis::from_mins(2 * 24 * 60);

impl Store {
    /// Notes until when what the customer writes is a question to the operator; `None` if it is none.
    pub async fn set_asking(
        &self,
        user: UserId,
        until: Option<Timestamp>,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let write = Write::update("account", &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .set_or_remove("asking_until", until.map(|until| n(until.0)));
        match self.db.write(write, deadline).await {
            Ok(()) | Err(table::Error::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes one of so many turns that a customer has in a day (UTC) to tell the operator something of a kind; `false` if
    /// there is none left.
    pub async fn take_turn(
        &self,
        user: UserId,
        kind: &str,
        max: u32,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let write = self
            .turn(user, kind, now)
            .when(Condition::AbsentOrLess("used", n(max)))
            .increase("used", 1)
            .set("expires_at", n(now.after(KEPT).seconds()))
            .set("schema", n(rows::SCHEMA));
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(true),
            Err(table::Error::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a turn back that was taken in the same moment and came to nothing.
    pub async fn give_turn_back(
        &self,
        user: UserId,
        kind: &str,
        taken: Timestamp,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let write = self.turn(user, kind, taken).increase("used", -1);
        Ok(self.db.write(write, deadline).await?)
    }

    fn turn(&self, user: UserId, kind: &str, now: Timestamp) -> Write {
        let day = now.0.div_euclid(DAY_MS);
        let key = rows::note_key(format!("turn#{day}#{kind}#{user}"));
        Write::update("turn", &self.tables.usage, key)
    }
}
