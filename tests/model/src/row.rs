//! A job's row, and how a change is written to it: under its guards, and just what it changes. That is what
//! `store::Jobs::write_of` does to a real one.

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use domain::job::{Change, Guard, Job, Rule};

use crate::time;

/// A job as it stands, or as somebody has read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(Arc<Job>);

impl Row {
    /// Of a job whose times are all among the few ([`time::round`]).
    pub fn new(mut job: Job) -> Self {
        time::round(&mut job);
        Self(Arc::new(job))
    }

    /// To be changed.
    pub fn edit(&mut self) -> &mut Job {
        Arc::make_mut(&mut self.0)
    }
}

impl Deref for Row {
    type Target = Job;

    fn deref(&self) -> &Job {
        &self.0
    }
}

/// By what can differ between two rows of one model: what was ordered is the same in all.
impl Hash for Row {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let job = &self.0;
        let (provider, others) = (&job.order.provider, job.order.others.len());
        (&job.id, job.stage, job.fence, job.passed, job.losses).hash(state);
        (job.due_at, &job.task, job.running_since, job.vain_polls).hash(state);
        (job.result.is_some(), job.answer.is_some(), &job.file).hash(state);
        (job.delivery_tries, job.edit_unsure, job.failure, job.tell_tries).hash(state);
        (job.place, provider, others, job.give_up_at, job.settle_at).hash(state);
        for mark in &job.timeline {
            (mark.rule, mark.stage, mark.fence.0).hash(state);
        }
        job.timeline
            .iter()
            .rfind(|mark| mark.rule == Rule::T6)
            .map(|mark| mark.at)
            .hash(state);
    }
}

/// A change that was decided, and the job that it was decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The job as it was read.
    pub before: Row,
    /// What is to be written.
    pub change: Arc<Change>,
}

impl Hash for Decided {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { before, change } = self;
        before.hash(state);
        (
            change.rule,
            &change.guards,
            change.settlement,
            change.draft.is_some(),
        )
            .hash(state);
        // What it leads to follows from the rest, but for what an answer from outside has brought.
        let after = &change.after;
        (
            after.stage,
            after.failure,
            after.edit_unsure,
            &after.task,
            after.place,
        )
            .hash(state);
        (after.due_at, after.vain_polls, after.losses).hash(state);
    }
}

impl Decided {
    /// Whether all guards of the change hold for the row as it stands now.
    pub fn is_allowed(&self, row: &Job) -> bool {
        self.change.guards.iter().all(|guard| holds(*guard, row))
    }

    /// The row with just what the change changes.
    pub fn write_to(&self, row: &Job) -> Row {
        Row::new(merged(row, &self.before, &self.change.after))
    }
}

fn holds(guard: Guard, row: &Job) -> bool {
    match guard {
        Guard::Stage(stage) => row.stage == stage,
        Guard::Fence(fence) => row.fence == fence,
        Guard::DueBy(by) => row.due_at.is_some_and(|due| due <= by),
        Guard::NoTask => row.task.is_none(),
        Guard::DueAt(at) => row.due_at == Some(at),
        Guard::Message(message) => row.place.message == message,
        Guard::TellTries(tries) => row.tell_tries == tries,
    }
}

/// Each attribute that differs between `before` and `after`, set in `row`; and what is new in the timeline, appended.
fn merged(row: &Job, before: &Job, after: &Job) -> Job {
    let mut merged = row.clone();
    // Each by its name: an attribute that is new has to say whether it is written.
    let Job {
        id: _,
        cost: _,
        windows: _,
        created_at: _,
        give_up_at: _,
        settle_at: _,
        trace: _,
        order,
        place,
        stage,
        fence,
        passed,
        losses,
        due_at,
        task,
        running_since,
        vain_polls,
        result,
        answer,
        billed_milli,
        vain,
        delivery_tries,
        edit_unsure,
        file,
        failure,
        tell_tries,
        timeline,
    } = after;
    macro_rules! set {
        ($($field:ident)*) => { $(
            if *$field != before.$field {
                merged.$field = $field.clone();
            }
        )* };
    }
    set!(order place stage fence passed losses due_at task running_since vain_polls result answer billed_milli);
    set!(vain delivery_tries edit_unsure file failure tell_tries);
    merged
        .timeline
        .extend(timeline.iter().skip(before.timeline.len()).copied());
    merged
}
