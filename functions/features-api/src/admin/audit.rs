//! Who changed what.

use std::sync::Arc;

use axum::extract::State;
use limits_flags::By;
use limits_flags::access::Role;
use limits_flags::audit::{self, Entry, Of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::history::json;
use super::{PAGE, PAGE_MAX};
use crate::Api;
use crate::auth::Operator;
use crate::body::Asked;
use crate::features::rfc3339;
use crate::openapi::{Denials, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// Which changes: those of a day, an entity or a person, and today's without any of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// A day in UTC.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", example = "2026-11-22")]
    day: Option<String>,
    /// What changed: `flag#new_jobs`, `user#700001`.
    #[param(min_length = 1, max_length = 256, example = "flag#new_jobs")]
    entity: Option<String>,
    /// Who changed it.
    #[param(min_length = 1, max_length = 200, example = "user#700001")]
    person: Option<String>,
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(max_length = 512)]
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
}

/// Who, why, when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Author {
    /// Who.
    who: String,
    /// Why.
    why: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

impl Author {
    pub(super) fn of(by: By) -> Self {
        Self {
            at: rfc3339(by.at).unwrap_or_default(),
            who: by.who,
            why: by.why,
        }
    }
}

/// Changes of a day, of an entity or by a person, the latest first.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", params(Which),
    responses((status = 200, description = "A page of changes", body = Changes), Unreadable, Denials))]
pub(crate) async fn list_changes(
    State(api): State<Arc<Api>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<Changes>, Refusal> {
    operator.needs(Role::Viewer)?;
    let limit = which.limit.unwrap_or(PAGE);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Refusal::Malformed(format!("`limit` is 1 to {PAGE_MAX}")));
    }
    let of = match (which.day, which.entity, which.person) {
        (day, None, None) => Of::Day(day.unwrap_or_else(|| audit::day(api.now()))),
        (None, Some(entity), None) => Of::Entity(entity),
        (None, None, Some(person)) => Of::Person(person),
        _ => {
            return Err(Refusal::Malformed(
                "say one of `day`, `entity`, `person`".to_owned(),
            ));
        }
    };
    if !is_sensible(&of)
        || which
            .cursor
            .as_deref()
            .is_some_and(|cursor| !follows(cursor, &of))
    {
        return Err(Refusal::Malformed(
            "the query cannot be meant; `cursor` is what `next` was".to_owned(),
        ));
    }
    let page = audit::list(&api.office, &of, limit, which.cursor.as_deref()).await?;
    Ok(Json(Changes {
        entries: page.entries.into_iter().map(Changed::of).collect(),
        next: page.next,
    }))
}

/// Whether there may be entries of it at all.
fn is_sensible(of: &Of) -> bool {
    match of {
        Of::Day(day) => {
            let digits = |place: usize, byte: u8| {
                if place == 4 || place == 7 {
                    byte == b'-'
                } else {
                    byte.is_ascii_digit()
                }
            };
            day.len() == 10 && day.bytes().enumerate().all(|(place, byte)| digits(place, byte))
        }
        Of::Entity(text) => (1..=256).contains(&text.len()),
        Of::Person(text) => (1..=By::WHO_BYTES_MAX).contains(&text.len()),
    }
}

/// Whether a page of it may have ended with this id. DynamoDB would refuse to begin elsewhere.
fn follows(cursor: &str, of: &Of) -> bool {
    let Some((at, rest)) = cursor.split_once('-') else {
        return false;
    };
    let Ok(time) = at.parse::<i64>() else { return false };
    let is_id = at.len() == 13
        && at.bytes().all(|byte| byte.is_ascii_digit())
        && rest.contains('@')
        && cursor.len() <= 512;
    is_id
        && match of {
            Of::Day(day) => audit::day(domain::time::Timestamp(time)) == *day,
            Of::Entity(entity) => rest.rsplit_once('@').is_some_and(|(named, _)| named == entity),
            Of::Person(_) => true,
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_the_same_list_may_have_ended_there() {
        let id = "1795305599999-flag#new_jobs@7";
        let day = |day: &str| follows(id, &Of::Day(day.to_owned()));
        assert!(day("2026-11-21") && !day("2026-11-22"));
        assert!(follows(id, &Of::Entity("flag#new_jobs".to_owned())));
        assert!(!follows(id, &Of::Entity("flag#other".to_owned())));
        for other in [
            "",
            "1",
            "1795305599999-flag",
            "x-flag@1",
            "12-flag@1",
            "+795305599999-f@1",
        ] {
            assert!(!follows(other, &Of::Person("anna".to_owned())), "{other}");
        }
    }

    #[test]
    fn a_day_is_written_as_one() {
        let day = |day: &str| is_sensible(&Of::Day(day.to_owned()));
        assert!(day("2026-11-22"));
        assert!(!day("2026-1-22") && !day("yesterday!") && !day(""));
    }
}
