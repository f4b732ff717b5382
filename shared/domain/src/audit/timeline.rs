//! I14 of a job: its timeline is a way through the machine, and the job stands where it ends. The ways are written down
//! here once more, apart from the machine, so that a fault of the machine shows.

use crate::id::Fence;
use crate::job::{Job, LEASE_SLACK, Mark, Rule, Stage};

/// What is wrong with a job's timeline.
pub(super) fn wrong(job: &Job) -> Option<String> {
    let born = Mark {
        rule: Rule::T1,
        stage: Stage::Queued,
        fence: Fence(0),
        at: job.created_at,
    };
    if job.timeline.first() != Some(&born) {
        return Some(format!("its timeline begins with {:?}", job.timeline.first()));
    }
    let steps = job.timeline.iter().zip(job.timeline.iter().skip(1));
    for (before, after) in steps {
        if let Some(what) = wrong_step(*before, *after) {
            return Some(format!("{what}: {before:?}, {after:?}"));
        }
    }
    let last = job.timeline.last()?;
    ((last.stage, last.fence) != (job.stage, job.fence)).then(|| {
        let stands = (job.stage, job.fence);
        format!("it is {stands:?}, its timeline ends with {last:?}")
    })
}

fn wrong_step(before: Mark, after: Mark) -> Option<&'static str> {
    let fence = if after.rule == Rule::T2 {
        before.fence.next()
    } else {
        before.fence
    };
    if !leads(after.rule, before.stage, after.stage) {
        Some("its timeline has a step that there is not")
    } else if after.fence != fence {
        Some("its submissions are not numbered one by one")
    } else if after.at.after(LEASE_SLACK) < before.at {
        // Each mark bears the time of another Lambda, and clocks differ; but not by more than leases allow for.
        Some("its timeline goes back in time")
    } else {
        None
    }
}

/// Whether a transition leads from one stage to another, as `ARCHITECTURE.md` lists them.
fn leads(rule: Rule, from: Stage, to: Stage) -> bool {
    use Stage::{
        Canceled, Delivered, Failed, Parked, Queued, Rendered, Running, Stored, Submitting, Unknown,
    };
    match rule {
        Rule::T2 => (from, to) == (Queued, Submitting),
        Rule::T3 => matches!((from, to), (Submitting | Unknown, Running)),
        Rule::T4 => (from, to) == (Submitting, Queued),
        Rule::T5 => (from, to) == (Submitting, Failed),
        Rule::T6 => (from, to) == (Submitting, Unknown),
        Rule::T7 => matches!((from, to), (Unknown, Queued | Failed)),
        Rule::T8 => (from, to) == (Running, Rendered),
        Rule::T9 => matches!((from, to), (Running, Queued | Failed)),
        Rule::T10 => (from, to) == (Rendered, Delivered),
        Rule::T11 => (from, to) == (Rendered, Failed),
        Rule::T12 => (from, to) == (Rendered, Stored),
        Rule::T13 => (from, to) == (Stored, Parked),
        Rule::T14 => (from, to) == (Queued, Canceled),
        Rule::T15 => matches!(
            (from, to),
            (Queued | Submitting | Unknown | Running | Rendered, Failed)
        ),
        Rule::T16 => (from, to) == (Submitting, Rendered),
        // T1 only begins, and the others stay where they are and leave no mark.
        Rule::T1 | Rule::Wait | Rule::Deliver | Rule::Postpone | Rule::Move | Rule::Tell | Rule::Told => {
            false
        }
    }
}
