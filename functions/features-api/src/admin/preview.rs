//! What a change of the settings would come to, before anybody makes it. Nothing is written.

use std::sync::Arc;

use axum::extract::State;
use limits_flags::edit::{self, EditError};
use limits_flags::history;
use limits_flags::{ApplyError, Change, Plan};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Kind;
use super::edit::losing;
use super::history::RowChange;
use super::single::Single;
use crate::Api;
use crate::auth::Viewer;
use crate::body::{Body, Name, is_name};
use crate::openapi::{Bodies, Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

/// A row as somebody means to write it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Meant {
    /// Its kind and name, or its name alone where it is alone of its kind.
    #[schema(pattern = "^[a-z]+(#[A-Za-z0-9._-]{1,128})?$", example = "flag#new_jobs")]
    row: String,
    /// What is to stand in it; absent if it is to go.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"enabled": false}))]
    body: Option<Map<String, Value>>,
}

/// What a change would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettingsPreview)]
pub(crate) struct Preview {
    /// The settings' version now.
    version: u64,
    /// Row by row; none if they say so already, or if something is wrong.
    changes: Vec<RowChange>,
    /// What is wrong with it. Such a change is refused.
    problems: Vec<Wrong>,
    /// Rows that would go although customers may hold them.
    may_be_held: Vec<String>,
}

/// What is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettingsProblem)]
pub(crate) struct Wrong {
    row: String,
    why: String,
}

/// What writing a row, or taking it away, would come to.
#[utoipa::path(post, path = "/admin/preview", tag = "admin", request_body = Meant,
    responses((status = 200, description = "It, or what is wrong with it", body = Preview), Bodies, NotThere, Denials))]
pub(crate) async fn preview_row(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Body(meant): Body<Meant>,
) -> Result<Json<Preview>, Refusal> {
    if !is_row(&meant.row) {
        return Err(Refusal::Senseless {
            detail: "there are no such settings; a row is called as flag#new_jobs".to_owned(),
            pointer: Some("/row".to_owned()),
        });
    }
    let body = meant.body.map(|body| Value::Object(body).to_string());
    let planned = edit::preview(&api.office, &meant.row, body.as_deref()).await;
    shown(&api, planned.map_err(unlisted)).await
}

/// What going back to a version would come to.
#[utoipa::path(get, path = "/admin/rollback/{version}", tag = "admin",
    params(("version" = String, Path, description = "The version", pattern = "^[0-9]{1,15}$")),
    responses((status = 200, description = "It, or what is wrong with it", body = Preview),
        (status = 422, description = "There is no such version", body = crate::problem::Problem,
         content_type = "application/problem+json"), NotThere, Denials))]
pub(crate) async fn preview_rollback(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Name(version): Name,
) -> Result<Json<Preview>, Refusal> {
    let none = |_| Refusal::NotFound(format!("`{version}` is no version"));
    let version: u64 = version.parse().map_err(none)?;
    let planned = match history::rollback(&api.office, version).await {
        Ok(plan) => Ok(plan),
        Err(history::HistoryError::Apply(ApplyError::Problems(found))) => Err(Kept::Problems(found)),
        Err(error) => return Err(error.into()),
    };
    shown(&api, planned).await
}

/// Why there is no plan.
enum Kept {
    /// The rows would not go together.
    Problems(Vec<limits_flags::Problem>),
    /// Something else.
    Refused(Refusal),
}

fn unlisted(error: EditError) -> Kept {
    match error {
        EditError::Apply(ApplyError::Problems(found)) => Kept::Problems(found),
        other => Kept::Refused(other.into()),
    }
}

async fn shown(api: &Api, planned: Result<Plan, Kept>) -> Result<Json<Preview>, Refusal> {
    let mut plan = match planned {
        Ok(plan) => plan,
        Err(Kept::Refused(refusal)) => return Err(refusal),
        Err(Kept::Problems(found)) => {
            let wrong = |problem: limits_flags::Problem| Wrong {
                row: problem.row,
                why: problem.why,
            };
            let version = api.settings.fresh(api.now()).await?.version;
            return Ok(Json(Preview {
                version,
                changes: Vec::new(),
                problems: found.into_iter().map(wrong).collect(),
                may_be_held: Vec::new(),
            }));
        }
    };
    let may_be_held = match plan.settle(&api.office, losing(false), api.now()).await {
        Err(ApplyError::MayBeHeld(rows)) => rows,
        other => other.map(|()| Vec::new())?,
    };
    let changes: Vec<Change> = plan.changes;
    Ok(Json(Preview {
        version: plan.version,
        changes: changes.into_iter().map(RowChange::of).collect(),
        problems: Vec::new(),
        may_be_held,
    }))
}

/// Whether a text names a row of the settings.
fn is_row(text: &str) -> bool {
    match text.split_once('#') {
        Some((kind, name)) => is_name(name) && Kind::ALL.iter().any(|known| known.word() == kind),
        None => Single::ALL.iter().any(|single| single.sort() == text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_of_the_settings() {
        for known in ["flag#new_jobs", "model#kling-3.0", "rules", "moderation"] {
            assert!(is_row(known), "{known}");
        }
        for other in ["version", "flag#", "admin#7", "key#x", "flags#x", "rules#x", ""] {
            assert!(!is_row(other), "{other}");
        }
    }
}
