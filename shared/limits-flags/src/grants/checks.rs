//! What may be said in a change of a customer's standing.

use domain::standing::Held;
use domain::time::{Millis, Timestamp};
use serde_json::Value;
use table::{Condition, Write, s};

use super::{BODY_BYTES_MAX, Change, GrantError, ROLE_BYTES_MAX};
use crate::document::PlanRow;
use crate::edit::{EditError, examine};
use crate::features::{Given, Registry};
use crate::office::Office;
use crate::problems::idle_limits;
use crate::rows::{self, Stored};

/// The row that something is given from. Whoever deletes or withdraws it counts its holders first, so nobody may become one
/// on what stood there a moment ago.
#[derive(Debug)]
pub(crate) struct Basis {
    row: String,
    body: String,
}

impl Basis {
    /// The row still says what it said.
    pub(super) fn check(&self, settings: &str) -> Write {
        let same = Condition::Equals("body", s(self.body.clone()));
        Write::check("basis", settings, rows::key(&self.row)).when(same)
    }

    /// The change with the end that its plan has by itself, where nobody says another.
    pub(super) fn ended(&self, change: &Change, now: Timestamp) -> Change {
        let Change::Plan(Some(Held { key, until: None })) = change else {
            return change.clone();
        };
        let row = serde_json::from_str::<PlanRow>(&self.body).ok();
        let days = row.and_then(|row| row.days);
        let until = days.map(|days| now.after(Millis::from_mins(i64::from(days).saturating_mul(24 * 60))));
        Change::Plan(Some(Held {
            key: key.clone(),
            until,
        }))
    }
}

/// What is said in a change that a customer's standing can hold, and that the settings know: the row of what is given.
pub(crate) async fn check(office: &Office, change: &Change) -> Result<Option<Basis>, GrantError> {
    let row = match change {
        Change::Tier(Some(held)) => format!("tier#{}", held.key),
        Change::Plan(Some(held)) => format!("plan#{}", held.key),
        Change::AddAddon(held) => format!("addon#{}", held.key),
        Change::SetOverride { feature, .. } => format!("feature#{feature}"),
        Change::AddRole(role) => return check_role(role).map(|()| None),
        Change::Country(Some(country)) => return check_country(country).map(|()| None),
        _ => return Ok(None),
    };
    let stored = Stored::read(&office.db, &office.settings).await?;
    let body = stored.body(&row)?.to_owned();
    match change {
        Change::SetOverride { feature, body, .. } => check_override(office, &stored, feature, body)?,
        _ => check_withdrawn(&row, &body)?,
    }
    Ok(Some(Basis { row, body }))
}

/// Whether it is still given to anybody.
fn check_withdrawn(row: &str, body: &str) -> Result<(), GrantError> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    if body["is_withdrawn"] == true {
        let why = format!("{row} is withdrawn: whoever has it keeps it, and nobody is given it");
        return Err(GrantError::Refused(why));
    }
    Ok(())
}

/// What would have ended before it began takes something away, and says that it gives.
pub(super) fn check_end(change: &Change, now: Timestamp) -> Result<(), GrantError> {
    let until = match change {
        Change::Tier(Some(held)) | Change::Plan(Some(held)) | Change::AddAddon(held) => held.until,
        Change::SetOverride { until, .. } => *until,
        Change::Suspend(until) => Some(*until),
        _ => None,
    };
    if until.is_some_and(|until| until <= now) {
        let why = "until: that is over already; to take it away, use clear, take or remove";
        return Err(GrantError::Refused(why.to_owned()));
    }
    Ok(())
}

/// Whether this may be said of the feature, as a tier might say it.
fn check_override(office: &Office, stored: &Stored, feature: &str, body: &str) -> Result<(), GrantError> {
    if body.len() > BODY_BYTES_MAX {
        let why = format!("an override is JSON of at most {BODY_BYTES_MAX} bytes");
        return Err(GrantError::Refused(why));
    }
    let refused = |why: String| GrantError::Refused(format!("{feature}: {why}"));
    let given: Given = serde_json::from_str(body).map_err(|error| refused(error.to_string()))?;
    let rows = stored
        .rows
        .iter()
        .map(|(row, body)| (row.as_str(), body.as_str()));
    Registry::read(rows).may_say(feature, &given).map_err(refused)?;
    let document = examine(office, &stored.rows).map_err(EditError::Apply)?.0;
    let limits = given.limits.as_deref().unwrap_or_default();
    let idle = document.and_then(|document| idle_limits(&document, feature, "limits", limits));
    idle.map_or(Ok(()), |why| Err(refused(why)))
}

fn check_role(role: &str) -> Result<(), GrantError> {
    let letters = role
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let sound = !role.is_empty() && role.len() <= ROLE_BYTES_MAX && letters;
    let why = || format!("a role is a word of 1 to {ROLE_BYTES_MAX} letters, digits, - _ .");
    sound.then_some(()).ok_or_else(|| GrantError::Refused(why()))
}

fn check_country(country: &str) -> Result<(), GrantError> {
    let sound = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    let why = "a country is two capital letters, as in ISO 3166-1: RU, DE";
    sound
        .then_some(())
        .ok_or_else(|| GrantError::Refused(why.to_owned()))
}
