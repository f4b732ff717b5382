//! One order with everything that happened to it. Its words are the customer's own business, and are not among it.

use std::sync::Arc;

use axum::extract::{Path, State};
use domain::id::JobId;
use domain::job::{Failure, Job, Mark, Settlement};
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Viewer;
use crate::openapi::{Denials, NotThere};
use crate::problem::Refusal;
use crate::reply::Json;

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct Whole {
    job: String,
    user: String,
    stage: &'static str,
    /// What it makes: `video`, `image` …
    makes: &'static str,
    model: String,
    provider: String,
    /// Who else could render it, the next to be asked first.
    others: Vec<String>,
    /// From a photo, or from words alone.
    from_photo: bool,
    duration_s: u32,
    /// How many characters its words have.
    prompt_chars: usize,
    credits: u32,
    /// Where its credits are: `held`, `captured` or `released`.
    money: &'static str,
    /// The plan that paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    /// How often it was submitted.
    submissions: u32,
    /// How many of those nobody knows the outcome of.
    losses: u32,
    deliveries: u32,
    #[schema(format = DateTime)]
    accepted_at: String,
    /// When somebody goes on with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// When it is settled at the latest.
    #[schema(format = DateTime)]
    settle_at: String,
    /// The provider's name of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<String>,
    /// Why it came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'static str>,
    /// Step by step, the first first.
    timeline: Vec<Step>,
}

/// A step of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobStep)]
pub(crate) struct Step {
    /// Which transition: `T1` …
    rule: &'static str,
    stage: &'static str,
    submission: u32,
    #[schema(format = DateTime)]
    at: String,
}

/// An order.
#[utoipa::path(get, path = "/admin/jobs/{job}", tag = "admin",
    params(("job" = String, Path, description = "Its name", pattern = "^[!-~]{1,64}$", example = "700001-abcdefgh23456789")),
    responses((status = 200, description = "How it stands", body = Whole), NotThere, Denials))]
pub(crate) async fn read_job(
    State(api): State<Arc<Api>>,
    _: Viewer,
    Path(name): Path<String>,
) -> Result<Json<Whole>, Refusal> {
    let none =
        || Refusal::NotFound("there is no such order; one is called as 700001-abcdefgh23456789".to_owned());
    let id = JobId::parse(&name).ok_or_else(none)?;
    let job = api.store.jobs().get(&id).await?.ok_or_else(none)?;
    Ok(Json(Whole::of(&job)))
}

impl Whole {
    fn of(job: &Job) -> Self {
        let moment = |at: Timestamp| at.rfc3339().unwrap_or_default();
        let order = &job.order;
        Self {
            job: job.id.to_string(),
            user: job.id.user.to_string(),
            stage: job.stage.as_str(),
            makes: order.makes.as_str(),
            model: order.model.0.clone(),
            provider: order.provider.clone(),
            others: order.others.iter().map(|way| way.provider.clone()).collect(),
            from_photo: order.image.is_some(),
            duration_s: order.duration_s,
            prompt_chars: order.prompt.chars().count(),
            credits: job.cost.0,
            money: match job.settled() {
                None => "held",
                Some(Settlement::Capture) => "captured",
                Some(Settlement::Release) => "released",
            },
            plan: order.plan.clone(),
            submissions: job.fence.0,
            losses: job.losses,
            deliveries: job.delivery_tries,
            accepted_at: moment(job.created_at),
            due_at: job.due_at.map(moment),
            settle_at: moment(job.settle_at),
            task: job.task.as_ref().map(|task| task.0.clone()),
            failure: job.failure.map(Failure::as_str),
            timeline: job.timeline.iter().map(Step::of).collect(),
        }
    }
}

impl Step {
    fn of(mark: &Mark) -> Self {
        Self {
            rule: mark.rule.as_str(),
            stage: mark.stage.as_str(),
            submission: mark.fence.0,
            at: mark.at.rfc3339().unwrap_or_default(),
        }
    }
}
