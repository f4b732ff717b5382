//! The settings' versions, and going back to one.

use std::sync::Arc;

use axum::extract::State;
use limits_flags::history;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::audit::Author;
use super::edit::losing;
use super::{limit, no_cursor};
use crate::Api;
use crate::auth::{Owner, Viewer};
use crate::body::{Asked, Body, Until};
use crate::openapi::{Bodies, Contended, Denials, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// Which part of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pages {
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9]{1,15}$")]
    cursor: Option<String>,
}

/// Versions of the settings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Versions {
    /// The latest first.
    versions: Vec<Made>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What one version changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettingsVersion)]
pub(crate) struct Made {
    version: u64,
    /// The version that it brought back, if it was a rollback.
    #[serde(skip_serializing_if = "Option::is_none")]
    restores: Option<u64>,
    #[serde(flatten)]
    by: Author,
    /// Row by row.
    changes: Vec<RowChange>,
}

/// What a version made of one row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowChange {
    /// Its kind and name: `flag#new_jobs`.
    row: String,
    /// What stood there; absent if nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    old: Option<Value>,
    /// What stands there since; absent if nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    new: Option<Value>,
}

/// Which version is to stand again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Back {
    /// The version whose rows are to stand again.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    version: u64,
    /// Tiers, plans and add-ons that there were not then go even if customers hold them: they lose them.
    #[serde(default)]
    holders_lose_it: bool,
    /// Why, for the audit.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// What became of going back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Restored {
    /// The version that stands now: a new one.
    version: u64,
    /// Rows that were changed.
    changed: Vec<String>,
}

/// The settings' versions, the latest first.
#[utoipa::path(get, path = "/admin/history", tag = "admin", params(Pages),
    responses((status = 200, description = "A page of versions", body = Versions), Unreadable, Denials))]
pub(crate) async fn list_versions(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(pages): Asked<Pages>,
) -> Result<Json<Versions>, Refusal> {
    let limit = limit(pages.limit)?;
    let up_to: Option<u64> = pages
        .cursor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| no_cursor())?;
    let records = history::list_records(&api.office, up_to, limit).await?;
    let is_full = u32::try_from(records.len()).unwrap_or(u32::MAX) >= limit;
    let last = records.last().filter(|last| is_full && last.version > 1);
    let next = last.map(|last| last.version.saturating_sub(1).to_string());
    let versions = records.into_iter().map(Made::of).collect();
    Ok(Json(Versions { versions, next }))
}

/// Brings the rows of an earlier version back, as a new version.
#[utoipa::path(post, path = "/admin/rollback", tag = "admin", request_body = Back,
    responses((status = 200, description = "They stand", body = Restored), Bodies, Contended, Denials))]
pub(crate) async fn roll_back(
    State(api): State<Arc<Api>>,
    Owner(operator): Owner,
    Until(deadline): Until,
    Body(back): Body<Back>,
) -> Result<Json<Restored>, Refusal> {
    let by = api.by(&operator, &back.reason)?;
    let mut plan = history::rollback(&api.office, back.version).await?;
    plan.settle(&api.office, losing(back.holders_lose_it), by.at)
        .await?;
    let applied = limits_flags::apply(&api.office, &plan, &by, deadline).await?;
    Ok(Json(Restored {
        version: applied.version,
        changed: plan.changes.into_iter().map(|change| change.row).collect(),
    }))
}

impl Made {
    fn of(record: history::Record) -> Self {
        Self {
            version: record.version,
            restores: record.restores,
            by: Author::of(record.by),
            changes: record.changes.into_iter().map(RowChange::of).collect(),
        }
    }
}

impl RowChange {
    pub(super) fn of(change: limits_flags::Change) -> Self {
        Self {
            row: change.row,
            old: change.old.map(json),
            new: change.new.map(json),
        }
    }
}

/// A stored body as JSON; what is none is shown as the text that it is.
pub(super) fn json(body: String) -> Value {
    serde_json::from_str(&body).unwrap_or(Value::String(body))
}
