//! Changing rows of the settings: the whole document is looked at, and nothing is written that does not go together.

use std::sync::Arc;

use axum::extract::State;
use limits_flags::edit::{self, Edited};
use limits_flags::holders::Losing;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use table::Deadline;
use utoipa::{IntoParams, ToSchema};

use super::rows::{Named, tag};
use crate::Api;
use crate::auth::{Editor, Operator};
use crate::body::{Asked, Body, Until};
use crate::openapi::{Bodies, Contended, Denials, NotThere, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// A row as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRow {
    /// What is to stand in it, as in the operator's file.
    #[schema(value_type = Object, example = json!({"enabled": false}))]
    row: Map<String, Value>,
    /// What stood there when it was read, `null` if nothing did: if something else stands there by now, nothing is written
    /// (409). Without it, the row is written whatever stands there.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    was: Was,
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// What stood in a row when somebody read it.
#[derive(Debug, Default)]
enum Was {
    /// Nobody says; it does not matter.
    #[default]
    Unsaid,
    /// There was no such row.
    Nothing,
    /// This.
    Said(Map<String, Value>),
}

impl<'de> Deserialize<'de> for Was {
    fn deserialize<D: Deserializer<'de>>(member: D) -> Result<Self, D::Error> {
        let said = Option::deserialize(member)?;
        Ok(said.map_or(Self::Nothing, Self::Said))
    }
}

/// Why a row is taken away, and from whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deletion {
    /// A tier, a plan or an add-on goes even if customers hold it: they lose it. Without this, such a row is not deleted; to
    /// take it from nobody, write it with `is_withdrawn: true`.
    #[serde(default)]
    #[param(required = false)]
    holders_lose_it: bool,
    /// The row's `tag` when it was read: if something else stands there by now, nothing is deleted (409). Without it, the row
    /// goes whatever stands there.
    #[param(pattern = "^[0-9a-f]{32}$", required = false)]
    was: Option<String>,
    /// Why, for the audit.
    #[serde(default)]
    #[param(max_length = 2000, required = false)]
    reason: String,
}

/// What became of a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Written {
    /// The settings' version that stands now.
    version: u64,
    /// The rows that were changed; none if they said so already.
    changed: Vec<String>,
}

impl From<Edited> for Written {
    fn from(edited: Edited) -> Self {
        Self {
            version: edited.version,
            changed: edited.changes.into_iter().map(|change| change.row).collect(),
        }
    }
}

/// Writes one row.
#[utoipa::path(put, path = "/admin/settings/{kind}/{key}", tag = "admin", request_body = NewRow,
    params(("kind" = super::Kind, Path, description = "Which rows"),
        ("key" = String, Path, description = "The row's name", pattern = "^[A-Za-z0-9._-]{1,128}$")),
    responses((status = 200, description = "It stands", body = Written), Bodies, NotThere, Contended, Denials))]
pub(crate) async fn put_row(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Named(kind, key): Named,
    Until(deadline): Until,
    Body(new): Body<NewRow>,
) -> Result<Json<Written>, Refusal> {
    let row = kind.sort(&key);
    write_row(&api, &operator, &row, new, deadline).await.map(Json)
}

/// Writes a row, if it is still as it was read.
pub(super) async fn write_row(
    api: &Api,
    operator: &Operator,
    row: &str,
    new: NewRow,
    deadline: Deadline,
) -> Result<Written, Refusal> {
    let by = api.by(operator, &new.reason)?;
    let body = Value::Object(new.row).to_string();
    let was = match new.was {
        Was::Unsaid => {
            let edited = edit::put(&api.office, row, &body, &by, deadline).await?;
            return Ok(edited.into());
        }
        Was::Nothing => None,
        Was::Said(was) => Some(Value::Object(was)),
    };
    let edited = edit::put_over(&api.office, row, was.as_ref(), &body, &by, deadline).await?;
    Ok(edited.into())
}

/// Takes one row away.
#[utoipa::path(delete, path = "/admin/settings/{kind}/{key}", tag = "admin",
    params(("kind" = super::Kind, Path, description = "Which rows"),
        ("key" = String, Path, description = "The row's name", pattern = "^[A-Za-z0-9._-]{1,128}$"), Deletion),
    responses((status = 200, description = "It is gone", body = Written),
        (status = 422, description = "Something else needs it", body = crate::problem::Problem, content_type = "application/problem+json"),
        Unreadable, NotThere, Contended, Denials))]
pub(crate) async fn delete_row(
    State(api): State<Arc<Api>>,
    Editor(operator): Editor,
    Named(kind, key): Named,
    Until(deadline): Until,
    Asked(deletion): Asked<Deletion>,
) -> Result<Json<Written>, Refusal> {
    let by = api.by(&operator, &deletion.reason)?;
    let row = kind.sort(&key);
    let losing = losing(deletion.holders_lose_it);
    let as_read = |body: &str| deletion.was.as_ref().is_none_or(|was| *was == tag(body));
    let edited = edit::delete_over(&api.office, &row, as_read, losing, &by, deadline).await?;
    Ok(Json(edited.into()))
}

/// What becomes of those who hold what goes. Who they are stands on the accounts, all of which nobody reads here.
pub(super) fn losing(holders_lose_it: bool) -> Losing {
    if holders_lose_it {
        Losing::AcceptedUnseen
    } else {
        Losing::RefusedUnseen
    }
}
