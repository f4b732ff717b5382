//! What an operator gives a customer and takes away: a tier, a plan, add-ons, an override, roles, a country.
//!
//! One transaction changes the account, if its standing is still the one that was read, writes the audit's row, and keeps
//! the list of overrides by feature: one small row for each, in a partition of the settings' table that no snapshot loads.

mod checks;
mod overrides;

use std::collections::BTreeSet;

use domain::id::UserId;
use domain::moderation::Strikes;
use domain::standing::{Held, Override, Standing};
use domain::time::Timestamp;
use serde_json::{Map, Value, json};
use table::{Condition, Deadline, Error, Item, Malformed, Token, Write, n};

use crate::apply::ApplyError;
use crate::audit::{Action, Entry};
use crate::edit::EditError;
use crate::office::{By, Office};
use crate::standing;

use checks::check_end;
pub(crate) use checks::{Basis, check};
pub use overrides::{Listed, overrides};

/// How often a change is made again because others were faster.
const TRIES_MAX: u32 = 8;
/// Overrides, add-ons and roles that one account may have, each: every update of the customer reads them.
pub const MEMBERS_MAX: usize = 64;
/// Bytes of an override's body.
pub const BODY_BYTES_MAX: usize = 2048;
/// Bytes of a role's name.
const ROLE_BYTES_MAX: usize = 64;

/// A change of a customer's standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The tier, or none.
    Tier(Option<Held>),
    /// The plan, or none.
    Plan(Option<Held>),
    /// An add-on, for ever or until a time.
    AddAddon(Held),
    /// An add-on no more.
    RemoveAddon(String),
    /// A feature settled for this customer alone. The feature, the body, until when; why is the change's own reason.
    SetOverride {
        /// Which feature.
        feature: String,
        /// What is settled, as JSON in the form that a tier's row has for a feature.
        body: String,
        /// The first moment at which it holds no more.
        until: Option<Timestamp>,
    },
    /// A feature no longer settled for this customer alone.
    ClearOverride(String),
    /// A role that rules may ask for.
    AddRole(String),
    /// A role no more.
    RemoveRole(String),
    /// The country, as ISO 3166-1 alpha-2 in capitals, or none.
    Country(Option<String>),
    /// What was refused of the customer's orders is forgotten, and new ones are taken.
    ClearStrikes,
    /// No new orders are taken of the customer until then, whatever was refused of them before. [`Change::ClearStrikes`] takes
    /// it back.
    Suspend(Timestamp),
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What stood there.
    pub before: Standing,
    /// What stands there now; the same if nothing had to be written.
    pub after: Standing,
}

/// Why a customer's standing cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// Nobody of that number has an account.
    #[error("user {0} has no account; it opens with the first /start")]
    NoAccount(UserId),
    /// There is no such tier, plan, add-on or feature.
    #[error(transparent)]
    Unknown(EditError),
    /// It cannot be meant.
    #[error("{0}")]
    Refused(String),
    /// Others went on changing the same account.
    #[error("others are changing the same account; try again")]
    Busy,
    /// The tables failed.
    #[error("the tables failed")]
    Table(#[from] Error),
}

impl From<Malformed> for GrantError {
    fn from(error: Malformed) -> Self {
        Self::Table(error.into())
    }
}

impl From<EditError> for GrantError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Apply(ApplyError::Table(error)) => Self::Table(error),
            other => Self::Unknown(other),
        }
    }
}

/// Changes a customer's standing, with its audit row, in one transaction. What is given must be known to the settings; a
/// plan that lasts so many days ends after them, unless somebody says when.
pub async fn change(
    office: &Office,
    user: UserId,
    change: &Change,
    by: &By,
    deadline: Deadline,
) -> Result<Changed, GrantError> {
    for _ in 0..TRIES_MAX {
        let basis = check(office, change).await?;
        let ended = basis.as_ref().map(|basis| basis.ended(change, by.at));
        let change = ended.as_ref().unwrap_or(change);
        let before = read(office, user).await?;
        if let Some(after) = change_on(basis, office, user, &before, change, by, deadline).await? {
            return Ok(Changed { before, after });
        }
    }
    Err(GrantError::Busy)
}

/// Changes a customer's standing if it still is the one that was read; `None` if it is not. Whether what is given is known
/// is not asked here.
pub async fn change_from(
    office: &Office,
    user: UserId,
    before: &Standing,
    change: &Change,
    by: &By,
    deadline: Deadline,
) -> Result<Option<Standing>, GrantError> {
    change_on(None, office, user, before, change, by, deadline).await
}

/// The same, if what it is given from stands as it was read, too.
async fn change_on(
    basis: Option<Basis>,
    office: &Office,
    user: UserId,
    before: &Standing,
    change: &Change,
    by: &By,
    deadline: Deadline,
) -> Result<Option<Standing>, GrantError> {
    check_end(change, by.at)?;
    let after = applied(before, change, by)?;
    if after == *before {
        return Ok(Some(after));
    }
    let action = change.action();
    let turn = Turn {
        office,
        user,
        by,
        before,
        after: &after,
        action,
        basis,
    };
    let token = Token::of(&turn.mark());
    match office.db.transact(&token, turn.writes(), deadline).await {
        Ok(()) => Ok(Some(after)),
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A customer's standing as it stands.
pub async fn read(office: &Office, user: UserId) -> Result<Standing, GrantError> {
    let item = office.db.get(&office.accounts, account_key(user), true).await?;
    let item = item.ok_or(GrantError::NoAccount(user))?;
    Ok(standing::read(&item)?)
}

impl Change {
    fn action(&self) -> Action {
        match self {
            Self::Tier(None)
            | Self::Plan(None)
            | Self::RemoveAddon(_)
            | Self::ClearOverride(_)
            | Self::RemoveRole(_)
            | Self::Country(None)
            | Self::Suspend(_) => Action::Revoke,
            _ => Action::Grant,
        }
    }
}

/// A standing after a change.
pub(crate) fn applied(before: &Standing, change: &Change, by: &By) -> Result<Standing, GrantError> {
    let mut after = before.clone();
    match change {
        Change::Tier(held) => after.tier.clone_from(held),
        Change::Plan(held) if *held != before.plan => {
            after.plan.clone_from(held);
            after.plan_grace = None;
            let key = |held: &Option<Held>| held.as_ref().map(|held| held.key.clone());
            if key(held) != key(&before.plan) {
                after.exchanged.clear();
            }
        }
        Change::Plan(_) => {}
        Change::AddAddon(held) => {
            after.addons.insert(held.key.clone(), held.until);
        }
        Change::RemoveAddon(key) => {
            after.addons.remove(key);
        }
        Change::SetOverride { feature, body, until } => {
            let (body, until, why) = (body.clone(), *until, by.why.clone());
            after
                .overrides
                .insert(feature.clone(), Override { body, until, why });
        }
        Change::ClearOverride(feature) => {
            after.overrides.remove(feature);
        }
        Change::AddRole(role) => {
            after.roles.insert(role.clone());
        }
        Change::RemoveRole(role) => {
            after.roles.remove(role);
        }
        Change::Country(country) => after.country.clone_from(country),
        Change::ClearStrikes => after.strikes = Strikes::default(),
        Change::Suspend(until) => after.strikes = Strikes::suspended(*until),
    }
    if after == *before {
        return Ok(after);
    }
    after.revision = before.revision.saturating_add(1);
    forget_what_is_over(&mut after, by.at);
    let most = [after.addons.len(), after.overrides.len(), after.roles.len()];
    if most.into_iter().any(|members| members > MEMBERS_MAX) {
        let why = format!("an account takes {MEMBERS_MAX} overrides, add-ons and roles each");
        return Err(GrantError::Refused(why));
    }
    Ok(after)
}

/// Where there is no more room, what has run out goes. Before that it stays, so that `explain` can say what ran out.
fn forget_what_is_over(standing: &mut Standing, now: Timestamp) {
    let holds = |until: Option<Timestamp>| until.is_none_or(|until| now < until);
    if standing.addons.len() > MEMBERS_MAX {
        standing.addons.retain(|_, until| holds(*until));
    }
    if standing.overrides.len() > MEMBERS_MAX {
        standing.overrides.retain(|_, settled| holds(settled.until));
    }
}

/// One change of one account, to be written.
pub(crate) struct Turn<'a> {
    pub(crate) office: &'a Office,
    pub(crate) user: UserId,
    pub(crate) by: &'a By,
    pub(crate) before: &'a Standing,
    pub(crate) after: &'a Standing,
    pub(crate) action: Action,
    /// What is given from, if it must still stand as it was read.
    pub(crate) basis: Option<Basis>,
}

impl Turn<'_> {
    /// What tells this change from every other.
    pub(crate) fn mark(&self) -> String {
        let (user, by, before, after) = (self.user, self.by, self.before, self.after);
        let basis = &self.basis;
        format!("standing {user} {by:?} {before:?} {after:?} {basis:?}")
    }

    pub(crate) fn writes(&self) -> Vec<Write> {
        let mut writes = vec![self.account(), self.entry().write(&self.office.audit)];
        writes.extend(
            self.basis
                .as_ref()
                .map(|basis| basis.check(&self.office.settings)),
        );
        let before: BTreeSet<&String> = self.before.overrides.keys().collect();
        let after: BTreeSet<&String> = self.after.overrides.keys().collect();
        for feature in before.union(&after) {
            let settled = self.after.overrides.get(*feature);
            if settled != self.before.overrides.get(*feature) {
                writes.push(overrides::listing(self, feature, settled));
            }
        }
        writes
    }

    fn account(&self) -> Write {
        let revision = |standing: &Standing| n(i64::try_from(standing.revision).unwrap_or(i64::MAX));
        let unchanged = match self.before.revision {
            0 => Condition::AbsentOrEquals(standing::REVISION, n(0)),
            _ => Condition::Equals(standing::REVISION, revision(self.before)),
        };
        Write::update("standing", &self.office.accounts, account_key(self.user))
            .when(Condition::Exists("user_id"))
            .when(unchanged)
            .set(standing::ATTRIBUTE, standing::map(self.after))
            .set(standing::REVISION, revision(self.after))
    }

    fn entry(&self) -> Entry {
        let (old, new) = (told(self.before), told(self.after));
        let differing = |of: &Map<String, Value>, other: &Map<String, Value>| {
            let own = of.iter().filter(|(name, value)| other.get(*name) != Some(*value));
            let own: Map<String, Value> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
            (!own.is_empty()).then(|| Value::Object(own).to_string())
        };
        Entry {
            entity: format!("user#{}", self.user),
            action: self.action,
            old: differing(&old, &new),
            new: differing(&new, &old),
            by: self.by.clone(),
            version: self.after.revision,
            note: None,
        }
    }
}

/// A standing as flat JSON, one member for each thing that an operator changes: `tier`, `addons.hd`, `overrides.chat`.
pub fn told(standing: &Standing) -> Map<String, Value> {
    let mut told = Map::new();
    let held = |held: &Held| json!({"key": held.key, "until_ms": held.until.map(|until| until.0)});
    let single = [("tier", &standing.tier), ("plan", &standing.plan)];
    let single = single
        .into_iter()
        .filter_map(|(name, value)| Some((name, held(value.as_ref()?))));
    told.extend(single.map(|(name, value)| (name.to_owned(), value)));
    if let Some(grace) = standing.plan_grace {
        told.insert("plan_grace".to_owned(), json!({"until_ms": grace.0}));
    }
    for (key, until) in &standing.addons {
        told.insert(
            format!("addons.{key}"),
            json!({"until_ms": until.map(|until| until.0)}),
        );
    }
    for (feature, settled) in &standing.overrides {
        let body: Value = serde_json::from_str(&settled.body).unwrap_or_else(|_| json!(settled.body));
        let until = settled.until.map(|until| until.0);
        told.insert(
            format!("overrides.{feature}"),
            json!({"value": body, "until_ms": until, "why": settled.why}),
        );
    }
    told.extend(
        standing
            .roles
            .iter()
            .map(|role| (format!("roles.{role}"), json!(true))),
    );
    if let Some(country) = &standing.country {
        told.insert("country".to_owned(), json!(country));
    }
    if !standing.strikes.is_empty() {
        let until = standing.strikes.until.map(|until| until.0);
        told.insert(
            "strikes".to_owned(),
            json!({"value": standing.strikes.marks.len(), "until_ms": until}),
        );
    }
    told
}

fn account_key(user: UserId) -> Item {
    Item::from([("user_id".to_owned(), n(user.0))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_the_renewal_of_a_plan_that_an_operator_has_changed() {
        let by = By::new("anna", "ticket-17", Timestamp(1)).unwrap();
        let held = |key: &str| {
            Some(Held {
                key: key.to_owned(),
                until: Some(Timestamp(5)),
            })
        };
        let before = Standing {
            plan: held("month"),
            plan_grace: Some(Timestamp(8)),
            ..Standing::default()
        };
        let grace = |change| applied(&before, &Change::Plan(change), &by).unwrap().plan_grace;
        assert_eq!(grace(held("month")), Some(Timestamp(8)), "nothing has changed");
        assert_eq!((grace(held("day")), grace(None)), (None, None));
    }
}
