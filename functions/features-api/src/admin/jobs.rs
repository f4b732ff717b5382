//! The open orders, for whoever looks for those that are stuck or should be over.

use std::sync::Arc;

use axum::extract::State;
use domain::id::OPEN_SHARDS;
use domain::job::Job;
use domain::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};
use store::Jobs;
use utoipa::{IntoParams, ToSchema};

use super::{foreign_cursor, limit};
use crate::Api;
use crate::auth::Viewer;
use crate::body::Asked;
use crate::openapi::{Denials, Unreadable};
use crate::problem::Refusal;
use crate::reply::Json;

/// For how long an order is due before it counts as stuck: by then a worker and cleanup have had their turns.
const STUCK_AFTER: Millis = Millis::from_mins(3);
/// Queries that a page makes at most.
const QUERIES_MAX: u32 = 16;

/// Which orders, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// `open`, all of them; `stuck`, those that somebody should have gone on with for three minutes; `expired`, those whose
    /// time is up and that are not settled yet. A page may be shorter than its limit although others follow.
    #[param(pattern = "^(open|stuck|expired)$", default = "open")]
    state: Option<String>,
    /// Entries at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[param(pattern = "^[0-9]{1,3}([.][!-~]{1,256})?$")]
    cursor: Option<String>,
}

/// An open order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenJob)]
pub(crate) struct Open {
    job: String,
    user: String,
    stage: &'static str,
    model: String,
    provider: String,
    /// What is held for it.
    credits: u32,
    /// The number of its latest submission.
    submission: u32,
    #[schema(format = DateTime)]
    accepted_at: String,
    /// When somebody goes on with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// When it is settled at the latest.
    #[schema(format = DateTime)]
    settle_at: String,
}

/// Open orders.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenJobs)]
pub(crate) struct Page {
    /// Part by part, in each the longest overdue first.
    jobs: Vec<Open>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The open orders; those that are stuck; or those whose time is up.
#[utoipa::path(get, path = "/admin/jobs", tag = "admin", params(Which),
    responses((status = 200, description = "A page of orders", body = Page),
        (status = 422, description = "`cursor` is of no page of this list", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn open_jobs(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(which): Asked<Which>,
) -> Result<Json<Page>, Refusal> {
    let now = api.now();
    let stuck = Timestamp(now.0.saturating_sub(STUCK_AFTER.0));
    let (by, is_wanted): (Timestamp, fn(&Job, Timestamp) -> bool) = match which.state.as_deref() {
        None | Some("open") => (Timestamp(i64::MAX), |_, _| true),
        Some("stuck") => (stuck, |_, _| true),
        Some("expired") => (Timestamp(i64::MAX), |job, now| job.settle_at <= now),
        Some(other) => return Err(Refusal::Malformed(format!("no open order is `{other}`"))),
    };
    let most = usize::try_from(limit(which.limit)?).unwrap_or(usize::MAX);
    let begin = which.cursor.as_deref().map_or(Some((0, None)), Jobs::resumed);
    let (mut shard, mut start) = begin.ok_or_else(foreign_cursor)?;
    let (mut jobs, mut next) = (Vec::new(), None);
    for query in 1.. {
        let left = i32::try_from(most.saturating_sub(jobs.len())).unwrap_or(i32::MAX);
        let page = api.store.jobs().due(shard, by, start.take(), left.max(1)).await?;
        let mut found = api.store.jobs().get_many(&page.jobs).await?;
        // The index is a little behind; what ended meanwhile is not open any more.
        found.retain(|job| !job.stage.is_final() && is_wanted(job, now));
        found.sort_by_key(|job| job.due_at);
        jobs.extend(found.iter().map(Open::of));
        let cursor = page.next.as_ref().and_then(|next| Jobs::cursor_of(shard, next));
        start = page.next;
        if start.is_none() {
            shard = shard.saturating_add(1);
        }
        if shard >= OPEN_SHARDS {
            break;
        }
        if jobs.len() >= most || query >= QUERIES_MAX {
            next = cursor.or_else(|| Some(shard.to_string()));
            break;
        }
    }
    Ok(Json(Page { jobs, next }))
}

impl Open {
    fn of(job: &Job) -> Self {
        let moment = |at: Timestamp| at.rfc3339().unwrap_or_default();
        Self {
            job: job.id.to_string(),
            user: job.id.user.to_string(),
            stage: job.stage.as_str(),
            model: job.order.model.0.clone(),
            provider: job.order.provider.clone(),
            credits: job.cost.0,
            submission: job.fence.0,
            accepted_at: moment(job.created_at),
            due_at: job.due_at.map(moment),
            settle_at: moment(job.settle_at),
        }
    }
}
