//! What a job wants done now. A doorbell says only which job; this says what for.

use super::{Job, SETTLE_GRACE, Stage, WORKER_PATIENCE};
use crate::time::Timestamp;

/// What is to be done with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Hand it to the provider.
    Submit,
    /// Its worker is gone: nobody knows what became of the submission.
    ExpireLease,
    /// Ask the provider whether it has the submission.
    Find,
    /// Nothing was heard until the horizon.
    PassHorizon,
    /// Ask the provider.
    Poll,
    /// Deliver the file.
    Deliver,
    /// Charge for the stored video.
    Park,
    /// Settle it: its time is up.
    Settle,
    /// Tell the customer that it came to nothing.
    Tell,
    /// Nothing yet; come again then.
    WaitUntil(Timestamp),
    /// Nothing, ever.
    Rest,
}

/// What a job wants at a time.
pub fn next_step(job: &Job, now: Timestamp) -> Step {
    let Some(due_at) = job.due_at else {
        return Step::Rest;
    };
    if now < due_at {
        return Step::WaitUntil(due_at);
    }
    // The truth is asked for once more when the time is up; only after a while is it settled without.
    let long_over = now >= job.settle_at.after(SETTLE_GRACE);
    match job.stage {
        Stage::Queued if now >= job.give_up_at => Step::Settle,
        Stage::Running | Stage::Rendered if long_over => Step::Settle,
        Stage::Queued => Step::Submit,
        Stage::Submitting => Step::ExpireLease,
        Stage::Unknown if now < job.horizon() => Step::Find,
        Stage::Unknown => Step::PassHorizon,
        Stage::Running => Step::Poll,
        Stage::Rendered => Step::Deliver,
        Stage::Stored => Step::Park,
        Stage::Failed => Step::Tell,
        Stage::Delivered | Stage::Parked | Stage::Canceled => Step::Rest,
    }
}

/// Whether a job that is due has waited so long that no worker seems to work.
pub fn is_left_by_workers(job: &Job, now: Timestamp) -> bool {
    job.due_at
        .is_some_and(|due_at| now >= due_at.after(WORKER_PATIENCE))
}
