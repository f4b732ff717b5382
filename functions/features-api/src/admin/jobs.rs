//! The open orders, for whoever looks for those that are stuck or should be over.

use std::sync::Arc;

use app::open_table;
use axum::extract::State;
use axum::response::Response;
use domain::job::{Job, Wait};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::requests::{End, Format, answer};
use super::{foreign_cursor, limit};
use crate::Api;
use crate::auth::Viewer;
use crate::body::Asked;
use crate::openapi::{Denials, Unreadable};
use crate::problem::Refusal;

/// Rounds of reading that a page takes at most, each of as many orders as it may have: few that are open have run out.
const ROUNDS_MAX: u32 = 8;

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
    #[param(pattern = "^[0-9]{1,3}[.][!-~]{1,256}$")]
    cursor: Option<String>,
    /// `json` or `csv`.
    #[param(pattern = "^(json|csv)$", default = "json")]
    format: Option<String>,
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
    /// The longest overdue first.
    jobs: Vec<Open>,
    /// The cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The open orders; those that are stuck; or those whose time is up. The longest overdue come first.
#[utoipa::path(get, path = "/admin/jobs", tag = "admin", params(Which),
    responses((status = 200, description = "A page of orders; of CSV, the header says where the next begins",
            content((Page = "application/json"), (String = "text/csv")),
            headers(("Next-Cursor" = String, description = "The cursor of the next page; absent on the last one"))),
        (status = 422, description = "`cursor` is of no page of this list", body = crate::problem::Problem,
         content_type = "application/problem+json"), Unreadable, Denials))]
pub(crate) async fn open_jobs(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Asked(which): Asked<Which>,
) -> Result<Response, Refusal> {
    let now = api.now();
    let format = Format::of(which.format.as_deref())?;
    let state = which.state.as_deref().unwrap_or(Wait::Open.as_str());
    let wait = Wait::parse(state).ok_or_else(|| Refusal::Malformed(format!("no open order is `{state}`")))?;
    let most = usize::try_from(limit(which.limit)?).unwrap_or(usize::MAX);
    let waiting = api
        .store
        .jobs()
        .waiting(wait.due_by(now), which.cursor.as_deref());
    let mut waiting = waiting.ok_or_else(foreign_cursor)?;
    let (mut jobs, mut next) = (Vec::new(), None);
    for _ in 0..ROUNDS_MAX {
        // No more than fit, so that a page ends where reading did.
        let Some((found, cursor)) = waiting.next(most.saturating_sub(jobs.len())).await? else {
            next = None;
            break;
        };
        // The index is a little behind; what ended meanwhile is not open any more.
        jobs.extend(found.into_iter().filter(|job| wait.fits(job, now)));
        next = Some(cursor);
        if jobs.len() >= most {
            break;
        }
    }
    if next.is_some() && !waiting.has_more().await? {
        next = None;
    }
    let page = Page {
        jobs: jobs.iter().map(Open::of).collect(),
        next,
    };
    let end = End::Page(page.next.as_deref());
    answer(format, &page, &end, || open_table::orders(&jobs))
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
