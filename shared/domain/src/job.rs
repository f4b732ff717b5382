//! A job's life: what may happen to an accepted order, and what each happening does to the money.
//!
//! `QUEUED → SUBMITTING → (UNKNOWN) → RUNNING → RENDERED → DELIVERED | (STORED →) PARKED | FAILED | CANCELED`.
//!
//! [`Job::apply`] is the whole machine: an event and a time go in, and a [`Change`] comes out, with the [`Guard`]s under
//! which it may be written and the [`Settlement`] that belongs into the same transaction; or a [`Refused`], which is an
//! ordinary outcome, since every message here may come late, twice or out of order. Who writes a change must write it
//! under its guards, for the job may have moved since it was read.

mod apply;
mod bill;
mod event;
mod failure;
mod rule;
mod stage;
mod step;
mod timing;
mod wait;
mod way;
mod words;

pub use bill::{Bill, Vain};
pub use event::{Change, Event, Guard, Refused, Settlement};
pub use failure::Failure;
pub use rule::Rule;
pub use stage::Stage;
pub use step::{Step, is_left_by_workers, next_step};
pub use timing::{
    ABSENCE_AFTER, BACKOFF_MAX, FENCE_MAX, LAGGING_POLLS_MAX, LEASE_SLACK, LOSSES_MAX, SETTLE_GRACE,
    TELL_TRIES_MAX, WORDS_SETTLE_MAX, WORDS_WAIT_MAX, WORKER_PATIENCE, backoff, poll_after,
};
pub use wait::{STUCK_AFTER, Wait};
pub use way::{Passed, Way};
pub use words::{Answer, Sketch};

use crate::account::Place;
use crate::ai_request::Costing;
use crate::catalog::{Makes, Rules};
use crate::cost::Category;
use crate::id::{Fence, FileId, JobId, ModelId, TaskId};
use crate::limit::Counted;
use crate::money::Credits;
use crate::time::{Millis, Timestamp};
use crate::video::{Aspect, Quality};

/// What was ordered. Fixed at acceptance, but for who renders it: that is settled anew with each claim, and only there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The model.
    pub model: ModelId,
    /// What it makes.
    pub makes: Makes,
    /// Who renders it: whom the latest submission went to.
    pub provider: String,
    /// The provider's request form.
    pub family: String,
    /// Who else could, the next to be asked first.
    pub others: Vec<Way>,
    /// The customer's words; may be empty where there is a photo.
    pub prompt: String,
    /// The customer's photo.
    pub image: Option<Image>,
    /// The shape.
    pub aspect: Aspect,
    /// The length in seconds.
    pub duration_s: u32,
    /// The quality; `None` where there was no choice of it.
    pub quality: Option<Quality>,
    /// The customer's language at the time, `ru` or `en`.
    pub locale: String,
    /// How long a render of this model usually takes.
    pub typical: Millis,
    /// How long after its start it is first asked about, if no callback came before.
    pub poll_after: Millis,
    /// How long it can take at most: how long silence is no answer.
    pub render_max: Millis,
    /// What the words are for, where words are ordered.
    pub sketch: Option<Sketch>,
    /// The plan that it was ordered under, where that made it cost nothing.
    pub plan: Option<String>,
    /// What the log of AI operations says of its cost; `None` for one that was accepted before there was a log.
    pub costing: Option<Costing>,
    /// The customer wants to see nothing of it but what comes of it.
    pub quiet: bool,
}

impl Order {
    /// As what the log of AI operations counts it.
    pub fn category(&self) -> Category {
        self.makes.category(self.image.is_some())
    }

    /// Whether something is left of it that another order could be made of: words, or a photo. What makes words is ordered
    /// again with its draft.
    pub fn can_be_repeated(&self) -> bool {
        let is_left = !self.prompt.is_empty() || self.image.is_some();
        is_left && !self.makes.is_words()
    }

    /// Whether a file is the video that was ordered, going by its length. Models round lengths their own way, so only less
    /// than half of what was ordered is something else; a file that states no length passes.
    pub fn is_met_by(&self, duration_ms: Option<u64>) -> bool {
        let least_ms = u64::from(self.duration_s).saturating_mul(1000) / 2;
        duration_ms.is_none_or(|duration_ms| duration_ms >= least_ms)
    }
}

/// A photo to start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Telegram's name of the file.
    pub file_id: String,
}

/// An accepted order, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// What was ordered.
    pub order: Order,
    /// What is held for it, and captured or released in the end.
    pub cost: Credits,
    /// Where it is counted, and with how much.
    pub windows: Vec<Counted>,
    /// The message that shows its progress and will become the video.
    pub place: Place,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// No submission begins after this.
    pub give_up_at: Timestamp,
    /// It is settled after this, whatever happened.
    pub settle_at: Timestamp,

    /// Where it stands.
    pub stage: Stage,
    /// The number of its latest submission.
    pub fence: Fence,
    /// What its latest submission says against asking the same provider again, where there are others.
    pub passed: Option<Passed>,
    /// Submissions that came, or may have come, to the provider and yielded nothing.
    pub losses: u32,
    /// When it wants attention next. `None` only where nothing is ever to be done again.
    pub due_at: Option<Timestamp>,
    /// The provider's name of the present submission.
    pub task: Option<TaskId>,
    /// When the present submission came to the provider: from here the polls are spaced.
    pub running_since: Option<Timestamp>,
    /// Questions to the provider since its last clear answer, while it is believed to be done or could not be heard.
    pub vain_polls: u32,
    /// The file, until it is delivered.
    pub result: Option<RenderedFile>,
    /// The words, where words were ordered.
    pub answer: Option<Answer>,
    /// What the provider says that the render took, in thousandths of the units that it bills in.
    pub billed_milli: Option<u64>,
    /// What its submissions cost that came to nothing, as far as that is known.
    pub vain: Option<Vain>,
    /// Attempts to deliver that were begun.
    pub delivery_tries: u32,
    /// An attempt to deliver may have gone through without our knowing: it is under way, or its answer was lost.
    pub edit_unsure: bool,
    /// Telegram's name of the delivered or stored video.
    pub file: Option<FileId>,
    /// Why it came to nothing.
    pub failure: Option<Failure>,
    /// Attempts to tell the customer of the failure that were begun.
    pub tell_tries: u32,
    /// Which trace its work is told in, as `trace::Link` writes it; `None` where it is not recorded. Written once, for
    /// operators: nothing is ever decided by it.
    pub trace: Option<String>,
    /// What happened so far, oldest first.
    pub timeline: Vec<Mark>,
}

/// A rendered file that has been looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// Where the provider keeps it.
    pub url: String,
    /// Its size.
    pub bytes: u64,
    /// What the provider says that it took, in thousandths of the units that it bills in.
    pub billed_milli: Option<u64>,
}

/// A line of a job's timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The transition.
    pub rule: Rule,
    /// The stage it led to.
    pub stage: Stage,
    /// The submission's number after it.
    pub fence: Fence,
    /// When.
    pub at: Timestamp,
}

impl Job {
    /// Whether it waits in the queue for the same provider as another, and came before it. Who is tried next moves with every
    /// refusal; who came first does not, so a place that was told once only gets better, and two are never first.
    pub fn waits_before(&self, other: &Self) -> bool {
        let place = |job: &Self| (job.created_at, job.id.clone());
        let in_line = self.stage == Stage::Queued && self.order.provider == other.order.provider;
        in_line && place(self) < place(other)
    }

    /// A job as T1 accepts it.
    pub fn accepted(
        id: JobId,
        order: Order,
        cost: Credits,
        windows: Vec<Counted>,
        place: Place,
        rules: &Rules,
        now: Timestamp,
    ) -> Self {
        let mark = Mark {
            rule: Rule::T1,
            stage: Stage::Queued,
            fence: Fence(0),
            at: now,
        };
        let (wait_max, settle_max) = if order.makes.is_words() {
            (
                rules.wait_max.min(WORDS_WAIT_MAX),
                rules.settle_max.min(WORDS_SETTLE_MAX),
            )
        } else {
            (rules.wait_max, rules.settle_max)
        };
        Self {
            id,
            order,
            cost,
            windows,
            place,
            created_at: now,
            give_up_at: now.after(wait_max),
            settle_at: now.after(settle_max),
            stage: Stage::Queued,
            fence: Fence(0),
            passed: None,
            losses: 0,
            due_at: Some(now),
            task: None,
            running_since: None,
            vain_polls: 0,
            result: None,
            answer: None,
            billed_milli: None,
            vain: None,
            delivery_tries: 0,
            edit_unsure: false,
            file: None,
            failure: None,
            tell_tries: 0,
            trace: None,
            timeline: vec![mark],
        }
    }

    /// Keeps Telegram's name of the file, where it is known.
    fn keep(&mut self, file: Option<FileId>) {
        if file.is_some() {
            self.file = file;
        }
    }

    /// What its present stage means for the money: `None` while it is open.
    pub fn settled(&self) -> Option<Settlement> {
        match self.stage {
            Stage::Delivered | Stage::Parked => Some(Settlement::Capture),
            Stage::Failed | Stage::Canceled => Some(Settlement::Release),
            Stage::Queued
            | Stage::Submitting
            | Stage::Unknown
            | Stage::Running
            | Stage::Rendered
            | Stage::Stored => None,
        }
    }
}
