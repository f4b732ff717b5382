//! What is noted of a customer's standing by what they do themselves: refusals of their orders.

use domain::id::UserId;
use domain::standing::Standing;
use limits_flags::standing;
use table::{Condition, Deadline, Write, n};

use crate::error::Error;
use crate::{Store, rows};

impl Store {
    /// Writes a standing in the place of the one that was read, if that still stands; `false` if another does, or there is
    /// no account.
    pub async fn put_standing(
        &self,
        user: UserId,
        before: &Standing,
        after: &Standing,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let revision = |standing: &Standing| n(rows::number(standing.revision));
        let write = Write::update("standing", &self.tables.accounts, rows::account_key(user))
            .when(Condition::Exists("user_id"))
            .when(Condition::AbsentOrEquals(standing::REVISION, revision(before)))
            .set(standing::ATTRIBUTE, standing::map(after))
            .set(standing::REVISION, revision(after));
        match self.db.write(write, deadline).await {
            Ok(()) => Ok(true),
            Err(table::Error::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
