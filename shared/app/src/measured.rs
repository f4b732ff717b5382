//! What the metrics are told of an order, wherever it is moved on: by a worker, by cleanup or by its customer.

use domain::ai_request::AiRequest;
use domain::job::{Change, Job, Rule, Stage};
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
    // What the log says of it, and nothing else.
    if let Some(cost) = AiRequest::of(after).and_then(|logged| logged.cost) {
        meter::cost(model, cost.micro_usd.0);
    }
    if after.stage == Stage::Delivered && !after.order.makes.is_words() {
        let took = change.at.since(after.created_at).0;
        meter::time_to_video(model, u64::try_from(took).unwrap_or(0));
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

/// How long an order that is due has waited to be attended to, in whole seconds.
pub(crate) fn attended(job: &Job, now: Timestamp) {
    if let Some(due_at) = job.due_at.filter(|due_at| *due_at <= now) {
        meter::queue_age(seconds(due_at, now));
    }
}

/// Whole seconds from one moment to another; 0 if it is not over yet.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.since(from).0.div_euclid(1000)).unwrap_or(0)
}
