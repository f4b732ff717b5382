//! What the metrics are told of an order, wherever it is moved on: by a worker, by cleanup or by its customer.

use domain::ai_request::AiRequest;
use domain::catalog::Makes;
use domain::job::{Change, Failure, Job, Rule, Stage};
use domain::time::Timestamp;

/// A change of an order that was written.
pub(crate) fn moved(before: &Job, change: &Change) {
    let after = &change.after;
    let model = &after.order.model.0;
    if change.rule == Rule::T15 {
        meter::job_given_up(model);
    }
    if before.stage.is_final() || !after.stage.is_final() {
        return;
    }
    meter::job_settled(model, outcome(after.stage));
    let took_ms = change.at.since(after.created_at).0;
    match (after.stage, after.failure.map(Failure::as_str)) {
        (Stage::Delivered | Stage::Parked, _) => {
            tracing::info!(name: "video_job_completed", job = %after.id, model, took_ms, "a video is delivered");
        }
        (Stage::Failed, failure) => {
            tracing::info!(name: "video_job_failed", job = %after.id, model, failure, took_ms, "an order came to nothing");
        }
        _ => {}
    }
    if let Some(success) = is_success(after) {
        meter::job_succeeded(success);
    }
    // What the log says of it, and nothing else.
    if let Some(spent) = AiRequest::of(after).and_then(|logged| logged.spent()) {
        meter::cost(model, spent.0);
    }
    if after.stage == Stage::Delivered && after.order.makes == Makes::Video {
        meter::time_to_video(model, u64::try_from(took_ms).unwrap_or(0));
    }
}

/// Whether an order that is over went as it should; `None` where that says nothing of us: its customer took it back, or
/// asked for what nobody makes. Nor are words counted: where they fail there are simple ones, and a service of words that
/// is down must not look like one of videos.
fn is_success(job: &Job) -> Option<bool> {
    if job.order.makes.is_words() {
        return None;
    }
    match (job.stage, job.failure) {
        (Stage::Canceled, _) | (_, Some(Failure::Moderation | Failure::BadInput)) => None,
        (stage, _) => Some(matches!(stage, Stage::Delivered | Stage::Parked)),
    }
}

/// The stage as a dimension's value.
fn outcome(stage: Stage) -> &'static str {
    match stage {
        Stage::Delivered => "delivered",
        Stage::Parked => "parked",
        Stage::Failed => "failed",
        Stage::Canceled => "canceled",
        open => open.as_str(),
    }
}

/// How long an order that is due has waited to be attended to, in whole seconds; and how old it is, if it is open. Every
/// open order is attended to again and again, or is found due by cleanup, so none is too old without being seen.
pub(crate) fn attended(job: &Job, now: Timestamp) {
    if !job.stage.is_final() {
        meter::oldest_open_job(seconds(job.created_at, now));
    }
    if let Some(due_at) = job.due_at.filter(|due_at| *due_at <= now) {
        meter::queue_age(seconds(due_at, now));
    }
}

/// Whole seconds from one moment to another; 0 if it is not over yet.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.since(from).0.div_euclid(1000)).unwrap_or(0)
}
