//! Time, as far as decisions see it. No decision asks how late it is, only whether a moment has come; so every moment in
//! a state is either here or not here yet, and "time passes" is a step that lets one of them come. That stands for every
//! length of every wait at once, and there are few states.
//!
//! It is always [`NOW`]: whatever a decision makes of that is put back to one of the few moments below. In a real table
//! it would be time that moves; here it is the moments that come nearer.

use domain::job::{ABSENCE_AFTER, Job, Mark, Rule, SETTLE_GRACE, Stage, TELL_TRIES_MAX, WORKER_PATIENCE};
use domain::time::{Millis, Timestamp};

/// The moment of every decision.
pub const NOW: Timestamp = Timestamp(1_795_284_000_000);
/// No render takes so long.
pub const RENDER_MAX: Millis = Millis::from_mins(15);
/// An order was accepted then.
pub const BORN: Timestamp = earlier(Millis::from_mins(10 * 24 * 60));
/// Due, and for so long that cleanup does it by itself.
pub const OVERDUE: Timestamp = earlier(WORKER_PATIENCE);
/// Due, but not yet.
pub const LATER: Timestamp = later(Millis::from_mins(24 * 60));
/// Due when the lease of whoever has it is over.
pub const LEASE: Timestamp = later(Millis::from_mins(2 * 24 * 60));
/// What was read of when a job is due, and has been written anew since.
pub const STALE: Timestamp = earlier(Millis(1));
/// Of an attribute that a change sets: what it was before does not matter.
pub const OTHER: Timestamp = later(Millis::from_mins(9 * 24 * 60));
const FAR: Timestamp = later(Millis::from_mins(3 * 24 * 60));
/// Lost sight of for so long that a provider is believed that it has none.
const ABSENT: Timestamp = earlier(ABSENCE_AFTER);
/// Lost sight of, or running, for longer than any render takes.
const LONG_AGO: Timestamp = earlier(RENDER_MAX);
/// From here on a poll's "still running" is believed again: see `LAGGING_POLLS_MAX`.
const POLLS: u32 = domain::job::LAGGING_POLLS_MAX;

const fn earlier(by: Millis) -> Timestamp {
    Timestamp(NOW.0.saturating_sub(by.0))
}

const fn later(by: Millis) -> Timestamp {
    Timestamp(NOW.0.saturating_add(by.0))
}

/// How far an order's time has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock {
    /// Whether a submission may begin.
    pub give_up: GiveUp,
    /// Whether it is to be settled.
    pub settle: Settle,
}

/// Whether a submission may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GiveUp {
    /// It may.
    #[default]
    Far,
    /// It may not.
    Passed,
}

/// Whether it is to be settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Settle {
    /// Not yet.
    #[default]
    Far,
    /// Once the truth was looked for a last time.
    Passed,
    /// At once, whatever the truth.
    LongOver,
}

/// A moment that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The job is due.
    Due,
    /// It has been due for so long that no worker seems to work.
    Overdue,
    /// No submission begins any more.
    GiveUp,
    /// It is to be settled.
    Settle,
    /// It is settled at once.
    LongOver,
    /// A provider that says that it has none is believed.
    Absence,
    /// Silence is believed.
    Horizon,
    /// No render takes as long as the present one.
    RenderOver,
}

impl Clock {
    /// A job with its two deadlines as they stand now.
    pub fn set(self, job: &mut Job) {
        job.give_up_at = match self.give_up {
            GiveUp::Far => FAR,
            GiveUp::Passed => NOW,
        };
        job.settle_at = match self.settle {
            Settle::Far => FAR,
            Settle::Passed => NOW,
            Settle::LongOver => earlier(SETTLE_GRACE),
        };
    }
}

/// Puts what a decision has written back to the few moments, and to the few counts, between which decisions tell.
pub fn round(job: &mut Job) {
    job.created_at = BORN;
    if let Some(first) = job.timeline.first_mut() {
        first.at = BORN;
    }
    job.due_at = job.due_at.map(|due| match due {
        due if due <= OVERDUE => OVERDUE,
        due if due <= NOW => NOW,
        due if due >= LEASE => LEASE,
        _ => LATER,
    });
    // What is counted only to grow a pause stays at two; what has a maximum goes on from there at it, as if all the tries
    // between had come to nothing.
    job.delivery_tries = job.delivery_tries.min(2);
    if job.tell_tries > 1 {
        job.tell_tries = TELL_TRIES_MAX;
    }
    if job.vain_polls > 1 {
        job.vain_polls = POLLS;
    }
}

/// When the present submission was lost sight of.
fn lost(job: &Job) -> Option<usize> {
    job.timeline.iter().rposition(|mark| mark.rule == Rule::T6)
}

fn lost_at(job: &Job) -> Option<Timestamp> {
    let mark: Option<&Mark> = lost(job).and_then(|place| job.timeline.get(place));
    mark.map(|mark| mark.at)
}

/// Whether a moment is still to come, going by the job alone.
pub fn is_ahead(moment: Moment, job: &Job, clock: Clock) -> bool {
    let waits = matches!(
        job.stage,
        Stage::Queued | Stage::Submitting | Stage::Unknown | Stage::Running
    );
    match moment {
        Moment::Due => job.due_at.is_some_and(|due| due > NOW),
        Moment::Overdue => job.due_at == Some(NOW) && matches!(job.stage, Stage::Submitting | Stage::Unknown),
        Moment::GiveUp => waits && clock.give_up == GiveUp::Far,
        Moment::Settle => {
            clock.settle == Settle::Far && matches!(job.stage, Stage::Running | Stage::Rendered)
        }
        Moment::LongOver => {
            clock.settle == Settle::Passed && matches!(job.stage, Stage::Running | Stage::Rendered)
        }
        Moment::Absence => job.stage == Stage::Unknown && lost_at(job) == Some(NOW),
        Moment::Horizon => job.stage == Stage::Unknown && lost_at(job).is_some_and(|at| at > LONG_AGO),
        Moment::RenderOver => {
            job.stage == Stage::Running && job.running_since.is_some_and(|since| since > LONG_AGO)
        }
    }
}

/// The clock once a moment has come.
pub fn after(moment: Moment, clock: Clock) -> Clock {
    let mut after = clock;
    match moment {
        Moment::GiveUp => after.give_up = GiveUp::Passed,
        Moment::Settle => (after.settle, after.give_up) = (Settle::Passed, GiveUp::Passed),
        Moment::LongOver => after.settle = Settle::LongOver,
        Moment::Due | Moment::Overdue | Moment::Absence | Moment::Horizon | Moment::RenderOver => {}
    }
    after
}

/// Lets a moment come in a job, or in a copy of one that somebody holds. A copy that was read before the job moved on has
/// none of what comes to the job now, and stays.
pub fn come(moment: Moment, job: &mut Job, of: &Job) {
    let same = (job.stage, job.fence, job.timeline.len()) == (of.stage, of.fence, of.timeline.len());
    match moment {
        Moment::Due if job.due_at == of.due_at && same => job.due_at = Some(NOW),
        Moment::Overdue if job.due_at == of.due_at && same => job.due_at = Some(OVERDUE),
        Moment::Absence if same => age(job, ABSENT),
        Moment::Horizon if same => age(job, LONG_AGO),
        Moment::RenderOver if same => job.running_since = Some(LONG_AGO),
        _ => {}
    }
}

/// Whatever happened before the submission was lost sight of is at least as long ago.
fn age(job: &mut Job, at: Timestamp) {
    let marks = lost(job).map_or(0, |place| place.saturating_add(1));
    for mark in job.timeline.iter_mut().take(marks) {
        mark.at = mark.at.min(at);
    }
}
