//! A job's life: what may happen to an accepted order, and what each happening does to the money.
//!
//! `QUEUED → SUBMITTING → (UNKNOWN) → RUNNING → RENDERED → DELIVERED | (STORED →) PARKED | FAILED | CANCELED`.
//!
//! [`Job::apply`] is the whole machine: an event and a time go in, and a [`Change`] comes out, with the [`Guard`]s under
//! which it may be written and the [`Settlement`] that belongs into the same transaction; or a [`Refused`], which is an
//! ordinary outcome, since every message here may come late, twice or out of order. Who writes a change must write it
//! under its guards, for the job may have moved since it was read.

mod apply;
mod step;
mod timing;

pub use step::{Step, next_step};
pub use timing::{FENCE_MAX, LEASE_SLACK, LOSSES_MAX, SETTLE_GRACE, TELL_TRIES_MAX, backoff, poll_after};

use crate::account::Place;
use crate::admission::WindowKey;
use crate::catalog::Rules;
use crate::id::{Fence, FileId, JobId, MessageId, ModelId, TaskId};
use crate::money::Credits;
use crate::time::{Jitter, Millis, Timestamp};
use crate::video::Aspect;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Accepted and charged; waits for a worker, or for its next try.
    Queued,
    /// A worker holds the lease and is handing it to the provider.
    Submitting,
    /// It may or may not have reached the provider. Nothing is concluded from silence before the horizon.
    Unknown,
    /// The provider has it.
    Running,
    /// There is a file; it wants delivering.
    Rendered,
    /// The video stands in the customer's chat. Final, charged.
    Delivered,
    /// The customer cannot be reached; the video is kept in a vault channel.
    Stored,
    /// As stored, charged; it is sent at the customer's next visit. Final.
    Parked,
    /// It came to nothing. Final, given back.
    Failed,
    /// The customer took it back while it was queued. Final, given back.
    Canceled,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Submitting,
        Self::Unknown,
        Self::Running,
        Self::Rendered,
        Self::Delivered,
        Self::Stored,
        Self::Parked,
        Self::Failed,
        Self::Canceled,
    ];

    /// Nothing changes a final stage.
    pub fn is_final(self) -> bool {
        match self {
            Self::Delivered | Self::Parked | Self::Failed | Self::Canceled => true,
            Self::Queued
            | Self::Submitting
            | Self::Unknown
            | Self::Running
            | Self::Rendered
            | Self::Stored => false,
        }
    }

    /// The name in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Submitting => "SUBMITTING",
            Self::Unknown => "UNKNOWN",
            Self::Running => "RUNNING",
            Self::Rendered => "RENDERED",
            Self::Delivered => "DELIVERED",
            Self::Stored => "STORED",
            Self::Parked => "PARKED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }

    /// Reads a name; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

/// What was ordered. Fixed at acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The model.
    pub model: ModelId,
    /// Who renders it.
    pub provider: String,
    /// The provider's request form.
    pub family: String,
    /// The customer's words; may be empty where there is a photo.
    pub prompt: String,
    /// The customer's photo.
    pub image: Option<Image>,
    /// The shape.
    pub aspect: Aspect,
    /// The length in seconds.
    pub duration_s: u32,
    /// The customer's language at the time, `ru` or `en`.
    pub locale: String,
    /// How long a render of this model usually takes.
    pub typical: Millis,
    /// How long it can take at most: how long silence is no answer.
    pub render_max: Millis,
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
    /// The counters in which it is counted.
    pub windows: Vec<WindowKey>,
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
    /// Submissions that came, or may have come, to the provider and yielded nothing.
    pub losses: u32,
    /// When it wants attention next. `None` only where nothing is ever to be done again.
    pub due_at: Option<Timestamp>,
    /// The provider's name of the present submission.
    pub task: Option<TaskId>,
    /// When the present submission came to the provider: from here the polls are spaced.
    pub running_since: Option<Timestamp>,
    /// Where the file is, until it is delivered.
    pub result_url: Option<String>,
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
    /// What happened so far, oldest first.
    pub timeline: Vec<Mark>,
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

/// The transitions, as `ARCHITECTURE.md` numbers them, and the changes that keep a job in its stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Accepted.
    T1,
    /// A worker takes it.
    T2,
    /// The provider has it.
    T3,
    /// The provider surely does not have it; it is tried again.
    T4,
    /// The provider will not have it.
    T5,
    /// Nobody knows whether the provider has it.
    T6,
    /// Nothing was heard until the horizon.
    T7,
    /// The provider has a file.
    T8,
    /// The provider has failed.
    T9,
    /// The video stands in the chat.
    T10,
    /// The video cannot be had, and surely never stood in the chat.
    T11,
    /// The video is kept, for the customer cannot be reached.
    T12,
    /// The kept video is charged.
    T13,
    /// The customer took it back.
    T14,
    /// Its time is up.
    T15,
    /// Still running: asked again later.
    Wait,
    /// An attempt to deliver begins.
    Deliver,
    /// The delivery is tried again later.
    Postpone,
    /// Another link to the same file.
    Relink,
    /// The progress stands in another message.
    Move,
    /// An attempt to tell of the failure begins.
    Tell,
    /// The customer was told, or never can be.
    Told,
}

/// Why a job came to nothing. What the customer reads, and what the report counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// The provider refused the words or the photo.
    Moderation,
    /// The provider could not use the words or the photo.
    BadInput,
    /// The provider is out of order, out of funds, or has dropped the model.
    Provider,
    /// Success was reported, and there was no file, or none that plays.
    NoFile,
    /// The file was there and is gone.
    FileGone,
    /// The file is larger than can be sent.
    TooLarge,
    /// The customer cannot be reached, and there is nowhere to keep the video.
    Unreachable,
    /// The photo could not be fetched from Telegram.
    PhotoGone,
    /// Nothing was heard of it in time.
    TimedOut,
}

impl Failure {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Moderation,
        Self::BadInput,
        Self::Provider,
        Self::NoFile,
        Self::FileGone,
        Self::TooLarge,
        Self::Unreachable,
        Self::PhotoGone,
        Self::TimedOut,
    ];

    /// The name in the table, and the end of the message's name in the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moderation => "moderation",
            Self::BadInput => "bad-input",
            Self::Provider => "provider",
            Self::NoFile => "no-file",
            Self::FileGone => "file-gone",
            Self::TooLarge => "too-large",
            Self::Unreachable => "unreachable",
            Self::PhotoGone => "photo-gone",
            Self::TimedOut => "timed-out",
        }
    }

    /// Reads a name; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == text)
    }

    /// Whether another submission may go better.
    fn may_pass(self) -> bool {
        match self {
            Self::Provider | Self::NoFile | Self::FileGone | Self::TimedOut => true,
            Self::Moderation | Self::BadInput | Self::TooLarge | Self::Unreachable | Self::PhotoGone => false,
        }
    }
}

/// Something that has happened to a job, or that somebody wants to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker wants to submit it; it can do nothing more after `lease_until`.
    Claim {
        /// Lambda's deadline, and what clocks and requests may add to it.
        lease_until: Timestamp,
    },
    /// The provider named the submission.
    Accepted {
        /// The submission that it is about.
        fence: Fence,
        /// The provider's name of it.
        task: TaskId,
    },
    /// The submission was surely not accepted: refused connection, 429, documented refusals.
    NotAccepted {
        /// The provider's own wish.
        retry_after: Option<Millis>,
        /// Dice.
        jitter: Jitter,
    },
    /// The submission was refused for good.
    Rejected {
        /// Why.
        failure: Failure,
    },
    /// No answer, or none that can be read: it may have been accepted.
    OutcomeUnknown,
    /// The worker that held the lease is surely gone.
    LeaseExpired,
    /// Nothing was heard until the horizon.
    HorizonPassed,
    /// The provider is still at it.
    StillRunning,
    /// The provider has a file.
    Succeeded {
        /// Where it is.
        url: String,
        /// The present worker goes on to deliver it, and can do nothing more after this.
        deliver_until: Timestamp,
    },
    /// The provider has failed.
    TaskFailed {
        /// Why.
        failure: Failure,
        /// Dice.
        jitter: Jitter,
    },
    /// A worker wants to deliver it; it can do nothing more after this.
    ClaimDelivery {
        /// Lambda's deadline, and what clocks and requests may add to it.
        deliver_until: Timestamp,
    },
    /// Delivery is to be tried again.
    PostponeDelivery {
        /// Whether this attempt or an earlier one may have gone through all the same.
        unsure: bool,
        /// Telegram's own wish.
        retry_after: Option<Millis>,
        /// Dice.
        jitter: Jitter,
    },
    /// The provider gave another link to the file.
    Relinked {
        /// The link.
        url: String,
    },
    /// The progress message was gone, and another was sent, or the chat moved.
    Moved {
        /// Where it stands now.
        to: Place,
    },
    /// The progress message is now the video.
    Delivered {
        /// Telegram's name of it, where its answer told.
        file: Option<FileId>,
    },
    /// The video cannot be had or sent, and it was made sure that no earlier edit went through.
    CannotDeliver {
        /// Why.
        failure: Failure,
    },
    /// The video stands in a vault channel.
    Stored {
        /// Telegram's name of it.
        file: FileId,
    },
    /// Charge for the stored video.
    Park,
    /// The customer takes it back.
    Cancel,
    /// Settle it now: its time is up.
    TimeUp,
    /// A worker wants to tell the customer of the failure.
    ClaimTelling {
        /// Lambda's deadline, and what clocks and requests may add to it.
        until: Timestamp,
    },
    /// The customer was told, or never can be.
    Told,
}

/// A condition under which a change may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// It stands in this stage.
    Stage(Stage),
    /// Its latest submission is this one.
    Fence(Fence),
    /// It is due by this time: nobody else has taken it.
    DueBy(Timestamp),
    /// No task has been named for its latest submission.
    NoTask,
    /// Its progress stands in this message.
    Message(MessageId),
    /// It has been told this many times.
    TellTries(u32),
}

/// What happens to the held credits and the counted uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Settlement {
    /// They are spent.
    Capture,
    /// They are given back, and the uses too.
    Release,
}

/// What is to be written, all together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which transition it is.
    pub rule: Rule,
    /// When.
    pub at: Timestamp,
    /// The conditions under which it may be written.
    pub guards: Vec<Guard>,
    /// The job after it.
    pub after: Job,
    /// What happens to the money, in the same transaction.
    pub settlement: Option<Settlement>,
}

/// Why an event changes nothing. Late, doubled and reordered events end here, and that is all right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has moved on, or is not there yet.
    WrongStage(Stage),
    /// The event is about another submission.
    OtherFence(Fence),
    /// Somebody else has it, or its time has not come.
    NotBefore(Timestamp),
    /// Its submission already has a name.
    AlreadyNamed,
    /// There have been as many attempts as there may be.
    Exhausted,
    /// It is too late to begin.
    TooLate,
}

impl Job {
    /// A job as T1 accepts it.
    pub fn accepted(
        id: JobId,
        order: Order,
        cost: Credits,
        windows: Vec<WindowKey>,
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
        Self {
            id,
            order,
            cost,
            windows,
            place,
            created_at: now,
            give_up_at: now.after(rules.wait_max),
            settle_at: now.after(rules.settle_max),
            stage: Stage::Queued,
            fence: Fence(0),
            losses: 0,
            due_at: Some(now),
            task: None,
            running_since: None,
            result_url: None,
            delivery_tries: 0,
            edit_unsure: false,
            file: None,
            failure: None,
            tell_tries: 0,
            timeline: vec![mark],
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

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 22] = [
        Self::T1,
        Self::T2,
        Self::T3,
        Self::T4,
        Self::T5,
        Self::T6,
        Self::T7,
        Self::T8,
        Self::T9,
        Self::T10,
        Self::T11,
        Self::T12,
        Self::T13,
        Self::T14,
        Self::T15,
        Self::Wait,
        Self::Deliver,
        Self::Postpone,
        Self::Relink,
        Self::Move,
        Self::Tell,
        Self::Told,
    ];

    /// The name in the timeline.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::T1 => "T1",
            Self::T2 => "T2",
            Self::T3 => "T3",
            Self::T4 => "T4",
            Self::T5 => "T5",
            Self::T6 => "T6",
            Self::T7 => "T7",
            Self::T8 => "T8",
            Self::T9 => "T9",
            Self::T10 => "T10",
            Self::T11 => "T11",
            Self::T12 => "T12",
            Self::T13 => "T13",
            Self::T14 => "T14",
            Self::T15 => "T15",
            Self::Wait => "wait",
            Self::Deliver => "deliver",
            Self::Postpone => "postpone",
            Self::Relink => "relink",
            Self::Move => "move",
            Self::Tell => "tell",
            Self::Told => "told",
        }
    }

    /// Reads a name; `None` if it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == text)
    }

    /// Whether it leads to another stage, and so stands in the timeline.
    pub fn is_transition(self) -> bool {
        match self {
            Self::Wait
            | Self::Deliver
            | Self::Postpone
            | Self::Relink
            | Self::Move
            | Self::Tell
            | Self::Told => false,
            Self::T1
            | Self::T2
            | Self::T3
            | Self::T4
            | Self::T5
            | Self::T6
            | Self::T7
            | Self::T8
            | Self::T9
            | Self::T10
            | Self::T11
            | Self::T12
            | Self::T13
            | Self::T14
            | Self::T15 => true,
        }
    }
}
