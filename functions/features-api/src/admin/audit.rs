//! Who changed what.

use std::sync::Arc;

use axum::extract::{Path, State};
use domain::time::Timestamp;
use limits_flags::By;
use limits_flags::audit::{self, Entry, Of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::history::json;
use super::{limit, no_cursor};
use crate::Api;
use crate::auth::Viewer;
use crate::body::Asked;
use crate::openapi::{Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// Which day, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfDay {
    /// A day in UTC; today without.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-22")]
    day: Option<String>,
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9]{13}-[!-~]{1,256}@[0-9]{1,15}$")]
    cursor: Option<String>,
}

/// Which part of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pages {
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9]{13}-[!-~]{1,256}@[0-9]{1,15}$")]
    cursor: Option<String>,
}

/// Changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changes {
    /// The latest first.
    entries: Vec<Changed>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct Changed {
    /// What changed.
    entity: String,
    /// What was done: `create`, `update`, `delete`, `grant` …
    action: &'static str,
    /// What stood there; absent if nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    old: Option<Value>,
    /// What stands there since; absent if nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    new: Option<Value>,
    #[serde(flatten)]
    by: Author,
    /// Which version of the entity this made.
    version: u64,
    /// What came with it: who lost something by it, or that it had been changed outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Who, why, when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Author {
    /// Who.
    who: String,
    /// Why.
    reason: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

impl Author {
    pub(super) fn of(by: By) -> Self {
        Self {
            at: by.at.rfc3339().unwrap_or_default(),
            who: by.who,
            reason: by.why,
        }
    }
}

/// Changes of a day, the latest first.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", params(OfDay),
    responses((status = 200, description = "A page of changes", body = Changes), Unreadable, Denials))]
pub(crate) async fn changes_of_day(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(asked): Asked<OfDay>,
) -> Result<Json<Changes>, Refusal> {
    let day = asked.day.unwrap_or_else(|| audit::day(api.now()));
    if !is_day(&day) {
        return Err(Refusal::Malformed("`day` is a day such as 2026-11-22".to_owned()));
    }
    // The latest come first: what a cursor of a later day precedes is the whole day, and of an earlier one, nothing.
    let cursor = asked
        .cursor
        .map(|cursor| Ok::<_, Refusal>((day_of(&cursor)?, cursor)));
    let cursor = match cursor.transpose()? {
        Some((other, _)) if other < day => return Ok(Json(Changes::none())),
        Some((other, cursor)) if other == day => Some(cursor),
        _ => None,
    };
    list(&api, &Of::Day(day), asked.limit, cursor).await
}

/// Changes of an entity, the latest first.
#[utoipa::path(get, path = "/admin/audit/entities/{entity}", tag = "admin",
    params(("entity" = String, Path, description = "What changed", pattern = "^[A-Za-z0-9._#-]{1,256}$", example = "flag#new_jobs"), Pages),
    responses((status = 200, description = "A page of changes", body = Changes), NotThere, Unreadable, Denials))]
pub(crate) async fn changes_of_entity(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Path(entity): Path<String>,
    Asked(pages): Asked<Pages>,
) -> Result<Json<Changes>, Refusal> {
    let of = Of::Entity(named(entity)?);
    list(&api, &of, pages.limit, checked(pages.cursor)?).await
}

/// Changes that somebody made, the latest first.
#[utoipa::path(get, path = "/admin/audit/people/{who}", tag = "admin",
    params(("who" = String, Path, description = "Who changed it", pattern = "^[A-Za-z0-9._#-]{1,256}$", example = "user#700001"), Pages),
    responses((status = 200, description = "A page of changes", body = Changes), NotThere, Unreadable, Denials))]
pub(crate) async fn changes_by_person(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Path(who): Path<String>,
    Asked(pages): Asked<Pages>,
) -> Result<Json<Changes>, Refusal> {
    let of = Of::Person(named(who)?);
    list(&api, &of, pages.limit, checked(pages.cursor)?).await
}

async fn list(
    api: &Api,
    of: &Of,
    asked: Option<u32>,
    cursor: Option<String>,
) -> Result<Json<Changes>, Refusal> {
    let page = audit::list(&api.office, of, limit(asked)?, cursor.as_deref()).await?;
    Ok(Json(Changes {
        entries: page.entries.into_iter().map(Changed::of).collect(),
        next: page.next,
    }))
}

/// A name of an entity or a person.
fn named(name: String) -> Result<String, Refusal> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._#-".contains(&byte);
    let fits = (1..=256).contains(&name.len()) && name.bytes().all(letter);
    let unknown = || Refusal::NotFound("nothing and nobody is called so".to_owned());
    fits.then_some(name).ok_or_else(unknown)
}

fn is_day(day: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    day.len() == 10 && day.bytes().enumerate().all(fits)
}

/// The cursor, if it has the form of an id.
fn checked(cursor: Option<String>) -> Result<Option<String>, Refusal> {
    cursor.as_deref().map(day_of).transpose()?;
    Ok(cursor)
}

/// The day of the entry that a cursor names.
fn day_of(cursor: &str) -> Result<String, Refusal> {
    let (at, rest) = cursor.split_once('-').ok_or_else(no_cursor)?;
    let (entity, version) = rest.rsplit_once('@').ok_or_else(no_cursor)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = at.len() == 13
        && digits(at)
        && (1..=15).contains(&version.len())
        && digits(version)
        && (1..=256).contains(&entity.len())
        && entity.bytes().all(|byte| byte.is_ascii_graphic());
    let at = at.parse().ok().filter(|_| is_id).ok_or_else(no_cursor)?;
    Ok(audit::day(Timestamp(at)))
}

impl Changes {
    fn none() -> Self {
        Self {
            entries: Vec::new(),
            next: None,
        }
    }
}

impl Changed {
    fn of(entry: Entry) -> Self {
        Self {
            entity: entry.entity,
            action: entry.action.as_str(),
            old: entry.old.map(json),
            new: entry.new.map(json),
            by: Author::of(entry.by),
            version: entry.version,
            note: entry.note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_has_the_form_of_an_id() {
        assert_eq!(day_of("1795305599999-flag#new_jobs@7").unwrap(), "2026-11-21");
        for other in [
            "",
            "1",
            "1795305599999-flag",
            "x-flag@1",
            "12-flag@1",
            "+795305599999-f@1",
            "1795305599999-@1",
            "1795305599999-f@",
            "1795305599999-f f@1",
        ] {
            assert!(day_of(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_day_is_written_as_one() {
        assert!(is_day("2026-11-22"));
        assert!(!is_day("2026-1-22") && !is_day("yesterday!") && !is_day(""));
    }
}
